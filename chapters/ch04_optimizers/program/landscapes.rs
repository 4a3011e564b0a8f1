//! Where a loss is no quadratic: a saddle, a bent valley, a sum on which Adam goes the wrong way;
//! and how to find a rate there.

use anyhow::{Result, ensure};
use book_figures::{Axis, Chart, ContourMap, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::Network;
use ch04_optimizers::{
    Adam, Momentum, Optimizer, Parameter, Quadratic, Sgd, parameters, rosenbrock as height,
    rosenbrock_gradient,
};
use ndarray::array;

use crate::numbers::number;
use crate::paths::{Point, RULES, best_path, descend, distance, drawn};
use crate::spirals::{SEED, Task};

/// How many steps a whole run has, beside which the range test is short.
const STEPS: usize = 300;

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    saddle(output, values)?;
    rosenbrock(output, values)?;
    adam_counterexample(output, values)?;
    range_test(output, values)?;
    edge(values)
}

/// The slope of (x² − y²) / 2: down to the middle from the sides, and down from it up and down.
fn saddle_slope([x, y]: Point) -> Point {
    [x, -y]
}

/// Three rules that start beside the ridge of a saddle.
fn saddle(output: &Output, values: &mut Values) -> Result<()> {
    let start = [-2.0, 0.001];
    let walk = |optimizer: &mut dyn Optimizer<f64>, rate| {
        let mut path = descend(optimizer, rate, start, 400, saddle_slope);
        let left = path.iter().position(|point| point[1].abs() > 1.5).unwrap_or(path.len() - 1);
        path.truncate(left + 1);
        path
    };
    let paths = [
        ("SGD", walk(&mut Sgd::default(), 0.1)),
        ("momentum", walk(&mut Momentum::new(0.9), 0.1)),
        ("Adam", walk(&mut Adam::default(), 0.1)),
    ];
    let told = paths.iter().map(|(name, path)| format!("{name} {}", path.len() - 1));
    let told = told.collect::<Vec<_>>().join(", ");
    print(format_args!("steps to leave the saddle: {told}"))?;
    let description = format!("Steps until each has left the saddle: {told}.");
    let window = [(-2.4, 2.4), (-1.8, 1.8)];
    let mut map = ContourMap::new("A saddle", description, window, |x, y| 0.5 * (x * x - y * y))
        .axes("first parameter", "second parameter")
        .height(557.0)
        .levels([-1.5, -1.0, -0.5, -0.2, 0.0, 0.2, 0.5, 1.0, 1.5, 2.5])
        .mark("saddle", (0.0, 0.0));
    for (name, path) in paths {
        let steps = Measured::count(path.len() - 1);
        values.set(&format!("saddle.{}", name.to_lowercase()), steps)?;
        map = map.path(name, drawn(&path));
    }
    output.figure("saddle", &map)?;
    Ok(())
}

/// The second derivatives of Rosenbrock's valley: by x twice, by y twice, and by both.
fn second_derivatives([x, y]: Point) -> [f64; 3] {
    [2.0 - 400.0 * (y - x * x) + 800.0 * x * x, 200.0, -400.0 * x]
}

/// The largest rate that is stable on the bowl that fits the valley best at a point.
fn largest_stable_rate(point: Point) -> f64 {
    let [along, across, mixed] = second_derivatives(point);
    let curvature = array![[along, mixed], [mixed, across]];
    Quadratic { curvature, minimum: array![1.0, 1.0] }.largest_stable_rate()
}

/// What gradient descent with its best rate for a thousand steps makes of many more.
fn never_arrives(rate: f64, start: Point, lowest: Point, values: &mut Values) -> Result<()> {
    let path = descend(&mut Sgd::default(), rate, start, 20_000, rosenbrock_gradient);
    let [later, last] = [5_000, 20_000].map(|steps| distance(path[steps], lowest));
    ensure!((later - last).abs() < 0.005, "the page says that it stops coming nearer");
    ensure!(rate > largest_stable_rate(lowest), "the page says that it can never arrive");
    values.set("rosenbrock.sgd_later", number(later, 2))?;
    values.set("rosenbrock.sgd_largest_curvature", number(2.0 / rate, 0))?;
    Ok(())
}

