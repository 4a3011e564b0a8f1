//! A solution of the exercise `amsgrad`.

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
        let Self { beta1, beta2, epsilon, ref mut state } = *self;
        let (one, t) = (T::one(), state.steps + 1);
        state.step(parameters, |weight, gradient, [m, s, largest]| {
            let m = beta1 * m + (one - beta1) * gradient;
            let s = beta2 * s + (one - beta2) * gradient * gradient;
            let largest = largest.max(s);
            let (m_hat, s_hat) = (m / (one - beta1.powi(t)), largest / (one - beta2.powi(t)));
            (weight - learning_rate * m_hat / (s_hat.sqrt() + epsilon), [m, s, largest])
        });
    }

    fn snapshot(&self) -> Snapshot<T> {
        self.state.snapshot()
    }

    fn restore(&mut self, snapshot: Snapshot<T>) {
        self.state.restore(snapshot);
    }
}

#[path = "../tests/amsgrad.rs"]
mod tests;
