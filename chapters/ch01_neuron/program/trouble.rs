//! When a neuron stops learning: saturation, cancellation, and units that die.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::{Activation, Neuron, sigmoid, sigmoid_derivative};
use ndarray::{Array1, ArrayView1, array};

use crate::activations::grid;

/// One step of gradient descent for one example: weights and bias move against the gradient of
/// ½(a − y)².
fn gradient_step(
    neuron: &mut Neuron<f64>,
    input: ArrayView1<f64>,
    target: f64,
    learning_rate: f64,
) {
    let z = neuron.pre_activation(input);
    let slope = (neuron.output(input) - target) * neuron.activation.derivative(z); // (a − y) f′(z)
    neuron.weights.scaled_add(-learning_rate * slope, &input);
    neuron.bias -= learning_rate * slope;
}

/// The outputs of a sigmoid neuron without inputs, whose bias walks from `start` toward the target
/// 0 with a learning rate of 1: one output before the first step, and one after each.
fn descend_bias(start: f64, steps: usize) -> Vec<f64> {
    let mut neuron = Neuron { weights: array![], bias: start, activation: Activation::Sigmoid };
    let nothing = Array1::zeros(0);
    let mut outputs = vec![neuron.output(nothing.view())];
    for _ in 0..steps {
        gradient_step(&mut neuron, nothing.view(), 0.0, 1.0);
        outputs.push(neuron.output(nothing.view()));
    }
    outputs
}

/// One sigmoid neuron without inputs, with a target of 0: how its output falls, by its start.
pub fn draw_saturation(output: &Output, values: &mut Values) -> Result<()> {
    const STEPS: usize = 10_000;
    let mut chart_series = Vec::new();
    let mut ends = Vec::new();
    print("\na sigmoid neuron that should say 0, by the bias from which it starts:")?;
    for start in [2.0, 5.0, 8.0, 10.0] {
        let outputs = descend_bias(start, STEPS);
        let steps = outputs.iter().position(|&a| a < 0.1);
        let end = outputs[STEPS];
        print(format_args!(
            "  b = {start:4}: {} steps to 0.1",
            steps.map_or("> 10000".into(), |s| s.to_string())
        ))?;
        if let Some(steps) = steps {
            let steps = Measured::number(steps as f64, Format::Integer).within(1.0);
            values.set(&format!("saturation.steps_from_{start}"), steps)?;
        } else {
            let end = Measured::number(end, Format::Decimals(4)).within(0.0001);
            values.set(&format!("saturation.end_from_{start}"), end)?;
        }
        ends.push(format!("from b = {start} at {end:.3}"));
        let points = outputs.into_iter().enumerate().skip(1);
        let points = points.filter(|(step, _)| *step < 100 || step % 20 == 0);
        let points = points.map(|(step, a)| (step as f64, a));
        chart_series.push(Series::line(format!("b = {start}"), points));
    }
    let description = format!("After {STEPS} steps the output is {}.", ends.join(", "));
    let chart = Chart::new("The further out a sigmoid starts, the longer it is stuck", description)
        .x_axis(Axis::new("step").log())
        .y_axis(Axis::new("output a (wanted: 0)").from_zero());
    output.figure("saturation", &chart_series.into_iter().fold(chart, Chart::series))?;
    Ok(())
}

/// The slopes that the page names: of the sigmoid far out, and the largest of GELU.
pub fn measure_slopes(values: &mut Values) -> Result<()> {
    let formats = [(2.0, Format::Decimals(3)), (5.0, Format::Decimals(4))];
    for (z, format) in formats.into_iter().chain([(10.0_f64, Format::Scientific(1))]) {
        let slope = Measured::number(Activation::Sigmoid.derivative(z), format);
        values.set(&format!("sigmoid_slope_at_{z}"), slope)?;
    }
    let steepest = grid().map(|z| Activation::Gelu.derivative(z)).fold(0.0, f64::max);
    let steepest = Measured::number(steepest, Format::Decimals(2)).within(0.001);
    values.set("gelu_steepest", steepest)?;
    Ok(())
}

