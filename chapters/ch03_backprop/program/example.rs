//! The examples that the chapter computes by hand: a graph, a neuron and a network.

use ch01_neuron::{Activation, Neuron};
use ch02_forward::{Dense, Layer, Loss, Network, Trace};
use ch03_backprop::{Gradients, LossBackward, NetworkBackward, Tape, Variable};
use ndarray::{Array1, Array2, array};

/// (wx + b − y)² with w = 3, x = −2, b = 10 and y = 1, operation by operation on a tape.
pub struct Squared<'t> {
    pub w: Variable<'t, f64>,
    pub x: Variable<'t, f64>,
    pub b: Variable<'t, f64>,
    pub y: Variable<'t, f64>,
    pub product: Variable<'t, f64>,
    pub z: Variable<'t, f64>,
    pub difference: Variable<'t, f64>,
    pub loss: Variable<'t, f64>,
}

/// Records the graph of the first example.
pub fn squared(tape: &Tape<f64>) -> Squared<'_> {
    let [w, x, b, y] = [3.0, -2.0, 10.0, 1.0].map(|number| tape.variable(number));
    let product = w * x;
    let z = product + b;
    let difference = z - y;
    Squared { w, x, b, y, product, z, difference, loss: difference.powi(2) }
}

/// A neuron that answers 1/2 to [`input`].
pub fn neuron() -> Neuron<f64> {
    Neuron { weights: array![3.0, -1.0], bias: -1.0, activation: Activation::Sigmoid }
}

/// What the neuron sees.
pub fn input() -> Array1<f64> {
    array![1.0, 2.0]
}

/// What the neuron should say.
pub const TARGET: f64 = 1.0;

/// How wrong the neuron is: (a − y)².
pub fn neuron_loss(neuron: &Neuron<f64>) -> f64 {
    (neuron.output(input().view()) - TARGET).powi(2)
}

/// The same, with another first weight.
pub fn loss_by_weight(weight: f64) -> f64 {
    let mut nudged = neuron();
    nudged.weights[0] = weight;
    neuron_loss(&nudged)
}

/// The network of the picture: two inputs, three hidden neurons with ReLU, two classes.
pub fn network() -> Network<f64> {
    let hidden =
        Dense { weights: array![[0.5, -1.0, 1.0], [0.5, 0.25, -1.0]], bias: array![0.0, 1.0, 0.0] };
    let output =
        Dense { weights: array![[1.0, -1.0], [-1.0, 1.0], [2.0, 1.0]], bias: array![0.0, 0.0] };
    Network {
        layers: vec![
            Layer { dense: hidden, activation: Activation::Relu },
            Layer { dense: output, activation: Activation::Identity },
        ],
    }
}

/// One input, three layers of two neurons and one output, all ReLU. For the input 2 all are on, and
/// the output is 100.
pub fn branches() -> Network<f64> {
    let dense = |weights: Array2<f64>| Dense { bias: Array1::zeros(weights.ncols()), weights };
    let weights = [
        array![[4.0, 1.0]],
        array![[2.0, 1.0], [1.0, 1.0]],
        array![[1.0, 3.0], [1.0, -1.0]],
        array![[2.0], [1.0]],
    ];
    let layer = |weights| Layer { dense: dense(weights), activation: Activation::Relu };
    Network { layers: weights.map(layer).into() }
}

/// One forward and one backward pass of the network of the picture, and the loss.
pub struct Passes {
    pub inputs: Array2<f64>,
    pub targets: Array2<f64>,
    pub trace: Trace<f64>,
    pub gradients: Gradients<f64>,
    pub loss: f64,
}

/// Sends the one example through the network of the picture and back.
pub fn passes(network: &Network<f64>) -> Passes {
    let (inputs, targets) = (array![[1.0, 2.0]], array![[0.0, 1.0]]);
    let trace = network.trace(inputs.view());
    let loss = Loss::SoftmaxCrossEntropy.value(trace.output(), targets.view());
    let output_gradient = Loss::SoftmaxCrossEntropy.gradient(trace.output(), targets.view());
    let gradients = network.backward(inputs.view(), &trace, output_gradient);
    Passes { inputs, targets, trace, gradients, loss }
}
