//! Stochastic gradient descent, the first rule. Page: *Optimizers* (`ch04_optimizers.md`).

use ch01_neuron::Real;

use crate::momentum::OptimizerState;
use crate::optimizer::{Optimizer, Parameter, Snapshot};

/// Stochastic gradient descent: θ ← θ − ηg.
#[derive(Debug, Clone, PartialEq)]
pub struct Sgd<T> {
    /// λ: adds λθ to the gradient, as a penalty λ|θ|²/2 in the loss would. Usually 0.
    pub weight_decay: T,
    /// What it keeps from step to step, at first nothing.
    pub state: OptimizerState<T, 0>,
}

impl<T: Real> Default for Sgd<T> {
    /// Without weight decay.
    fn default() -> Self {
        Self { weight_decay: T::zero(), state: OptimizerState::default() }
    }
}

impl<T: Real> Optimizer<T> for Sgd<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { weight_decay, ref mut state } = *self;
        state.step(parameters, |weight, gradient, []| {
            let gradient = gradient + weight_decay * weight;
            (weight - learning_rate * gradient, [])
        });
    }

    fn snapshot(&self) -> Snapshot<T> {
        self.state.snapshot()
    }

    fn restore(&mut self, snapshot: Snapshot<T>) {
        self.state.restore(snapshot);
    }
}
