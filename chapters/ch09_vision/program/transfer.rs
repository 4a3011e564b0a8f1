//! Page *Transfer*: the features of the digits 0 to 4, used on 5 to 9 with few labels.

use anyhow::{Context, Result, ensure};
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::data::Source;
use book_programs::print;
use book_programs::records::Record;
use book_programs::statistics::{mean, t_interval};
use ch02_forward::{Initialization, Network};
use ch04_optimizers::Schedule;
use ch05_mnist::{CLASSES, Dataset, OptimizerName, Recipe, evaluate, likeliest};
use ch09_vision::{Architecture, ConvolutionalNetwork, Features, few, only, zero_head};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::arguments::StudyArguments;
use crate::journal::{self, Journal, best_rate, lowest, rate};
use crate::measured::{set_count, set_mean};
use crate::{disk, runs};

/// What learns the new digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contender {
    /// A head on the pixels themselves.
    Pixels,
    /// A head on the blocks of a network that has learned nothing.
    Random,
    /// A head on the hidden neurons of a dense network that knows 0 to 4.
    Dense,
    /// The same of one that has learned nothing.
    RandomDense,
    /// The same with as many neurons as the blocks have features.
    RandomWide,
    /// A head on the blocks of the convolutional network that knows 0 to 4.
    Frozen,
    /// The same blocks, and a hidden layer before the head.
    FrozenHidden,
    /// The blocks of `Frozen` and its head, and the blocks go on learning.
    FineTuned,
    /// The same network from a random start.
    Scratch,
    /// The last two in four times as many steps, where there are most labels.
    ScratchLonger,
    FineTunedLonger,
}

use Contender::{
    FineTuned, FineTunedLonger, Frozen, FrozenHidden, Pixels, Random, RandomDense, RandomWide,
    Scratch, ScratchLonger,
};

/// Those of the figure.
const CONTENDERS: [Contender; 6] = [Pixels, Random, Contender::Dense, Frozen, FineTuned, Scratch];
/// The controls that only the table has.
const CONTROLS: [Contender; 3] = [RandomDense, RandomWide, FrozenHidden];

/// What was found of one network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    pub contender: Contender,
    /// Labeled examples of each new digit.
    pub labels: usize,
    /// Number of the learning rate, 10 to the power of half of it.
    pub rate: i32,
    pub seed: u64,
    /// The share of images of new digits that is misread: of validation images where a rate is chosen,
    /// otherwise of test images. All, if the loss was no number any more.
    pub misread: f64,
    /// The same of old digits, by the old head on the blocks as they are now.
    pub old_misread: Option<f64>,
    pub seconds: f64,
}

/// How large the study is.
struct Size {
    /// Training images, of which about half are old digits.
    images: usize,
    /// Images that networks are examined on, at most.
    examined: usize,
    labels: &'static [usize],
    rates: (i32, i32),
    tuning_seeds: u64,
    steps: usize,
    /// All these rates are tried when the network of so many labels is fine-tuned: what is forgotten?
    forgetting: (usize, i32, i32),
}

const FULL: Size = Size {
    images: 50_000,
    examined: 10_000,
    labels: &[3, 10, 30, 100, 300],
    rates: (-7, -2),
    tuning_seeds: 3,
    steps: 300,
    forgetting: (30, -8, 0),
};
const SHORT: Size = Size {
    images: 400,
    examined: 200,
    labels: &[3],
    rates: (-5, -2),
    tuning_seeds: 1,
    steps: 8,
    forgetting: (3, -4, -3),
};

/// Seeds from here on choose rates, on validation images.
const TUNING: u64 = 1000;
const OLD: std::ops::RangeInclusive<u8> = 0..=4;
const NEW: std::ops::RangeInclusive<u8> = 5..=9;
const BATCH: usize = 25;

/// The network that is transferred: like the chapter's, with half of its maps and one dense layer.
fn architecture() -> Architecture {
    Architecture { channels: vec![8, 16, 32], kernel: 3, normalized: true, hidden: Vec::new() }
}

