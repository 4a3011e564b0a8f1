//! Page *A recipe, tuned*: the network of chapter 5, chosen on validation images, examined once.

use std::ops::ControlFlow;

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::records::Record;
use book_programs::statistics::{mean, standard_deviation, t_interval};
use ch04_optimizers::Schedule;
use ch05_mnist::{Dataset, Recipe, evaluate};
use ch06_overfitting::split;
use ch08_tuning::{Knob, sobol, survivors};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::arguments::Experiment;
use crate::disk;
use crate::measured::{all, keep, recorded as read, set, set_estimate};

/// A setting of the recipe.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub learning_rate: f64,
    pub batch_size: usize,
    /// 0 constant, 1 linear, 2 cosine.
    pub schedule: usize,
}

const SCHEDULES: [&str; 3] = ["constant", "linear", "cosine"];

impl Choice {
    /// The setting of a trial: a point of Sobol's sequence.
    fn of(trial: u32) -> Self {
        let point = sobol(trial + 1, 3);
        Self {
            learning_rate: Knob::Log { low: 0.0003, high: 0.02 }.at(point[0]),
            batch_size: Knob::Whole { low: 16, high: 256 }.at(point[1]) as usize,
            schedule: Knob::Choice { count: 3 }.at(point[2]) as usize,
        }
    }

    fn recipe(self) -> Recipe {
        let schedule = match self.schedule {
            0 => Schedule::Constant,
            1 => Schedule::Linear,
            _ => Schedule::Cosine,
        };
        let Self { learning_rate, batch_size, .. } = self;
        Recipe { learning_rate, batch_size, schedule, ..Recipe::documents() }
    }
}

/// All that was measured, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// Each setting with its validation accuracy, a seed each.
    pub trials: Vec<(Choice, f64)>,
    /// The steady recipe with the same effort of a single seed.
    pub steady_validation: Vec<f64>,
    /// The numbers of the best trials, each with its accuracies of fresh seeds on validation images.
    pub finals: Vec<(usize, Vec<f64>)>,
    pub chosen: usize,
    /// Test accuracies of ten fresh seeds, trained on all 60,000 images: the chosen and the steady recipe.
    pub test: [Vec<f64>; 2],
}

const TRIALS: u32 = 24;
const FINALISTS: usize = 3;
const FRESH: u64 = 3;
const EXAMINED: u64 = 10;

/// What `--record` has written.
pub fn recorded() -> Result<Record<Outcome>> {
    read("recipe")
}

/// The accuracy of a recipe on images, for a seed.
fn accuracy(recipe: &Recipe, train: &Dataset, judge: &Dataset, seed: u64) -> f64 {
    let mut trainer = recipe.trainer::<f32, _>(train.pixels(), ChaCha8Rng::seed_from_u64(seed));
    let trained = trainer.train(train, || (), |_, _| ControlFlow::Continue(()));
    if trained.is_err() { 0.1 } else { evaluate(&trainer.model, judge).accuracy }
}

/// Chooses on validation images, then examines once.
pub fn run(arguments: &Experiment) -> Result<()> {
    let (full, test) = disk::load()?;
    let (full, test) =
        if arguments.short { (full.first(300), test.first(100)) } else { (full, test) };
    let sizes = [full.len() / 6, full.len() - full.len() / 6];
    let [validation, train] = split(&full, sizes, &mut ChaCha8Rng::seed_from_u64(8));
    let trials: Vec<u32> = (0..if arguments.short { 4 } else { TRIALS }).collect();
    let on_validation = |recipe: &Recipe, seed: u64| accuracy(recipe, &train, &validation, seed);
    let trials: Vec<(Choice, f64)> = all(&trials, |&trial| {
        let choice = Choice::of(trial);
        (choice, on_validation(&choice.recipe(), 1_000 + u64::from(trial)))
    });
    let errors: Vec<f64> = trials.iter().map(|trial| 1.0 - trial.1).collect();
    let finalists = survivors(&errors, FINALISTS);
    let pieces: Vec<(usize, u64)> = finalists
        .iter()
        .flat_map(|&trial| (0..FRESH).map(move |seed| (trial, 2_000 + seed)))
        .collect();
    let found = all(&pieces, |&(trial, seed)| on_validation(&trials[trial].0.recipe(), seed));
    let finals: Vec<(usize, Vec<f64>)> = finalists
        .iter()
        .zip(found.chunks(FRESH as usize))
        .map(|(&trial, accuracies)| (trial, accuracies.to_vec()))
        .collect();
    let best = finals.iter().max_by(|a, b| mean(&a.1).total_cmp(&mean(&b.1)));
    let chosen = best.expect("a finalist").0;
    let seeds: Vec<u64> = (0..if arguments.short { 2 } else { FRESH }).collect();
    let steady_validation = all(&seeds, |&seed| on_validation(&Recipe::steady(), 2_000 + seed));
    // All is chosen. The test images are looked at here, once.
    let seeds: Vec<u64> = (3_000..3_000 + if arguments.short { 2 } else { EXAMINED }).collect();
    let recipes = [trials[chosen].0.recipe(), Recipe::steady()];
    let test = recipes.map(|recipe| all(&seeds, |&seed| accuracy(&recipe, &full, &test, seed)));
    keep("recipe", Outcome { trials, steady_validation, finals, chosen, test }, arguments.record)
}

