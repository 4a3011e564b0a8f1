//! A curve out of bumps: two step neurons make one, and many of them follow a curve.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::{Dense, Layer, Network};
use ndarray::{Array1, Array2, array};

/// The curve that is to be followed, from 0 to 1.
fn wavy(x: f64) -> f64 {
    0.5 + 0.3 * (7.0 * x).sin() + 0.12 * (17.0 * x + 1.0).sin()
}

/// A network 1-2n-1 that follows a curve from 0 to 1 with n bumps, each as high as the curve is in
/// its middle. Hidden neurons 2k and 2k + 1 are the two edges of bump k.
fn bumps(curve: fn(f64) -> f64, count: usize) -> Network<f64> {
    let width = 1.0 / count as f64;
    let edge = |neuron: usize| (neuron / 2 + neuron % 2) as f64 * width;
    let height = |neuron: usize| curve(((neuron / 2) as f64 + 0.5) * width);
    let hidden = Dense {
        weights: Array2::ones((1, 2 * count)),
        bias: Array1::from_shape_fn(2 * count, |neuron| -edge(neuron)),
    };
    let output = Dense {
        weights: Array2::from_shape_fn((2 * count, 1), |(neuron, _)| {
            if neuron % 2 == 0 { height(neuron) } else { -height(neuron) }
        }),
        bias: Array1::zeros(1),
    };
    let layers = [(hidden, Activation::Step), (output, Activation::Identity)];
    Network { layers: layers.map(|(dense, activation)| Layer { dense, activation }).to_vec() }
}

/// The same with sigmoids, the sum of each `steepness` times as large.
fn soft(mut network: Network<f64>, steepness: f64) -> Network<f64> {
    let hidden = &mut network.layers[0];
    hidden.activation = Activation::Sigmoid;
    hidden.dense.weights *= steepness;
    hidden.dense.bias *= steepness;
    network
}

fn answer(network: &Network<f64>, x: f64) -> f64 {
    network.forward(array![[x]].view())[[0, 0]]
}

/// The largest distance between the network and the curve at `places`.
fn largest_error(network: &Network<f64>, places: impl Iterator<Item = f64>) -> f64 {
    places.map(|x| (answer(network, x) - wavy(x)).abs()).fold(0.0, f64::max)
}

/// One bump, then the curve with five and with twenty of them.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    draw_one(output)?;
    let grid = || (0..10_000).map(|k| f64::from(k) / 10_000.0);
    let slope = |x: f64| (wavy(x + 1e-4) - wavy(x)) / 1e-4;
    let steepest = grid().map(|x| slope(x).abs()).fold(0.0, f64::max);
    values.set("bumps.steepest", Measured::number(steepest, Format::Decimals(1)).within(0.01))?;
    print(format_args!("\na wavy curve, nowhere steeper than {steepest:.2}, out of bumps:"))?;
    let mut errors = Vec::new();
    for count in [5, 20, 80] {
        let error = largest_error(&bumps(wavy, count), grid().chain(ends(count)));
        print(format_args!("  {count:2} bumps: largest error {error:.3}"))?;
        let error = Measured::number(error, Format::Decimals(3)).within(0.001);
        values.set(&format!("bumps.error_{count}"), error.clone())?;
        errors.push(error.text);
    }
    for steepness in [30.0, 100.0, 1000.0] {
        let network = soft(bumps(wavy, 20), steepness);
        let error = largest_error(&network, grid().filter(|x| (0.2..0.8).contains(x)));
        print(format_args!(
            "  20 bumps of sigmoids, {steepness} times as steep: {error:.3} from 0.2 to 0.8"
        ))?;
        let error = Measured::number(error, Format::Decimals(3)).within(0.001);
        values.set(&format!("bumps.soft_error_{steepness}"), error)?;
    }
    let description = format!(
        "A wavy curve between 0 and 1, and two staircases that follow it. The one of 5 steps is off \
         by up to {}, the one of 20 by up to {}.",
        errors[0], errors[1]
    );
    let chart = Chart::new("A curve out of bumps", description)
        .x_axis(Axis::new("input x").range(0.0, 1.0))
        .y_axis(Axis::new("output").range(0.0, 1.0))
        .series(Series::line("the curve", grid().step_by(50).map(|x| (x, wavy(x)))))
        .series(Series::line("5 bumps", staircase(5)))
        .series(Series::line("20 bumps", staircase(20)))
        .legend();
    output.figure("bumps", &chart)?;
    Ok(())
}

/// Places at the two ends of each bump, a hair inside.
fn ends(count: usize) -> impl Iterator<Item = f64> {
    let width = 1.0 / count as f64;
    (0..count).flat_map(move |k| [k as f64 * width + 1e-9, (k + 1) as f64 * width - 1e-9])
}

/// What the network of bumps says at the two ends of each of its bumps.
fn staircase(count: usize) -> Vec<(f64, f64)> {
    let network = bumps(wavy, count);
    ends(count).map(|x| (x, answer(&network, x))).collect()
}

/// The bump of the page, 0.8 high from 0.2 to 0.5, and what each of its two neurons adds to it.
fn draw_one(output: &Output) -> Result<()> {
    let hidden = Dense { weights: array![[1.0, 1.0]], bias: array![-0.2, -0.5] };
    let last = Dense { weights: array![[0.8], [-0.8]], bias: array![0.0] };
    let layers = [(hidden, Activation::Step), (last, Activation::Identity)];
    let layers = layers.map(|(dense, activation)| Layer { dense, activation });
    let network = Network { layers: layers.into() };
    let places = [0.0, 0.2 - 1e-9, 0.2 + 1e-9, 0.5 - 1e-9, 0.5 + 1e-9, 1.0];
    let part = |neuron: usize| {
        let weight = network.layers[1].dense.weights[[neuron, 0]];
        let says = |x: f64| network.trace(array![[x]].view()).activations[0][[0, neuron]];
        places.map(|x| (x, weight * says(x)))
    };
    let chart = Chart::new(
        "Two steps make a bump",
        "One neuron adds 0.8 from 0.2 on, the other takes 0.8 away from 0.5 on. Their sum is 0.8 \
         between 0.2 and 0.5, and 0 elsewhere.",
    )
    .x_axis(Axis::new("input x").range(0.0, 1.0))
    .y_axis(Axis::new("what is added").range(-1.0, 1.0))
    .height(300.0)
    .series(Series::line("sum", places.map(|x| (x, answer(&network, x)))))
    .series(Series::line("first neuron", part(0)))
    .series(Series::line("second neuron", part(1)))
    .legend();
    output.figure("bump", &chart)?;
    Ok(())
}
