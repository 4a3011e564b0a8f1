//! Page *How sure is it?*: how often an answer is right, by how sure it is.

use std::fmt;

use anyhow::Result;
use book_figures::{Format, Measured, Output};
use ch02_forward::Network;
use ch05_mnist::{Certainty, Dataset, Images, read_digit};
use ndarray::Axis;
use rayon::prelude::*;

use crate::runs::dated;

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

/// How many answers of each certainty there are, and how many of them are right.
pub struct Calibration {
    set: &'static str,
    images: usize,
    /// Answers and right answers, in the order of [`WORDS`].
    counts: [(usize, usize); 3],
}

impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((certainty, _), (answers, right)) in WORDS.iter().zip(self.counts) {
            let wrong = answers - right;
            writeln!(f, "{:12}{:13}{answers:9}{wrong:8}", self.set, certainty.to_string())?;
        }
        Ok(())
    }
}

/// Reads all images of a set.
pub fn calibration(set: &'static str, network: &Network<f32>, data: &Dataset) -> Calibration {
    let read = |index: usize| {
        let reading = read_digit(network, &data.batch(&[index]).0);
        (reading.certainty(), reading.digit() == usize::from(data.labels[index]))
    };
    let read: Vec<_> = (0..data.len()).into_par_iter().map(read).collect();
    let count = |(certainty, _)| {
        let answers = || read.iter().filter(|answer| answer.0 == certainty);
        (answers().count(), answers().filter(|answer| answer.1).count())
    };
    Calibration { set, images: data.len(), counts: WORDS.map(count) }
}

/// Writes the outcome into the chapter's values.
pub fn record(calibrations: &[Calibration], command: &str) -> Result<()> {
    let mut values = Output::chapter("ch05_mnist")?.values()?;
    values.forget("certainty");
    for Calibration { set, images, counts } in calibrations {
        for ((_, word), (answers, right)) in WORDS.iter().zip(counts) {
            let mut share = |what: &str, share: f64, tolerance: f64, decimals: usize| {
                let share = Measured::number(share, Format::Percent(decimals)).within(tolerance);
                let share = share.note("steady recipe, seed 0").experiment(dated(command));
                values.set(&format!("certainty.{set}.{word}.{what}"), share)
            };
            share("share", *answers as f64 / *images as f64, 0.01, 0)?;
            share("right", *right as f64 / (*answers).max(1) as f64, 0.001, 1)?;
        }
    }
    values.save()?;
    Ok(())
}
