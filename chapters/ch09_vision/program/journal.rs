//! What the studies of single networks share: a journal that is written after each of them, and a search
//! for the learning rate that never ends at an edge.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use book_programs::records::{self, Record};
use book_programs::statistics::mean;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::arguments::{Arguments, StudyArguments};

/// What a study has found so far.
pub struct Journal<R> {
    path: PathBuf,
    command: String,
    pub runs: Vec<R>,
}

/// The file of a record: a study's, or that of a comparison.
pub fn path(name: &str) -> Result<PathBuf> {
    Ok(book_figures::root()?.join(format!("chapters/ch09_vision/results/{name}.json")))
}

/// A committed record.
pub fn recorded<T: Serialize + DeserializeOwned>(name: &str) -> Result<Record<T>> {
    records::read::<Arguments, _>(&path(name)?)
}

impl<R: Serialize + DeserializeOwned> Journal<R> {
    /// Goes on after the last run that was written, if there is one. A short study keeps nothing.
    pub fn open(name: &str, arguments: &StudyArguments) -> Result<Self> {
        let path = match arguments.record {
            true => path(name)?,
            false => book_figures::root()?.join(format!("target/ch09_vision/{name}.json")),
        };
        let runs = match path.exists() && !arguments.short {
            true => records::read::<Arguments, Vec<R>>(&path)?.outcome,
            false => Vec::new(),
        };
        let seeds = arguments.seeds;
        let command = format!("cargo run -p ch09_vision -- study {name} --seeds {seeds}");
        let path = if arguments.short { path.with_extension("short.json") } else { path };
        Ok(Self { path, command, runs })
    }

    /// Adds a run, and writes all of them.
    pub fn push(&mut self, run: R) -> Result<()> {
        self.runs.push(run);
        Record::today(&self.command, &self.runs)?.write(&self.path)
    }

    /// Where it is written.
    pub fn path(&self) -> String {
        self.path.display().to_string()
    }
}

/// Learning rate number i: two for each power of ten.
pub fn rate(index: i32) -> f64 {
    10_f64.powf(f64::from(index) / 2.0)
}

/// The number of the rate with the lowest score. Where it lies at an edge of what was tried, the next rate is
/// tried, too.
pub fn lowest(
    (mut first, mut last): (i32, i32),
    mut score: impl FnMut(i32) -> Result<f64>,
) -> Result<i32> {
    loop {
        let scores: Vec<(i32, f64)> =
            (first..=last).map(|index| Ok((index, score(index)?))).collect::<Result<_>>()?;
        let best =
            scores.iter().fold(scores[0], |best, &next| if next.1 < best.1 { next } else { best });
        match best.0 {
            index if index == first => first -= 1,
            index if index == last => last += 1,
            index => return Ok(index),
        }
        ensure!(last - first < 20, "learning rates: expected a lowest error, found none");
    }
}

/// The rate whose networks err least on average, of those that were tried: the number of the rate, and the
/// error of a network.
pub fn best_rate(tried: impl Iterator<Item = (i32, f64)>) -> Option<i32> {
    let mut errors: BTreeMap<i32, Vec<f64>> = BTreeMap::new();
    tried.for_each(|(rate, error)| errors.entry(rate).or_default().push(error));
    let least = errors.into_iter().min_by(|one, other| mean(&one.1).total_cmp(&mean(&other.1)));
    least.map(|(rate, _)| rate)
}
