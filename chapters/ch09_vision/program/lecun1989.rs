//! Page *1989, again*: the network of the zip codes, and what other decisions make of it.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use book_figures::{Axis, Chart, Figure, Format, ImageGrid, Measured, Output, Series, Values};
use book_programs::data::Source;
use book_programs::print;
use book_programs::records::{self, Record};
use book_programs::statistics::{Estimate, mean, t_interval};
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss};
use ch04_optimizers::Schedule;
use ch05_mnist::{Dataset, Model, OptimizerName, Recipe, Trainer, likeliest, shuffled};
use ch06_overfitting::{Augmentation, Augmented, Dropout, subset};
use ch09_vision::{Decisions, ZipNetwork, resized};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::arguments::{Arguments, StudyArguments};
use crate::disk;
use crate::journal;
use crate::measured::{set_count, set_mean};

/// What is decided as it is today; each rung keeps what the rungs before it have decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// As in the paper, as far as it says.
    Paper,
    /// Softmax and cross-entropy.
    CrossEntropy,
    /// AdamW, batches of 16, a rate that falls.
    AdamW,
    /// Images moved by up to a pixel, 60 epochs.
    Moved,
    /// Dropout and ReLU, 80 epochs.
    Dropout,
}

/// The rungs: their names in figures and in values, and what Karpathy found, in percent.
const RUNGS: [(Rung, &str, &str, f64); 5] = [
    (Rung::Paper, "the paper's", "paper", 4.09),
    (Rung::CrossEntropy, "cross-entropy", "cross_entropy", 4.38),
    (Rung::AdamW, "AdamW", "adamw", 3.59),
    (Rung::Moved, "moved images", "moved", 2.19),
    (Rung::Dropout, "dropout, ReLU", "dropout", 1.59),
];
/// What the paper reports, in percent.
const REPORTED: f64 = 5.0;

/// How many images there are to learn from, to choose rates by, and to be examined on.
const TRAIN: usize = 7291;
const VALIDATION: usize = 5000;
const TEST: usize = 2007;
/// The seeds by which rates are chosen.
const TUNING: [u64; 2] = [100, 101];

/// So many networks are trained at once, and then written.
const AT_ONCE: usize = 4;

/// A network that was trained to choose a learning rate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trial {
    pub rung: Rung,
    pub rate: f64,
    pub seed: u64,
    /// The share of validation images that it misreads.
    pub error: f64,
}

/// What was found of one network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    pub rung: Rung,
    pub rate: f64,
    pub seed: u64,
    /// The share of training images, as they are, that it misreads, and of test images.
    pub train_error: f64,
    pub test_error: f64,
    pub seconds: f64,
}

/// All that is measured.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    pub trials: Vec<Trial>,
    pub runs: Vec<Run>,
}

/// Images of 16 × 16 pixels: to learn from, to choose by, to be examined on.
struct Sample {
    train: Dataset,
    validation: Dataset,
    test: Dataset,
}

impl Sample {
    /// Other images for each seed; those to choose by are training images, too.
    fn draw(train: &Dataset, test: &Dataset, seed: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(1989 + seed);
        let order = shuffled(train.len(), &mut generator);
        let (learn, rest) = order.split_at(TRAIN.min(train.len() / 2));
        let examined = shuffled(test.len(), &mut generator);
        let part = |data, order: &[usize], most: usize| {
            resized(&subset(data, &order[..order.len().min(most)]), 16)
        };
        Self {
            train: part(train, learn, TRAIN),
            validation: part(train, rest, VALIDATION),
            test: part(test, &examined, TEST),
        }
    }
}

impl Rung {
    fn decisions(self) -> Decisions {
        match self {
            Self::Paper => Decisions::PAPER,
            Self::CrossEntropy | Self::AdamW | Self::Moved => {
                Decisions { loss: Loss::SoftmaxCrossEntropy, ..Decisions::PAPER }
            }
            Self::Dropout => Decisions {
                loss: Loss::SoftmaxCrossEntropy,
                hidden: Activation::Relu,
                dropout: Dropout { keep: 0.75 },
            },
        }
    }

