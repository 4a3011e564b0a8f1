//! What one neuron cannot do: the rule never comes to rest on XOR, and the best of many neurons.

use anyhow::Result;
use book_figures::{Axis, Chart, DecisionRegions, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::{Activation, Gate, Neuron, train_perceptron};
use ndarray::{ArrayView1, array};

use crate::perceptron::corners;

/// How many of the four examples each pass gets wrong.
pub fn draw_mistakes_by_pass(output: &Output, values: &mut Values) -> Result<()> {
    const PASSES: usize = 12;
    let (inputs, targets) = Gate::Xor.examples();
    let mut neuron = Neuron::<f64>::zeros(2, Activation::Step);
    let long = train_perceptron(&mut neuron, inputs.view(), targets.view(), 1000);
    print(format_args!("XOR: {} mistakes in {} passes, no end", long.mistakes, long.epochs))?;
    values.set("xor.passes", Measured::count(long.epochs))?;
    values.set("xor.mistakes", Measured::count(long.mistakes))?;
    let description = format!(
        "AND, OR and NAND come to a pass without a mistake and stay there. XOR does not: in {} \
         passes it makes {} mistakes.",
        long.epochs, long.mistakes
    );
    let chart = Chart::new("Mistakes by pass", description)
        .x_axis(Axis::new("pass through the four examples").integers())
        .y_axis(Axis::new("mistakes").from_zero().integers());
    let gates = [(Gate::And, "AND"), (Gate::Or, "OR"), (Gate::Nand, "NAND"), (Gate::Xor, "XOR")];
    let chart = gates.into_iter().fold(chart, |chart, (gate, name)| {
        chart.series(Series::line(name, mistakes_by_pass(gate, PASSES)).markers())
    });
    output.figure("xor_mistakes", &chart)?;
    Ok(())
}

fn mistakes_by_pass(gate: Gate, passes: usize) -> Vec<(f64, f64)> {
    let (inputs, targets) = gate.examples();
    let mut neuron = Neuron::<f64>::zeros(2, Activation::Step);
    let mut pass = || train_perceptron(&mut neuron, inputs.view(), targets.view(), 1).mistakes;
    (1..=passes).map(|index| (index as f64, pass() as f64)).collect()
}

/// The best of many neurons for XOR.
pub fn draw_best(output: &Output, values: &mut Values) -> Result<()> {
    let (best, right, searched) = best_for_xor();
    print(format_args!(
        "\nXOR: the best of {searched} neurons answers {right} of 4 examples right"
    ))?;
    values.set("xor.searched", Measured::count(searched))?;
    values.set("xor.best", Measured::count(right))?;
    let side = |x: f64, y: f64| usize::from(best.output(array![x, y].view()) == 1.0);
    let description = format!(
        "The line of the best of {searched} neurons: it has {right} of the four corners on the \
         right side. The corners that want a 1 face each other across the square, and so do \
         those that want a 0."
    );
    let ranges = [(-0.5, 1.5), (-0.5, 1.5)];
    let regions = DecisionRegions::new("XOR, and the best line for it", description, ranges, side)
        .axes("first input x₁", "second input x₂")
        .class("wants 0", corners(Gate::Xor, 0.0))
        .class("wants 1", corners(Gate::Xor, 1.0));
    output.figure("xor", &regions)?;
    Ok(())
}

/// Of a grid of neurons, the one that answers most examples of XOR, and by the widest margin.
fn best_for_xor() -> (Neuron<f64>, usize, usize) {
    let (inputs, targets) = Gate::Xor.examples::<f64>();
    let tick = |index: i32| f64::from(index) / 4.0 - 5.0;
    let neuron = |n: i32| Neuron {
        weights: array![tick(n % 41), tick(n / 41 % 41)],
        bias: tick(n / 41 / 41),
        activation: Activation::Step,
    };
    let right = |neuron: &Neuron<f64>| {
        let is_right = |(x, y): (ArrayView1<f64>, &f64)| neuron.output(x) == *y;
        inputs.rows().into_iter().zip(&targets).map(is_right).filter(|right| *right).count()
    };
    let margin = |neuron: &Neuron<f64>| {
        let length = neuron.weights.dot(&neuron.weights).sqrt().max(1e-9);
        inputs
            .rows()
            .into_iter()
            .map(|x| neuron.pre_activation(x).abs() / length)
            .fold(1e9, f64::min)
    };
    let all = (0..41 * 41 * 41).map(neuron).map(|neuron| (right(&neuron), neuron));
    let best = all.min_by(|(many, one), (others, other)| {
        others.cmp(many).then(margin(other).total_cmp(&margin(one)))
    });
    let (right, best) = best.expect("a grid has points");
    (best, right, 41 * 41 * 41)
}
