//! Where the weights start: a signal on its way through twenty layers, and one whole forward pass.

use anyhow::Result;
use book_figures::{
    Axis, Chart, Figure, Format, HeatMap, ImageGrid, Measured, Output, Series, Values,
};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Network, one_hot, product, softmax, softmax_cross_entropy};
use ndarray::{Array2, ArrayView1, ArrayView2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::seed::SEED;

const DEPTH: usize = 20;
const WIDTH: usize = 256;
const BATCH: usize = 50;
const SEEDS: u64 = 5;

/// How large the signal stays with ReLU; how steep the curve stays with tanh, and how large a
/// perturbation.
pub fn draw_scales(output: &Output, values: &mut Values) -> Result<()> {
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
        axis: Axis::new("mean slope of tanh").range(0.0, 1.05),
        format: Format::Decimals(2),
    };
    let huge = (Initialization::Normal(1.0), "normal_huge", "normal, 1");
    slope.draw(&[xavier, he, large, huge], output, values)?;
    let perturbation = Curves {
        activation: Activation::Tanh,
        measure: perturbation,
        file: "perturbation",
        title: "A perturbation on its way through twenty layers with tanh",
        axis: Axis::new("mean square of the perturbation").log(),
        format: Format::Scientific(0),
    };
    perturbation.draw(&[xavier, he, large, huge], output, values)
}

/// What is measured after each layer of a network with an activation function, for some inputs and
/// a perturbation of each.
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

/// Each layer turns a perturbation h of its inputs into f′(z) Σ w h.
fn perturbation(
    network: &Network<f64>,
    f: Activation,
    x: &Array2<f64>,
    mut h: Array2<f64>,
) -> Vec<f64> {
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
            let note = format!("seeds {SEED} to {}", SEED + SEEDS - 1);
            let mut set = |what: &str, number: f64| {
                let number = Measured::number(number, format).within(tolerance).note(&note);
                values.set(&format!("{}.{key}{what}", self.file), number)
            };
            set("", middle)?;
            if format == Format::Decimals(1) {
                set("_low", low)?;
                set("_high", high)?;
            }
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
        let [inputs, perturbations] =
            [(); 2].map(|()| Initialization::Normal(1.0).weights(BATCH, WIDTH, &mut generator));
        (self.measure)(&network, self.activation, &inputs, perturbations)
    }
}

const SIDE: usize = 28;

/// The seven bars of a pocket calculator's digit: rows and columns, first and last.
const BARS: [[usize; 4]; 7] = [
    [4, 5, 9, 18],    // top
    [6, 12, 19, 20],  // upper right
    [15, 21, 19, 20], // lower right
    [22, 23, 9, 18],  // bottom
    [15, 21, 7, 8],   // lower left
    [6, 12, 7, 8],    // upper left
    [13, 14, 9, 18],  // middle
];

/// Which bars are on in 0 to 9, the first bar in the lowest bit.
const DIGITS: [u8; 10] = [0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f];

/// The ten digits as a pocket calculator shows them, one image a row: `[10 × 784]`.
fn images() -> Array2<f64> {
    Array2::from_shape_fn((DIGITS.len(), SIDE * SIDE), |(digit, pixel)| {
        let (row, column) = (pixel / SIDE, pixel % SIDE);
        let on = BARS.iter().enumerate().any(|(bar, &[top, bottom, left, right])| {
            let inside = (top..=bottom).contains(&row) && (left..=right).contains(&column);
            inside && DIGITS[digit] >> bar & 1 == 1
        });
        f64::from(u8::from(on))
    })
}

/// The digits, what an untrained network says to them, and its loss for two scales of the weights.
pub fn draw_pass(output: &Output, values: &mut Values) -> Result<()> {
    let images = images();
    let description = "The digits 0 to 9 made of up to seven bars, on 28 × 28 pixels.";
    let mut grid = ImageGrid::new("Ten digits of a pocket calculator", description, 5);
    for (digit, image) in images.rows().into_iter().enumerate() {
        let pixels: Vec<f64> = image.to_vec();
        grid = grid.shares(digit.to_string(), SIDE, &pixels);
    }
    output.figure("calculator", &grid)?;

    let targets = one_hot((0..10).collect::<Vec<u8>>().as_slice(), 10);
    print(format_args!(
        "\nten drawn digits through an untrained network 784-128-10, seed {SEED}:"
    ))?;
    for (start, name) in [(Initialization::He, "he"), (Initialization::Normal(1.0), "normal_1")] {
        let (probabilities, loss) = answers(start, images.view(), targets.view());
        let largest = probabilities.fold(0.0_f64, |largest, &p| largest.max(p));
        print(format_args!("  {name:8} loss {loss:7.2}, largest probability {largest:.2}"))?;
        let format = if loss < 10.0 { Format::Decimals(2) } else { Format::Integer };
        values.set(&format!("pass.{name}_loss"), Measured::number(loss, format).within(0.01))?;
        let largest = Measured::number(largest, Format::Decimals(2)).within(0.01);
        values.set(&format!("pass.{name}_largest"), largest)?;
        if start == Initialization::He {
            draw_probabilities(output, values, &probabilities)?;
        }
    }
    Ok(())
}

/// What an untrained network 784-128-10 answers to a batch of images, `[batch × 784]`: the
/// probabilities, `[batch × 10]`, and how wrong they are.
fn answers(
    start: Initialization,
    images: ArrayView2<f64>,
    targets: ArrayView2<f64>,
) -> (Array2<f64>, f64) {
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let functions = (Activation::Relu, Activation::Identity);
    let network = Network::new(&[784, 128, 10], functions, start, &mut generator);
    let logits = network.forward(images); // [batch × 10]
    (softmax(logits.view()), softmax_cross_entropy(logits.view(), targets))
}

fn draw_probabilities(
    output: &Output,
    values: &mut Values,
    probabilities: &Array2<f64>,
) -> Result<()> {
    let lowest = probabilities.fold(1.0_f64, |lowest, &p| lowest.min(p));
    let largest = probabilities.fold(0.0_f64, |largest, &p| largest.max(p));
    let in_front =
        |(digit, row): (usize, ArrayView1<f64>)| row.iter().all(|&other| row[digit] >= other);
    let right = probabilities.rows().into_iter().enumerate().filter(|row| in_front(*row)).count();
    let least = Measured::number(lowest, Format::Decimals(2)).within(0.01);
    values.set("pass.he_lowest", least)?;
    values.set("pass.he_right", Measured::count(right))?;
    let description = format!(
        "Ten probabilities for each of ten images. They lie between {lowest:.2} and {largest:.2}; \
         {right} of 10 images have the right class in front."
    );
    let rows = probabilities.rows().into_iter().map(|row| row.to_vec()).collect();
    let digits = || (0..10).map(|digit| digit.to_string());
    let map = HeatMap::new("What an untrained network answers", description, rows)
        .rows("digit shown", digits())
        .columns("class", digits())
        .color_range(0.0, 0.5)
        .print(Format::Decimals(2));
    output.figure("untrained", &map)?;
    Ok(())
}
