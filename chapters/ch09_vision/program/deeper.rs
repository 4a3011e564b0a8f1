//! Page *Deeper*: networks of 2 to 50 layers, with and without shortcuts.

use anyhow::{Context, Result, ensure};
use book_figures::{
    Axis, Chart, ComputationGraph, Figure, Format, Measured, Output, Series, Values,
};
use book_programs::data::Source;
use book_programs::print;
use book_programs::records::Record;
use book_programs::statistics::{mean, t_interval};
use ch02_forward::Initialization;
use ch03_backprop::Tape;
use ch04_optimizers::Schedule;
use ch05_mnist::{CLASSES, Dataset, Model, OptimizerName, Recipe, evaluate};
use ch06_overfitting::subset;
use ch09_vision::{DeepNetwork, Start, next_cosine};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::arguments::StudyArguments;
use crate::journal::{self, Journal, best_rate, lowest, rate};
use crate::measured::set_mean;
use crate::{disk, runs};

/// Which network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contender {
    /// No shortcuts, He's start.
    Plain,
    /// No shortcuts, each layer near the identity.
    PlainNearIdentity,
    /// Shortcuts, He's start.
    Residual,
    /// Shortcuts, the second layer of each branch at 0.
    ResidualZero,
}

use Contender::{Plain, PlainNearIdentity, Residual, ResidualZero};

const CONTENDERS: [Contender; 4] = [Plain, PlainNearIdentity, Residual, ResidualZero];

/// What was found of one network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    pub contender: Contender,
    pub layers: usize,
    /// Number of the learning rate, 10 to the power of half of it.
    pub rate: i32,
    pub seed: u64,
    /// Shares of images that are misread: of validation images where a rate is chosen, otherwise of
    /// test images; and of the training images. All, if the loss was no number any more.
    pub misread: f64,
    pub train_misread: f64,
    pub train_loss: Option<f64>,
    pub seconds: f64,
}

/// How large the study is.
struct Size {
    images: usize,
    epochs: usize,
    blocks: &'static [usize],
    rates: (i32, i32),
    tuning_seeds: u64,
}

const WIDTH: usize = 32;
const FULL: Size =
    Size { images: 2000, epochs: 20, blocks: &[0, 3, 9, 24], rates: (-8, -4), tuning_seeds: 7 };
const SHORT: Size =
    Size { images: 40, epochs: 4, blocks: &[0, 2], rates: (-7, -2), tuning_seeds: 1 };

/// Seeds from here on choose rates, on validation images.
const TUNING: u64 = 1000;

/// Trains all networks: first those that choose the rates, then those that are examined.
pub fn study(arguments: &StudyArguments) -> Result<()> {
    let size = if arguments.short { SHORT } else { FULL };
    ensure!(arguments.seeds <= 20, "--seeds: expected at most 20, whose images are not the same");
    let mut journal = Journal::open("deeper", arguments)?;
    let (train, test) = disk::load(&Source::new(None))?;
    let held_out = train.len() - 5000;
    let validation = subset(&train, &(held_out..train.len()).collect::<Vec<_>>());
    for &blocks in size.blocks {
        for contender in CONTENDERS {
            if blocks == 0 && contender != Plain {
                continue; // without blocks all are one network
            }
            let mut one = |rate, seed, data: &Dataset| {
                found(&mut journal, &size, (contender, blocks, rate, seed), (&train, data))
            };
            let chosen = lowest(size.rates, |rate| {
                let seeds = TUNING..TUNING + size.tuning_seeds;
                let errors: Result<Vec<f64>> =
                    seeds.map(|seed| one(rate, seed, &validation)).collect();
                Ok(mean(&errors?))
            })?;
            let seeds = 0..arguments.seeds as u64;
            let errors =
                seeds.map(|seed| one(chosen, seed, &test)).collect::<Result<Vec<f64>>>()?;
            let (rate, error) = (rate(chosen), 100.0 * mean(&errors));
            let layers = 2 + 2 * blocks;
            print(format_args!("{contender:?}, {layers} layers: rate {rate:.1e}, {error:.2} %"))?;
        }
    }
    print(format_args!("written: {}", journal.path()))
}

