//! Training runs, and what all experiments of the chapter need for them.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use anyhow::Result;
use book_programs::progress::bar;
use ch02_forward::Network;
use ch05_mnist::{Dataset, EpochRecord, Evaluation, Fast, Recipe, Trainer, keep_awake};
use indicatif::ProgressBar;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// One network, trained.
pub struct Run {
    pub network: Network<f32>,
    pub epochs: usize,
    /// Training alone, without loading and evaluating.
    pub fit_seconds: f64,
    /// Mean over the last epoch.
    pub train_loss: f64,
}

impl Run {
    /// One line of JSON.
    pub fn json(&self, recipe: &str, seed: u64, evaluation: &Evaluation) -> Value {
        json!({
            "recipe": recipe,
            "seed": seed,
            "epochs": self.epochs,
            "fit_seconds": self.fit_seconds,
            "train_loss": self.train_loss,
            "test_loss": evaluation.loss,
            "test_accuracy": evaluation.accuracy,
        })
    }
}

/// Trains a network; fails if its loss stops being a number.
pub fn run(recipe: &Recipe, seed: u64, data: &Dataset, progress: &ProgressBar) -> Result<Run> {
    run_and_watch(recipe, seed, data, progress, |_, _| ())
}

/// The same, with a look at the network and its training loss after each epoch; the looking does
/// not count as training time.
pub fn run_and_watch(
    recipe: &Recipe,
    seed: u64,
    data: &Dataset,
    progress: &ProgressBar,
    mut watch: impl FnMut(&Network<f32>, f64),
) -> Result<Run> {
    go_on(trainer(recipe, seed, data), data, progress, |trainer, epoch| {
        watch(&trainer.model.network, epoch.train_loss);
        Ok(())
    })
}

/// Trains to the end of the recipe, from wherever the trainer is. What happens after each epoch does not
/// count as training time; if it fails, the training ends.
pub fn go_on(
    mut trainer: FastTrainer<'_>,
    data: &Dataset,
    progress: &ProgressBar,
    mut after_epoch: impl FnMut(&FastTrainer<'_>, EpochRecord) -> Result<()>,
) -> Result<Run> {
    let (mut fit, mut start, mut failed) = (Duration::ZERO, Instant::now(), Ok(()));
    let train = || {
        trainer.train(
            data,
            || progress.inc(1),
            |trainer, epoch| {
                fit += start.elapsed();
                failed = after_epoch(trainer, epoch);
                start = Instant::now();
                if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        )
    };
    keep_awake(train)?;
    failed?;
    progress.finish_and_clear();
    let train_loss = trainer.history.last().map_or(f64::NAN, |epoch| epoch.train_loss);
    let (epochs, fit_seconds) = (trainer.history.len(), fit.as_secs_f64());
    Ok(Run { network: trainer.model.network, epochs, fit_seconds, train_loss })
}

/// What trains the networks of the chapter's program.
pub type FastTrainer<'a> = Trainer<'a, f32, Fast<f32>, ChaCha8Rng>;

/// A trainer of a new network; all chance, first of its weights and then of the order of the examples,
/// comes from the seed.
pub fn trainer<'a>(recipe: &'a Recipe, seed: u64, data: &Dataset) -> FastTrainer<'a> {
    Fast::trainer(recipe, data.pixels(), ChaCha8Rng::seed_from_u64(seed))
}

/// A bar that counts the batches of a run; only a terminal shows it.
pub fn progress(recipe: &Recipe, data: &Dataset) -> ProgressBar {
    bar(recipe.epochs * data.len().div_ceil(recipe.batch_size), "batches")
}

/// The mean of numbers, and their standard deviation.
pub fn mean_and_deviation(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}
