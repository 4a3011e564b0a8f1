//! How the chapter's program states a number, and how it runs and records its experiments.

use anyhow::Result;
use book_figures::{Format, Measured, Values};
use book_programs::print;
use book_programs::progress::bar;
use book_programs::records::{self, Record};
use book_programs::statistics::Estimate;
use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::arguments::Arguments;
use crate::disk;

/// Sets one value with its note, and with the experiment that made it.
pub fn set(
    values: &mut Values,
    name: &str,
    measured: Measured,
    note: &str,
    how: &str,
) -> Result<()> {
    let measured = measured.note(note);
    Ok(values.set(name, if how.is_empty() { measured } else { measured.experiment(how) })?)
}

/// Sets `name.mean` and `name.margin`.
pub fn set_estimate(
    values: &mut Values,
    name: &str,
    estimate: Estimate,
    format: Format,
    (note, how): (&str, &str),
) -> Result<()> {
    estimate.set(values, name, note, |number| Measured::number(number, format).experiment(how))
}

/// Runs all pieces of an experiment on all cores, with a bar.
pub fn all<I: Send + Sync, O: Send>(pieces: &[I], run: impl Fn(&I) -> O + Send + Sync) -> Vec<O> {
    let bar = bar(pieces.len(), "pieces");
    let one = |piece: &I| {
        let outcome = run(piece);
        bar.inc(1);
        outcome
    };
    let outcomes = pieces.par_iter().map(one).collect();
    bar.finish_and_clear();
    outcomes
}

/// Keeps the outcome of an experiment where the chapter finds it, if that is wished for.
pub fn keep<T: Serialize>(name: &str, outcome: T, record: bool) -> Result<()> {
    if !record {
        return print("done; with --record it is kept");
    }
    let path = disk::record(name)?;
    let command = format!("cargo run -p ch08_tuning -- {name} --record");
    Record::today(command, outcome)?.write(&path)?;
    print(format_args!("{}", path.display()))
}

/// What an experiment has recorded.
pub fn recorded<T: Serialize + DeserializeOwned>(name: &str) -> Result<Record<T>> {
    records::read::<Arguments, _>(&disk::record(name)?)
}
