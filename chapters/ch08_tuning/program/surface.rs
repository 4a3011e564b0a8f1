//! The surface that the chapter searches: settings in, validation losses out. A trial is a pure function
//! of its settings and its seed.

use std::ops::ControlFlow;

use ch02_forward::{Initialization, Network};
use ch04_optimizers::Schedule;
use ch05_mnist::{Dataset, Model, OptimizerName, Recipe, Trainer, evaluate};
use ch06_overfitting::{Dropout, NetworkDropout, Regularization, Regularized, split};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// All that may be chosen, or fixed, in a space.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub learning_rate: f64,
    pub batch_size: usize,
    pub hidden: usize,
    /// The share of hidden units that dropout keeps.
    pub keep: f64,
    pub weight_decay: f64,
    /// An index of [`OPTIMIZERS`], and one of [`SCHEDULES`].
    pub optimizer: usize,
    pub schedule: usize,
}

/// The names of the knobs, as a space file has them.
pub const NAMES: [&str; 7] =
    ["learning_rate", "batch_size", "hidden", "keep", "weight_decay", "optimizer", "schedule"];

/// The optimizers that a space file may name.
pub const OPTIMIZERS: [(&str, OptimizerName); 4] = [
    ("sgd", OptimizerName::Sgd),
    ("momentum", OptimizerName::Momentum),
    ("rmsprop", OptimizerName::RmsProp),
    ("adam", OptimizerName::Adam),
];

/// The schedules that a space file may name.
pub const SCHEDULES: [&str; 3] = ["constant", "linear", "cosine"];

impl Default for Settings {
    fn default() -> Self {
        let (learning_rate, batch_size, hidden) = (0.001, 32, 32);
        let (keep, weight_decay, optimizer, schedule) = (1.0, 0.0, 3, 0);
        Self { learning_rate, batch_size, hidden, keep, weight_decay, optimizer, schedule }
    }
}

impl Settings {
    /// Sets the knob of this name, one of [`NAMES`].
    pub fn set(&mut self, name: &str, value: f64) {
        match name {
            "learning_rate" => self.learning_rate = value,
            "batch_size" => self.batch_size = value as usize,
            "hidden" => self.hidden = value as usize,
            "keep" => self.keep = value,
            "weight_decay" => self.weight_decay = value,
            "optimizer" => self.optimizer = value as usize,
            "schedule" => self.schedule = value as usize,
            _ => panic!("{name}: expected one of {NAMES:?}"),
        }
    }

    /// The value of the knob of this name.
    pub fn get(&self, name: &str) -> f64 {
        match name {
            "learning_rate" => self.learning_rate,
            "batch_size" => self.batch_size as f64,
            "hidden" => self.hidden as f64,
            "keep" => self.keep,
            "weight_decay" => self.weight_decay,
            "optimizer" => self.optimizer as f64,
            "schedule" => self.schedule as f64,
            _ => panic!("{name}: expected one of {NAMES:?}"),
        }
    }

    pub fn recipe(&self, epochs: usize) -> Recipe {
        Recipe {
            hidden: vec![self.hidden],
            epochs,
            batch_size: self.batch_size,
            optimizer: OPTIMIZERS[self.optimizer].1,
            learning_rate: self.learning_rate,
            schedule: match self.schedule {
                0 => Schedule::Constant,
                1 => Schedule::Linear,
                _ => Schedule::Cosine,
            },
            initialization: Initialization::He,
        }
    }

    fn regularization(&self) -> Regularization {
        let hidden = Dropout { keep: self.keep };
        let dropout = NetworkDropout { hidden, ..NetworkDropout::NONE };
        Regularization { dropout, weight_decay: self.weight_decay, ..Regularization::NONE }
    }
}

/// The images of a search.
pub struct Images {
    pub train: Dataset,
    pub validation: Dataset,
    /// For the truth about a setting, which no search sees.
    pub judge: Dataset,
}

impl Images {
    /// Dealt out of the training files, always in the same way; the test images stay where they are.
    pub fn new(all: &Dataset, train: usize, validation: usize) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(8);
        let [judge, train, validation] = split(all, [10_000, train, validation], &mut generator);
        Self { train, validation, judge }
    }
}

/// What was found after an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The mean cross-entropy, at most that of guessing, ln 10.
    pub loss: f64,
    /// The share of images that are misread.
    pub error: f64,
}

impl Score {
    /// What counts for a training that has diverged: guessing.
    pub const GUESSING: Self = Self { loss: std::f64::consts::LN_10, error: 0.9 };
}

/// Trains by these settings, and looks at validation images after each epoch: the scores, and the
/// network in the end.
pub fn curve(
    train: &Dataset,
    validation: &Dataset,
    settings: &Settings,
    (epochs, seed): (usize, u64),
) -> (Vec<Score>, Network<f32>) {
    let recipe = settings.recipe(epochs);
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let network = recipe.network::<f32>(train.pixels(), &mut generator);
    let model = Regularized { network, regularization: settings.regularization() };
    let mut trainer = Trainer::new(&recipe, model, generator);
    let scores = scores(&mut trainer, train, epochs, |model| judged(&model.network, validation));
    (scores, trainer.model.network)
}

/// Trains to the end, and judges after each epoch.
pub fn scores<M: Model<f32>>(
    trainer: &mut Trainer<f32, M, ChaCha8Rng>,
    train: &Dataset,
    epochs: usize,
    judge: impl Fn(&M) -> Score,
) -> Vec<Score> {
    let mut scores = Vec::new();
    // A training that has diverged ends; what is left of it counts as guessing.
    let _ = trainer.train(
        train,
        || (),
        |trainer, _| {
            scores.push(judge(&trainer.model));
            ControlFlow::Continue(())
        },
    );
    scores.resize(epochs, Score::GUESSING);
    scores
}

/// How a network does on images.
pub fn judged(network: &Network<f32>, images: &Dataset) -> Score {
    let found = evaluate(network, images);
    // The smaller of a loss that is no number and another one is the other one.
    Score { loss: found.loss.min(Score::GUESSING.loss), error: 1.0 - found.accuracy }
}
