//! The first page: a layer of three neurons, and what a batch is good for.

use anyhow::Result;
use book_figures::{Format, Measured, NetworkDiagram, Output, Values};
use book_programs::print;
use ch02_forward::{Dense, product};
use ndarray::{Array2, Axis, array};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::seed::SEED;
use crate::timing::{SHAPE, milliseconds};

/// Ada, Ben and Cleo: three neurons that see the same two inputs.
fn neighbors() -> Dense<f64> {
    let weights = array![[3.0, -1.0, 0.0], [4.0, 2.0, 5.0]];
    Dense { weights, bias: array![-2.0, 1.0, -1.0] }
}

/// The layer, with the sums of the third day.
pub fn draw_layer(output: &Output) -> Result<()> {
    let (layer, day) = (neighbors(), array![[-1.0, 1.0]]);
    let sums = layer.forward(day.view()).row(0).to_vec();
    let description = format!(
        "Two inputs, light −1 and warmth 1, and three neurons. Six lines with a weight each join \
         every input to every neuron. The sums are {} for Ada, {} for Ben and {} for Cleo.",
        sums[0], sums[1], sums[2]
    );
    let bias = layer.bias.iter().map(|b| format!("{b}")).collect::<Vec<_>>().join(", ");
    let diagram = NetworkDiagram::new("A layer of three neurons", description, [2, 3])
        .names(0, ["light", "warmth"])
        .names(1, ["Ada", "Ben", "Cleo"])
        .values(0, &day.row(0).to_vec())
        .values(1, &sums)
        .weights(0, rows(&layer.weights))
        .caption(0, "inputs")
        .caption(1, format!("sums\nbias {}", bias.replace('-', "−")))
        .print(Format::Integer)
        .spread();
    output.figure("layer", &diagram)?;
    Ok(())
}

/// Weights as the diagram takes them, `[layer × next]`.
pub fn rows(weights: &Array2<f64>) -> Vec<Vec<f64>> {
    weights.rows().into_iter().map(|row| row.to_vec()).collect()
}

/// Times one image alone and one of a batch, four in five pixels empty.
pub fn measure_batch(values: &mut Values) -> Result<()> {
    let (batch, inputs, outputs) = SHAPE;
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let weights = Array2::from_shape_simple_fn((inputs, outputs), || generator.random::<f32>());
    let mut draw = || if generator.random_bool(0.8) { 0.0 } else { generator.random() };
    let images = Array2::<f32>::from_shape_simple_fn((batch, inputs), &mut draw);
    print("\nmicroseconds for an image, four in five pixels empty:")?;
    for (size, place) in [(1, "alone"), (batch, "in_batch")] {
        let (x, w) = (images.slice_axis(Axis(0), (..size).into()), weights.view());
        let times = [milliseconds(50, || x.dot(&w)), milliseconds(50, || product(x, w))];
        let [ndarray, ours] = times.map(|time| 1000.0 * time / size as f64);
        print(format_args!("  in a batch of {size:3}: ndarray {ndarray:5.1}, ours {ours:5.1}"))?;
        for (name, time) in [("ndarray", ndarray), ("ours", ours)] {
            let time = Measured::number(time, Format::Decimals(1)).machine();
            values.set(&format!("product.{name}_{place}"), time.note("microseconds an image"))?;
        }
    }
    Ok(())
}