/// Three rules in Rosenbrock's bent valley, each with its best rate for a thousand steps.
fn rosenbrock(output: &Output, values: &mut Values) -> Result<()> {
    let (start, lowest, steps) = ([-1.2, 1.0], [1.0, 1.0], 1000);
    let (mut paths, mut told) = (Vec::new(), Vec::new());
    print(format_args!("after {steps} steps in Rosenbrock's valley:"))?;
    for rule in [RULES[0], RULES[1], RULES[5]] {
        let (rate, path) = best_path(rule, start, steps, lowest, rosenbrock_gradient);
        let left = distance(path[steps], lowest);
        print(format_args!("  {:10}rate {rate:.4}, {left:.3} from the lowest point", rule.0))?;
        let name = rule.0.to_lowercase();
        if rule.0 == "SGD" {
            values.set("rosenbrock.sgd", number(left, 2))?;
            never_arrives(rate, start, lowest, values)?;
        } else {
            ensure!(left < 1e-3, "the page says that {name} comes nearer than a thousandth");
        }
        let precise = Measured::number(rate, Format::Decimals(4)).within(0.00005);
        values.set(&format!("rosenbrock.{name}_rate"), precise)?;
        if rule.0 == "Adam" {
            values.set("rosenbrock.start", number(height(start), 0))?;
            values.set("rosenbrock.adam_first", number(height(path[1]), 0))?;
        }
        told.push(format!("{} {left:.2}", rule.0));
        paths.push((rule.0, path));
    }
    let limit = |rate| Measured::number(rate, Format::Decimals(4)).within(0.00005);
    values.set("rosenbrock.start_limit", limit(largest_stable_rate(start)))?;
    values.set("rosenbrock.start_limit_momentum", limit(1.9 * largest_stable_rate(start)))?;
    values.set("rosenbrock.end_limit", limit(largest_stable_rate(lowest)))?;
    let description =
        format!("Distances from the lowest point after {steps} steps: {}.", told.join(", "));
    let window = [(-1.8, 1.8), (-0.7, 2.0)];
    let mut map =
        ContourMap::new("Rosenbrock's valley", description, window, |x, y| height([x, y]))
            .axes("first parameter", "second parameter")
            .levels([0.3, 1.0, 4.0, 15.0, 50.0, 150.0, 400.0])
            .mark("lowest", (1.0, 1.0));
    for (name, path) in paths {
        map = map.path(name, drawn(&path));
    }
    output.figure("rosenbrock", &map.machine_dependent())?;
    Ok(())
}

/// Reddi, Kale and Kumar's example: the gradient is 3 at every third step and −1 at the others, so
/// that down is to the left; the weight is kept between −1 and 1.
fn adam_counterexample(output: &Output, values: &mut Values) -> Result<()> {
    let walk = |mut optimizer: Box<dyn Optimizer<f64>>| {
        let (mut weight, mut line) = ([0.0_f64], vec![(0.0, 0.0)]);
        for t in 1..=600 {
            let gradient = [if t % 3 == 1 { 3.0 } else { -1.0 }];
            let rate = 0.2 / f64::from(t).sqrt();
            optimizer.step(rate, vec![Parameter::new(&mut weight, &gradient)]);
            weight[0] = weight[0].clamp(-1.0, 1.0);
            line.push((f64::from(t), weight[0]));
        }
        line
    };
    let short = Adam { beta1: 0.0, beta2: 0.1, ..Adam::default() };
    let lines = [
        ("SGD", walk(Box::<Sgd<f64>>::default())),
        ("Adam, β₂ = 0.1", walk(Box::new(short))),
        ("Adam, β₂ = 0.999", walk(Box::<Adam<f64>>::default())),
    ];
    let told = lines.iter().map(|(name, line)| format!("{name} at {:.2}", line[600].1));
    let told = told.collect::<Vec<_>>().join(", ");
    print(format_args!("the three-step example: {told}"))?;
    let description = format!("After 600 steps: {told}. The best place is −1.");
    let mut chart = Chart::new("Adam walks the wrong way", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("weight").range(-1.1, 1.1));
    for (key, (name, line)) in ["sgd", "short", "usual"].into_iter().zip(lines) {
        values.set(&format!("adam_counterexample.{key}"), number(line[600].1, 1))?;
        chart = chart.series(Series::line(name, line));
    }
    output.figure("adam_counterexample", &chart)?;
    Ok(())
}