/// What the journal says of a network, which is trained if it says nothing.
fn found(
    journal: &mut Journal<Run>,
    size: &Size,
    (contender, blocks, rate, seed): (Contender, usize, i32, u64),
    (train, examination): (&Dataset, &Dataset),
) -> Result<f64> {
    let layers = 2 + 2 * blocks;
    let same = |run: &&Run| {
        (run.contender, run.layers, run.rate, run.seed) == (contender, layers, rate, seed)
    };
    if let Some(run) = journal.runs.iter().find(same) {
        return Ok(run.misread);
    }
    let train = images_of(train, size.images, seed);
    let run = trained(size, (contender, blocks, rate, seed), (&train, examination));
    journal.push(run)?;
    Ok(journal.runs[journal.runs.len() - 1].misread)
}

/// The training images of a seed: no two seeds share one.
fn images_of(train: &Dataset, images: usize, seed: u64) -> Dataset {
    let place = if seed < TUNING { seed as usize } else { (seed - TUNING) as usize + 20 };
    let first = place * images;
    subset(train, &(first..first + images).collect::<Vec<_>>())
}

fn trained(
    size: &Size,
    (contender, blocks, index, seed): (Contender, usize, i32, u64),
    (train, examination): (&Dataset, &Dataset),
) -> Run {
    let recipe = Recipe {
        hidden: Vec::new(), // the network has its own
        epochs: size.epochs,
        batch_size: 32,
        optimizer: OptimizerName::Adam,
        learning_rate: rate(index),
        schedule: Schedule::WarmUp { steps: 100, then: Box::new(Schedule::Linear) },
        initialization: Initialization::He,
    };
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let network = network::<f32>(contender, blocks, train.pixels(), &mut generator);
    let run = runs::fit(network, &recipe, generator, train);
    let layers = 2 + 2 * blocks;
    let run_of = |misread, train_misread, train_loss, seconds| {
        let (rate, train_loss) = (index, Some(train_loss).filter(|loss: &f64| loss.is_finite()));
        Run { contender, layers, rate, seed, misread, train_misread, train_loss, seconds }
    };
    match run {
        Err(_) => run_of(1.0, 1.0, f64::NAN, 0.0), // diverged
        Ok(run) => {
            let [of_others, of_train] =
                [examination, train].map(|data| 1.0 - evaluate(&run.model, data).accuracy);
            run_of(of_others, of_train, run.train_loss, run.seconds)
        }
    }
}

fn network<T: ch01_neuron::Real>(
    contender: Contender,
    blocks: usize,
    pixels: usize,
    generator: &mut ChaCha8Rng,
) -> DeepNetwork<T> {
    let start = match contender {
        Plain | Residual => Start::He,
        PlainNearIdentity => Start::NearIdentity,
        ResidualZero => Start::ZeroBranch,
    };
    let shortcut = matches!(contender, Residual | ResidualZero);
    DeepNetwork::new([pixels, WIDTH, CLASSES], (blocks, shortcut), start, generator)
}

/// The committed record.
pub fn recorded() -> Result<Record<Vec<Run>>> {
    journal::recorded("deeper")
}

/// Draws the page's figures and sets its values.
pub fn draw(train: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    output.figure("block", &block())?;
    let (alike, sizes) = starts(train, values)?;
    output.figure("alike", &alike)?;
    output.figure("gradient_sizes", &sizes)?;
    let record = recorded()?;
    output.figure("depth", &depth(&record, |run| run.misread, "test")?)?;
    output.figure("depth_training", &depth(&record, |run| run.train_misread, "training")?)?;
    table(&record, values)
}

impl Contender {
    fn key(self) -> &'static str {
        match self {
            Plain => "plain",
            PlainNearIdentity => "near_identity",
            Residual => "residual",
            ResidualZero => "zero",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Plain => "plain",
            PlainNearIdentity => "plain, near identity",
            Residual => "shortcuts",
            ResidualZero => "shortcuts, from zero",
        }
    }
}

