//! Page *Where the time goes*: the parts of a step, products, sizes.

use std::fmt::{self, Display};
use std::time::Instant;

use anyhow::{Context, Result};
use book_figures::{Axis, BarChart, Figure, Format, Measured, Output, Values};
use book_programs::records::Record;
use ch02_forward::{
    Loss, NonZeros, TransposedProduct, product, product_by_definition, sparse_product,
    tiled_product, transposed_product,
};
use ch03_backprop::{LossBackward, NetworkBackward};
use ch04_optimizers::{Gradient, Parameter, parameters};
use ch05_mnist::{
    Dataset, Fast, Model, Recipe, keep_awake, shuffled, softmax_and_losses, train_step,
};
use indicatif::ProgressBar;
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::recorded;
use crate::runs::{run, trainer};

const PARTS: [&str; 4] = ["deal a batch", "forward pass", "backward pass", "update"];

/// Times the parts of the steps of one epoch, and one product in three ways.
pub fn draw(data: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let recipe = Recipe::documents();
    let mut network = recipe.network::<f32>(data.pixels(), &mut generator);
    let mut optimizer = recipe.optimizer.optimizer();
    let mut seconds = [0.0; 4];
    let mut steps = 0.0;
    for indices in shuffled(data.len(), &mut generator).chunks(recipe.batch_size) {
        let mut clock = Instant::now();
        let mut lap = |part: usize| {
            seconds[part] += clock.elapsed().as_secs_f64();
            clock = Instant::now();
        };
        let (inputs, targets) = data.batch(indices);
        lap(0);
        let trace = network.trace(inputs.view());
        lap(1);
        let gradient = Loss::SoftmaxCrossEntropy.gradient(trace.output(), targets.view());
        let gradients = network.backward(inputs.view(), &trace, gradient);
        lap(2);
        optimizer.step(0.001, parameters(&mut network, &gradients));
        lap(3);
        steps += 1.0;
    }
    let micro = seconds.map(|seconds| 1e6 * seconds / steps);
    let total: f64 = micro.iter().sum();
    for (name, part) in ["batch", "forward", "backward", "update"].iter().zip(micro) {
        let share = Measured::number(part / total, Format::Percent(0)).machine();
        values.set(&format!("time.{name}"), share.note("of a step, mean of an epoch"))?;
    }
    values.set("time.step", Measured::number(total / 1e3, Format::Decimals(2)).machine())?;
    let listed = PARTS.iter().zip(micro).map(|(name, part)| format!("{name} {part:.0}"));
    let listed = listed.collect::<Vec<_>>().join(", ");
    let description = format!("Microseconds of a training step with 32 images: {listed}.");
    let axis = Axis::new("microseconds a step");
    let mut chart = BarChart::new("Where the time of a step goes", description, axis);
    for (name, part) in PARTS.iter().zip(micro) {
        chart = chart.bar(*name, part);
    }
    output.figure("time", &chart.horizontal().print(Format::Integer).machine_dependent())?;
    products(data, values)
}

/// What is timed for the figure of the steps: a change before and after it, and then the whole step.
const STEPS: [(&str, &str); 9] = [
    ("second_layer_skipping", "second layer, skipping zeros"),
    ("second_layer_tiles", "second layer, by tiles"),
    ("loss_apart", "loss, and its gradient"),
    ("loss_at_once", "both at once"),
    ("gradient_first", "gradient, then Adam"),
    ("one_walk", "both in one walk"),
    ("plain_step", "whole step, plain"),
    ("fast_step", "whole step, fast, one thread"),
    ("shared_step", "whole step, fast, all threads"),
];

/// Times each change of the page alone, on one thread and in turn, and then the whole step.
pub fn draw_steps(data: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let mut micro = pool(1)?.install(|| time_changes(data));
    micro.push(pool(0)?.install(|| keep_awake(|| time_steps(data))));
    let listed = STEPS.iter().zip(&micro).map(|((_, name), time)| format!("{name} {time:.0}"));
    let listed = listed.collect::<Vec<_>>().join("; ");
    let description = format!("Microseconds with a batch of 32 images: {listed}.");
    let axis = Axis::new("microseconds");
    let mut chart = BarChart::new("Each change alone, and the step", description, axis);
    for ((key, name), time) in STEPS.iter().zip(&micro) {
        chart = chart.bar(*name, *time);
        let time = Measured::number(*time, Format::Integer).machine();
        values.set(&format!("time.{key}"), time.note("microseconds, lower decile of 800"))?;
    }
    output.figure("steps", &chart.horizontal().print(Format::Integer).machine_dependent())?;
    Ok(())
}

