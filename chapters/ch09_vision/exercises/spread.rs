//! Exercise: the way back of a correlation. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch09_vision --test spread
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

/// The gradient of a signal of `length` numbers, over which `kernel` slid with this `stride`: each number
/// of `delta` is spread over the numbers that its place saw.
pub fn spread(delta: &[f64], kernel: &[f64], stride: usize, length: usize) -> Vec<f64> {
    todo!()
}

#[path = "tests/spread.rs"]
mod tests;
