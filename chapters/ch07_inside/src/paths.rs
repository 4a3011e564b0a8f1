//! Integrated gradients, by steps and exactly, and the gradient of a blurred function. Page: *A path
//! from nothing* (`ch07_inside/paths.md`).
//!
//! [`integrated_gradients`] is the reference: a backward pass at each step of the path.
//! [`integrated_gradients_by_slopes`] makes the same sum with two products of the first layer in
//! place of one for each step. [`integrated_gradients_exactly`] needs no steps, for one hidden layer
//! of ReLUs.

use ch01_neuron::{Activation, Real, normal_cdf, relu, relu_derivative};
use ch02_forward::{Network, product};
use ch03_backprop::{ActivationBackward, DenseBackward};
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::gradients::InputGradient;

/// The middles of `steps` equal parts of the way from 0 to 1.
fn middles<T: Real>(steps: usize) -> impl Iterator<Item = T> {
    (0..steps).map(move |step| T::of((step as f64 + 0.5) / steps as f64))
}

/// Integrated gradients (Sundararajan, Taly and Yan 2017) by the midpoint rule: the mean gradient on
/// the straight path from each baseline to its input, times the distance. All are `[batch × inputs]`
/// but `output_weights`, `[batch × outputs]`.
///
/// # Panics
/// If there are no steps, or if inputs and baselines differ in shape.
pub fn integrated_gradients<T: Real>(
    network: &Network<T>,
    (baselines, inputs): (ArrayView2<T>, ArrayView2<T>),
    output_weights: ArrayView2<T>,
    steps: usize,
) -> Array2<T> {
    assert_a_path(baselines, inputs, steps);
    let distance = &inputs - &baselines;
    let mut sum = Array2::zeros(inputs.dim());
    for u in middles::<T>(steps) {
        let on_the_way = &baselines + &distance.mapv(|d| u * d);
        sum += &network.input_gradient(on_the_way.view(), output_weights);
    }
    sum / T::of(steps as f64) * distance
}

fn assert_a_path<T>(baselines: ArrayView2<T>, inputs: ArrayView2<T>, steps: usize) {
    let (baselines, inputs) = (baselines.dim(), inputs.dim());
    assert!(baselines == inputs, "baselines {baselines:?} and inputs {inputs:?} must be alike");
    assert!(steps > 0, "a path needs at least one step");
}

/// The same sum, fast. On a straight path the first layer's Z is a straight line too, so two products
/// give it at every step; and its deltas are added up before they go back through its weights, once.
pub fn integrated_gradients_by_slopes<T: Real>(
    network: &Network<T>,
    (baselines, inputs): (ArrayView2<T>, ArrayView2<T>),
    output_weights: ArrayView2<T>,
    steps: usize,
) -> Array2<T> {
    assert_a_path(baselines, inputs, steps);
    let (first, later) = network.layers.split_first().expect("a network has a layer");
    let later = Network { layers: later.to_vec() };
    let start = first.dense.forward(baselines); // [batch × outputs]
    let change = first.dense.forward(inputs) - &start;
    let mut deltas = Array2::zeros(start.dim());
    for u in middles::<T>(steps) {
        let z = &start + &change.mapv(|d| u * d);
        let behind = match later.layers.is_empty() {
            true => output_weights.to_owned(),
            false => later.input_gradient(first.activate(z.view()).view(), output_weights),
        };
        deltas += &first.activation.backward(z.view(), behind);
    }
    first.dense.input_gradient((deltas / T::of(steps as f64)).view()) * (&inputs - &baselines)
}

/// The mean slope of a ReLU between two points, (relu z − relu z′) / (z − z′); where they coincide,
/// its slope there.
pub fn mean_slope<T: Real>(start: T, end: T) -> T {
    if start == end { relu_derivative(end) } else { (relu(end) - relu(start)) / (end - start) }
}

/// The integral itself, for a network with one hidden layer of ReLUs and a linear output: the mean
/// slope of each hidden neuron takes the place of its slope.
///
/// # Panics
/// If the network has another form.
pub fn integrated_gradients_exactly<T: Real>(
    network: &Network<T>,
    (baselines, inputs): (ArrayView2<T>, ArrayView2<T>),
    output_weights: ArrayView2<T>,
) -> Array2<T> {
    assert_a_path(baselines, inputs, 1);
    let [hidden, output] = one_hidden_layer(network);
    let mut deltas = output.input_gradient(output_weights); // [batch × hidden]
    let (starts, ends) = (hidden.forward(baselines), hidden.forward(inputs));
    Zip::from(&mut deltas).and(&starts).and(&ends).for_each(|delta, &start, &end| {
        *delta *= mean_slope(start, end);
    });
    hidden.input_gradient(deltas.view()) * (&inputs - &baselines)
}

/// The two layers of a network with one hidden layer of ReLUs.
pub(crate) fn one_hidden_layer<T>(network: &Network<T>) -> [&ch02_forward::Dense<T>; 2] {
    let layers: Vec<_> = network.layers.iter().map(|layer| layer.activation).collect();
    let expected = [Activation::Relu, Activation::Identity];
    assert!(layers == expected, "expected one hidden layer of ReLUs, found layers {layers:?}");
    [&network.layers[0].dense, &network.layers[1].dense]
}

/// SmoothGrad (Smilkov et al. 2017): the mean of the gradients at `samples` noisy copies of each
/// input, with normal noise of this deviation.
pub fn smooth_gradient<T: Real>(
    network: &Network<T>,
    inputs: ArrayView2<T>,
    output_weights: ArrayView2<T>,
    (deviation, samples): (T, usize),
    generator: &mut impl Rng,
) -> Array2<T> {
    let mut sum = Array2::zeros(inputs.dim());
    for _ in 0..samples {
        let mut noisy = inputs.to_owned();
        for x in &mut noisy {
            let noise: f64 = StandardNormal.sample(generator);
            *x += deviation * T::of(noise);
        }
        sum += &network.input_gradient(noisy.view(), output_weights);
    }
    sum / T::of(samples as f64)
}

/// The mean over all noise, for one hidden layer of ReLUs: Φ(z / (σ|w|)) takes the place of each
/// slope, |w| being the length of the neuron's weights.
///
/// # Panics
/// If the network has another form.
pub fn smooth_gradient_exactly<T: Real>(
    network: &Network<T>,
    inputs: ArrayView2<T>,
    output_weights: ArrayView2<T>,
    deviation: T,
) -> Array2<T> {
    let [hidden, output] = one_hidden_layer(network);
    let lengths: Array1<T> = hidden.weights.map_axis(Axis(0), |w| w.dot(&w).sqrt()); // [hidden]
    let open = (hidden.forward(inputs) / (lengths * deviation)).mapv(normal_cdf);
    let deltas = product(output_weights, output.weights.t()) * open; // [batch × hidden]
    hidden.input_gradient(deltas.view())
}
