//! The backward pass of an activation function. Page: *One neuron* (`ch03_backprop/neuron.md`).

use ch01_neuron::{Activation, Real};
use ndarray::{Array2, ArrayView2};

/// What [`Activation`] needs to take part in a backward pass.
pub trait ActivationBackward {
    /// δ = ∂L/∂Z = ∂L/∂A ⊙ f′(Z), entry by entry; all of them are `[batch × outputs]`.
    fn backward<T: Real>(
        self,
        pre_activations: ArrayView2<T>,
        activation_gradient: Array2<T>,
    ) -> Array2<T>;
}

impl ActivationBackward for Activation {
    fn backward<T: Real>(
        self,
        pre_activations: ArrayView2<T>,
        activation_gradient: Array2<T>,
    ) -> Array2<T> {
        assert_same_shape("pre-activations", pre_activations, activation_gradient.view());
        let mut slopes = pre_activations.as_standard_layout().into_owned();
        self.apply_derivative(slopes.as_slice_mut().expect("standard layout"));
        activation_gradient * slopes
    }
}

/// Subtraction and multiplication of arrays would stretch a single row without a word.
pub(crate) fn assert_same_shape<T>(name: &str, values: ArrayView2<T>, others: ArrayView2<T>) {
    let (shape, other) = (values.dim(), others.dim());
    assert!(shape == other, "backward: {name} {shape:?} and gradient or targets {other:?} differ");
}
