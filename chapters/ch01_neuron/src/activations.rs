//! Eight activation functions, each with its derivative. Page: *Eight activation functions*
//! (`ch01_neuron/activations.md`).
//!
//! Each is a function of one number; [`Activation`] names all of them, so that a neuron or a layer
//! can hold its own.

use crate::real::Real;

/// All or nothing, as in the neuron of McCulloch and Pitts (1943): 1 from zero upward, 0 below.
pub fn step<T: Real>(z: T) -> T {
    if z >= T::zero() { T::one() } else { T::zero() }
}

/// f′(z) = 0 wherever the derivative exists; at the jump there is none, and we return 0 too.
pub fn step_derivative<T: Real>(_z: T) -> T {
    T::zero()
}

/// The activation that changes nothing: f(z) = z.
pub fn identity<T: Real>(z: T) -> T {
    z
}

/// f′(z) = 1.
pub fn identity_derivative<T: Real>(_z: T) -> T {
    T::one()
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

/// The slope of [`leaky_relu`] left of zero.
pub const LEAKY_SLOPE: f64 = 0.01;

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
