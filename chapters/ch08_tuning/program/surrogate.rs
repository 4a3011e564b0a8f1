//! Page *A model of the surface*: a process in one dimension and in two, and all strategies at one budget.

use anyhow::{Context, Result};
use book_figures::{Axis, BarChart, Chart, ContourMap, Figure, Format, Output, Series, Values};
use book_programs::statistics::{mean, t_interval};
use ch08_tuning::{GaussianProcess, expected_improvement};
use ndarray::{Array1, Array2, array};

use crate::measured::set_estimate;
use crate::one_knob;
use crate::optuna;
use crate::pool::{self, Member};
use crate::sampling::truths;
use crate::strategies::{self, NAMES, Search};

/// Draws the page's figures and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    line(output)?;
    plane(output)?;
    compared(output, values)
}

/// A process that has seen six rates of one seed.
fn line(output: &Output) -> Result<()> {
    let record = one_knob::recorded()?;
    let runs = record.outcome.iter().filter(|run| run.seed == 0);
    let all: Vec<(f64, f64)> =
        runs.map(|run| (run.learning_rate, run.curve[8].loss.ln())).collect();
    let place = |rate: f64| (rate.log10() + 4.0) / 4.0;
    let seen: Vec<(f64, f64)> = [2, 8, 14, 22, 27].map(|index| all[index]).to_vec();
    let others: Vec<(f64, f64)> =
        all.iter().copied().filter(|point| !seen.contains(point)).collect();
    let points = Array2::from_shape_fn((seen.len(), 1), |(trial, _)| place(seen[trial].0));
    let values = Array1::from_iter(seen.iter().map(|point| point.1));
    let process = GaussianProcess::fitted(&points, values.view()).context("expected a process")?;
    let best = values.iter().copied().fold(f64::INFINITY, f64::min);
    let grid: Vec<f64> = (0..=100).map(|k| f64::from(k) / 100.0).collect();
    let rate = |place: f64| 10f64.powf(4.0 * place - 4.0);
    let predicted: Vec<(f64, f64)> =
        grid.iter().map(|&place| process.predict(array![place].view())).collect();
    let gain: Vec<f64> =
        predicted.iter().map(|&(m, deviation)| expected_improvement(m, deviation, best)).collect();
    let promising =
        (0..grid.len()).max_by(|&a, &b| gain[a].total_cmp(&gain[b])).context("a place")?;
    let description = format!(
        "The logarithm of the validation loss by learning rate: five trials, what a Gaussian process \
         makes of them with a band of two standard deviations, and the losses of the 28 other rates. The band is \
         narrow at the trials and wide between them. The expected improvement is largest at {:.4}.",
        rate(grid[promising])
    );
    let line = grid.iter().zip(&predicted).map(|(&place, point)| (rate(place), point.0));
    let band = predicted.iter().map(|&(m, deviation)| (m - 2.0 * deviation, m + 2.0 * deviation));
    let chart = Chart::new("What five trials say of all rates", description)
        .x_axis(Axis::new("learning rate").log())
        .y_axis(Axis::new("ln of the validation loss"))
        .series(Series::line("process", line).band(band))
        .series(Series::scatter("trials", seen))
        .series(Series::scatter("not tried", others))
        .vertical_rule(rate(grid[promising]), "try next");
    output.figure("process", &chart.experiment(record.how()))?;
    Ok(())
}

/// What sixty random settings say of two knobs.
fn plane(output: &Output) -> Result<()> {
    let record = pool::recorded()?;
    let members: Vec<&Member> = record.outcome.settings.iter().take(60).collect();
    let points = Array2::from_shape_fn((60, 2), |(trial, k)| members[trial].point[[2, 0][k]]);
    let losses = members.iter().map(|member| member.curve[8].loss.ln());
    let process = GaussianProcess::fitted(&points, Array1::from_iter(losses).view());
    let process = process.context("expected a process")?;
    let at = |x: f64, y: f64| process.predict(array![x, y].view()).0;
    let lattice =
        (0..=40).flat_map(|i| (0..=40).map(move |j| (f64::from(i) / 40.0, f64::from(j) / 40.0)));
    let lowest = lattice.min_by(|a, b| at(a.0, a.1).total_cmp(&at(b.0, b.1))).context("a place")?;
    let description = format!(
        "What a Gaussian process expects of the logarithm of the loss, from sixty random settings, by the \
         places of learning rate and batch size. The lines run mostly across the learning rate; the lowest \
         place is at {:.2} and {:.2}.",
        lowest.0, lowest.1
    );
    let ranges = [(0.0, 1.0), (0.0, 1.0)];
    let map = ContourMap::new("Two knobs, as sixty trials tell", description, ranges, at)
        .axes("place of the learning rate", "place of the batch size")
        .mark("lowest", lowest);
    output.figure("plane", &map.tolerance(3.0).experiment(record.how()))?;
    Ok(())
}

/// The gap between what a search has seen of its choice and the truth.
pub fn optimism(searches: &[Search], strategy: &str) -> Vec<f64> {
    let chosen = searches.iter().filter(|search| search.strategy == strategy);
    let truth = |search: &Search| mean(&search.truth.iter().map(|s| s.loss).collect::<Vec<_>>());
    chosen.map(|search| truth(search) - search.seen.loss).collect()
}

/// All strategies at one budget.
fn compared(output: &Output, values: &mut Values) -> Result<()> {
    let record = strategies::recorded()?;
    let (how, searches) = (record.how(), &record.outcome);
    let mut told = Vec::new();
    let mut bars = Vec::new();
    for name in NAMES {
        let estimate = t_interval(&truths(searches, name), 0.95, 1);
        told.push(format!("{name} {:.3} ± {:.3}", estimate.value, estimate.margin));
        let gap = t_interval(&optimism(searches, name), 0.95, 1);
        let note = "true loss less the validation loss that the search has seen, 20 searches";
        let key = format!("strategies.optimism.{name}");
        set_estimate(values, &key, gap, Format::Decimals(3), (note, &how))?;
        bars.push((name, estimate));
    }
    peer(searches, values)?;
    let description = format!(
        "The mean true loss of what twenty searches of 243 epochs chose: {}.",
        told.join(", ")
    );
    let axis = Axis::new("true loss of what was chosen [nats]").from_zero();
    let chart = BarChart::new("Six strategies at one budget", description, axis)
        .categories("search")
        .print(Format::Decimals(3));
    let chart = bars.into_iter().fold(chart, |chart, (name, e)| {
        chart.bar_with_spread(name, e.value, (e.value - e.margin, e.value + e.margin))
    });
    output.figure("strategies", &chart.experiment(how))?;
    Ok(())
}

/// Optuna's default sampler, which had as many trainings.
fn peer(searches: &[Search], values: &mut Values) -> Result<()> {
    let record = optuna::recorded()?;
    let found = truths(&record.outcome, "optuna");
    let note = "20 searches of 27 trainings by Optuna 5.0, true loss as of the others";
    let how = record.how();
    let estimate = t_interval(&found, 0.95, 1);
    set_estimate(values, "strategies.optuna", estimate, Format::Decimals(3), (note, &how))?;
    let pairs = truths(searches, "random").into_iter().zip(found);
    let gain = t_interval(&pairs.map(|(a, b)| a - b).collect::<Vec<_>>(), 0.95, 1);
    set_estimate(values, "strategies.gain.optuna", gain, Format::Decimals(3), (note, &how))
}
