//! How fast momentum is: Nesterov's momentum, and the best settings on a quadratic. Page: *How fast
//! momentum is* (`ch04_optimizers/acceleration.md`).

use ch01_neuron::Real;

use crate::momentum::OptimizerState;
use crate::optimizer::{Optimizer, Parameter, Snapshot};
use crate::quadratics::Quadratic;

/// Momentum that looks ahead: v ← μv + g, then θ ← θ − η(g + μv) (Nesterov 1983; in this form, with
/// the place ahead as θ, Bengio, Boulanger-Lewandowski and Pascanu 2013, and PyTorch).
#[derive(Debug, Clone, PartialEq)]
pub struct Nesterov<T> {
    /// μ, as in [`Momentum`].
    pub momentum: T,
    /// λ, as in [`Sgd`](crate::Sgd).
    pub weight_decay: T,
    /// What it keeps from step to step, at first nothing.
    pub state: OptimizerState<T, 1>,
}

impl<T: Real> Nesterov<T> {
    /// With momentum μ, usually 0.9.
    pub fn new(momentum: T) -> Self {
        Self { momentum, weight_decay: T::zero(), state: OptimizerState::default() }
    }
}

impl<T: Real> Optimizer<T> for Nesterov<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { momentum, weight_decay, ref mut state } = *self;
        state.step(parameters, |weight, gradient, [velocity]| {
            let gradient = gradient + weight_decay * weight;
            let velocity = momentum * velocity + gradient;
            (weight - learning_rate * (gradient + momentum * velocity), [velocity])
        });
    }

    fn snapshot(&self) -> Snapshot<T> {
        self.state.snapshot()
    }

    fn restore(&mut self, snapshot: Snapshot<T>) {
        self.state.restore(snapshot);
    }
}

impl<T: Real> Quadratic<T> {
    /// The learning rate and the μ with which a heavy ball is fastest: η = (2 / (√λₘᵢₙ + √λₘₐₓ))²
    /// and μ = ((√κ − 1) / (√κ + 1))². In the long run a step leaves √μ of the
    /// distance (Polyak 1964).
    pub fn best_momentum(&self) -> (T, T) {
        let (smallest, largest) = self.extreme_eigenvalues();
        let (narrow, wide) = (smallest.sqrt(), largest.sqrt());
        let rate = (T::of(2.0) / (narrow + wide)).powi(2);
        (rate, ((wide - narrow) / (wide + narrow)).powi(2))
    }

    /// The same for Nesterov's momentum: η = 1 / λₘₐₓ and μ = (√κ − 1) / (√κ + 1). In the
    /// long run a step leaves 1 − 1 / √κ of the distance.
    pub fn best_nesterov(&self) -> (T, T) {
        let (smallest, largest) = self.extreme_eigenvalues();
        let (narrow, wide) = (smallest.sqrt(), largest.sqrt());
        (largest.recip(), (wide - narrow) / (wide + narrow))
    }
}
