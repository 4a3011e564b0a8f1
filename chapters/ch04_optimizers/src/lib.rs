//! Chapter 4: optimizers.
//!
//! A gradient says which way is down; an optimizer decides how far to go. Here are seven rules, each
//! written as what happens to one weight; schedules, which change the learning rate on the way; and
//! quadratic bowls, where the curvature alone tells how fast a rule can be.

use ch01_neuron::Real;
use ch02_forward::Network;
use ch03_backprop::Gradients;
use nalgebra::{DMatrix, SymmetricEigen};
use ndarray::{Array1, Array2, ArrayView1};

// ------------------------------------------------------------------------------ the interface --

/// A list of numbers that may change, and how the loss changes with each of them.
#[derive(Debug)]
pub struct Parameter<'a, T> {
    /// θ
    pub values: &'a mut [T],
    /// g = ∂L/∂θ, of the same length
    pub gradient: &'a [T],
}

/// W and b of each layer of a network, each with its gradient.
pub fn parameters<'a, T: Real>(
    network: &'a mut Network<T>,
    gradients: &'a Gradients<T>,
) -> Vec<Parameter<'a, T>> {
    let (layers, given) = (network.layers.len(), gradients.layers.len());
    assert!(layers == given, "optimizer: a network of {layers} layers, gradients of {given}");
    let pairs = network.parameters_mut().into_iter().zip(gradients.slices());
    pairs.map(|(values, gradient)| Parameter { values, gradient }).collect()
}

/// A rule that changes parameters so that the loss falls.
pub trait Optimizer<T> {
    /// One step, of a size that `learning_rate` sets.
    ///
    /// An optimizer keeps a memory for each parameter, made at the first step. It must be given
    /// the same parameters in the same order at every step.
    ///
    /// # Panics
    /// If a parameter and its gradient, or its memory, are not of one length.
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>);
}

/// What an optimizer remembers from step to step: N numbers for each weight, at first all zero.
/// [`Memory::default`] is empty, and takes its sizes from the parameters of the first step.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory<T, const N: usize> {
    /// How many steps there have been.
    pub steps: i32,
    /// How long each parameter was at the first step.
    pub lengths: Vec<usize>,
    /// N lists of numbers for each parameter, each as long as the parameter.
    pub lists: Vec<[Vec<T>; N]>,
}

impl<T, const N: usize> Default for Memory<T, N> {
    fn default() -> Self {
        Self { steps: 0, lengths: Vec::new(), lists: Vec::new() }
    }
}

impl<T: Real, const N: usize> Memory<T, N> {
    /// Applies `rule` to every weight: it is given the weight, its gradient and its memory, and
    /// answers with the new weight and the new memory.
    fn step(
        &mut self,
        parameters: Vec<Parameter<'_, T>>,
        rule: impl Fn(T, T, [T; N]) -> (T, [T; N]) + Sync,
    ) {
        let lengths: Vec<usize> = parameters.iter().map(|p| p.values.len()).collect();
        if self.steps == 0 {
            let zeros = |&length: &usize| std::array::from_fn(|_| vec![T::zero(); length]);
            self.lists = lengths.iter().map(zeros).collect();
            self.lengths = lengths.clone();
        }
        let first = &self.lengths;
        assert!(
            lengths == *first,
            "optimizer: parameters {lengths:?}, at the first step {first:?}"
        );
        for (parameter, memory) in parameters.into_iter().zip(&mut self.lists) {
            let memory = memory.each_mut().map(Vec::as_mut_slice);
            update(parameter.values, parameter.gradient, memory, &rule);
        }
        self.steps = self.steps.saturating_add(1);
    }
}

/// Applies `rule` to each weight of a list. Long lists are split among the threads; what happens to
/// one weight does not depend on any other.
fn update<T: Real, const N: usize>(
    values: &mut [T],
    gradient: &[T],
    memory: [&mut [T]; N],
    rule: &(impl Fn(T, T, [T; N]) -> (T, [T; N]) + Sync),
) {
    let length = values.len();
    assert!(gradient.len() == length, "optimizer: {length} weights, {} gradients", gradient.len());
    if length >= WORTH_SHARING {
        let middle = length / 2;
        let (values, more_values) = values.split_at_mut(middle);
        let (gradient, more_gradient) = gradient.split_at(middle);
        let [memory, more_memory] = split(memory, middle);
        rayon::join(
            || update(values, gradient, memory, rule),
            || update(more_values, more_gradient, more_memory, rule),
        );
        return;
    }
    let memory = memory.map(|list| &mut list[..length]);
    for i in 0..length {
        let (value, remembered) =
            rule(values[i], gradient[i], std::array::from_fn(|n| memory[n][i]));
        values[i] = value;
        for n in 0..N {
            memory[n][i] = flush(remembered[n]);
        }
    }
}

