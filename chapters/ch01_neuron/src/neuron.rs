//! A weighted sum, then an activation function. Page: *The neuron* (`ch01_neuron.md`).

use ndarray::{Array1, ArrayView1};

use crate::activations::Activation;
use crate::real::Real;

/// A neuron: one weight for each input, a bias, and an activation function.
#[derive(Debug, Clone, PartialEq)]
pub struct Neuron<T> {
    /// How much each input counts. `[inputs]`
    pub weights: Array1<T>,
    /// What the neuron adds when every input is zero.
    pub bias: T,
    /// What happens to the sum.
    pub activation: Activation,
}

impl<T: Real> Neuron<T> {
    /// A neuron that knows nothing yet: all weights and the bias are zero.
    pub fn zeros(inputs: usize, activation: Activation) -> Self {
        Self { weights: Array1::zeros(inputs), bias: T::zero(), activation }
    }

    /// z = Σᵢ wᵢ xᵢ + b, for `input: [inputs]`.
    ///
    /// # Panics
    /// If there are more or fewer inputs than weights.
    pub fn pre_activation(&self, input: ArrayView1<T>) -> T {
        assert_eq!(input.len(), self.weights.len(), "a neuron needs one input for each weight");
        let weighted: T = self.weights.iter().zip(&input).map(|(&w, &x)| w * x).sum();
        weighted + self.bias
    }

    /// a = f(z), for `input: [inputs]`.
    pub fn output(&self, input: ArrayView1<T>) -> T {
        self.activation.value(self.pre_activation(input))
    }
}
