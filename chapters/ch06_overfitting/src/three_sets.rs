//! Data dealt out into training, validation and test sets, and into folds. Page: *Three sets*
//! (`ch06_overfitting/three_sets.md`).

use ch01_neuron::Real;
use ch05_mnist::{Dataset, Images, shuffled};
use ndarray::Axis;
use rand::Rng;

/// The examples with these indices, in this order.
pub fn subset(data: &Dataset, indices: &[usize]) -> Dataset {
    let pixels = data.images.pixels.select(Axis(0), indices);
    let labels = indices.iter().map(|&index| data.labels[index]).collect();
    Dataset { images: Images { pixels, ..data.images }, labels }
}

/// Deals the examples out at random into parts of these sizes, none of them into two parts.
///
/// # Panics
/// If there are fewer examples than the sizes ask for.
pub fn split<const N: usize>(
    data: &Dataset,
    sizes: [usize; N],
    generator: &mut impl Rng,
) -> [Dataset; N] {
    let (asked, count) = (sizes.iter().sum::<usize>(), data.len());
    assert!(asked <= count, "split: sizes {sizes:?} ask for {asked} of {count} examples");
    let order = shuffled(count, generator);
    let mut rest = &order[..];
    sizes.map(|size| {
        let (part, others) = rest.split_at(size);
        rest = others;
        subset(data, part)
    })
}

/// The examples 0 to `count` − 1 as `folds` pairs of (training, validation) indices: each example
/// is in one validation part, and in the training part of all other pairs.
///
/// # Panics
/// If there are fewer than two folds, or fewer examples than folds.
pub fn folds(
    count: usize,
    folds: usize,
    generator: &mut impl Rng,
) -> Vec<(Vec<usize>, Vec<usize>)> {
    assert!(folds >= 2 && folds <= count, "folds: {folds} of {count} examples");
    let order = shuffled(count, generator);
    let part = |fold: usize| (fold * count / folds)..((fold + 1) * count / folds);
    let pair = |fold: usize| {
        let held_out = part(fold);
        let training = [&order[..held_out.start], &order[held_out.end..]].concat();
        (training, order[held_out].to_vec())
    };
    (0..folds).map(pair).collect()
}

/// How much a measured share of mistakes would spread from test set to test set:
/// √(error (1 − error) / examples).
pub fn standard_error<T: Real>(error: T, examples: usize) -> T {
    (error * (T::one() - error) / T::of(examples as f64)).sqrt()
}
