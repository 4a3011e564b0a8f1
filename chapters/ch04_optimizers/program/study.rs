//! The long experiment of the chapter: optimizers on the two spirals, each at its own best setting,
//! with several seeds. Its raw record is committed; the pages quote it.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use book_programs::print;
use book_programs::records::{self, Record};
use ch01_neuron::Activation;
use ch02_forward::Initialization;
use ch04_optimizers::{Adam, Momentum, Optimizer, RmsProp, Sgd, parameters};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::arguments::Arguments;
use crate::spirals::Task;

/// The command that makes the record.
pub const COMMAND: &str = "cargo run -p ch04_optimizers -- study";
/// How many steps a run has.
pub const STEPS: usize = 300;
/// A run's result is the mean loss of its last steps, so many of them.
const LAST: usize = 10;
/// The loss of a run that diverged.
const DIVERGED: f64 = 9.0;
/// The settings are chosen with these seeds.
const TUNING: std::ops::Range<u64> = 100..105;
/// The results are told for these,
const SEEDS: std::ops::Range<u64> = 0..20;
/// and range tests are made with these.
const RANGE_SEEDS: std::ops::Range<u64> = 0..10;

/// The rules that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// Gradient descent.
    Sgd,
    /// The heavy ball; its constant is μ.
    Momentum,
    /// Gradient descent with each vector of parameters divided by the root mean square of its
    /// gradient: one scale for each W and each b, and none for each weight.
    PerVector,
    /// RMSProp; its constant is α.
    RmsProp,
    /// Adam; its constant is β₁.
    Adam,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Sgd, Self::Momentum, Self::PerVector, Self::RmsProp, Self::Adam];

    /// What the pages call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "SGD",
            Self::Momentum => "momentum",
            Self::PerVector => "per vector",
            Self::RmsProp => "RMSProp",
            Self::Adam => "Adam",
        }
    }

    /// The values of its constant that are tried, in rising order. None but 0, no momentum, may turn out
    /// best at an end.
    fn constants(self) -> &'static [f64] {
        match self {
            Self::Sgd | Self::PerVector => &[0.0],
            Self::Momentum | Self::Adam => {
                &[0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998]
            }
            Self::RmsProp => &[0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 0.997, 0.999, 0.9999],
        }
    }

    fn optimizer(self, constant: f64) -> Box<dyn Optimizer<f64>> {
        match self {
            Self::Sgd | Self::PerVector => Box::new(Sgd::default()),
            Self::Momentum => Box::new(Momentum::new(constant)),
            Self::RmsProp => Box::new(RmsProp { decay: constant, ..RmsProp::default() }),
            Self::Adam => Box::new(Adam { beta1: constant, ..Adam::default() }),
        }
    }
}

/// What a network is made of, what trains it, and with which settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// "sigmoid" or "ReLU".
    pub activation: &'static str,
    /// "Xavier" or "He".
    pub initialization: &'static str,
    /// The rule.
    pub rule: Rule,
    /// Its own constant: μ, α or β₁; 0 where it has none.
    pub constant: f64,
    /// The learning rate.
    pub rate: f64,
}

impl Setting {
    /// The loss before each of so many steps with this seed.
    pub fn losses(&self, seed: u64, steps: usize) -> Vec<f64> {
        let activation =
            if self.activation == "ReLU" { Activation::Relu } else { Activation::Sigmoid };
        let start =
            if self.initialization == "He" { Initialization::He } else { Initialization::Xavier };
        let task = Task::new(seed);
        let mut network = task.network(activation, start);
        let mut optimizer = self.rule.optimizer(self.constant);
        let step = |_| {
            let (loss, mut gradients) = task.loss_and_gradients(&network);
            if self.rule == Rule::PerVector {
                let slices = gradients
                    .layers
                    .iter_mut()
                    .flat_map(|layer| [layer.weights.as_slice_mut(), layer.bias.as_slice_mut()]);
                for vector in slices.flatten() {
                    let square = vector.iter().map(|g| g * g).sum::<f64>() / vector.len() as f64;
                    let size = square.sqrt().max(f64::MIN_POSITIVE);
                    vector.iter_mut().for_each(|g| *g /= size);
                }
            }
            optimizer.step(self.rate, parameters(&mut network, &gradients));
            loss
        };
        (0..steps).map(step).collect()
    }

