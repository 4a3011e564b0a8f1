//! A solution of the exercise `gates`.

use ch01_neuron::{Activation, tanh_derivative};
use ch03_backprop::Variable;

/// tanh x out of the gates that the tape has: (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).
pub fn tanh_of_gates(x: Variable<f64>) -> Variable<f64> {
    let (up, down) = (x.exp(), (-x).exp());
    (up - down) / (up + down)
}

/// tanh x as one gate: its value, and its slope here.
pub fn tanh(x: Variable<f64>) -> Variable<f64> {
    x.unary(x.value.tanh(), tanh_derivative(x.value))
}

/// The larger of two variables, whose gradient goes to the larger one alone.
///
/// It is u + relu(v − u). Where v is larger, u gets 1 from the plus and −1 through the ReLU; where
/// u is larger, the ReLU is silent.
pub fn larger<'t>(u: Variable<'t, f64>, v: Variable<'t, f64>) -> Variable<'t, f64> {
    u + (v - u).activate(Activation::Relu)
}

#[path = "../tests/gates.rs"]
mod tests;
