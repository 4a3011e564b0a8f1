//! How the code of chapter 1 behaves, apart from its formulas.

mod neuron;
mod real;
mod perceptron;
mod activations;
mod xor;

use ch01_neuron::{Activation, Gate, Neuron, PerceptronRun, train_perceptron};

/// A neuron that began at zero, after the perceptron rule has gone through a gate's examples.
fn trained(gate: Gate, max_epochs: usize) -> (Neuron<f64>, PerceptronRun) {
    let (inputs, targets) = gate.examples();
    let mut neuron = Neuron::zeros(2, Activation::Step);
    let run = train_perceptron(&mut neuron, inputs.view(), targets.view(), max_epochs);
    (neuron, run)
}