    fn recipe(self, learning_rate: f64) -> Recipe {
        let sgd = matches!(self, Self::Paper | Self::CrossEntropy);
        Recipe {
            hidden: vec![30],
            epochs: match self {
                Self::Paper | Self::CrossEntropy | Self::AdamW => 23,
                Self::Moved => 60,
                Self::Dropout => 80,
            },
            batch_size: if sgd { 1 } else { 16 },
            optimizer: if sgd { OptimizerName::Sgd } else { OptimizerName::AdamW },
            learning_rate,
            schedule: if sgd { Schedule::Constant } else { Schedule::Linear },
            initialization: Initialization::Xavier, // not used: the network draws its own weights
        }
    }

    /// That by which rates are chosen: half as many epochs where there are more than the paper's.
    fn short_recipe(self, learning_rate: f64) -> Recipe {
        let recipe = self.recipe(learning_rate);
        let shorter = if recipe.epochs > 23 { 2 } else { 1 };
        Recipe { epochs: recipe.epochs / shorter, ..recipe }
    }

    fn augmentation(self) -> Augmentation {
        match self {
            Self::Moved | Self::Dropout => Augmentation::Shift(1),
            _ => Augmentation::None,
        }
    }

    /// Where the search for a rate begins.
    fn first_rate(self) -> f64 {
        match self {
            Self::Paper => 0.04,
            Self::CrossEntropy => 0.01,
            _ => 0.004,
        }
    }

    /// A trained network; none if its loss stops being a number.
    fn trained(self, recipe: &Recipe, seed: u64, data: &Dataset) -> Option<ZipNetwork<f32>> {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let network = ZipNetwork::new(self.decisions(), &mut generator);
        let mut trainer = Trainer::new(recipe, network, generator);
        let examples = Augmented { data, augmentation: self.augmentation() };
        let done = trainer.train(&examples, || (), |_, _| std::ops::ControlFlow::Continue(()));
        done.ok().map(|()| trainer.model)
    }
}

/// The share of images whose largest output is not that of their label; all, if there is no network.
fn error(network: Option<&ZipNetwork<f32>>, data: &Dataset) -> f64 {
    let Some(network) = network else { return 1.0 };
    let indices: Vec<usize> = (0..data.len()).collect();
    let mut misread = 0;
    for indices in indices.chunks(500) {
        let (inputs, _) = data.batch::<f32>(indices);
        let outputs = network.forward(inputs.view()).mapv(f64::from);
        let answers = outputs.rows().into_iter().map(likeliest).zip(indices);
        misread += answers.filter(|(a, i)| *a != usize::from(data.labels[**i])).count();
    }
    misread as f64 / data.len() as f64
}

/// The committed record.
pub fn recorded() -> Result<Record<Outcome>> {
    journal::recorded("lecun1989")
}

/// What is known so far, and where it is written.
struct Study {
    outcome: Outcome,
    command: String,
    path: Option<PathBuf>,
}

