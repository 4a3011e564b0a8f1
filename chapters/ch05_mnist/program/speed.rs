//! Page *Where the time goes*: the parts of a step, subnormal numbers, sizes, other libraries.

use std::fmt::{self, Display};
use std::num::NonZero;
use std::time::Instant;

use anyhow::Result;
use book_figures::{Axis, BarChart, Chart, Figure, Format, Measured, Output, Series, Values};
use ch02_forward::Loss;
use ch03_backprop::LossBackward;
use ch04_optimizers::{Adam, Optimizer, Parameter, Snapshot, parameters};
use ch05_mnist::{
    Dataset, Fast, FastNetwork, Recipe, fast_parameters, softmax_and_loss, train_step,
};
use indicatif::ProgressBar;
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::peers::Comparison;
use crate::runs::{dated, progress, run, trainer};

/// Draws the parts of a fast step, and how a whole step became faster.
pub fn draw(data: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let two_threads = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
    let parts = one_thread.install(|| parts(data));
    let total: f64 = parts.iter().map(|(_, _, micro)| micro).sum();
    for (key, _, micro) in parts {
        let share = Measured::number(micro / total, Format::Percent(0)).machine();
        values.set(&format!("time.{key}"), share.note("of a fast step on one thread"))?;
    }
    let bars: Vec<_> = parts.iter().map(|&(_, name, micro)| (name, micro)).collect();
    let figure = bar_chart("Where the time of a fast step goes", &bars);
    output.figure("time", &figure.machine_dependent())?;

    let mut ladder = one_thread.install(|| ladder(data));
    let shared = two_threads.install(|| whole_step(data, Form::OneWalk));
    ladder.push(("the same, two threads", shared));
    for ((_, micro), key) in ladder.iter().zip(["plain", "products", "loss", "walk", "threads"]) {
        let micro = Measured::number(*micro, Format::Integer).machine();
        values.set(&format!("step.{key}"), micro.note("microseconds, median of a few hundred"))?;
    }
    let figure = bar_chart("A training step, faster and faster", &ladder);
    output.figure("ladder", &figure.machine_dependent())?;
    Ok(())
}

fn bar_chart(title: &str, bars: &[(&str, f64)]) -> BarChart {
    let listed = bars.iter().map(|(name, micro)| format!("{name} {micro:.0}"));
    let listed = listed.collect::<Vec<_>>().join(", ");
    let description = format!("Microseconds of a training step with 32 images: {listed}.");
    let chart = BarChart::new(title, description, Axis::new("microseconds a step"));
    let chart = bars.iter().fold(chart, |chart, &(name, micro)| chart.bar(name, micro));
    chart.horizontal().print(Format::Integer)
}

/// Batches of 32 images, one after the other, and a network with an optimizer that has taken steps.
struct Task<'a> {
    data: &'a Dataset,
    model: Fast<f32>,
    optimizer: Adam<f32>,
    next: usize,
}

impl<'a> Task<'a> {
    fn new(data: &'a Dataset) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(0);
        let network = Recipe::documents().network::<f32>(data.pixels(), &mut generator);
        Self { data, model: Fast { network }, optimizer: Adam::default(), next: 0 }
    }

    fn batch(&mut self) -> (Array2<f32>, Array2<f32>) {
        let first = self.next % (self.data.len() - 32);
        self.next += 32;
        self.data.batch(&(first..first + 32).collect::<Vec<_>>())
    }
}

/// The parts of a fast step: a key, a name, and microseconds, the median of a few hundred steps.
fn parts(data: &Dataset) -> [(&'static str, &'static str, f64); 5] {
    let mut task = Task::new(data);
    let mut micro = [const { Vec::new() }; 5];
    for _ in 0..STEPS {
        let mut clock = Instant::now();
        let mut lap = |part: usize| {
            micro[part].push(1e6 * clock.elapsed().as_secs_f64());
            clock = Instant::now();
        };
        let (inputs, targets) = task.batch();
        lap(0);
        let network = &mut task.model.network;
        let trace = network.fast_trace_with(inputs.view(), |_, activations| activations);
        lap(1);
        let (_, gradient) = softmax_and_loss(trace.output(), targets.view());
        lap(2);
        let gradients =
            network.fast_backward_with(inputs.view(), &trace, gradient, |_, gradient| gradient);
        lap(3);
        task.optimizer.step(0.001, fast_parameters(network, &gradients));
        lap(4);
    }
    let [batch, forward, loss, backward, walk] = micro.map(median);
    [
        ("batch", "deal a batch", batch),
        ("forward", "forward pass", forward),
        ("loss", "softmax and loss", loss),
        ("backward", "backward pass, without the gradients of weights", backward),
        ("update", "gradients of weights, and update", walk),
    ]
}

const STEPS: usize = 601;

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// How far a step has come from its plain form.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Plain,
    FastProducts,
    OnePass,
    OneWalk,
}

