//! The task with known answers: the mean of a thousand numbers, by gradient descent on batches.

use ch04_optimizers::{Optimizer, Parameter, Sgd};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// What all chance comes from.
pub const SEED: u64 = 4;
/// How many numbers there are.
pub const EXAMPLES: usize = 1000;
/// How many steps a run has.
pub const STEPS: usize = 400;
/// How many runs a mean is taken over.
pub const RUNS: u64 = 1000;

/// The points of a line: the step, and the mean squared distance.
pub type Line = Vec<(f64, f64)>;

/// Numbers whose mean is to be found: L(θ) is half the mean of (θ − x)², a parabola of curvature 1.
pub struct Task {
    /// The numbers.
    pub numbers: Vec<f64>,
    /// Their mean.
    pub mean: f64,
    /// Their variance, which is that of a gradient.
    pub variance: f64,
}

impl Task {
    /// Draws the numbers.
    pub fn new() -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(SEED);
        let draw = || StandardNormal.sample(&mut generator);
        let numbers: Vec<f64> = std::iter::repeat_with(draw).take(EXAMPLES).collect();
        let mean = numbers.iter().sum::<f64>() / EXAMPLES as f64;
        let squares = numbers.iter().map(|number| (number - mean).powi(2));
        let variance = squares.sum::<f64>() / EXAMPLES as f64;
        Self { numbers, mean, variance }
    }

    /// The gradient at `weight` of so many examples, drawn one by one with replacement.
    pub fn gradient(&self, weight: f64, batch: usize, generator: &mut ChaCha8Rng) -> f64 {
        let mut draw = || self.numbers[generator.random_range(0..EXAMPLES)];
        let sum: f64 = (0..batch).map(|_| weight - draw()).sum();
        sum / batch as f64
    }

    /// The mean over many runs of the squared distance after each step, from a distance of 3, with a
    /// learning rate for each step, counted from 0.
    pub fn with_rates(&self, batch: usize, rate: impl Fn(usize) -> f64) -> Line {
        let mut sums = vec![0.0; STEPS + 1];
        for run in 0..RUNS {
            let mut generator = ChaCha8Rng::seed_from_u64(SEED + 1 + run);
            let (mut sgd, mut weight) = (Sgd::default(), [self.mean + 3.0]);
            for (step, sum) in sums.iter_mut().enumerate() {
                *sum += (weight[0] - self.mean).powi(2);
                let gradient = [self.gradient(weight[0], batch, &mut generator)];
                sgd.step(rate(step), vec![Parameter::new(&mut weight, &gradient)]);
            }
        }
        let mean = |(step, sum): (usize, f64)| (step as f64, sum / RUNS as f64);
        sums.into_iter().enumerate().map(mean).collect()
    }

    /// The mean squared distance after so many steps, by the recursion: nothing is left to chance.
    pub fn end(&self, batch: usize, steps: usize, rate: impl Fn(usize) -> f64) -> f64 {
        let variance = self.variance / batch as f64;
        (0..steps).fold(9.0, |square, step| {
            let rate = rate(step);
            (1.0 - rate).powi(2) * square + rate * rate * variance
        })
    }
}

/// The argument out of 0.001 to 2, each half a percent above the last, at which a result is least, and
/// that result.
pub fn best_rate(result: impl Fn(f64) -> f64) -> (f64, f64) {
    let rates = (0..=1500).map(|k| 2.0 * 1.005_f64.powi(-k));
    let tries = rates.map(|rate| (rate, result(rate)));
    tries.min_by(|a, b| a.1.total_cmp(&b.1)).expect("there are rates")
}
