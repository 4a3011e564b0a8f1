//! A solution of the exercise `parity`.

use ch01_neuron::Activation;
use ch02_forward::{Dense, Layer, Network};
use ndarray::{Array1, Array2};

/// A network 2-2-1, with ReLU in the hidden layer and the identity at the end, that gives exactly
/// 1 for the inputs 0, 1 and 1, 0, and exactly 0 for 0, 0 and 1, 1.
pub fn xor_network() -> Network<f64> {
    parity_network(2)
}

/// The same for any number n of inputs, each 0 or 1, with n hidden neurons: exactly 1 if the
/// number of ones is odd, exactly 0 if it is even.
///
/// All hidden neurons add up the inputs, and neuron k bends where that sum passes k. The first one
/// rises with slope 1. Each of the others turns the slope around: from 1 to −1, from −1 to 1.
pub fn parity_network(inputs: usize) -> Network<f64> {
    let hidden = Dense {
        weights: Array2::ones((inputs, inputs)),
        bias: Array1::from_shape_fn(inputs, |k| -(k as f64)),
    };
    let turn = |(k, _)| match k {
        0 => 1.0,
        k if k % 2 == 1 => -2.0,
        _ => 2.0,
    };
    let output =
        Dense { weights: Array2::from_shape_fn((inputs, 1), turn), bias: Array1::zeros(1) };
    let layers = [(hidden, Activation::Relu), (output, Activation::Identity)];
    Network { layers: layers.map(|(dense, activation)| Layer { dense, activation }).to_vec() }
}

#[path = "../tests/parity.rs"]
mod tests;
