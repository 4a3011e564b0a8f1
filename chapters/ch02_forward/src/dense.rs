//! A layer of neurons, and what it does to a batch. Page: *The forward pass* (`ch02_forward.md`).
//!
//! A [`Dense`] layer gives the pre-activations Z = XW + b. A [`Layer`] has an activation function
//! too, and gives the activations A = f(Z). A batch is rows everywhere.

use ch01_neuron::{Activation, Real};
use ndarray::{Array1, Array2, ArrayView2};

use crate::tiles::product;

/// A layer of neurons that all see the same inputs. Column j of W holds the weights of neuron j.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense<T> {
    /// W, `[inputs × outputs]`
    pub weights: Array2<T>,
    /// b, `[outputs]`
    pub bias: Array1<T>,
}

impl<T: Real> Dense<T> {
    /// Z = XW + b: from `[batch × inputs]` to `[batch × outputs]`.
    ///
    /// # Panics
    /// If X is not as wide as W is high.
    pub fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        let (weights, bias) = (self.weights.dim(), self.bias.len());
        assert!(
            weights.1 == bias,
            "dense: weights {weights:?} and bias [{bias}] must have as many outputs"
        );
        product(inputs, self.weights.view()) + &self.bias
    }
}

/// A dense layer and the activation function of its neurons.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer<T> {
    /// W and b.
    pub dense: Dense<T>,
    /// f in A = f(XW + b).
    pub activation: Activation,
}

impl<T: Real> Layer<T> {
    /// A = f(Z), entry by entry: `[batch × outputs]`.
    pub fn activate(&self, pre_activations: ArrayView2<T>) -> Array2<T> {
        let mut activations = pre_activations.as_standard_layout().into_owned();
        self.activation.apply(activations.as_slice_mut().expect("standard layout"));
        activations
    }
}
