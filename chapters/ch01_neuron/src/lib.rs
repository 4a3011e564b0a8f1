//! Chapter 1: the neuron.
//!
//! A neuron adds up its inputs, each times a weight, and sends the sum through an activation
//! function. This crate has the functions with their derivatives, the neuron, and the oldest rule
//! by which a neuron learns from its mistakes.

use std::iter::Sum;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, NdFloat, array};
use num_traits::FromPrimitive;

/// The numbers of this book: `f32` where a network trains, `f64` where a formula is checked.
pub trait Real: NdFloat + FromPrimitive + Default + Sum {
    /// The number of this type that is nearest to `value`.
    fn of(value: f64) -> Self {
        Self::from_f64(value).expect("every f64 has a nearest f32 and a nearest f64")
    }

    /// The same number as `f64`.
    fn as_f64(self) -> f64 {
        self.to_f64().expect("f32 and f64 both fit in f64")
    }

    /// The complementary error function, erfc x = 1 − 2/√π ∫₀ˣ exp(−t²) dt.
    fn erfc(self) -> Self;
}

impl Real for f32 {
    fn erfc(self) -> Self {
        libm::erfcf(self)
    }
}

impl Real for f64 {
    fn erfc(self) -> Self {
        libm::erfc(self)
    }
}

/// The slope of [`leaky_relu`] left of zero.
pub const LEAKY_SLOPE: f64 = 0.01;

/// The activation that changes nothing: f(z) = z.
pub fn identity<T: Real>(z: T) -> T {
    z
}

/// f′(z) = 1.
pub fn identity_derivative<T: Real>(_z: T) -> T {
    T::one()
}

/// All or nothing, as in the neuron of McCulloch and Pitts (1943): 1 from zero upward, 0 below.
pub fn step<T: Real>(z: T) -> T {
    if z >= T::zero() { T::one() } else { T::zero() }
}

/// f′(z) = 0 wherever the derivative exists; at the jump there is none, and we return 0 too.
pub fn step_derivative<T: Real>(_z: T) -> T {
    T::zero()
}

/// The logistic function, σ(z) = 1 / (1 + e⁻ᶻ), between 0 and 1.
///
/// The exponential is taken of −|z| only, so it cannot overflow.
pub fn sigmoid<T: Real>(z: T) -> T {
    let e = (-z.abs()).exp(); // at most 1
    if z >= T::zero() { T::one() / (T::one() + e) } else { e / (T::one() + e) }
}

/// σ′(z) = σ(z) σ(−z), at most 1/4.
///
/// It equals σ(z) (1 − σ(z)), but the subtraction would round to 0 long before the product does.
pub fn sigmoid_derivative<T: Real>(z: T) -> T {
    sigmoid(z) * sigmoid(-z)
}

/// The hyperbolic tangent, tanh z = (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ), between −1 and 1.
pub fn tanh<T: Real>(z: T) -> T {
    z.tanh()
}

/// tanh′(z) = 1 − tanh² z = 4 σ′(2z); the second form keeps its digits where tanh z is nearly ±1.
pub fn tanh_derivative<T: Real>(z: T) -> T {
    T::of(4.0) * sigmoid_derivative(z + z)
}

/// The rectified linear unit, relu(z) = max(z, 0). Not-a-number stays what it is.
pub fn relu<T: Real>(z: T) -> T {
    if z < T::zero() { T::zero() } else { z }
}

/// 1 right of zero, 0 left of it; at the kink there is no derivative, and we return 0.
pub fn relu_derivative<T: Real>(z: T) -> T {
    if z > T::zero() { T::one() } else { T::zero() }
}

/// A ReLU that keeps a small slope, [`LEAKY_SLOPE`], left of zero.
pub fn leaky_relu<T: Real>(z: T) -> T {
    if z < T::zero() { T::of(LEAKY_SLOPE) * z } else { z }
}

/// 1 right of zero, [`LEAKY_SLOPE`] left of it and at the kink.
pub fn leaky_relu_derivative<T: Real>(z: T) -> T {
    if z > T::zero() { T::one() } else { T::of(LEAKY_SLOPE) }
}

/// A ReLU with its corner rounded off: softplus(z) = ln(1 + eᶻ) = max(z, 0) + ln(1 + e⁻|ᶻ|).
pub fn softplus<T: Real>(z: T) -> T {
    relu(z) + (-z.abs()).exp().ln_1p()
}

/// softplus′(z) = σ(z).
pub fn softplus_derivative<T: Real>(z: T) -> T {
    sigmoid(z)
}

