//! The strategies at one budget, each many times on one space.

use std::collections::BTreeMap;

use anyhow::Result;
use book_programs::records::Record;
use serde::{Deserialize, Serialize};

use crate::arguments::Experiment;
use crate::disk;
use crate::measured::{all, keep, recorded as read};
use crate::plan::{Plan, Planned, Strategy, moved_grid};
use crate::space_file::Space;
use crate::surface::{Images, Score, curve, judged};

/// Who is compared, by the names of the values.
pub const NAMES: [&str; 6] = ["grid", "random", "sobol", "halving", "hyperband", "bayes"];

/// How often each is run, and how many whole trainings it may spend.
pub const REPETITIONS: u64 = 20;
pub const TRIALS: usize = 27;
/// How many trials successive halving begins with for as many epochs: the most that fit.
pub const BEGINNERS: usize = 107;
/// How many trials begin in as many of Hyperband's brackets, in turn, as fit.
pub const IN_BRACKETS: usize = 60;
/// How many fresh seeds tell the truth about a setting.
const FRESH: u64 = 3;

/// One search.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Search {
    pub strategy: String,
    pub repetition: u64,
    /// How many epochs were spent.
    pub epochs: usize,
    /// The place of each knob that was chosen.
    pub point: Vec<f64>,
    /// What the search has seen of what it chose.
    pub seen: Score,
    /// What fresh seeds make of it, on images that the search does not have.
    pub truth: Vec<Score>,
    /// The lowest validation loss so far after each whole training.
    pub lowest: Vec<f64>,
}

/// What `--record` has written.
pub fn recorded() -> Result<Record<Vec<Search>>> {
    read("strategies")
}

/// Runs all searches.
pub fn run(arguments: &Experiment) -> Result<()> {
    let space = Space::read(&disk::space()?)?;
    let images = Images::new(&disk::load()?.0, space.images, space.validation);
    let repetitions = if arguments.short { 1 } else { REPETITIONS };
    let names = if arguments.short { &NAMES[1..2] } else { &NAMES[..] };
    let pieces: Vec<(&str, u64)> =
        (0..repetitions).flat_map(|r| names.iter().map(move |&name| (name, r))).collect();
    let found = all(&pieces, |&(name, repetition)| search(name, repetition, &space, &images));
    keep("strategies", found, arguments.record)
}

/// One search to its end.
fn search(name: &str, repetition: u64, space: &Space, images: &Images) -> Search {
    let mut finished = BTreeMap::new();
    let mut trials: Vec<Planned> = Vec::new();
    let mut run = |planned: Vec<Planned>, finished: &mut BTreeMap<usize, Score>| {
        for trial in planned {
            finished.insert(trial.index, scored(&trial, space, images));
            trials.push(trial);
        }
    };
    let strategy = match name {
        "sobol" => Strategy::Sobol,
        "halving" => Strategy::Halving,
        "hyperband" => Strategy::Hyperband,
        "bayes" => Strategy::Bayes,
        _ => Strategy::Random,
    };
    let count = match strategy {
        Strategy::Halving => BEGINNERS,
        Strategy::Hyperband => IN_BRACKETS,
        _ => TRIALS,
    };
    let plan = Plan { space, strategy, trials: count, seed: repetition };
    if name == "grid" {
        let points = moved_grid(3, space.knobs.len(), repetition);
        let trial = |index| Planned { point: points.row(index).to_vec(), ..plan.single(index) };
        run((0..points.nrows()).map(trial).collect(), &mut finished);
    } else {
        loop {
            let planned = plan.next(&finished);
            if planned.is_empty() {
                break;
            }
            run(planned, &mut finished);
        }
    }
    outcome(name, repetition, space, images, (trials, finished))
}

/// What a trial finds on validation images.
pub fn scored(trial: &Planned, space: &Space, images: &Images) -> Score {
    let length = (trial.epochs, trial.seed);
    let settings = space.at(&trial.point);
    curve(&images.train, &images.validation, &settings, length).0[trial.epochs - 1]
}

/// What a search has come to.
pub fn outcome(
    name: &str,
    repetition: u64,
    space: &Space,
    images: &Images,
    (trials, finished): (Vec<Planned>, BTreeMap<usize, Score>),
) -> Search {
    let whole: Vec<&Planned> = trials.iter().filter(|trial| trial.epochs == space.epochs).collect();
    let loss = |trial: &Planned| finished[&trial.index].loss;
    let best = whole.iter().min_by(|a, b| loss(a).total_cmp(&loss(b))).expect("a whole training");
    let mut lowest = f64::INFINITY;
    let so_far = whole.iter().map(|trial| {
        lowest = lowest.min(loss(trial));
        lowest
    });
    let so_far = so_far.collect();
    let settings = space.at(&best.point);
    let fresh = |seed: u64| {
        let length = (space.epochs, 1_000_000 + 1_000 * repetition + seed);
        judged(&curve(&images.train, &images.validation, &settings, length).1, &images.judge)
    };
    Search {
        strategy: name.to_owned(),
        repetition,
        epochs: spent(&trials),
        point: best.point.clone(),
        seen: finished[&best.index],
        truth: (0..FRESH).map(fresh).collect(),
        lowest: so_far,
    }
}

/// How many epochs the trials have taken, each training going on where it was.
fn spent(trials: &[Planned]) -> usize {
    let mut longest: BTreeMap<u64, usize> = BTreeMap::new();
    for trial in trials {
        let epochs = longest.entry(trial.seed).or_default();
        *epochs = trial.epochs.max(*epochs);
    }
    longest.values().sum()
}