/// Microseconds of a step in each form.
fn ladder(data: &Dataset) -> Vec<(&'static str, f64)> {
    let forms = [
        ("plain", Form::Plain),
        ("with fast products", Form::FastProducts),
        ("with softmax and loss in one pass", Form::OnePass),
        ("with gradient and update in one walk", Form::OneWalk),
    ];
    forms.map(|(name, form)| (name, whole_step(data, form))).to_vec()
}

/// Microseconds of a whole step, the median of a few hundred.
fn whole_step(data: &Dataset, form: Form) -> f64 {
    let mut task = Task::new(data);
    let mut chance = ChaCha8Rng::seed_from_u64(0);
    let step = |_| {
        let start = Instant::now();
        let (inputs, targets) = task.batch();
        let (x, y) = (inputs.view(), targets.view());
        let (model, optimizer) = (&mut task.model, &mut task.optimizer);
        match form {
            Form::Plain => train_step(&mut model.network, optimizer, 0.001, (x, y), &mut chance),
            Form::OneWalk => train_step(model, optimizer, 0.001, (x, y), &mut chance),
            Form::FastProducts | Form::OnePass => {
                let network = &mut model.network;
                let trace = network.fast_trace_with(x, |_, activations| activations);
                let (loss, gradient) = if form == Form::OnePass {
                    softmax_and_loss(trace.output(), y)
                } else {
                    let loss = Loss::SoftmaxCrossEntropy;
                    (loss.value(trace.output(), y), loss.gradient(trace.output(), y))
                };
                let fast = network.fast_backward_with(x, &trace, gradient, |_, gradient| gradient);
                optimizer.step(0.001, parameters(network, &fast.carry_out()));
                loss
            }
        };
        1e6 * start.elapsed().as_secs_f64()
    };
    median((0..STEPS).map(step).collect())
}

/// Seconds of each epoch, with the flushing of chapter 4 and without it.
pub struct Subnormal {
    pub with: Vec<f64>,
    pub without: Vec<f64>,
    /// How many weights of the two trained networks are not the same to the last bit.
    pub different_weights: usize,
    /// The share of subnormal numbers among the first layer's m, without flushing.
    pub subnormal_share: f64,
}

/// The documents' recipe with both optimizers, seed 0.
pub fn subnormal(train: &Dataset) -> Result<Subnormal> {
    let (with, flushed, _) = train_with(train, Box::new(Adam::default()));
    let (without, kept, state) = train_with(train, Box::new(Unflushed::default()));
    let different = flushed.iter().zip(&kept).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
    let means = &state.slots[0]; // m of the first layer's weights
    let subnormal = means.iter().filter(|m| m.is_subnormal()).count();
    let subnormal_share = subnormal as f64 / means.len().max(1) as f64;
    Ok(Subnormal { with, without, different_weights: different, subnormal_share })
}

/// Seconds of each epoch with this optimizer, the trained weights, and what the optimizer kept.
fn train_with(
    train: &Dataset,
    optimizer: Box<dyn Optimizer<f32>>,
) -> (Vec<f64>, Vec<f32>, Snapshot<f32>) {
    let recipe = Recipe::documents();
    let mut trainer = trainer(&recipe, 0, train);
    trainer.optimizer = optimizer;
    let progress = progress(&recipe, train);
    let epoch = |_| {
        let start = Instant::now();
        trainer.epoch(train, || progress.inc(1));
        start.elapsed().as_secs_f64()
    };
    let seconds = (0..recipe.epochs).map(epoch).collect();
    progress.finish_and_clear();
    (seconds, trainer.model.network.parameters().concat(), trainer.optimizer.snapshot())
}

/// Adam as in chapter 4, with the same operations in the same order, but without its last one: what
/// is tiny stays.
#[derive(Default)]
struct Unflushed {
    steps: i32,
    /// m and s of each array of parameters in turn.
    slots: Vec<Vec<f32>>,
}

impl Optimizer<f32> for Unflushed {
    fn step(&mut self, learning_rate: f32, parameters: Vec<Parameter<'_, f32>>) {
        let Adam { beta1, beta2, epsilon, .. } = Adam::<f32>::default();
        self.steps += 1;
        let rate = learning_rate / (1.0 - beta1.powi(self.steps));
        let scale = (1.0 - beta2.powi(self.steps)).sqrt().recip();
        self.slots.resize_with(2 * parameters.len(), Vec::new);
        for (parameter, slots) in parameters.into_iter().zip(self.slots.chunks_mut(2)) {
            let [m, s] = slots else { unreachable!("two for each array") };
            m.resize(parameter.values.len(), 0.0);
            s.resize(parameter.values.len(), 0.0);
            let mut gradient = vec![0.0; parameter.values.len()];
            parameter.gradient.write(&mut gradient);
            let weights = parameter.values.iter_mut().zip(gradient);
            for ((weight, gradient), (m, s)) in weights.zip(m.iter_mut().zip(s)) {
                *m = beta1 * *m + (1.0 - beta1) * gradient;
                *s = beta2 * *s + (1.0 - beta2) * gradient * gradient;
                *weight -= rate * *m / (scale * s.sqrt() + epsilon);
            }
        }
    }

