//! What the networks have to do.

use super::*;
use ch01_neuron::{Activation, Gate};
use ndarray::Array2;

/// All rows of n zeros and ones: row 5 of three inputs is 1, 0, 1.
fn corners(inputs: usize) -> Array2<f64> {
    Array2::from_shape_fn((1 << inputs, inputs), |(row, column)| {
        f64::from(u8::from((row >> (inputs - 1 - column)) & 1 == 1))
    })
}

fn assert_shape(network: &Network<f64>, inputs: usize) {
    let found: Vec<_> =
        network.layers.iter().map(|layer| (layer.dense.weights.dim(), layer.activation)).collect();
    let (hidden, output) = (Activation::Relu, Activation::Identity);
    let expected = [((inputs, inputs), hidden), ((inputs, 1), output)];
    assert_eq!(found, expected, "shape of the weights, and activation, of each layer");
}

#[test]
fn the_xor_network_has_two_relus_and_one_output() {
    assert_shape(&xor_network(), 2);
}

#[test]
fn the_xor_network_is_right_on_all_four_examples() {
    let (inputs, targets) = Gate::Xor.examples::<f64>();
    let outputs = xor_network().forward(inputs.view());
    for ((input, &target), output) in inputs.rows().into_iter().zip(&targets).zip(&outputs) {
        assert_eq!(*output, target, "what XOR of {input} should be, on the right");
    }
}

#[test]
fn the_parity_network_has_as_many_relus_as_inputs() {
    for inputs in 1..=5 {
        assert_shape(&parity_network(inputs), inputs);
    }
}

/// All numbers on the way are whole, so nothing is rounded and the answers are exact.
#[test]
fn the_parity_network_says_whether_the_number_of_ones_is_odd() {
    for inputs in 1..=8 {
        let corners = corners(inputs);
        let outputs = parity_network(inputs).forward(corners.view());
        for (input, &output) in corners.rows().into_iter().zip(&outputs) {
            assert_eq!(output, input.sum() % 2.0, "parity of {input}, on the right");
        }
    }
}
