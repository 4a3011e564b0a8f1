//! How strong each regularizer is in the study: candidates, tried on validation images.

use anyhow::{Context, Result};
use book_programs::print;
use ch05_mnist::evaluate;
use ch06_overfitting::{Augmentation, Dropout, NetworkDropout, Regularization, subset};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::arguments::TuneArguments;
use crate::disk;
use crate::networks::{EXAMPLES, NOISE, Regularizer, Setting, Stopping, Watched, run, thousand};

/// The first of the seeds of the tuning; none of them is the study's.
const FIRST_SEED: u64 = 1_000;

/// One candidate, tried with all seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    pub regularizer: Regularizer,
    /// The share of labels that are random.
    pub noise: f64,
    /// What was tried, in words.
    pub setting: String,
    /// The share of the validation images that is misread, for each seed.
    pub errors: Vec<f64>,
}

impl Trial {
    fn mean(&self) -> f64 {
        self.errors.iter().sum::<f64>() / self.errors.len() as f64
    }
}

/// The tuning as it was recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    pub command: String,
    pub date: String,
    pub trials: Vec<Trial>,
}

/// What `tune --record` has written.
pub fn recorded() -> Result<Record> {
    let path = disk::results("tune.json");
    let name = || format!("{}: expected what `tune --record` writes", path.display());
    let json = std::fs::read_to_string(&path).with_context(name)?;
    serde_json::from_str(&json).with_context(name)
}

impl Record {
    /// The setting of a regularizer whose mean validation error was lowest, for labels of which this
    /// share is random.
    ///
    /// # Errors
    /// If nothing was recorded for it, or something that is no candidate any more.
    pub fn chosen(&self, regularizer: Regularizer, noise: f64) -> Result<Setting> {
        let trials = self.trials.iter();
        let trials =
            trials.filter(|trial| (trial.regularizer, trial.noise) == (regularizer, noise));
        let best = trials.min_by(|a, b| a.mean().total_cmp(&b.mean()));
        let file = || format!("{}, {}", disk::results("tune.json").display(), regularizer.name());
        let best = best.with_context(|| format!("{}: expected a trial, found none", file()))?;
        let setting = candidates(regularizer).into_iter().find(|s| s.label == best.setting);
        let found = || format!("{}: expected a candidate, found `{}`", file(), best.setting);
        setting.with_context(found)
    }
}

/// Tries all candidates; with `--record` the study takes the best of each regularizer.
pub fn tune(arguments: &TuneArguments) -> Result<()> {
    let (all, _) = disk::load(arguments.data.as_deref(), 6 * EXAMPLES)?;
    let wanted: Vec<(Regularizer, Setting, f64)> = Regularizer::ALL
        .into_iter()
        .flat_map(|regularizer| candidates(regularizer).into_iter().map(move |s| (regularizer, s)))
        .flat_map(|(regularizer, s)| [0.0, NOISE].map(|noise| (regularizer, s.clone(), noise)))
        .collect();
    let bar = bar(wanted.len() * arguments.seeds);
    let trials = wanted.par_iter().map(|(regularizer, setting, noise)| {
        let seeds = (FIRST_SEED..FIRST_SEED + arguments.seeds as u64).into_par_iter();
        let errors = seeds.map(|seed| {
            let (examples, others, generator) = thousand(&all, 5 * EXAMPLES, (seed, *noise));
            let order: Vec<usize> = (0..others.len()).collect();
            let (watched, judged) = order.split_at(EXAMPLES); // what stops is not what judges
            let watched = subset(&others, watched);
            let network = run(setting, (&examples, &watched), generator)?.network;
            bar.inc(1);
            Ok(1.0 - evaluate(&network, &subset(&others, judged)).accuracy)
        });
        let errors = errors.collect::<Result<_>>()?;
        let (regularizer, noise, setting) = (*regularizer, *noise, setting.label.clone());
        Ok(Trial { regularizer, noise, setting, errors })
    });
    let trials: Vec<Trial> = trials.collect::<Result<_>>()?;
    bar.finish_and_clear();
    print("regularizer      setting                          labels      validation error")?;
    for trial in &trials {
        let Trial { regularizer, setting, noise, .. } = trial;
        let labels = if *noise > 0.0 { "30 % random" } else { "true" };
        let error = 100.0 * trial.mean();
        print(format_args!("{:17}{setting:33}{labels:12}{error:15.2} %", regularizer.name()))?;
    }
    if arguments.record {
        let command =
            format!("cargo run -p ch06_overfitting -- tune --seeds {} --record", arguments.seeds);
        let record = Record { command, date: book_programs::files::today(), trials };
        let json = serde_json::to_string_pretty(&record)? + "\n";
        book_programs::files::write(&disk::results("tune.json"), json.as_bytes())?;
    }
    Ok(())
}

