//! Exercise: a layer that evens out its inputs, backward. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch03_backprop --test normalize
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ch01_neuron::Real;
use ndarray::{Array1, Array2, ArrayView2};

/// What the forward pass gives, and what the backward pass will need of it.
pub struct Normalized<T> {
    /// Y, `[batch × inputs]`: each row has mean 0 and variance 1.
    pub outputs: Array2<T>,
    /// s, `[batch]`: the standard deviation of each row of X.
    pub deviations: Array1<T>,
}

/// Subtracts from each row of X, `[batch × inputs]`, its mean, and divides the result by its standard
/// deviation, the root of the mean of its squares.
pub fn normalize<T: Real>(inputs: ArrayView2<T>) -> Normalized<T> {
    todo!()
}

/// ∂L/∂X for ∂L/∂Y, both `[batch × inputs]`.
pub fn normalize_backward<T: Real>(
    normalized: &Normalized<T>,
    output_gradient: ArrayView2<T>,
) -> Array2<T> {
    todo!()
}

#[path = "tests/normalize.rs"]
mod tests;
