//! Where bowls end: a saddle, a bent valley, and a sum that Adam walks the wrong way.

use anyhow::{Result, ensure};
use book_figures::{Axis, Chart, ContourMap, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::{
    Adam, Momentum, Optimizer, Parameter, Quadratic, Sgd, rosenbrock as height, rosenbrock_gradient,
};
use ndarray::array;

use crate::bowls::number;
use crate::paths::{Point, RULES, best_path, descend, distance, drawn};

/// All of it.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    saddle(output, values)?;
    rosenbrock(output, values)?;
    wrong_way(output, values)
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
    values.set("rosenbrock.sgd_steepest", number(2.0 / rate, 0))?;
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
fn wrong_way(output: &Output, values: &mut Values) -> Result<()> {
    let walk = |mut optimizer: Box<dyn Optimizer<f64>>| {
        let (mut weight, mut line) = ([0.0_f64], vec![(0.0, 0.0)]);
        for t in 1..=600 {
            let gradient = [if t % 3 == 1 { 3.0 } else { -1.0 }];
            let rate = 0.2 / f64::from(t).sqrt();
            optimizer.step(rate, vec![Parameter { values: &mut weight, gradient: &gradient }]);
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
        values.set(&format!("wrong_way.{key}"), number(line[600].1, 1))?;
        chart = chart.series(Series::line(name, line));
    }
    output.figure("wrong_way", &chart)?;
    Ok(())
}
