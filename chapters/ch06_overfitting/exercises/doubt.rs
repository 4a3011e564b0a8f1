//! Exercise: targets with doubt. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch06_overfitting --test doubt
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ch01_neuron::Real;
use ndarray::{Array2, ArrayView2};

/// Targets that leave room for doubt: each class keeps `1 − doubt` of its target, and `doubt` is
/// shared out evenly among all classes, the true one included. Both are `[batch × classes]`.
pub fn with_doubt<T: Real>(targets: ArrayView2<T>, doubt: T) -> Array2<T> {
    todo!()
}

/// How far the logit of the true class is above the others, which are all alike, where the
/// cross-entropy against labels with this doubt is lowest. Infinite if there is no doubt.
pub fn best_gap<T: Real>(classes: usize, doubt: T) -> T {
    todo!()
}

/// The lowest cross-entropy that any logits can have against labels with this doubt.
pub fn lowest_loss<T: Real>(classes: usize, doubt: T) -> T {
    todo!()
}

#[path = "tests/doubt.rs"]
mod tests;
