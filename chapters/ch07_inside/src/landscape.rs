//! The loss as a landscape over the parameters: lines and directions, symmetries, matched neurons,
//! curvature. Page: *The landscape* (`ch07_inside/landscape.md`).
//!
//! A direction in the space of all parameters has their shape, so it is a [`Network`] too: one
//! whose weights are steps.

use ch01_neuron::{Activation, Real};
use ch02_forward::{Loss, Network, product, softmax, transposed_product};
use ch03_backprop::{ActivationBackward, DenseBackward, softmax_backward};
use ndarray::{Array2, ArrayView2, Axis, Zip};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::paths::one_hidden_layer;

/// θ + u d, for one direction or several.
///
/// # Panics
/// If a direction is of another shape.
pub fn moved<T: Real>(network: &Network<T>, steps: &[(T, &Network<T>)]) -> Network<T> {
    let mut moved = network.clone();
    for &(length, direction) in steps {
        for (own, step) in moved.layers.iter_mut().zip(&direction.layers) {
            own.dense.weights.scaled_add(length, &step.dense.weights);
            own.dense.bias.scaled_add(length, &step.dense.bias);
        }
    }
    moved
}

/// (1 − u) θ + u θ′: what lies between two networks.
pub fn between<T: Real>(start: &Network<T>, end: &Network<T>, share: T) -> Network<T> {
    let mut left = start.clone();
    left.parameters_mut().into_iter().flatten().for_each(|value| *value *= T::one() - share);
    moved(&left, &[(share, end)])
}

/// The mean cross-entropy of a batch of inputs and one-hot targets.
pub fn loss_of<T: Real>(network: &Network<T>, batch: (ArrayView2<T>, ArrayView2<T>)) -> T {
    Loss::SoftmaxCrossEntropy.value(network.forward(batch.0).view(), batch.1)
}

/// The barrier on the way from one network to another: how far the loss rises, at most, above the
/// straight line between its ends. `losses` are at equal steps.
pub fn barrier<T: Real>(losses: &[T]) -> T {
    let last = losses.len() - 1;
    let above = losses.iter().enumerate().map(|(step, &loss)| {
        let u = T::of(step as f64 / last as f64);
        loss - ((T::one() - u) * losses[0] + u * losses[last])
    });
    above.fold(T::zero(), T::max)
}

/// A direction of normal numbers for the weights, and none for the biases.
pub fn random_direction<T: Real>(network: &Network<T>, generator: &mut impl Rng) -> Network<T> {
    let mut direction = network.clone();
    for layer in &mut direction.layers {
        layer.dense.bias.fill(T::zero());
        layer.dense.weights.mapv_inplace(|_| {
            let number: f64 = StandardNormal.sample(generator);
            T::of(number)
        });
    }
    direction
}

/// Filter normalization (Li et al. 2018): the step of each neuron's weights is made as long as
/// these weights are.
pub fn filter_normalized<T: Real>(direction: &Network<T>, network: &Network<T>) -> Network<T> {
    let mut scaled = direction.clone();
    for (steps, own) in scaled.layers.iter_mut().zip(&network.layers) {
        let columns = own.dense.weights.columns();
        for (mut step, weights) in steps.dense.weights.columns_mut().into_iter().zip(columns) {
            let (long, own) = (step.dot(&step).sqrt(), weights.dot(&weights).sqrt());
            step.mapv_inplace(|d| d * own / long);
        }
    }
    scaled
}

/// The same function in other parameters: all sums of the hidden layer times ω, and the weights
/// behind it over ω.
///
/// # Panics
/// If the network has another form than one hidden layer of ReLUs, or if ω is not above zero.
pub fn rescaled_hidden<T: Real>(network: &Network<T>, omega: T) -> Network<T> {
    one_hidden_layer(network);
    assert!(omega > T::zero(), "a factor {omega} of hidden neurons must be above zero");
    let mut scaled = network.clone();
    scaled.layers[0].dense.weights.mapv_inplace(|w| w * omega);
    scaled.layers[0].dense.bias.mapv_inplace(|b| b * omega);
    scaled.layers[1].dense.weights.mapv_inplace(|w| w / omega);
    scaled
}

/// The same function with its hidden neurons in another order: neuron j is the old `order[j]`.
///
/// # Panics
/// If the network has another form than one hidden layer of ReLUs.
pub fn reordered_hidden<T: Real>(network: &Network<T>, order: &[usize]) -> Network<T> {
    one_hidden_layer(network);
    let mut other = network.clone();
    let [hidden, output] = [0, 1].map(|layer: usize| &network.layers[layer].dense);
    other.layers[0].dense.weights =
        hidden.weights.select(Axis(1), order).as_standard_layout().into_owned();
    other.layers[0].dense.bias = hidden.bias.select(Axis(0), order);
    other.layers[1].dense.weights = output.weights.select(Axis(0), order);
    other
}

/// For each hidden neuron of the first network the one of the second that stands in for it: the
/// order in which the two networks' parameters are nearest (weight matching, Ainsworth, Hayase and
/// Srinivasa 2023).
///
/// # Panics
/// If one of the networks has another form than one hidden layer of ReLUs.
pub fn matched_neurons<T: Real>(network: &Network<T>, other: &Network<T>) -> Vec<usize> {
    let [hidden, output] = one_hidden_layer(network);
    let [others_hidden, others_output] = one_hidden_layer(other);
    let mut gains = hidden.weights.t().dot(&others_hidden.weights); // [hidden × hidden]
    gains += &output.weights.dot(&others_output.weights.t());
    Zip::indexed(&mut gains)
        .for_each(|(j, k), gain| *gain += hidden.bias[j] * others_hidden.bias[k]);
    assignment(gains.mapv(|gain| gain.as_f64()).view())
}

