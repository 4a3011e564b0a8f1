//! Two pools of trained networks: one setting with many seeds, and many settings with a seed each.

use std::collections::BTreeMap;

use anyhow::Result;
use book_programs::records::Record;
use serde::{Deserialize, Serialize};

use crate::arguments::Experiment;
use crate::disk;
use crate::measured::{all, keep, recorded as read};
use crate::plan::{Plan, Strategy};
use crate::space_file::Space;
use crate::surface::{Images, Score, Settings, curve, judged};

/// The setting that is trained with many seeds: a good one, near the best of the space.
pub fn usual() -> Settings {
    Settings { learning_rate: 0.005, batch_size: 32, ..Settings::default() }
}

/// A network of a pool.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Member {
    /// The places of the knobs; empty if the setting is the usual one.
    pub point: Vec<f64>,
    /// On validation images, after each epoch.
    pub curve: Vec<Score>,
    /// On images that no search sees.
    pub truth: Score,
}

/// Both pools.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pools {
    /// One setting, a seed each.
    pub seeds: Vec<Member>,
    /// Random settings, a seed each.
    pub settings: Vec<Member>,
}

/// What `--record` has written.
pub fn recorded() -> Result<Record<Pools>> {
    read("pool")
}

/// Trains both pools.
pub fn run(arguments: &Experiment) -> Result<()> {
    let space = Space::read(&disk::space()?)?;
    let images = Images::new(&disk::load()?.0, space.images, space.validation);
    let counts = if arguments.short { (2, 4) } else { (200, 400) };
    let member = |point: &[f64], settings: &Settings, seed: u64| {
        let (curve, network) =
            curve(&images.train, &images.validation, settings, (space.epochs, seed));
        Member { point: point.to_vec(), curve, truth: judged(&network, &images.judge) }
    };
    let seeds: Vec<u64> = (0..counts.0).collect();
    let seeds = all(&seeds, |&seed| member(&[], &usual(), seed));
    let plan = Plan { space: &space, strategy: Strategy::Random, trials: counts.1, seed: 8 };
    let trials = plan.next(&BTreeMap::new());
    let settings = all(&trials, |trial| member(&trial.point, &space.at(&trial.point), trial.seed));
    keep("pool", Pools { seeds, settings }, arguments.record)
}

/// How the numbers of the pools are noted.
pub const NOTE: &str = "1,000 training images, 784-32-10, nine epochs";

/// The share of members whose number is at most so large, by that number: for a figure.
pub fn shares(members: &[Member], number: fn(&Member) -> f64) -> Vec<(f64, f64)> {
    let mut numbers: Vec<f64> = members.iter().map(number).collect();
    numbers.sort_by(f64::total_cmp);
    let share = |index: usize| 100.0 * (index + 1) as f64 / numbers.len() as f64;
    (0..numbers.len()).map(|index| (numbers[index], share(index))).collect()
}

/// A quantile of some numbers.
pub fn quantile(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}
