//! The commands `search`, `trial` and `gather`.

use std::collections::BTreeMap;
use std::sync::Mutex;

use anyhow::{Context, Result, bail, ensure};
use book_figures::{Axis, Chart, Figure, Series};
use book_programs::progress::bar;
use book_programs::statistics::t_interval;
use book_programs::{files, print};
use ch06_overfitting::least_squares;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::arguments::{Format, GatherArguments, SearchArguments, TrialArguments};
use crate::disk;
use crate::plan::{Plan, Planned, Strategy};
use crate::results::{Results, Trial, gather as joined};
use crate::space_file::Space;
use crate::surface::{Images, Score, curve};

/// How many fresh seeds say how good the best setting is.
const FRESH: u64 = 5;

/// One trial: a pure function of the space, its point, its epochs and its seed.
fn run_one(planned: &Planned, space: &Space, images: &Images) -> Score {
    let length = (planned.epochs, planned.seed);
    let settings = space.at(&planned.point);
    curve(&images.train, &images.validation, &settings, length).0[planned.epochs - 1]
}

fn images(space: &Space) -> Result<Images> {
    Ok(Images::new(&disk::load()?.0, space.images, space.validation))
}

/// Runs a search, or what is left of it.
pub fn run(arguments: &SearchArguments) -> Result<()> {
    let space = Space::read(&arguments.space)?;
    if let Some(threads) = arguments.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    let (strategy, seed) = (arguments.strategy, arguments.seed);
    let plan = Plan { space: &space, strategy, trials: arguments.trials, seed };
    let (results, mut trials) = Results::open(&arguments.results, &plan)?;
    let images = images(&space)?;
    let results = Mutex::new(results);
    let bar = bar(0, "trials");
    loop {
        let scores: BTreeMap<usize, Score> =
            trials.iter().map(|(&index, trial)| (index, trial.score())).collect();
        let next = plan.next(&scores);
        if next.is_empty() {
            break;
        }
        bar.set_length((trials.len() + next.len()) as u64);
        bar.set_position(trials.len() as u64);
        let one = |planned: &Planned| {
            let trial = Trial::new(&plan, planned, run_one(planned, &space, &images));
            results.lock().expect("no thread has panicked").append(&trial)?;
            bar.inc(1);
            Ok((trial.index, trial))
        };
        let done: Result<Vec<(usize, Trial)>> = next.par_iter().map(one).collect();
        trials.extend(done?);
    }
    bar.finish_and_clear();
    report(&trials, &space, &images, arguments)
}

/// Prints the best with its interval, and which knobs mattered; draws the figure if it is wished for.
fn report(
    trials: &BTreeMap<usize, Trial>,
    space: &Space,
    images: &Images,
    arguments: &SearchArguments,
) -> Result<()> {
    let whole: Vec<&Trial> = trials.values().filter(|trial| trial.epochs == space.epochs).collect();
    let best = whole.iter().min_by(|a, b| a.loss.total_cmp(&b.loss));
    let best = best.context("no training has all epochs: expected more trials")?;
    print(format_args!("{} trials; the best is number {}:", trials.len(), best.index))?;
    for (name, value) in &best.settings {
        print(format_args!("  {name} = {value}"))?;
    }
    print(format_args!("  validation loss as the search has seen it: {:.4}", best.loss))?;
    let fresh: Vec<f64> = (0..FRESH)
        .into_par_iter()
        .map(|seed| {
            let seed = u64::MAX - seed; // of no trial
            run_one(
                &Planned { index: 0, point: best.point.clone(), epochs: space.epochs, seed },
                space,
                images,
            )
            .loss
        })
        .collect();
    let interval = t_interval(&fresh, 0.95, 1);
    print(format_args!(
        "  with {FRESH} fresh seeds: {:.4} ± {:.4} (95% t interval)",
        interval.value, interval.margin
    ))?;
    print("knob             explains alone")?;
    for (knob, (name, _)) in space.knobs.iter().enumerate() {
        match explained(&whole, knob) {
            Some(share) => print(format_args!("{name:17}{:8.0} %", 100.0 * share))?,
            None => print(format_args!("{name:17} too few trials"))?,
        }
    }
    if let Some(path) = &arguments.figure {
        files::write(path, figure(&whole, space)?.svg("search")?.as_bytes())?;
    }
    Ok(())
}

/// The share of the variance of the log loss that a parabola over the place of one knob explains, less
/// what it would explain by chance.
fn explained(trials: &[&Trial], knob: usize) -> Option<f64> {
    let count = trials.len();
    (count > 4).then_some(())?;
    let power = |(row, power): (usize, usize)| trials[row].point[knob].powi(power as i32);
    let x = Array2::from_shape_fn((count, 3), power);
    let y = Array1::from_iter(trials.iter().map(|trial| trial.loss.ln()));
    let missed = &y - &x.dot(&least_squares(x.view(), y.view()));
    let total = y.var(1.0);
    let left = missed.dot(&missed) / (count - 3) as f64;
    Some(if total > 0.0 { (1.0 - left / total).max(0.0) } else { 0.0 })
}

/// The losses by the place of each knob.
fn figure(trials: &[&Trial], space: &Space) -> Result<Chart> {
    ensure!(space.knobs.len() <= 7, "a figure shows at most seven knobs");
    let chart = Chart::new("Trials of a search", "Validation loss by the place of each knob.")
        .x_axis(Axis::new("place in the knob's range").range(0.0, 1.0))
        .y_axis(Axis::new("validation loss [nats]").log());
    let cloud = |(knob, (name, _)): (usize, &(String, _))| {
        Series::scatter(name, trials.iter().map(move |trial| (trial.point[knob], trial.loss)))
    };
    Ok(space.knobs.iter().enumerate().map(cloud).fold(chart, Chart::series))
}

/// Runs one trial of a strategy whose trials do not depend on each other, and prints its line.
pub fn trial(arguments: &TrialArguments) -> Result<()> {
    let (space, strategy) = (Space::read(&arguments.space)?, arguments.strategy);
    if !matches!(strategy, Strategy::Random | Strategy::Sobol) {
        bail!("--strategy: expected random or sobol, whose trials do not depend on each other");
    }
    let (trials, seed) = (arguments.trials, arguments.seed);
    if arguments.index >= trials {
        bail!("--index: expected a trial from 0 to {}, found {}", trials - 1, arguments.index);
    }
    let plan = Plan { space: &space, strategy, trials, seed };
    let planned = plan.single(arguments.index);
    let score = run_one(&planned, &space, &images(&space)?);
    print(Trial::new(&plan, &planned, score).line()?.trim_end())
}

/// Joins files of results, and prints their trials.
pub fn gather(arguments: &GatherArguments) -> Result<()> {
    let space = Space::read(&arguments.space)?;
    let trials = joined(&arguments.files, &space)?;
    match arguments.format {
        Format::Lines => trials.values().try_for_each(|trial| print(trial.line()?.trim_end())),
        Format::Json => print(serde_json::to_string_pretty(&trials.values().collect::<Vec<_>>())?),
        Format::Csv => {
            let names: Vec<&str> = space.knobs.iter().map(|(name, _)| name.as_str()).collect();
            print(format_args!("index,epochs,{},loss,error", names.join(",")))?;
            trials.values().try_for_each(|trial| {
                let values: Vec<String> = trial.settings.values().map(f64::to_string).collect();
                let (index, epochs) = (trial.index, trial.epochs);
                let values = values.join(",");
                print(format_args!("{index},{epochs},{values},{},{}", trial.loss, trial.error))
            })
        }
    }
}