/// The times of all but the last, in microseconds.
fn time_changes(data: &Dataset) -> Vec<f64> {
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let recipe = Recipe::documents();
    let mut network = recipe.network::<f32>(data.pixels(), &mut generator);
    let mut fast = Fast { network: network.clone() };
    let mut weights = [(); 2].map(|()| network.layers[0].dense.weights.clone());
    let mut rules = [(); 4].map(|()| recipe.optimizer.optimizer::<f32>());
    let mut times: [Vec<f64>; 8] = Default::default();
    for indices in shuffled(data.len(), &mut generator).chunks(recipe.batch_size).take(800) {
        let (x, y) = data.batch::<f32>(indices);
        let (x, y, loss) = (x.view(), y.view(), Loss::SoftmaxCrossEntropy);
        let trace = network.trace(x);
        let (hidden, z) = (trace.activations[0].view(), trace.output());
        let second = network.layers[1].dense.weights.view();
        timed(&mut times[0], || sparse_product(hidden, second));
        timed(&mut times[1], || tiled_product(hidden, second));
        let (_, gradient) = timed(&mut times[2], || (loss.value(z, y), loss.gradient(z, y)));
        timed(&mut times[3], || softmax_and_losses(z, y, indices.len()));
        let deltas = network.deltas_with(&trace, gradient, |_, gradient| gradient);
        let [first, walk] = weights.each_mut().map(|w| w.as_slice_mut().expect("row by row"));
        timed(&mut times[4], || {
            let gradient = transposed_product(x, deltas[0].view());
            let gradient = gradient.as_slice().expect("row by row");
            rules[0].step(0.001, vec![Parameter::new(first, gradient)]);
        });
        timed(&mut times[5], || {
            let product = TransposedProduct::new(x, deltas[0].view());
            let gradient = Gradient::Product(&product);
            rules[1].step(0.001, vec![Parameter { values: walk, gradient }]);
        });
        let chance = &mut ChaCha8Rng::seed_from_u64(0);
        timed(&mut times[6], || train_step(&mut network, &mut *rules[2], 0.001, (x, y), chance));
        timed(&mut times[7], || fast.step(&mut *rules[3], 0.001, (x, y), chance));
    }
    times.map(lower_decile).to_vec()
}

/// The time of a fast step, in microseconds, on the threads of the current pool.
fn time_steps(data: &Dataset) -> f64 {
    let recipe = Recipe::documents();
    let mut fast = trainer(&recipe, 0, data).model;
    let (mut rule, chance) = (recipe.optimizer.optimizer(), &mut ChaCha8Rng::seed_from_u64(0));
    let mut times = Vec::new();
    for indices in shuffled(data.len(), chance).chunks(recipe.batch_size).take(800) {
        let (x, y) = data.batch::<f32>(indices);
        timed(&mut times, || fast.step(&mut *rule, 0.001, (x.view(), y.view()), chance));
    }
    lower_decile(times)
}

/// Does some work, and notes how many microseconds it took.
fn timed<R>(times: &mut Vec<f64>, work: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let result = std::hint::black_box(work());
    times.push(1e6 * start.elapsed().as_secs_f64());
    result
}

/// What one in ten stays below: on a busy machine it says more than the median.
fn lower_decile(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 10]
}

/// X [32 × 784] times W [784 × 128]: median times of many repetitions.
fn products(data: &Dataset, values: &mut Values) -> Result<()> {
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let network = Recipe::documents().network::<f32>(data.pixels(), &mut generator);
    let weights = &network.layers[0].dense.weights;
    let (inputs, _) = data.batch::<f32>(&(0..32).collect::<Vec<_>>());
    let median = |repetitions: usize, work: &dyn Fn() -> f32| {
        let once = |_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed().as_secs_f64()
        };
        let mut seconds: Vec<f64> = (0..repetitions).map(once).collect();
        seconds.sort_by(f64::total_cmp);
        seconds[repetitions / 2]
    };
    let skipping = median(301, &|| product(inputs.view(), weights.view())[[0, 0]]);
    let tuned = median(301, &|| inputs.dot(weights)[[0, 0]]);
    let plain = median(21, &|| product_by_definition(inputs.view(), weights.view())[[0, 0]]);
    for (name, seconds) in [("tuned", tuned), ("plain", plain)] {
        let times = Measured::number(seconds / skipping, Format::Decimals(1)).machine();
        values.set(&format!("time.product_{name}"), times.note("as long as with skipping"))?;
    }
    let size = 512; // large enough for blocks, small enough for the processor's own memory
    let square = Array2::from_shape_fn((size, size), |(i, j)| ((i + 2 * j) % 7) as f32 - 3.5);
    let dense = median(21, &|| square.dot(&square)[[0, 0]]);
    let ink = NonZeros::of_rows(inputs.view()).count();
    for (name, multiplications, seconds) in [
        ("dense", size.pow(3), dense),
        ("done", ink * weights.ncols(), skipping),
        ("defined", inputs.len() * weights.ncols(), skipping),
    ] {
        let billions = multiplications as f64 / seconds / 1e9;
        let rate = Measured::number(billions, Format::Integer).machine();
        values.set(&format!("time.rate_{name}"), rate.note("billions a second, one thread"))?;
    }
    Ok(())
}

/// Sets what the long experiment of the page has recorded.
pub fn set_records(values: &mut Values) -> Result<()> {
    set_scaling(&recorded::record("scaling")?, values)
}

/// How long an epoch takes at one size.
#[derive(Debug, Serialize, Deserialize)]
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

/// Sets the values of the record of `scaling`.
fn set_scaling(record: &Record<Vec<Timing>>, values: &mut Values) -> Result<()> {
    for timing in &record.outcome {
        let name = format!("scaling.{}_examples_{}_hidden", timing.examples, timing.hidden);
        let epoch = Measured::number(1e3 * timing.seconds, Format::Integer);
        let per_weight = Measured::number(1e3 * timing.per_weight(28 * 28), Format::Integer);
        for (part, measured, note) in [
            ("epoch", epoch, "milliseconds, the documents' recipe"),
            ("per_weight", per_weight, "nanoseconds an example and a thousand weights"),
        ] {
            let measured = measured.note(note).experiment(record.how());
            values.set(&format!("{name}.{part}"), measured)?;
        }
    }
    let seconds = |examples: usize| {
        let timing = record.outcome.iter().find(|timing| timing.examples == examples);
        timing.map(|timing| timing.seconds).context("scaling: expected 7,500 and 60,000 examples")
    };
    let eightfold = Measured::number(seconds(60_000)? / seconds(7_500)?, Format::Decimals(1));
    let eightfold = eightfold.note("60,000 examples against 7,500").experiment(record.how());
    values.set("scaling.eightfold", eightfold)?;
    Ok(())
}