/// What a seed starts from: networks that know the old digits, and examples of the new ones.
struct Start {
    convolutional: ConvolutionalNetwork<f32>,
    dense: Network<f32>,
    random: ConvolutionalNetwork<f32>,
    /// Hidden layers that have learned nothing: as wide as that of `dense`, and as the features of blocks.
    random_dense: [Network<f32>; 2],
    new: Dataset,
    /// Old and new digits to be examined on.
    examination: [Dataset; 2],
    /// What the new ones of them are to each head on frozen features.
    featured: Vec<Features<f32>>,
    seed: u64,
}

const HEADS: [Contender; 7] =
    [Pixels, Random, Contender::Dense, RandomDense, RandomWide, Frozen, FrozenHidden];

impl Start {
    fn new(size: &Size, seed: u64, train: &Dataset, examination: &Dataset) -> Result<Self> {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let pool = train.first(size.images);
        let (old, new) = (only(&pool, OLD), only(&pool, NEW));
        let shape = (train.images.height, train.images.width);
        let random = architecture().network(shape, CLASSES, &mut generator)?;
        let recipe = source_recipe(0.003, 1);
        let convolutional = runs::fit(random.clone(), &recipe, generator.clone(), &old)?.model;
        let recipe = source_recipe(0.002, 5);
        let network = recipe.network(train.pixels(), &mut generator);
        let dense = runs::fit(network, &recipe, generator.clone(), &old)?.model;
        // Its normalization needs the mean and the spread of each map: a pass at the rate 0.
        let still = source_recipe(0.0, 1);
        let random = runs::fit(random, &still, generator.clone(), &old.first(4000))?.model;
        let wide =
            Recipe { hidden: vec![random.dense.layers[0].dense.weights.nrows()], ..recipe.clone() };
        let random_dense =
            [&recipe, &wide].map(|recipe| recipe.network(train.pixels(), &mut generator));
        let examination = [OLD, NEW].map(|digits| only(examination, digits));
        let featured = Vec::new();
        let mut start =
            Self { convolutional, dense, random, random_dense, new, examination, featured, seed };
        let of_head = |&head| start.features(head, &start.examination[1]);
        start.featured = HEADS.iter().map(of_head).collect();
        Ok(start)
    }

    /// Labeled examples: with more labels, the same ones and others.
    fn few(&self, labels: usize) -> Dataset {
        few(&self.new, labels, &mut ChaCha8Rng::seed_from_u64(self.seed))
    }

    fn features(&self, head: Contender, data: &Dataset) -> Features<f32> {
        let (inputs, targets) = data.batch::<f32>(&(0..data.len()).collect::<Vec<_>>());
        let features = match head {
            Pixels => inputs,
            Random => self.random.features(inputs.view()),
            Contender::Dense => hidden(&self.dense, inputs),
            RandomDense => hidden(&self.random_dense[0], inputs),
            RandomWide => hidden(&self.random_dense[1], inputs),
            _ => self.convolutional.features(inputs.view()),
        };
        Features { features, targets }
    }
}

/// What the last hidden layer makes of inputs.
fn hidden(network: &Network<f32>, inputs: Array2<f32>) -> Array2<f32> {
    let mut activations = network.trace(inputs.view()).activations;
    activations.swap_remove(activations.len() - 2)
}

/// A start that is made when it is first needed: a study that goes on may have all of a seed already.
struct Lazy<'a> {
    size: &'a Size,
    seed: u64,
    /// For training and for examination.
    sets: (&'a Dataset, &'a Dataset),
    start: Option<Start>,
}

impl Lazy<'_> {
    fn get(&mut self) -> Result<&Start> {
        let start = match self.start.take() {
            Some(start) => start,
            None => Start::new(self.size, self.seed, self.sets.0, self.sets.1)?,
        };
        Ok(self.start.insert(start))
    }
}

/// How the networks learn the old digits: the chapter's recipe, and chapter 5's.
fn source_recipe(learning_rate: f64, epochs: usize) -> Recipe {
    Recipe {
        hidden: vec![128], // of the dense one
        epochs,
        batch_size: 32,
        optimizer: OptimizerName::Adam,
        learning_rate,
        schedule: Schedule::WarmUp { steps: 100, then: Box::new(Schedule::Linear) },
        initialization: Initialization::He,
    }
}

