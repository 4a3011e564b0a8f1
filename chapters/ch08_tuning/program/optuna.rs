//! The same race, run by Optuna's default sampler, which is asked for each point: a peer of the strategies.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use book_programs::records::Record;

use crate::arguments::OptunaArguments;
use crate::disk;
use crate::measured::{all, keep, recorded as read};
use crate::plan::{Plan, Planned, Strategy};
use crate::space_file::Space;
use crate::strategies::{REPETITIONS, Search, TRIALS, outcome, scored};
use crate::surface::Images;

/// What `--record` has written.
pub fn recorded() -> Result<Record<Vec<Search>>> {
    read("optuna")
}

/// Runs all searches.
pub fn run(arguments: &OptunaArguments) -> Result<()> {
    let space = Space::read(&disk::space()?)?;
    let images = Images::new(&disk::load()?.0, space.images, space.validation);
    let repetitions: Vec<u64> = (0..REPETITIONS).collect();
    let found =
        all(&repetitions, |&repetition| search(&arguments.python, repetition, &space, &images));
    keep("optuna", found.into_iter().collect::<Result<Vec<Search>>>()?, arguments.record)
}

/// One search: its trainings have the seeds of the random search of the same repetition.
fn search(python: &str, repetition: u64, space: &Space, images: &Images) -> Result<Search> {
    let script = book_figures::root()?.join("chapters/ch08_tuning/peers/suggest_optuna.py");
    let knobs = space.knobs.len();
    let words = [knobs, TRIALS, repetition as usize].map(|number| number.to_string());
    let mut command = Command::new(python);
    command.arg(&script).args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
    let name = || format!("{python} {}: expected Python with Optuna", script.display());
    let mut child = command.spawn().with_context(name)?;
    let mut answers = child.stdin.take().with_context(name)?;
    let mut questions = BufReader::new(child.stdout.take().with_context(name)?).lines();
    let plan = Plan { space, strategy: Strategy::Random, trials: TRIALS, seed: repetition };
    let (mut trials, mut finished) = (Vec::new(), BTreeMap::new());
    for index in 0..TRIALS {
        let line = questions.next().with_context(name)?.with_context(name)?;
        let point: Vec<f64> =
            line.split_whitespace().map(str::parse).collect::<Result<_, _>>().with_context(name)?;
        ensure!(point.len() == knobs, "{}: expected {knobs} numbers, found {line:?}", name());
        let trial = Planned { point, ..plan.single(index) };
        let score = scored(&trial, space, images);
        writeln!(answers, "{}", score.loss).with_context(name)?;
        finished.insert(index, score);
        trials.push(trial);
    }
    child.wait().with_context(name)?;
    Ok(outcome("optuna", repetition, space, images, (trials, finished)))
}
