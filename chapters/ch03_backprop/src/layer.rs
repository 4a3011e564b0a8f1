//! The backward pass of a dense layer. Page: *One layer* (`ch03_backprop/layer.md`).

use ch01_neuron::Real;
use ch02_forward::{Dense, product, transposed_product};
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// How the loss changes with the parameters of a dense layer.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseGradient<T> {
    /// ∂L/∂W, `[inputs × outputs]`
    pub weights: Array2<T>,
    /// ∂L/∂b, `[outputs]`
    pub bias: Array1<T>,
}

/// What [`Dense`] needs to take part in a backward pass. Here δ = ∂L/∂Z is `[batch × outputs]`.
pub trait DenseBackward<T> {
    /// ∂L/∂W = Xᵀδ and ∂L/∂b = the sum of the rows of δ, for the X of the forward pass.
    fn backward(&self, inputs: ArrayView2<T>, delta: ArrayView2<T>) -> DenseGradient<T>;

    /// ∂L/∂X = δWᵀ, `[batch × inputs]`: what the layer before this one needs.
    fn input_gradient(&self, delta: ArrayView2<T>) -> Array2<T>;
}

impl<T: Real> DenseBackward<T> for Dense<T> {
    fn backward(&self, inputs: ArrayView2<T>, delta: ArrayView2<T>) -> DenseGradient<T> {
        DenseGradient {
            weights: transposed_product(inputs, delta), // [inputs × batch] [batch × outputs]
            bias: delta.sum_axis(Axis(0)),              // [outputs]
        }
    }

    fn input_gradient(&self, delta: ArrayView2<T>) -> Array2<T> {
        product(delta, self.weights.t()) // [batch × outputs] [outputs × inputs]
    }
}
