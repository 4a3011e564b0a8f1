//! A solution of the exercise `temperature`.

use ch01_neuron::Real;
use ndarray::{Array2, ArrayView2};

/// Softmax of the logits over the temperature, row by row. `logits: [batch × classes]`, result the
/// same shape; the temperature is 0 or above.
///
/// At temperature 0 it is what it tends to as the temperature falls: the largest logit of a row
/// takes all, and those that are equally large share it out evenly.
///
/// The largest is taken away before the division. So no quotient is above 0, and one that
/// overflows is −∞, of which the exponential is 0.
pub fn softmax_at<T: Real>(logits: ArrayView2<T>, temperature: T) -> Array2<T> {
    let mut probabilities = logits.to_owned();
    for mut row in probabilities.rows_mut() {
        let largest = row.fold(T::neg_infinity(), |largest, &z| largest.max(z));
        row.mapv_inplace(|z| match z - largest {
            below if below == T::zero() => T::one(), // also at temperature 0
            below => (below / temperature).exp(),
        });
        let sum = row.sum();
        row /= sum;
    }
    probabilities
}

#[path = "../tests/temperature.rs"]
mod tests;
