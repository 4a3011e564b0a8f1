//! From logits to probabilities, without overflow. Page: *Softmax* (`ch02_forward/softmax.md`).

use ch01_neuron::Real;
use ndarray::{Array2, ArrayView1, ArrayView2};

/// Softmax, row by row: pⱼ = exp zⱼ / Σₖ exp zₖ. Each row becomes probabilities that add up to 1.
///
/// Softmax does not change when the same number is taken from all logits of a row; the largest is
/// taken, so that no exponential overflows. `logits: [batch × classes]`, result the same shape.
pub fn softmax<T: Real>(logits: ArrayView2<T>) -> Array2<T> {
    let mut probabilities = logits.to_owned();
    for mut row in probabilities.rows_mut() {
        let largest = largest(row.view());
        row.mapv_inplace(|z| (z - largest).exp());
        let sum = row.sum();
        row /= sum;
    }
    probabilities
}

/// The largest number of a row, −∞ if it is empty, not-a-number if one of them is.
fn largest<T: Real>(row: ArrayView1<T>) -> T {
    row.fold(T::neg_infinity(), |largest, &z| if z > largest || z.is_nan() { z } else { largest })
}

/// ln Σⱼ exp zⱼ of one row, without overflow: the largest z is taken out of the sum first.
///
/// Of an empty row it is −∞, the logarithm of an empty sum.
pub fn log_sum_exp<T: Real>(row: ArrayView1<T>) -> T {
    let largest = largest(row);
    if largest.is_infinite() {
        return largest; // ∞ − ∞ would not be a number
    }
    largest + row.iter().map(|&z| (z - largest).exp()).sum::<T>().ln()
}

/// ln softmax(z)ⱼ = zⱼ − ln Σₖ exp zₖ, row by row. It is finite wherever the differences of the
/// logits are; the logarithm of [`softmax`] is −∞ as soon as a probability rounds to 0.
pub fn log_softmax<T: Real>(logits: ArrayView2<T>) -> Array2<T> {
    let mut log_probabilities = logits.to_owned();
    for mut row in log_probabilities.rows_mut() {
        let largest = largest(row.view());
        row -= largest; // first, so that what is left is small and keeps its digits
        let normalizer = log_sum_exp(row.view());
        row -= normalizer;
    }
    log_probabilities
}
