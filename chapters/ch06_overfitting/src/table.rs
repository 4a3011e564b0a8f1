//! Three rows of table 2 of Srivastava et al. 2014, reproduced, and two to compare with.

use std::time::Instant;

use anyhow::{Context, Error, Result, bail};
use book_programs::arguments::parameter_count;
use ch04_optimizers::Schedule;
use ch05_mnist::{CLASSES, Dataset, evaluate};
use ch06_overfitting::{Course, Dropouts, Learner, Restraints};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::arguments::TableArguments;
use crate::checkpoint::{self, Epoch, Progress};
use crate::{files, print};

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Row {
    /// 784-800-800-10, nothing holds it back
    Standard,
    /// Three hidden layers of 1,024 ReLUs with dropout
    Dropout,
    /// The same, and no neuron's weights are longer than 1.6 (first layer) or 1 (the others)
    MaxNorm,
    /// 784-800-10, the network of 2003 from which table 2 has its first number
    OneHidden,
    /// The three hidden layers of 1,024 ReLUs without dropout: is it the size that helps?
    Control,
}

impl Row {
    /// All of them, those of the paper first.
    pub const ALL: [Self; 5] =
        [Self::Standard, Self::Dropout, Self::MaxNorm, Self::OneHidden, Self::Control];
    /// Those of the paper, in its order.
    pub const PAPER: [Self; 3] = [Self::Standard, Self::Dropout, Self::MaxNorm];

    /// The name as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Dropout => "dropout",
            Self::MaxNorm => "max-norm",
            Self::OneHidden => "one-hidden",
            Self::Control => "control",
        }
    }

    /// The test error that the paper reports, if it has the row. (The network of 2003 is the one
    /// that table 2 quotes as "2 layers, 800 units".)
    pub fn paper(self) -> Option<f64> {
        match self {
            Self::Standard | Self::OneHidden => Some(0.0160),
            Self::Dropout => Some(0.0125),
            Self::MaxNorm => Some(0.0106),
            Self::Control => None,
        }
    }

    /// The recipe of the row. Nothing in it was chosen by a look at the test error.
    ///
    /// The largest norm is c = 2 of the paper's appendix B.1, for masks of 0 and 1. A step multiplies
    /// it by what the layer's inputs are kept with: 1.6 for the first layer, 1 for the others.
    pub fn course(self) -> Course {
        let (hidden, epochs, dropouts, largest_norm) = match self {
            Self::Standard => (vec![800; 2], 30, Dropouts::NONE, None),
            Self::Dropout => (vec![1024; 3], 80, Dropouts::PAPER, None),
            Self::MaxNorm => (vec![1024; 3], 80, Dropouts::PAPER, Some(2.0)),
            Self::OneHidden => (vec![800], 30, Dropouts::NONE, None),
            Self::Control => (vec![1024; 3], 80, Dropouts::NONE, None),
        };
        Course {
            hidden,
            epochs,
            batch_size: 128,
            learning_rate: 0.001,
            schedule: Schedule::Linear,
            restraints: Restraints { dropouts, largest_norm, ..Restraints::NONE },
        }
    }
}

/// A row as it was measured, with all that made it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    pub row: Row,
    pub command: String,
    pub seed: u64,
    pub date: String,
    /// The largest length of a neuron's weights in each layer; empty if there is none.
    #[serde(default)]
    pub norms: Vec<f64>,
    pub epochs: Vec<Epoch>,
}

impl Outcome {
    /// The test error after the last epoch.
    pub fn error(&self) -> f64 {
        self.epochs.last().map_or(f64::NAN, |epoch| epoch.test_error)
    }