    fn result(&self, seed: u64, steps: usize) -> f64 {
        let end = mean(&self.losses(seed, steps)[steps - LAST..]);
        if end.is_finite() { end.min(DIVERGED) } else { DIVERGED }
    }
}

/// A setting and what it reached, seed by seed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Runs {
    /// "sigmoid" or "ReLU".
    pub activation: String,
    /// "Xavier" or "He".
    pub initialization: String,
    /// The rule.
    pub rule: Rule,
    /// Its own constant.
    pub constant: f64,
    /// The learning rate.
    pub rate: f64,
    /// Its results, in the order of the seeds.
    pub losses: Vec<f64>,
}

/// The range test and whole runs of one rule with one seed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RangeRuns {
    /// SGD or Adam.
    pub rule: Rule,
    /// The seed.
    pub seed: u64,
    /// The rate at which the loss of the test is first above its start, after its lowest.
    pub explodes: f64,
    /// The rates of the whole runs.
    pub rates: Vec<f64>,
    /// What they reached.
    pub losses: Vec<f64>,
}

impl RangeRuns {
    /// The rate of the best whole run.
    pub fn best(&self) -> f64 {
        let best = self.losses.iter().zip(&self.rates).min_by(|a, b| a.0.total_cmp(b.0));
        best.map_or(f64::NAN, |best| *best.1)
    }

    /// Its loss.
    pub fn least(&self) -> f64 {
        self.losses.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The loss of the whole run whose rate is nearest to this one.
    pub fn loss_at(&self, rate: f64) -> f64 {
        let far = |known: f64| (known / rate).ln().abs();
        let near = self.losses.iter().zip(&self.rates);
        let near = near.min_by(|a, b| far(*a.1).total_cmp(&far(*b.1)));
        near.map_or(f64::NAN, |near| *near.0)
    }
}

/// All that the study measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Study {
    /// The seeds with which settings were chosen.
    pub tuning_seeds: Vec<u64>,
    /// The seeds of the results.
    pub seeds: Vec<u64>,
    /// Every setting that was tried, with the tuning seeds.
    pub tuning: Vec<Runs>,
    /// The best setting of each contender, with the other seeds.
    pub results: Vec<Runs>,
    /// The range tests.
    pub range: Vec<RangeRuns>,
}

impl Study {
    /// The best setting of a contender, and what it reached.
    pub fn result(&self, activation: &str, initialization: &str, rule: Rule) -> Result<&Runs> {
        let wanted = |runs: &&Runs| {
            runs.activation == activation
                && runs.initialization == initialization
                && runs.rule == rule
        };
        self.results.iter().find(wanted).context("results/study.json: a contender is missing")
    }
}

/// Where the record is.
fn path() -> Result<PathBuf> {
    Ok(book_figures::root()?.join("chapters/ch04_optimizers/results/study.json"))
}

/// The record that is committed.
pub fn load() -> Result<Record<Study>> {
    records::read::<Arguments, _>(&path()?)
}

/// The rates that are tried: three for each power of ten.
fn rates() -> impl Iterator<Item = f64> {
    (-9..=5).map(|k| 10_f64.powf(f64::from(k) / 3.0))
}

/// How many steps a run has, and the seeds of tuning and of the results.
#[derive(Debug, Clone)]
struct Size {
    steps: usize,
    tuning: std::ops::Range<u64>,
    seeds: std::ops::Range<u64>,
    range: std::ops::Range<u64>,
}

