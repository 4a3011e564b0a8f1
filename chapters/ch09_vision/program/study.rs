//! The long experiments: networks of several seeds, with pixels in order and in another order.

use std::fs;

use anyhow::Result;
use book_programs::data::Source;
use book_programs::print;
use book_programs::records::{self, Record};
use ch02_forward::{Initialization, Network};
use ch04_optimizers::Schedule;
use ch05_mnist::{CLASSES, Dataset, Model, OptimizerName, Recipe, evaluate, shuffled};
use ch06_overfitting::{Augmentation, Augmented};
use ch09_vision::{Architecture, ConvolutionalNetwork, reordered_pixels};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::arguments::{Arguments, StudyArguments, StudyName};
use crate::journal;
use crate::{disk, runs};

/// Which network is trained, on which images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The network of chapter 5, five epochs of its steady recipe.
    Dense,
    /// The same, with pixels in a random order.
    DenseReordered,
    /// The network of this chapter, one epoch.
    Convolutional,
    /// The same, with pixels in a random order.
    ConvolutionalReordered,
    /// The network of this chapter, three epochs, images moved by up to a pixel.
    Longer,
}

/// What was found of one network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    pub kind: Kind,
    pub seed: u64,
    pub parameters: usize,
    pub epochs: usize,
    /// How many test images there were, and how many were misread.
    pub images: usize,
    pub misread: usize,
    pub test_loss: f64,
    pub train_loss: f64,
    pub seconds: f64,
}

/// The recipe of the chapter's network; chosen on the last 10,000 training images.
pub fn recipe(epochs: usize) -> Recipe {
    Recipe {
        hidden: Architecture::three_blocks().hidden,
        epochs,
        batch_size: 32,
        optimizer: OptimizerName::Adam,
        learning_rate: 0.003,
        schedule: Schedule::WarmUp { steps: 100, then: Box::new(Schedule::Linear) },
        initialization: Initialization::He,
    }
}

impl StudyName {
    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Pixels => &[
                Kind::Convolutional,
                Kind::Dense,
                Kind::DenseReordered,
                Kind::ConvolutionalReordered,
            ],
            Self::Longer => &[Kind::Longer],
            // They have files of their own.
            Self::Lecun1989 | Self::Sees | Self::Deeper | Self::Transfer => &[],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Pixels => "pixels",
            Self::Longer => "longer",
            Self::Lecun1989 => "lecun1989",
            Self::Sees => "sees",
            Self::Deeper => "deeper",
            Self::Transfer => "transfer",
        }
    }
}

/// The committed record.
pub fn recorded(study: StudyName) -> Result<Record<Vec<Run>>> {
    journal::recorded(study.name())
}

/// Runs an experiment, and writes what there is after each network.
pub fn run(arguments: &StudyArguments) -> Result<()> {
    let (study, record) = (arguments.study, arguments.record);
    let path = match record {
        true => journal::path(study.name())?,
        false => book_figures::root()?.join(format!("target/ch09_vision/{}.json", study.name())),
    };
    fs::create_dir_all(path.parent().unwrap_or(&path))?;
    let (train, test) = disk::load(&Source::new(arguments.data.clone()))?;
    let mut runs = match path.exists() {
        true => records::read::<Arguments, Vec<Run>>(&path)?.outcome,
        false => Vec::new(),
    };
    let name = study.name();
    let command = format!("cargo run -p ch09_vision -- study {name} --seeds {}", arguments.seeds);
    for &kind in study.kinds() {
        for seed in 0..arguments.seeds as u64 {
            if runs.iter().any(|run| (run.kind, run.seed) == (kind, seed)) {
                continue;
            }
            let run = one(kind, seed, &train, &test)?;
            print(format_args!("{kind:?}, seed {seed}: {} misread", run.misread))?;
            runs.push(run);
            Record::today(&command, &runs)?.write(&path)?;
        }
    }
    print(format_args!("written: {}", path.display()))
}

fn one(kind: Kind, seed: u64, train: &Dataset, test: &Dataset) -> Result<Run> {
    match kind {
        Kind::Dense | Kind::Convolutional | Kind::Longer => trained(kind, seed, train, test),
        Kind::DenseReordered | Kind::ConvolutionalReordered => {
            let order = order(train.pixels(), seed);
            let [train, test] = [train, test].map(|data| reordered_pixels(data, &order));
            trained(kind, seed, &train, &test)
        }
    }
}

/// A random order of pixels.
pub fn order(pixels: usize, seed: u64) -> Vec<usize> {
    shuffled(pixels, &mut ChaCha8Rng::seed_from_u64(1000 + seed))
}

fn trained(kind: Kind, seed: u64, train: &Dataset, test: &Dataset) -> Result<Run> {
    if matches!(kind, Kind::Dense | Kind::DenseReordered) {
        let run = dense(seed, train)?;
        let sizes = (run.model.parameter_count(), Recipe::steady().epochs);
        return Ok(examined(kind, seed, sizes, run, test));
    }
    let run = convolutional(kind, seed, train)?;
    let sizes = (run.model.parameter_count(), epochs(kind));
    Ok(examined(kind, seed, sizes, run, test))
}

/// The network of chapter 5, by its steady recipe.
pub fn dense(seed: u64, train: &Dataset) -> Result<runs::Run<Network<f32>>> {
    let recipe = Recipe::steady();
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let network = recipe.network(train.pixels(), &mut generator);
    runs::fit(network, &recipe, generator, train)
}

fn epochs(kind: Kind) -> usize {
    if kind == Kind::Longer { 3 } else { 1 }
}

/// The network of this chapter.
pub fn convolutional(
    kind: Kind,
    seed: u64,
    train: &Dataset,
) -> Result<runs::Run<ConvolutionalNetwork<f32>>> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let shape = (train.images.height, train.images.width);
    let network = Architecture::three_blocks().network(shape, CLASSES, &mut generator)?;
    let augmentation = match kind {
        Kind::Longer => Augmentation::Shift(1),
        _ => Augmentation::None,
    };
    let examples = Augmented { data: train, augmentation };
    runs::fit(network, &recipe(epochs(kind)), generator, &examples)
}

fn examined<M: Model<f32>>(
    kind: Kind,
    seed: u64,
    (parameters, epochs): (usize, usize),
    run: runs::Run<M>,
    test: &Dataset,
) -> Run {
    let evaluation = evaluate(&run.model, test);
    let right = evaluation.confusion.diag().sum();
    Run {
        kind,
        seed,
        parameters,
        epochs,
        images: test.len(),
        misread: test.len() - right,
        test_loss: evaluation.loss,
        train_loss: run.train_loss,
        seconds: run.seconds,
    }
}
