//! What the states of the adaptive rules do, and all seven rules side by side.

use anyhow::{Result, ensure};
use book_figures::{Axis, Chart, ContourMap, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::Network;
use ch04_optimizers::{AdaGrad, Adam, AdamW, Optimizer, Parameter, RmsProp, Sgd};

use crate::numbers::number;
use crate::paths::{Point, RULES, best_path, distance, drawn, slope, step_lengths};
use crate::ravine::{START, map, ravine};
use crate::spirals::{SEED, Task};

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    forgetting(output, values)?;
    bias_correction(output, values)?;
    weight_decay(output, values)?;
    comparison(output, values)?;
    activations_and_optimizers(output, values)
}

/// A gradient of 1 for a hundred steps, and then of 0.01: who gets used to it?
fn forgetting(output: &Output, values: &mut Values) -> Result<()> {
    let gradients = || (1..=1500).map(|step| if step <= 100 { 1.0 } else { 0.01 });
    let adagrad = step_lengths(AdaGrad::default(), gradients());
    let rmsprop = step_lengths(RmsProp::default(), gradients());
    let sgd = step_lengths(Sgd::default(), gradients());
    let last = |lengths: &[(f64, f64)]| lengths[1499].1;
    let description = format!(
        "The gradient falls from 1 to 0.01 after 100 steps. At step 1,500 the step of SGD is {:.4}, \
         of AdaGrad {:.5}, of RMSProp {:.2}, all in units of the learning rate.",
        last(&sgd),
        last(&adagrad),
        last(&rmsprop)
    );
    let chart = Chart::new("Forgetting", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("length of the step ÷ learning rate").log().range(1e-4, 20.0))
        .series(Series::line("SGD", sgd))
        .series(Series::line("AdaGrad", adagrad.clone()))
        .series(Series::line("RMSProp", rmsprop.clone()))
        .vertical_rule(100.0, "gradient 100 times smaller");
    output.figure("forgetting", &chart)?;
    values.set("forgetting.adagrad", number(last(&adagrad), 4))?;
    values.set("forgetting.rmsprop", number(last(&rmsprop), 2))?;
    Ok(())
}

/// Adam's steps under a constant gradient, as they are and as they would be without correction.
fn bias_correction(output: &Output, values: &mut Values) -> Result<()> {
    let corrected = step_lengths(Adam::default(), [0.3; 5000]);
    let uncorrected: Vec<(f64, f64)> = (1..=5000)
        .map(|t| {
            let [m, s] = [0.9_f64, 0.999].map(|beta| 1.0 - beta.powi(t));
            (f64::from(t), m / s.sqrt())
        })
        .collect();
    let largest = uncorrected.iter().fold((0.0, 0.0), |a, &b| if b.1 > a.1 { b } else { a });
    let description = format!(
        "With the correction every step has the length of the learning rate. Without it the first \
         is {:.2} times as long, step {} is {:.1} times as long, and step 5,000 still {:.3} times.",
        uncorrected[0].1, largest.0, largest.1, uncorrected[4999].1
    );
    let chart = Chart::new("Adam's first steps", description)
        .x_axis(Axis::new("step").log())
        .y_axis(Axis::new("length of the step ÷ learning rate").from_zero())
        .series(Series::line("without correction", uncorrected.clone()))
        .series(Series::line("with correction", corrected));
    output.figure("bias_correction", &chart)?;
    values.set("bias_correction.first", number(uncorrected[0].1, 2))?;
    values.set("bias_correction.largest", number(largest.1, 1))?;
    values.set("bias_correction.largest_step", number(largest.0, 0))?;
    print(format_args!(
        "without bias correction Adam's step {} is {:.1} η long",
        largest.0, largest.1
    ))?;
    Ok(())
}