    fn snapshot(&self) -> Snapshot<f32> {
        Snapshot { steps: self.steps, slots: self.slots.clone() }
    }

    fn restore(&mut self, Snapshot { steps, slots }: Snapshot<f32>) {
        (self.steps, self.slots) = (steps, slots);
    }
}

/// Draws how long the epochs took with and without flushing.
pub fn record_subnormal(outcome: &Subnormal) -> Result<()> {
    let how = dated("cargo run -p ch05_mnist -- subnormal --record");
    let output = Output::chapter("ch05_mnist")?;
    let mut values = output.values()?;
    values.forget("subnormal");
    let times = outcome.without.last().expect("epochs") / outcome.with.last().expect("epochs");
    let description = format!(
        "Seconds of each epoch. With the comparison the last takes {:.1} s; without it the first \
         takes {:.1} s and the last {:.1} s.",
        outcome.with.last().expect("epochs"),
        outcome.without[0],
        outcome.without.last().expect("epochs")
    );
    let points = |seconds: &[f64]| {
        let points = seconds.iter().enumerate().map(|(i, &s)| (i as f64 + 1.0, s));
        points.collect::<Vec<_>>()
    };
    let chart = Chart::new("What subnormal numbers cost", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("seconds of the epoch").from_zero())
        .series(Series::line("without flushing", points(&outcome.without)).markers())
        .series(Series::line("with flushing", points(&outcome.with)).markers())
        .height(320.0)
        .legend();
    output.figure("subnormal", &chart.experiment(&how))?;
    let times = Measured::number(times, Format::Decimals(1)).machine();
    values.set("subnormal.times", times.note("the last epoch, seed 0").experiment(&how))?;
    let share = Measured::number(outcome.subnormal_share, Format::Percent(0)).within(0.01);
    let note = "of the means m of the first layer's weights, after the last epoch, seed 0";
    values.set("subnormal.share", share.note(note).experiment(&how))?;
    let same = Measured::count(outcome.different_weights).note("weights that differ, seed 0");
    values.set("subnormal.different", same.experiment(&how))?;
    values.save()?;
    Ok(())
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

/// Writes the outcome of `scaling` into the chapter's values.
pub fn record_scaling(timings: &[Timing]) -> Result<()> {
    let mut values = Output::chapter("ch05_mnist")?.values()?;
    values.forget("scaling");
    for timing in timings {
        let name = format!("scaling.{}_examples_{}_hidden", timing.examples, timing.hidden);
        let epoch = Measured::number(1e3 * timing.seconds, Format::Integer);
        let per_weight = Measured::number(1e3 * timing.per_weight(28 * 28), Format::Integer);
        for (part, measured, note) in [
            ("epoch", epoch, "milliseconds, the documents' recipe"),
            ("per_weight", per_weight, "nanoseconds an example and a thousand weights"),
        ] {
            let measured = measured.machine().note(note);
            let command = "cargo run -p ch05_mnist -- scaling --record";
            values.set(&format!("{name}.{part}"), measured.experiment(dated(command)))?;
        }
    }
    values.save()?;
    Ok(())
}

/// Writes medians, ratios and accuracies into the chapter's values, and the figure.
pub fn record_peers(comparison: &Comparison) -> Result<()> {
    let output = Output::chapter("ch05_mnist")?;
    let mut values = output.values()?;
    values.forget("peers");
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    for peer in &comparison.peers {
        let note = format!("median of {} runs in turn, on {cores} cores", peer.seconds.len());
        let mut set = |what: &str, measured: Measured| {
            let measured = measured.machine().note(&note).experiment(dated("peers/compare.sh"));
            values.set(&format!("peers.{}.{what}", peer.key), measured)
        };
        set("seconds", Measured::number(peer.median(), Format::Seconds(1)))?;
        set("times", Measured::number(comparison.times(peer), Format::Decimals(1)))?;
        set("accuracy", Measured::number(peer.accuracy(), Format::Percent(1)))?;
    }
    values.save()?;
    output.figure("peers", &peers_chart(comparison).experiment(dated("peers/compare.sh")))?;
    Ok(())
}

fn peers_chart(comparison: &Comparison) -> BarChart {
    let slowest = comparison.peers.iter().max_by(|a, b| a.median().total_cmp(&b.median()));
    let slowest = slowest.expect("there is at least the reference");
    let description = format!(
        "Seconds of training for {} programs, medians of {} runs each. The longest, {}, is {:.1} \
         times as long as the documents' recipe in this chapter's program.",
        comparison.peers.len(),
        slowest.seconds.len(),
        slowest.name,
        comparison.times(slowest)
    );
    let title = "The same five epochs in other libraries";
    let mut chart = BarChart::new(title, description, Axis::new("training, seconds"))
        .horizontal()
        .print(Format::Decimals(1));
    for peer in &comparison.peers {
        let spread = (peer.fastest(), peer.slowest());
        chart = chart.bar_with_spread(&peer.name, peer.median(), spread);
    }
    chart
}
