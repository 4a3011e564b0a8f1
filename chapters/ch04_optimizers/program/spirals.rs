//! A small network that tells two spirals apart: the one real loss of the chapter.

use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{Gradients, LossBackward, NetworkBackward};
use ch04_optimizers::{Optimizer, Quadratic, parameters};
use ndarray::{Array1, Array2};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;

/// How many points there are.
pub const EXAMPLES: usize = 200;
/// The seed of the points and of the weights.
pub const SEED: u64 = 0;

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// Two hundred points on two arms, and which arm each is on.
pub struct Task {
    inputs: Array2<f64>,
    targets: Array2<f64>,
    seed: u64,
}

impl Task {
    /// Two arms that wind around each other, half of the points in each.
    pub fn new(seed: u64) -> Self {
        let count = EXAMPLES / 2;
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let mut inputs = Array2::zeros((2 * count, 2));
        let mut targets = Array2::zeros((2 * count, 1));
        for index in 0..2 * count {
            let (arm, place) = (index % 2, (index / 2) as f64 / count as f64);
            let angle = std::f64::consts::PI * (1.5 * place + arm as f64);
            let mut noise = || -> f64 { 0.25 * generator.sample::<f64, _>(StandardNormal) };
            inputs[[index, 0]] = (0.3 + 1.7 * place) * angle.cos() + noise();
            inputs[[index, 1]] = (0.3 + 1.7 * place) * angle.sin() + noise();
            targets[[index, 0]] = arm as f64;
        }
        Self { inputs, targets, seed }
    }

    /// An untrained network: two inputs, two hidden layers of 24, one output.
    pub fn network(&self, hidden: Activation, start: Initialization) -> Network<f64> {
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
        Network::new(&[2, 24, 24, 1], (hidden, Activation::Identity), start, &mut generator)
    }

    /// The network of tanh neurons, with Xavier's first weights.
    pub fn tanh_network(&self) -> Network<f64> {
        self.network(Activation::Tanh, Initialization::Xavier)
    }

    /// The loss on all the points, and its gradient.
    pub fn loss_and_gradients(&self, network: &Network<f64>) -> (f64, Gradients<f64>) {
        let inputs = self.inputs.view();
        let trace = network.trace(inputs);
        let gradient = LOSS.gradient(trace.output(), self.targets.view());
        let loss = LOSS.value(trace.output(), self.targets.view());
        (loss, network.backward(inputs, &trace, gradient))
    }

    /// One step on all the points; gives the loss before it.
    pub fn step(
        &self,
        network: &mut Network<f64>,
        optimizer: &mut dyn Optimizer<f64>,
        rate: f64,
    ) -> f64 {
        let (loss, gradients) = self.loss_and_gradients(network);
        optimizer.step(rate, parameters(network, &gradients));
        loss
    }

    /// The losses of a run with a constant rate.
    pub fn train(
        &self,
        network: &mut Network<f64>,
        optimizer: &mut dyn Optimizer<f64>,
        rate: f64,
        steps: usize,
    ) -> Vec<f64> {
        (0..steps).map(|_| self.step(network, optimizer, rate)).collect()
    }

    /// All curvatures of the loss at a network, smallest first.
    pub fn curvatures(&self, network: &Network<f64>) -> Vec<f64> {
        let (curvature, count) = (self.hessian(network), network.parameter_count());
        Quadratic { curvature, minimum: Array1::zeros(count) }.eigenvalues()
    }

    /// The Hessian of the loss, by nudging each parameter up and down.
    pub fn hessian(&self, network: &Network<f64>) -> Array2<f64> {
        let flat = |network: &Network<f64>| -> Vec<f64> {
            self.loss_and_gradients(network).1.slices().concat()
        };
        let (count, h) = (network.parameter_count(), 1e-5);
        let nudged = |index: usize, h: f64| {
            let mut network = network.clone();
            let mut slices = network.parameters_mut();
            *slices.iter_mut().flat_map(|slice| slice.iter_mut()).nth(index).expect("counted") += h;
            flat(&network)
        };
        let row = |index: usize| -> Vec<f64> {
            let both = nudged(index, h).into_iter().zip(nudged(index, -h));
            both.map(|(up, down)| (up - down) / (2.0 * h)).collect()
        };
        let rows: Vec<Vec<f64>> = (0..count).into_par_iter().map(row).collect();
        let hessian = Array2::from_shape_fn((count, count), |(i, j)| rows[i][j]);
        0.5 * (&hessian + &hessian.t()) // symmetric but for 1e-9
    }
}