/// Three weights under decay, whose gradients tell nothing and differ only in size.
fn weight_decay(output: &Output, values: &mut Values) -> Result<()> {
    const SIZES: [f64; 3] = [0.03, 0.3, 3.0];
    let weights = |mut optimizer: Box<dyn Optimizer<f64>>| {
        let (mut weights, mut history) = ([1.0; 3], vec![[1.0; 3]]);
        for step in 0..400 {
            let sign = if step % 2 == 0 { 1.0 } else { -1.0 };
            let gradient = SIZES.map(|size| sign * size);
            optimizer.step(0.01, vec![Parameter::new(&mut weights, &gradient)]);
            history.push(weights);
        }
        history
    };
    let penalty = weights(Box::new(Adam { weight_decay: 0.1, ..Adam::default() }));
    let decoupled = weights(Box::new(AdamW { decoupled_decay: 0.1, ..AdamW::default() }));
    let [penalty_end, decoupled_end] = [penalty[400], decoupled[400]];
    let description = format!(
        "After 400 steps the penalty in Adam has brought weights that started at 1 to {:.2}, {:.2} \
         and {:.2} for gradients of the sizes 0.03, 0.3 and 3. AdamW has brought them to {:.2}, \
         {:.2} and {:.2}.",
        penalty_end[0],
        penalty_end[1],
        penalty_end[2],
        decoupled_end[0],
        decoupled_end[1],
        decoupled_end[2]
    );
    let line = |history: &[[f64; 3]], weight: usize| -> Vec<(f64, f64)> {
        history.iter().enumerate().map(|(step, weights)| (step as f64, weights[weight])).collect()
    };
    let mut chart = Chart::new("Decay inside and outside of Adam", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("weight").from_zero());
    for (weight, size) in SIZES.iter().enumerate() {
        chart = chart.series(Series::line(format!("penalty, g = ±{size}"), line(&penalty, weight)));
    }
    chart = chart.series(Series::line("AdamW, g = ±0.03", line(&decoupled, 0)));
    chart = chart.series(Series::line("AdamW, g = ±3", line(&decoupled, 2)));
    output.figure("weight_decay", &chart.legend())?;
    for (name, end) in [("penalty", penalty_end), ("decoupled", decoupled_end)] {
        for (size, end) in ["small", "middle", "large"].into_iter().zip(end) {
            let decimals = if end < 0.01 { 4 } else { 2 };
            values.set(&format!("weight_decay.{name}.{size}"), number(end, decimals))?;
        }
    }
    Ok(())
}

/// All seven rules from one start, each with the rate that suits it best.
fn comparison(output: &Output, values: &mut Values) -> Result<()> {
    let (bowl, steps) = (ravine(), 40);
    let (mut paths, mut rates) = (Vec::new(), Vec::new());
    print(format_args!("after {steps} steps in the ravine, each with its best rate:"))?;
    for rule in RULES {
        let (rate, path) = best_path(rule, START, steps, [1.0, 0.5], slope(&bowl));
        let left = distance(path[steps], [1.0, 0.5]);
        let name = rule.0.to_lowercase();
        values.set(&format!("comparison.{name}.distance"), number(left, 2))?;
        values.set(&format!("comparison.{name}.rate"), number(rate, 3))?;
        print(format_args!("  {:10}rate {rate:.4}, {left:.1e} from the lowest point", rule.0))?;
        paths.push((rule.0, path));
        rates.push(rate);
    }
    let largest = rates.iter().copied().fold(0.0, f64::max);
    let smallest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    values.set("comparison.rate_ratio", number(largest / smallest, 0))?;
    let title = "Rules that share one rate";
    output.figure("comparison_shared", &comparison_map(title, &paths[..3]))?;
    let title = "Rules with a rate for each parameter";
    output.figure("comparison_adaptive", &comparison_map(title, &paths[3..]))?;
    output.figure("comparison", &comparison_chart(&paths))?;
    Ok(())
}

/// How far the paths end from the lowest point, as a sentence.
fn ends(paths: &[(&str, Vec<Point>)]) -> String {
    let end = |path: &[Point]| distance(path[path.len() - 1], [1.0, 0.5]);
    let told = paths.iter().map(|(name, path)| format!("{name} {:.2}", end(path)));
    let told = told.collect::<Vec<_>>().join(", ");
    format!("Distances from the lowest point after 40 steps: {told}.")
}

