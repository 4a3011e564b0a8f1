//! Page *Convolution*: kernels by hand, and the matrix that a convolution is.

use anyhow::Result;
use book_figures::{Format, HeatMap, ImageGrid, Measured, Output, Values};
use ch05_mnist::Dataset;
use ch09_vision::{BY_HAND, Convolution};
use ndarray::{Array1, Array4};

use crate::measured::set_count;

/// Draws the page's figures and sets its values.
pub fn draw(test: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    output.figure("edges", &edges(test, values)?)?;
    output.figure("toeplitz", &toeplitz(values)?)?;
    let (inputs, outputs) = (16 * 28 * 28, 32 * 28 * 28);
    set_count(
        values,
        "convolution.full_matrix",
        inputs * outputs,
        "16 · 28 · 28 inputs, 32 · 28 · 28 outputs",
    )
}

/// A layer of one channel, kernels of 3 × 3 and a padding of 1.
pub fn by_hand(kernels: &[[f64; 9]]) -> Convolution<f64> {
    let shape = (kernels.len(), 1, 3, 3);
    let kernels = Array4::from_shape_vec(shape, kernels.concat()).expect("nine weights each");
    Convolution { kernels, bias: Array1::zeros(shape.0), stride: 1, padding: 1 }
}

/// The first test image, as a network sees it: `[1 × 1 × 28 × 28]`.
pub fn seven(test: &Dataset) -> Array4<f64> {
    let (pixels, _) = test.batch(&[0]);
    pixels.into_shape_with_order((1, 1, 28, 28)).expect("28 × 28 pixels")
}

/// Numbers over the largest of them.
pub fn scaled(numbers: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let numbers: Vec<f64> = numbers.into_iter().collect();
    let largest = numbers.iter().fold(f64::MIN_POSITIVE, |most, x| most.max(x.abs()));
    numbers.iter().map(|x| x / largest).collect()
}

fn edges(test: &Dataset, values: &mut Values) -> Result<ImageGrid> {
    let image = seven(test);
    let maps = by_hand(&BY_HAND.map(|(_, kernel)| kernel)).forward(image.view());
    let largest = maps.iter().take(28 * 28).fold(0.0_f64, |most, z| most.max(z.abs()));
    let note = "largest number of the map of left edges";
    let largest = Measured::number(largest, Format::Decimals(2)).note(note);
    values.set("convolution.left_edges", largest)?;
    let description = "Two rows. Above a seven and four kernels of 3 × 3; below, under each kernel, the \
        seven's feature map: left edges orange on the left of the stroke and blue on its right; upper \
        edges the same from above; the outline; and a blurred seven.";
    let mut grid = ImageGrid::new("Four kernels and what they say of a seven", description, 5)
        .signed("the image", 28, &image.iter().copied().collect::<Vec<_>>());
    for (name, kernel) in BY_HAND {
        grid = grid.signed(name, 3, &scaled(kernel));
    }
    grid = grid.signed("itself", 28, &image.iter().copied().collect::<Vec<_>>());
    for (map, (name, _)) in maps.index_axis(ndarray::Axis(0), 0).outer_iter().zip(BY_HAND) {
        grid = grid.signed(name, 28, &scaled(map.iter().copied()));
    }
    Ok(grid.range(1.0))
}

fn toeplitz(values: &mut Values) -> Result<HeatMap> {
    let kernel = [0.2, 0.6, 0.3, -0.5, 1.0, 0.5, -0.3, -0.8, -0.2];
    let layer = Convolution { padding: 0, ..by_hand(&[kernel]) };
    let matrix = layer.matrix((6, 6));
    let nonzero = matrix.iter().filter(|entry| **entry != 0.0).count();
    let note = "one kernel of 3 × 3, images of 6 × 6 pixels";
    set_count(values, "convolution.matrix_entries", matrix.len(), note)?;
    set_count(values, "convolution.matrix_nonzero", nonzero, note)?;
    let rows: Vec<Vec<f64>> = matrix.outer_iter().map(|row| row.to_vec()).collect();
    let description = format!(
        "A matrix of 16 rows and 36 columns. {nonzero} of its {} entries are not 0; they stand in \
         diagonal stripes, three groups of three in each row, moved to the right from row to row.",
        matrix.len()
    );
    let names = |count: usize, every: usize| {
        let name = move |index: usize| {
            if index.is_multiple_of(every) { index.to_string() } else { String::new() }
        };
        (0..count).map(name).collect::<Vec<_>>()
    };
    Ok(HeatMap::new("The matrix of a convolution", description, rows)
        .rows("place of the map", names(16, 4))
        .columns("pixel of the image", names(36, 6))
        .signed()
        .color_range(-1.0, 1.0))
}
