//! Rules with a learning rate for each weight: AdaGrad, RMSProp, Adam and AdamW. Page: *A rate for
//! each weight* (`ch04_optimizers/adaptive.md`).

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
