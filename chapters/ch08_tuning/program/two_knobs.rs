//! Page *Two knobs*: learning rate and batch size, at equal examples and at equal steps.

use anyhow::{Context, Result};
use book_figures::{Axis, Chart, Figure, Format, HeatMap, Measured, Output, Series, Values};
use book_programs::records::Record;
use book_programs::statistics::t_interval;
use ch08_tuning::{Knob, best_rate, geometric_mean};
use serde::{Deserialize, Serialize};

use crate::arguments::Experiment;
use crate::curves::by_rate;
use crate::disk;
use crate::measured::{all, keep, recorded as read, set, set_estimate};
use crate::space_file::Space;
use crate::surface::{Images, Settings, curve};

/// One training by plain SGD.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// Whether all batch sizes take the same number of steps, or see the same number of examples.
    pub equal_steps: bool,
    pub batch_size: usize,
    pub learning_rate: f64,
    pub seed: u64,
    pub epochs: usize,
    pub loss: f64,
}

const BATCHES: [usize; 7] = [4, 8, 16, 32, 64, 128, 256];
const RATES: usize = 17;
const SEEDS: u64 = 5;
/// Epochs at equal examples, and the batch size that takes as many steps in both ways.
const EPOCHS: usize = 8;
const SAME: usize = 32;

/// What `--record` has written.
pub fn recorded() -> Result<Record<Vec<Run>>> {
    read("batches")
}

fn rate(index: usize) -> f64 {
    Knob::Log { low: 0.003, high: 3.0 }.at(index as f64 / (RATES - 1) as f64)
}

/// Trains on both maps.
pub fn run(arguments: &Experiment) -> Result<()> {
    let space = Space::read(&disk::space()?)?;
    let images = Images::new(&disk::load()?.0, 1024, space.validation);
    let (rates, seeds) = if arguments.short { (2, 1) } else { (RATES, SEEDS) };
    let mut pieces = Vec::new();
    for equal_steps in [false, true] {
        for batch_size in BATCHES {
            // 1,024 examples: each batch size divides them, so steps and epochs are whole numbers.
            let epochs = if equal_steps { (EPOCHS * batch_size).div_ceil(SAME) } else { EPOCHS };
            for index in 0..rates {
                let piece = |seed| (equal_steps, batch_size, rate(index), seed, epochs);
                pieces.extend((0..seeds).map(piece));
            }
        }
    }
    let runs = all(&pieces, |&(equal_steps, batch_size, learning_rate, seed, epochs)| {
        let settings = Settings { batch_size, learning_rate, optimizer: 0, ..Settings::default() };
        let (curve, _) = curve(&images.train, &images.validation, &settings, (epochs, seed));
        let loss = curve[epochs - 1].loss;
        Run { equal_steps, batch_size, learning_rate, seed, epochs, loss }
    });
    keep("batches", runs, arguments.record)
}

/// The losses by rate of one batch size: of one seed, or the mean of all.
fn losses(runs: &[Run], key: (bool, usize), seed: Option<u64>) -> Vec<(f64, f64)> {
    let chosen = runs.iter().filter(|run| (run.equal_steps, run.batch_size) == key);
    by_rate(chosen.map(|run| (run.learning_rate, run.seed, run.loss)), seed)
}

const NOTE: &str = "plain SGD, 1,024 training images, 784-32-10, seeds 0 to 4";