/// How the new ones are learned: so many steps, however many labels there are.
fn recipe(learning_rate: f64, steps: usize, images: usize) -> Recipe {
    let batch_size = BATCH.min(images);
    let epochs = (steps * batch_size).div_ceil(images);
    let schedule = Schedule::Linear;
    Recipe { schedule, epochs, batch_size, ..source_recipe(learning_rate, epochs) }
}

/// Trains all networks: first those that choose the rates, then those that are examined.
pub fn study(arguments: &StudyArguments) -> Result<()> {
    let size = if arguments.short { SHORT } else { FULL };
    let mut journal = Journal::open("transfer", arguments)?;
    let (train, test) = disk::load(&Source::new(None))?;
    let held_out: Vec<usize> = (train.len() - 10_000..train.len()).collect();
    let validation = ch06_overfitting::subset(&train, &held_out).first(size.examined);
    let test = test.first(size.examined);
    let lazy =
        |seed, examination| Lazy { size: &size, seed, sets: (&train, examination), start: None };
    let seeds = TUNING..TUNING + size.tuning_seeds;
    let mut starts: Vec<Lazy> = seeds.map(|seed| lazy(seed, &validation)).collect();
    let chosen = tuned(&mut journal, &size, &mut starts)?;
    drop(starts);
    for seed in 0..arguments.seeds as u64 {
        let mut start = lazy(seed, &test);
        for &(contender, labels, rate) in &chosen {
            found(&mut journal, &size, (contender, labels, rate), &mut start)?;
        }
        let (labels, first, last) = size.forgetting;
        for rate in first..=last {
            found(&mut journal, &size, (FineTuned, labels, rate), &mut start)?;
        }
        print(format_args!("seed {seed}: done"))?;
    }
    print(format_args!("written: {}", journal.path()))
}

/// The rate of each contender for each number of labels.
fn tuned(
    journal: &mut Journal<Run>,
    size: &Size,
    starts: &mut [Lazy],
) -> Result<Vec<(Contender, usize, i32)>> {
    let all = CONTENDERS.iter().chain(&CONTROLS);
    let each = all.flat_map(|&of| size.labels.iter().map(move |&labels| (of, labels)));
    let most = size.labels[size.labels.len() - 1];
    let mut chosen = Vec::new();
    for (contender, labels) in each.chain([ScratchLonger, FineTunedLonger].map(|of| (of, most))) {
        let best = lowest(size.rates, |rate| {
            let errors: Result<Vec<f64>> = starts
                .iter_mut()
                .map(|start| found(journal, size, (contender, labels, rate), start))
                .collect();
            Ok(mean(&errors?))
        })?;
        print(format_args!("{contender:?}, {labels} labels: rate {:.1e}", rate(best)))?;
        chosen.push((contender, labels, best));
    }
    Ok(chosen)
}

/// What the journal says of a network, which is trained if it says nothing.
fn found(
    journal: &mut Journal<Run>,
    size: &Size,
    (contender, labels, rate): (Contender, usize, i32),
    start: &mut Lazy,
) -> Result<f64> {
    let same = |run: &&Run| {
        (run.contender, run.labels, run.rate, run.seed) == (contender, labels, rate, start.seed)
    };
    if let Some(run) = journal.runs.iter().find(same) {
        return Ok(run.misread);
    }
    let run = learned(size, (contender, labels, rate), start.get()?)?;
    let misread = run.misread;
    journal.push(run)?;
    Ok(misread)
}

fn learned(
    size: &Size,
    (contender, labels, index): (Contender, usize, i32),
    start: &Start,
) -> Result<Run> {
    let few = start.few(labels);
    let longer = matches!(contender, ScratchLonger | FineTunedLonger);
    let steps = if longer { 4 * size.steps } else { size.steps };
    let recipe = recipe(rate(index), steps, few.len());
    let mut generator = ChaCha8Rng::seed_from_u64(start.seed);
    let (misread, old_misread, seconds) = match contender {
        FineTuned | FineTunedLonger | Scratch | ScratchLonger => {
            let network = match contender {
                FineTuned | FineTunedLonger => start.convolutional.clone().with_new_head(CLASSES),
                _ => architecture().network(start.convolutional.shape, CLASSES, &mut generator)?,
            };
            whole(network, &recipe, generator, (&few, start))
        }
        _ => head(contender, &recipe, generator, (&few, start)),
    };
    let (rate, seed) = (index, start.seed);
    Ok(Run { contender, labels, rate, seed, misread, old_misread, seconds })
}

