//! The results of a search: a file to which each finished trial is appended at once, as a line of JSON.
//! A line that a killed process has left torn is dropped, and its trial run again.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::plan::{Plan, Planned, Strategy};
use crate::space_file::Space;
use crate::surface::Score;

/// A finished trial. It says to which search it belongs, so that files can be joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    pub space: String,
    pub strategy: Strategy,
    pub seed: u64,
    /// How many trials the search has, where the others depend on it.
    pub of: Option<usize>,
    pub index: usize,
    pub epochs: usize,
    pub point: Vec<f64>,
    /// The value of each knob, as people read it.
    pub settings: BTreeMap<String, f64>,
    pub loss: f64,
    pub error: f64,
}

impl Trial {
    /// A trial of a plan, with what it has found.
    pub fn new(plan: &Plan, planned: &Planned, score: Score) -> Self {
        let settings = plan.space.at(&planned.point);
        let value = |(name, _): &(String, _)| (name.clone(), settings.get(name));
        Self {
            space: plan.space.fingerprint(),
            strategy: plan.strategy,
            seed: plan.seed,
            of: depends_on_count(plan.strategy).then_some(plan.trials),
            index: planned.index,
            epochs: planned.epochs,
            point: planned.point.clone(),
            settings: plan.space.knobs.iter().map(value).collect(),
            loss: score.loss,
            error: score.error,
        }
    }

    pub fn score(&self) -> Score {
        Score { loss: self.loss, error: self.error }
    }

    /// The trial as a line.
    pub fn line(&self) -> Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }
}

/// Whether the trials of a strategy depend on how many there are.
fn depends_on_count(strategy: Strategy) -> bool {
    matches!(strategy, Strategy::Halving | Strategy::Hyperband | Strategy::Bayes)
}

/// The trials of a text of whole lines, each of which must belong to the plan.
pub fn parse(path: &Path, text: &str, plan: &Plan) -> Result<BTreeMap<usize, Trial>> {
    let mut trials = BTreeMap::new();
    let of = depends_on_count(plan.strategy).then_some(plan.trials);
    for (line, number) in text.lines().zip(1..) {
        let name = || format!("{}: line {number}", path.display());
        let trial: Trial =
            serde_json::from_str(line).with_context(|| format!("{}: expected a trial", name()))?;
        let (found, expected) = (&trial.space, plan.space.fingerprint());
        if *found != expected {
            bail!("{}: a trial of another space: expected {expected}, found {found}", name());
        }
        if (trial.strategy, trial.seed, trial.of) != (plan.strategy, plan.seed, of) {
            bail!(
                "{}: a trial of another search: expected {}, found {}",
                name(),
                search(plan.strategy, plan.seed, of),
                search(trial.strategy, trial.seed, trial.of)
            );
        }
        let index = trial.index;
        if let Some(other) = trials.insert(index, trial)
            && other != trials[&index]
        {
            bail!("{}: trial {index} a second time, with another outcome", name());
        }
    }
    Ok(trials)
}

fn search(strategy: Strategy, seed: u64, of: Option<usize>) -> String {
    let of = of.map_or(String::new(), |of| format!(", {of} trials"));
    format!("{}, seed {seed}{of}", format!("{strategy:?}").to_lowercase())
}

/// A file of results that belongs to this process alone.
pub struct Results {
    file: File,
    path: PathBuf,
}

impl Results {
    /// Opens or makes the file, for nobody else, and reads the finished trials.
    pub fn open(path: &Path, plan: &Plan) -> Result<(Self, BTreeMap<usize, Trial>)> {
        let name = || format!("{}: expected a file of results", path.display());
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).append(true).create(true).open(path).with_context(name)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                bail!("{}: expected it to be free, found another search at it", path.display())
            }
            locked => locked.with_context(name)?,
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).with_context(name)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        if whole < bytes.len() {
            file.set_len(whole as u64).with_context(name)?; // a line that was never finished
        }
        let text = std::str::from_utf8(&bytes[..whole]).with_context(name)?;
        let trials = parse(path, text, plan)?;
        Ok((Self { file, path: path.to_owned() }, trials))
    }

    /// Appends a trial, all of its line at once, and waits until it is on the disk.
    pub fn append(&mut self, trial: &Trial) -> Result<()> {
        let written = self.file.write_all(trial.line()?.as_bytes());
        let written = written.and_then(|()| self.file.sync_data());
        written.with_context(|| format!("{}: expected to write to it", self.path.display()))
    }
}

/// Joins the lines of several files into the trials of one search, which their first line tells.
pub fn gather(paths: &[PathBuf], space: &Space) -> Result<BTreeMap<usize, Trial>> {
    let mut all: BTreeMap<usize, Trial> = BTreeMap::new();
    for path in paths {
        let bytes = book_programs::files::read(path, 1 << 30, "a file of results")?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let name = || format!("{}: line 1: expected a trial", path.display());
        let text = std::str::from_utf8(&bytes[..whole]).with_context(name)?;
        let Some(first) = text.lines().next() else { continue };
        let told: Trial = serde_json::from_str(first).with_context(name)?;
        let told = all.values().next().unwrap_or(&told);
        let (strategy, seed, trials) = (told.strategy, told.seed, told.of.unwrap_or(0));
        let plan = Plan { space, strategy, trials, seed };
        for (index, trial) in parse(path, text, &plan)? {
            if all.get(&index).is_some_and(|other| *other != trial) {
                bail!("{}: trial {index} a second time, with another outcome", path.display());
            }
            all.insert(index, trial);
        }
    }
    Ok(all)
}
