//! The nudge, and the δ of one neuron: as it was printed, and as it is.

use anyhow::Result;
use book_figures::{Axis, Chart, ComputationGraph, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch03_backprop::{ActivationBackward, Tape, central_difference};
use ndarray::array;

use crate::example;

pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    print("One neuron: its loss when the first weight is nudged from 3 to 3 + h")?;
    for (name, h) in [("1", 1.0), ("0_1", 0.1), ("0_01", 0.01), ("0_001", 0.001)] {
        let loss = example::loss_by_weight(3.0 + h);
        let slope = (loss - example::loss_by_weight(3.0)) / h;
        print(format_args!("  h = {h:<6} loss {loss:.6}   change / h = {slope:.6}"))?;
        let six = |number| Measured::number(number, Format::Decimals(6)).within(1e-6);
        values.set(&format!("nudge.loss_{name}"), six(loss))?;
        values.set(&format!("nudge.slope_{name}"), six(slope))?;
    }
    output.figure("nudge", &nudge())?;
    output.figure("neuron", &graph())?;
    output.figure("delta", &deltas())?;
    Ok(())
}

/// The loss by the first weight, with the slope that a small nudge sees.
fn nudge() -> Chart {
    let weights = || (0..=90).map(|k| 0.1 * f64::from(k) - 1.0);
    let at = |weight: f64| (weight, example::loss_by_weight(weight));
    let slope = central_difference(example::loss_by_weight, 3.0, 1e-5);
    let tangent = [1.0, 5.0].map(|weight| (weight, 0.25 + slope * (weight - 3.0)));
    let (_, nudged) = at(4.0);
    let description = format!(
        "The loss falls from 0.96 at a weight of −1 to almost 0 at 8. At 3 it is 0.25 and its \
         slope is {slope:.2}. A nudge by 1 takes it to {nudged:.3}, where the straight line of \
         that slope would be at 0."
    );
    Chart::new("The loss of a neuron by one of its weights", description)
        .x_axis(Axis::new("first weight w₁"))
        .y_axis(Axis::new("loss").range(-0.1, 1.05))
        .series(Series::line("the loss", weights().map(at)))
        .series(Series::line("its slope at 3", tangent))
        .series(Series::scatter("before and after a nudge", [at(3.0), at(4.0)]))
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
    let by = loss.backward();
    let description = format!(
        "Forward: z is {}, a is {}, the loss is {}. Backward: δ = ∂L/∂z is {}, the gradients by \
         the weights are {} and {}, by the bias {}.",
        z.value,
        a.value,
        loss.value,
        by.by(z),
        by.by(w1),
        by.by(w2),
        by.by(b)
    );
    let mut graph = ComputationGraph::new("A neuron, forward and backward", description);
    let ends = [("w₁", w1, 0.0), ("x₁", x1, 1.15), ("w₂", w2, 2.2), ("x₂", x2, 3.35)];
    let ends = ends.map(|(name, number, row)| (graph.variable(name, (0.0, row)), number));
    let times = [0.575, 2.775].map(|row| graph.operation("×", (1.0, row)));
    for (index, (node, number)) in ends.into_iter().enumerate() {
        graph.wire(node, times[index / 2], Some(number.value), Some(by.by(number)));
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
        graph.wire(from, to, Some(number.value), Some(by.by(number)));
    }
    graph
}

/// δ by z for a sigmoid and the target 1: printed, mended, and what nudging z shows.
fn deltas() -> Chart {
    let loss = |z: f64| (Activation::Sigmoid.value(z) - example::TARGET).powi(2);
    let delta = |z: f64| {
        let by_a = 2.0 * (Activation::Sigmoid.value(z) - example::TARGET);
        Activation::Sigmoid.backward(array![[z]].view(), array![[by_a]])[[0, 0]]
    };
    let printed = |z: f64| delta(z) * Activation::Sigmoid.derivative(z);
    let fine = || (-60..=60).map(|k| 0.1 * f64::from(k));
    let coarse = (-6..=6).map(f64::from);
    let nudged = coarse.map(|z| (z, central_difference(loss, z, 1e-5)));
    let description = format!(
        "At z = 0 a nudge of z shows a slope of −0.25. The mended δ is {:.2} there, the printed \
         one {:.4}. The mended curve meets all thirteen nudges; the printed one is nearer to 0 \
         everywhere.",
        delta(0.0),
        printed(0.0)
    );
    Chart::new("δ of a sigmoid neuron: printed, mended, nudged", description)
        .x_axis(Axis::new("pre-activation z"))
        .y_axis(Axis::new("∂L/∂z"))
        .series(Series::line("mended: ∂L/∂a · f′(z)", fine().map(|z| (z, delta(z)))))
        .series(Series::line("as printed: ∂L/∂z · f′(z)", fine().map(|z| (z, printed(z)))))
        .series(Series::scatter("slope seen by nudging z", nudged))
}
