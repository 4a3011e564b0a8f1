//! Page *How sure is it?*: how often an answer is right, by how sure it is.

use std::fmt;

use anyhow::{Context, Result, ensure};
use book_figures::{Format, Measured, Values};
use ch02_forward::Network;
use ch05_mnist::certainty::{SURE, TOLD};
use ch05_mnist::{Certainty, Dataset, Images, read_digit};
use ndarray::Axis;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

const WORDS: [(Certainty, &str); 3] = [
    (Certainty::Sure, "sure"),
    (Certainty::FairlySure, "fairly_sure"),
    (Certainty::NotSure, "not_sure"),
];

/// All examples but the last `count`, and these.
pub fn held_out(data: &Dataset, count: usize) -> (Dataset, Dataset) {
    let from = data.len().saturating_sub(count);
    let pixels = data.images.pixels.slice_axis(Axis(0), (from..).into()).to_owned();
    let images = Images { pixels, ..data.images };
    (data.first(from), Dataset { images, labels: data.labels[from..].to_vec() })
}

/// So many steps of 0.05 has the scale of certainty.
const STEPS: usize = 20;

/// Answers, and right ones among them, from each step of the scale to the next. The last is for those
/// at 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    set: String,
    steps: [(usize, usize); STEPS + 1],
}

impl Calibration {
    /// Answers and right answers in some of the steps.
    fn count(&self, is_counted: impl Fn(f64) -> bool) -> (usize, usize) {
        let counted = self.steps.iter().enumerate().filter(|(step, _)| is_counted(limit(*step)));
        counted.fold((0, 0), |(answers, right), (_, step)| (answers + step.0, right + step.1))
    }

    /// Answers and right answers of a certainty.
    fn of(&self, certainty: Certainty) -> (usize, usize) {
        self.count(|mean| Certainty::of(mean) == certainty)
    }

    /// The limits that these answers ask for: the lowest from which upward at most one answer in a
    /// thousand is wrong, and the highest below which at most half are right.
    fn limits(&self) -> (f64, f64) {
        let is_sure = |limit: &f64| {
            let (answers, right) = self.count(|mean| mean >= *limit);
            (answers - right) * 1000 <= answers
        };
        let is_not_sure = |limit: &f64| {
            let (answers, right) = self.count(|mean| mean < *limit);
            right * 2 <= answers
        };
        let limits = || (0..=STEPS).map(limit);
        (limits().find(is_sure).unwrap_or(1.0), limits().rev().find(is_not_sure).unwrap_or(0.0))
    }
}

fn limit(step: usize) -> f64 {
    step as f64 / STEPS as f64
}

impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (certainty, _) in WORDS {
            let (answers, right) = self.of(certainty);
            let (set, wrong) = (&self.set, answers - right);
            writeln!(f, "{set:12}{:13}{answers:9}{wrong:8}", certainty.to_string())?;
        }
        Ok(())
    }
}

/// Reads all images of a set.
pub fn calibration(set: &str, network: &Network<f32>, data: &Dataset) -> Calibration {
    let read = |index: usize| {
        let reading = read_digit(network, &data.batch(&[index]).0);
        (reading.confidence(), reading.digit() == usize::from(data.labels[index]))
    };
    let read: Vec<_> = (0..data.len()).into_par_iter().map(read).collect();
    let mut steps = [(0, 0); STEPS + 1];
    for (confidence, right) in read {
        let step = (1..=STEPS).filter(|&step| confidence >= limit(step)).count();
        steps[step].0 += 1;
        steps[step].1 += usize::from(right);
    }
    Calibration { set: set.to_owned(), steps }
}

/// Holds the limits of the library against those that validation images ask for.
pub fn check_limits(calibrations: &[Calibration]) -> Result<()> {
    let validation = calibrations.iter().find(|calibration| calibration.set == "validation");
    let limits = validation.context("expected answers for validation images")?.limits();
    ensure!(
        limits == (SURE, TOLD),
        "chapters/ch05_mnist/src/certainty.rs: expected SURE and TOLD to be {limits:?}, as the \
         validation images ask for, found {:?}",
        (SURE, TOLD)
    );
    Ok(())
}

/// Sets the chapter's values, from what was recorded as `how` says. The record holds the limits, too.
pub fn set_calibrations(
    calibrations: &[Calibration],
    how: &str,
    values: &mut Values,
) -> Result<()> {
    check_limits(calibrations)?;
    for (name, limit) in [("sure", SURE), ("told", TOLD)] {
        let limit =
            Measured::number(limit, Format::Decimals(2)).note("chosen on validation images");
        values.set(&format!("certainty.limits.{name}"), limit.experiment(how))?;
    }
    for calibration in calibrations {
        let images = calibration.count(|_| true).0;
        for (certainty, word) in WORDS {
            let (answers, right) = calibration.of(certainty);
            let mut count = |what: &str, count: usize| {
                let count = Measured::count(count).note("steady recipe, seed 0").experiment(how);
                values.set(&format!("certainty.{}.{word}.{what}", calibration.set), count)
            };
            count("answers", answers)?;
            count("correct", right)?;
            count("wrong", answers - right)?;
            let mut share = |what: &str, share: f64, decimals: usize| {
                let share = Measured::number(share, Format::Percent(decimals));
                let share = share.note("steady recipe, seed 0").experiment(how);
                values.set(&format!("certainty.{}.{word}.{what}", calibration.set), share)
            };
            share("share", answers as f64 / images as f64, 0)?;
            share("right", right as f64 / answers.max(1) as f64, 1)?;
        }
    }
    Ok(())
}
