//! The test by covering: what a map says of a patch, beside what happens when the patch is covered.

use ch02_forward::Network;
use ndarray::{Array2, Axis};
use rayon::prelude::*;

use crate::networks::{correlation, explained};

/// How many test images are covered, patch by patch.
pub const COVERED: usize = 200;
/// The sides of the patches, in pixels: divisors of 28.
pub const SIDES: [usize; 4] = [1, 2, 4, 7];

/// For each side, the correlation over the patches of an image between the sum of the map in a patch
/// and the fall of F when the patch is made black; the mean over the images. Patches that are black
/// already are left out: nothing happens to them.
pub fn agreement(
    network: &Network<f64>,
    inputs: &Array2<f64>,
    output_weights: &Array2<f64>,
    maps: &[Array2<f64>],
) -> Vec<[f64; SIDES.len()]> {
    let images: Vec<usize> = (0..inputs.nrows()).collect();
    let of_image = |&image: &usize| {
        SIDES.map(|side| {
            let (patches, covered) = cover(inputs, image, side);
            let of_one = output_weights.row(image);
            let weights = of_one.broadcast((covered.nrows(), of_one.len()));
            let weights = weights.expect("a row for each patch").to_owned();
            let after = explained(network, &covered, &weights);
            let last = after.len() - 1; // the image itself
            let of_map = |map: &Array2<f64>| {
                let pairs = patches.iter().zip(&after).map(|(patch, &after_cover)| {
                    let sum: f64 = patch.iter().map(|&pixel| map[[image, pixel]]).sum();
                    (sum, after[last] - after_cover)
                });
                correlation(&pairs.collect::<Vec<_>>())
            };
            maps.iter().map(of_map).collect::<Vec<_>>()
        })
    };
    let all: Vec<_> = images.par_iter().map(of_image).collect();
    let mean = |map: usize, side: usize| {
        let known: Vec<f64> = all.iter().filter_map(|image| image[side][map]).collect();
        known.iter().sum::<f64>() / known.len() as f64
    };
    let sides = |map| std::array::from_fn(|side| mean(map, side));
    (0..maps.len()).map(sides).collect()
}

/// The pixels of each patch that has ink, and the image with each of them covered in turn; the last
/// row is the image as it is.
fn cover(inputs: &Array2<f64>, image: usize, side: usize) -> (Vec<Vec<usize>>, Array2<f64>) {
    let across = 28 / side;
    let pixels = |patch: usize| {
        let (top, left) = (patch / across * side, patch % across * side);
        (0..side * side).map(|k| (top + k / side) * 28 + left + k % side).collect::<Vec<_>>()
    };
    let inked = |patch: &Vec<usize>| patch.iter().any(|&pixel| inputs[[image, pixel]] > 0.0);
    let patches: Vec<_> = (0..across * across).map(pixels).filter(inked).collect();
    let whole = inputs.index_axis(Axis(0), image);
    let mut covered = Array2::zeros((patches.len() + 1, inputs.ncols()));
    for (patch, mut row) in patches.iter().zip(covered.rows_mut()) {
        row.assign(&whole);
        patch.iter().for_each(|&pixel| row[pixel] = 0.0);
    }
    covered.row_mut(patches.len()).assign(&whole);
    (patches, covered)
}
