//! One whole forward pass: ten drawn digits, a network that has learned nothing, ten probabilities
//! for each, and the loss.

use anyhow::Result;
use book_figures::{Format, HeatMap, ImageGrid, Measured, Output, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Network, one_hot, softmax, softmax_cross_entropy};
use ndarray::{Array2, ArrayView1, ArrayView2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::SEED;

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
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
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
