//! Where the time of a training step goes.

use std::time::Instant;

use anyhow::Result;
use book_figures::{Axis, BarChart, Figure, Format, Measured, Output, Values};
use ch02_forward::{Loss, NonZeros, product, product_by_definition};
use ch03_backprop::{LossBackward, NetworkBackward};
use ch04_optimizers::parameters;
use ch05_mnist::{Dataset, Recipe, shuffled};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const PARTS: [&str; 4] = ["deal a batch", "forward pass", "backward pass", "update"];

/// Times the parts of the steps of one epoch, and one product in three ways.
pub fn time(data: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
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
