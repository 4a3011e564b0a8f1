//! Exercise: a quadratic, straight and rotated. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch04_optimizers --test rotated
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ch04_optimizers::{Optimizer, Quadratic};

/// A quadratic of two parameters with its minimum at 0 and these two curvatures, whose axes were
/// rotated counterclockwise by `angle`, in radians: at 0 the first curvature is that along the
/// first parameter.
pub fn rotated_quadratic(curvatures: [f64; 2], angle: f64) -> Quadratic<f64> {
    todo!()
}

/// How many steps with `learning_rate` an optimizer takes from `start` until it is at most a
/// thousandth of the start's distance away from the minimum, or none if `limit` steps are too few.
pub fn steps_needed(
    optimizer: &mut dyn Optimizer<f64>,
    learning_rate: f64,
    quadratic: &Quadratic<f64>,
    start: [f64; 2],
    limit: usize,
) -> Option<usize> {
    todo!()
}

#[path = "tests/rotated.rs"]
mod tests;
