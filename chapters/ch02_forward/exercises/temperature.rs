//! Exercise: softmax with a temperature. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch02_forward --test temperature
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ch01_neuron::Real;
use ndarray::{Array2, ArrayView2};

/// Softmax of the logits over the temperature, row by row. `logits: [batch × classes]`, result the
/// same shape; the temperature is 0 or above.
///
/// At temperature 0 it is what it tends to as the temperature falls: the largest logit of a row
/// takes all, and those that are equally large share it out evenly.
pub fn softmax_at<T: Real>(logits: ArrayView2<T>, temperature: T) -> Array2<T> {
    todo!()
}

#[path = "tests/temperature.rs"]
mod tests;
