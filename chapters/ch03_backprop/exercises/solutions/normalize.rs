//! A solution of the exercise `normalize`.

use ch01_neuron::Real;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// What the forward pass gives, and what the backward pass will need of it.
pub struct Normalized<T> {
    /// Y, `[batch × inputs]`: each row has mean 0 and variance 1.
    pub outputs: Array2<T>,
    /// s, `[batch]`: the standard deviation of each row of X.
    pub deviations: Array1<T>,
}

/// Subtracts from each row of X, `[batch × inputs]`, its mean, and divides the result by its standard
/// deviation, the root of the mean of its squares.
pub fn normalize<T: Real>(inputs: ArrayView2<T>) -> Normalized<T> {
    let centered = &inputs - &row_means(&inputs.to_owned());
    let deviations = row_means(&(&centered * &centered)).mapv(T::sqrt); // [batch × 1]
    Normalized { outputs: centered / &deviations, deviations: deviations.remove_axis(Axis(1)) }
}

/// ∂L/∂X for ∂L/∂Y, both `[batch × inputs]`: (G − mean G − Y · mean(G ⊙ Y)) / s in each row, with
/// G = ∂L/∂Y.
///
/// The first mean is what went to the mean of the row, the second what went to its deviation.
pub fn normalize_backward<T: Real>(
    normalized: &Normalized<T>,
    output_gradient: ArrayView2<T>,
) -> Array2<T> {
    let Normalized { outputs, deviations } = normalized;
    let to_mean = row_means(&output_gradient.to_owned()); // [batch × 1]
    let to_deviation = row_means(&(&output_gradient * outputs)); // [batch × 1]
    let deviations = deviations.view().insert_axis(Axis(1)); // [batch × 1]
    (&output_gradient - &to_mean - outputs * &to_deviation) / deviations
}

/// The mean of each row, `[batch × 1]`.
fn row_means<T: Real>(matrix: &Array2<T>) -> Array2<T> {
    matrix.sum_axis(Axis(1)).insert_axis(Axis(1)) / T::of(matrix.ncols() as f64)
}

#[path = "../tests/normalize.rs"]
mod tests;
