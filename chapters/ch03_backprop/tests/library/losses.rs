//! The gradients of losses and activations: memory layout, refusals.

use ch01_neuron::Activation;
use ch02_forward::{Loss, softmax};
use ndarray::Array2;
use proptest::prelude::*;

use super::{generator, message_of, random};
use ch03_backprop::*;

#[test]
fn mismatched_shapes_are_refused_with_both_shapes_and_names() {
    let (three, one) = (Array2::<f64>::ones((3, 2)), Array2::<f64>::ones((1, 2)));
    let (z, y) = (three.view(), one.view());
    for (name, message) in [
        ("outputs", message_of(|| drop(mean_squared_error_gradient(z, y)))),
        ("logits", message_of(|| drop(binary_cross_entropy_gradient(z, y)))),
        ("probabilities", message_of(|| drop(cross_entropy_gradient(z, y)))),
        ("probabilities", message_of(|| drop(softmax_backward(z, y)))),
        ("logits", message_of(|| drop(softmax_cross_entropy_gradient(z, y)))),
        ("pre-activations", message_of(|| drop(Activation::Relu.backward(z, one.clone())))),
    ] {
        for part in [name, "(3, 2)", "(1, 2)"] {
            assert!(message.contains(part), "{message:?} does not say {part}");
        }
    }
}

#[test]
fn rows_of_a_softmax_gradient_add_up_to_zero() {
    let mut generator = generator();
    let z = random((5, 4), &mut generator) * 100.0;
    let y = softmax(random((5, 4), &mut generator).view());
    for row in softmax_cross_entropy_gradient(z.view(), y.view()).rows() {
        assert!(row.sum().abs() < 1e-15);
    }
}

proptest! {
    /// What lies column by column in memory gives the same as what lies row by row.
    #[test]
    fn memory_layout_does_not_matter((batch, outputs) in (1..6_usize, 1..6_usize)) {
        let mut generator = generator();
        let z = random((outputs, batch), &mut generator);
        let by_a = random((outputs, batch), &mut generator);
        let (turned_z, turned_a) = (z.t(), by_a.t());
        let (plain_z, plain_a) =
            (turned_z.as_standard_layout().into_owned(), turned_a.as_standard_layout().into_owned());
        for f in Activation::ALL {
            prop_assert_eq!(
                f.backward(turned_z, by_a.clone().reversed_axes()),
                f.backward(plain_z.view(), plain_a.clone())
            );
        }
        for loss in Loss::ALL {
            prop_assert_eq!(
                loss.gradient(turned_z, turned_a),
                loss.gradient(plain_z.view(), plain_a.view())
            );
        }
    }
}
