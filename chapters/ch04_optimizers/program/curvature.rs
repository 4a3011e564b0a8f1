//! The curvatures of a real loss, and what activation functions and optimizers do together on it.

use anyhow::{Result, ensure};
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::Network;
use ch04_optimizers::{Optimizer, Quadratic, Sgd, parameters};
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::bowls::number;
use crate::paths::RULES;
use crate::spirals::Task;

const SEED: u64 = 0;

/// All of it.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    spectrum(output, values)?;
    edge(values)?;
    pairs(output, values)
}

/// All curvatures of the loss at a network, smallest first.
fn curvatures(task: &Task, network: &Network<f64>) -> Vec<f64> {
    let flat = |network: &Network<f64>| -> Vec<f64> {
        task.loss_and_gradients(network).1.slices().concat()
    };
    let (count, h) = (network.parameter_count(), 1e-5);
    let nudged = |index: usize, h: f64| {
        let mut network = network.clone();
        let mut lists = network.parameters_mut();
        *lists.iter_mut().flat_map(|list| list.iter_mut()).nth(index).expect("counted") += h;
        flat(&network)
    };
    let row = |index: usize| -> Vec<f64> {
        let both = nudged(index, h).into_iter().zip(nudged(index, -h));
        both.map(|(up, down)| (up - down) / (2.0 * h)).collect()
    };
    let rows: Vec<Vec<f64>> = (0..count).into_par_iter().map(row).collect();
    let hessian = Array2::from_shape_fn((count, count), |(i, j)| rows[i][j]);
    let curvature = 0.5 * (&hessian + &hessian.t()); // the nudges leave it symmetric but for 1e-9
    Quadratic { curvature, minimum: Array1::zeros(count) }.eigenvalues()
}

/// The sizes of all curvatures at the start and after training.
fn spectrum(output: &Output, values: &mut Values) -> Result<()> {
    let task = Task::new(SEED);
    let mut network = task.network(Activation::Tanh);
    let start = curvatures(&task, &network);
    task.train(&mut network, &mut Sgd::default(), 0.3, 300);
    let trained = curvatures(&task, &network);
    let sizes = |curvatures: &[f64]| {
        let mut sizes: Vec<f64> = curvatures.iter().map(|lambda| lambda.abs()).collect();
        sizes.sort_by(|a, b| b.total_cmp(a));
        sizes
    };
    let count = start.len();
    let mut chart_lines = Vec::new();
    let mut told = Vec::new();
    for (name, curvatures) in [("start", start), ("trained", trained)] {
        let sizes = sizes(&curvatures);
        let (largest, middle) = (sizes[0], sizes[count / 2]);
        let negative = curvatures.iter().filter(|&&lambda| lambda < -1e-6).count();
        print(format_args!(
            "{name}: largest curvature {largest:.3}, the middle one {middle:.1e}, {negative} of \
             {count} negative"
        ))?;
        told.push(format!("at the {name} the largest is {largest:.2}, the middle {middle:.0e}"));
        values.set(&format!("spectrum.{name}.largest"), number(largest, 2))?;
        values.set(&format!("spectrum.{name}.limit"), number(2.0 / largest, 2))?;
        let ratio = Measured::number(largest / middle, Format::Scientific(0));
        values.set(&format!("spectrum.{name}.ratio"), ratio.within(0.05 * largest / middle))?;
        let line = sizes.into_iter().enumerate();
        let line: Vec<(f64, f64)> = line.map(|(k, size)| (k as f64 + 1.0, size)).collect();
        chart_lines.push((name, line));
    }
    values.set("spectrum.parameters", Measured::count(count))?;
    let description = format!("Of {count} curvatures, by size: {}.", told.join("; "));
    let mut chart = Chart::new("The curvatures of a real loss", description)
        .x_axis(Axis::new("curvature number").integers())
        .y_axis(Axis::new("size of the curvature").log().range(1e-8, 30.0));
    for (name, line) in chart_lines {
        chart = chart.series(Series::line(name, line));
    }
    output.figure("spectrum", &chart.machine_dependent())?;
    Ok(())
}

/// The largest curvature where the range test is about to explode, and where a run with a larger
/// constant rate has come to rest.
fn edge(values: &mut Values) -> Result<()> {
    let task = Task::new(SEED);
    let limit = |network: &Network<f64>| 2.0 / curvatures(&task, network).pop().expect("some");
    let (mut network, mut sgd) = (task.network(Activation::Tanh), Sgd::default());
    for k in 0..=175 {
        task.step(&mut network, &mut sgd, 10_f64.powf(-4.0 + f64::from(k) / 40.0));
    }
    let test = limit(&network);
    let mut network = task.network(Activation::Tanh);
    let losses = task.train(&mut network, &mut Sgd::default(), 10_f64.powf(0.75), 60);
    let (worst, run) = (losses.iter().copied().fold(0.0, f64::max), limit(&network));
    print(format_args!(
        "the limit is {test:.2} in the range test at a rate of 2.4, and {run:.1} after 60 steps with \
         5.6, in which the loss was up to {worst:.0}"
    ))?;
    values.set("edge.test_limit", number(test, 1))?;
    ensure!(run > 5.7, "the page says that the run's rate of 5.6 is below the limit");
    values.set("edge.run_worst", number(worst, 0))?;
    clipped(&task, values)
}

/// The run with the large rate once more, for 300 steps: as it is, and with every gradient that is
/// longer than 1 cut to that length.
fn clipped(task: &Task, values: &mut Values) -> Result<()> {
    let rate = 10_f64.powf(0.75);
    let free = task.train(&mut task.network(Activation::Tanh), &mut Sgd::default(), rate, 300)[299];
    let (mut network, mut sgd) = (task.network(Activation::Tanh), Sgd::default());
    let (mut losses, mut cut) = (Vec::new(), 0);
    for _ in 0..300 {
        let (loss, gradients) = task.loss_and_gradients(&network);
        let squares = gradients.slices().into_iter().flatten().map(|g| g * g);
        let length = squares.sum::<f64>().sqrt();
        cut += usize::from(length > 1.0);
        let rate = rate * (1.0 / length).min(1.0); // as long a step as with a shorter gradient
        sgd.step(rate, parameters(&mut network, &gradients));
        losses.push(loss);
    }
    let (worst, end) = (losses.iter().copied().fold(0.0, f64::max), losses[299]);
    print(format_args!(
        "with {cut} gradients cut the loss is up to {worst:.1}; it ends at {end:.4}, not {free:.4}"
    ))?;
    values.set("edge.clipped_worst", number(worst, 0))?;
    ensure!((43..=60).contains(&cut), "the page says: about one gradient in six is cut");
    ensure!((6.0..15.0).contains(&(end / free)), "the page says: about ten times the loss");
    Ok(())
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
fn pairs(output: &Output, values: &mut Values) -> Result<()> {
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
        let key = format!("pairs.{}_ratio", activation.to_lowercase());
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
                let key = format!("pairs.{}_sgd", activation.to_lowercase());
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
    output.figure("pairs", &chart.machine_dependent())?;
    Ok(())
}
