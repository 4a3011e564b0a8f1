//! A solution of the exercise `doubt`.

use ch01_neuron::Real;
use ndarray::{Array2, ArrayView2};

/// Targets that leave room for doubt: each class keeps `1 − doubt` of its target, and `doubt` is
/// shared out evenly among all classes, the true one included. Both are `[batch × classes]`.
pub fn with_doubt<T: Real>(targets: ArrayView2<T>, doubt: T) -> Array2<T> {
    let evenly = doubt / T::of(targets.ncols() as f64);
    targets.mapv(|target| (T::one() - doubt) * target + evenly)
}

/// How far the logit of the true class is above the others, which are all alike, where the
/// cross-entropy against labels with this doubt is lowest. Infinite if there is no doubt.
pub fn best_gap<T: Real>(classes: usize, doubt: T) -> T {
    let [right, wrong] = doubted(classes, doubt);
    (right / wrong).ln() // the best probabilities are the targets
}

/// The lowest cross-entropy that any logits can have against labels with this doubt.
pub fn lowest_loss<T: Real>(classes: usize, doubt: T) -> T {
    let [right, wrong] = doubted(classes, doubt);
    let share = |p: T| if p > T::zero() { -p * p.ln() } else { T::zero() };
    share(right) + T::of(classes as f64 - 1.0) * share(wrong)
}

/// The target of the true class, and that of each other class.
fn doubted<T: Real>(classes: usize, doubt: T) -> [T; 2] {
    let evenly = doubt / T::of(classes as f64);
    [T::one() - doubt + evenly, evenly]
}

#[path = "../tests/doubt.rs"]
mod tests;
