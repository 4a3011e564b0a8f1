//! One neuron as a graph, and its δ: as it was printed, and as it is.

use anyhow::Result;
use book_figures::{Axis, Chart, ComputationGraph, Output, Series};
use ch01_neuron::Activation;
use ch03_backprop::{ActivationBackward, Tape, central_difference};
use ndarray::array;

use crate::example;

pub fn run(output: &Output) -> Result<()> {
    output.figure("neuron", &graph())?;
    output.figure("delta", &deltas())?;
    Ok(())
}

/// The neuron as a graph: every number of both passes.
fn graph() -> ComputationGraph {
    let neuron = example::neuron();
    let tape = Tape::new();
    let [w1, w2] = [0, 1].map(|i| tape.variable(neuron.weights[i]));
    let [x1, x2] = [0, 1].map(|i| tape.variable(example::input()[i]));
    let (b, y) = (tape.variable(neuron.bias), tape.variable(example::TARGET));
    let (q1, q2) = (w1 * x1, w2 * x2);
    let z = q1 + q2 + b;
    let a = z.activate(neuron.activation);
    let loss = (a - y).powi(2);
    let gradient = loss.backward();
    let description = format!(
        "Forward: z is {}, a is {}, the loss is {}. Backward: δ = ∂L/∂z is {}, the gradients of \
         the weights are {} and {}, of the bias {}.",
        z.value,
        a.value,
        loss.value,
        gradient.with_respect_to(z),
        gradient.with_respect_to(w1),
        gradient.with_respect_to(w2),
        gradient.with_respect_to(b)
    );
    let mut graph = ComputationGraph::new("A neuron, forward and backward", description);
    let ends = [("w₁", w1, 0.0), ("x₁", x1, 1.15), ("w₂", w2, 2.2), ("x₂", x2, 3.35)];
    let ends = ends.map(|(name, number, row)| (graph.variable(name, (0.0, row)), number));
    let times = [0.575, 2.775].map(|row| graph.operation("×", (1.0, row)));
    for (index, (node, number)) in ends.into_iter().enumerate() {
        graph.wire(
            node,
            times[index / 2],
            Some(number.value),
            Some(gradient.with_respect_to(number)),
        );
    }
    let plus = graph.operation("+", (2.2, 1.675));
    let bias = graph.variable("b", (3.2, 0.4));
    let f = graph.operation("σ", (3.5, 1.675));
    let square = graph.operation("(a − y)²", (4.8, 1.675));
    let target = graph.variable("y", (4.8, 2.9));
    let end = graph.variable("L", (6.1, 1.675));
    for (from, to, number) in [
        (times[0], plus, q1),
        (times[1], plus, q2),
        (bias, plus, b),
        (plus, f, z),
        (f, square, a),
        (target, square, y),
        (square, end, loss),
    ] {
        graph.wire(from, to, Some(number.value), Some(gradient.with_respect_to(number)));
    }
    graph
}

/// δ against z for a sigmoid and the target 1: printed, correct, and what nudging z shows.
fn deltas() -> Chart {
    let loss = |z: f64| (Activation::Sigmoid.value(z) - example::TARGET).powi(2);
    let delta = |z: f64| {
        let output_gradient = 2.0 * (Activation::Sigmoid.value(z) - example::TARGET);
        Activation::Sigmoid.backward(array![[z]].view(), array![[output_gradient]])[[0, 0]]
    };
    let printed = |z: f64| delta(z) * Activation::Sigmoid.derivative(z);
    let fine = || (-60..=60).map(|k| 0.1 * f64::from(k));
    let coarse = (-6..=6).map(f64::from);
    let nudged = coarse.map(|z| (z, central_difference(loss, z, 1e-5)));
    let description = format!(
        "At z = 0 a nudge of z shows a slope of −0.25. The correct δ is {:.2} there, the printed \
         one {:.4}. The correct curve meets all thirteen nudges; the printed one is nearer to 0 \
         everywhere.",
        delta(0.0),
        printed(0.0)
    );
    Chart::new("δ of a sigmoid neuron: printed, correct, nudged", description)
        .x_axis(Axis::new("pre-activation z"))
        .y_axis(Axis::new("∂L/∂z"))
        .series(Series::line("correct: ∂L/∂a · f′(z)", fine().map(|z| (z, delta(z)))))
        .series(Series::line("as printed: ∂L/∂z · f′(z)", fine().map(|z| (z, printed(z)))))
        .series(Series::scatter("slope seen by nudging z", nudged))
}
