//! The backward pass of a layer: shapes.

use ch02_forward::{Dense, Loss};
use ndarray::{Array1, Array2};
use proptest::prelude::*;

use super::{generator, random};
use ch03_backprop::{DenseBackward, LossBackward};

#[test]
fn gradients_of_an_empty_batch_are_zero_or_empty() {
    let dense = Dense { weights: Array2::<f64>::ones((2, 3)), bias: Array1::ones(3) };
    let (x, delta) = (Array2::zeros((0, 2)), Array2::zeros((0, 3)));
    let gradient = dense.backward(x.view(), delta.view());
    assert_eq!(gradient.weights, Array2::<f64>::zeros((2, 3)));
    assert_eq!(gradient.bias, Array1::<f64>::zeros(3));
    for loss in Loss::ALL {
        assert_eq!(loss.gradient(delta.view(), delta.view()).dim(), (0, 3), "{loss:?}");
    }
}

#[test]
#[should_panic(expected = "the rows of left, (4, 2), must be as many as the rows of right, (3, 5)")]
fn a_layer_refuses_a_delta_of_another_batch() {
    let dense = Dense { weights: Array2::<f64>::ones((2, 5)), bias: Array1::ones(5) };
    dense.backward(Array2::ones((4, 2)).view(), Array2::ones((3, 5)).view());
}

proptest! {
    #[test]
    fn a_gradient_has_the_shape_of_what_it_is_the_gradient_by(
        (batch, inputs, outputs) in (0..6_usize, 0..6_usize, 0..6_usize),
    ) {
        let mut generator = generator();
        let weights = random((inputs, outputs), &mut generator);
        let dense = Dense { weights, bias: Array1::zeros(outputs) };
        let x = random((batch, inputs), &mut generator);
        let delta = random((batch, outputs), &mut generator);
        let gradient = dense.backward(x.view(), delta.view());
        prop_assert_eq!(gradient.weights.dim(), dense.weights.dim());
        prop_assert_eq!(gradient.bias.dim(), dense.bias.dim());
        prop_assert_eq!(dense.input_gradient(delta.view()).dim(), x.dim());
    }
}