/// Trains a whole network; gives the shares of new and old digits that are misread, and the time.
fn whole(
    network: ConvolutionalNetwork<f32>,
    recipe: &Recipe,
    generator: ChaCha8Rng,
    (few, start): (&Dataset, &Start),
) -> (f64, Option<f64>, f64) {
    let Ok(run) = runs::fit(network, recipe, generator, few) else {
        return (1.0, Some(1.0), 0.0); // diverged
    };
    let [old, new] = &start.examination;
    let misread = 1.0 - evaluate(&run.model, new).accuracy;
    let with_old_head =
        ConvolutionalNetwork { dense: start.convolutional.dense.clone(), ..run.model };
    (misread, Some(1.0 - evaluate(&with_old_head, old).accuracy), run.seconds)
}

/// Trains a head on frozen features.
fn head(
    contender: Contender,
    recipe: &Recipe,
    mut generator: ChaCha8Rng,
    (few, start): (&Dataset, &Start),
) -> (f64, Option<f64>, f64) {
    let examples = start.features(contender, few);
    let head = match contender {
        FrozenHidden => recipe.network(examples.features.ncols(), &mut generator),
        _ => zero_head(examples.features.ncols(), CLASSES),
    };
    let Ok(run) = runs::fit(head, recipe, generator, &examples) else {
        return (1.0, None, 0.0); // diverged
    };
    let [old, new] = &start.examination;
    let place = HEADS.iter().position(|&head| head == contender).unwrap_or(0);
    let logits = run.model.forward(start.featured[place].features.view());
    let right = logits
        .rows()
        .into_iter()
        .zip(&new.labels)
        .filter(|(row, label)| likeliest(row.mapv(f64::from).view()) == usize::from(**label));
    let misread = 1.0 - right.count() as f64 / new.len() as f64;
    let old_misread =
        (contender == Frozen).then(|| 1.0 - evaluate(&start.convolutional, old).accuracy);
    (misread, old_misread, run.seconds)
}

/// The committed record.
pub fn recorded() -> Result<Record<Vec<Run>>> {
    journal::recorded("transfer")
}

impl Contender {
    fn key(self) -> &'static str {
        match self {
            Pixels => "pixels",
            Random => "random",
            Self::Dense => "dense",
            RandomDense => "random_dense",
            RandomWide => "random_wide",
            Frozen => "frozen",
            FrozenHidden => "frozen_hidden",
            FineTuned => "fine_tuned",
            Scratch => "scratch",
            ScratchLonger => "scratch_longer",
            FineTunedLonger => "fine_tuned_longer",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Pixels => "head on pixels",
            Random => "head on random blocks",
            Self::Dense => "head on dense features",
            RandomDense => "head on random neurons",
            RandomWide => "head on more random neurons",
            Frozen => "head on frozen blocks",
            FrozenHidden => "hidden layer on frozen blocks",
            FineTuned => "fine-tuned",
            Scratch => "from scratch",
            ScratchLonger => "from scratch, longer",
            FineTunedLonger => "fine-tuned, longer",
        }
    }
}

/// Draws the page's figures and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let record = recorded()?;
    output.figure("labels", &labels(&record)?)?;
    output.figure("forgetting", &forgetting(&record, values)?)?;
    table(&record, values)?;
    let network =
        architecture().network::<f32>((28, 28), CLASSES, &mut ChaCha8Rng::seed_from_u64(0))?;
    let head = network.dense.parameter_count();
    set_count(values, "transfer.head", head, "of the head, 288 features and ten logits")?;
    set_count(values, "transfer.parameters", network.parameter_count(), "of the whole network")
}