/// The assignment of columns to rows, one each, with the largest sum: the Hungarian method (Kuhn
/// 1955), by shortest augmenting paths. `gains: [n × n]`
///
/// # Panics
/// If there are not as many columns as rows.
pub fn assignment(gains: ArrayView2<f64>) -> Vec<usize> {
    let n = gains.nrows();
    assert!(n == gains.ncols(), "an assignment: expected a square, found {:?}", gains.dim());
    let (mut of_rows, mut of_columns) = (vec![0.0; n], vec![0.0; n + 1]); // prices
    let mut row_of = vec![usize::MAX; n + 1]; // of each column; column n is where a path begins
    for row in 0..n {
        row_of[n] = row;
        let (mut column, mut from) = (n, vec![n; n + 1]);
        let (mut slack, mut done) = (vec![f64::INFINITY; n], vec![false; n + 1]);
        while row_of[column] != usize::MAX {
            done[column] = true;
            let here = row_of[column];
            for next in (0..n).filter(|&next| !done[next]) {
                let reduced = -gains[[here, next]] - of_rows[here] - of_columns[next];
                if reduced < slack[next] {
                    (slack[next], from[next]) = (reduced, column);
                }
            }
            let open = (0..n).filter(|&next| !done[next]);
            let nearest = open.min_by(|&i, &j| slack[i].total_cmp(&slack[j])).expect("a column");
            let delta = slack[nearest];
            for next in 0..=n {
                if done[next] {
                    of_rows[row_of[next]] += delta;
                    of_columns[next] -= delta;
                } else if next < n {
                    slack[next] -= delta;
                }
            }
            column = nearest;
        }
        while column != n {
            row_of[column] = row_of[from[column]];
            column = from[column];
        }
    }
    let mut assigned = vec![0; n];
    (0..n).for_each(|column| assigned[row_of[column]] = column);
    assigned
}

/// The product of the Hessian of the loss with a direction, exactly, for the price of two passes
/// (Pearlmutter 1994): each step of the forward and the backward pass is followed by how it changes
/// along the direction.
///
/// # Panics
/// If an activation is neither a ReLU nor the identity.
pub fn hessian_vector_product<T: Real>(
    network: &Network<T>,
    (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
    direction: &Network<T>,
) -> Network<T> {
    let trace = network.trace(inputs);
    let changes = forward_changes(network, &trace, inputs, direction);
    let batch = T::of(inputs.nrows() as f64);
    let p = softmax(trace.output());
    let mut delta = (&p - &targets) / batch; // ∂L/∂Z
    let mut change = softmax_backward(p.view(), changes[network.layers.len()].view()) / batch;
    let mut result = direction.clone();
    for (index, layer) in network.layers.iter().enumerate().rev() {
        let given = trace.inputs_of(index, inputs);
        let steps = &direction.layers[index].dense;
        let dense = &mut result.layers[index].dense;
        dense.weights = transposed_product(given, change.view());
        if index > 0 {
            dense.weights += &transposed_product(changes[index].view(), delta.view());
        }
        dense.bias = change.sum_axis(Axis(0));
        if index == 0 {
            break;
        }
        let z = trace.pre_activations[index - 1].view();
        let activation = network.layers[index - 1].activation;
        let moved = layer.dense.input_gradient(change.view()) + steps.input_gradient(delta.view());
        change = activation.backward(z, moved);
        delta = activation.backward(z, layer.dense.input_gradient(delta.view()));
    }
    result
}

/// How what each layer is given changes along the direction, and the outputs last. The first is not
/// used: the images do not change.
fn forward_changes<T: Real>(
    network: &Network<T>,
    trace: &ch02_forward::Trace<T>,
    inputs: ArrayView2<T>,
    direction: &Network<T>,
) -> Vec<Array2<T>> {
    let mut changes = vec![Array2::zeros((0, 0))];
    for (index, layer) in network.layers.iter().enumerate() {
        let straight = matches!(layer.activation, Activation::Relu | Activation::Identity);
        assert!(straight, "a Hessian: expected ReLUs, found {:?}", layer.activation);
        let mut change = direction.layers[index].dense.forward(trace.inputs_of(index, inputs));
        if index > 0 {
            change += &product(changes[index].view(), layer.dense.weights.view());
        }
        changes.push(layer.activation.backward(trace.pre_activations[index].view(), change));
    }
    changes
}

/// u · v over all parameters.
pub fn inner_product<T: Real>(left: &Network<T>, right: &Network<T>) -> T {
    let pairs = left.parameters().into_iter().zip(right.parameters());
    pairs.flat_map(|(l, r)| l.iter().zip(r).map(|(&l, &r)| l * r)).sum()
}

/// The sharpness, the largest curvature of the loss in any direction, by power iteration: the
/// direction is replaced by the Hessian's product with it, and made one long, so many times.
pub fn sharpness<T: Real>(
    network: &Network<T>,
    batch: (ArrayView2<T>, ArrayView2<T>),
    iterations: usize,
    generator: &mut impl Rng,
) -> T {
    let mut direction = random_direction(network, generator);
    let mut curvature = T::zero();
    for _ in 0..iterations {
        let length = inner_product(&direction, &direction).sqrt();
        direction.parameters_mut().into_iter().flatten().for_each(|value| *value /= length);
        let product = hessian_vector_product(network, batch, &direction);
        curvature = inner_product(&direction, &product);
        direction = product;
    }
    curvature
}