/// A block one neuron wide, at numbers that are easily followed.
fn block() -> ComputationGraph {
    let tape = Tape::new();
    let [straight, around, first, second] = [2.0, 2.0, 0.5, -0.4].map(|x| tape.variable(x));
    let z = first * around;
    let hidden = z.activate(ch01_neuron::Activation::Relu);
    let branch = second * hidden;
    let sum = straight + branch;
    let gradient = sum.backward();
    let back = |variable| Some(gradient.with_respect_to(variable));
    let shares = [straight, around].map(|q| gradient.with_respect_to(q));
    let description = format!(
        "q is {} and goes two ways: straight to a plus, and through a weight, a ReLU and a second weight. \
         The branch gives {}, the sum is {}. A gradient of 1 at the end comes back as {} on the \
         straight way and as {} through the branch.",
        straight.value, branch.value, sum.value, shares[0], shares[1]
    );
    let mut graph =
        ComputationGraph::new("A block and its shortcut", description.replace('-', "−"));
    let q = graph.variable("q", (0.0, 0.0));
    let operations = [("× 0.5", 1.0), ("relu", 2.0), ("× −0.4", 3.0)];
    let [one, on, two] = operations.map(|(label, column)| graph.variable(label, (column, 1.0)));
    let (plus, end) = (graph.operation("+", (4.0, 0.0)), graph.variable("next q", (5.0, 0.0)));
    graph.wire(q, plus, Some(straight.value), back(straight));
    graph.wire(q, one, Some(around.value), back(around));
    graph.wire(one, on, Some(z.value), back(z));
    graph.wire(on, two, Some(hidden.value), back(hidden));
    graph.wire(two, plus, Some(branch.value), back(branch));
    graph.wire(plus, end, Some(sum.value), back(sum));
    graph
}

const START_SEEDS: u64 = 5;
const START_BLOCKS: usize = 24;

/// Networks of 50 layers before any training: how alike the states of two images are, and how large the
/// gradient is, block by block.
fn starts(train: &Dataset, values: &mut Values) -> Result<(Chart, Chart)> {
    let (inputs, targets) = train.batch::<f64>(&(0..100).collect::<Vec<_>>());
    let (mut cosines, mut sizes) = (Vec::new(), Vec::new());
    for contender in CONTENDERS {
        let (mut alike, mut size) = (Vec::new(), Vec::new());
        for seed in 0..START_SEEDS {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            let network = network::<f64>(contender, START_BLOCKS, train.pixels(), &mut generator);
            alike.push(network.states(inputs.view()).iter().map(mean_cosine).collect::<Vec<_>>());
            let batch = (inputs.view(), targets.view());
            let (_, gradient) = network.loss_and_gradients(batch, &mut generator);
            let of_states: Vec<f64> = gradient.states.iter().map(root_mean_square).collect();
            let last = of_states[of_states.len() - 1];
            size.push(of_states.iter().map(|size| size / last).collect::<Vec<_>>());
        }
        cosines.push(medians(&alike));
        sizes.push(medians(&size));
    }
    let note = format!("50 layers before any training, 100 images, median of {START_SEEDS} seeds");
    for ((contender, cosines), sizes) in CONTENDERS.iter().zip(&cosines).zip(&sizes) {
        let alike = Measured::number(cosines[START_BLOCKS], Format::Decimals(3)).within(0.001);
        values.set(&format!("deeper.alike.{}", contender.key()), alike.note(&note))?;
        let format = if sizes[0] > 10.0 { Format::Integer } else { Format::Decimals(1) };
        let size = Measured::number(sizes[0], format).within(format.last_digit(sizes[0]));
        values.set(&format!("deeper.gradient.{}", contender.key()), size.note(&note))?;
    }
    let first = Measured::number(cosines[0][0], Format::Decimals(2)).within(0.01);
    values.set("deeper.alike.first", first.note(&note))?;
    let wide = (0..2 * START_BLOCKS).fold(cosines[0][0], |cosine, _| next_cosine(cosine));
    let wide = Measured::number(wide, Format::Decimals(3)).within(0.001);
    values.set("deeper.alike.formula", wide.note("the formula, 48 times"))?;
    let told = |of: &[Vec<f64>], place: usize| {
        let each = CONTENDERS.iter().zip(of);
        each.map(|(c, of)| format!("{} {:.2}", c.name(), of[place])).collect::<Vec<_>>().join(", ")
    };
    let alike = Chart::new(
        "How alike two images are, by block",
        format!(
            "Mean cosine between the states of two images, {:.2} after the first layer; after 24 blocks: {}.",
            cosines[0][0],
            told(&cosines, START_BLOCKS)
        ),
    )
    .y_axis(Axis::new("mean cosine of two images").range(0.0, 1.0));
    let size = Chart::new(
        "The size of the gradient, by block",
        format!("With the last state at 1, the first has: {}.", told(&sizes, 0)),
    )
    .y_axis(Axis::new("size of the gradient, last = 1").log());
    Ok((by_block(alike, &cosines), by_block(size, &sizes)))
}

