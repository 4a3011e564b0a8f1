//! Exercise: cover and delete. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch07_inside --test occlusion
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ndarray::{Array1, Array2};

/// How much a value falls when each square of an image is covered: one number for each square, row by
/// row. `image: [height × width]`, both divisible by `side`; a covered pixel is 0.
pub fn falls(image: &Array2<f64>, side: usize, value: impl Fn(&Array2<f64>) -> f64) -> Array2<f64> {
    todo!()
}

/// What is left of a value as the squares are covered one after the other, in this order: the value of
/// the whole image first, then after each further square. A place is (row, column) of a square.
pub fn deletion_curve(
    image: &Array2<f64>,
    side: usize,
    order: &[(usize, usize)],
    value: impl Fn(&Array2<f64>) -> f64,
) -> Array1<f64> {
    todo!()
}

#[path = "tests/occlusion.rs"]
mod tests;
