//! Training runs, and what all experiments of the chapter need for them.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use ch02_forward::Network;
use ch05_mnist::{Dataset, Evaluation, Recipe, Trainer};
use indicatif::{ProgressBar, ProgressStyle};
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
    let mut trainer = trainer(recipe, seed, data);
    let (mut fit, mut start) = (Duration::ZERO, Instant::now());
    trainer.train(
        data,
        || progress.inc(1),
        |trainer, epoch| {
            fit += start.elapsed();
            watch(&trainer.model, epoch.train_loss);
            start = Instant::now();
            ControlFlow::Continue(())
        },
    )?;
    progress.finish_and_clear();
    let train_loss = trainer.history.last().map_or(f64::NAN, |epoch| epoch.train_loss);
    let (epochs, fit_seconds) = (recipe.epochs, fit.as_secs_f64());
    Ok(Run { network: trainer.model, epochs, fit_seconds, train_loss })
}

/// A trainer of a new network; all chance, first of its weights and then of the order of the examples,
/// comes from the seed.
pub fn trainer<'a>(
    recipe: &'a Recipe,
    seed: u64,
    data: &Dataset,
) -> Trainer<'a, f32, Network<f32>, ChaCha8Rng> {
    recipe.trainer(data.pixels(), ChaCha8Rng::seed_from_u64(seed))
}

/// A bar that counts the batches of a run; only a terminal shows it.
pub fn progress(recipe: &Recipe, data: &Dataset) -> ProgressBar {
    bar(recipe.epochs * data.len().div_ceil(recipe.batch_size), "batches")
}

/// A bar that counts what there is of some unit.
pub fn bar(length: usize, unit: &str) -> ProgressBar {
    let template = format!("{{bar:40}} {{pos}}/{{len}} {unit}, {{elapsed}} (left: {{eta}})");
    let style = ProgressStyle::with_template(&template).expect("the template is well-formed");
    ProgressBar::new(length as u64).with_style(style)
}

/// Runs `work` with this many threads, or with as many as there are cores.
pub fn with_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.unwrap_or_else(cores);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.with_context(|| format!("--threads {threads}: expected to start them"))?.install(work)
}

/// The mean of numbers, and their standard deviation.
pub fn mean_and_deviation(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}
