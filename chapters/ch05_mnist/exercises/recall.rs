//! Exercise: recall and precision. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch05_mnist --test recall
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ndarray::ArrayView2;

/// Of all images of a digit, the share that is found, for each digit. `confusion: [classes ×
/// classes]` counts how many images of a class (row) were taken for which (column).
///
/// Not-a-number for a digit that never occurs.
pub fn recall(confusion: ArrayView2<usize>) -> Vec<f64> {
    todo!()
}

/// Of all that is called by the name of a digit, the share that is one, for each digit.
///
/// Not-a-number for a digit that is never answered.
pub fn precision(confusion: ArrayView2<usize>) -> Vec<f64> {
    todo!()
}

/// The pair of digits that is confused most often, and how often: images of the one that were
/// taken for the other, or the other way round. The smaller digit comes first.
pub fn worst_pair(confusion: ArrayView2<usize>) -> (usize, usize, usize) {
    todo!()
}

#[path = "tests/recall.rs"]
mod tests;