fn comparison_map(title: &str, paths: &[(&str, Vec<Point>)]) -> ContourMap {
    let mut map = map(title, ends(paths));
    for (name, path) in paths {
        map = map.path(*name, drawn(path));
    }
    map
}

fn comparison_chart(paths: &[(&str, Vec<Point>)]) -> Chart {
    let mut chart = Chart::new("Seven optimizers by step", ends(paths))
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("distance from the lowest point").log());
    for (name, path) in paths {
        let line = path.iter().enumerate();
        let line = line.map(|(step, &point)| (step as f64, distance(point, [1.0, 0.5])));
        chart = chart.series(Series::line(*name, line));
    }
    chart
}

/// By how much the gradients of the network's lists of parameters differ in size: the largest root
/// mean square over the smallest.
fn spread_of_sizes(task: &Task, network: &Network<f64>) -> f64 {
    let gradients = task.loss_and_gradients(network).1;
    let mean_square = |list: &[f64]| list.iter().map(|g| g * g).sum::<f64>() / list.len() as f64;
    let sizes: Vec<f64> =
        gradients.slices().into_iter().map(|list| mean_square(list).sqrt()).collect();
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    largest / sizes.into_iter().fold(f64::INFINITY, f64::min)
}

/// The documents' picture: two activation functions with two optimizers.
fn activations_and_optimizers(output: &Output, values: &mut Values) -> Result<()> {
    let task = Task::new(SEED);
    let optimizers =
        [(RULES[0], [0.1, 0.3, 1.0, 3.0, 10.0]), (RULES[5], [0.003, 0.01, 0.03, 0.1, 0.3])];
    let mut chart_lines = Vec::new();
    let mut told = Vec::new();
    for (activation, hidden) in [("sigmoid", Activation::Sigmoid), ("ReLU", Activation::Relu)] {
        let ratio = spread_of_sizes(&task, &task.network(hidden));
        print(format_args!(
            "{activation}: the sizes of the lists' gradients differ by {ratio:.1}"
        ))?;
        let key = format!("activations_and_optimizers.{}_ratio", activation.to_lowercase());
        values.set(&key, number(ratio, 0))?;
        for ((name, make), rates) in optimizers {
            let runs = rates.map(|rate| {
                let mut network = task.network(hidden);
                (rate, task.train(&mut network, &mut *make(), rate, 300))
            });
            let end = |losses: &[f64]| losses[losses.len() - 1];
            let best = runs.into_iter().min_by(|a, b| end(&a.1).total_cmp(&end(&b.1)));
            let (rate, losses) = best.expect("five runs");
            print(format_args!("{activation} with {name}: rate {rate}, loss {:.3}", end(&losses)))?;
            told.push(format!("{activation} with {name} (rate {rate}) {:.3}", end(&losses)));
            if name == "SGD" {
                let key = format!("activations_and_optimizers.{}_sgd", activation.to_lowercase());
                let loss = Measured::number(end(&losses), Format::Decimals(2)).within(0.01);
                values.set(&key, loss.note(format!("rate {rate}, seed {SEED}")))?;
            } else {
                ensure!(end(&losses) < 0.01, "the page says: Adam's losses are below 0.01");
            }
            let line = losses.into_iter().enumerate();
            let line: Vec<(f64, f64)> = line.map(|(t, loss)| (t as f64, loss)).collect();
            chart_lines.push((format!("{activation}, {name}"), line));
        }
    }
    let description = format!("The loss after 300 steps: {}.", told.join(", "));
    let mut chart = Chart::new("Activation functions and optimizers", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("loss").range(0.0, 0.9));
    for (name, line) in chart_lines {
        chart = chart.series(Series::line(name, line));
    }
    output.figure("activations_and_optimizers", &chart.machine_dependent())?;
    Ok(())
}
