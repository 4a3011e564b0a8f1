//! One training in which the learning rate rises from step to step. Page: *A range test*
//! (`ch08_tuning/range_test.md`).

use ch01_neuron::Real;
use ch05_mnist::{Examples, Model, OptimizerName, shuffled};
use rand::Rng;

/// The rates of a range test: from `low` to `high` in `count` steps, with one factor from each to the
/// next (formula `rising-rate`).
pub fn rising_rates([low, high]: [f64; 2], count: usize) -> Vec<f64> {
    let last = count.saturating_sub(1).max(1) as f64;
    (0..count).map(|step| low * (high / low).powf(step as f64 / last)).collect()
}

/// A training whose rate is handed in anew for each step. With one rate for all steps it is that of
/// `ch05_mnist::Trainer`, a batch at a time.
pub struct RangeTest<T, M, R> {
    /// The model as it is now.
    pub model: M,
    optimizer: Box<dyn ch04_optimizers::Optimizer<T>>,
    generator: R,
    batch_size: usize,
    /// The order of the examples in this pass, and how many of them have been seen.
    order: Vec<usize>,
    seen: usize,
}

impl<T: Real, M: Model<T>, R: Rng> RangeTest<T, M, R> {
    /// A training that has taken no step.
    pub fn new(model: M, optimizer: OptimizerName, batch_size: usize, generator: R) -> Self {
        let (optimizer, order) = (optimizer.optimizer(), Vec::new());
        Self { model, optimizer, generator, batch_size, order, seen: 0 }
    }

    /// One step with this rate; gives the loss of its batch, as it was before.
    pub fn step(&mut self, learning_rate: f64, examples: &impl Examples<T>) -> f64 {
        if self.seen == self.order.len() {
            self.order = shuffled(examples.count(), &mut self.generator);
            self.seen = 0;
        }
        let end = (self.seen + self.batch_size).min(self.order.len());
        let indices = &self.order[self.seen..end];
        self.seen = end;
        let (inputs, targets) = examples.batch(indices, &mut self.generator);
        let (batch, rate) = ((inputs.view(), targets.view()), T::of(learning_rate));
        self.model.step(&mut *self.optimizer, rate, batch, &mut self.generator).as_f64()
    }
}

/// Each loss averaged with those before it, with weights that fall by the factor `beta` from one to the
/// one before (formula `smoothed-loss`).
pub fn smoothed(losses: &[f64], beta: f64) -> Vec<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    let add = |&loss: &f64| {
        sum = beta * sum + loss;
        weights = beta * weights + 1.0;
        sum / weights
    };
    losses.iter().map(add).collect()
}

/// The rate at which the smoothed losses are lowest; nothing if that is the first or the last of them, so
/// that the test has to begin earlier or to go on.
pub fn turning_rate(rates: &[f64], smoothed: &[f64]) -> Option<f64> {
    let known = smoothed.iter().enumerate().filter(|(_, loss)| !loss.is_nan());
    let (lowest, _) = known.min_by(|a, b| a.1.total_cmp(b.1))?;
    (lowest > 0 && lowest + 1 < smoothed.len()).then(|| rates[lowest])
}
