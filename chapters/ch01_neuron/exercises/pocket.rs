//! Exercise: a perceptron with a pocket. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch01_neuron --test pocket
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ch01_neuron::{Neuron, Real};
use ndarray::{ArrayView1, ArrayView2};

/// How many of the examples the neuron answers wrongly.
///
/// `inputs: [examples × inputs]`, `targets: [examples]`, each 0 or 1.
pub fn mistakes<T: Real>(
    neuron: &Neuron<T>,
    inputs: ArrayView2<T>,
    targets: ArrayView1<T>,
) -> usize {
    todo!()
}

/// Goes through the examples `epochs` times with the perceptron rule, beginning at `start`, and
/// returns the neuron with the fewest mistakes on all the examples that was met on the way, the
/// start included; the first of them, if several are equally good.
pub fn train_with_pocket<T: Real>(
    start: &Neuron<T>,
    inputs: ArrayView2<T>,
    targets: ArrayView1<T>,
    epochs: usize,
) -> Neuron<T> {
    todo!()
}

#[path = "tests/pocket.rs"]
mod tests;