fn by_block(chart: Chart, lines: &[Vec<f64>]) -> Chart {
    let chart = chart.x_axis(Axis::new("blocks passed, of 24").integers()).legend();
    let lines = CONTENDERS.iter().zip(lines);
    let series = lines.map(|(contender, line)| {
        let points = line.iter().enumerate().map(|(block, &number)| (block as f64, number));
        Series::line(contender.name(), points.collect::<Vec<_>>())
    });
    series.fold(chart, Chart::series).tolerance(4.0)
}

/// The mean cosine between two rows.
fn mean_cosine(states: &Array2<f64>) -> f64 {
    let mut rows = states.clone();
    for mut row in rows.rows_mut() {
        let length = row.dot(&row).sqrt();
        row /= length;
    }
    let count = rows.nrows() as f64;
    let all = rows.dot(&rows.t()).sum();
    (all - count) / (count * (count - 1.0))
}

fn root_mean_square(numbers: &Array2<f64>) -> f64 {
    (numbers * numbers).mean().unwrap_or(0.0).sqrt()
}

fn medians(runs: &[Vec<f64>]) -> Vec<f64> {
    let median = |place: usize| {
        let mut numbers: Vec<f64> = runs.iter().map(|run| run[place]).collect();
        numbers.sort_by(f64::total_cmp);
        numbers[numbers.len() / 2]
    };
    (0..runs[0].len()).map(median).collect()
}

/// The examined networks of a kind and depth, seed by seed, at the rate that was chosen. Without blocks, all
/// kinds are one network.
fn examined(record: &Record<Vec<Run>>, contender: Contender, layers: usize) -> Result<Vec<&Run>> {
    let contender = if layers == 2 { Plain } else { contender };
    let of_kind =
        record.outcome.iter().filter(|run| (run.contender, run.layers) == (contender, layers));
    let (tried, examined): (Vec<&Run>, Vec<&Run>) = of_kind.partition(|run| run.seed >= TUNING);
    let best = best_rate(tried.iter().map(|run| (run.rate, run.misread)));
    let best = best.context("the record of `deeper`: expected networks of all kinds")?;
    let mut runs: Vec<&Run> = examined.into_iter().filter(|run| run.rate == best).collect();
    runs.sort_by_key(|run| run.seed);
    ensure!(runs.len() >= 5, "{contender:?}, {layers}: expected five seeds");
    Ok(runs)
}

const LAYERS: [usize; 4] = [2, 8, 20, 50];

