//! Exercise: AMSGrad. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch04_optimizers --test amsgrad
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ch01_neuron::Real;
use ch04_optimizers::{Optimizer, OptimizerState, Parameter, Snapshot};

/// Adam that never forgets how large a gradient can be: in place of s its step has the largest s
/// that the weight has had so far, corrected as s is in Adam.
pub struct AmsGrad<T> {
    /// β₁, as in Adam.
    pub beta1: T,
    /// β₂, as in Adam.
    pub beta2: T,
    /// ε, as in Adam.
    pub epsilon: T,
    /// For each weight m, s, and the largest s; and how many steps there have been.
    pub state: OptimizerState<T, 3>,
}

impl<T: Real> Optimizer<T> for AmsGrad<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        todo!()
    }

    fn snapshot(&self) -> Snapshot<T> {
        self.state.snapshot()
    }

    fn restore(&mut self, snapshot: Snapshot<T>) {
        self.state.restore(snapshot);
    }
}

#[path = "tests/amsgrad.rs"]
mod tests;
