//! Training runs, one or many, and what they measure.

use std::fmt::{self, Display};
use std::num::NonZero;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use ch02_forward::Network;
use ch05_mnist::{Dataset, Evaluation, Recipe, Trainer, evaluate};
use indicatif::{ProgressBar, ProgressStyle};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::arguments::RecipeName;

/// One network, trained.
pub struct Run {
    pub network: Network<f32>,
    pub epochs: usize,
    /// Training alone, without loading and evaluating.
    pub fit_seconds: f64,
    /// Mean over the last epoch.
    pub train_loss: f64,
}

impl Run {
    /// One line of JSON.
    pub fn json(&self, recipe: &str, seed: u64, evaluation: &Evaluation) -> Value {
        json!({
            "recipe": recipe,
            "seed": seed,
            "epochs": self.epochs,
            "fit_seconds": self.fit_seconds,
            "train_loss": self.train_loss,
            "test_loss": evaluation.loss,
            "test_accuracy": evaluation.accuracy,
        })
    }
}

/// Trains a network; fails if its loss stops being a number.
pub fn run(recipe: &Recipe, seed: u64, data: &Dataset, progress: &ProgressBar) -> Result<Run> {
    run_and_watch(recipe, seed, data, progress, |_, _| ())
}

/// The same, with a look at the network and its training loss after each epoch; the looking does
/// not count as training time.
pub fn run_and_watch(
    recipe: &Recipe,
    seed: u64,
    data: &Dataset,
    progress: &ProgressBar,
    mut watch: impl FnMut(&Network<f32>, f64),
) -> Result<Run> {
    let mut trainer = Trainer::new(recipe, data, ChaCha8Rng::seed_from_u64(seed));
    let (mut fit, mut train_loss) = (Duration::ZERO, f64::NAN);
    for epoch in 1..=recipe.epochs {
        let start = Instant::now();
        train_loss = trainer.epoch(|| progress.inc(1));
        fit += start.elapsed();
        if !train_loss.is_finite() {
            bail!(
                "training with learning rate {}: expected a finite loss, found {train_loss} in \
                 epoch {epoch}; a smaller rate may help",
                recipe.learning_rate,
            );
        }
        watch(&trainer.network, train_loss);
    }
    progress.finish_and_clear();
    let (epochs, fit_seconds) = (recipe.epochs, fit.as_secs_f64());
    Ok(Run { network: trainer.network, epochs, fit_seconds, train_loss })
}

/// A bar that counts the batches of a run; only a terminal shows it.
pub fn progress(recipe: &Recipe, data: &Dataset) -> ProgressBar {
    bar(recipe.epochs * data.len().div_ceil(recipe.batch_size), "batches")
}

fn bar(length: usize, unit: &str) -> ProgressBar {
    let template = format!("{{bar:40}} {{pos}}/{{len}} {unit}, {{elapsed}} (left: {{eta}})");
    let style = ProgressStyle::with_template(&template).expect("the template is well-formed");
    ProgressBar::new(length as u64).with_style(style)
}

/// Runs `work` with this many threads, or with as many as there are cores.
pub fn with_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.unwrap_or_else(cores);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.with_context(|| format!("--threads {threads}: expected to start them"))?.install(work)
}

/// The test accuracy of one recipe over many seeds.
#[derive(Debug, Serialize)]
pub struct Study {
    pub recipe: &'static str,
    pub seeds: usize,
    pub mean: f64,
    /// The standard deviation of one run.
    pub deviation: f64,
    pub lowest: f64,
    pub highest: f64,
    /// One for each seed.
    pub accuracies: Vec<f64>,
}

impl Study {
    fn new(recipe: &'static str, accuracies: Vec<f64>) -> Self {
        let count = accuracies.len() as f64;
        let mean = accuracies.iter().sum::<f64>() / count;
        let squares: f64 = accuracies.iter().map(|accuracy| (accuracy - mean).powi(2)).sum();
        Self {
            recipe,
            seeds: accuracies.len(),
            mean,
            deviation: (squares / (count - 1.0).max(1.0)).sqrt(),
            lowest: accuracies.iter().copied().fold(f64::INFINITY, f64::min),
            highest: accuracies.iter().copied().fold(0.0, f64::max),
            accuracies,
        }
    }
}

impl Display for Study {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [mean, deviation, lowest, highest] =
            [self.mean, self.deviation, self.lowest, self.highest].map(|share| 100.0 * share);
        let (recipe, seeds) = (self.recipe, self.seeds);
        write!(f, "{recipe:10}{seeds:7}{mean:8.2} %{deviation:7.2}{lowest:9.2} %{highest:8.2} %")
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
    let accuracy = |recipe: &Recipe, seed: u64| {
        let run = run(recipe, seed, train, &ProgressBar::hidden())?;
        bar.inc(1);
        Ok(evaluate(&run.network, test).accuracy)
    };
    let study_one = |(name, recipe): (&'static str, Recipe)| {
        let seeds = (0..seeds as u64).into_par_iter();
        let accuracies: Result<Vec<_>> = seeds.map(|seed| accuracy(&recipe, seed)).collect();
        Ok(Study::new(name, accuracies?))
    };
    let studies = with_threads(threads, || recipes.map(study_one).into_iter().collect());
    bar.finish_and_clear();
    studies
}

/// How long an epoch takes at one size.
#[derive(Debug)]
pub struct Timing {
    pub examples: usize,
    pub hidden: usize,
    pub seconds: f64,
}

impl Timing {
    /// Microseconds for one example and a thousand weights: the same at every size, if time grows
    /// linearly.
    pub fn per_weight(&self, pixels: usize) -> f64 {
        let weights = (self.hidden * (pixels + 10)) as f64 / 1e3;
        1e6 * self.seconds / self.examples as f64 / weights
    }
}

impl Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (examples, hidden, seconds) = (self.examples, self.hidden, self.seconds);
        let per_weight = self.per_weight(28 * 28);
        write!(f, "{examples:8}{hidden:8}{seconds:19.3}{per_weight:46.4}")
    }
}

/// Epochs of the documents' recipe with more and more examples, and with more and more hidden
/// neurons; each the median of `repeats`.
pub fn scaling(train: &Dataset, repeats: usize) -> Result<Vec<Timing>> {
    let sizes = [7_500, 15_000, 30_000, 60_000].map(|examples| (examples, 128));
    let widths = [32, 64, 256, 512].map(|hidden| (15_000, hidden));
    let measure = |(examples, hidden): (usize, usize)| {
        let data = train.first(examples);
        let recipe = Recipe { hidden: vec![hidden], epochs: 1, ..Recipe::documents() };
        let once = |seed| Ok(run(&recipe, seed, &data, &ProgressBar::hidden())?.fit_seconds);
        let mut seconds = (0..repeats as u64).map(once).collect::<Result<Vec<_>>>()?;
        seconds.sort_by(f64::total_cmp);
        Ok(Timing { examples: data.len(), hidden, seconds: seconds[repeats / 2] })
    };
    sizes.into_iter().chain(widths).map(measure).collect()
}