fn depth(record: &Record<Vec<Run>>, share: impl Fn(&Run) -> f64, of: &str) -> Result<impl Figure> {
    let mut lines = Vec::new();
    for contender in CONTENDERS {
        let mut line = Vec::new();
        for layers in LAYERS {
            let runs = examined(record, contender, layers)?;
            let shares: Vec<f64> = runs.into_iter().map(&share).collect();
            line.push((layers as f64, t_interval(&shares, 0.95, 1)));
        }
        lines.push((contender.name(), line));
    }
    let told = lines.iter().map(|(name, line)| {
        let shares = line.iter().map(|(_, mean)| format!("{:.1}", 100.0 * mean.value));
        format!("{name} {}", shares.collect::<Vec<_>>().join(", "))
    });
    let description = format!(
        "Misread {of} images in percent, with 2, 8, 20 and 50 layers: {}.",
        told.collect::<Vec<_>>().join("; ")
    );
    let axis = Axis::new(format!("misread {of} images [%]"));
    let axis = if of == "test" { axis.log() } else { axis.from_zero() }; // none are misread in training
    let mut chart = Chart::new(format!("Misread {of} images by depth"), description)
        .x_axis(Axis::new("layers").integers())
        .y_axis(axis)
        .legend();
    for (name, line) in lines {
        let points = line.iter().map(|(x, mean)| (*x, 100.0 * mean.value)).collect::<Vec<_>>();
        let band = line.iter().map(|(_, mean)| {
            (100.0 * (mean.value - mean.margin).max(0.0), 100.0 * (mean.value + mean.margin))
        });
        chart = chart.series(Series::line(name, points).markers().band(band.collect::<Vec<_>>()));
    }
    Ok(chart.experiment(record.how()))
}

/// How many differences the page states: each interval is made wider for it.
const DIFFERENCES: usize = 7;

fn table(record: &Record<Vec<Run>>, values: &mut Values) -> Result<()> {
    let how = record.how();
    let percent = Format::Percent(1);
    for contender in CONTENDERS {
        for layers in LAYERS {
            let runs = examined(record, contender, layers)?;
            let (key, note) = (contender.key(), format!("{} seeds", runs.len()));
            let name = format!("deeper.{key}.l{layers}");
            for (what, share) in [
                ("test", runs.iter().map(|run| run.misread).collect::<Vec<_>>()),
                ("train", runs.iter().map(|run| run.train_misread).collect()),
            ] {
                let note = format!("misread {what} images, {note}");
                let mean = t_interval(&share, 0.95, 1);
                set_mean(values, &format!("{name}.{what}"), mean, percent, (&note, &how))?;
            }
            let rate = Measured::number(rate(runs[0].rate), Format::Decimals(4));
            values.set(&format!("{name}.rate"), rate.note("learning rate").experiment(&how))?;
        }
    }
    let seeds = examined(record, Plain, 2)?.len();
    values.set(
        "deeper.seeds",
        Measured::count(seeds).note("seeds of each network").experiment(&how),
    )?;
    for (name, (one, one_layers), (other, other_layers)) in [
        ("plain_depth", (Plain, 2), (Plain, 50)),
        ("zero_depth", (ResidualZero, 2), (ResidualZero, 50)),
        ("zero_less_plain", (Plain, 50), (ResidualZero, 50)),
        ("zero_less_near_identity", (PlainNearIdentity, 50), (ResidualZero, 50)),
        ("near_identity_less_plain", (Plain, 50), (PlainNearIdentity, 50)),
        ("residual_less_plain", (Plain, 50), (Residual, 50)),
        ("zero_less_residual", (Residual, 50), (ResidualZero, 50)),
    ] {
        let runs = examined(record, one, one_layers)?;
        let others = examined(record, other, other_layers)?;
        let pairs = runs.iter().zip(&others).map(|(one, other)| other.misread - one.misread);
        let difference = t_interval(&pairs.collect::<Vec<_>>(), 0.95, DIFFERENCES);
        let note = format!(
            "misread test images, {other:?} of {other_layers} layers less {one:?} of {one_layers}, seed by \
             seed; intervals of {DIFFERENCES} differences together"
        );
        set_mean(values, &format!("deeper.{name}"), difference, percent, (&note, &how))?;
    }
    Ok(())
}
