//! Contenders, each tuned with one budget on validation images and then examined once.

use book_programs::statistics::mean;
use ch08_tuning::{Knob, sobol, survivors};
use serde::{Deserialize, Serialize};

use crate::measured::all;

/// Who is to be tuned, and what may be turned.
pub struct Contender<C> {
    pub name: &'static str,
    pub kind: C,
    pub knobs: Vec<(&'static str, Knob)>,
}

/// What a contender may spend: trials of one seed each, then fresh seeds for the best of them, and at
/// last an exam.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub trials: u32,
    pub finalists: usize,
    pub fresh: u64,
    pub examined: u64,
}

impl Budget {
    pub const WHOLE: Self = Self { trials: 12, finalists: 3, fresh: 2, examined: 10 };
    pub const SHORT: Self = Self { trials: 2, finalists: 1, fresh: 1, examined: 2 };
}

/// All that was found of one contender, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    pub name: String,
    pub knobs: Vec<String>,
    /// The values of the knobs, and the share of validation images that was misread.
    pub trials: Vec<(Vec<f64>, f64)>,
    /// The numbers of the best trials, each with its errors of fresh seeds.
    pub finals: Vec<(usize, Vec<f64>)>,
    pub chosen: usize,
    /// Test errors, seed by seed.
    pub test: Vec<f64>,
}

impl Found {
    /// The chosen values of the knobs.
    pub fn values(&self) -> &[f64] {
        &self.trials[self.chosen].0
    }
}

/// The seeds of trials and of finals; those of the exam begin at 0.
const TRIED: u64 = 1_000;
const FINAL: u64 = 2_000;

/// Tunes all contenders, and examines each once. `error` is given a contender, the values of its knobs, a
/// seed, and whether this is the exam. All trials have one seed, and so the same start.
pub fn contest<C: Sync>(
    contenders: &[Contender<C>],
    budget: Budget,
    error: impl Fn(&Contender<C>, &[f64], u64, bool) -> f64 + Sync,
) -> Vec<Found> {
    let run = |pieces: &[(usize, Vec<f64>, u64)], exam: bool| {
        all(pieces, |(who, values, seed)| error(&contenders[*who], values, *seed, exam))
    };
    let mut pieces = Vec::new();
    for (who, contender) in contenders.iter().enumerate() {
        for trial in 1..=budget.trials {
            let point = sobol(trial, contender.knobs.len());
            let values = contender.knobs.iter().zip(point).map(|((_, knob), place)| knob.at(place));
            pieces.push((who, values.collect::<Vec<f64>>(), TRIED));
        }
    }
    let errors = run(&pieces, false);
    let tried = pieces.chunks(budget.trials as usize).zip(errors.chunks(budget.trials as usize));
    let mut found: Vec<Found> = contenders
        .iter()
        .zip(tried)
        .map(|(contender, (pieces, errors))| Found {
            name: contender.name.to_owned(),
            knobs: contender.knobs.iter().map(|(name, _)| (*name).to_owned()).collect(),
            trials: pieces
                .iter()
                .map(|piece| piece.1.clone())
                .zip(errors.iter().copied())
                .collect(),
            finals: survivors(errors, budget.finalists)
                .into_iter()
                .map(|trial| (trial, Vec::new()))
                .collect(),
            chosen: 0,
            test: Vec::new(),
        })
        .collect();
    finals(&mut found, budget, &run);
    // All is chosen. The test images are looked at here, once.
    let exam = |(who, found): (usize, &Found)| {
        let values = found.values().to_vec();
        (0..budget.examined).map(move |seed| (who, values.clone(), seed)).collect::<Vec<_>>()
    };
    let pieces: Vec<_> = found.iter().enumerate().flat_map(exam).collect();
    let errors = run(&pieces, true);
    for (found, errors) in found.iter_mut().zip(errors.chunks(budget.examined as usize)) {
        found.test = errors.to_vec();
    }
    found
}

/// Fresh seeds for the best trials of each contender; the lowest mean is its choice.
fn finals(
    found: &mut [Found],
    budget: Budget,
    run: &impl Fn(&[(usize, Vec<f64>, u64)], bool) -> Vec<f64>,
) {
    let mut pieces = Vec::new();
    for (who, found) in found.iter().enumerate() {
        for (trial, _) in &found.finals {
            for seed in 0..budget.fresh {
                pieces.push((who, found.trials[*trial].0.clone(), FINAL + seed));
            }
        }
    }
    let errors = run(&pieces, false);
    let mut errors = errors.chunks(budget.fresh as usize);
    for found in found {
        for (_, fresh) in &mut found.finals {
            *fresh = errors.next().expect("errors of each finalist").to_vec();
        }
        let best = found.finals.iter().min_by(|a, b| mean(&a.1).total_cmp(&mean(&b.1)));
        found.chosen = best.expect("a finalist").0;
    }
}