/// From this length on, a second thread saves more time than it takes to wake.
const WORTH_SHARING: usize = 1 << 19;

fn split<T, const N: usize>(lists: [&mut [T]; N], middle: usize) -> [[&mut [T]; N]; 2] {
    let mut ends = lists.map(Some);
    let starts = ends.each_mut().map(|list| {
        let (start, end) = list.take().expect("each list is split once").split_at_mut(middle);
        *list = Some(end);
        start
    });
    [starts, ends.map(|list| list.expect("just put back"))]
}

/// A number too small for the processor to handle at full speed becomes 0.
///
/// A memory that halves again and again ends among the subnormal numbers, below 1e-38 in `f32`, and
/// there each multiplication takes a hundred times as long. What is flushed is far too small to
/// change a weight.
fn flush<T: Real>(number: T) -> T {
    let smallest = T::min_positive_value() / T::epsilon();
    if number.abs() < smallest { T::zero() } else { number }
}

// ----------------------------------------------------------------------------------- the rules --

/// Stochastic gradient descent: θ ← θ − ηg.
#[derive(Debug, Clone, PartialEq)]
pub struct Sgd<T> {
    /// λ: adds λθ to the gradient, as a penalty λ|θ|²/2 in the loss would. Usually 0.
    pub weight_decay: T,
    /// What it remembers, at first nothing.
    pub memory: Memory<T, 0>,
}

impl<T: Real> Default for Sgd<T> {
    /// Without weight decay.
    fn default() -> Self {
        Self { weight_decay: T::zero(), memory: Memory::default() }
    }
}

impl<T: Real> Optimizer<T> for Sgd<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { weight_decay, ref mut memory } = *self;
        memory.step(parameters, |weight, gradient, []| {
            let gradient = gradient + weight_decay * weight;
            (weight - learning_rate * gradient, [])
        });
    }
}

/// A heavy ball: the velocity v ← μv + g gathers speed, and θ ← θ − ηv (Polyak 1964).
#[derive(Debug, Clone, PartialEq)]
pub struct Momentum<T> {
    /// μ: how much of the velocity is left after a step.
    pub momentum: T,
    /// λ, as in [`Sgd`].
    pub weight_decay: T,
    /// What it remembers, at first nothing.
    pub memory: Memory<T, 1>,
}

impl<T: Real> Momentum<T> {
    /// With momentum μ, usually 0.9.
    pub fn new(momentum: T) -> Self {
        Self { momentum, weight_decay: T::zero(), memory: Memory::default() }
    }
}

impl<T: Real> Optimizer<T> for Momentum<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { momentum, weight_decay, ref mut memory } = *self;
        memory.step(parameters, |weight, gradient, [velocity]| {
            let gradient = gradient + weight_decay * weight;
            let velocity = momentum * velocity + gradient;
            (weight - learning_rate * velocity, [velocity])
        });
    }
}

/// Momentum that looks ahead: v ← μv + g, then θ ← θ − η(g + μv) (Nesterov 1983; in this form, with
/// the place ahead as θ, Bengio, Boulanger-Lewandowski and Pascanu 2013, and PyTorch).
#[derive(Debug, Clone, PartialEq)]
pub struct Nesterov<T> {
    /// μ, as in [`Momentum`].
    pub momentum: T,
    /// λ, as in [`Sgd`].
    pub weight_decay: T,
    /// What it remembers, at first nothing.
    pub memory: Memory<T, 1>,
}

impl<T: Real> Nesterov<T> {
    /// With momentum μ, usually 0.9.
    pub fn new(momentum: T) -> Self {
        Self { momentum, weight_decay: T::zero(), memory: Memory::default() }
    }
}

impl<T: Real> Optimizer<T> for Nesterov<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { momentum, weight_decay, ref mut memory } = *self;
        memory.step(parameters, |weight, gradient, [velocity]| {
            let gradient = gradient + weight_decay * weight;
            let velocity = momentum * velocity + gradient;
            (weight - learning_rate * (gradient + momentum * velocity), [velocity])
        });
    }
}

