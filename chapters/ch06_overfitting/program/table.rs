//! Page *A table from a paper*: rows of table 2 of Srivastava et al. 2014, reproduced.

use std::ops::ControlFlow;
use std::time::Instant;

use anyhow::{Context, Error, Result};
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::arguments::parameter_count;
use book_programs::print;
use book_programs::progress;
use book_programs::records::{self, Record};
use ch05_mnist::{CLASSES, Dataset, EpochRecord, Recipe, Trainer, evaluate};
use ch06_overfitting::{Regularization, Regularized, standard_error};
use indicatif::ProgressBar;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::arguments::{Arguments, TableArguments};
use crate::disk::{self, Epoch};
use crate::rows::Row;

/// Draws the recorded rows, and sets their values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let outcomes = recorded()?;
    output.figure("table", &table_curves(&outcomes))?;
    table_values(&outcomes, values)
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
    let path = disk::results("table.json")?;
    let outcomes = records::read::<Arguments, Vec<Outcome>>(&path)?.outcome;
    let root = path.ancestors().nth(4).unwrap_or(&path);
    for Outcome { command, .. } in &outcomes {
        let name = || format!("{}: `{command}`", path.display());
        records::check_command::<Arguments>(command, root).with_context(name)?;
    }
    Ok(outcomes)
}

