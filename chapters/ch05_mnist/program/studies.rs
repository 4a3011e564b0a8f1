//! The experiments of the page *What five epochs buy* that take longer than the chapter's own run.

use std::fmt::{self, Display};

use anyhow::Result;
use book_programs::progress::{bar, with_threads};
use ch05_mnist::{Dataset, Images, OptimizerName, Recipe, evaluate};
use indicatif::ProgressBar;
use ndarray::Axis;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::arguments::RecipeName;
use crate::runs::{mean_and_deviation, progress, run, run_and_watch};

/// The test accuracy of one recipe over many seeds, and how far it came on the training images.
#[derive(Debug, Serialize, Deserialize)]
pub struct Study {
    pub recipe: String,
    pub seeds: usize,
    pub mean: f64,
    /// The standard deviation of one run.
    pub deviation: f64,
    pub lowest: f64,
    pub highest: f64,
    /// One for each seed.
    pub accuracies: Vec<f64>,
    /// The mean loss of the trained networks on all training images.
    pub train_loss: f64,
    /// The standard deviation of that loss from run to run.
    pub train_loss_deviation: f64,
}

impl Study {
    /// Of one (test accuracy, training loss) for each seed.
    fn new(recipe: &str, runs: Vec<(f64, f64)>) -> Self {
        let (accuracies, losses): (Vec<f64>, Vec<f64>) = runs.into_iter().unzip();
        let (mean, deviation) = mean_and_deviation(&accuracies);
        let (train_loss, train_loss_deviation) = mean_and_deviation(&losses);
        Self {
            recipe: recipe.to_owned(),
            seeds: accuracies.len(),
            mean,
            deviation,
            lowest: accuracies.iter().copied().fold(f64::INFINITY, f64::min),
            highest: accuracies.iter().copied().fold(0.0, f64::max),
            accuracies,
            train_loss,
            train_loss_deviation,
        }
    }
}

impl Display for Study {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [mean, deviation, lowest, highest] =
            [self.mean, self.deviation, self.lowest, self.highest].map(|share| 100.0 * share);
        let (recipe, seeds) = (&self.recipe, self.seeds);
        let (loss, spread) = (self.train_loss, self.train_loss_deviation);
        write!(
            f,
            "{recipe:10}{seeds:7}{mean:8.2} %{deviation:7.2}{lowest:9.2} %{highest:8.2} %   \
             training loss {loss:.4} (spread {spread:.4})"
        )
    }
}

/// The recipes of a study: both of the chapter, and each of the steady one's two changes alone.
fn studied() -> [(&'static str, Recipe); 4] {
    let [documents, steady] = RecipeName::ALL.map(|name| (name.name(), name.recipe()));
    let larger = Recipe { schedule: documents.1.schedule.clone(), ..steady.1.clone() };
    let falling = Recipe { schedule: steady.1.schedule.clone(), ..documents.1.clone() };
    [documents, steady, ("larger", larger), ("falling", falling)]
}

/// Trains each recipe with the seeds 0, 1, 2 and so on, several networks at a time.
pub fn study(
    train: &Dataset,
    test: &Dataset,
    seeds: usize,
    threads: Option<usize>,
) -> Result<Vec<Study>> {
    let recipes = studied();
    let bar = bar(recipes.len() * seeds, "networks");
    let run_one = |recipe: &Recipe, seed: u64| {
        let run = run(recipe, seed, train, &ProgressBar::hidden())?;
        bar.inc(1);
        Ok((evaluate(&run.network, test).accuracy, evaluate(&run.network, train).loss))
    };
    let study_one = |(name, recipe): (&'static str, Recipe)| {
        let seeds = (0..seeds as u64).into_par_iter();
        let runs: Result<Vec<_>> = seeds.map(|seed| run_one(&recipe, seed)).collect();
        Ok(Study::new(name, runs?))
    };
    let studies = with_threads(threads, || recipes.map(study_one).into_iter().collect());
    bar.finish_and_clear();
    studies
}

/// A rule of chapter 4, at the best of four learning rates.
#[derive(Debug, Serialize, Deserialize)]
pub struct Rule {
    pub name: String,
    pub rates: [f64; 4],
    /// The rate that did best on training images that were held back.
    pub best: f64,
    /// The share of the test images that is read right, one for each seed; empty where only their
    /// mean and their standard deviation were kept.
    pub accuracies: Vec<f64>,
    /// How many seeds, the mean and the standard deviation.
    pub summary: (usize, f64, f64),
}

impl Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, mean, deviation) = self.summary;
        let (name, rate) = (&self.name, self.best);
        write!(f, "{name:9}{rate:6}{:8.2} %{:7.2}", 100.0 * mean, 100.0 * deviation)
    }
}

