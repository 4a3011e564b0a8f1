//! Computation graphs with real numbers, every one of them taken from a tape.

use anyhow::Result;
use book_figures::{ComputationGraph, Figure, Output};
use ch01_neuron::Activation;
use ch03_backprop::Tape;

use crate::example::{self, Squared};

pub fn run(output: &Output) -> Result<()> {
    output.figure("graph", &graph())?;
    output.figure("gates", &gates())?;
    output.figure("fork", &fork())?;
    Ok(())
}

/// (wx + b − y)² with w = 3, x = −2, b = 10, y = 1.
fn graph() -> ComputationGraph {
    let tape = Tape::new();
    let Squared { w, x, b, y, product, z, difference, loss } = example::squared(&tape);
    let gradient = loss.backward();
    let description = format!(
        "Forward: 3 times −2 is {}, plus 10 is {}, minus 1 is {}, squared is {}. Backward: the \
         gradient is {} at the difference, {} at b, {} at w and {} at x.",
        product.value,
        z.value,
        difference.value,
        loss.value,
        gradient.with_respect_to(difference),
        gradient.with_respect_to(b),
        gradient.with_respect_to(w),
        gradient.with_respect_to(x)
    );
    let mut graph = ComputationGraph::new("Four operations, forward and backward", description);
    let nodes = [("w", (0.0, 0.0)), ("x", (0.0, 1.0)), ("b", (1.0, 1.6)), ("y", (2.0, 2.1))];
    let [at_w, at_x, at_b, at_y] = nodes.map(|(name, at)| graph.variable(name, at));
    let times = graph.operation("×", (1.0, 0.5));
    let plus = graph.operation("+", (2.0, 0.8));
    let minus = graph.operation("−", (3.0, 1.1));
    let square = graph.operation("²", (4.0, 1.1));
    let end = graph.variable("L", (5.0, 1.1));
    for (from, to, number) in [
        (at_w, times, w),
        (at_x, times, x),
        (times, plus, product),
        (at_b, plus, b),
        (plus, minus, z),
        (at_y, minus, y),
        (minus, square, difference),
        (square, end, loss),
    ] {
        graph.wire(from, to, Some(number.value), Some(gradient.with_respect_to(number)));
    }
    graph
}

/// A plus, a times and a max, each with the inputs 3 and 4, and a square of 3; the gradient at each
/// output is 2.
fn gates() -> ComputationGraph {
    let description = "The gradient at the output of each gate is 2. Three gates have the inputs 3 \
                       and 4. The plus hands 2 to both. The times hands 8 to the 3 and 6 to the 4. \
                       The max hands 0 to the 3 and 2 to the 4. The square of 3 hands 12 to it.";
    let mut graph = ComputationGraph::new("Four gates", description);
    for (row, name) in ["+", "×", "max"].into_iter().enumerate() {
        let tape = Tape::new();
        let (u, v) = (tape.variable(3.0), tape.variable(4.0));
        let q = match name {
            "+" => u + v,
            "×" => u * v,
            _ => u + (v - u).activate(Activation::Relu), // max(u, v)
        };
        let gradient = (q * tape.variable(2.0)).backward();
        let row = 1.55 * row as f64;
        let at_u = graph.variable("q₁", (0.0, row));
        let at_v = graph.variable("q₂", (0.0, row + 1.0));
        let gate = graph.operation(name, (1.2, row + 0.5));
        let end = graph.variable("q", (2.4, row + 0.5));
        graph.wire(at_u, gate, Some(u.value), Some(gradient.with_respect_to(u)));
        graph.wire(at_v, gate, Some(v.value), Some(gradient.with_respect_to(v)));
        graph.wire(gate, end, Some(q.value), Some(gradient.with_respect_to(q)));
    }
    let tape = Tape::new();
    let u = tape.variable(3.0);
    let q = u.powi(2);
    let gradient = (q * tape.variable(2.0)).backward();
    let [at_u, end] = [("q₁", 0.0), ("q", 2.4)].map(|(name, x)| graph.variable(name, (x, 4.85)));
    let gate = graph.operation("²", (1.2, 4.85));
    graph.wire(at_u, gate, Some(u.value), Some(gradient.with_respect_to(u)));
    graph.wire(gate, end, Some(q.value), Some(gradient.with_respect_to(q)));
    graph
}

/// x · σ(x) at x = 2. Each of the two uses of x is a variable of its own here, so that its wire can
/// show its share of the gradient.
fn fork() -> impl Figure {
    let tape = Tape::new();
    let (straight, around) = (tape.variable(2.0), tape.variable(2.0));
    let sigma = around.activate(Activation::Sigmoid);
    let product = straight * sigma;
    let gradient = product.backward();
    let shares = [straight, around].map(|x| gradient.with_respect_to(x));
    let description = format!(
        "The number 2 is used twice. Its wires carry back {:.3} and {:.3}; together {:.2}.",
        shares[0],
        shares[1],
        shares[0] + shares[1]
    );
    let mut graph = ComputationGraph::new("A fork", description);
    let x = graph.variable("x", (0.0, 0.0));
    let f = graph.operation("σ", (1.0, 1.0));
    let times = graph.operation("×", (2.0, 0.0));
    let end = graph.variable("L", (3.0, 0.0));
    graph.wire(x, times, Some(straight.value), Some(shares[0]));
    graph.wire(x, f, Some(around.value), Some(shares[1]));
    graph.wire(f, times, Some(sigma.value), Some(gradient.with_respect_to(sigma)));
    graph.wire(times, end, Some(product.value), Some(1.0));
    graph.tolerance(2.0)
}
