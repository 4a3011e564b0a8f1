//! A solution of the exercise `neighbors`.

use ch05_mnist::{CLASSES, Dataset};
use ndarray::ArrayView1;

/// What each image of `images` shows, if the `k` images of `known` that are nearest to it may vote.
///
/// Near means: a small sum of squared differences of all pixels. Of two images at the same
/// distance the one that comes first is the nearer; of two digits with equally many votes, the
/// smaller digit wins.
pub fn read_by_neighbors(known: &Dataset, images: &Dataset, k: usize) -> Vec<u8> {
    let read = |image: ArrayView1<u8>| {
        let known = known.images.pixels.rows().into_iter().zip(&known.labels);
        let mut neighbors: Vec<(i64, u8)> =
            known.map(|(other, &label)| (squared_distance(image, other), label)).collect();
        neighbors.sort_by_key(|&(distance, _)| distance); // keeps the order of equal ones
        let mut votes = [0; CLASSES];
        for (_, label) in neighbors.into_iter().take(k) {
            votes[usize::from(label)] += 1;
        }
        let most = votes.iter().max();
        votes.iter().position(|count| Some(count) == most).unwrap_or(0) as u8
    };
    images.images.pixels.rows().into_iter().map(read).collect()
}

/// Whole numbers: 784 squares of at most 255² are far below 2⁶³. A `u8` would overflow.
fn squared_distance(one: ArrayView1<u8>, other: ArrayView1<u8>) -> i64 {
    let square = |(&a, &b): (&u8, &u8)| (i64::from(a) - i64::from(b)).pow(2);
    one.iter().zip(&other).map(square).sum()
}

#[path = "../tests/neighbors.rs"]
mod tests;
