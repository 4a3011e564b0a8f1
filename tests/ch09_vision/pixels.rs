//! The formulas of `ch09_vision.md`.

use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{LossBackward, NetworkBackward};
use ch05_mnist::shuffled;
use formulas::*;
use ndarray::{Array2, Axis};
use rand_chacha::ChaCha8Rng;

fn network(generator: &mut ChaCha8Rng) -> Network<f64> {
    let activations = (Activation::Relu, Activation::Identity);
    let mut network = Network::new(&[12, 7, 4], activations, Initialization::He, generator);
    for layer in &mut network.layers {
        layer.dense.bias = vector(layer.dense.bias.len(), generator);
    }
    network
}

/// ```math reordered-layer
/// b_j + \sum_i w_{o(i)j} \, x_{o(i)} = b_j + \sum_i w_{ij} \, x_i
/// ```
///
/// A network whose first weights are reordered answers for reordered images as it did before: the
/// library's, against the forward pass of the images as they were; for the order as it is, for its
/// reverse, and for random ones.
#[test]
fn reordered_layer() {
    let _formula = formula!();
    let mut generator = generator();
    for round in 0..20 {
        let (network, x) = (network(&mut generator), matrix(5, 12, &mut generator));
        let order = match round {
            0 => (0..12).collect(),
            1 => (0..12).rev().collect(),
            _ => shuffled(12, &mut generator),
        };
        let reordered = ch09_vision::reordered_inputs(&network, &order);
        let there = Array2::from_shape_fn((5, 12), |(r, i)| x[[r, order[i]]]);
        assert_all_close(&reordered.forward(there.view()), &network.forward(x.view()), 1e-13);
    }
}

/// ```math reordered-gradient
/// \frac{\partial \mathcal L}{\partial w'_{ij}} = \frac{\partial \mathcal L}{\partial w_{o(i)j}}
/// ```
///
/// w′ are the weights of the network for reordered images. Its gradient, by backpropagation, against
/// finite differences of the network for the images as they were. So both stay twins at each step.
#[test]
fn reordered_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..10 {
        let (network, x) = (network(&mut generator), matrix(5, 12, &mut generator));
        let targets = distributions(5, 4, &mut generator);
        let order = shuffled(12, &mut generator);
        let reordered = ch09_vision::reordered_inputs(&network, &order);
        let there = x.select(Axis(1), &order);
        let trace = reordered.trace(there.view());
        let loss = Loss::SoftmaxCrossEntropy;
        let start = loss.gradient(trace.output(), targets.view());
        let gradients = reordered.backward(there.view(), &trace, start);
        let by_weights = |weights: &Array2<f64>| {
            let mut nudged = network.clone();
            nudged.layers[0].dense.weights.assign(weights);
            loss.value(nudged.forward(x.view()).view(), targets.view())
        };
        let expected = slopes(by_weights, &network.layers[0].dense.weights);
        let found = &gradients.layers[0].weights;
        assert_all_close(found, &expected.select(Axis(0), &order), 1e-8);
    }
}
