//! What each regularizer does to a network that has only a thousand images: many seeds, true labels and
//! labels of which some are random.

use std::fmt::{self, Display};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Mutex;

use anyhow::{Context, Result};
use book_programs::print;
use book_programs::progress::bar;
use book_programs::records::{self, Record};
use ch02_forward::{Initialization, Network};
use ch04_optimizers::Schedule;
use ch05_mnist::{Dataset, OptimizerName, Recipe, Trainer, evaluate};
use ch06_overfitting::{
    Augmentation, Dropout, EarlyStopping, NetworkDropout, Regularization, Regularized,
    randomize_labels, split,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::arguments::{Arguments, StudyArguments, TuneArguments};
use crate::disk;

/// How many images there are to learn from, and to validate with.
pub const EXAMPLES: usize = 1_000;
/// How many epochs each network may take.
pub const EPOCHS: usize = 100;
/// The share of labels that are random in the second half of the study.
pub const NOISE: f64 = 0.3;
/// How many epochs without a lower validation loss early stopping bears.
pub const PATIENCE: usize = 10;

/// What may be done against overfitting. How strong each is was chosen with [`tune`], on validation
/// images, for true labels; but dropout keeps the shares of its paper, and patience was not tuned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Regularizer {
    Plain,
    EarlyStopping,
    MaxNorm,
    WeightDecay,
    Dropout,
    Shifts,
    Elastic,
    Together,
}

impl Regularizer {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::Plain,
        Self::EarlyStopping,
        Self::MaxNorm,
        Self::WeightDecay,
        Self::Dropout,
        Self::Shifts,
        Self::Elastic,
        Self::Together,
    ];

    /// The name as the figures have it.
    pub fn label(self) -> &'static str {
        match self {
            Self::MaxNorm => "max-norm",
            Self::Together => "elastic and dropout",
            other => other.name(),
        }
    }

    /// The name as the values have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::EarlyStopping => "early stopping",
            Self::MaxNorm => "max-norm",
            Self::WeightDecay => "weight decay",
            Self::Dropout => "dropout",
            Self::Shifts => "shifts",
            Self::Elastic => "elastic",
            Self::Together => "together",
        }
    }

    /// What it asks of the training.
    pub fn regularization(self) -> Regularization {
        let none = Regularization::NONE;
        let elastic = Augmentation::Elastic { strength: 34.0, width: 4.0 };
        match self {
            Self::Plain | Self::EarlyStopping => none,
            Self::MaxNorm => Regularization { max_norm: Some(1.5), ..none },
            Self::WeightDecay => Regularization { weight_decay: 1.0, ..none },
            Self::Dropout => Regularization { dropout: NetworkDropout::PAPER, ..none },
            Self::Shifts => Regularization { augmentation: Augmentation::Shift(2), ..none },
            Self::Elastic => Regularization { augmentation: elastic, ..none },
            Self::Together => Regularization {
                dropout: NetworkDropout {
                    inputs: Dropout { keep: 0.9 },
                    hidden: Dropout { keep: 0.8 },
                },
                augmentation: elastic,
                ..none
            },
        }
    }
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

/// One network of the study, trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub regularizer: Regularizer,
    /// The share of labels that are random.
    pub noise: f64,
    pub seed: u64,
    /// The mean loss of the last epoch.
    pub train_loss: f64,
    pub test_loss: f64,
    pub test_error: f64,
    /// How many epochs were taken.
    pub epochs: usize,
}

/// What `--record` has written.
pub fn recorded() -> Result<Record<Vec<Run>>> {
    records::read::<Arguments, _>(&disk::results("study.json")?)
}

/// Mean and spread of one number over the seeds.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub mean: f64,
    /// The standard deviation of one run.
    pub deviation: f64,
    pub lowest: f64,
    pub highest: f64,
}

impl Spread {
    /// Of at least one number.
    pub fn of(numbers: &[f64]) -> Self {
        let count = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / count;
        let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        let lowest = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self { mean, deviation: (squares / (count - 1.0).max(1.0)).sqrt(), lowest, highest }
    }
}

