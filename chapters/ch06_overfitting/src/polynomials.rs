//! Polynomials fitted by least squares, and why their predictions are wrong. Page: *Twenty points*
//! (`ch06_overfitting/polynomials.md`).

use ch01_neuron::Real;
use nalgebra::{DMatrix, DVector};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

/// The powers 1, x, x², … up to `degree` of each number, one number a row:
/// `[points × (degree + 1)]`.
pub fn powers<T: Real>(numbers: ArrayView1<T>, degree: usize) -> Array2<T> {
    let mut powers = Array2::ones((numbers.len(), degree + 1));
    for power in 1..=degree {
        let next = &powers.column(power - 1) * &numbers;
        powers.column_mut(power).assign(&next);
    }
    powers
}

/// w₀ + w₁x + w₂x² + …, from the inside out: ((… + w₂) x + w₁) x + w₀ (Horner's scheme).
pub fn polynomial<T: Real>(weights: ArrayView1<T>, x: T) -> T {
    weights.iter().rev().fold(T::zero(), |value, &weight| value * x + weight)
}

/// The weights w with the smallest |Xw − y|², and of those the shortest, by the singular values of
/// X.
///
/// `inputs: [points × weights]`, `targets: [points]`, result `[weights]`. Singular values below a
/// trillionth of the largest count as 0: rounding has eaten their digits.
///
/// # Panics
/// If there is not a target for each row of `inputs`, or no input at all.
pub fn least_squares<T: Real>(inputs: ArrayView2<T>, targets: ArrayView1<T>) -> Array1<T> {
    let (shape, count) = (inputs.dim(), targets.len());
    assert!(shape.0 == count, "least squares: inputs {shape:?} and targets [{count}] differ");
    let numbers = inputs.iter().map(|number| number.as_f64());
    let matrix = DMatrix::from_row_iterator(shape.0, shape.1, numbers);
    let targets = DVector::from_iterator(count, targets.iter().map(|target| target.as_f64()));
    let parts = matrix.svd(true, true);
    let smallest = 1e-12 * parts.singular_values.max();
    let weights = parts.solve(&targets, smallest).expect("both sides were asked for");
    weights.iter().map(|&weight| T::of(weight)).collect()
}

/// Why predictions are wrong, if a model is trained again and again on new examples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BiasVariance<T> {
    /// How far the mean prediction is from the truth, squared.
    pub bias_squared: T,
    /// How far a prediction is from the mean prediction, squared, in the mean.
    pub variance: T,
}

impl<T: Real> BiasVariance<T> {
    /// Bias and variance, each a mean over the points.
    ///
    /// `predictions: [training sets × points]`, one model a row; `truth: [points]`, without noise.
    ///
    /// # Panics
    /// If there is not a truth for each column of `predictions`.
    pub fn of(predictions: ArrayView2<T>, truth: ArrayView1<T>) -> Self {
        let (shape, points) = (predictions.dim(), truth.len());
        assert!(
            shape.1 == points,
            "bias and variance: predictions {shape:?} and truth [{points}] differ"
        );
        let mean = predictions.sum_axis(Axis(0)) / T::of(shape.0 as f64); // [points]
        let square = |array: Array2<T>| array.mapv(|x| x * x).sum() / T::of(array.len() as f64);
        let bias = (&mean - &truth).insert_axis(Axis(0));
        let distances = &predictions - &mean;
        Self { bias_squared: square(bias), variance: square(distances) }
    }
}
