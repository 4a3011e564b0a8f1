//! The formulas of *Transfer*.

use ch02_forward::{Loss, softmax};
use ch05_mnist::Model;
use ch09_vision::{Architecture, ConvolutionalNetwork};
use formulas::*;
use ndarray::{Array1, Array2, Axis};
use rand_chacha::ChaCha8Rng;

const IMAGES: usize = 6;

/// A network for images of 6 × 6, two maps of 3 × 3 in its block, with one dense layer of four logits.
fn network(generator: &mut ChaCha8Rng) -> ConvolutionalNetwork<f64> {
    let architecture =
        Architecture { channels: vec![2], kernel: 3, normalized: false, hidden: Vec::new() };
    let mut network = architecture.network((6, 6), 4, generator).expect("it can be made");
    network.dense.layers[0].dense.bias = vector(4, generator);
    network
}

fn loss(
    network: &ConvolutionalNetwork<f64>,
    (inputs, targets): (&Array2<f64>, &Array2<f64>),
) -> f64 {
    network.loss_and_gradients((inputs.view(), targets.view()), &mut generator()).0
}

/// ```math head-gradient
/// \frac{\partial \mathcal L}{\partial \mathbf W}
/// = \frac{1}{n} \, \mathbf A^\top (\mathbf P - \mathbf Y)
/// ```
///
/// Finite differences of the loss of the whole network with respect to the weights of its head, against the
/// features, which are computed once, and P − Y.
#[test]
fn head_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..5 {
        let network = network(&mut generator);
        let (x, y) = (matrix(IMAGES, 36, &mut generator), distributions(IMAGES, 4, &mut generator));
        let features = network.features(x.view());
        let probabilities = softmax(network.dense.forward(features.view()).view());
        let found = features.t().dot(&(probabilities - &y)) / IMAGES as f64;
        let by_weights = |weights: &Array2<f64>| {
            let mut nudged = network.clone();
            nudged.dense.layers[0].dense.weights.assign(weights);
            loss(&nudged, (&x, &y))
        };
        assert_all_close(&found, &slopes(by_weights, &network.dense.layers[0].dense.weights), 1e-9);
    }
}

/// ```math head-convex
/// \mathcal L \Bigl( \tfrac12 (\boldsymbol\theta + \boldsymbol\theta') \Bigr)
/// \le \tfrac12 \mathcal L(\boldsymbol\theta) + \tfrac12 \mathcal L(\boldsymbol\theta')
/// ```
///
/// Any two heads on the same features, however far apart, and the head halfway between them. Of two
/// whole networks it does not hold: of one and the same with its two maps exchanged, say.
#[test]
fn head_convex() {
    let _formula = formula!();
    let mut generator = generator();
    let halfway = |one: &ConvolutionalNetwork<f64>, other: &ConvolutionalNetwork<f64>| {
        let mut middle = one.clone();
        for (to, from) in middle.parameters_mut().into_iter().zip(other.parameters()) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = 0.5 * (*to + from));
        }
        middle
    };
    let mut above = 0;
    for round in 0..200 {
        let one = network(&mut generator);
        let (x, y) = (matrix(IMAGES, 36, &mut generator), distributions(IMAGES, 4, &mut generator));
        let mut other = one.clone();
        let distance = [1e-3, 1.0, 30.0][round % 3];
        let head = &mut other.dense.layers[0].dense;
        head.weights += &(distance * &matrix(18, 4, &mut generator));
        head.bias += &(distance * &vector(4, &mut generator));
        let [left, right] = [&one, &other].map(|network| loss(network, (&x, &y)));
        let middle = loss(&halfway(&one, &other), (&x, &y));
        assert_bound!(middle <= 0.5 * (left + right) + 1e-12, "{middle}, {left}, {right}");
        let twin = exchanged(&one);
        let ends = loss(&one, (&x, &y));
        assert_close(loss(&twin, (&x, &y)), ends, 1e-12);
        above += usize::from(loss(&halfway(&one, &twin), (&x, &y)) > ends);
    }
    assert_bound!(above > 0, "whole networks: {above} of 200");
}

/// The same network with its two maps exchanged.
fn exchanged(network: &ConvolutionalNetwork<f64>) -> ConvolutionalNetwork<f64> {
    let mut twin = network.clone();
    let convolution = &mut twin.blocks[0].convolution;
    convolution.kernels = convolution.kernels.select(Axis(0), &[1, 0]);
    convolution.bias = convolution.bias.select(Axis(0), &[1, 0]);
    let order: Vec<usize> = (9..18).chain(0..9).collect();
    let weights = &mut twin.dense.layers[0].dense.weights;
    *weights = weights.select(Axis(0), &order);
    twin
}

/// ```math features-gradient
/// \frac{\partial \mathcal L}{\partial \mathbf A}
/// = \frac{1}{n} \, (\mathbf P - \mathbf Y) \, \mathbf W^\top
/// ```
///
/// Finite differences of the loss with respect to each feature. With a head of zeros it is 0, and so is the gradient of
/// every kernel behind it, by the library's backward pass.
#[test]
fn features_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..5 {
        let network = network(&mut generator);
        let (x, y) = (matrix(IMAGES, 36, &mut generator), distributions(IMAGES, 4, &mut generator));
        let features = network.features(x.view());
        let head = &network.dense;
        let by_features = |features: &Array2<f64>| {
            Loss::SoftmaxCrossEntropy.value(head.forward(features.view()).view(), y.view())
        };
        let probabilities = softmax(head.forward(features.view()).view());
        let found = (probabilities - &y).dot(&head.layers[0].dense.weights.t()) / IMAGES as f64;
        assert_all_close(&found, &slopes(by_features, &features), 1e-9);
        let new = network.with_new_head(4);
        let (_, gradient) = new.loss_and_gradients((x.view(), y.view()), &mut generator);
        let kernels = &gradient.blocks[0].convolution;
        assert_exact!(kernels.kernels.iter().all(|&gradient| gradient == 0.0), true);
        assert_exact!(kernels.bias, Array1::<f64>::zeros(2));
        assert_bound!(gradient.dense.layers[0].weights.iter().any(|&gradient| gradient != 0.0));
    }
}
