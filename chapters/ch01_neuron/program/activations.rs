//! Each activation function with its derivative, drawn.

use anyhow::Result;
use book_figures::{
    Axis, Canvas, Chart, Element, Error, Figure, Format, Head, Measured, Output, Series, Values,
};
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
    output.figure("overview", &Overview::new())?;
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

/// All eight side by side, on the same axes.
struct Overview {
    head: Head,
}

/// A panel of the overview: its width, its height, and the ranges that it shows.
const PANEL: (f64, f64) = (160.0, 176.0);
const ACROSS: (f64, f64) = (-3.0, 3.0);
const UP: (f64, f64) = (-1.4, 3.0);

impl Overview {
    fn new() -> Self {
        let slopes: Vec<String> = PORTRAITS
            .iter()
            .map(|portrait| {
                let [low, high] = [-3.0, 3.0].map(|z: f64| portrait.activation.derivative(z));
                format!("{} {low:.2} and {high:.2}", portrait.name)
            })
            .collect();
        let description = format!(
            "Eight small charts with a function and its slope from −3 to 3. The slopes at −3 and 3 \
             are: {}.",
            slopes.join("; ")
        )
        .replace(" -", " −");
        Self { head: Head::new("Eight activation functions and their slopes", description) }
    }
}

impl Figure for Overview {
    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn draw(&self) -> Result<Canvas, Error> {
        let mut canvas = Canvas::new(4.0 * PANEL.0, 2.0 * PANEL.1 + 30.0);
        for (index, portrait) in PORTRAITS.iter().enumerate() {
            let corner = ((index % 4) as f64 * PANEL.0, (index / 4) as f64 * PANEL.1);
            portrait.panel(corner, &mut canvas);
        }
        let key = "solid: f(z) · dashed: its slope f′(z) · z from −3 to 3";
        let place = (2.0 * PANEL.0, 2.0 * PANEL.1 + 16.0);
        canvas.push(Element::label(key, place, "middle").number("font-size", 16.0));
        Ok(canvas)
    }
}

impl Portrait {
    /// Draws the function and its slope with the name above.
    fn panel(&self, (left, top): (f64, f64), canvas: &mut Canvas) {
        let f = self.activation;
        let place = |(z, y): (f64, f64)| {
            let across = (z - ACROSS.0) / (ACROSS.1 - ACROSS.0);
            let up = (y - UP.0) / (UP.1 - UP.0);
            (left + 8.0 + across * (PANEL.0 - 16.0), top + 28.0 + (1.0 - up) * (PANEL.1 - 36.0))
        };
        for ends in [[(ACROSS.0, 0.0), (ACROSS.1, 0.0)], [(0.0, UP.0), (0.0, UP.1)]] {
            let axis = Element::line(place(ends[0]), place(ends[1]));
            canvas.push(axis.set("stroke-opacity", "0.35"));
        }
        let name = Element::label(self.name, (left + PANEL.0 / 2.0, top + 14.0), "middle");
        canvas.push(name.set("font-weight", "600"));
        let mut draw = |curve: &dyn Fn(f64) -> f64, color: &str, dash: &str| {
            let grid = (-150..=150).map(|k| f64::from(k) / 50.0).map(|z| (z, curve(z)));
            let seen = grid.filter(|(_, y)| (UP.0..=UP.1).contains(y)).map(place);
            let line = Element::points("polyline", seen).set("fill", "none");
            let line = line.set("style", color).set("stroke-width", "2.5");
            canvas.push(if dash.is_empty() { line } else { line.set("stroke-dasharray", dash) });
        };
        draw(&|z| f.value(z), "stroke:var(--series-1, #007ac2)", "");
        draw(&|z| f.derivative(z), "stroke:var(--series-2, #d55e00)", "6 4");
    }
}