/// The examined networks of a kind, seed by seed, at the rate that was chosen: the one with the lowest mean
/// on validation images.
fn examined(record: &Record<Vec<Run>>, contender: Contender, labels: usize) -> Result<Vec<&Run>> {
    let of_kind = record
        .outcome
        .iter()
        .filter(|run| (run.contender, run.labels) == (contender, labels) && run.seed >= TUNING);
    let best = best_rate(of_kind.map(|run| (run.rate, run.misread)));
    let best = best.context("the record of `transfer`: expected networks of all kinds")?;
    at_rate(record, (contender, labels, best))
}

fn at_rate(
    record: &Record<Vec<Run>>,
    (contender, labels, rate): (Contender, usize, i32),
) -> Result<Vec<&Run>> {
    let same = |run: &&Run| {
        (run.contender, run.labels, run.rate) == (contender, labels, rate) && run.seed < TUNING
    };
    let mut runs: Vec<&Run> = record.outcome.iter().filter(same).collect();
    runs.sort_by_key(|run| run.seed);
    ensure!(runs.len() >= 5, "{contender:?}, {labels} labels, rate {rate}: expected five seeds");
    Ok(runs)
}

fn misread(runs: &[&Run]) -> Vec<f64> {
    runs.iter().map(|run| run.misread).collect()
}

fn labels(record: &Record<Vec<Run>>) -> Result<impl Figure> {
    let (mut told, mut series) = (Vec::new(), Vec::new());
    for contender in CONTENDERS {
        let means = FULL.labels.iter().map(|&labels| {
            let mean = t_interval(&misread(&examined(record, contender, labels)?), 0.95, 1);
            Ok((labels as f64, 100.0 * mean.value, 100.0 * mean.margin))
        });
        let means = means.collect::<Result<Vec<_>>>()?;
        let each: Vec<String> = means.iter().map(|(_, mean, _)| format!("{mean:.1}")).collect();
        told.push(format!("{} {}", contender.name(), each.join(", ")));
        let points = means.iter().map(|&(labels, mean, _)| (labels, mean)).collect::<Vec<_>>();
        let band = means.iter().map(|(_, mean, margin)| ((mean - margin).max(0.1), mean + margin));
        let line = Series::line(contender.name(), points).markers();
        series.push(line.band(band.collect::<Vec<_>>()));
    }
    let description = format!(
        "Misread test images of 5 to 9 in percent, with 3, 10, 30, 100 and 300 labels for each digit: {}.",
        told.join("; ")
    );
    let chart = Chart::new("Misread new digits by number of labels", description)
        .x_axis(Axis::new("labeled images of each new digit").log().range(2.5, 360.0))
        .y_axis(Axis::new("misread new digits [%]").log())
        .legend();
    Ok(series.into_iter().fold(chart, Chart::series).experiment(record.how()))
}

/// What fine-tuning at each rate does to the new digits and to the old ones.
fn forgetting(record: &Record<Vec<Run>>, values: &mut Values) -> Result<impl Figure> {
    let (labels, first, last) = FULL.forgetting;
    let (mut new, mut old) = (Vec::new(), Vec::new());
    let how = record.how();
    for index in first..=last {
        let runs = at_rate(record, (FineTuned, labels, index))?;
        let of_old: Vec<f64> = runs.iter().filter_map(|run| run.old_misread).collect();
        let estimates = [misread(&runs), of_old].map(|errors| t_interval(&errors, 0.95, 1));
        for (estimate, (line, what)) in estimates.iter().zip([(&mut new, "new"), (&mut old, "old")])
        {
            let name = format!("transfer.forgetting.{what}.rate{}", index - first);
            let rate = rate(index);
            let note = format!("misread {what} digits after fine-tuning at the rate {rate:.4}");
            set_mean(values, &name, *estimate, Format::Percent(1), (&note, &how))?;
            line.push((rate, *estimate));
        }
    }
    let told = |line: &[(f64, book_programs::statistics::Estimate)]| {
        let each = line.iter().map(|(_, mean)| format!("{:.1}", 100.0 * mean.value));
        each.collect::<Vec<_>>().join(", ")
    };
    let description = format!(
        "Misread test images in percent after fine-tuning with {labels} labels for each digit, at the rates \
         0.0001 to 1, half a power of ten apart: new digits {}; old digits {}.",
        told(&new),
        told(&old)
    );
    let mut chart = Chart::new("What fine-tuning forgets, by rate", description)
        .x_axis(Axis::new("learning rate").log().range(8e-5, 1.25))
        .y_axis(Axis::new("misread test images [%]").from_zero())
        .legend();
    for (name, line) in [("new digits, 5 to 9", new), ("old digits, 0 to 4", old)] {
        let points =
            line.iter().map(|(rate, mean)| (*rate, 100.0 * mean.value)).collect::<Vec<_>>();
        let band = line.iter().map(|(_, mean)| {
            (100.0 * (mean.value - mean.margin).max(0.0), 100.0 * (mean.value + mean.margin))
        });
        chart = chart.series(Series::line(name, points).markers().band(band.collect::<Vec<_>>()));
    }
    Ok(chart.experiment(how))
}

