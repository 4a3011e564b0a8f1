//! A whole network: the pictures of both passes, a network that learns XOR, and what many layers
//! do to δ.

use anyhow::Result;
use book_figures::{
    Axis, Chart, DecisionRegions, Figure, Format, Measured, NetworkDiagram, Output, Series, Values,
};
use book_programs::print;
use ch01_neuron::{Activation, Gate};
use ch02_forward::{Initialization, Loss, Network, softmax};
use ch03_backprop::{ActivationBackward, DenseBackward, LossBackward, NetworkBackward};
use ndarray::{Array2, ArrayView2, Axis as Along, array};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::example;

/// The seeds of the networks that begin with random weights.
const SEEDS: std::ops::Range<u64> = 0..5;

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    output.figure("paths", &paths())?;
    passes(output, values)?;
    xor(output, values)?;
    output.figure("vanishing", &vanishing(values)?)?;
    Ok(())
}

/// All that the first weight of [`example::branches`] touches: δ in the nodes, weights on the wires.
fn paths() -> NetworkDiagram {
    let (network, inputs) = (example::branches(), array![[2.0]]);
    let trace = network.trace(inputs.view());
    let gradients = network.backward(inputs.view(), &trace, array![[1.0]]);
    let deltas: Vec<Vec<f64>> = gradients.layers.iter().map(|layer| layer.bias.to_vec()).collect();
    let weights: Vec<Vec<Vec<f64>>> =
        network.layers.iter().map(|layer| table(&layer.dense.weights)).collect();
    let description = format!(
        "The input 2, a weight of {}, its neuron, two layers of two neurons and the output. δ is 1 \
         at the output, {} and {} in layer 3, {} and {} in layer 2, and {} at the neuron of the \
         weight, which is the sum over four roads: 4, 6, 2 and −1.",
        weights[0][0][0], deltas[2][0], deltas[2][1], deltas[1][0], deltas[1][1], deltas[0][0]
    );
    let caption = |layer: usize| format!("layer {layer}");
    NetworkDiagram::new("Four roads from one weight", description, [1, 1, 2, 2, 1])
        .names(0, ["x"])
        .names(1, ["δ"])
        .names(2, ["δ", "δ"])
        .names(3, ["δ", "δ"])
        .names(4, ["δ"])
        .values(0, &[2.0])
        .values(1, &deltas[0][..1])
        .values(2, &deltas[1])
        .values(3, &deltas[2])
        .values(4, &deltas[3])
        .weights(0, vec![weights[0][0][..1].to_vec()])
        .weights(1, weights[1][..1].to_vec())
        .weights(2, weights[2].clone())
        .weights(3, weights[3].clone())
        .caption(0, "input")
        .caption(1, caption(1))
        .caption(2, caption(2))
        .caption(3, caption(3))
        .caption(4, "output")
        .print(Format::Integer)
        .spread()
}

/// One example through a network and back, and a step against its gradient.
fn passes(output: &Output, values: &mut Values) -> Result<()> {
    print("\nOne example through a network and back")?;
    let network = example::network();
    let passes = example::passes(&network);
    print(format_args!("  loss {:.4}", passes.loss))?;
    output.figure("forward", &forward(&network, &passes))?;
    output.figure("backward", &backward(&network, &passes))?;

    let mut stepped = network.clone();
    let gradients = passes.gradients.slices();
    for (parameters, gradient) in stepped.parameters_mut().into_iter().zip(gradients) {
        for (parameter, g) in parameters.iter_mut().zip(gradient) {
            *parameter -= 0.05 * g;
        }
    }
    let squares: f64 = passes.gradients.slices().concat().iter().map(|g| g * g).sum();
    let after = example::passes(&stepped).loss;
    print(format_args!("  after a step of 0.05 against the gradient: {after:.4}"))?;
    let three = |number| Measured::number(number, Format::Decimals(3)).within(1e-3);
    values.set("passes.loss", three(passes.loss))?;
    values.set("passes.loss_after_step", three(after))?;
    let two = |number| Measured::number(number, Format::Decimals(2)).within(1e-2);
    values.set("passes.predicted_decrease", two(0.05 * squares))?;
    values.set("passes.decrease", two(passes.loss - after))?;
    let p = softmax(passes.trace.output());
    values.set("passes.p_0", three(p[[0, 0]]))?;
    values.set("passes.p_1", three(p[[0, 1]]))?;
    values.set("passes.a_2", three(passes.trace.activations[0][[0, 1]]))?;
    Ok(())
}

