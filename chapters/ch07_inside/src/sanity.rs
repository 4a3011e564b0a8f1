//! What a map must notice, and what it must not: networks with random layers, and the same network
//! on another scale. Page: *Four maps and two lies* (`ch07_inside/sanity.md`).

use ch01_neuron::{Real, relu};
use ch02_forward::{Dense, Layer, Network};
use ch03_backprop::{ActivationBackward, DenseBackward};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

/// Guided backpropagation (Springenberg et al. 2015): the backward pass to the inputs, but at each
/// hidden neuron a gradient below zero is dropped. `[batch × inputs]`
pub fn guided_gradient<T: Real>(
    network: &Network<T>,
    inputs: ArrayView2<T>,
    output_weights: ArrayView2<T>,
) -> Array2<T> {
    let trace = network.trace(inputs);
    let mut gradient = output_weights.to_owned();
    for (index, layer) in network.layers.iter().enumerate().rev() {
        if index + 1 < network.layers.len() {
            gradient.mapv_inplace(relu);
        }
        let delta = layer.activation.backward(trace.pre_activations[index].view(), gradient);
        gradient = layer.dense.input_gradient(delta.view()); // [batch × inputs]
    }
    gradient
}

/// The network with these layers, counted from 0, taken from another one, which is trained on
/// nothing or on something else.
///
/// # Panics
/// If the networks differ in shape.
pub fn with_layers_of<T: Real>(
    network: &Network<T>,
    other: &Network<T>,
    layers: impl IntoIterator<Item = usize>,
) -> Network<T> {
    let mut mixed = network.clone();
    for index in layers {
        let (own, others) = (&mut mixed.layers[index], &other.layers[index]);
        let (left, right) = (own.dense.weights.dim(), others.dense.weights.dim());
        assert!(left == right, "layer {index}: weights {left:?} and {right:?} must be alike");
        own.clone_from(others);
    }
    mixed
}

/// The rank of each value, from 1 for the smallest; equal ones share the mean of their ranks.
pub fn ranks<T: Real>(values: ArrayView1<T>) -> Array1<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].as_f64().total_cmp(&values[j].as_f64()));
    let mut ranks = Array1::zeros(values.len());
    let mut rank = 0;
    for tied in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let mean = rank as f64 + 0.5 * (tied.len() + 1) as f64;
        tied.iter().for_each(|&i| ranks[i] = mean);
        rank += tied.len();
    }
    ranks
}

/// The rank correlation of two lists (Spearman 1904): the correlation of their ranks, or nothing if
/// all values of one are equal.
pub fn rank_correlation<T: Real>(left: ArrayView1<T>, right: ArrayView1<T>) -> Option<f64> {
    let middle = 0.5 * (left.len() + 1) as f64;
    let (left, right) = (ranks(left) - middle, ranks(right) - middle);
    let lengths = (left.dot(&left) * right.dot(&right)).sqrt();
    (lengths > 0.0).then(|| left.dot(&right) / lengths)
}

/// The same network for inputs on another scale, shift + factor · x: its answer there is the old
/// one here. `shift: [inputs]`
///
/// # Panics
/// If there are not as many shifts as inputs.
pub fn rescaled_inputs<T: Real>(
    network: &Network<T>,
    shift: ArrayView1<T>,
    factor: T,
) -> Network<T> {
    let Layer { dense: Dense { weights, bias }, activation } = &network.layers[0];
    let weights = weights.mapv(|w| w / factor); // [inputs × outputs]
    let bias = bias - &shift.dot(&weights); // [outputs]
    let first = Layer { dense: Dense { weights, bias }, activation: *activation };
    let layers = std::iter::once(first).chain(network.layers[1..].iter().cloned());
    Network { layers: layers.collect() }
}
