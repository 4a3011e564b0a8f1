//! The strategies: which trials to run next, as a pure function of the space, the strategy, the seed and
//! what the trials before them have found.

use std::collections::BTreeMap;

use book_programs::data::fingerprint;
use ch08_tuning::{
    GaussianProcess, Rung, grid, hyperband, random_points, rungs, shifted, sobol, suggestion,
    survivors,
};
use clap::ValueEnum;
use ndarray::{Array1, Array2, ArrayView1, Axis};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::space_file::Space;
use crate::surface::Score;

/// How the trials of a search are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Each place of each knob drawn at random
    Random,
    /// Points of Sobol's sequence, moved by a random shift
    Sobol,
    /// Random points: one epoch for all, three times as many for the best third, and so on
    Halving,
    /// Brackets of successive halving in turn, from many short trials to few long ones
    Hyperband,
    /// A Gaussian process and the expected improvement, after eight points of Sobol's sequence
    Bayes,
}

/// A trial before it is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    pub index: usize,
    /// A place from 0 to 1 for each knob.
    pub point: Vec<f64>,
    pub epochs: usize,
    /// The seed of its training.
    pub seed: u64,
}

/// What a search is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan<'a> {
    pub space: &'a Space,
    pub strategy: Strategy,
    /// How many trials; of halving, how many begin, of Hyperband, how many begin at least: it
    /// ends with a whole bracket.
    pub trials: usize,
    pub seed: u64,
}

/// How many trials a Gaussian process begins with, and how many it suggests at once.
const FIRST: usize = 8;
const AT_ONCE: usize = 4;
/// One trial in so many goes on in successive halving.
const FACTOR: usize = 3;

/// A generator that belongs to one purpose of one seed.
fn generator(seed: u64, purpose: &str, index: usize) -> ChaCha8Rng {
    let name = format!("{seed} {purpose} {index}");
    let bits = u64::from_str_radix(&fingerprint([name.as_bytes()]), 16).expect("sixteen digits");
    ChaCha8Rng::seed_from_u64(bits)
}

