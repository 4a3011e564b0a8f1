//! A solution of the exercise `swish`.

use ch01_neuron::{Real, sigmoid, sigmoid_derivative};

/// swish(z) = z σ(z), with the sigmoid σ of this chapter.
pub fn swish<T: Real>(z: T) -> T {
    z * sigmoid(z)
}

/// swish′(z) = σ(z) + z σ′(z), by the product rule.
///
/// `sigmoid_derivative` computes σ(z) σ(−z), so nothing is taken away from 1 here.
pub fn swish_derivative<T: Real>(z: T) -> T {
    sigmoid(z) + z * sigmoid_derivative(z)
}

#[path = "../tests/swish.rs"]
mod tests;
