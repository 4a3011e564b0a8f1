//! A signal on its way through twenty layers, by the scale of the weights.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Network};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::SEED;

const DEPTH: usize = 20;
const WIDTH: usize = 256;
const BATCH: usize = 50;
const SEEDS: u64 = 5;

/// Two figures: how large the signal stays with ReLU, how steep the curve stays with tanh.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let signal = Curves {
        activation: Activation::Relu,
        measure: |z| Activation::Relu.value(z).powi(2),
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
        measure: |z| Activation::Tanh.derivative(z),
        file: "slope",
        title: "The slope of tanh in twenty layers",
        axis: Axis::new("mean slope of the activations").range(0.0, 1.05),
        format: Format::Decimals(2),
    };
    let huge = (Initialization::Normal(1.0), "normal_huge", "normal, 1");
    slope.draw(&[xavier, he, large, huge], output, values)
}

/// A scale of the weights, its name among the values, and its name in the figure.
type Start = (Initialization, &'static str, &'static str);

/// What is measured at each layer, and how it is shown.
struct Curves {
    activation: Activation,
    measure: fn(f64) -> f64,
    file: &'static str,
    title: &'static str,
    axis: Axis,
    format: Format,
}

impl Curves {
    fn draw(&self, starts: &[Start], output: &Output, values: &mut Values) -> Result<()> {
        println!("\n{} ({WIDTH} neurons each), {SEEDS} seeds (low to high):", self.title);
        let (mut series, mut ends) = (Vec::new(), Vec::new());
        for &(start, key, label) in starts {
            let curve = self.curve(start);
            let (low, middle, high) = curve[DEPTH - 1];
            println!("  {label:13} {middle:9.2e}  ({low:.2e} to {high:.2e})");
            let (format, tolerance) = match self.format {
                Format::Scientific(_) if middle > 0.1 && middle < 10.0 => {
                    (Format::Decimals(1), 0.1)
                }
                Format::Scientific(_) => (self.format, 0.1 * middle),
                format => (format, 0.01),
            };
            let end = Measured::number(middle, format).within(tolerance);
            values.set(&format!("{}.{key}", self.file), end)?;
            ends.push(format!("{label}: {}", self.format.print(middle)));
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

    /// The mean after each layer: lowest, middle and highest of the seeds.
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
        let inputs = Initialization::Normal(1.0).weights(BATCH, WIDTH, &mut generator);
        let layers = network.trace(inputs.view()).pre_activations;
        let mean = |z: &ndarray::Array2<f64>| z.mapv(self.measure).mean();
        layers.iter().map(|z| mean(z).expect("a batch is not empty")).collect()
    }
}
