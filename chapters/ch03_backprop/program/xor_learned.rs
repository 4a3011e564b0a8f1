//! A network that learns XOR, from random weights, and not from equal ones.

use anyhow::Result;
use book_figures::{
    Axis, Chart, DecisionRegions, Figure, Format, Measured, Output, Series, Values,
};
use book_programs::print;
use ch01_neuron::{Activation, Gate};
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{LossBackward, NetworkBackward};
use ndarray::{Array2, ArrayView2, Axis as Along, array};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::runs::{SEEDS, spread};

/// How often the network takes a step against its gradient, and how long the step is.
pub const STEPS: usize = 5000;
pub const LEARNING_RATE: f64 = 1.0;

/// The output is a logit.
const LOSS: Loss = Loss::BinaryCrossEntropy;

/// Steps against the gradient of the whole batch; gives the loss before each step.
pub fn train(
    network: &mut Network<f64>,
    inputs: ArrayView2<f64>,
    targets: ArrayView2<f64>,
) -> Vec<f64> {
    let mut losses = Vec::new();
    for _ in 0..STEPS {
        let trace = network.trace(inputs);
        losses.push(LOSS.value(trace.output(), targets));
        let output_gradient = LOSS.gradient(trace.output(), targets);
        let gradients = network.backward(inputs, &trace, output_gradient);
        for (slice, slopes) in network.parameters_mut().into_iter().zip(gradients.slices()) {
            for (parameter, slope) in slice.iter_mut().zip(slopes) {
                *parameter -= LEARNING_RATE * slope;
            }
        }
    }
    losses
}

/// A network 2-8-1 with weights of Xavier's size.
pub fn start(seed: u64) -> Network<f64> {
    network(Initialization::Xavier, seed)
}

fn network(start: Initialization, seed: u64) -> Network<f64> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    Network::new(&[2, 8, 1], (Activation::Tanh, Activation::Identity), start, &mut generator)
}

/// How a network learned.
struct Run {
    network: Network<f64>,
    /// The loss before each step, and after the last.
    losses: Vec<f64>,
}

impl Run {
    /// Trains a network 2-8-1.
    fn new(mut network: Network<f64>) -> Self {
        let (x, y) = examples();
        let mut losses = train(&mut network, x.view(), y.view());
        losses.push(LOSS.value(network.forward(x.view()).view(), y.view()));
        Self { network, losses }
    }

    fn last(&self) -> f64 {
        self.losses[STEPS]
    }

    /// After how many steps the loss is below a number for the first time.
    fn steps_to(&self, loss: f64) -> usize {
        self.losses.iter().position(|&l| l < loss).expect("a loss that gets so low")
    }
}

/// The four examples: `[4 × 2]` and `[4 × 1]`.
pub fn examples() -> (Array2<f64>, Array2<f64>) {
    let (inputs, targets) = Gate::Xor.examples();
    (inputs, targets.insert_axis(Along(1)))
}

/// XOR, learned from random weights, and not learned from equal ones.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    print(format_args!("\nXOR learned by a network 2-8-1, {STEPS} steps of {LEARNING_RATE}"))?;
    let random: Vec<Run> = SEEDS.map(|seed| Run::new(start(seed))).collect();
    let zero = Run::new(network(Initialization::Zeros, 0));
    let mut equal = network(Initialization::Zeros, 0);
    equal.layers.iter_mut().for_each(|layer| layer.dense.weights.fill(0.5));
    let equal = Run::new(equal);
    for run in &random {
        print(format_args!(
            "  loss {:.5}, below 0.1 after {} steps",
            run.last(),
            run.steps_to(0.1)
        ))?;
    }
    print(format_args!("  all zero {}, all equal {}", zero.last(), equal.last()))?;
    let mut last: Vec<f64> = random.iter().map(Run::last).collect();
    last.sort_by(f64::total_cmp);
    let five = |number| Measured::number(number, Format::Decimals(5)).within(1e-5);
    let note = format!("seeds {} to {}", SEEDS.start, SEEDS.end - 1);
    values.set("xor.loss_low", five(last[0]).note(&note))?;
    values.set("xor.loss_high", five(last[last.len() - 1]).note(&note))?;
    let steps = || random.iter().map(|run| run.steps_to(0.1));
    for (key, steps) in [("low", steps().min()), ("high", steps().max())] {
        let count = Measured::count(steps.expect("five runs")).within(1.0);
        values.set(&format!("xor.steps_{key}"), count.note(&note))?;
    }
    let three = |number| Measured::number(number, Format::Decimals(3)).within(1e-3);
    values.set("xor.zero", three(zero.last()))?;
    values.set("xor.equal", three(equal.last()))?;
    output.figure("xor-losses", &losses(&random, &zero, &equal))?;
    output.figure("xor-learned", &learned(&random[0]))?;
    Ok(())
}

/// Loss curves by the step.
fn losses(random: &[Run], zero: &Run, equal: &Run) -> impl Figure {
    let steps = || (0..=STEPS).step_by(20);
    let runs: Vec<Vec<f64>> = random.iter().map(|run| run.losses.clone()).collect();
    let spread = |step: usize| spread(&runs, step);
    let of = |run: &Run| steps().map(|step| (step as f64, run.losses[step])).collect::<Vec<_>>();
    let description = format!(
        "After {STEPS} steps the loss is {:.3} with all weights zero, {:.3} with all weights equal, \
         and {:.4} from random weights, in the middle of five runs.",
        zero.last(),
        equal.last(),
        spread(STEPS)[1]
    );
    let middle = steps().map(|step| (step as f64, spread(step)[1]));
    let band = steps().map(spread).map(|[low, _, high]| (low, high));
    Chart::new("XOR from three kinds of start", description)
        .x_axis(Axis::new("step"))
        .y_axis(Axis::new("loss").log())
        .series(Series::line("random", middle).band(band))
        .series(Series::line("all ½", of(equal)))
        .series(Series::line("all zero", of(zero)))
        .tolerance(4.0)
}

/// Where a trained network says 1.
fn learned(run: &Run) -> impl Figure {
    let logit = |x: f64, y: f64| run.network.forward(array![[x, y]].view())[[0, 0]];
    let corners = |wanted: usize| {
        let corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)];
        corners.into_iter().filter(move |(x, y)| usize::from(x != y) == wanted)
    };
    let [zeros, ones] = [0, 1].map(|wanted| {
        let answers = corners(wanted).map(|(x, y)| Activation::Sigmoid.value(logit(x, y)));
        answers.map(|p| format!("{p:.4}")).collect::<Vec<_>>().join(" and ")
    });
    let description = format!(
        "The plane of the two inputs. The network says {ones} at the corners that want 1, {zeros} \
         at those that want 0, and {:.2} in the middle of the square.",
        Activation::Sigmoid.value(logit(0.5, 0.5))
    );
    let ranges = [(-0.5, 1.5), (-0.5, 1.5)];
    let class = |x: f64, y: f64| usize::from(logit(x, y) >= 0.0);
    DecisionRegions::new("XOR as a network learned it", description, ranges, class)
        .axes("first input x₁", "second input x₂")
        .class("wants 0", corners(0))
        .class("wants 1", corners(1))
        .tolerance(6.0)
}
