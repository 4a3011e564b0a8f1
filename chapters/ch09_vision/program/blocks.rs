//! Page *A network of blocks*: the kernels and the maps of a trained network.

use anyhow::Result;
use book_figures::{Figure, ImageGrid, Output};
use ch05_mnist::Dataset;
use ch09_vision::ConvolutionalNetwork;
use ndarray::Axis;

use crate::convolution::scaled;

/// Draws the page's figures.
pub fn draw(network: &ConvolutionalNetwork<f32>, test: &Dataset, output: &Output) -> Result<()> {
    output.figure("kernels", &kernels(network).machine_dependent())?;
    output.figure("maps", &maps(network, test).machine_dependent())?;
    Ok(())
}

fn kernels(network: &ConvolutionalNetwork<f32>) -> ImageGrid {
    let description = "Sixteen kernels of 3 × 3 pixels, each with weights above 0 in orange and below 0 in \
        blue; in many of them the two colors stand on opposite sides.";
    let mut grid = ImageGrid::new("The kernels of the first block", description, 8);
    let kernels = &network.blocks[0].convolution.kernels;
    for (index, kernel) in kernels.outer_iter().enumerate() {
        grid = grid.signed(index.to_string(), 3, &scaled(kernel.iter().map(|&w| f64::from(w))));
    }
    grid.range(1.0)
}

/// A test image, and eight maps of each block.
fn maps(network: &ConvolutionalNetwork<f32>, test: &Dataset) -> ImageGrid {
    let (pixels, _) = test.batch::<f32>(&[0]);
    let description = "Eight maps of each of three blocks for one seven: of 14 × 14 pixels, in which the \
        strokes can be seen; of 7 × 7, in which they can be guessed; of 3 × 3, in which they cannot.";
    let mut grid = ImageGrid::new("The maps of three blocks", description, 8);
    for (block, maps) in network.feature_maps(pixels.view()).iter().enumerate() {
        let maps = maps.index_axis(Axis(0), 0);
        for (index, map) in maps.outer_iter().take(8).enumerate() {
            let numbers = scaled(map.iter().map(|&a| f64::from(a)));
            grid = grid.shares(format!("{}: {index}", block + 1), map.ncols(), &numbers);
        }
    }
    grid
}