impl Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [mean, deviation, lowest, highest] =
            [self.mean, self.deviation, self.lowest, self.highest].map(|share| 100.0 * share);
        write!(f, "{mean:7.2} %{deviation:8.2}{lowest:9.2} %{highest:8.2} %")
    }
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

/// Trains one network of the study.
fn run_one(
    regularizer: Regularizer,
    noise: f64,
    seed: u64,
    (all, test): (&Dataset, &Dataset),
) -> Result<Run> {
    let (examples, validation, generator) = thousand(all, EXAMPLES, (seed, noise));
    let mut stopping = EarlyStopping::new(PATIENCE);
    let (mut train_loss, mut epochs) = (f64::NAN, 0);
    let regularization = regularizer.regularization();
    let last = train(&recipe(), regularization, &examples, generator, |network, loss| {
        (train_loss, epochs) = (loss, epochs + 1);
        match regularizer {
            Regularizer::EarlyStopping => {
                stopping.observe(evaluate(network, &validation).loss, || network.clone())
            }
            _ => ControlFlow::Continue(()),
        }
    })?;
    let network = stopping.best.map_or(last, |(_, network)| network);
    let evaluation = evaluate(&network, test);
    let (test_loss, test_error) = (evaluation.loss, 1.0 - evaluation.accuracy);
    Ok(Run { regularizer, noise, seed, train_loss, test_loss, test_error, epochs })
}

/// Trains all networks of the study, several at a time; what an interrupted call has trained is
/// taken from its checkpoint.
pub fn run(arguments: &StudyArguments) -> Result<()> {
    let (train, test) = disk::load(arguments.data.as_deref(), 2 * EXAMPLES)?;
    let (regularizers, noises) = (Regularizer::ALL.into_iter(), [0.0, NOISE]);
    let wanted = regularizers.flat_map(|regularizer| {
        let seeds =
            move |noise| (0..arguments.seeds as u64).map(move |seed| (regularizer, noise, seed));
        noises.into_iter().flat_map(seeds)
    });
    let wanted: Vec<_> = wanted.collect();
    let settings = Regularizer::ALL.map(|regularizer| (regularizer, regularizer.regularization()));
    let settings = (recipe(), settings, PATIENCE);
    let these = disk::fingerprint_of([&train, &test], &settings);
    let folder = disk::checkpoints(arguments.checkpoint.as_deref())?;
    let path = folder.join(format!("study-{these}.json"));
    let done = Mutex::new(read_runs(&path)?);
    let bar = bar(wanted.len(), "networks");
    wanted.par_iter().try_for_each(|&(regularizer, noise, seed)| {
        let find = |run: &Run| (run.regularizer, run.noise, run.seed) == (regularizer, noise, seed);
        if !done.lock().expect("no thread panicked").iter().any(find) {
            let run = run_one(regularizer, noise, seed, (&train, &test))?;
            let mut done = done.lock().expect("no thread panicked");
            done.push(run);
            book_programs::files::write(&path, &serde_json::to_vec(&*done)?)?;
        }
        bar.inc(1);
        anyhow::Ok(())
    })?;
    bar.finish_and_clear();
    let mut runs = done.into_inner().expect("no thread panicked");
    let place = |run: &Run| {
        wanted.iter().position(|&wanted| wanted == (run.regularizer, run.noise, run.seed))
    };
    runs.retain(|run| place(run).is_some());
    runs.sort_by_key(place);
    report(&runs)?;
    if arguments.record {
        let command =
            format!("cargo run -p ch06_overfitting -- study --seeds {} --record", arguments.seeds);
        Record::today(command, runs)?.write(&disk::results("study.json")?)?;
    }
    Ok(())
}

fn read_runs(path: &PathBuf) -> Result<Vec<Run>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let name = || format!("{}: expected a checkpoint of the study", path.display());
    let json = std::fs::read(path).with_context(name)?;
    serde_json::from_slice(&json).with_context(name)
}

fn report(runs: &[Run]) -> Result<()> {
    print(
        "labels      regularizer            test error: mean   spread   lowest   highest   test loss",
    )?;
    for (noise, labels) in [(0.0, "true"), (NOISE, "30 % random")] {
        for regularizer in Regularizer::ALL {
            let error = Spread::of(&numbers(runs, regularizer, noise, |run| run.test_error));
            let loss = Spread::of(&numbers(runs, regularizer, noise, |run| run.test_loss));
            let name = regularizer.name();
            print(format_args!("{labels:12}{name:26}{error}{:12.3}", loss.mean))?;
        }
    }
    Ok(())
}