/// The Gaussian error linear unit, gelu(z) = z Φ(z) (Hendrycks and Gimpel 2016). At −∞ it is 0.
pub fn gelu<T: Real>(z: T) -> T {
    let open = normal_cdf(z);
    if open == T::zero() { open } else { z * open } // −∞ · 0 would be not-a-number
}

/// gelu′(z) = Φ(z) + z φ(z). At −∞ it is 0, and at ∞ it is 1.
pub fn gelu_derivative<T: Real>(z: T) -> T {
    let (open, height) = (normal_cdf(z), normal_density(z));
    if height == T::zero() { open } else { open + z * height } // ∞ · 0, as above
}

/// Φ(z), the probability that a standard normal number is at most z.
pub fn normal_cdf<T: Real>(z: T) -> T {
    T::of(0.5) * (-z * T::of(std::f64::consts::FRAC_1_SQRT_2)).erfc()
}

/// φ(z) = exp(−z²/2) / √(2π), the derivative of Φ.
pub fn normal_density<T: Real>(z: T) -> T {
    (-T::of(0.5) * z * z).exp() / T::of(std::f64::consts::TAU.sqrt())
}

/// One name for all the activation functions, so that a neuron can hold its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// [`identity`]
    Identity,
    /// [`step`]
    Step,
    /// [`sigmoid`]
    Sigmoid,
    /// [`tanh`]
    Tanh,
    /// [`relu`]
    Relu,
    /// [`leaky_relu`]
    LeakyRelu,
    /// [`softplus`]
    Softplus,
    /// [`gelu`]
    Gelu,
}

impl Activation {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::Step,
        Self::Sigmoid,
        Self::Tanh,
        Self::Relu,
        Self::LeakyRelu,
        Self::Softplus,
        Self::Gelu,
    ];

    /// a = f(z).
    pub fn value<T: Real>(self, z: T) -> T {
        let mut numbers = [z];
        self.apply(&mut numbers);
        numbers[0]
    }

    /// f′(z).
    pub fn derivative<T: Real>(self, z: T) -> T {
        let mut numbers = [z];
        self.apply_derivative(&mut numbers);
        numbers[0]
    }

    /// Each z of a list becomes f(z). The function is looked up once, not for each number.
    pub fn apply<T: Real>(self, numbers: &mut [T]) {
        match self {
            Self::Identity => for_each(numbers, identity),
            Self::Step => for_each(numbers, step),
            Self::Sigmoid => for_each(numbers, sigmoid),
            Self::Tanh => for_each(numbers, tanh),
            Self::Relu => for_each(numbers, relu),
            Self::LeakyRelu => for_each(numbers, leaky_relu),
            Self::Softplus => for_each(numbers, softplus),
            Self::Gelu => for_each(numbers, gelu),
        }
    }

    /// Each z of a list becomes f′(z).
    pub fn apply_derivative<T: Real>(self, numbers: &mut [T]) {
        match self {
            Self::Identity => for_each(numbers, identity_derivative),
            Self::Step => for_each(numbers, step_derivative),
            Self::Sigmoid => for_each(numbers, sigmoid_derivative),
            Self::Tanh => for_each(numbers, tanh_derivative),
            Self::Relu => for_each(numbers, relu_derivative),
            Self::LeakyRelu => for_each(numbers, leaky_relu_derivative),
            Self::Softplus => for_each(numbers, softplus_derivative),
            Self::Gelu => for_each(numbers, gelu_derivative),
        }
    }
}

fn for_each<T: Real>(numbers: &mut [T], f: impl Fn(T) -> T) {
    for number in numbers {
        *number = f(*number);
    }
}

/// A neuron: one weight for each input, a bias, and an activation function.
#[derive(Debug, Clone, PartialEq)]
pub struct Neuron<T> {
    /// How much each input counts. `[inputs]`
    pub weights: Array1<T>,
    /// What the neuron adds when every input is zero.
    pub bias: T,
    /// What happens to the sum.
    pub activation: Activation,
}

impl<T: Real> Neuron<T> {
    /// A neuron that knows nothing yet: all weights and the bias are zero.
    pub fn zeros(inputs: usize, activation: Activation) -> Self {
        Self { weights: Array1::zeros(inputs), bias: T::zero(), activation }
    }

    /// z = Σᵢ wᵢ xᵢ + b, for `input: [inputs]`.
    ///
    /// # Panics
    /// If there are more or fewer inputs than weights.
    pub fn pre_activation(&self, input: ArrayView1<T>) -> T {
        assert_eq!(input.len(), self.weights.len(), "a neuron needs one input for each weight");
        let weighted: T = self.weights.iter().zip(&input).map(|(&w, &x)| w * x).sum();
        weighted + self.bias
    }