/// Smaller steps for weights that have seen large gradients: s ← s + g², then
/// θ ← θ − ηg / (√s + ε) (Duchi, Hazan and Singer 2011).
#[derive(Debug, Clone, PartialEq)]
pub struct AdaGrad<T> {
    /// ε: keeps the step finite where no gradient has been seen.
    pub epsilon: T,
    /// λ, as in [`Sgd`].
    pub weight_decay: T,
    /// What it remembers, at first nothing.
    pub memory: Memory<T, 1>,
}

impl<T: Real> Default for AdaGrad<T> {
    /// With ε = 1e-10.
    fn default() -> Self {
        Self { epsilon: T::of(1e-10), weight_decay: T::zero(), memory: Memory::default() }
    }
}

impl<T: Real> Optimizer<T> for AdaGrad<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { epsilon, weight_decay, ref mut memory } = *self;
        memory.step(parameters, |weight, gradient, [squares]| {
            let gradient = gradient + weight_decay * weight;
            let squares = squares + gradient * gradient;
            (weight - learning_rate * gradient / (squares.sqrt() + epsilon), [squares])
        });
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
    /// λ, as in [`Sgd`].
    pub weight_decay: T,
    /// What it remembers, at first nothing.
    pub memory: Memory<T, 3>,
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
            memory: Memory::default(),
        }
    }
}

impl<T: Real> Optimizer<T> for RmsProp<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { decay, epsilon, momentum, centered, weight_decay, ref mut memory } = *self;
        let new = T::one() - decay;
        memory.step(parameters, |weight, gradient, [squares, mean, velocity]| {
            let gradient = gradient + weight_decay * weight;
            let squares = decay * squares + new * gradient * gradient;
            let mean = if centered { decay * mean + new * gradient } else { mean };
            let variance = (squares - mean * mean).max(T::zero()); // rounding may go below
            let size = variance.sqrt() + epsilon;
            let velocity = momentum * velocity + gradient / size;
            (weight - learning_rate * velocity, [squares, mean, velocity])
        });
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
    /// λ, as in [`Sgd`]: part of the gradient, and so of m and s.
    pub weight_decay: T,
    /// What it remembers, at first nothing.
    pub memory: Memory<T, 2>,
}

impl<T: Real> Default for Adam<T> {
    /// With β₁ = 0.9, β₂ = 0.999, ε = 1e-8, as in the paper.
    fn default() -> Self {
        Self {
            beta1: T::of(0.9),
            beta2: T::of(0.999),
            epsilon: T::of(1e-8),
            weight_decay: T::zero(),
            memory: Memory::default(),
        }
    }
}

impl<T: Real> Optimizer<T> for Adam<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { beta1, beta2, epsilon, weight_decay, ref mut memory } = *self;
        let t = memory.steps.saturating_add(1);
        let rate = learning_rate / (T::one() - beta1.powi(t)); // η m̂ = rate · m
        let scale = (T::one() - beta2.powi(t)).sqrt().recip(); // √ŝ = scale · √s
        memory.step(parameters, |weight, gradient, [m, s]| {
            let gradient = gradient + weight_decay * weight;
            let m = beta1 * m + (T::one() - beta1) * gradient;
            let s = beta2 * s + (T::one() - beta2) * gradient * gradient;
            (weight - rate * m / (scale * s.sqrt() + epsilon), [m, s])
        });
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
}

// ----------------------------------------------------------------------------------- schedules --

/// How the learning rate changes on the way.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// It does not.
    Constant,
    /// Times `factor` after every `every` steps.
    Step {
        /// The steps between two changes, at least 1.
        every: usize,
        /// What a change multiplies the rate by.
        factor: f64,
    },
    /// Down to 0 along a straight line.
    Linear,
    /// Down to 0 along half a wave of the cosine (Loshchilov and Hutter 2017).
    Cosine,
    /// Up from near 0 in the first `steps` steps, along a straight line; from there on as in `then`,
    /// which begins where the warm-up ends.
    WarmUp {
        /// How long the warm-up takes.
        steps: usize,
        /// What comes after it.
        then: Box<Schedule>,
    },
}

