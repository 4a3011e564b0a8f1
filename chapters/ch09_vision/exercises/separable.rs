//! Exercise: two cheap kernels for a dear one. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch09_vision --test separable
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

/// The square kernel of which row k and column l is `column[k] * row[l]`.
pub fn outer(column: &[f64], row: &[f64]) -> Vec<Vec<f64>> {
    todo!()
}

/// What the kernel `outer(column, row)` gives at all places inside of an image, without making it: first
/// `row` slides along each row of the image, then `column` along each column of what came out.
pub fn separable(image: &[Vec<f64>], column: &[f64], row: &[f64]) -> Vec<Vec<f64>> {
    todo!()
}

#[path = "tests/separable.rs"]
mod tests;
