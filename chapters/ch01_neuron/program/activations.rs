//! Each activation function with its derivative, drawn.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;

/// How an activation function is drawn: its file, its name, and the heights that are shown.
struct Portrait {
    activation: Activation,
    file: &'static str,
    name: &'static str,
    heights: (f64, f64),
}

const fn portrait(
    activation: Activation,
    file: &'static str,
    name: &'static str,
    heights: (f64, f64),
) -> Portrait {
    Portrait { activation, file, name, heights }
}

/// In the order of the page.
const PORTRAITS: [Portrait; 8] = [
    portrait(Activation::Step, "step", "step", (-0.25, 1.25)),
    portrait(Activation::Identity, "identity", "identity", (-3.0, 3.0)),
    portrait(Activation::Sigmoid, "sigmoid", "sigmoid", (-0.05, 1.05)),
    portrait(Activation::Tanh, "tanh", "tanh", (-1.1, 1.1)),
    portrait(Activation::Relu, "relu", "ReLU", (-0.5, 3.0)),
    portrait(Activation::LeakyRelu, "leaky_relu", "leaky ReLU", (-0.08, 0.08)),
    portrait(Activation::Softplus, "softplus", "softplus", (-0.5, 3.0)),
    portrait(Activation::Gelu, "gelu", "GELU", (-0.5, 3.0)),
];

/// Draws all eight, and looks for the lowest point of GELU.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    print("eight activation functions and their slopes, at −2, 0 and 2:")?;
    print("function     f(−2)     f(0)     f(2)    f′(−2)    f′(0)    f′(2)")?;
    for portrait in PORTRAITS {
        let f = portrait.activation;
        let [low, zero, high] = [-2.0, 0.0, 2.0].map(|z: f64| f.value(z));
        let slopes = [-2.0, 0.0, 2.0].map(|z: f64| f.derivative(z));
        let [low_slope, zero_slope, high_slope] = slopes;
        print(format_args!(
            "{:10}{low:8.4}{zero:9.4}{high:9.4}{low_slope:10.4}{zero_slope:9.4}{high_slope:9.4}",
            portrait.name
        ))?;
        let description = format!(
            "The {} is {low:.3} at −2, {zero:.3} at 0 and {high:.3} at 2. Its derivative there is \
             {low_slope:.3}, {zero_slope:.3} and {high_slope:.3}.",
            portrait.name
        );
        output.figure(portrait.file, &portrait.chart(description))?;
    }
    let z = lowest_of_gelu();
    let value = Activation::Gelu.value(z);
    print(format_args!("GELU is lowest at {z:.5}, where it is {value:.5}"))?;
    values.set("gelu_lowest.at", Measured::number(z, Format::Decimals(3)).within(1e-6))?;
    values.set("gelu_lowest.value", Measured::number(value, Format::Decimals(2)).within(1e-6))?;
    Ok(())
}

/// Where the slope of GELU is 0. It is below 0 at −1 and above 0 at 0, with one zero in between; an
/// interval around that is halved until it is as small as rounding allows.
fn lowest_of_gelu() -> f64 {
    let (mut falling, mut rising) = (-1.0, 0.0);
    for _ in 0..60 {
        let middle = (falling + rising) / 2.0;
        if Activation::Gelu.derivative(middle) < 0.0 {
            falling = middle;
        } else {
            rising = middle;
        }
    }
    rising
}

/// −4 to 4 in steps of a fiftieth.
pub fn grid() -> impl Iterator<Item = f64> {
    (-200..=200).map(|k| f64::from(k) / 50.0)
}

impl Portrait {
    fn chart(&self, description: String) -> Chart {
        let f = self.activation;
        let chart = Chart::new(format!("The {} and its derivative", self.name), description)
            .x_axis(Axis::new("pre-activation z"))
            .y_axis(Axis::new("f(z), f′(z)").range(self.heights.0, self.heights.1))
            .height(300.0);
        let slope = || grid().map(|z| (z, f.derivative(z)));
        let series = match f {
            Activation::Step => {
                [Series::line("f", jump(|z| f.value(z))), Series::line("f′", slope())]
            }
            Activation::Relu | Activation::LeakyRelu => [
                Series::line("f", grid().map(|z| (z, f.value(z)))),
                Series::line("f′", jump(|z| f.derivative(z))),
            ],
            _ => [Series::line("f", grid().map(|z| (z, f.value(z)))), Series::line("f′", slope())],
        };
        series.into_iter().fold(chart, Chart::series)
    }
}

/// A function that jumps at 0, so that its line goes straight up there.
fn jump(f: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let points = [-4.0, -1e-9, 1e-9, 4.0];
    points.map(|z| (z, f(z))).to_vec()
}