impl Schedule {
    /// What the base learning rate is multiplied by at `step` (from 0) of `total`.
    ///
    /// The rate of a linear or cosine schedule is 0 from step `total` on, which is not taken.
    pub fn factor(&self, step: usize, total: usize) -> f64 {
        let progress = (step as f64 / total.max(1) as f64).min(1.0);
        match self {
            Self::Constant => 1.0,
            Self::Step { every, factor } => factor.powf((step / every.max(&1)) as f64),
            Self::Linear => 1.0 - progress,
            Self::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()),
            Self::WarmUp { steps, .. } if step < *steps => (step + 1) as f64 / *steps as f64,
            Self::WarmUp { steps, then } => then.factor(step - steps, total.saturating_sub(*steps)),
        }
    }
}

// --------------------------------------------------------------------------------------- bowls --

/// A quadratic bowl, L(θ) = ½ (θ − c)ᵀ H (θ − c), with its lowest point at c.
#[derive(Debug, Clone, PartialEq)]
pub struct Bowl<T> {
    /// H, `[n × n]`, symmetric, with positive eigenvalues: the curvature.
    pub curvature: Array2<T>,
    /// c, `[n]`
    pub lowest: Array1<T>,
}

impl<T: Real> Bowl<T> {
    /// How high the bowl is at `point: [n]`.
    pub fn value(&self, point: ArrayView1<T>) -> T {
        let offset = &point - &self.lowest;
        T::of(0.5) * offset.dot(&self.curvature.dot(&offset))
    }

    /// H (θ − c), `[n]`
    pub fn gradient(&self, point: ArrayView1<T>) -> Array1<T> {
        self.curvature.dot(&(&point - &self.lowest))
    }

    /// The curvatures along the axes of the bowl, smallest first: the eigenvalues of H.
    pub fn eigenvalues(&self) -> Vec<T> {
        let numbers = self.curvature.iter().map(|number| number.as_f64());
        let matrix = DMatrix::from_iterator(self.lowest.len(), self.lowest.len(), numbers);
        let mut eigenvalues: Vec<f64> =
            SymmetricEigen::new(matrix).eigenvalues.iter().copied().collect();
        eigenvalues.sort_by(f64::total_cmp);
        eigenvalues.into_iter().map(T::of).collect()
    }

    /// The smallest and the largest eigenvalue.
    fn extreme_eigenvalues(&self) -> (T, T) {
        let eigenvalues = self.eigenvalues();
        (eigenvalues[0], eigenvalues[eigenvalues.len() - 1])
    }

    /// κ = λₘₐₓ / λₘᵢₙ: how long the valley is for its width.
    pub fn condition_number(&self) -> T {
        let (smallest, largest) = self.extreme_eigenvalues();
        largest / smallest
    }

    /// Above 2 / λₘₐₓ, gradient descent runs away.
    pub fn largest_stable_rate(&self) -> T {
        T::of(2.0) / self.extreme_eigenvalues().1
    }

    /// What one step of gradient descent leaves of the distance along the slowest axis:
    /// maxₖ |1 − ηλₖ|.
    pub fn contraction(&self, learning_rate: T) -> T {
        let left = |eigenvalue: T| (T::one() - learning_rate * eigenvalue).abs();
        self.eigenvalues().into_iter().map(left).fold(T::zero(), T::max)
    }

    /// The learning rate with the smallest contraction: 2 / (λₘᵢₙ + λₘₐₓ). It leaves
    /// (κ − 1) / (κ + 1) of the distance.
    pub fn best_rate(&self) -> T {
        let (smallest, largest) = self.extreme_eigenvalues();
        T::of(2.0) / (smallest + largest)
    }

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

// ------------------------------------------------------------------------------ a bent valley --

/// Rosenbrock's valley, (1 − x)² + 100 (y − x²)², with its lowest point at (1, 1) (Rosenbrock 1960).
pub fn rosenbrock<T: Real>([x, y]: [T; 2]) -> T {
    (T::one() - x).powi(2) + T::of(100.0) * (y - x * x).powi(2)
}

/// The slopes of [`rosenbrock`] along x and y.
pub fn rosenbrock_gradient<T: Real>([x, y]: [T; 2]) -> [T; 2] {
    let beside = T::of(200.0) * (y - x * x); // of the steep term by y
    [T::of(-2.0) * (T::one() - x) - T::of(2.0) * x * beside, beside]
}

#[cfg(test)]
mod tests;