/// Both optimizers: the test, and what whole runs with constant rates reach.
fn range_test(output: &Output, values: &mut Values) -> Result<()> {
    let task = Task::new(SEED);
    let mut chart_lines = Vec::new();
    let mut told = Vec::new();
    for (name, make) in [("SGD", sgd as fn() -> _), ("Adam", adam)] {
        let test = tested(&task, &mut *make());
        let runs: Vec<(f64, f64)> =
            rates(4, -4..=1).map(|rate| (rate, whole_run(&task, &mut *make(), rate))).collect();
        let best = runs.iter().fold((0.0, f64::INFINITY), |a, &b| if b.1 < a.1 { b } else { a });
        let lowest = test.iter().fold(f64::INFINITY, |a, point| a.min(point.1));
        let at = test.iter().position(|point| point.1 == lowest).unwrap_or(0);
        let worse = test[at..].iter().find(|point| point.1.is_nan() || point.1 > test[0].1);
        let explodes = worse.map_or(f64::NAN, |point| point.0);
        print(format_args!(
            "{name}: the test explodes at {explodes:.2}; best rate {:.3}, loss {:.3} after {STEPS} \
             steps",
            best.0, best.1
        ))?;
        for (key, rate) in [("explodes", explodes), ("best", best.0)] {
            let rate = Measured::number(rate, Format::Decimals(1)).within(0.1);
            values.set(&format!("range_test.{}.{key}", name.to_lowercase()), rate)?;
        }
        told.push(format!("{name} {:.2}", best.0));
        chart_lines.push((format!("{name}, test"), test));
        chart_lines.push((format!("{name}, whole runs"), runs));
    }
    let description = format!("The best constant rates for {STEPS} steps: {}.", told.join(", "));
    let mut chart = Chart::new("The range test", description)
        .x_axis(Axis::new("learning rate").log())
        .y_axis(Axis::new("loss").range(0.0, 1.2));
    for (index, (name, line)) in chart_lines.into_iter().enumerate() {
        let series = Series::line(name, line);
        chart = chart.series(if index % 2 == 1 { series.markers() } else { series });
    }
    output.figure("range_test", &chart.legend().machine_dependent())?;
    Ok(())
}

fn sgd() -> Box<dyn Optimizer<f64>> {
    Box::new(Sgd::default())
}

fn adam() -> Box<dyn Optimizer<f64>> {
    Box::new(Adam::default())
}

/// Powers of ten with so many rates for each.
fn rates(count: i32, exponents: std::ops::RangeInclusive<i32>) -> impl Iterator<Item = f64> {
    let (low, high) = (count * exponents.start(), count * exponents.end());
    (low..=high).map(move |k| 10_f64.powf(f64::from(k) / f64::from(count)))
}

/// The rate grows a little with every step, and the loss is written down.
fn tested(task: &Task, optimizer: &mut dyn Optimizer<f64>) -> Vec<(f64, f64)> {
    let mut network = task.network(Activation::Tanh);
    rates(40, -4..=1).map(|rate| (rate, task.step(&mut network, optimizer, rate))).collect()
}

/// The loss after a run with a constant rate, at most 9.
fn whole_run(task: &Task, optimizer: &mut dyn Optimizer<f64>, rate: f64) -> f64 {
    let mut network = task.network(Activation::Tanh);
    let losses = task.train(&mut network, optimizer, rate, STEPS);
    losses.last().copied().filter(|loss| loss.is_finite()).unwrap_or(9.0).min(9.0)
}

/// The largest curvature where the range test is about to explode, and where a run with a larger
/// constant rate has come to rest.
fn edge(values: &mut Values) -> Result<()> {
    let task = Task::new(SEED);
    let limit = |network: &Network<f64>| 2.0 / task.curvatures(network).pop().expect("some");
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