/// The slope of the sigmoid in `f32`, by the formula with a subtraction and by the one without.
pub fn draw_cancellation(output: &Output, values: &mut Values) -> Result<()> {
    let grid = || (200..=440).map(|k| k as f32 / 20.0);
    let subtracted = |z: f32| sigmoid(z) * (1.0 - sigmoid(z));
    let lost = grid().find(|&z| subtracted(z) == 0.0).expect("the subtraction gives 0 in the end");
    let points = |f: &dyn Fn(f32) -> f32| {
        let points = grid().map(|z| (f64::from(z), f64::from(f(z))));
        points.filter(|point| point.1 > 0.0).collect::<Vec<_>>()
    };
    let kept = sigmoid_derivative(22.0_f32);
    let description = format!(
        "At 10 both formulas agree. Further out the one that subtracts moves in steps, and from \
         {lost:.1} on it is 0 and cannot be drawn. The other goes on straight, to {kept:.1e} at 22."
    );
    let chart = Chart::new("The slope of the sigmoid in f32, by two formulas", description)
        .x_axis(Axis::new("pre-activation z"))
        .y_axis(Axis::new("slope").log())
        .series(Series::line("σ(z) σ(−z)", points(&sigmoid_derivative)))
        .series(Series::line("σ(z) (1 − σ(z))", points(&subtracted)))
        .legend();
    output.figure("cancellation", &chart)?;
    values.set(
        "cancellation.zero_from",
        Measured::number(f64::from(lost), Format::Decimals(1)).within(0.1),
    )?;
    print(format_args!("\nσ(z)(1 − σ(z)) in f32 is 0 from z = {lost:.1} on"))?;
    Ok(())
}

/// The step at which one target is wrong, and what it says there.
const ACCIDENT: (usize, f64) = (200, -10.0);

/// Neurons that learn y = x + 1/2 until one target is wrong; which of them come back?
pub fn draw_dead_unit(output: &Output, values: &mut Values) -> Result<()> {
    const STEPS: usize = 2000;
    let functions = [
        (Activation::Relu, "relu", "ReLU"),
        (Activation::LeakyRelu, "leaky_relu", "leaky ReLU"),
        (Activation::Softplus, "softplus", "softplus"),
    ];
    let (mut series, mut ends) = (Vec::new(), Vec::new());
    print(format_args!("\none wrong target at step {}:", ACCIDENT.0))?;
    for (activation, key, name) in functions {
        let errors = learn_with_accident(activation, STEPS);
        let [before, after, end] = [ACCIDENT.0, ACCIDENT.0 + 1, STEPS].map(|step| errors[step]);
        let back = (ACCIDENT.0 + 1..=STEPS).find(|&step| errors[step] < 0.01);
        print(format_args!(
            "  {name:10}  error {before:.4}, then {after:.4}, at the end {end:.4}"
        ))?;
        if activation == Activation::Relu {
            let before = Measured::number(before, Format::Scientific(0)).within(1e-6);
            values.set("dead.relu_before", before)?;
        }
        let error_after = Measured::number(after, Format::Decimals(2)).within(0.001);
        values.set(&format!("dead.{key}_after"), error_after)?;
        if activation != Activation::LeakyRelu {
            let end = Measured::number(end, Format::Decimals(4)).within(0.0001);
            values.set(&format!("dead.{key}_end"), end)?;
        }
        if let Some(step) = back {
            let steps = (step - ACCIDENT.0) as f64;
            let steps = Measured::number(steps, Format::Integer).within(1.0);
            values.set(&format!("dead.{key}_steps_back"), steps)?;
        }
        ends.push(format!("{name} from {before:.3} over {after:.2} to {end:.3}"));
        let points = errors.into_iter().enumerate().map(|(step, error)| (step as f64, error));
        series.push(Series::line(name, points));
    }
    let description = format!(
        "The error before the wrong target at step {}, right after it, and at the end: {}.",
        ACCIDENT.0,
        ends.join("; ")
    );
    let chart = Chart::new("One wrong target kills a ReLU neuron", description)
        .x_axis(Axis::new("step"))
        .y_axis(Axis::new("mean squared error").range(0.0, 1.4))
        .vertical_rule(ACCIDENT.0 as f64, "the wrong target");
    output.figure("dead_unit", &series.into_iter().fold(chart, Chart::series))?;
    Ok(())
}

/// The mean squared error before each step of a neuron that looks at one example a step.
fn learn_with_accident(activation: Activation, steps: usize) -> Vec<f64> {
    let mut neuron = Neuron { weights: array![0.5], bias: 0.1, activation };
    let examples = (0..=10).map(|k| f64::from(k) / 10.0).map(|x| (x, x + 0.5));
    let examples: Vec<(f64, f64)> = examples.collect();
    let mut errors = Vec::new();
    for step in 0..=steps {
        let error = |&(x, y): &(f64, f64)| (neuron.output(array![x].view()) - y).powi(2);
        errors.push(examples.iter().map(error).sum::<f64>() / examples.len() as f64);
        let right = examples[7 * step % examples.len()];
        let (x, y) = if step == ACCIDENT.0 { (1.0, ACCIDENT.1) } else { right };
        gradient_step(&mut neuron, array![x].view(), y, 0.2);
    }
    errors
}
