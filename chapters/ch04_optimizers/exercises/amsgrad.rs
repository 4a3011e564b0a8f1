//! Exercise: AMSGrad. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch04_optimizers --test amsgrad
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

use ch01_neuron::Real;
use ch04_optimizers::{Optimizer, Parameter};

/// Adam that never forgets how large a gradient can be: in place of s its step has the largest s
/// that the weight has had so far, corrected as s is in Adam.
pub struct AmsGrad<T> {
    /// β₁, as in Adam.
    pub beta1: T,
    /// β₂, as in Adam.
    pub beta2: T,
    /// ε, as in Adam.
    pub epsilon: T,
    /// How many steps there have been.
    pub steps: i32,
    /// For each list of parameters, and each weight in it: m, s, and the largest s.
    pub memory: Vec<Vec<[T; 3]>>,
}

impl<T: Real> Optimizer<T> for AmsGrad<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        todo!()
    }
}

#[path = "tests/amsgrad.rs"]
mod tests;