    /// a = f(z), for `input: [inputs]`.
    pub fn output(&self, input: ArrayView1<T>) -> T {
        self.activation.value(self.pre_activation(input))
    }
}

/// One look at one example by the perceptron rule (Rosenblatt 1962); true if it was a mistake.
///
/// The rule is w ← w + (y − a) x and b ← b + (y − a), for a target y of 0 or 1. A right answer has
/// y = a and changes nothing.
///
/// # Panics
/// If there are more or fewer inputs than weights.
pub fn perceptron_step<T: Real>(neuron: &mut Neuron<T>, input: ArrayView1<T>, target: T) -> bool {
    let error = target - neuron.output(input);
    neuron.weights.scaled_add(error, &input);
    neuron.bias += error;
    error != T::zero()
}

/// How a run of the perceptron rule ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerceptronRun {
    /// Passes through the examples.
    pub epochs: usize,
    /// Mistakes over all passes, which is also the number of updates.
    pub mistakes: usize,
    /// Whether the last pass was without a mistake.
    pub converged: bool,
}

/// Goes through the examples until a whole pass is right, at most `max_epochs` times.
///
/// `inputs: [examples × inputs]`, `targets: [examples]`, each 0 or 1.
///
/// # Panics
/// If there are more or fewer targets than examples.
pub fn train_perceptron<T: Real>(
    neuron: &mut Neuron<T>,
    inputs: ArrayView2<T>,
    targets: ArrayView1<T>,
    max_epochs: usize,
) -> PerceptronRun {
    assert_eq!(inputs.nrows(), targets.len(), "the perceptron needs one target for each input");
    let mut run = PerceptronRun { epochs: 0, mistakes: 0, converged: false };
    while !run.converged && run.epochs < max_epochs {
        let before = run.mistakes;
        for (input, &target) in inputs.rows().into_iter().zip(&targets) {
            if perceptron_step(neuron, input, target) {
                run.mistakes += 1;
            }
        }
        run.epochs += 1;
        run.converged = run.mistakes == before;
    }
    run
}

/// The most mistakes that the perceptron rule can make from zero weights: (R / γ)² (Novikoff 1962).
///
/// R is the length of the longest input, γ the smallest distance of an input from the border of
/// `separator`, both with the bias counted as the weight of an extra input that is always 1.
/// Infinite if an example lies on the wrong side of that border, or on it.
///
/// `inputs: [examples × inputs]`, `targets: [examples]`, each 0 or 1.
///
/// # Panics
/// If there are more or fewer targets than examples.
pub fn mistake_bound<T: Real>(
    separator: &Neuron<T>,
    inputs: ArrayView2<T>,
    targets: ArrayView1<T>,
) -> T {
    assert_eq!(inputs.nrows(), targets.len(), "the bound needs one target for each input");
    let length = (separator.weights.dot(&separator.weights) + separator.bias.powi(2)).sqrt();
    let (mut radius, mut nearest) = (T::zero(), T::infinity());
    for (input, &target) in inputs.rows().into_iter().zip(&targets) {
        let z = separator.pre_activation(input);
        radius = radius.max((input.dot(&input) + T::one()).sqrt());
        nearest = nearest.min(if target == T::one() { z } else { -z });
    }
    let margin = nearest / length; // not-a-number for a separator of zeros
    if margin > T::zero() { (radius / margin).powi(2) } else { T::infinity() }
}

/// A logical function of two inputs: the smallest tasks that a neuron can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gate {
    /// 1 if both inputs are 1.
    And,
    /// 1 if at least one input is 1.
    Or,
    /// 0 if both inputs are 1.
    Nand,
    /// 1 if exactly one input is 1. No single neuron can do it.
    Xor,
}

impl Gate {
    /// The gate's answer.
    pub fn apply(self, a: bool, b: bool) -> bool {
        match self {
            Self::And => a && b,
            Self::Or => a || b,
            Self::Nand => !(a && b),
            Self::Xor => a != b,
        }
    }

    /// The truth table: inputs `[4 × 2]` and targets `[4]`.
    pub fn examples<T: Real>(self) -> (Array2<T>, Array1<T>) {
        let (zero, one) = (T::zero(), T::one());
        let inputs = array![[zero, zero], [zero, one], [one, zero], [one, one]];
        let answer =
            |x: ArrayView1<T>| if self.apply(x[0] == one, x[1] == one) { one } else { zero };
        let targets = inputs.rows().into_iter().map(answer).collect();
        (inputs, targets)
    }
}

#[cfg(test)]
mod tests;