impl Plan<'_> {
    fn knobs(&self) -> usize {
        self.space.knobs.len()
    }

    /// The point of trial `index` that does not depend on other trials.
    pub fn point(&self, index: usize) -> Vec<f64> {
        match self.strategy {
            Strategy::Random | Strategy::Halving | Strategy::Hyperband => {
                let mut generator = generator(self.seed, "point", index);
                random_points(1, self.knobs(), &mut generator).into_raw_vec_and_offset().0
            }
            Strategy::Sobol | Strategy::Bayes => {
                let mut generator = generator(self.seed, "shift", 0);
                let shift: Vec<f64> = (0..self.knobs()).map(|_| generator.random()).collect();
                let point = Array1::from(sobol(index as u32, self.knobs())).insert_axis(Axis(0));
                shifted(point.view(), &shift).into_raw_vec_and_offset().0
            }
        }
    }

    /// A trial that has all epochs.
    fn planned(&self, index: usize, point: Vec<f64>) -> Planned {
        let seed = generator(self.seed, "training", index).random();
        Planned { index, point, epochs: self.space.epochs, seed }
    }

    /// Trial number `index` of a strategy whose trials do not depend on each other.
    pub fn single(&self, index: usize) -> Planned {
        self.planned(index, self.point(index))
    }

    /// The trials that can be run now and are not yet finished; none if the search is over.
    pub fn next(&self, finished: &BTreeMap<usize, Score>) -> Vec<Planned> {
        let all = match self.strategy {
            Strategy::Random | Strategy::Sobol => {
                (0..self.trials).map(|index| self.single(index)).collect()
            }
            Strategy::Halving => self.halved(&[self.halving()], finished),
            Strategy::Hyperband => self.halved(&self.brackets(), finished),
            Strategy::Bayes => self.bayes(finished),
        };
        all.into_iter().filter(|trial| !finished.contains_key(&trial.index)).collect()
    }

    /// The rungs of successive halving with all trials.
    fn halving(&self) -> Vec<Rung> {
        let most = self.space.epochs;
        rungs(self.trials, (most / FACTOR.pow(most.ilog(FACTOR)), most), FACTOR)
    }

    /// The brackets of Hyperband, again and again, until as many trials as there shall be have begun.
    fn brackets(&self) -> Vec<Vec<Rung>> {
        let mut begun = 0;
        let turns = hyperband(self.space.epochs, FACTOR).into_iter().cycle();
        turns
            .take_while(|bracket| {
                let open = begun < self.trials;
                begun += bracket[0].trials;
                open
            })
            .collect()
    }

    /// The trials of each bracket up to its first rung that is not finished.
    fn halved(&self, brackets: &[Vec<Rung>], finished: &BTreeMap<usize, Score>) -> Vec<Planned> {
        let mut all = Vec::new();
        let (mut begun, mut offset) = (0, 0);
        for bracket in brackets {
            let mut start = offset;
            let mut origins: Vec<usize> = (begun..begun + bracket[0].trials).collect();
            begun += origins.len();
            offset += bracket.iter().map(|rung| rung.trials).sum::<usize>();
            for rung in bracket {
                if rung.trials < origins.len() {
                    let losses: Option<Vec<f64>> = (start..start + origins.len())
                        .map(|index| finished.get(&index).map(|score| score.loss))
                        .collect();
                    let Some(losses) = losses else { break };
                    start += origins.len();
                    let kept = survivors(&losses, rung.trials);
                    origins = kept.into_iter().map(|place| origins[place]).collect();
                }
                for (place, &origin) in origins.iter().enumerate() {
                    let trial = self.single(origin); // its training goes on, with its own seed
                    all.push(Planned { index: start + place, epochs: rung.epochs, ..trial });
                }
            }
        }
        all
    }

    /// The trials of all rounds up to the first that is not finished.
    fn bayes(&self, finished: &BTreeMap<usize, Score>) -> Vec<Planned> {
        let first = FIRST.min(self.trials);
        let mut all: Vec<Planned> = (0..first).map(|index| self.single(index)).collect();
        while all.len() < self.trials {
            let values: Option<Vec<f64>> =
                (0..all.len()).map(|index| Some(finished.get(&index)?.loss.ln())).collect();
            let Some(values) = values else { return all };
            for point in self.suggestions(&all, values) {
                all.push(self.planned(all.len(), point));
            }
        }
        all
    }

    /// The next few points: each is treated as if it had given what the process expects of it, so
    /// that the next one looks elsewhere.
    fn suggestions(&self, all: &[Planned], mut values: Vec<f64>) -> Vec<Vec<f64>> {
        let mut generator = generator(self.seed, "candidates", all.len());
        let points: Vec<f64> = all.iter().flat_map(|trial| trial.point.clone()).collect();
        let mut points = Array2::from_shape_vec((all.len(), self.knobs()), points).expect("rows");
        let kernel = GaussianProcess::fitted(&points, ArrayView1::from(&values)).map(|p| p.kernel);
        let mut suggested = Vec::new();
        for _ in 0..AT_ONCE.min(self.trials - all.len()) {
            let candidates = random_points(500, self.knobs(), &mut generator);
            let process = kernel.and_then(|kernel| {
                GaussianProcess::new(points.clone(), ArrayView1::from(&values), kernel)
            });
            let Some(process) = process else {
                suggested.push(candidates.row(0).to_vec());
                continue;
            };
            // The lowest of what it expects where it has looked: a lucky trial is no yardstick.
            let expected = points.rows().into_iter().map(|point| process.predict(point).0);
            let best = expected.fold(f64::INFINITY, f64::min);
            let point = suggestion(&process, &candidates, best);
            values.push(process.predict(point.view()).0);
            points.push_row(point.view()).expect("as many knobs");
            suggested.push(point.to_vec());
        }
        suggested
    }
}

/// A grid whose lines are moved together by a random shift, a row for each trial.
pub fn moved_grid(per_knob: usize, knobs: usize, seed: u64) -> Array2<f64> {
    let mut generator = generator(seed, "grid", 0);
    let shift: Vec<f64> =
        (0..knobs).map(|_| (generator.random::<f64>() - 0.5) / per_knob as f64).collect();
    let mut points = grid(per_knob, knobs);
    points.rows_mut().into_iter().for_each(|mut row| row += &ArrayView1::from(&shift));
    points
}
