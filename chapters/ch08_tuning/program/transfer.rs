//! Page *What transfers*: the best learning rate by width, under two parametrizations, and the
//! coordinate check.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::records::Record;
use book_programs::statistics::{Estimate, t_interval};
use ch02_forward::Initialization;
use ch04_optimizers::Schedule;
use ch05_mnist::{Dataset, OptimizerName, Recipe, Trainer};
use ch08_tuning::{Knob, Scaled, best_rate, coordinate_changes, growth_exponent};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::arguments::Experiment;
use crate::curves::{by_rate, rate_interval};
use crate::disk;
use crate::measured::{all, keep, recorded as read, set, set_estimate};
use crate::surface::{Images, Score, judged, scores};

/// The width at which both parametrizations are one.
const BASE: usize = 32;
const WIDTHS: [usize; 4] = [32, 128, 512, 1024];
const SEEDS: u64 = 5;
/// A factor of two from each rate to the next.
const RATES: usize = 11;
const RANGE: Knob = Knob::Log { low: 0.0000625, high: 0.064 };
/// Fifty steps in each epoch.
const EPOCHS: usize = 4;
const LEARN: usize = 3_200;
const BATCH: usize = 64;

/// One training.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    pub maximal: bool,
    pub width: usize,
    pub learning_rate: f64,
    pub seed: u64,
    /// On validation images, after each epoch.
    pub curve: Vec<Score>,
}

/// What `--record` has written.
pub fn recorded() -> Result<Record<Vec<Run>>> {
    read("transfer")
}

/// The recipe of all networks of the page.
fn recipe(width: usize, learning_rate: f64) -> Recipe {
    Recipe {
        hidden: vec![width, width],
        epochs: EPOCHS,
        batch_size: BATCH,
        optimizer: OptimizerName::Adam,
        learning_rate,
        schedule: Schedule::Constant,
        initialization: Initialization::He,
    }
}

/// A network of the page. Under both parametrizations a seed draws the same numbers.
fn model(maximal: bool, recipe: &Recipe, pixels: usize, generator: &mut ChaCha8Rng) -> Scaled<f32> {
    let network = recipe.network(pixels, generator);
    if maximal { Scaled::maximal_update(network, BASE) } else { Scaled::standard(network) }
}

/// Trains with each width, rate and seed, under both parametrizations.
pub fn run(arguments: &Experiment) -> Result<()> {
    let images = Images::new(&disk::load()?.0, LEARN, 2_000);
    let (widths, rates, seeds) =
        if arguments.short { (&WIDTHS[..1], 2, 1) } else { (&WIDTHS[..], RATES, SEEDS) };
    let mut pieces = Vec::new();
    // What takes longest begins first.
    for &width in widths.iter().rev() {
        for maximal in [false, true] {
            for index in 0..rates {
                let rate = RANGE.at(index as f64 / (rates - 1) as f64);
                pieces.extend((0..seeds).map(|seed| (maximal, width, rate, seed)));
            }
        }
    }
    let runs = all(&pieces, |&(maximal, width, learning_rate, seed)| {
        let recipe = recipe(width, learning_rate);
        let curve = curve(&recipe, maximal, seed, (&images.train, &images.validation));
        Run { maximal, width, learning_rate, seed, curve }
    });
    keep("transfer", runs, arguments.record)
}

/// The scores after each epoch.
fn curve(
    recipe: &Recipe,
    maximal: bool,
    seed: u64,
    (train, validation): (&Dataset, &Dataset),
) -> Vec<Score> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let model = model(maximal, recipe, train.pixels(), &mut generator);
    let mut trainer = Trainer::new(recipe, model, generator);
    scores(&mut trainer, train, recipe.epochs, |model| judged(&model.network(), validation))
}

/// The runs of one parametrization and one width.
fn chosen(runs: &[Run], maximal: bool, width: usize) -> Vec<&Run> {
    runs.iter().filter(|run| run.maximal == maximal && run.width == width).collect()
}

/// The loss by rate after so many epochs: of one seed, or the mean of all.
fn losses(runs: &[&Run], epochs: usize, seed: Option<u64>) -> Vec<(f64, f64)> {
    by_rate(runs.iter().map(|run| (run.learning_rate, run.seed, run.curve[epochs - 1].loss)), seed)
}

/// The place of the lowest loss among the rates.
fn lowest(curve: &[(f64, f64)]) -> usize {
    (0..curve.len()).min_by(|&a, &b| curve[a].1.total_cmp(&curve[b].1)).expect("a curve has a rate")
}

