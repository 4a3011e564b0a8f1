//! What several pages' tests share.

use ch01_neuron::Activation;
use ch02_forward::{Dense, Layer, Network};
use formulas::*;
use ndarray::{Array1, Array2, Axis};
use rand_chacha::ChaCha8Rng;

/// A network of random weights and biases, with ReLUs in the hidden layers.
pub fn network(sizes: &[usize], generator: &mut ChaCha8Rng) -> Network<f64> {
    let layer = |(index, pair): (usize, &[usize])| {
        let weights = matrix(pair[0], pair[1], generator) / (pair[0] as f64).sqrt();
        let bias = 0.5 * vector(pair[1], generator);
        let last = index + 2 == sizes.len();
        let activation = if last { Activation::Identity } else { Activation::Relu };
        Layer { dense: Dense { weights, bias }, activation }
    };
    Network { layers: sizes.windows(2).enumerate().map(layer).collect() }
}

/// The networks that formulas are tried on: without a hidden layer, with one, with two.
pub fn networks(generator: &mut ChaCha8Rng) -> Vec<Network<f64>> {
    let sizes: [&[usize]; 4] = [&[5, 3], &[6, 9, 4], &[1, 7, 2], &[5, 8, 6, 3]];
    sizes.map(|sizes| network(sizes, generator)).to_vec()
}

/// A number of the outputs: Σ c z for random c, a row.
pub fn output_weights(network: &Network<f64>, generator: &mut ChaCha8Rng) -> Array2<f64> {
    matrix(1, network.layers.last().expect("a layer").dense.bias.len(), generator)
}

/// How many inputs a network has.
pub fn inputs_of(network: &Network<f64>) -> usize {
    network.layers[0].dense.weights.nrows()
}

/// 𝓕 at an input: Σ c z, computed by sums over indices, without the library's forward pass.
pub fn explained(network: &Network<f64>, x: &Array1<f64>, c: &Array2<f64>) -> f64 {
    let mut values = x.to_vec();
    for layer in &network.layers {
        let sum = |j: usize| {
            let weights = layer.dense.weights.column(j);
            let z: f64 = values.iter().zip(weights).map(|(a, w)| a * w).sum();
            let z = z + layer.dense.bias[j];
            if layer.activation == Activation::Relu { z.max(0.0) } else { z }
        };
        values = (0..layer.dense.bias.len()).map(sum).collect();
    }
    values.iter().zip(c).map(|(z, c)| z * c).sum()
}

/// An input, `[1 × inputs]`, at which no hidden neuron is so near its kink that a small step crosses
/// it.
pub fn smooth_point(network: &Network<f64>, generator: &mut ChaCha8Rng) -> Array2<f64> {
    loop {
        let x = matrix(1, inputs_of(network), generator);
        let trace = network.trace(x.view());
        if trace.pre_activations.iter().flatten().all(|z: &f64| z.abs() > 0.02) {
            return x;
        }
    }
}

/// A row as a vector.
pub fn row(matrix: &Array2<f64>) -> Array1<f64> {
    matrix.index_axis(Axis(0), 0).to_owned()
}

/// The sum of the only row.
pub fn total(matrix: &Array2<f64>) -> f64 {
    assert_eq!(matrix.nrows(), 1);
    matrix.sum()
}
