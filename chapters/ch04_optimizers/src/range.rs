//! The learning-rate range test on a small network: one short run that tells which rates to try.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Output, Series};
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{LossBackward, NetworkBackward};
use ch04_optimizers::{Adam, Optimizer, Sgd, parameters};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

const SEED: u64 = 0;
const STEPS: usize = 300;
const LOSS: Loss = Loss::BinaryCrossEntropy;

/// Both optimizers: the test, and what whole runs with constant rates reach.
pub fn run(output: &Output) -> Result<()> {
    let (inputs, targets) = spirals(100);
    let task = Task { inputs, targets };
    let mut chart_lines = Vec::new();
    let mut told = Vec::new();
    for (name, make) in [("SGD", sgd as fn() -> _), ("Adam", adam)] {
        let test = task.range_test(&mut *make());
        let runs: Vec<(f64, f64)> =
            rates(4, -4..=1).map(|rate| (rate, task.train(&mut *make(), rate))).collect();
        let best = runs.iter().fold((0.0, f64::INFINITY), |a, &b| if b.1 < a.1 { b } else { a });
        println!("{name}: best rate {:.3}, loss {:.3} after {STEPS} steps", best.0, best.1);
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

/// Two arms that wind around each other, half of the points in each.
fn spirals(count: usize) -> (Array2<f64>, Array2<f64>) {
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let mut inputs = Array2::zeros((2 * count, 2));
    let mut targets = Array2::zeros((2 * count, 1));
    for index in 0..2 * count {
        let (arm, place) = (index % 2, (index / 2) as f64 / count as f64);
        let angle = std::f64::consts::PI * (1.5 * place + arm as f64);
        let mut noise = || -> f64 { 0.25 * generator.sample::<f64, _>(StandardNormal) };
        inputs[[index, 0]] = (0.3 + 1.7 * place) * angle.cos() + noise();
        inputs[[index, 1]] = (0.3 + 1.7 * place) * angle.sin() + noise();
        targets[[index, 0]] = arm as f64;
    }
    (inputs, targets)
}

struct Task {
    inputs: Array2<f64>,
    targets: Array2<f64>,
}

impl Task {
    fn network(&self) -> Network<f64> {
        let activations = (Activation::Tanh, Activation::Identity);
        let mut generator = ChaCha8Rng::seed_from_u64(SEED);
        Network::new(&[2, 24, 24, 1], activations, Initialization::Xavier, &mut generator)
    }

    /// One step on all the points; gives the loss before it.
    fn step(
        &self,
        network: &mut Network<f64>,
        optimizer: &mut dyn Optimizer<f64>,
        rate: f64,
    ) -> f64 {
        let inputs = self.inputs.view();
        let trace = network.trace(inputs);
        let gradient = LOSS.gradient(trace.output(), self.targets.view());
        let gradients = network.backward(inputs, &trace, gradient);
        optimizer.step(rate, parameters(network, &gradients));
        LOSS.value(trace.output(), self.targets.view())
    }

    /// The rate grows a little with every step, and the loss is written down.
    fn range_test(&self, optimizer: &mut dyn Optimizer<f64>) -> Vec<(f64, f64)> {
        let mut network = self.network();
        rates(40, -4..=1).map(|rate| (rate, self.step(&mut network, optimizer, rate))).collect()
    }

    /// The loss after a run with a constant rate, at most 9.
    fn train(&self, optimizer: &mut dyn Optimizer<f64>, rate: f64) -> f64 {
        let mut network = self.network();
        let losses = (0..STEPS).map(|_| self.step(&mut network, optimizer, rate));
        losses.last().filter(|loss| loss.is_finite()).unwrap_or(9.0).min(9.0)
    }
}
