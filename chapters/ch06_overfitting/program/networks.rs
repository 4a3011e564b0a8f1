//! The networks of the study: what each regularizer is, and one network trained with it.

use std::ops::ControlFlow;

use anyhow::Result;
use ch02_forward::{Initialization, Network};
use ch04_optimizers::Schedule;
use ch05_mnist::{Dataset, OptimizerName, Recipe, Trainer, evaluate};
use ch06_overfitting::{EarlyStopping, Regularization, Regularized, randomize_labels, split};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// How many images there are to learn from, and to validate with.
pub const EXAMPLES: usize = 1_000;
/// How many epochs each network may take.
pub const EPOCHS: usize = 100;
/// The share of labels that are random in the second half of the study.
pub const NOISE: f64 = 0.3;
/// How many epochs without a lower validation loss the figure of early stopping bears.
pub const PATIENCE: usize = 10;

/// What may be done against overfitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Regularizer {
    Plain,
    EarlyStopping,
    StopByError,
    MaxNorm,
    L2,
    WeightDecay,
    Dropout,
    Shifts,
    Elastic,
    Together,
}

impl Regularizer {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 10] = [
        Self::Plain,
        Self::EarlyStopping,
        Self::StopByError,
        Self::MaxNorm,
        Self::L2,
        Self::WeightDecay,
        Self::Dropout,
        Self::Shifts,
        Self::Elastic,
        Self::Together,
    ];

    /// The name as the figures have it.
    pub fn label(self) -> &'static str {
        match self {
            Self::EarlyStopping => "stopping by loss",
            Self::StopByError => "stopping by error",
            Self::L2 => "L2 penalty",
            Self::Together => "elastic and dropout",
            other => other.name(),
        }
    }

    /// The name as the values have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::EarlyStopping => "early stopping",
            Self::StopByError => "stop by error",
            Self::MaxNorm => "max-norm",
            Self::L2 => "l2",
            Self::WeightDecay => "weight decay",
            Self::Dropout => "dropout",
            Self::Shifts => "shifts",
            Self::Elastic => "elastic",
            Self::Together => "together",
        }
    }
}

/// A regularizer at one strength.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// In words.
    pub label: String,
    /// What it asks of the model and the images.
    pub regularization: Regularization,
    /// When to stop, if not after all epochs.
    pub stopping: Option<Stopping>,
}

/// When training stops before its last epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopping {
    /// The number of the validation images that is to fall.
    pub watched: Watched,
    /// How many epochs it may fail to.
    pub patience: usize,
}

/// A number of the validation images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    Loss,
    Error,
}

/// One network, trained.
pub struct Trained {
    pub network: Network<f32>,
    /// The mean loss of the last epoch.
    pub train_loss: f64,
    /// How many epochs were taken.
    pub epochs: usize,
}

/// Trains one network on the first set; the second is for stopping.
pub fn run(
    setting: &Setting,
    (examples, validation): (&Dataset, &Dataset),
    generator: ChaCha8Rng,
) -> Result<Trained> {
    let mut stopping = setting.stopping.map(|rule| (rule, EarlyStopping::new(rule.patience)));
    let (mut train_loss, mut epochs) = (f64::NAN, 0);
    let regularization = setting.regularization;
    let last = train(&recipe(), regularization, examples, generator, |network, loss| {
        (train_loss, epochs) = (loss, epochs + 1);
        let Some((rule, stopping)) = &mut stopping else { return ControlFlow::Continue(()) };
        let evaluation = evaluate(network, validation);
        let number = match rule.watched {
            Watched::Loss => evaluation.loss,
            Watched::Error => 1.0 - evaluation.accuracy,
        };
        stopping.observe(number, || network.clone())
    })?;
    let kept = stopping.and_then(|(_, stopping)| stopping.best);
    let network = kept.map_or(last, |(_, network)| network);
    Ok(Trained { network, train_loss, epochs })
}

/// The recipe of all networks of the study.
pub fn recipe() -> Recipe {
    Recipe {
        hidden: vec![128],
        epochs: EPOCHS,
        batch_size: 50,
        optimizer: OptimizerName::Adam,
        learning_rate: 0.001,
        schedule: Schedule::Constant,
        initialization: Initialization::He,
    }
}

/// Trains a network by a recipe, with regularization; `after_epoch` is shown it after each epoch.
pub fn train(
    recipe: &Recipe,
    regularization: Regularization,
    data: &Dataset,
    mut generator: ChaCha8Rng,
    mut after_epoch: impl FnMut(&Network<f32>, f64) -> ControlFlow<()>,
) -> Result<Network<f32>> {
    let network = recipe.network(data.pixels(), &mut generator);
    let model = Regularized { network, regularization };
    let mut trainer = Trainer::new(recipe, model, generator);
    let examples = regularization.examples(data);
    trainer.train(
        &examples,
        || (),
        |trainer, epoch| after_epoch(&trainer.model.network, epoch.train_loss),
    )?;
    Ok(trainer.model.network)
}

/// A thousand examples, so many for validation, and the rest of the random numbers, for a seed.
/// Random labels are among those to learn from only; those to validate with are all true.
pub fn thousand(
    train: &Dataset,
    validation: usize,
    (seed, noise): (u64, f64),
) -> (Dataset, Dataset, ChaCha8Rng) {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let [mut examples, validation] = split(train, [EXAMPLES, validation], &mut generator);
    if noise > 0.0 {
        randomize_labels(&mut examples, noise, &mut generator);
    }
    (examples, validation, generator)
}
