//! Page *One knob*: a curve of rates, its cliff, its plateau and its best place.

use anyhow::{Context, Result};
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::records::Record;
use ch08_tuning::{Knob, best_rate, geometric_mean, plateau};
use serde::{Deserialize, Serialize};

use crate::arguments::Experiment;
use crate::curves::{self, rate_interval};
use crate::disk;
use crate::measured::{all, keep, recorded as read, set};
use crate::pool::usual;
use crate::space_file::Space;
use crate::surface::{Images, Score, Settings, curve};

/// One training.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    pub learning_rate: f64,
    pub seed: u64,
    /// On validation images, after each epoch.
    pub curve: Vec<Score>,
}

/// How many rates, from 0.0001 to 1, and how many seeds.
const RATES: usize = 33;
const SEEDS: u64 = 10;

/// What `--record` has written.
pub fn recorded() -> Result<Record<Vec<Run>>> {
    read("rates")
}

/// Trains with each rate and each seed.
pub fn run(arguments: &Experiment) -> Result<()> {
    let space = Space::read(&disk::space()?)?;
    let images = Images::new(&disk::load()?.0, space.images, space.validation);
    let (rates, seeds) = if arguments.short { (3, 1) } else { (RATES, SEEDS) };
    let knob = Knob::Log { low: 0.0001, high: 1.0 };
    let rate = |index: usize| knob.at(index as f64 / (rates - 1) as f64);
    let pieces: Vec<(f64, u64)> =
        (0..rates).flat_map(|index| (0..seeds).map(move |seed| (rate(index), seed))).collect();
    let runs = all(&pieces, |&(learning_rate, seed)| {
        let settings = Settings { learning_rate, ..usual() };
        let (curve, _) = curve(&images.train, &images.validation, &settings, (space.epochs, seed));
        Run { learning_rate, seed, curve }
    });
    keep("rates", runs, arguments.record)
}

/// The runs of each rate, by rising rate.
fn by_rate(runs: &[Run]) -> Vec<&[Run]> {
    runs.chunk_by(|one, other| one.learning_rate == other.learning_rate).collect()
}

/// The loss of a curve at a rate between two of its own, along a straight line over the logarithm of the rate.
pub fn between(curve: &[(f64, f64)], rate: f64) -> f64 {
    let above = curve.iter().position(|point| point.0 >= rate).unwrap_or(curve.len() - 1).max(1);
    let [(from, low), (to, high)] = [curve[above - 1], curve[above]];
    low + (high - low) * (rate / from).ln() / (to / from).ln()
}

/// The loss by rate after so many epochs: of one seed, or the mean of all.
pub fn losses(runs: &[Run], epochs: usize, seed: Option<u64>) -> Vec<(f64, f64)> {
    curves::by_rate(
        runs.iter().map(|run| (run.learning_rate, run.seed, run.curve[epochs - 1].loss)),
        seed,
    )
}

const NOTE: &str = "Adam, 1,000 training images, 784-32-10, batches of 32, seeds 0 to 9";

/// Draws the page's figures and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let record = recorded()?;
    let how = record.how();
    let runs = &record.outcome;
    rates(runs, &how, output, values)?;
    epochs(runs, &how, output, values)?;
    best(runs, &how, values)
}

