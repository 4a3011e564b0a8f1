//! Training runs, and what all experiments of the chapter need for them.

use std::ops::ControlFlow;
use std::time::Instant;

use anyhow::Result;
use book_programs::progress::bar;
use ch05_mnist::{Examples, Model, Recipe, Trainer, keep_awake};
use rand_chacha::ChaCha8Rng;

/// A model after its training.
pub struct Run<M> {
    pub model: M,
    /// Training alone, without loading and evaluating.
    pub seconds: f64,
    /// Mean over the last epoch.
    pub train_loss: f64,
}

/// Trains a model; fails if its loss stops being a number.
pub fn fit<M: Model<f32>>(
    model: M,
    recipe: &Recipe,
    generator: ChaCha8Rng,
    examples: &impl Examples<f32>,
) -> Result<Run<M>> {
    let steps = recipe.epochs * examples.count().div_ceil(recipe.batch_size);
    let progress = bar(steps, "batches");
    let mut trainer = Trainer::new(recipe, model, generator);
    let start = Instant::now();
    keep_awake(|| trainer.train(examples, || progress.inc(1), |_, _| ControlFlow::Continue(())))?;
    let seconds = start.elapsed().as_secs_f64();
    progress.finish_and_clear();
    let train_loss = trainer.history.last().map_or(f64::NAN, |epoch| epoch.train_loss);
    Ok(Run { model: trainer.model, seconds, train_loss })
}