/// Runs one row or all.
pub fn run(arguments: &TableArguments) -> Result<()> {
    let (train, test) = disk::load(arguments.data.as_deref(), 1)?;
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
    let (mut recipe, regularization) = (row.recipe(), row.regularization());
    recipe.epochs = arguments.epochs.unwrap_or(recipe.epochs);
    recipe.hidden = arguments.hidden.clone().unwrap_or(recipe.hidden);
    let sizes = [&[train.pixels()], &recipe.hidden[..], &[CLASSES]].concat();
    parameter_count(&sizes).map_err(Error::msg)?;
    let (name, seed, total) = (row.name(), arguments.seed, recipe.epochs);
    let (hidden, examples) = (&recipe.hidden, train.len());
    let run = format!("{name} {hidden:?}, seed {seed}, {total} epochs of {examples} examples");
    let folder = disk::checkpoints(arguments.checkpoint.as_deref())?;
    let limit = regularization.max_norm.map(|max_norm| format!("-{max_norm}"));
    let stem = format!("{name}{}-seed-{seed}-epochs-{total}", limit.unwrap_or_default());
    let these = disk::fingerprint_of([train, test], &(&recipe, regularization));
    let path = folder.join(format!("{stem}-{these}.safetensors"));

    let network = recipe.network(train.pixels(), &mut generator(seed, 0));
    let model = Regularized { network, regularization };
    let mut trainer = Trainer::new(&recipe, model, generator(seed, 1));
    let mut epochs = disk::resume(&path, &mut trainer, &run)?;
    let bar = bar(&recipe, train, epochs.len());
    let pause = arguments.pause_after.map_or(total, |more| epochs.len() + more);
    let (mut start, mut written) = (Instant::now(), Ok(()));
    let after_epoch = |trainer: &mut Trainer<_, Regularized<f32>, _>, epoch: EpochRecord| {
        let seconds = start.elapsed().as_secs_f64();
        let test_error = 1.0 - evaluate(&trainer.model, test).accuracy;
        epochs.push(Epoch { train_loss: epoch.train_loss, test_error, seconds });
        trainer.generator = generator(seed, epochs.len() as u64 + 1);
        written = disk::write_checkpoint(&path, trainer, &run, &epochs);
        bar.set_message(format!("test error {:.2} %", 100.0 * test_error));
        start = Instant::now();
        match written.is_err() || epochs.len() >= pause {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    trainer.train(&regularization.examples(train), || bar.inc(1), after_epoch)?;
    written?;
    bar.finish_and_clear();
    if epochs.len() < total {
        print(format_args!("{name}: paused after {} of {total} epochs", epochs.len()))?;
        return Ok(None);
    }
    let norms = norms(regularization, recipe.hidden.len());
    let (command, date) = (command(row, arguments), book_programs::files::today());
    Ok(Some(Outcome { row, command, seed, date, norms, epochs }))
}

/// The max-norm of a neuron's weights in each layer, as a step of the model has it.
fn norms(regularization: Regularization, hidden_layers: usize) -> Vec<f64> {
    let Regularization { max_norm, dropout, .. } = regularization;
    let layers = 0..=hidden_layers;
    max_norm.map_or(Vec::new(), |c| layers.map(|index| c * dropout.before(index).keep).collect())
}

/// The random numbers of an epoch, or of the weights at the start (0). Each epoch has a stream of
/// its own, so that a run can go on at any of them.
fn generator(seed: u64, epoch: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(epoch);
    generator
}

/// A bar that counts the batches of a row; only a terminal shows it.
fn bar(recipe: &Recipe, train: &Dataset, done: usize) -> ProgressBar {
    let batches = train.len().div_ceil(recipe.batch_size);
    progress::bar(recipe.epochs * batches, "batches").with_position((done * batches) as u64)
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
    let path = disk::results("table.json")?;
    let mut outcomes = if path.exists() { recorded()? } else { Vec::new() };
    outcomes.retain(|other| other.row != outcome.row);
    outcomes.push(outcome);
    outcomes.sort_by_key(|outcome| Row::ALL.iter().position(|row| *row == outcome.row));
    Record::today("cargo run -p ch06_overfitting -- table --record", outcomes)?.write(&path)
}

fn table_curves(outcomes: &[Outcome]) -> Chart {
    let ends = outcomes.iter().map(|outcome| {
        let (epochs, error) = (outcome.epochs.len(), 100.0 * outcome.error());
        format!("{} {error:.2}% after {epochs}", label(outcome.row))
    });
    let description = format!(
        "Misread test images by epoch, for the rows of the table: {}.",
        ends.collect::<Vec<_>>().join(", ")
    );
    let mut chart = Chart::new("The table, epoch by epoch", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("test images misread [%]").log().range(1.0, 5.0));
    for outcome in outcomes {
        let epochs = outcome.epochs.iter().zip(1..);
        let points = epochs.map(|(epoch, at)| (f64::from(at), 100.0 * epoch.test_error));
        chart = chart.series(Series::line(label(outcome.row), points.collect::<Vec<_>>()));
    }
    chart.legend()
}

/// The name of a row in a figure.
fn label(row: Row) -> &'static str {
    match row {
        Row::MaxNorm => "max-norm",
        Row::OneHidden => "one hidden layer",
        Row::Control => "no dropout",
        other => other.name(),
    }
}

fn table_values(outcomes: &[Outcome], values: &mut Values) -> Result<()> {
    let spread = 100.0 * standard_error(Row::Dropout.paper().expect("a row of the paper"), 10_000);
    let note = "points of a percentage, for an error of 1.25% on 10,000 images";
    let points = |number: f64| Measured::number(number, Format::Decimals(2));
    values.set("table.standard_error", points(spread).note(note))?;
    values.set("table.difference_error", points(spread * 2_f64.sqrt()).note(note))?;
    let of = |row: Row| outcomes.iter().find(|outcome| outcome.row == row).map(Outcome::error);
    for (name, row) in [("standard", Row::Standard), ("control", Row::Control)] {
        if let (Some(other), Some(dropout)) = (of(row), of(Row::Dropout)) {
            let gain = points(100.0 * (other - dropout)).note("percentage points");
            values.set(&format!("table.dropout_over_{name}"), gain)?;
        }
    }
    if let (Some(one), Some(two)) = (of(Row::OneHidden), of(Row::Standard)) {
        let error = standard_error(one, 10_000).hypot(standard_error(two, 10_000));
        let ratio = Measured::number((one - two) / error, Format::Decimals(1));
        let note = "one hidden layer against two: the gain over its standard error, if each had an \
                    exam of its own";
        values.set("table.second_layer_ratio", ratio.note(note))?;
    }
    for outcome in outcomes {
        let name = outcome.row.name().replace('-', "_");
        let (epochs, seed) = (outcome.epochs.len(), outcome.seed);
        let note = format!("seed {seed}, after epoch {epochs}");
        let how = format!("{} ({})", outcome.command, outcome.date);
        let mut set = |what: &str, measured: Measured| {
            values.set(&format!("table.{name}.{what}"), measured.note(&note).experiment(&how))
        };
        let percent = |share: f64| Measured::number(share, Format::Percent(2));
        set("error", percent(outcome.error()))?;
        if let Some(paper) = outcome.row.paper() {
            set("paper", percent(paper))?;
            let gap = 100.0 * (outcome.error() - paper);
            set("gap", Measured::number(gap, Format::Decimals(2)))?;
        }
        set("epochs", Measured::count(epochs))?;
        set("steps", Measured::count(epochs * 60_000_usize.div_ceil(128)))?;
        if outcome.row == Row::MaxNorm {
            set("norms", Measured::text(norms_in_words(outcome)))?;
        }
        let minutes = Measured::number(outcome.seconds() / 60.0, Format::Integer);
        set("minutes", minutes)?;
        let seconds = Measured::number(outcome.seconds_per_epoch(), Format::Seconds(0));
        set("seconds_per_epoch", seconds)?;
        set("date", Measured::text(outcome.date.clone()))?;
    }
    Ok(())
}

/// How long the weights of a neuron could become when the row was run.
fn norms_in_words(outcome: &Outcome) -> String {
    let norms = outcome.norms.iter().map(f64::to_string);
    norms.collect::<Vec<_>>().join(", ")
}
