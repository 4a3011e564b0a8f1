//! What many layers do to δ.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Network};
use ch03_backprop::{ActivationBackward, DenseBackward};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::runs::{SEEDS, spread};

pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    output.figure("vanishing", &vanishing(values)?)?;
    Ok(())
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