/// Activations in the nodes, weights on the wires.
fn forward(network: &Network<f64>, passes: &example::Passes) -> NetworkDiagram {
    let p = softmax(passes.trace.output());
    let hidden = &passes.trace.activations[0];
    let z = [0, 1].map(|layer| row(passes.trace.pre_activations[layer].view()));
    let description = format!(
        "The inputs 1 and 2 make the hidden neurons {:.2}, {:.2} and {:.2}; the last one is off. \
         The probabilities are {:.2} and {:.2}; the second class is right; the loss is {:.2}.",
        hidden[[0, 0]],
        hidden[[0, 1]],
        hidden[[0, 2]],
        p[[0, 0]],
        p[[0, 1]],
        passes.loss
    );
    NetworkDiagram::new("The forward pass with its numbers", description, [2, 3, 2])
        .names(0, ["x₁", "x₂"])
        .names(1, z[0].iter().zip(1..).map(|(z, j)| format!("a{} = relu({})", index(j), minus(*z))))
        .names(
            2,
            z[1].iter()
                .zip(1..)
                .map(|(z, j)| format!("p{}, z{} = {}", index(j), index(j), minus(*z))),
        )
        .values(0, &row(passes.inputs.view()))
        .values(1, &row(hidden.view()))
        .values(2, &row(p.view()))
        .weights(0, table(&network.layers[0].dense.weights))
        .weights(1, table(&network.layers[1].dense.weights))
        .caption(0, "inputs")
        .caption(1, "hidden, ReLU")
        .caption(2, "probabilities")
        .spread()
}

/// 1, 2 or 3 as an index.
fn index(j: usize) -> char {
    ['₀', '₁', '₂', '₃'][j]
}

/// A number with a real minus sign.
fn minus(number: f64) -> String {
    number.to_string().replace('-', "−")
}

/// δ in the nodes, gradients by the weights on the wires.
fn backward(network: &Network<f64>, passes: &example::Passes) -> NetworkDiagram {
    let [first, second] = &passes.gradients.layers[..] else { unreachable!("two layers") };
    let input_gradient =
        network.layers[0].dense.input_gradient(first.bias.view().insert_axis(ndarray::Axis(0)));
    let description = format!(
        "From right to left: δ is {:.2} and {:.2} at the outputs, {:.2}, {:.2} and {:.2} at the \
         hidden neurons, and the gradients by the inputs are {:.2} and {:.2}. The weights into and \
         out of the third hidden neuron have gradient 0.",
        second.bias[0],
        second.bias[1],
        first.bias[0],
        first.bias[1],
        first.bias[2],
        input_gradient[[0, 0]],
        input_gradient[[0, 1]]
    );
    NetworkDiagram::new("The backward pass with its numbers", description, [2, 3, 2])
        .names(0, ["∂L/∂x₁", "∂L/∂x₂"])
        .names(1, ["δ₁", "δ₂", "δ₃"])
        .names(2, ["δ₁", "δ₂"])
        .values(0, &row(input_gradient.view()))
        .values(1, &first.bias.to_vec()) // a batch of one: the sum over the batch is δ itself
        .values(2, &second.bias.to_vec())
        .weights(0, table(&first.weights))
        .weights(1, table(&second.weights))
        .caption(0, "by the inputs")
        .caption(1, "by the hidden z")
        .caption(2, "by the logits")
        .spread()
        .backward()
}

fn row(matrix: ArrayView2<f64>) -> Vec<f64> {
    matrix.row(0).to_vec()
}

fn table(matrix: &Array2<f64>) -> Vec<Vec<f64>> {
    matrix.rows().into_iter().map(|row| row.to_vec()).collect()
}

/// How often the network takes a step against its gradient, and how long the step is.
const STEPS: usize = 5000;
const LEARNING_RATE: f64 = 1.0;

/// The output is a logit.
const LOSS: Loss = Loss::BinaryCrossEntropy;