/// One number of each run of a regularizer, by seed.
pub fn numbers(
    runs: &[Run],
    regularizer: Regularizer,
    noise: f64,
    number: fn(&Run) -> f64,
) -> Vec<f64> {
    let chosen = runs.iter().filter(|run| run.regularizer == regularizer && run.noise == noise);
    chosen.map(number).collect()
}

/// The strengths that were tried for the study, each with its mean error on validation images, of
/// which it takes five thousand. The seeds are none of the study's, and the test set is not touched.
pub fn tune(arguments: &TuneArguments) -> Result<()> {
    let (all, _) = disk::load(arguments.data.as_deref(), 6 * EXAMPLES)?;
    let candidates = candidates();
    let recipe = Recipe { epochs: arguments.epochs, ..recipe() };
    let bar = bar(candidates.len() * 2, "networks");
    print("validation error with           true labels    30 % random")?;
    for (name, regularization) in candidates {
        let error = |noise: f64| {
            let seeds = (1_000..1_000 + arguments.seeds as u64).into_par_iter();
            let errors = seeds.map(|seed| {
                let (examples, validation, generator) = thousand(&all, 5 * EXAMPLES, (seed, noise));
                let go_on = |_: &_, _| ControlFlow::Continue(());
                let network = train(&recipe, regularization, &examples, generator, go_on)?;
                Ok(1.0 - evaluate(&network, &validation).accuracy)
            });
            let errors: Vec<f64> = errors.collect::<Result<_>>()?;
            bar.inc(1);
            anyhow::Ok(100.0 * Spread::of(&errors).mean)
        };
        let (clean, noisy) = (error(0.0)?, error(NOISE)?);
        bar.suspend(|| print(format_args!("{name:30}{clean:10.2} %{noisy:13.2} %")))?;
    }
    bar.finish_and_clear();
    Ok(())
}

fn candidates() -> Vec<(String, Regularization)> {
    let none = Regularization::NONE;
    let mut candidates = vec![("nothing".to_owned(), none)];
    for decay in [0.1, 0.3, 0.6, 1.0, 3.0] {
        candidates.push((format!("decay {decay}"), Regularization { weight_decay: decay, ..none }));
    }
    for penalty in [0.001, 0.003, 0.01] {
        candidates.push((format!("L2 penalty {penalty}"), Regularization { l2: penalty, ..none }));
    }
    for norm in [1.0, 1.5, 2.0] {
        let regularization = Regularization { max_norm: Some(norm), ..none };
        candidates.push((format!("max-norm {norm}"), regularization));
    }
    for (inputs, hidden) in [(1.0, 0.5), (0.8, 0.8), (0.8, 0.5), (0.6, 0.5)] {
        let [inputs, hidden] = [inputs, hidden].map(|keep| Dropout { keep });
        let name = format!("dropout {} and {}", inputs.keep, hidden.keep);
        let dropout = NetworkDropout { inputs, hidden };
        candidates.push((name, Regularization { dropout, ..none }));
    }
    for most in [1, 2, 3] {
        let augmentation = Augmentation::Shift(most);
        candidates.push((format!("shifts by {most}"), Regularization { augmentation, ..none }));
    }
    for (strength, width) in [(8.0, 4.0), (17.0, 4.0), (34.0, 4.0), (50.0, 4.0)] {
        let augmentation = Augmentation::Elastic { strength, width };
        let name = format!("elastic {strength} {width}");
        candidates.push((name, Regularization { augmentation, ..none }));
    }
    for (inputs, hidden) in [(1.0, 0.8), (0.9, 0.8), (0.8, 0.5)] {
        let [inputs, hidden] = [inputs, hidden].map(|keep| Dropout { keep });
        let name = format!("elastic 34 4, dropout {} and {}", inputs.keep, hidden.keep);
        let regularization = Regularizer::Elastic.regularization();
        candidates.push((
            name,
            Regularization { dropout: NetworkDropout { inputs, hidden }, ..regularization },
        ));
    }
    candidates
}
