//! Page *A range test*: one training with a rate that rises, and what the rates do that it points to.

use anyhow::{Context, Result};
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::statistics::mean;
use ch08_tuning::{RangeTest, rising_rates, smoothed, turning_rate};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::curves::rate_interval;
use crate::disk;
use crate::measured::set;
use crate::one_knob;
use crate::pool::usual;
use crate::space_file::Space;
use crate::surface::{Images, Settings};

/// From where to where the rate rises, in how many steps, and how much of a smoothed loss is the one before.
pub const ENDS: [f64; 2] = [1e-5, 1.0];
pub const STEPS: usize = 160;
pub const BETA: f64 = 0.9;
const SEEDS: u64 = 10;

const NOTE: &str =
    "160 steps from 0.00001 to 1, Adam, 1,000 training images, 784-32-10, batches of 32";

/// The losses of a range test with these rates, step by step, until one is no number.
fn losses(images: &Images, settings: &Settings, rates: &[f64], seed: u64) -> Vec<f64> {
    let recipe = settings.recipe(1);
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let network = recipe.network::<f32>(images.train.pixels(), &mut generator);
    let mut test = RangeTest::new(network, recipe.optimizer, recipe.batch_size, generator);
    let losses = rates.iter().map(|&rate| test.step(rate, &images.train));
    losses.take_while(|loss| loss.is_finite()).collect()
}

/// Where the tests of all seeds turn, with so many steps and so much smoothing, and their losses.
fn turns(images: &Images, steps: usize, beta: f64) -> Result<(Vec<f64>, Vec<Vec<f64>>)> {
    let rates = rising_rates(ENDS, steps);
    let all: Vec<Vec<f64>> =
        (0..SEEDS).into_par_iter().map(|seed| losses(images, &usual(), &rates, seed)).collect();
    let turns = all.iter().map(|losses| turning_rate(&rates, &smoothed(losses, beta)));
    let turns = turns.collect::<Option<_>>().context("expected a turn for each seed")?;
    Ok((turns, all))
}

/// Draws the page's figure and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let space = Space::read(&disk::space()?)?;
    let images = Images::new(&disk::load()?.0, space.images, space.validation);
    let rates = rising_rates(ENDS, STEPS);
    let (turns, all) = turns(&images, STEPS, BETA)?;
    let others = [("short", 40, BETA), ("long", 1000, BETA), ("smoother", STEPS, 0.98)];
    let curve = one_knob::losses(&one_knob::recorded()?.outcome, 9, None);
    let truth = |rate: f64| one_knob::between(&curve, rate);
    let lowest = curve.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);

    let mut put = |name: &str, number: f64, format: Format| {
        set(values, &format!("range_test.{name}"), Measured::number(number, format), NOTE, "")
    };
    for (name, rate) in ["turn", "low", "high"].into_iter().zip(rate_interval(&turns)) {
        put(name, rate, Format::Decimals(3))?;
    }
    for (name, steps, beta) in others {
        let (turns, _) = self::turns(&images, steps, beta)?;
        for (end, rate) in ["turn", "low", "high"].into_iter().zip(rate_interval(&turns)) {
            put(&format!("{name}.{end}"), rate, Format::Decimals(3))?;
        }
    }
    put("seed_0", turns[0], Format::Decimals(3))?;
    for (name, divisor) in [("whole", 1.0), ("third", 3.0), ("tenth", 10.0)] {
        let each: Vec<f64> = turns.iter().map(|turn| truth(turn / divisor) / lowest).collect();
        put(&format!("{name}.mean"), mean(&each), Format::Decimals(2))?;
        let worst = each.iter().copied().fold(0.0, f64::max);
        put(&format!("{name}.worst"), worst, Format::Decimals(2))?;
    }
    put("share", STEPS as f64 / (33.0 * 9.0 * 32.0), Format::Percent(1))?;
    output.figure("range", &figure(&rates, &all[0], turns[0]))?;
    Ok(())
}

/// The test of one seed.
fn figure(rates: &[f64], losses: &[f64], turn: f64) -> Chart {
    let points = |losses: &[f64]| -> Vec<(f64, f64)> {
        rates.iter().copied().zip(losses.iter().copied()).collect()
    };
    let description = format!(
        "Loss by learning rate, both on logarithmic scales. The smoothed loss of the batches stays at its start \
         up to about 0.0003, falls to its lowest at {turn:.3} and climbs steeply behind; single batches lie \
         around it."
    );
    Chart::new("A range test", description)
        .x_axis(Axis::new("learning rate").log())
        .y_axis(Axis::new("loss of a batch [nats]").log())
        .series(Series::line("smoothed", points(&smoothed(losses, BETA))))
        .series(Series::scatter("single batches", points(losses)))
        .vertical_rule(turn, "turn")
        .vertical_rule(turn / 10.0, "a tenth")
}
