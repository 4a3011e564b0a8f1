//! Exercise: a bowl, straight and turned. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch04_optimizers --test turned
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ch04_optimizers::{Bowl, Optimizer};

/// A bowl of two parameters with its lowest point at 0 and these two curvatures, whose axes were
/// turned counterclockwise by `angle`, in radians: at 0 the first curvature is that along the
/// first parameter.
pub fn turned_bowl(curvatures: [f64; 2], angle: f64) -> Bowl<f64> {
    todo!()
}

/// How many steps with `learning_rate` an optimizer takes from `start` until it is at most a
/// thousandth of the start's distance away from the lowest point, or none if `limit` steps do not
/// suffice.
pub fn steps_needed(
    optimizer: &mut dyn Optimizer<f64>,
    learning_rate: f64,
    bowl: &Bowl<f64>,
    start: [f64; 2],
    limit: usize,
) -> Option<usize> {
    todo!()
}

#[path = "tests/turned.rs"]
mod tests;