/// The best rate of each seed, by a parabola; none where it is at an edge.
fn best_rates(runs: &[&Run], epochs: usize) -> Vec<f64> {
    (0..SEEDS).filter_map(|seed| best_rate(&losses(runs, epochs, Some(seed)))).collect()
}

const NOTE: &str =
    "Adam, 784-M-M-10, 3,200 training images, batches of 64, 200 steps, seeds 0 to 4";

/// Draws the page's figures and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let record = recorded()?;
    let (how, runs) = (record.how(), &record.outcome);
    output.figure("transfer-standard", &curves(runs, false, &how))?;
    output.figure("transfer-mup", &curves(runs, true, &how))?;
    for (maximal, name) in [(false, "standard"), (true, "mup")] {
        for width in WIDTHS {
            best(&chosen(runs, maximal, width), &format!("transfer.{name}.{width}"), &how, values)?;
        }
        carried(runs, maximal, name, &how, values)?;
        growth(runs, maximal, name, &how, values)?;
    }
    own(runs, &how, values)?;
    coordinates(output, values)
}

/// Loss by rate, a line for each width.
fn curves(runs: &[Run], maximal: bool, how: &str) -> Chart {
    let lines = WIDTHS.map(|width| losses(&chosen(runs, maximal, width), EPOCHS, None));
    let told = WIDTHS.iter().zip(&lines).map(|(width, line)| {
        let (rate, loss) = line[lowest(line)];
        format!("{loss:.3} at {rate:.4} for width {width}")
    });
    let description = format!(
        "Validation loss after 200 steps by learning rate, both on logarithmic scales, for four widths. The \
         lowest means of five seeds are {}.",
        told.collect::<Vec<_>>().join(", ")
    );
    let title = if maximal { "Rates by width, scaled" } else { "Rates by width" };
    let chart = Chart::new(title, description)
        .x_axis(Axis::new("learning rate").log())
        .y_axis(Axis::new("validation loss [nats]").log().range(0.2, 2.2));
    let chart = WIDTHS.iter().zip(lines).fold(chart, |chart, (width, line)| {
        chart.series(Series::line(format!("width {width}"), line).markers())
    });
    chart.legend().experiment(how)
}

/// The best rate of a width with its interval, after 50 and after 200 steps, and its lowest mean loss.
fn best(runs: &[&Run], name: &str, how: &str, values: &mut Values) -> Result<()> {
    for (epochs, steps) in [(1, 50), (EPOCHS, 200)] {
        let rates = best_rates(runs, epochs);
        let note = format!(
            "best rate after {steps} steps: geometric mean over the {} of five seeds whose best rate is not \
             at an edge; {NOTE}",
            rates.len()
        );
        for (what, rate) in ["best", "low", "high"].into_iter().zip(rate_interval(&rates)) {
            let measured = Measured::number(rate, Format::Decimals(4));
            set(values, &format!("{name}.{what}.{steps}"), measured, &note, how)?;
        }
    }
    let curve = losses(runs, EPOCHS, None);
    let measured = Measured::number(curve[lowest(&curve)].1, Format::Decimals(3));
    set(values, &format!("{name}.loss"), measured, &format!("lowest mean loss; {NOTE}"), how)
}

/// What it costs at the widest network to take the best rate of a narrow one, seed by seed.
fn carried(runs: &[Run], maximal: bool, name: &str, how: &str, values: &mut Values) -> Result<()> {
    let wide = chosen(runs, maximal, WIDTHS[3]);
    let own = lowest(&losses(&wide, EPOCHS, None));
    for width in [32, 128] {
        let narrow = losses(&chosen(runs, maximal, width), EPOCHS, None);
        let taken = lowest(&narrow);
        let costs: Vec<f64> = (0..SEEDS)
            .map(|seed| losses(&wide, EPOCHS, Some(seed)))
            .map(|curve| curve[taken].1 - curve[own].1)
            .collect();
        let note = format!(
            "loss of width 1,024 at the best rate of width {width} ({:.4}) minus that at its own, in pairs; \
             {NOTE}",
            narrow[taken].0
        );
        let name = format!("transfer.{name}.carried.{width}");
        let cost = t_interval(&costs, 0.95, 1);
        set_estimate(values, &name, cost, Format::Decimals(3), (&note, how))?;
    }
    Ok(())
}

