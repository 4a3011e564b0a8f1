//! Page *Batch normalization*: the spread of the signal, layer by layer.

use anyhow::Result;
use book_figures::{Axis, Chart, Output, Series};
use ch02_forward::Initialization;
use ch05_mnist::Dataset;
use ch09_vision::{BatchNorm, Convolution};
use ndarray::Array4;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const LAYERS: usize = 8;

/// Draws the page's figure.
pub fn draw(test: &Dataset, output: &Output) -> Result<()> {
    let mut chart = Vec::new();
    let mut told = Vec::new();
    for (name, factor, normalized) in [
        ("plain", 1.0, false),
        ("plain, 3 × weights", 3.0, false),
        ("normalized", 1.0, true),
        ("normalized, 3 × weights", 3.0, true),
    ] {
        let spreads = spreads(test, factor, normalized);
        told.push(format!("{name} {:.2}", spreads[LAYERS - 1]));
        let points =
            spreads.iter().enumerate().map(|(layer, &spread)| ((layer + 1) as f64, spread));
        chart.push(Series::line(name, points.collect::<Vec<_>>()).markers());
    }
    let description = format!(
        "Standard deviation of the numbers behind ReLU, layers 1 to {LAYERS}, on a logarithmic scale. \
         In the last layer: {}.",
        told.join("; ")
    );
    let mut figure = Chart::new("The spread of the signal", description)
        .x_axis(Axis::new("layer").integers())
        .y_axis(Axis::new("standard deviation behind ReLU").log());
    for series in chart {
        figure = figure.series(series);
    }
    output.figure("signals", &figure)?;
    Ok(())
}

/// The standard deviation behind each of eight layers of eight maps, for 64 test images.
fn spreads(test: &Dataset, factor: f64, normalized: bool) -> Vec<f64> {
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let indices: Vec<usize> = (0..64).collect();
    let (pixels, _) = test.batch::<f64>(&indices);
    let mut images: Array4<f64> =
        pixels.into_shape_with_order((64, 1, 28, 28)).expect("28 × 28 pixels");
    let mut channels = 1;
    let mut spreads = Vec::new();
    for _ in 0..LAYERS {
        let mut layer =
            Convolution::<f64>::new([channels, 8, 3], 1, Initialization::He, &mut generator);
        layer.kernels *= factor;
        let z = layer.forward(images.view());
        let z = if normalized { BatchNorm::new(8).forward(z).outputs } else { z };
        images = z.mapv(|z| z.max(0.0));
        spreads.push(images.std(0.0));
        channels = 8;
    }
    spreads
}
