//! Shapley values: over all coalitions, and by drawing orders. Page: *Fair shares*
//! (`ch07_inside/shapley.md`).
//!
//! A game gives a value to each set of its players. Here the players are parts of an image, those in
//! the set are shown, and all others are as in a baseline. A set is a number: bit i is player i.

use ch01_neuron::Real;
use ch02_forward::Network;
use ndarray::{Array2, ArrayView1};
use rand::Rng;

use ch05_mnist::shuffled;

use crate::paths::one_hidden_layer;

/// Shapley values of a game of `players`, from the values of all 2ⁿ coalitions: the mean of what a
/// player adds, weighted by how often its coalition has come together when it joins (Shapley 1953).
///
/// # Panics
/// If there are not as many values as coalitions.
pub fn shapley_values<T: Real>(players: usize, values: &[T]) -> Vec<T> {
    assert!(values.len() == 1 << players, "{players} players: one value for each of their sets");
    let weights = coalition_weights(players);
    let share = |player: usize| {
        let without = (0..values.len()).filter(|set| set >> player & 1 == 0);
        let gains = without.map(|set| {
            let size = set.count_ones() as usize;
            T::of(weights[size]) * (values[set | 1 << player] - values[set])
        });
        gains.sum()
    };
    (0..players).map(share).collect()
}

/// s! (n − 1 − s)! / n! for each size s of a coalition without the player.
fn coalition_weights(players: usize) -> Vec<f64> {
    let mut weights = vec![1.0 / players as f64];
    for size in 1..players {
        let last = weights[size - 1];
        weights.push(last * size as f64 / (players - size) as f64);
    }
    weights
}

/// The values of all coalitions of a network with one hidden layer: F of the image whose parts in the
/// coalition are shown. `part` says to which part each pixel belongs, and `output_weights` make F of
/// the outputs.
///
/// Each hidden sum is that of the baseline and a contribution from each shown part. Counting up, a
/// coalition has a lowest part t and no part below; the others were summed up before, at level t + 1.
///
/// # Panics
/// If the network has another form.
pub fn coalition_values<T: Real>(
    network: &Network<T>,
    (baseline, input): (ArrayView1<T>, ArrayView1<T>),
    output_weights: ArrayView1<T>,
    (parts, part): (usize, &[usize]),
) -> Vec<T> {
    let [hidden, output] = one_hidden_layer(network);
    let behind = output.weights.dot(&output_weights); // [hidden]
    let bias = output.bias.dot(&output_weights);
    let moves = part_moves(&hidden.weights, (baseline, input), (parts, part));
    let start = baseline.dot(&hidden.weights) + &hidden.bias;
    let mut sums = vec![start; parts + 1]; // at level l: of the shown parts from l on
    let next = |set: usize| {
        if set > 0 {
            let lowest = set.trailing_zeros() as usize;
            let joined = &sums[lowest + 1] + &moves.row(lowest);
            sums[..=lowest].iter_mut().for_each(|sum| sum.assign(&joined));
        }
        let on = sums[0].iter().zip(&behind);
        bias + on.map(|(&z, &v)| if z > T::zero() { z * v } else { T::zero() }).sum::<T>()
    };
    (0..1 << parts).map(next).collect()
}

/// What showing each part adds to the hidden sums, `[parts × hidden]`.
fn part_moves<T: Real>(
    weights: &Array2<T>,
    (baseline, input): (ArrayView1<T>, ArrayView1<T>),
    (parts, part): (usize, &[usize]),
) -> Array2<T> {
    let mut moves = Array2::zeros((parts, weights.ncols()));
    for (pixel, &part) in part.iter().enumerate() {
        let distance = input[pixel] - baseline[pixel];
        moves.row_mut(part).scaled_add(distance, &weights.row(pixel));
    }
    moves
}

/// Shapley values estimated from `orders` random orders: what each player adds when it joins, on
/// average. `value` gives the value of a set, written as one flag for each player.
pub fn sampled_shapley<T: Real>(
    players: usize,
    orders: usize,
    mut value: impl FnMut(&[bool]) -> T,
    generator: &mut impl Rng,
) -> Vec<T> {
    let mut sums = vec![T::zero(); players];
    for _ in 0..orders {
        let mut present = vec![false; players];
        let mut before = value(&present);
        for player in shuffled(players, generator) {
            present[player] = true;
            let after = value(&present);
            sums[player] += after - before;
            before = after;
        }
    }
    sums.into_iter().map(|sum| sum / T::of(orders as f64)).collect()
}

/// To which of the squares of this side each pixel of a square image belongs, row by row.
pub fn squares(width: usize, side: usize) -> Vec<usize> {
    let across = width.div_ceil(side);
    (0..width * width).map(|i| i / width / side * across + i % width / side).collect()
}
