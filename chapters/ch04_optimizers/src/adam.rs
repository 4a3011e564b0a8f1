//! Adam, and Adam with weight decay kept out of its gradient. Page: *Adam*
//! (`ch04_optimizers/adam.md`).

use ch01_neuron::Real;

use crate::momentum::OptimizerState;
use crate::optimizer::{Optimizer, Parameter, Snapshot};

/// Running means of the gradient and of its square, both corrected for their start at zero:
/// m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g², and with m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ) at
/// step t, θ ← θ − ηm̂ / (√ŝ + ε) (Kingma and Ba 2015, who call s v).
#[derive(Debug, Clone, PartialEq)]
pub struct Adam<T> {
    /// β₁: how much of m is left after a step.
    pub beta1: T,
    /// β₂: how much of s is left after a step.
    pub beta2: T,
    /// ε, as in [`AdaGrad`].
    pub epsilon: T,
    /// λ, as in [`Sgd`](crate::Sgd): part of the gradient, and so of m and s.
    pub weight_decay: T,
    /// What it keeps from step to step, at first nothing.
    pub state: OptimizerState<T, 2>,
}

impl<T: Real> Default for Adam<T> {
    /// With β₁ = 0.9, β₂ = 0.999, ε = 1e-8, as in the paper.
    fn default() -> Self {
        Self {
            beta1: T::of(0.9),
            beta2: T::of(0.999),
            epsilon: T::of(1e-8),
            weight_decay: T::zero(),
            state: OptimizerState::default(),
        }
    }
}

impl<T: Real> Optimizer<T> for Adam<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { beta1, beta2, epsilon, weight_decay, ref mut state } = *self;
        let t = state.steps.saturating_add(1);
        let rate = learning_rate / (T::one() - beta1.powi(t)); // η m̂ = rate · m
        let scale = (T::one() - beta2.powi(t)).sqrt().recip(); // √ŝ = scale · √s
        state.step(parameters, |weight, gradient, [m, s]| {
            let gradient = gradient + weight_decay * weight;
            let m = beta1 * m + (T::one() - beta1) * gradient;
            let s = beta2 * s + (T::one() - beta2) * gradient * gradient;
            (weight - rate * m / (scale * s.sqrt() + epsilon), [m, s])
        });
    }

    fn snapshot(&self) -> Snapshot<T> {
        self.state.snapshot()
    }

    fn restore(&mut self, snapshot: Snapshot<T>) {
        self.state.restore(snapshot);
    }
}

/// Adam with weight decay kept out of m and s: θ ← (1 − ηλ)θ, and then Adam's step (Loshchilov and
/// Hutter 2019).
#[derive(Debug, Clone, PartialEq)]
pub struct AdamW<T> {
    /// λ: the share of a weight that one step takes off, as a multiple of the learning rate.
    pub decoupled_decay: T,
    /// The step that follows.
    pub adam: Adam<T>,
}

impl<T: Real> Default for AdamW<T> {
    /// With λ = 0.01, and Adam's usual constants.
    fn default() -> Self {
        Self { decoupled_decay: T::of(0.01), adam: Adam::default() }
    }
}

impl<T: Real> Optimizer<T> for AdamW<T> {
    fn step(&mut self, learning_rate: T, mut parameters: Vec<Parameter<'_, T>>) {
        let kept = T::one() - learning_rate * self.decoupled_decay;
        for weight in parameters.iter_mut().flat_map(|parameter| parameter.values.iter_mut()) {
            *weight *= kept;
        }
        self.adam.step(learning_rate, parameters);
    }

    fn snapshot(&self) -> Snapshot<T> {
        self.adam.snapshot()
    }

    fn restore(&mut self, snapshot: Snapshot<T>) {
        self.adam.restore(snapshot);
    }
}
