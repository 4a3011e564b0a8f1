//! Where a loss is no quadratic: a saddle, a bent valley, a sum on which Adam goes the wrong way;
//! and how to find a rate there.

use anyhow::{Result, ensure};
use book_figures::{Axis, Chart, ContourMap, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch02_forward::Network;
use ch04_optimizers::{
    Adam, Momentum, Optimizer, Parameter, Quadratic, Sgd, parameters, rosenbrock as height,
    rosenbrock_gradient,
};
use ndarray::array;
use rayon::prelude::*;

use crate::numbers::number;
use crate::paths::{Point, RULES, best_path, descend, distance, drawn};
use crate::spirals::{SEED, Task};
use crate::study::{self, RangeRuns, Rule};

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    saddle(output, values)?;
    saddle_wait(output, values)?;
    rosenbrock(output, values)?;
    adam_counterexample(output, values)?;
    range_test(output, values)?;
    edge(values)?;
    clipping(values)
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

/// How many steps each rule needs, at its best, to leave the saddle for good, by how near to the ridge
/// it starts.
fn saddle_wait(output: &Output, values: &mut Values) -> Result<()> {
    let needed = |optimizer: &mut dyn Optimizer<f64>, rate: f64, offset: f64| {
        let path = descend(optimizer, rate, [-2.0, offset], 200, saddle_slope);
        let left = |point: &Point| point[1].abs() > 1.5 && point[0].abs() < 0.1;
        path.iter().position(left).unwrap_or(1000)
    };
    let rates = || (-30..=12).map(|k| 10_f64.powf(f64::from(k) / 20.0));
    let momenta = || (0..20).map(|k| 0.05 * f64::from(k));
    let offsets: Vec<f64> = (1..=12).map(|k| 10_f64.powi(-k)).collect();
    let of = |best: &dyn Fn(f64) -> Option<usize>| -> Vec<(f64, f64)> {
        let steps = |&offset: &f64| (offset, best(offset).unwrap_or(1000) as f64);
        offsets.iter().map(steps).collect()
    };
    let sgd = of(&|offset| rates().map(|rate| needed(&mut Sgd::default(), rate, offset)).min());
    let momentum = of(&|offset| {
        let tries = momenta().flat_map(|mu| rates().map(move |rate| (mu, rate)));
        tries.map(|(mu, rate)| needed(&mut Momentum::new(mu), rate, offset)).min()
    });
    let adam = of(&|offset| {
        let tries = momenta().flat_map(|beta1| rates().map(move |rate| (beta1, rate)));
        let adam = |beta1| Adam { beta1, ..Adam::default() };
        tries.map(|(beta1, rate)| needed(&mut adam(beta1), rate, offset)).min()
    });
    let lines = [("SGD", sgd), ("momentum", momentum), ("Adam", adam)];
    let told = lines.iter().map(|(name, line)| {
        format!("{name} {} from a distance of 0.1, {} from 10⁻¹²", line[0].1, line[11].1)
    });
    let told = told.collect::<Vec<_>>().join("; ");
    print(format_args!("steps to leave the saddle, each rule at its best: {told}"))?;
    let description = format!("Steps to leave the saddle, each rule at its best: {told}.");
    let mut chart = Chart::new("Waiting at a saddle", description)
        .x_axis(Axis::new("distance from the ridge at the start").log())
        .y_axis(Axis::new("steps until it has left").from_zero());
    for (name, line) in lines {
        for (key, index) in [("thousandth", 2), ("far", 11)] {
            let steps = Measured::count(line[index].1 as usize);
            values.set(&format!("saddle_wait.{}.{key}", name.to_lowercase()), steps)?;
        }
        chart = chart.series(Series::line(name, line).markers());
    }
    output.figure("saddle_wait", &chart)?;
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
    for rule in RULES {
        let (rate, path) = best_path(rule, start, steps, lowest, rosenbrock_gradient);
        let left = distance(path[steps], lowest);
        print(format_args!("  {:10}rate {rate:.4}, {left:.3} from the minimum", rule.0))?;
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
        format!("Distances from the minimum after {steps} steps: {}.", told.join(", "));
    let window = [(-1.8, 1.8), (-0.7, 2.0)];
    let mut map =
        ContourMap::new("Rosenbrock's valley", description, window, |x, y| height([x, y]))
            .axes("first parameter", "second parameter")
            .levels([0.3, 1.0, 4.0, 15.0, 50.0, 150.0, 400.0])
            .mark("minimum", (1.0, 1.0));
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

/// Both optimizers: the test with seed 0, and what whole runs with constant rates reach with ten seeds.
fn range_test(output: &Output, values: &mut Values) -> Result<()> {
    let record = study::load()?;
    let (how, study) = (record.how(), record.outcome);
    let (mut chart_lines, mut told) = (Vec::new(), Vec::new());
    for rule in [Rule::Sgd, Rule::Adam] {
        let name = rule.name();
        let all: Vec<&RangeRuns> = study.range.iter().filter(|runs| runs.rule == rule).collect();
        let best: Vec<f64> = all.iter().map(|runs| runs.best()).collect();
        let explodes: Vec<f64> = all.iter().map(|runs| runs.explodes).collect();
        let timid = all.iter().filter(|runs| runs.best() > runs.explodes).count();
        let lost = all.iter().map(|runs| (runs.loss_at(runs.explodes / 5.0) / runs.least()).ln());
        let lost = (lost.sum::<f64>() / all.len() as f64).exp();
        let key = format!("range_test.{}", name.to_lowercase());
        print(format_args!(
            "{name}: the test explodes at {explodes:.2?}; best rates {best:.2?}, above that with {timid} \
             of {} seeds; a fifth of that rate leaves {lost:.1} times the least loss",
            all.len()
        ))?;
        for (end, rates) in [("explodes", &explodes), ("best", &best)] {
            let mut sorted = rates.clone();
            sorted.sort_by(f64::total_cmp);
            let middle = 0.5 * (sorted[sorted.len() / 2] + sorted[(sorted.len() - 1) / 2]);
            let told = [("low", sorted[0]), ("median", middle), ("high", sorted[sorted.len() - 1])];
            for (which, rate) in told {
                let rate = Measured::number(rate, Format::Decimals(2)).within(0.005);
                let rate = rate.note("ten seeds").experiment(&how);
                values.set(&format!("{key}.{end}.{which}"), rate)?;
            }
        }
        values.set(&format!("{key}.timid"), Measured::count(timid).experiment(&how))?;
        let lost = Measured::number(lost, Format::Decimals(1)).within(0.05);
        values.set(&format!("{key}.lost"), lost.note("geometric mean").experiment(&how))?;
        told.push(format!("{name} {:.2} (seed 0)", best[0]));
        chart_lines.push((format!("{name}, test"), study::range_test(rule, 0)));
        let median = |index: usize| {
            let mut losses: Vec<f64> = all.iter().map(|runs| runs.losses[index]).collect();
            losses.sort_by(f64::total_cmp);
            (all[0].rates[index], 0.5 * (losses[losses.len() / 2] + losses[(losses.len() - 1) / 2]))
        };
        let medians: Vec<(f64, f64)> = (0..all[0].rates.len()).map(median).collect();
        chart_lines.push((format!("{name}, whole runs"), medians));
    }
    let description = format!("The best constant rates for 300 steps: {}.", told.join(", "));
    let mut chart = Chart::new("The range test", description)
        .x_axis(Axis::new("learning rate").log())
        .y_axis(Axis::new("loss").log().range(1e-3, 10.0));
    for (index, (name, line)) in chart_lines.into_iter().enumerate() {
        let line = line.into_iter().map(|(rate, loss)| (rate, loss.clamp(1e-3, 10.0)));
        let series = Series::line(name, line);
        chart = chart.series(if index % 2 == 1 { series.markers() } else { series });
    }
    output.figure("range_test", &chart.legend().machine_dependent())?;
    Ok(())
}

/// The largest curvature where the range test is about to explode, and where a run with a larger
/// constant rate has come to rest.
fn edge(values: &mut Values) -> Result<()> {
    let task = Task::new(SEED);
    let limit = |network: &Network<f64>| 2.0 / task.curvatures(network).pop().expect("some");
    let (mut network, mut sgd) = (task.tanh_network(), Sgd::default());
    for k in 0..=175 {
        task.step(&mut network, &mut sgd, 10_f64.powf(-4.0 + f64::from(k) / 40.0));
    }
    let test = limit(&network);
    let mut network = task.tanh_network();
    let losses = task.train(&mut network, &mut Sgd::default(), 10_f64.powf(0.75), 60);
    let (worst, run) = (losses.iter().copied().fold(0.0, f64::max), limit(&network));
    print(format_args!(
        "the limit is {test:.2} in the range test at a rate of 2.4, and {run:.1} after 60 steps with \
         5.6, in which the loss was up to {worst:.0}"
    ))?;
    values.set("edge.test_limit", number(test, 1))?;
    ensure!(run > 5.7, "the page says that the run's rate of 5.6 is below the limit");
    values.set("edge.run_worst", number(worst, 0))?;
    Ok(())
}

/// A run in which every gradient that is longer than 1 is cut to that length: its losses, and how many
/// were cut.
fn clipped_run(seed: u64, rate: f64) -> (Vec<f64>, usize) {
    let task = Task::new(seed);
    let (mut network, mut sgd) = (task.tanh_network(), Sgd::default());
    let (mut losses, mut cut) = (Vec::new(), 0);
    for _ in 0..study::STEPS {
        let (loss, gradients) = task.loss_and_gradients(&network);
        let squares = gradients.slices().into_iter().flatten().map(|g| g * g);
        let length = squares.sum::<f64>().sqrt();
        cut += usize::from(length > 1.0);
        let rate = rate * (1.0 / length).min(1.0); // as long a step as with a shorter gradient
        sgd.step(rate, parameters(&mut network, &gradients));
        losses.push(loss);
    }
    (losses, cut)
}

/// With and without clipping, each at its own best rate, with five seeds.
fn clipping(values: &mut Values) -> Result<()> {
    let study = study::load()?.outcome;
    let free = |rate: f64| -> Vec<f64> {
        let runs = study.range.iter().filter(|runs| runs.rule == Rule::Sgd && runs.seed < 5);
        runs.map(|runs| runs.loss_at(rate).ln()).collect()
    };
    let cut = |rate: f64| -> Vec<f64> {
        let end = |seed| {
            let losses = clipped_run(seed, rate).0;
            (losses[study::STEPS - 10..].iter().sum::<f64>() / 10.0).min(9.0).ln()
        };
        (0..5_u64).into_par_iter().map(end).collect()
    };
    let mean = |logs: &[f64]| logs.iter().sum::<f64>() / logs.len() as f64;
    let best = |run: &dyn Fn(f64) -> Vec<f64>| {
        let tries = (1..=6).map(|k| 10_f64.powf(f64::from(k) / 4.0)).map(|rate| (rate, run(rate)));
        tries.min_by(|a, b| mean(&a.1).total_cmp(&mean(&b.1))).expect("there are rates")
    };
    let (free, cut) = (best(&free), best(&cut));
    let logs: Vec<f64> = cut.1.iter().zip(&free.1).map(|(cut, free)| cut - free).collect();
    let center = mean(&logs);
    let squares = logs.iter().map(|log| (log - center).powi(2)).sum::<f64>();
    let half = 2.776 * (squares / 4.0 / 5.0).sqrt();
    let (worst, share) = (0..5)
        .map(|seed| clipped_run(seed, 10_f64.powf(0.75)))
        .fold((0.0, 0), |(worst, all), (losses, cut)| {
            (losses.into_iter().fold(worst, f64::max), all + cut)
        });
    print(format_args!(
        "free at rate {:.2}, clipped at {:.2}: {:.2} times the loss ({:.2} to {:.2}); at 5.6 up to \
         {worst:.1}, {share} of 1500 cut",
        free.0,
        cut.0,
        center.exp(),
        (center - half).exp(),
        (center + half).exp()
    ))?;
    for (name, rate) in [("free_rate", free.0), ("cut_rate", cut.0)] {
        values.set(&format!("clipping.{name}"), number(rate, 1))?;
    }
    for (name, log) in [("times", center), ("low", center - half), ("high", center + half)] {
        let times = Measured::number(log.exp(), Format::Decimals(1)).within(0.05);
        values.set(&format!("clipping.{name}"), times.note("five seeds, 95% interval"))?;
    }
    values.set("clipping.worst", number(worst, 0))?;
    Ok(())
}