/// Draws the page's figures and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let record = recorded()?;
    let (how, runs) = (record.how(), &record.outcome);
    map(runs, &how, output)?;
    let mut lines = Vec::new();
    let mut lowest = Vec::new();
    let mut exponents = Vec::new();
    for (equal_steps, way, name) in
        [(false, "examples", "equal examples"), (true, "steps", "equal steps")]
    {
        let mut best = Vec::new();
        let mut bottom = Vec::new();
        for batch in BATCHES {
            let of_seed = |seed| best_rate(&losses(runs, (equal_steps, batch), Some(seed)));
            let each: Vec<f64> = (0..SEEDS).filter_map(of_seed).collect();
            let note = format!(
                "best rate by a parabola, geometric mean over seeds; batches of {batch}, {NOTE}"
            );
            let middle = geometric_mean(&each);
            let key = format!("two_knobs.{way}.{batch}");
            let measured = Measured::number(middle, Format::Decimals(3));
            set(values, &format!("{key}.rate"), measured, &note, &how)?;
            let curve = losses(runs, (equal_steps, batch), None);
            let low = curve.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
            let measured = Measured::number(low, Format::Decimals(3));
            set(values, &format!("{key}.loss"), measured, NOTE, &how)?;
            best.push((batch as f64, middle));
            bottom.push((batch as f64, low));
        }
        exponents.push(slope(runs, equal_steps, way, values, &how)?);
        lines.push((name, best));
        lowest.push((name, bottom));
    }
    for (index, name) in ["small", "large"].into_iter().enumerate() {
        let pairs = exponents[0][index].iter().zip(&exponents[1][index]);
        let differences: Vec<f64> = pairs.map(|(examples, steps)| examples - steps).collect();
        let note =
            format!("exponent at equal examples less that at equal steps, seed by seed; {NOTE}");
        set_estimate(
            values,
            &format!("two_knobs.difference.{name}"),
            t_interval(&differences, 0.95, 1),
            Format::Decimals(2),
            (&note, &how),
        )?;
    }
    let told = |points: &[(f64, f64)]| {
        let (first, last) = (points[0], points[points.len() - 1]);
        format!("{:.3} at {} and {:.3} at {}", first.1, first.0, last.1, last.0)
    };
    let start = lines[0].1[0];
    let rule = BATCHES.map(|batch| (batch as f64, start.1 * batch as f64 / start.0));
    let description = format!(
        "The best learning rate by batch size, on logarithmic scales. At equal examples: {}; at equal \
         steps: {}. The straight line is the linear scaling rule from batches of 4.",
        told(&lines[0].1),
        told(&lines[1].1)
    );
    let chart = Chart::new("The best rate by batch size", description)
        .x_axis(Axis::new("batch size").log())
        .y_axis(Axis::new("best learning rate").log().range(0.01, 3.0));
    let chart = lines
        .into_iter()
        .fold(chart, |chart, (name, line)| chart.series(Series::line(name, line).markers()));
    output.figure("scaling", &chart.series(Series::line("linear rule", rule)).experiment(&how))?;
    let description = format!(
        "The lowest mean loss over the rates, by batch size. At equal examples: {}; at equal steps: {}.",
        told(&lowest[0].1),
        told(&lowest[1].1)
    );
    let chart = Chart::new("What each batch size can reach", description)
        .x_axis(Axis::new("batch size").log())
        .y_axis(Axis::new("lowest validation loss [nats]").from_zero());
    let chart = lowest
        .into_iter()
        .fold(chart, |chart, (name, line)| chart.series(Series::line(name, line).markers()));
    output.figure("reach", &chart.experiment(how))?;
    Ok(())
}

/// The exponents of the best rate as a power of the batch size, from 4 to 32 and from 32 to 256, seed by
/// seed; their means and intervals become values.
fn slope(
    runs: &[Run],
    equal_steps: bool,
    way: &str,
    values: &mut Values,
    how: &str,
) -> Result<[Vec<f64>; 2]> {
    let exponents = [[4_usize, 32], [32, 256]].map(|[low, high]| -> Option<Vec<f64>> {
        let best = |batch, seed| best_rate(&losses(runs, (equal_steps, batch), Some(seed)));
        let factor = (high as f64 / low as f64).ln();
        (0..SEEDS).map(|seed| Some((best(high, seed)? / best(low, seed)?).ln() / factor)).collect()
    });
    let [small, large] = exponents;
    let whole = "expected a best rate inside for each seed";
    let exponents = [small.context(whole)?, large.context(whole)?];
    for (name, exponents) in ["small", "large"].into_iter().zip(&exponents) {
        let note = format!("exponent of the best rate, batches of 4 to 32 or 32 to 256; {NOTE}");
        let estimate = t_interval(exponents, 0.95, 1);
        let name = format!("two_knobs.{way}.exponent.{name}");
        set_estimate(values, &name, estimate, Format::Decimals(2), (&note, how))?;
    }
    Ok(exponents)
}

/// The map at equal examples.
fn map(runs: &[Run], how: &str, output: &Output) -> Result<()> {
    let columns: Vec<usize> = (0..RATES).step_by(2).collect();
    let row = |batch: usize| {
        let curve = losses(runs, (false, batch), None);
        columns.iter().map(|&index| curve[index].1).collect::<Vec<f64>>()
    };
    let rows: Vec<Vec<f64>> = BATCHES.iter().rev().map(|&batch| row(batch)).collect();
    let best = rows.iter().map(|row| {
        let low = (0..row.len()).min_by(|&a, &b| row[a].total_cmp(&row[b]));
        low.map(|column| format!("{:.3}", rate(columns[column])))
    });
    let best: Option<Vec<String>> = best.collect();
    let description = format!(
        "Mean validation loss by batch size, from 256 down to 4, and learning rate, at equal examples. The \
         rates of the lowest loss of each row: {}.",
        best.context("a row")?.join(", ")
    );
    let name = |index: &usize| {
        let rate = rate(*index);
        let digits = if rate < 0.03 { 3 } else { 2 };
        format!("{rate:.digits$}").trim_start_matches('0').to_owned()
    };
    let chart = HeatMap::new("Rate and batch size", description, rows)
        .rows("batch size", BATCHES.iter().rev().map(usize::to_string).collect::<Vec<_>>())
        .columns("learning rate", columns.iter().map(name).collect::<Vec<_>>())
        .print(Format::Decimals(2));
    output.figure("map", &chart.experiment(how))?;
    Ok(())
}
