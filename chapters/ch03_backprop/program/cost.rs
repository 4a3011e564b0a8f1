//! What a gradient costs: counted, and measured against nudging.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss, Network, one_hot};
use ch03_backprop::{LossBackward, NetworkBackward};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The examples in a batch.
const BATCH: usize = 16;

/// More parameters than this are not all nudged: the time of so many is scaled up.
const NUDGES: usize = 300;

/// How long a network takes, in seconds.
struct Timing {
    parameters: usize,
    forward: f64,
    nudging: f64,
    backpropagation: f64,
}

pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    print(format_args!("\nThe time of a gradient, for a batch of {BATCH}"))?;
    print(format_args!("  {:31}  forward pass  backpropagation     nudging", ""))?;
    let mut timings = Vec::new();
    for sizes in [[4, 4, 10], [8, 8, 10], [16, 16, 10], [32, 32, 10], [64, 64, 10], [784, 128, 10]]
    {
        let timing = time(&sizes);
        print(format_args!(
            "  {:31}  {:9.1} µs  {:12.1} µs  {:8.4} s",
            format!("{sizes:?}, {} parameters", timing.parameters),
            1e6 * timing.forward,
            1e6 * timing.backpropagation,
            timing.nudging
        ))?;
        timings.push(timing);
    }
    let counts = [counted(&[4, 4, 10]), counted(&[784, 128, 10])];
    print(format_args!(
        "  counted, both passes take {:.2} forward passes of the first and {:.2} of the last; nudging \
         is scaled up",
        counts[0], counts[1]
    ))?;
    for (key, counted) in ["cost.counted_smallest", "cost.counted"].into_iter().zip(counts) {
        values.set(key, Measured::number(counted, Format::Decimals(2)).within(1e-9))?;
    }
    let [first, .., before_last, last] = &timings[..] else { unreachable!("six networks") };
    let machine = |number, format| Measured::number(number, format).machine();
    values.set("cost.parameters", Measured::count(last.parameters))?;
    values.set("cost.forward", machine(1e6 * last.forward, Format::Unit(0, "µs")))?;
    let backpropagation = machine(1e6 * last.backpropagation, Format::Unit(0, "µs"));
    values.set("cost.backpropagation", backpropagation)?;
    values.set("cost.finite_differences", machine(last.nudging, Format::Seconds(0)))?;
    let ratio = machine(last.backpropagation / last.forward, Format::Decimals(1));
    values.set("cost.forward_passes", ratio)?;
    let ratio = machine(first.backpropagation / first.forward, Format::Decimals(1));
    values.set("cost.forward_passes_smallest", ratio)?;
    let growth = |from: &Timing, to: &Timing, time: fn(&Timing) -> f64| {
        let size = to.parameters as f64 / from.parameters as f64;
        (time(to) / time(from)).ln() / size.ln()
    };
    let nudging = |timing: &Timing| timing.nudging;
    let one = |exponent| machine(exponent, Format::Decimals(1));
    values.set("cost.exponent_first", one(growth(first, &timings[1], nudging)))?;
    values.set("cost.exponent_last", one(growth(before_last, last, nudging)))?;
    values.set(
        "cost.times_parameters",
        one(last.parameters as f64 / before_last.parameters as f64),
    )?;
    values.set("cost.times_forward", one(last.forward / before_last.forward))?;
    let ratio = last.nudging / last.backpropagation;
    let digit = 10f64.powf(ratio.log10().floor());
    let ratio = machine((ratio / digit).round() * digit, Format::Integer);
    values.set("cost.ratio", ratio)?;
    output.figure("cost", &chart(&timings))?;
    Ok(())
}

/// What both passes multiply, in forward passes: 3 − M₀M₁ / Σ M₍ₗ₋₁₎Mₗ.
fn counted(sizes: &[usize]) -> f64 {
    let products: Vec<f64> = sizes.windows(2).map(|pair| (pair[0] * pair[1]) as f64).collect();
    3.0 - products[0] / products.iter().sum::<f64>()
}

/// The shortest of several runs: the others were disturbed by something else.
fn shortest(runs: usize, mut what: impl FnMut()) -> f64 {
    let seconds = (0..runs).map(|_| {
        let start = Instant::now();
        what();
        start.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

fn time(sizes: &[usize]) -> Timing {
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let functions = (Activation::Relu, Activation::Identity);
    let mut network = Network::<f64>::new(sizes, functions, Initialization::He, &mut generator);
    let inputs = Array2::from_shape_fn((BATCH, sizes[0]), |_| generator.random::<f64>());
    let labels: Vec<u8> = (0..BATCH).map(|_| generator.random_range(0..10)).collect();
    let targets = one_hot(&labels, 10);
    let loss = |network: &Network<f64>| {
        let outputs = network.forward(inputs.view());
        Loss::SoftmaxCrossEntropy.value(outputs.view(), targets.view())
    };
    let forward = shortest(50, || _ = black_box(loss(&network)));
    let backpropagation = shortest(50, || {
        let trace = network.trace(inputs.view());
        let gradient = Loss::SoftmaxCrossEntropy.gradient(trace.output(), targets.view());
        drop(black_box(network.backward(inputs.view(), &trace, gradient)));
    });
    let parameters = network.parameter_count();
    let nudges = parameters.min(NUDGES);
    let nudged = shortest(20, || nudge(&mut network, nudges, loss));
    let nudging = nudged * parameters as f64 / nudges as f64;
    Timing { parameters, forward, nudging, backpropagation }
}

/// The slope of the loss by the first `count` parameters, each from a nudge of its own.
fn nudge(network: &mut Network<f64>, count: usize, loss: impl Fn(&Network<f64>) -> f64) {
    let (h, before) = (1e-5, loss(network));
    let mut left = count;
    for slice in 0..network.parameters().len() {
        for index in 0..network.parameters()[slice].len().min(left) {
            let parameter = network.parameters()[slice][index];
            network.parameters_mut()[slice][index] = parameter + h;
            black_box((loss(network) - before) / h);
            network.parameters_mut()[slice][index] = parameter;
            left -= 1;
        }
    }
}

fn chart(timings: &[Timing]) -> impl Figure {
    let curve = |seconds: fn(&Timing) -> f64| {
        timings.iter().map(move |timing| (timing.parameters as f64, seconds(timing)))
    };
    let last = timings.last().expect("six networks");
    let description = format!(
        "On the machine that drew this, all {} gradients of the largest network take {:.1e} s by \
         backpropagation and {:.0} s by nudging.",
        last.parameters, last.backpropagation, last.nudging
    );
    Chart::new("Time for all gradients by the number of parameters", description)
        .x_axis(Axis::new("parameters").log())
        .y_axis(Axis::new("time [s]").log())
        .series(Series::line("nudging", curve(|timing| timing.nudging)).markers())
        .series(Series::line("backpropagation", curve(|timing| timing.backpropagation)).markers())
        .series(Series::line("one forward pass", curve(|timing| timing.forward)).markers())
        .machine_dependent()
}