/// What is tried for a regularizer. Each list goes beyond its best entry at both ends, as far as the
/// regularizer allows.
pub fn candidates(regularizer: Regularizer) -> Vec<Setting> {
    let none = Regularization::NONE;
    let plain = |label: String, regularization| Setting { label, regularization, stopping: None };
    let stops = |watched: Watched| {
        [1, 3, 10, 30].map(|patience| Setting {
            label: format!("patience {patience}"),
            regularization: none,
            stopping: Some(Stopping { watched, patience }),
        })
    };
    let dropped = |augmentation, pairs: &[(f64, f64)]| {
        let setting = |&(inputs, hidden): &(f64, f64)| {
            let [inputs, hidden] = [inputs, hidden].map(|keep| Dropout { keep });
            let label = format!("keeps {} and {}", inputs.keep, hidden.keep);
            let dropout = NetworkDropout { inputs, hidden };
            plain(label, Regularization { dropout, augmentation, ..none })
        };
        pairs.iter().map(setting).collect::<Vec<_>>()
    };
    let elastic = |strength: f64, width: f64| Augmentation::Elastic { strength, width };
    match regularizer {
        Regularizer::Plain => vec![plain("nothing".to_owned(), none)],
        Regularizer::EarlyStopping => stops(Watched::Loss).to_vec(),
        Regularizer::StopByError => stops(Watched::Error).to_vec(),
        Regularizer::MaxNorm => [0.5, 0.75, 1.0, 1.5, 2.0]
            .map(|c| plain(format!("norm {c}"), Regularization { max_norm: Some(c), ..none }))
            .to_vec(),
        Regularizer::WeightDecay => [0.1, 0.3, 1.0, 3.0, 10.0]
            .map(|lambda| {
                let label = format!("λ = {lambda}");
                plain(label, Regularization { weight_decay: lambda, ..none })
            })
            .to_vec(),
        Regularizer::L2 => [0.0003, 0.001, 0.003, 0.01, 0.03]
            .map(|lambda| plain(format!("λ = {lambda}"), Regularization { l2: lambda, ..none }))
            .to_vec(),
        Regularizer::Dropout => dropped(
            Augmentation::None,
            &[(1.0, 0.8), (1.0, 0.5), (0.8, 0.8), (0.8, 0.5), (0.6, 0.8), (0.6, 0.5), (0.5, 0.3)],
        ),
        Regularizer::Shifts => [1, 2, 3, 4]
            .map(|pixels| {
                let augmentation = Augmentation::Shift(pixels);
                let label = format!("up to {pixels} pixels");
                plain(label, Regularization { augmentation, ..none })
            })
            .to_vec(),
        Regularizer::Elastic => [17.0, 34.0, 50.0, 68.0]
            .map(|strength| (format!("strength {strength}, width 4"), elastic(strength, 4.0)))
            .map(|(label, augmentation)| plain(label, Regularization { augmentation, ..none }))
            .to_vec(),
        Regularizer::Together => dropped(
            elastic(34.0, 4.0),
            &[(1.0, 0.9), (1.0, 0.8), (0.9, 0.8), (0.9, 0.5), (0.8, 0.5)],
        ),
    }
}

/// A bar that counts trained networks; only a terminal shows it.
pub fn bar(length: usize) -> ProgressBar {
    let template = "{bar:40} {pos}/{len} networks, {elapsed} (left: {eta})";
    let style = ProgressStyle::with_template(template).expect("the template is well-formed");
    ProgressBar::new(length as u64).with_style(style)
}