    /// How long an epoch took, without evaluation: the median, so that a machine that slept in one
    /// of them does not count.
    pub fn seconds_per_epoch(&self) -> f64 {
        let mut seconds: Vec<f64> = self.epochs.iter().map(|epoch| epoch.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// How long the training took, by the same measure.
    pub fn seconds(&self) -> f64 {
        self.seconds_per_epoch() * self.epochs.len() as f64
    }
}

/// What `--record` has written.
pub fn recorded() -> Result<Vec<Outcome>> {
    let path = files::results("table.json");
    let name = || format!("{}: expected what `table --record` writes", path.display());
    let json = std::fs::read_to_string(&path).with_context(name)?;
    serde_json::from_str(&json).with_context(name)
}

/// Runs one row or all.
pub fn run(arguments: &TableArguments) -> Result<()> {
    let (train, test) = files::load(arguments.data.as_deref(), 1)?;
    let rows = arguments.row.map_or(Row::PAPER.to_vec(), |row| vec![row]);
    let mut header = Some("row        epochs   seconds   paper    test error");
    for row in rows {
        let Some(outcome) = run_row(row, arguments, &train, &test)? else { continue };
        header.take().map_or(Ok(()), print)?;
        let paper =
            row.paper().map_or("none".to_owned(), |error| format!("{:.2} %", 100.0 * error));
        print(format_args!(
            "{:11}{:6}{:10.0}{paper:>9}{:11.2} %",
            row.name(),
            outcome.epochs.len(),
            outcome.seconds(),
            100.0 * outcome.error(),
        ))?;
        if arguments.record {
            record(outcome)?;
        }
    }
    Ok(())
}

/// Runs a row, from its checkpoint if there is one, to its end or to a pause.
fn run_row(
    row: Row,
    arguments: &TableArguments,
    train: &Dataset,
    test: &Dataset,
) -> Result<Option<Outcome>> {
    let mut course = row.course();
    course.epochs = arguments.epochs.unwrap_or(course.epochs);
    course.hidden = arguments.hidden.clone().unwrap_or(course.hidden);
    let sizes = [&[train.pixels()], &course.hidden[..], &[CLASSES]].concat();
    parameter_count(&sizes).map_err(Error::msg)?;
    let (name, seed, total) = (row.name(), arguments.seed, course.epochs);
    let (hidden, examples) = (&course.hidden, train.len());
    let run = format!("{name} {hidden:?}, seed {seed}, {total} epochs of {examples} examples");
    let folder = files::checkpoints(arguments.checkpoint.as_deref())?;
    let limit = course.restraints.largest_norm.map(|largest| format!("-{largest}"));
    let stem = format!("{name}{}-seed-{seed}-epochs-{total}", limit.unwrap_or_default());
    let these = files::fingerprint_of([train, test], &course);
    let path = folder.join(format!("{stem}-{these}.safetensors"));

    let mut learner = Learner::<f32>::new(&course, train.pixels(), &mut generator(seed, 0));
    let resumed = checkpoint::read(&path, &mut learner, &run)?;
    let mut progress = resumed.unwrap_or(Progress { run, epochs: Vec::new(), steps: 0 });
    let bar = bar(&course, train, progress.epochs.len());
    let pause = arguments.pause_after.map_or(total, |epochs| progress.epochs.len() + epochs);
    while progress.epochs.len() < total.min(pause) {
        let epoch =
            train_epoch(&mut learner, &course, progress.epochs.len(), seed, train, test, &bar)?;
        progress.epochs.push(epoch);
        progress.steps = learner.adam.memory.steps;
        checkpoint::write(&path, &learner, &progress)?;
        bar.set_message(format!("test error {:.2} %", 100.0 * epoch.test_error));
    }
    bar.finish_and_clear();
    if progress.epochs.len() < total {
        print(format_args!("{name}: paused after {} of {total} epochs", progress.epochs.len()))?;
        return Ok(None);
    }
    let (command, norms, date) =
        (command(row, arguments), norms(&course), book_programs::files::today());
    Ok(Some(Outcome { row, command, seed, date, norms, epochs: progress.epochs }))
}

/// The largest length of a neuron's weights in each layer, as [`Learner::step`] has it.
fn norms(course: &Course) -> Vec<f64> {
    let Restraints { largest_norm, dropouts, .. } = course.restraints;
    let layers = 0..=course.hidden.len();
    largest_norm
        .map_or(Vec::new(), |c| layers.map(|index| c * dropouts.before(index).keep).collect())
}

fn train_epoch(
    learner: &mut Learner<f32>,
    course: &Course,
    index: usize,
    seed: u64,
    train: &Dataset,
    test: &Dataset,
    bar: &ProgressBar,
) -> Result<Epoch> {
    let start = Instant::now();
    let mut generator = generator(seed, index as u64 + 1);
    let train_loss = learner.epoch(course, train, &mut generator, || bar.inc(1));
    if !train_loss.is_finite() {
        bail!("epoch {}: expected a finite training loss, found {train_loss}", index + 1);
    }
    let seconds = start.elapsed().as_secs_f64();
    Ok(Epoch { train_loss, test_error: 1.0 - evaluate(&learner.network, test).accuracy, seconds })
}

/// The random numbers of an epoch, or of the weights at the start (0). Each epoch has a stream of
/// its own, so that a run can go on at any of them.
fn generator(seed: u64, epoch: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(epoch);
    generator
}

/// A bar that counts the batches of a row; only a terminal shows it.
fn bar(course: &Course, train: &Dataset, done: usize) -> ProgressBar {
    let batches = train.len().div_ceil(course.batch_size);
    let template = "{bar:40} {pos}/{len} batches, {elapsed} (left: {eta}) {msg}";
    let style = ProgressStyle::with_template(template).expect("the template is well-formed");
    let bar = ProgressBar::new((course.epochs * batches) as u64).with_style(style);
    bar.with_position((done * batches) as u64)
}

/// The command that makes a row.
fn command(row: Row, arguments: &TableArguments) -> String {
    let (name, seed) = (row.name(), arguments.seed);
    let mut command = format!("cargo run -p ch06_overfitting -- table --row {name} --seed {seed}");
    if let Some(epochs) = arguments.epochs {
        command += &format!(" --epochs {epochs}");
    }
    command + " --record"
}

/// Puts a row in the place of the one that was recorded before.
fn record(outcome: Outcome) -> Result<()> {
    let path = files::results("table.json");
    let mut outcomes = if path.exists() { recorded()? } else { Vec::new() };
    outcomes.retain(|other| other.row != outcome.row);
    outcomes.push(outcome);
    outcomes.sort_by_key(|outcome| Row::ALL.iter().position(|row| *row == outcome.row));
    book_programs::files::write(&path, (serde_json::to_string_pretty(&outcomes)? + "\n").as_bytes())
}
