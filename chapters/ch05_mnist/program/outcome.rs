//! Both recipes of the chapter, run to their end, with a look at the network after each epoch.

use anyhow::Result;
use ch02_forward::Network;
use ch05_mnist::{Dataset, Evaluation, evaluate};

use crate::arguments::RecipeName;
use crate::runs::{progress, run_and_watch};

/// The seed of everything that a plain run of the chapter shows.
pub const SEED: u64 = 0;

/// One recipe, run to its end, with a look at it after each epoch.
pub struct Outcome {
    pub name: RecipeName,
    pub network: Network<f32>,
    pub fit_seconds: f64,
    pub history: Vec<Epoch>,
    pub test: Evaluation,
}

/// The network after an epoch.
pub struct Epoch {
    pub train_loss: f64,
    pub train_accuracy: f64,
    pub test_loss: f64,
    pub test_accuracy: f64,
}

/// Trains a recipe with the seed of the chapter.
pub fn train_and_watch(name: RecipeName, train: &Dataset, test: &Dataset) -> Result<Outcome> {
    let recipe = name.recipe();
    let mut history = Vec::new();
    let run = run_and_watch(&recipe, SEED, train, &progress(&recipe, train), |network, _| {
        let (on_train, on_test) = (evaluate(network, train), evaluate(network, test));
        history.push(Epoch {
            train_loss: on_train.loss,
            train_accuracy: on_train.accuracy,
            test_loss: on_test.loss,
            test_accuracy: on_test.accuracy,
        });
    })?;
    let test = evaluate(&run.model, test);
    Ok(Outcome { name, network: run.model.network, fit_seconds: run.fit_seconds, history, test })
}

impl Outcome {
    /// What was seen after its last epoch.
    pub fn last(&self) -> &Epoch {
        self.history.last().expect("a recipe has an epoch")
    }

    /// One point an epoch, from epoch 1.
    pub fn curve(&self, value: fn(&Epoch) -> f64) -> impl Iterator<Item = (f64, f64)> {
        self.history
            .iter()
            .enumerate()
            .map(move |(index, epoch)| (index as f64 + 1.0, value(epoch)))
    }
}