/// The documents' network with each rule: a rate is chosen with seed 100, training on five sixths of
/// the images and looking at the others; then it trains on all of them, with the seeds 0, 1, 2 and so
/// on.
pub fn rules(train: &Dataset, test: &Dataset, seeds: u64) -> Result<Vec<Rule>> {
    use OptimizerName as Name;
    let (slow, middle) = ([0.03, 0.1, 0.3, 1.0], [0.003, 0.01, 0.03, 0.1]);
    let fast = [0.0003, 0.001, 0.003, 0.01];
    let rules = [
        ("sgd", Name::Sgd, slow),
        ("momentum", Name::Momentum, middle),
        ("nesterov", Name::Nesterov, middle),
        ("adagrad", Name::AdaGrad, [0.01, 0.03, 0.1, 0.3]),
        ("rmsprop", Name::RmsProp, fast),
        ("adam", Name::Adam, fast),
        ("adamw", Name::AdamW, fast),
    ];
    let kept = train.len() - train.len() / 6;
    let (learn, held_back) = (train.first(kept), after(train, kept));
    let bar = bar(rules.len() * (4 + seeds as usize), "networks");
    let accuracy = |optimizer, learning_rate, seed, learn: &Dataset, exam: &Dataset| {
        let recipe = Recipe { optimizer, learning_rate, ..Recipe::documents() };
        let run = run(&recipe, seed, learn, &ProgressBar::hidden());
        bar.inc(1);
        run.map_or(0.0, |run| evaluate(&run.network, exam).accuracy) // 0 where the loss exploded
    };
    let study_one = |(name, optimizer, rates): (&'static str, Name, [f64; 4])| {
        let tried = rates
            .into_par_iter()
            .map(|rate| (accuracy(optimizer, rate, 100, &learn, &held_back), rate));
        let (_, best) = tried.max_by(|a, b| a.0.total_cmp(&b.0)).expect("four rates");
        let seeds = (0..seeds).into_par_iter();
        let accuracies = seeds.map(|seed| accuracy(optimizer, best, seed, train, test));
        let accuracies: Vec<f64> = accuracies.collect();
        let (mean, deviation) = mean_and_deviation(&accuracies);
        let summary = (accuracies.len(), mean, deviation);
        Rule { name: name.to_owned(), rates, best, accuracies, summary }
    };
    let studied = with_threads(None, || Ok(rules.into_iter().map(study_one).collect()));
    bar.finish_and_clear();
    studied
}

/// The examples after the first `count`.
fn after(data: &Dataset, count: usize) -> Dataset {
    let pixels = data.images.pixels.slice_axis(Axis(0), (count..).into()).to_owned();
    Dataset { images: Images { pixels, ..data.images }, labels: data.labels[count..].to_vec() }
}

/// Networks with one width of the hidden layer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Width {
    pub hidden: usize,
    /// The share of the training images that is misread, and of the test images, for each seed.
    pub errors: Vec<(f64, f64)>,
}

impl Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (train, test): (Vec<f64>, Vec<f64>) = self.errors.iter().copied().unzip();
        let [train, test] = [train, test].map(|errors| 100.0 * mean_and_deviation(&errors).0);
        write!(f, "{:6}{train:21.2} %{test:19.2} %", self.hidden)
    }
}

/// The steady recipe with hidden layers from narrow to wide, with the seeds 0, 1, 2 and so on.
pub fn widths(train: &Dataset, test: &Dataset, seeds: usize) -> Result<Vec<Width>> {
    let widths = [512, 256, 128, 64, 32, 16, 8]; // what takes longest begins first
    let bar = bar(widths.len() * seeds, "networks");
    let errors = |hidden: usize, seed: u64| {
        let recipe = Recipe { hidden: vec![hidden], ..Recipe::steady() };
        let network = run(&recipe, seed, train, &ProgressBar::hidden())?.network;
        bar.inc(1);
        Ok((1.0 - evaluate(&network, train).accuracy, 1.0 - evaluate(&network, test).accuracy))
    };
    let measure = |hidden: usize| {
        let errors = (0..seeds as u64).into_par_iter().map(|seed| errors(hidden, seed));
        Ok(Width { hidden, errors: errors.collect::<Result<_>>()? })
    };
    let measured = with_threads(None, || widths.into_par_iter().rev().map(measure).collect());
    bar.finish_and_clear();
    measured
}

/// The network after an epoch of a long run.
#[derive(Debug, Serialize, Deserialize)]
pub struct LongEpoch {
    pub train_loss: f64,
    pub test_loss: f64,
    pub test_accuracy: f64,
}

/// The documents' recipe for twenty epochs, seed 0.
pub fn long(train: &Dataset, test: &Dataset) -> Result<Vec<LongEpoch>> {
    let recipe = Recipe { epochs: 20, ..Recipe::documents() };
    let mut epochs = Vec::new();
    run_and_watch(&recipe, 0, train, &progress(&recipe, train), |network, _| {
        let (on_train, on_test) = (evaluate(network, train), evaluate(network, test));
        epochs.push(LongEpoch {
            train_loss: on_train.loss,
            test_loss: on_test.loss,
            test_accuracy: on_test.accuracy,
        });
    })?;
    Ok(epochs)
}
