//! What each regularizer does to a network that has only a thousand images: many seeds, true labels and
//! labels of which some are random.

use std::fmt::{self, Display};
use std::path::PathBuf;
use std::sync::Mutex;

use anyhow::{Context, Result};
use book_programs::print;
use book_programs::statistics::{mean, standard_deviation};
use ch05_mnist::{Dataset, evaluate};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::arguments::StudyArguments;
use crate::disk;
use crate::networks::{self, EXAMPLES, NOISE, Regularizer, Setting, recipe, thousand};
use crate::tuning::{self, bar};

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

/// The study as it was recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    pub command: String,
    pub date: String,
    pub runs: Vec<Run>,
}

/// What `--record` has written.
pub fn recorded() -> Result<Record> {
    let path = disk::results("study.json");
    let name = || format!("{}: expected what `study --record` writes", path.display());
    let json = std::fs::read_to_string(&path).with_context(name)?;
    serde_json::from_str(&json).with_context(name)
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
        let lowest = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mean, deviation) = (mean(numbers), standard_deviation(numbers));
        Self { mean, deviation, lowest, highest }
    }
}

impl Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [mean, deviation, lowest, highest] =
            [self.mean, self.deviation, self.lowest, self.highest].map(|share| 100.0 * share);
        write!(f, "{mean:7.2} %{deviation:8.2}{lowest:9.2} %{highest:8.2} %")
    }
}

/// Trains one network of the study.
fn run_one(
    regularizer: Regularizer,
    setting: &Setting,
    (noise, seed): (f64, u64),
    (all, test): (&Dataset, &Dataset),
) -> Result<Run> {
    let (examples, validation, generator) = thousand(all, EXAMPLES, (seed, noise));
    let trained = networks::run(setting, (&examples, &validation), generator)?;
    let evaluation = evaluate(&trained.network, test);
    let (test_loss, test_error) = (evaluation.loss, 1.0 - evaluation.accuracy);
    let networks::Trained { train_loss, epochs, .. } = trained;
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
    let tuned = tuning::recorded()?;
    let setting = |regularizer, noise| tuned.chosen(regularizer, noise);
    let settings = wanted.iter().map(|&(regularizer, noise, _)| setting(regularizer, noise));
    let settings = (recipe(), settings.collect::<Result<Vec<_>>>()?);
    let these = disk::fingerprint_of([&train, &test], &settings);
    let folder = disk::checkpoints(arguments.checkpoint.as_deref())?;
    let path = folder.join(format!("study-{these}.json"));
    let done = Mutex::new(read_runs(&path)?);
    let bar = bar(wanted.len());
    wanted.par_iter().try_for_each(|&(regularizer, noise, seed)| {
        let find = |run: &Run| (run.regularizer, run.noise, run.seed) == (regularizer, noise, seed);
        if !done.lock().expect("no thread panicked").iter().any(find) {
            let setting = setting(regularizer, noise)?;
            let run = run_one(regularizer, &setting, (noise, seed), (&train, &test))?;
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
        let record = Record { command, date: book_programs::files::today(), runs };
        let json = serde_json::to_string_pretty(&record)? + "\n";
        book_programs::files::write(&disk::results("study.json"), json.as_bytes())?;
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