/// Steps against the gradient of the whole batch; gives the loss before each step.
fn train(
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

/// How a network learned.
struct Run {
    network: Network<f64>,
    /// The loss before each step, and after the last.
    losses: Vec<f64>,
}

impl Run {
    /// Trains a network 2-8-1 whose weights `change` has set.
    fn new(start: Initialization, seed: u64, change: impl Fn(&mut Network<f64>)) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let functions = (Activation::Tanh, Activation::Identity);
        let mut network = Network::new(&[2, 8, 1], functions, start, &mut generator);
        change(&mut network);
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
fn examples() -> (Array2<f64>, Array2<f64>) {
    let (inputs, targets) = Gate::Xor.examples();
    (inputs, targets.insert_axis(Along(1)))
}

/// XOR, learned from random weights, and not learned from equal ones.
fn xor(output: &Output, values: &mut Values) -> Result<()> {
    print(format_args!("\nXOR learned by a network 2-8-1, {STEPS} steps of {LEARNING_RATE}"))?;
    let random: Vec<Run> =
        SEEDS.map(|seed| Run::new(Initialization::Xavier, seed, |_| {})).collect();
    let zero = Run::new(Initialization::Zeros, 0, |_| {});
    let equal = Run::new(Initialization::Zeros, 0, |network| {
        network.layers.iter_mut().for_each(|layer| layer.dense.weights.fill(0.5));
    });
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

/// How many layers the deep networks have, and how many neurons each layer.
const DEPTH: usize = 12;
const WIDTH: usize = 64;

/// The root mean square of δ, layer by layer, of deep networks at their start.
fn vanishing(values: &mut Values) -> Result<impl Figure> {
    print(format_args!(
        "\nRoot mean square of δ in the first layer of {DEPTH}, last layer = 1, five seeds"
    ))?;
    let cases = [
        ("relu", "ReLU, He", Activation::Relu, Initialization::He),
        ("tanh", "tanh, Xavier", Activation::Tanh, Initialization::Xavier),
        ("sigmoid", "sigmoid, Xavier", Activation::Sigmoid, Initialization::Xavier),
    ];
    let (mut series, mut first) = (Vec::new(), Vec::new());
    for (key, name, activation, start) in cases {
        let runs: Vec<Vec<f64>> =
            SEEDS.map(|seed| deltas_by_layer(activation, start, seed)).collect();
        let by_layer: Vec<[f64; 3]> = (0..DEPTH).map(|l| spread(&runs, l)).collect();
        let [low, middle, high] = by_layer[0];
        print(format_args!("  {key:8} {middle:.1e}, from {low:.1e} to {high:.1e}"))?;
        let note = format!("seeds {} to {}", SEEDS.start, SEEDS.end - 1);
        let mut set = |what: &str, number: f64| {
            let format = if number < 0.1 { Format::Scientific(0) } else { Format::Decimals(1) };
            let measured = Measured::number(number, format).within(format.last_digit(number));
            values.set(&format!("vanishing.{key}{what}"), measured.note(&note))
        };
        set("", middle)?;
        set("_low", low)?;
        set("_high", high)?;
        let layers = || (1..=DEPTH).map(|layer| layer as f64);
        let line = layers().zip(by_layer.iter().map(|[_, middle, _]| *middle));
        let band = by_layer.iter().map(|[low, _, high]| (*low, *high));
        series.push(Series::line(name, line).markers().band(band));
        first.push(middle);
    }
    let share = first[2].powf(1.0 / (DEPTH - 1) as f64);
    let share = Measured::number(share, Format::Decimals(2)).within(0.01);
    values.set("vanishing.factor_per_layer", share)?;
    let description = format!(
        "With the last layer at 1, the first layer has {:.0e} with sigmoid, {:.1} with tanh and \
         {:.1} with ReLU, in the middle of five runs.",
        first[2], first[1], first[0]
    );
    let chart = Chart::new("The size of δ by layer", description)
        .x_axis(Axis::new("layer, from the inputs").integers())
        .y_axis(Axis::new("size of δ, last layer = 1").log());
    Ok(series.into_iter().fold(chart, Chart::series).tolerance(4.0))
}

/// The root mean square of δ in each layer, as a share of that in the last one. The walk begins with
/// random numbers: the gradient of a loss is made of the outputs, and so of the weights through which
/// it goes back.
fn deltas_by_layer(activation: Activation, start: Initialization, seed: u64) -> Vec<f64> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let sizes = [WIDTH; DEPTH + 1];
    let network = Network::<f64>::new(&sizes, (activation, activation), start, &mut generator);
    let mut draw = |_| StandardNormal.sample(&mut generator);
    let inputs = Array2::from_shape_fn((32, WIDTH), &mut draw);
    let mut activation_gradient = Array2::from_shape_fn((32, WIDTH), &mut draw);
    let trace = network.trace(inputs.view());
    let mut sizes = Vec::new();
    for (layer, z) in network.layers.iter().zip(&trace.pre_activations).rev() {
        let delta = layer.activation.backward(z.view(), activation_gradient);
        sizes.push((&delta * &delta).mean().expect("not empty").sqrt());
        activation_gradient = layer.dense.input_gradient(delta.view());
    }
    let last = sizes[0];
    sizes.iter().rev().map(|size| size / last).collect()
}

/// The lowest, the middle and the highest of what several runs have at one place.
fn spread(runs: &[Vec<f64>], place: usize) -> [f64; 3] {
    let mut numbers: Vec<f64> = runs.iter().map(|run| run[place]).collect();
    numbers.sort_by(f64::total_cmp);
    [numbers[0], numbers[numbers.len() / 2], numbers[numbers.len() - 1]]
}
