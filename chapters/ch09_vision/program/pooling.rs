//! Page *Pooling*: a map, the largest of its squares, their means.

use anyhow::Result;
use book_figures::{ImageGrid, Output};
use ch05_mnist::Dataset;
use ch09_vision::{BY_HAND, max_pool, mean_pool};

use crate::convolution::{by_hand, seven};

/// Draws the page's figure.
pub fn draw(test: &Dataset, output: &Output) -> Result<()> {
    let map = by_hand(&[BY_HAND[0].1]).forward(seven(test).view());
    let map = map.mapv(|z| z.max(0.0));
    let most = map.iter().fold(f64::MIN_POSITIVE, |most, &z| z.max(most));
    let (largest, mean) = (max_pool(map.view(), 2).values, mean_pool(map.view(), 2));
    let brightest = |map: &ndarray::Array4<f64>| map.iter().fold(0.0_f64, |a, &z| a.max(z)) / most;
    let description = format!(
        "The left edges of a seven, 28 × 28, and two maps of 14 × 14: the largest of each square, a \
         stroke as bright as before ({:.2} of the brightest), and the mean, a fainter one ({:.2}).",
        brightest(&largest),
        brightest(&mean)
    );
    let part = |map: &ndarray::Array4<f64>| map.iter().map(|z| z / most).collect::<Vec<_>>();
    let grid = ImageGrid::new("A map, pooled", description, 3)
        .shares("the map", 28, &part(&map))
        .shares("largest of 2 × 2", 14, &part(&largest))
        .shares("mean of 2 × 2", 14, &part(&mean));
    output.figure("pooled", &grid)?;
    Ok(())
}