/// With which power of the width the best rate grows.
fn growth(runs: &[Run], maximal: bool, name: &str, how: &str, values: &mut Values) -> Result<()> {
    let of_seed = |seed: u64| -> Option<f64> {
        let points: Option<Vec<(f64, f64)>> = WIDTHS
            .iter()
            .map(|&width| {
                let curve = losses(&chosen(runs, maximal, width), EPOCHS, Some(seed));
                Some((width as f64, best_rate(&curve)?))
            })
            .collect();
        Some(growth_exponent(&points?))
    };
    let exponents: Vec<f64> = (0..SEEDS).filter_map(of_seed).collect();
    let note = format!("exponent of the best rate by width, {} seeds; {NOTE}", exponents.len());
    let estimate = t_interval(&exponents, 0.95, 1);
    set_estimate(
        values,
        &format!("transfer.{name}.exponent"),
        estimate,
        Format::Decimals(2),
        (&note, how),
    )
}

/// At the largest width, each parametrization at its own best rate: how much lower the standard one is.
fn own(runs: &[Run], how: &str, values: &mut Values) -> Result<()> {
    let [standard, mup] = [false, true].map(|maximal| chosen(runs, maximal, WIDTHS[3]));
    let of = |runs: &[&Run], seed: u64| {
        let place = lowest(&losses(runs, EPOCHS, None));
        losses(runs, EPOCHS, Some(seed))[place].1
    };
    let gaps: Vec<f64> = (0..SEEDS).map(|seed| of(&mup, seed) - of(&standard, seed)).collect();
    let note = format!(
        "loss of width 1,024 under the maximal update parametrization minus that under the standard one, \
         each at its own best rate, in pairs; {NOTE}"
    );
    let gap: Estimate = t_interval(&gaps, 0.95, 1);
    set_estimate(values, "transfer.own", gap, Format::Decimals(3), (&note, how))
}

/// The coordinate check, measured anew in each run of the program.
fn coordinates(output: &Output, values: &mut Values) -> Result<()> {
    let images = Images::new(&disk::load()?.0, LEARN, 10);
    let indices: Vec<usize> = (0..16).collect();
    let (inputs, targets) = images.train.batch::<f32>(&indices);
    let widths = [32, 64, 128, 256, 512, 1024, 2048];
    let measured = |maximal: bool| -> Vec<Vec<f64>> {
        let of_width = |width: usize| {
            let of_seed = |seed: u64| {
                let mut generator = ChaCha8Rng::seed_from_u64(seed);
                let recipe = recipe(width, 0.01);
                let model = model(maximal, &recipe, inputs.ncols(), &mut generator);
                let batch = (inputs.view(), targets.view());
                coordinate_changes(&model, batch, (1, 0.01), &mut generator)
            };
            let seeds: Vec<Vec<f64>> = (0..3).map(of_seed).collect();
            (0..3).map(|layer| seeds.iter().map(|seed| seed[layer]).sum::<f64>() / 3.0).collect()
        };
        widths.map(of_width).to_vec()
    };
    let note =
        "one step of Adam with 0.01 on 16 images, 784-M-M-10 with M from 32 to 2,048, seeds 0 to 2";
    let mut lines = Vec::new();
    let mut told = Vec::new();
    for (maximal, name) in [(false, "standard"), (true, "mup")] {
        let found = measured(maximal);
        for (layer, part) in ["first", "second", "output"].into_iter().enumerate() {
            let points = widths.iter().zip(&found).map(|(&width, all)| (width as f64, all[layer]));
            let points: Vec<(f64, f64)> = points.collect();
            let exponent = growth_exponent(&points);
            let measured = Measured::number(exponent, Format::Decimals(1)).within(0.05);
            let note = format!("exponent of the mean |Δz| of a layer by width; {note}");
            set(values, &format!("transfer.{name}.check.{part}"), measured, &note, "")?;
            told.push(format!("{exponent:.1} ({name}, {part})"));
            if layer > 0 {
                let label = if maximal { "μP" } else { "standard" };
                lines.push(Series::line(format!("{part}, {label}"), points).markers());
            }
        }
    }
    let description = format!(
        "How far pre-activations move in one step, by width, both on logarithmic scales. They grow with \
         the powers {}.",
        told.join(", ")
    );
    let chart = Chart::new("The coordinate check", description)
        .x_axis(Axis::new("width").log())
        .y_axis(Axis::new("mean change of a pre-activation").log());
    output.figure("coordinates", &lines.into_iter().fold(chart, Chart::series).legend())?;
    Ok(())
}