impl Study {
    fn write(&self) -> Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        Record::today(&self.command, &self.outcome)?.write(path)
    }

    /// Trains the networks by which rates are chosen, as far as they are not known.
    fn try_rates(&mut self, rung: Rung, rates: &[f64], samples: &[Sample]) -> Result<()> {
        let known = |(rate, seed): &(f64, u64)| {
            let same = |trial: &&Trial| (trial.rung, trial.seed) == (rung, *seed);
            self.outcome.trials.iter().filter(same).any(|trial| trial.rate == *rate)
        };
        let jobs = rates.iter().flat_map(|&rate| TUNING.map(|seed| (rate, seed)));
        let missing: Vec<(f64, u64)> = jobs.filter(|job| !known(job)).collect();
        let trial = |(rate, seed): (f64, u64)| {
            let sample = &samples[(seed - TUNING[0]) as usize];
            let network = rung.trained(&rung.short_recipe(rate), seed, &sample.train);
            Trial { rung, rate, seed, error: error(network.as_ref(), &sample.validation) }
        };
        for jobs in missing.chunks(AT_ONCE) {
            let trials: Vec<Trial> = jobs.par_iter().copied().map(trial).collect();
            self.outcome.trials.extend(trials);
            self.write()?;
        }
        Ok(())
    }

    /// The rate whose networks misread the fewest validation images. Rates are halved and doubled
    /// until the best of them has a worse one on either side, or a dozen have been tried: where all
    /// networks err alike, no rate is the best.
    fn tune(&mut self, rung: Rung, samples: &[Sample]) -> Result<f64> {
        let first = rung.first_rate();
        let mut rates = vec![first / 2.0, first, 2.0 * first];
        loop {
            self.try_rates(rung, &rates, samples)?;
            let errors = validation_errors(&self.outcome, rung);
            match best(&errors) {
                best if errors.len() >= 12 => return Ok(errors[best].0),
                0 if errors[0].1 < errors[1].1 => rates.push(errors[0].0 / 2.0),
                last if last + 1 == errors.len() => rates.push(errors[last].0 * 2.0),
                best => return Ok(errors[best].0),
            }
        }
    }

    fn examine(&mut self, rung: Rung, rate: f64, samples: &[Sample]) -> Result<()> {
        let known =
            |seed: u64| self.outcome.runs.iter().any(|run| (run.rung, run.seed) == (rung, seed));
        let missing: Vec<u64> = (0..samples.len() as u64).filter(|&s| !known(s)).collect();
        let run = |seed: u64| {
            let (sample, start) = (&samples[seed as usize], std::time::Instant::now());
            let network = rung.trained(&rung.recipe(rate), seed, &sample.train);
            let seconds = start.elapsed().as_secs_f64();
            let [train_error, test_error] =
                [&sample.train, &sample.test].map(|data| error(network.as_ref(), data));
            Run { rung, rate, seed, train_error, test_error, seconds }
        };
        for seeds in missing.chunks(AT_ONCE) {
            let runs: Vec<Run> = seeds.par_iter().copied().map(run).collect();
            self.outcome.runs.extend(runs);
            self.write()?;
        }
        Ok(())
    }
}

/// The rates that were tried for a rung, in order, with the mean error of their networks.
fn validation_errors(outcome: &Outcome, rung: Rung) -> Vec<(f64, f64)> {
    let trials = || outcome.trials.iter().filter(|trial| trial.rung == rung);
    let mut rates: Vec<f64> = trials().map(|trial| trial.rate).collect();
    rates.sort_by(f64::total_cmp);
    rates.dedup();
    let error = |rate: f64| {
        let errors = trials().filter(|trial| trial.rate == rate).map(|trial| trial.error);
        mean(&errors.collect::<Vec<_>>())
    };
    rates.into_iter().map(|rate| (rate, error(rate))).collect()
}

/// Which of them has the smallest error.
fn best(errors: &[(f64, f64)]) -> usize {
    let smaller = |a: &usize, b: &usize| errors[*a].1.total_cmp(&errors[*b].1);
    (0..errors.len()).min_by(smaller).unwrap_or(0)
}

/// Runs the experiment, and writes what there is after each rung. With data of the reader's own it
/// only prints.
pub fn run(arguments: &StudyArguments) -> Result<()> {
    let path = match (&arguments.data, arguments.record) {
        (Some(_), _) => None,
        (None, true) => Some(journal::path("lecun1989")?),
        (None, false) => Some(book_figures::root()?.join("target/ch09_vision/lecun1989.json")),
    };
    let (train, test) = disk::load(&Source::new(arguments.data.clone()))?;
    let command =
        format!("cargo run -p ch09_vision -- study lecun1989 --seeds {}", arguments.seeds);
    let outcome = match &path {
        Some(path) if path.exists() => records::read::<Arguments, Outcome>(path)?.outcome,
        _ => Outcome::default(),
    };
    let mut study = Study { outcome, command, path };
    let draw = |seed| Sample::draw(&train, &test, seed);
    let tuning = TUNING.map(draw);
    let samples: Vec<Sample> = (0..arguments.seeds as u64).map(draw).collect();
    for (rung, name, _, _) in RUNGS {
        let rate = study.tune(rung, &tuning)?;
        study.examine(rung, rate, &samples)?;
        let errors = test_errors(&study.outcome, rung);
        print(format_args!("{name}, rate {rate}: {:.2} % misread", 100.0 * mean(&errors)))?;
    }
    Ok(())
}