/// Draws the page's figure and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let record = recorded()?;
    let (how, found) = (record.how(), &record.outcome);
    let choice = found.trials[found.chosen].0;
    let note = "24 of Sobol's points, 50,000 training and 10,000 validation images, five epochs";
    let rate = Measured::number(choice.learning_rate, Format::Decimals(4));
    set(values, "recipe.rate", rate, note, &how)?;
    set(values, "recipe.batch", Measured::count(choice.batch_size), note, &how)?;
    set(values, "recipe.schedule", Measured::text(SCHEDULES[choice.schedule]), note, &how)?;
    let percent = |share| Measured::number(share, Format::Percent(2));
    set(values, "recipe.seen", percent(found.trials[found.chosen].1), note, &how)?;
    let finals = found.finals.iter().find(|(trial, _)| *trial == found.chosen);
    let fresh = finals.map_or(0.0, |(_, accuracies)| mean(accuracies));
    set(values, "recipe.fresh", percent(fresh), "the mean of three fresh seeds", &how)?;
    let steady = percent(mean(&found.steady_validation));
    set(values, "recipe.steady_validation", steady, "the mean of three seeds", &how)?;
    let [tuned, steady] = &found.test;
    let note = "test accuracy, 60,000 training images, five epochs, seeds 3000 to 3009";
    for (name, accuracies) in [("tuned", tuned), ("steady", steady)] {
        let estimate = t_interval(accuracies, 0.95, 1);
        set_estimate(
            values,
            &format!("recipe.{name}"),
            estimate,
            Format::Percent(2),
            (note, &how),
        )?;
    }
    let gains: Vec<f64> = tuned.iter().zip(steady).map(|(a, b)| a - b).collect();
    let gain = t_interval(&gains, 0.95, 1);
    let behind = gains.iter().filter(|gain| **gain < 0.0).count();
    set(values, "recipe.behind", Measured::count(behind), "pairs in which steady is ahead", &how)?;
    let deviation = Measured::number(standard_deviation(&gains), Format::Percent(2));
    set(
        values,
        "recipe.gain.deviation",
        deviation,
        "standard deviation of the ten differences",
        &how,
    )?;
    set_estimate(values, "recipe.gain", gain, Format::Percent(2), (note, &how))?;
    let cloud = |schedule: usize| {
        let chosen = found.trials.iter().filter(move |trial| trial.0.schedule == schedule);
        let points = chosen.map(|trial| (trial.0.learning_rate, 100.0 * (1.0 - trial.1)));
        Series::scatter(SCHEDULES[schedule], points.collect::<Vec<_>>())
    };
    let description = format!(
        "The share of 10,000 validation images misread by 24 settings, by learning rate and schedule. The \
         chosen one has a rate of {:.4}, batches of {} and a {} schedule.",
        choice.learning_rate, choice.batch_size, SCHEDULES[choice.schedule]
    );
    let chart = Chart::new("Twenty-four recipes", description)
        .x_axis(Axis::new("learning rate").log())
        .y_axis(Axis::new("validation images misread [%]"))
        .vertical_rule(choice.learning_rate, "chosen");
    let chart = (0..3).map(cloud).fold(chart, Chart::series);
    output.figure("recipes", &chart.experiment(how))?;
    Ok(())
}