/// Tunes each contender, runs it with other seeds, and writes the record. In short it goes the same
/// way with a few steps and seeds, and writes nothing.
pub fn run(short: bool) -> Result<()> {
    let size = match short {
        true => Size { steps: 12, tuning: 100..101, seeds: 0..2, range: 0..2 },
        false => Size { steps: STEPS, tuning: TUNING, seeds: SEEDS, range: RANGE_SEEDS },
    };
    let (mut tuning, mut results) = (Vec::new(), Vec::new());
    for activation in ["sigmoid", "ReLU"] {
        for initialization in ["Xavier", "He"] {
            for rule in Rule::ALL {
                let tries = tried(activation, initialization, rule, &size);
                let best = tries.iter().min_by(|a, b| score(&a.1).total_cmp(&score(&b.1)));
                let setting = best.expect("there are settings").0;
                let inside =
                    rates().next() < Some(setting.rate) && Some(setting.rate) < rates().last();
                ensure!(short || inside, "the best rate of {setting:?} is at the edge of the grid");
                let constants = rule.constants();
                let inside = setting.constant == 0.0
                    || constants.first() < Some(&setting.constant)
                        && Some(&setting.constant) < constants.last();
                ensure!(
                    short || inside,
                    "the best constant of {setting:?} is at the edge of its list"
                );
                let result = runs(&setting, size.seeds.clone(), size.steps);
                print(format_args!(
                    "{activation}, {initialization}, {}: rate {:.4}, constant {}, loss {:.4}",
                    rule.name(),
                    setting.rate,
                    setting.constant,
                    mean(&result.losses)
                ))?;
                tuning.extend(tries.into_iter().map(|tried| tried.1));
                results.push(result);
            }
        }
    }
    let range = [Rule::Sgd, Rule::Adam].into_iter().flat_map(|rule| {
        let runs =
            size.range.clone().into_par_iter().map(|seed| range_runs(rule, seed, size.steps));
        runs.collect::<Vec<_>>()
    });
    let study = Study {
        tuning_seeds: size.tuning.clone().collect(),
        seeds: size.seeds.clone().collect(),
        tuning,
        results,
        range: range.collect(),
    };
    if short {
        return print("a short run: nothing is written");
    }
    let path = path()?;
    Record::today(COMMAND, study)?.write(&path)?;
    print(format_args!("{}", path.display()))
}

/// Every setting of a contender, and what it reached with the tuning seeds.
fn tried(
    activation: &'static str,
    initialization: &'static str,
    rule: Rule,
    size: &Size,
) -> Vec<(Setting, Runs)> {
    let pairs =
        rule.constants().iter().flat_map(|&constant| rates().map(move |rate| (constant, rate)));
    let settings: Vec<Setting> = pairs
        .map(|(constant, rate)| Setting { activation, initialization, rule, constant, rate })
        .collect();
    let run = |setting: &Setting| (*setting, runs(setting, size.tuning.clone(), size.steps));
    settings.par_iter().map(run).collect()
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// What a setting is chosen by: the mean loss over the tuning seeds.
fn score(runs: &Runs) -> f64 {
    mean(&runs.losses)
}

/// What a setting reaches with these seeds.
fn runs(setting: &Setting, seeds: std::ops::Range<u64>, steps: usize) -> Runs {
    Runs {
        activation: setting.activation.to_owned(),
        initialization: setting.initialization.to_owned(),
        rule: setting.rule,
        constant: setting.constant,
        rate: setting.rate,
        losses: seeds.into_par_iter().map(|seed| setting.result(seed, steps)).collect(),
    }
}

/// The range test: the rate grows a little with every step, and the loss is written down.
pub fn range_test(rule: Rule, seed: u64) -> Vec<(f64, f64)> {
    let task = Task::new(seed);
    let (mut network, mut optimizer) = (task.tanh_network(), rule.optimizer(0.9));
    let rates = (-160..=40).map(|k| 10_f64.powf(f64::from(k) / 40.0));
    rates.map(|rate| (rate, task.step(&mut network, &mut *optimizer, rate))).collect()
}

/// The rate at which a range test explodes: its loss is above that of the start, after its lowest.
pub fn explodes(test: &[(f64, f64)]) -> f64 {
    let lowest = test.iter().fold(f64::INFINITY, |a, point| a.min(point.1));
    let at = test.iter().position(|point| point.1 == lowest).unwrap_or(0);
    let worse = test[at..].iter().find(|point| point.1.is_nan() || point.1 > test[0].1);
    worse.map_or(f64::NAN, |point| point.0)
}

fn range_runs(rule: Rule, seed: u64, steps: usize) -> RangeRuns {
    let task = Task::new(seed);
    let rates: Vec<f64> = (-14..=6).map(|k| 10_f64.powf(f64::from(k) / 4.0)).collect();
    let run = |&rate: &f64| {
        let (mut network, mut optimizer) = (task.tanh_network(), rule.optimizer(0.9));
        let losses = task.train(&mut network, &mut *optimizer, rate, steps);
        let end = mean(&losses[steps - LAST..]);
        if end.is_finite() { end.min(DIVERGED) } else { DIVERGED }
    };
    let losses = rates.iter().map(run).collect();
    RangeRuns { rule, seed, explodes: explodes(&range_test(rule, seed)), rates, losses }
}
