//! Rules with a learning rate for each weight: AdaGrad and RMSProp. Page: *A rate for each weight*
//! (`ch04_optimizers/adaptive.md`).

use ch01_neuron::Real;

use crate::momentum::OptimizerState;
use crate::optimizer::{Optimizer, Parameter, Snapshot};

/// Smaller steps for weights that have seen large gradients: s ← s + g², then
/// θ ← θ − ηg / (√s + ε) (Duchi, Hazan and Singer 2011).
#[derive(Debug, Clone, PartialEq)]
pub struct AdaGrad<T> {
    /// ε: keeps the step finite where no gradient has been seen.
    pub epsilon: T,
    /// λ, as in [`Sgd`](crate::Sgd).
    pub weight_decay: T,
    /// What it keeps from step to step, at first nothing.
    pub state: OptimizerState<T, 1>,
}

impl<T: Real> Default for AdaGrad<T> {
    /// With ε = 1e-10.
    fn default() -> Self {
        Self { epsilon: T::of(1e-10), weight_decay: T::zero(), state: OptimizerState::default() }
    }
}

impl<T: Real> Optimizer<T> for AdaGrad<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { epsilon, weight_decay, ref mut state } = *self;
        state.step(parameters, |weight, gradient, [squares]| {
            let gradient = gradient + weight_decay * weight;
            let squares = squares + gradient * gradient;
            (weight - learning_rate * gradient / (squares.sqrt() + epsilon), [squares])
        });
    }

    fn snapshot(&self) -> Snapshot<T> {
        self.state.snapshot()
    }

    fn restore(&mut self, snapshot: Snapshot<T>) {
        self.state.restore(snapshot);
    }
}

/// AdaGrad that forgets: s ← αs + (1 − α)g², then θ ← θ − ηg / (√s + ε) (Tieleman and Hinton
/// 2012).
#[derive(Debug, Clone, PartialEq)]
pub struct RmsProp<T> {
    /// α: how much of s is left after a step.
    pub decay: T,
    /// ε, as in [`AdaGrad`].
    pub epsilon: T,
    /// μ: with it, the steps are gathered in a velocity. Usually 0.
    pub momentum: T,
    /// Whether to divide by the deviation of g from its running mean, rather than by its size.
    pub centered: bool,
    /// λ, as in [`Sgd`](crate::Sgd).
    pub weight_decay: T,
    /// What it keeps from step to step, at first nothing.
    pub state: OptimizerState<T, 3>,
}

impl<T: Real> Default for RmsProp<T> {
    /// With α = 0.99 and ε = 1e-8, no momentum, not centered.
    fn default() -> Self {
        Self {
            decay: T::of(0.99),
            epsilon: T::of(1e-8),
            momentum: T::zero(),
            centered: false,
            weight_decay: T::zero(),
            state: OptimizerState::default(),
        }
    }
}

impl<T: Real> Optimizer<T> for RmsProp<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { decay, epsilon, momentum, centered, weight_decay, ref mut state } = *self;
        let new = T::one() - decay;
        state.step(parameters, |weight, gradient, [squares, mean, velocity]| {
            let gradient = gradient + weight_decay * weight;
            let squares = decay * squares + new * gradient * gradient;
            let mean = if centered { decay * mean + new * gradient } else { mean };
            let variance = (squares - mean * mean).max(T::zero()); // rounding may go below
            let size = variance.sqrt() + epsilon;
            let velocity = momentum * velocity + gradient / size;
            (weight - learning_rate * velocity, [squares, mean, velocity])
        });
    }

    fn snapshot(&self) -> Snapshot<T> {
        self.state.snapshot()
    }

    fn restore(&mut self, snapshot: Snapshot<T>) {
        self.state.restore(snapshot);
    }
}
