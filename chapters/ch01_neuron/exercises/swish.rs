//! Exercise: a ninth activation function. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch01_neuron --test swish
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ch01_neuron::Real;

/// swish(z) = z σ(z), with the sigmoid σ of this chapter.
pub fn swish<T: Real>(z: T) -> T {
    todo!()
}

/// The slope of [`swish`] at z: the product rule gives it. Without a subtraction of two numbers
/// that are nearly equal, it keeps its digits far out on the left.
pub fn swish_derivative<T: Real>(z: T) -> T {
    todo!()
}

#[path = "tests/swish.rs"]
mod tests;
