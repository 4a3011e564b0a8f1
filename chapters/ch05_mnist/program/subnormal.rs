//! Page *Numbers that are too small*: epochs with subnormal numbers and without them.

use std::time::Instant;

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::records::Record;
use ch04_optimizers::{Adam, Optimizer, Parameter, Snapshot};
use ch05_mnist::{Dataset, Recipe};
use serde::{Deserialize, Serialize};

use crate::recorded;
use crate::runs::{progress, trainer};

/// Seconds of each epoch, with the flushing of chapter 4 and without it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Subnormal {
    pub with: Vec<f64>,
    pub without: Vec<f64>,
    /// How many weights of the two trained networks are not the same to the last bit.
    pub different_weights: usize,
    /// The share of subnormal numbers among the first layer's m, without flushing.
    pub subnormal_share: f64,
}

/// The documents' recipe with both optimizers, seed 0.
pub fn measure(train: &Dataset) -> Result<Subnormal> {
    let (with, flushed, _) = train_with(train, Box::new(Adam::default()));
    let (without, kept, state) = train_with(train, Box::new(Unflushed::default()));
    let different = flushed.iter().zip(&kept).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
    let means = &state.slots[0]; // m of the first layer's weights
    let subnormal = means.iter().filter(|m| m.is_subnormal()).count();
    let subnormal_share = subnormal as f64 / means.len().max(1) as f64;
    Ok(Subnormal { with, without, different_weights: different, subnormal_share })
}

/// Seconds of each epoch with this optimizer, the trained weights, and what the optimizer kept.
fn train_with(
    train: &Dataset,
    optimizer: Box<dyn Optimizer<f32>>,
) -> (Vec<f64>, Vec<f32>, Snapshot<f32>) {
    let recipe = Recipe::documents();
    let mut trainer = trainer(&recipe, 0, train);
    trainer.optimizer = optimizer;
    let progress = progress(&recipe, train);
    let epoch = |_| {
        let start = Instant::now();
        trainer.epoch(train, || progress.inc(1));
        start.elapsed().as_secs_f64()
    };
    let seconds = (0..recipe.epochs).map(epoch).collect();
    progress.finish_and_clear();
    (seconds, trainer.model.network.parameters().concat(), trainer.optimizer.snapshot())
}

/// Adam as in chapter 4, with the same operations in the same order, but without its last one: what
/// is tiny stays.
#[derive(Default)]
struct Unflushed {
    steps: i32,
    /// m and s of each array of parameters in turn.
    slots: Vec<Vec<f32>>,
}

impl Optimizer<f32> for Unflushed {
    fn step(&mut self, learning_rate: f32, parameters: Vec<Parameter<'_, f32>>) {
        let Adam { beta1, beta2, epsilon, .. } = Adam::<f32>::default();
        self.steps += 1;
        let rate = learning_rate / (1.0 - beta1.powi(self.steps));
        let scale = (1.0 - beta2.powi(self.steps)).sqrt().recip();
        self.slots.resize_with(2 * parameters.len(), Vec::new);
        for (parameter, slots) in parameters.into_iter().zip(self.slots.chunks_mut(2)) {
            let [m, s] = slots else { unreachable!("two for each array") };
            m.resize(parameter.values.len(), 0.0);
            s.resize(parameter.values.len(), 0.0);
            let gradient = parameter.gradient.numbers();
            let weights = parameter.values.iter_mut().zip(gradient.iter());
            for ((weight, gradient), (m, s)) in weights.zip(m.iter_mut().zip(s)) {
                *m = beta1 * *m + (1.0 - beta1) * gradient;
                *s = beta2 * *s + (1.0 - beta2) * gradient * gradient;
                *weight -= rate * *m / (scale * s.sqrt() + epsilon);
            }
        }
    }

    fn snapshot(&self) -> Snapshot<f32> {
        Snapshot { steps: self.steps, slots: self.slots.clone() }
    }

    fn restore(&mut self, Snapshot { steps, slots }: Snapshot<f32>) {
        (self.steps, self.slots) = (steps, slots);
    }
}

/// Draws and sets what the long experiment of the page has recorded.
pub fn draw_records(output: &Output, values: &mut Values) -> Result<()> {
    draw_subnormal(&recorded::record("subnormal")?, output, values)
}

/// Draws how long the epochs took with and without flushing.
fn draw_subnormal(record: &Record<Subnormal>, output: &Output, values: &mut Values) -> Result<()> {
    let (outcome, how) = (&record.outcome, record.how());
    let times = outcome.without.last().expect("epochs") / outcome.with.last().expect("epochs");
    let description = format!(
        "Seconds of each epoch. With the comparison the last takes {:.1} s; without it the first \
         takes {:.1} s and the last {:.1} s.",
        outcome.with.last().expect("epochs"),
        outcome.without[0],
        outcome.without.last().expect("epochs")
    );
    let points = |seconds: &[f64]| {
        let points = seconds.iter().enumerate().map(|(i, &s)| (i as f64 + 1.0, s));
        points.collect::<Vec<_>>()
    };
    let chart = Chart::new("What subnormal numbers cost", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("seconds of the epoch").from_zero())
        .series(Series::line("without flushing", points(&outcome.without)).markers())
        .series(Series::line("with flushing", points(&outcome.with)).markers())
        .height(320.0)
        .legend();
    output.figure("subnormal", &recorded::exact(chart).experiment(&how))?;
    let times = Measured::number(times, Format::Decimals(1));
    values.set("subnormal.times", times.note("the last epoch, seed 0").experiment(&how))?;
    let share = Measured::number(outcome.subnormal_share, Format::Percent(0));
    let note = "of the means m of the first layer's weights, after the last epoch, seed 0";
    values.set("subnormal.share", share.note(note).experiment(&how))?;
    let same = Measured::count(outcome.different_weights).note("weights that differ, seed 0");
    values.set("subnormal.different", same.experiment(&how))?;
    Ok(())
}