/// The shares of misread test images, seed by seed.
fn test_errors(outcome: &Outcome, rung: Rung) -> Vec<f64> {
    let mut runs: Vec<&Run> = outcome.runs.iter().filter(|run| run.rung == rung).collect();
    runs.sort_by_key(|run| run.seed);
    runs.iter().map(|run| run.test_error).collect()
}

/// Draws the page's figures and sets its values.
pub fn draw(test: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    output.figure("small_digits", &small_digits(test))?;
    let network = ZipNetwork::<f32>::new(Decisions::PAPER, &mut ChaCha8Rng::seed_from_u64(0));
    let note = "weights and biases of the network of 1989";
    set_count(values, "lecun1989.parameters", network.parameter_count(), note)?;
    let note = "connections of the network of 1989, with those of the biases";
    set_count(values, "lecun1989.connections", network.connection_count(), note)?;
    let record = recorded()?;
    table(&record, values)?;
    output.figure("ladder", &ladder(&record)?.experiment(record.how()))?;
    output.figure("zip_rates", &rates(&record.outcome).experiment(record.how()))?;
    Ok(())
}

/// Six test digits, and the same with 16 × 16 pixels.
fn small_digits(test: &Dataset) -> ImageGrid {
    let (first, small) = (test.first(6), resized(&test.first(6), 16));
    let labels = first.labels.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let description = format!(
        "Two rows of six images: the first six test digits, {labels}, with 28 × 28 pixels, and the \
         same with 16 × 16, which can still be read."
    );
    let mut grid = ImageGrid::new("Digits of 16 × 16 pixels", description, 6);
    for data in [&first, &small] {
        for (image, label) in data.images.pixels.rows().into_iter().zip(&data.labels) {
            let side = data.images.width;
            grid = grid.gray(format!("{label}, {side} × {side}"), side, &image.to_vec());
        }
    }
    grid
}

fn table(record: &Record<Outcome>, values: &mut Values) -> Result<()> {
    let (how, outcome) = (record.how(), &record.outcome);
    let seeds = test_errors(outcome, Rung::Paper).len();
    ensure!(seeds >= 5, "the record: expected five seeds and more, found {seeds}");
    let count = Measured::count(seeds).note("seeds of each rung").experiment(&how);
    values.set("lecun1989.seeds", count)?;
    let note = "misread of 2,007 test images of 16 × 16 pixels, mean of the seeds";
    let mut before: Option<Vec<f64>> = None;
    for (rung, _, name, _) in RUNGS {
        let errors = test_errors(outcome, rung);
        let mean = t_interval(&errors, 0.95, 1);
        let name = format!("lecun1989.{name}");
        let count = Measured::count(errors.len()).note("its seeds").experiment(&how);
        values.set(&format!("{name}.seeds"), count)?;
        set_mean(values, &name, mean, Format::Percent(2), (note, &how))?;
        if let Some(before) = &before {
            let pairs = before.iter().zip(&errors).map(|(before, error)| before - error);
            let gain = t_interval(&pairs.collect::<Vec<_>>(), 0.95, RUNGS.len() - 1);
            let note = format!("{note}, fewer than on the rung before, seed by seed, four at once");
            set_mean(values, &format!("{name}.gain"), gain, Format::Percent(2), (&note, &how))?;
        }
        before = Some(errors);
        let tried = validation_errors(outcome, rung);
        let rate = tried[best(&tried)].0;
        let digits = if rate < 0.01 { 4 } else { 3 };
        let rate = Measured::number(rate, Format::Decimals(digits)).experiment(&how);
        values.set(&format!("{name}.rate"), rate.note("learning rate, chosen on 5,000 images"))?;
        let runs = outcome.runs.iter().filter(|run| run.rung == rung).map(|run| run.train_error);
        let train = t_interval(&runs.collect::<Vec<_>>(), 0.95, 1).value;
        let train = Measured::number(train, Format::Percent(2)).experiment(&how);
        values.set(&format!("{name}.train"), train.note("misread training images, as they are"))?;
    }
    wrong(record, values)
}

