//! One number that says how wrong the outputs of a batch are. Page: *How wrong is an answer?*
//! (`ch02_forward/losses.md`).
//!
//! [`mean_squared_error`] is for quantities, [`binary_cross_entropy`] for a yes or no, and
//! [`softmax_cross_entropy`] for one class out of several; the last two take logits. [`Loss`] names
//! them, and [`one_hot`] makes targets out of labels.

use ch01_neuron::{Real, relu, softplus};
use ndarray::{Array2, ArrayView2};

use crate::softmax::log_softmax;

/// The mean of (a − y)² over all entries, for `outputs` and `targets: [batch × outputs]`.
pub fn mean_squared_error<T: Real>(outputs: ArrayView2<T>, targets: ArrayView2<T>) -> T {
    mean(outputs, targets, |a, y| (a - y) * (a - y))
}

/// The mean of f(output, target) over all entries.
fn mean<T: Real>(outputs: ArrayView2<T>, targets: ArrayView2<T>, f: impl Fn(T, T) -> T) -> T {
    let (shape, target_shape) = (outputs.dim(), targets.dim());
    assert!(shape == target_shape, "loss: outputs {shape:?} and targets {target_shape:?} differ");
    let sum: T = outputs.iter().zip(&targets).map(|(&output, &target)| f(output, target)).sum();
    sum / T::of(outputs.len() as f64)
}

/// Labels as rows with a single 1: label 3 of 5 classes becomes 0 0 0 1 0.
///
/// Result `[labels × classes]`.
///
/// # Panics
/// If a label is not below `classes`.
pub fn one_hot<T: Real>(labels: &[u8], classes: usize) -> Array2<T> {
    let mut rows = Array2::zeros((labels.len(), classes));
    for (mut row, &label) in rows.rows_mut().into_iter().zip(labels) {
        assert!(usize::from(label) < classes, "one-hot: label {label} is not below {classes}");
        row[usize::from(label)] = T::one();
    }
    rows
}

/// The mean over the batch of −Σⱼ yⱼ ln pⱼ, for `probabilities` and `targets: [batch × classes]`.
///
/// A class with y = 0 counts nothing, whatever its p.
pub fn cross_entropy<T: Real>(probabilities: ArrayView2<T>, targets: ArrayView2<T>) -> T {
    let surprise = |p: T, y: T| if y == T::zero() { y } else { -y * p.ln() };
    mean(probabilities, targets, surprise) * T::of(targets.ncols() as f64)
}

/// Softmax and cross-entropy in one: the mean over the batch of −Σⱼ yⱼ ln softmax(z)ⱼ.
///
/// The logarithm undoes the exponential, see [`log_softmax`]; so the loss is finite wherever the
/// differences of the logits are. `logits` and `targets: [batch × classes]`.
pub fn softmax_cross_entropy<T: Real>(logits: ArrayView2<T>, targets: ArrayView2<T>) -> T {
    let log_probabilities = log_softmax(logits);
    mean(log_probabilities.view(), targets, |log_p, y| -y * log_p) * T::of(targets.ncols() as f64)
}

/// The mean of −y ln p − (1 − y) ln(1 − p) over all entries, with p = σ(z).
///
/// It takes the logits z, `[batch × outputs]`, and computes softplus(z) − yz, which is the same but
/// never takes the logarithm of 0; softplus(z) is split, so that its large part and yz cancel before
/// the small part is added. Targets are between 0 and 1.
pub fn binary_cross_entropy<T: Real>(logits: ArrayView2<T>, targets: ArrayView2<T>) -> T {
    mean(logits, targets, |z, y| (relu(z) - y * z) + softplus(-z.abs()))
}

/// One name for the losses that a network can be trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loss {
    /// [`mean_squared_error`]
    MeanSquaredError,
    /// [`binary_cross_entropy`], of logits
    BinaryCrossEntropy,
    /// [`softmax_cross_entropy`], of logits
    SoftmaxCrossEntropy,
}

impl Loss {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 3] =
        [Self::MeanSquaredError, Self::BinaryCrossEntropy, Self::SoftmaxCrossEntropy];

    /// How wrong `outputs` are: 0 is perfect. Both are `[batch × outputs]`.
    ///
    /// # Panics
    /// If the shapes differ.
    pub fn value<T: Real>(self, outputs: ArrayView2<T>, targets: ArrayView2<T>) -> T {
        match self {
            Self::MeanSquaredError => mean_squared_error(outputs, targets),
            Self::BinaryCrossEntropy => binary_cross_entropy(outputs, targets),
            Self::SoftmaxCrossEntropy => softmax_cross_entropy(outputs, targets),
        }
    }
}
