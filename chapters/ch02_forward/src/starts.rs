//! A signal on its way through twenty layers, by the scale of the weights.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Network, product};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::SEED;

const DEPTH: usize = 20;
const WIDTH: usize = 256;
const BATCH: usize = 50;
const SEEDS: u64 = 5;

/// How large the signal stays with ReLU; how steep the curve stays with tanh, and how large a nudge.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let signal = Curves {
        activation: Activation::Relu,
        measure: signal,
        file: "signal",
        title: "A signal through twenty layers with ReLU",
        axis: Axis::new("mean square of the activations").log(),
        format: Format::Scientific(0),
    };
    let small = (Initialization::Normal(0.01), "normal_small", "normal, 0.01");
    let xavier = (Initialization::Xavier, "xavier", "Xavier");
    let he = (Initialization::He, "he", "He");
    let large = (Initialization::Normal(0.2), "normal_large", "normal, 0.2");
    signal.draw(&[small, xavier, he, large], output, values)?;
    let slope = Curves {
        activation: Activation::Tanh,
        measure: slope,
        file: "slope",
        title: "The slope of tanh in twenty layers",
        axis: Axis::new("mean slope of tanh at the sums").range(0.0, 1.05),
        format: Format::Decimals(2),
    };
    let huge = (Initialization::Normal(1.0), "normal_huge", "normal, 1");
    slope.draw(&[xavier, he, large, huge], output, values)?;
    let nudge = Curves {
        activation: Activation::Tanh,
        measure: nudge,
        file: "nudge",
        title: "A nudge on its way through twenty layers with tanh",
        axis: Axis::new("mean square of the nudge").log(),
        format: Format::Scientific(0),
    };
    nudge.draw(&[xavier, he, large, huge], output, values)
}

/// What is measured after each layer of a network with an activation function, for some inputs and
/// a nudge of each.
type Measure = fn(&Network<f64>, Activation, &Array2<f64>, Array2<f64>) -> Vec<f64>;

fn mean(numbers: &Array2<f64>) -> f64 {
    numbers.mean().expect("a batch is not empty")
}

fn mean_square(numbers: &Array2<f64>) -> f64 {
    mean(&numbers.mapv(|number| number * number))
}

fn signal(network: &Network<f64>, _: Activation, x: &Array2<f64>, _: Array2<f64>) -> Vec<f64> {
    network.trace(x.view()).activations.iter().map(mean_square).collect()
}

fn slope(network: &Network<f64>, f: Activation, x: &Array2<f64>, _: Array2<f64>) -> Vec<f64> {
    let sums = network.trace(x.view()).pre_activations;
    sums.iter().map(|z| mean(&z.mapv(|z| f.derivative(z)))).collect()
}

/// Each layer turns a nudge h of its inputs into f′(z) Σ w h.
fn nudge(network: &Network<f64>, f: Activation, x: &Array2<f64>, mut h: Array2<f64>) -> Vec<f64> {
    let sums = network.trace(x.view()).pre_activations;
    let mut sizes = Vec::new();
    for (layer, z) in network.layers.iter().zip(&sums) {
        h = product(h.view(), layer.dense.weights.view()) * z.mapv(|z| f.derivative(z));
        sizes.push(mean_square(&h));
    }
    sizes
}

/// A scale of the weights, its name among the values, and its name in the figure.
type Start = (Initialization, &'static str, &'static str);

/// What is measured at each layer, and how it is shown.
struct Curves {
    activation: Activation,
    measure: Measure,
    file: &'static str,
    title: &'static str,
    axis: Axis,
    format: Format,
}

impl Curves {
    fn draw(&self, starts: &[Start], output: &Output, values: &mut Values) -> Result<()> {
        print(format_args!(
            "\n{} ({WIDTH} neurons each), {SEEDS} seeds (low to high):",
            self.title
        ))?;
        let (mut series, mut ends) = (Vec::new(), Vec::new());
        for &(start, key, label) in starts {
            let curve = self.curve(start);
            let (low, middle, high) = curve[DEPTH - 1];
            print(format_args!("  {label:13} {middle:9.2e}  ({low:.2e} to {high:.2e})"))?;
            let (format, tolerance) = match self.format {
                Format::Scientific(_) if middle > 0.1 && middle < 10.0 => {
                    (Format::Decimals(1), 0.1)
                }
                Format::Scientific(_) => (self.format, 0.1 * middle),
                format => (format, 0.01),
            };
            let end = Measured::number(middle, format).within(tolerance);
            values.set(&format!("{}.{key}", self.file), end)?;
            ends.push(format!("{label}: {}", format.print(middle)));
            let points = curve.iter().enumerate().map(|(layer, at)| (layer as f64 + 1.0, at.1));
            let band = curve.iter().map(|&(low, _, high)| (low, high));
            series.push(Series::line(label, points).markers().band(band));
        }
        let description = format!(
            "After {DEPTH} layers of {WIDTH} neurons, by the scale of the weights: {}.",
            ends.join("; ")
        );
        let chart = Chart::new(self.title, description)
            .x_axis(Axis::new("layer").integers())
            .y_axis(self.axis.clone());
        let chart = series.into_iter().fold(chart, Chart::series);
        output.figure(self.file, &chart.tolerance(2.0))?;
        Ok(())
    }

    /// The measure after each layer: lowest, middle and highest of the seeds.
    fn curve(&self, start: Initialization) -> Vec<(f64, f64, f64)> {
        let runs: Vec<Vec<f64>> = (0..SEEDS).map(|seed| self.run(start, SEED + seed)).collect();
        let at = |layer: usize| {
            let mut numbers: Vec<f64> = runs.iter().map(|run| run[layer]).collect();
            numbers.sort_by(f64::total_cmp);
            (numbers[0], numbers[numbers.len() / 2], numbers[numbers.len() - 1])
        };
        (0..DEPTH).map(at).collect()
    }

    fn run(&self, start: Initialization, seed: u64) -> Vec<f64> {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let functions = (self.activation, self.activation);
        let network = Network::<f64>::new(&[WIDTH; DEPTH + 1], functions, start, &mut generator);
        let [inputs, nudges] =
            [(); 2].map(|()| Initialization::Normal(1.0).weights(BATCH, WIDTH, &mut generator));
        (self.measure)(&network, self.activation, &inputs, nudges)
    }
}