/// What the first two rungs do at the chosen rate, and at the largest that was tried.
fn wrong(record: &Record<Outcome>, values: &mut Values) -> Result<()> {
    for (rung, _, key, _) in &RUNGS[..2] {
        let tried = validation_errors(&record.outcome, *rung);
        for (name, at) in [("chosen", best(&tried)), ("largest", tried.len() - 1)] {
            let (rate, error) = tried[at];
            let note = "misread of 5,000 validation images, two seeds";
            let error = Measured::number(error, Format::Percent(1)).note(note);
            let name = format!("lecun1989.{key}.tried.{name}");
            values.set(&name, error.experiment(record.how()))?;
            let rate = Measured::number(rate, Format::Decimals(3)).note("its learning rate");
            values.set(&format!("{name}.rate"), rate.experiment(record.how()))?;
        }
    }
    Ok(())
}

fn ladder(record: &Record<Outcome>) -> Result<Chart> {
    let means: Vec<Estimate> = RUNGS
        .iter()
        .map(|(rung, ..)| t_interval(&test_errors(&record.outcome, *rung), 0.95, 1))
        .collect();
    let told: Vec<String> = RUNGS
        .iter()
        .zip(&means)
        .map(|((_, name, _, karpathy), mean)| {
            let (value, margin) = (100.0 * mean.value, 100.0 * mean.margin);
            format!("{name} {value:.2} ± {margin:.2} (Karpathy: {karpathy})")
        })
        .collect();
    let description = format!(
        "Misread test images in percent on five rungs: {}. A line at {REPORTED:.2}: the paper.",
        told.join("; ")
    );
    let at = |index: usize| index as f64 + 1.0;
    let ours = means.iter().enumerate().map(|(index, mean)| (at(index), 100.0 * mean.value));
    let band = means
        .iter()
        .map(|mean| (100.0 * (mean.value - mean.margin), 100.0 * (mean.value + mean.margin)));
    let karpathy = RUNGS.iter().enumerate().map(|(index, rung)| (at(index), rung.3));
    Ok(Chart::new("Misread on five rungs", description)
        .x_axis(Axis::new("rung").integers())
        .y_axis(Axis::new("misread test images [%]").from_zero())
        .horizontal_rule(REPORTED, "the paper, 1989")
        .series(Series::line("this page", ours).markers().band(band))
        .series(Series::line("Karpathy", karpathy).markers()))
}

/// The validation errors of all rates that were tried.
fn rates(outcome: &Outcome) -> Chart {
    let mut told = Vec::new();
    let mut chart_series = Vec::new();
    for (rung, name, _, _) in RUNGS {
        let tried = validation_errors(outcome, rung);
        let (rate, error) = tried[best(&tried)];
        told.push(format!("{name} {rate} ({:.2}%)", 100.0 * error));
        let points = tried.iter().map(|&(rate, error)| (rate, 100.0 * error));
        chart_series.push(Series::line(name, points.collect::<Vec<_>>()).markers());
    }
    let description = format!(
        "Misread validation images against the learning rate, five curves, each with its lowest point \
         between higher ones: {}.",
        told.join("; ")
    );
    let chart = Chart::new("Learning rates of five rungs", description)
        .x_axis(Axis::new("learning rate").log().range(0.0008, 0.1))
        .y_axis(Axis::new("misread validation images [%]").from_zero())
        .legend();
    chart_series.into_iter().fold(chart, Chart::series)
}