/// The differences that the page states, for each number of labels.
const DIFFERENCES: [(&str, Contender, Contender); 9] = [
    ("frozen_less_random", Random, Frozen),
    ("frozen_less_scratch", Scratch, Frozen),
    ("frozen_less_dense", Contender::Dense, Frozen),
    ("fine_tuned_less_frozen", Frozen, FineTuned),
    ("fine_tuned_less_scratch", Scratch, FineTuned),
    ("dense_less_pixels", Pixels, Contender::Dense),
    ("dense_less_random", RandomDense, Contender::Dense),
    ("random_less_wide", RandomWide, Random),
    ("frozen_hidden_less_scratch", Scratch, FrozenHidden),
];

/// And for the most labels.
const LONGER: [(&str, Contender, Contender); 1] =
    [("fine_tuned_less_scratch_longer", ScratchLonger, FineTunedLonger)];

fn table(record: &Record<Vec<Run>>, values: &mut Values) -> Result<()> {
    let (how, percent) = (record.how(), Format::Percent(1));
    for &labels in FULL.labels {
        let longer = [ScratchLonger, FineTunedLonger].into_iter().filter(|_| labels == 300);
        for contender in CONTENDERS.into_iter().chain(CONTROLS).chain(longer) {
            let runs = examined(record, contender, labels)?;
            let name = format!("transfer.{}.n{labels}", contender.key());
            let note = format!("misread test images of 5 to 9, {} seeds", runs.len());
            let mean = t_interval(&misread(&runs), 0.95, 1);
            set_mean(values, &name, mean, percent, (&note, &how))?;
            let rate = Measured::number(rate(runs[0].rate), Format::Decimals(4));
            values.set(&format!("{name}.rate"), rate.note("learning rate").experiment(&how))?;
        }
        let longer = LONGER.into_iter().filter(|_| labels == 300);
        for (name, one, other) in DIFFERENCES.into_iter().chain(longer) {
            let [one, other] = [one, other].map(|kind| examined(record, kind, labels));
            let (one, other) = (misread(&one?), misread(&other?));
            let pairs: Vec<f64> = one.iter().zip(&other).map(|(one, other)| other - one).collect();
            let count = DIFFERENCES.len() * FULL.labels.len() + LONGER.len();
            let difference = t_interval(&pairs, 0.95, count);
            let note = format!(
                "misread new digits, {name}, seed by seed; intervals of {count} differences together"
            );
            let name = format!("transfer.{name}.n{labels}");
            set_mean(values, &name, difference, percent, (&note, &how))?;
        }
    }
    let runs = examined(record, Frozen, FULL.labels[0])?;
    let seeds = Measured::count(runs.len()).note("seeds of each network").experiment(&how);
    values.set("transfer.seeds", seeds)?;
    let old: Vec<f64> = runs.iter().filter_map(|run| run.old_misread).collect();
    let note = "misread test images of 0 to 4, before the transfer";
    set_mean(values, "transfer.old", t_interval(&old, 0.95, 1), Format::Percent(2), (note, &how))
}
