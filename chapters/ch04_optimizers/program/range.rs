//! The learning-rate range test on a small network: one short run that tells which rates to try.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch04_optimizers::{Adam, Optimizer, Sgd};

use crate::spirals::Task;

const SEED: u64 = 0;
const STEPS: usize = 300;

/// Both optimizers: the test, and what whole runs with constant rates reach.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    let task = Task::new(SEED);
    let mut chart_lines = Vec::new();
    let mut told = Vec::new();
    for (name, make) in [("SGD", sgd as fn() -> _), ("Adam", adam)] {
        let test = range_test(&task, &mut *make());
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
            values.set(&format!("range.{}.{key}", name.to_lowercase()), rate)?;
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
    output.figure("range", &chart.legend().machine_dependent())?;
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
fn range_test(task: &Task, optimizer: &mut dyn Optimizer<f64>) -> Vec<(f64, f64)> {
    let mut network = task.network(Activation::Tanh);
    rates(40, -4..=1).map(|rate| (rate, task.step(&mut network, optimizer, rate))).collect()
}

/// The loss after a run with a constant rate, at most 9.
fn whole_run(task: &Task, optimizer: &mut dyn Optimizer<f64>, rate: f64) -> f64 {
    let mut network = task.network(Activation::Tanh);
    let losses = task.train(&mut network, optimizer, rate, STEPS);
    losses.last().copied().filter(|loss| loss.is_finite()).unwrap_or(9.0).min(9.0)
}
