//! The gradients of the losses, with which a backward pass begins. Page: *Where the walk back
//! begins* (`ch03_backprop/losses.md`).

use ch01_neuron::{Real, sigmoid};
use ch02_forward::{Loss, softmax};
use ndarray::{Array2, ArrayView2, Axis, Zip};

use crate::neuron::assert_same_shape;

/// ∂L/∂A = 2 (A − Y) / N for the mean squared error over N entries.
pub fn mean_squared_error_gradient<T: Real>(
    outputs: ArrayView2<T>,
    targets: ArrayView2<T>,
) -> Array2<T> {
    assert_same_shape("outputs", outputs, targets);
    (&outputs - &targets) * T::of(2.0 / outputs.len() as f64)
}

/// ∂L/∂Z = (σ(Z) − Y) / N for the binary cross-entropy of logits over N entries.
pub fn binary_cross_entropy_gradient<T: Real>(
    logits: ArrayView2<T>,
    targets: ArrayView2<T>,
) -> Array2<T> {
    assert_same_shape("logits", logits, targets);
    (logits.mapv(sigmoid) - targets) / T::of(logits.len() as f64)
}

/// ∂L/∂P = −Y / P / n for the cross-entropy of probabilities over a batch of n.
///
/// It is huge where a target has a small probability, and infinite where it has none.
pub fn cross_entropy_gradient<T: Real>(
    probabilities: ArrayView2<T>,
    targets: ArrayView2<T>,
) -> Array2<T> {
    assert_same_shape("probabilities", probabilities, targets);
    let batch = T::of(targets.nrows() as f64);
    let mut gradient = targets.to_owned();
    Zip::from(&mut gradient).and(probabilities).for_each(|y, &p| {
        *y = if *y == T::zero() { T::zero() } else { -*y / p / batch };
    });
    gradient
}

/// The backward pass of softmax: ∂L/∂zⱼ = pⱼ (∂L/∂pⱼ − Σₖ pₖ ∂L/∂pₖ) in each row.
///
/// It is the product with the Jacobian ∂pₖ/∂zⱼ = pₖ ([k = j] − pⱼ), without writing it down; [k = j]
/// is 1 if the two are the same class and 0 if not.
/// `probabilities` are the P of the forward pass; all are `[batch × classes]`.
pub fn softmax_backward<T: Real>(
    probabilities: ArrayView2<T>,
    probability_gradient: ArrayView2<T>,
) -> Array2<T> {
    assert_same_shape("probabilities", probabilities, probability_gradient);
    let weighted = &probabilities * &probability_gradient;
    let row_sums = weighted.sum_axis(Axis(1)).insert_axis(Axis(1)); // [batch × 1]
    weighted - &probabilities * &row_sums
}

/// ∂L/∂Z = (P − Y) / n for softmax and cross-entropy together, over a batch of n: the whole of
/// [`cross_entropy_gradient`] and [`softmax_backward`], with everything that cancels cancelled.
///
/// Each row of `targets` must add up to 1.
pub fn softmax_cross_entropy_gradient<T: Real>(
    logits: ArrayView2<T>,
    targets: ArrayView2<T>,
) -> Array2<T> {
    assert_same_shape("logits", logits, targets);
    (softmax(logits) - targets) / T::of(logits.nrows() as f64)
}

/// What [`Loss`] needs to take part in a backward pass.
pub trait LossBackward {
    /// How the loss changes with each output, `[batch × outputs]`: here the backward pass begins.
    fn gradient<T: Real>(self, outputs: ArrayView2<T>, targets: ArrayView2<T>) -> Array2<T>;
}

impl LossBackward for Loss {
    fn gradient<T: Real>(self, outputs: ArrayView2<T>, targets: ArrayView2<T>) -> Array2<T> {
        match self {
            Self::MeanSquaredError => mean_squared_error_gradient(outputs, targets),
            Self::BinaryCrossEntropy => binary_cross_entropy_gradient(outputs, targets),
            Self::SoftmaxCrossEntropy => softmax_cross_entropy_gradient(outputs, targets),
        }
    }
}