/// Loss by rate: the mean and the spread over the seeds.
fn rates(runs: &[Run], how: &str, output: &Output, values: &mut Values) -> Result<()> {
    let curve = losses(runs, 9, None);
    let (low, high) = plateau(&curve, 1.1);
    let lowest = curve.iter().min_by(|a, b| a.1.total_cmp(&b.1)).context("a rate")?;
    let cliff = curve.iter().find(|point| point.0 > lowest.0 && point.1 > 1.0);
    let cliff = cliff.context("expected a cliff")?.0;
    let mut put = |name: &str, number: f64, decimals: usize| {
        let measured = Measured::number(number, Format::Decimals(decimals));
        set(values, &format!("one_knob.{name}"), measured, NOTE, how)
    };
    put("lowest", lowest.1, 3)?;
    put("plateau.low", low, 4)?;
    put("plateau.high", high, 4)?;
    put("plateau.factor", high / low, 0)?;
    put("cliff", cliff, 3)?;
    let at = curve.iter().position(|point| point == lowest).context("a rate")?;
    for (name, place) in [
        ("third", at - 4),
        ("thrice", at + 4),
        ("thirtieth", at.saturating_sub(11)),
        ("thirty", at + 11),
    ] {
        put(name, curve[place].1, 2)?; // eight rates to a factor of ten
    }
    put("smallest", curve[0].1, 2)?;
    put("largest", curve[curve.len() - 1].1, 2)?;
    let spread = |runs: &[Run]| {
        let all = runs.iter().map(|run| run.curve[8].loss);
        (all.clone().fold(f64::INFINITY, f64::min), all.fold(0.0, f64::max))
    };
    let band: Vec<(f64, f64)> = by_rate(runs).into_iter().map(spread).collect();
    let description = format!(
        "Validation loss by learning rate, both on logarithmic scales. It falls from {:.2} at 0.0001 to \
         {:.3} at {:.4}, stays within a tenth of that from {low:.4} to {high:.4}, and exceeds 1 from \
         {cliff:.3} on.",
        curve[0].1, lowest.1, lowest.0
    );
    let chart = Chart::new("The loss by learning rate", description)
        .x_axis(Axis::new("learning rate").log())
        .y_axis(Axis::new("validation loss [nats]").log())
        .series(Series::line("", curve.clone()).markers().band(band))
        .vertical_rule(low, "plateau")
        .vertical_rule(high, "")
        .horizontal_rule(std::f64::consts::LN_10, "guessing");
    output.figure("rates", &chart.experiment(how))?;
    Ok(())
}

/// The same after fewer epochs.
fn epochs(runs: &[Run], how: &str, output: &Output, values: &mut Values) -> Result<()> {
    let mut told = Vec::new();
    let mut chart_lines = Vec::new();
    for (epochs, name) in [(1, "1 epoch"), (3, "3 epochs"), (9, "9 epochs")] {
        let each = best_rates(runs, epochs);
        let middle = geometric_mean(&each);
        let note = format!("geometric mean of the best rates of the seeds after {name}; {NOTE}");
        let measured = Measured::number(middle, Format::Decimals(4));
        set(values, &format!("one_knob.epochs.{epochs}"), measured, &note, how)?;
        told.push(format!("{middle:.4} after {name}"));
        chart_lines.push(Series::line(name, losses(runs, epochs, None)));
    }
    let description = format!(
        "Validation loss by learning rate after one, three and nine epochs. The best rate is {}.",
        told.join(", ")
    );
    let chart = Chart::new("The best rate depends on the time", description)
        .x_axis(Axis::new("learning rate").log())
        .y_axis(Axis::new("validation loss [nats]").log());
    let chart = chart_lines.into_iter().fold(chart, Chart::series);
    output.figure("epochs", &chart.experiment(how))?;
    Ok(())
}

/// The best rate of each seed.
fn best_rates(runs: &[Run], epochs: usize) -> Vec<f64> {
    let seeds = 0..runs.iter().map(|run| run.seed + 1).max().unwrap_or(0);
    seeds.filter_map(|seed| best_rate(&losses(runs, epochs, Some(seed)))).collect()
}

/// The best rate with its interval.
fn best(runs: &[Run], how: &str, values: &mut Values) -> Result<()> {
    let each = best_rates(runs, 9);
    let mut put = |name: &str, number: f64| {
        let measured = Measured::number(number, Format::Decimals(4));
        let note = format!("best rate by a parabola, seed by seed, on a log scale; {NOTE}");
        set(values, &format!("one_knob.best.{name}"), measured, &note, how)
    };
    for (name, rate) in ["rate", "low", "high"].into_iter().zip(rate_interval(&each)) {
        put(name, rate)?;
    }
    put("lowest", each.iter().copied().fold(f64::INFINITY, f64::min))?;
    put("highest", each.iter().copied().fold(0.0, f64::max))?;
    let measured = Measured::count(each.len());
    set(values, "one_knob.best.seeds", measured, "seeds whose best rate is not at an edge", how)
}
