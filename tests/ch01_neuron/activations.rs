//! The formulas of *Eight activation functions*.

use ch01_neuron::{self as library, Activation, Neuron};
use formulas::*;
use ndarray::array;

/// Wherever an activation function has a derivative, it is the slope of the function. 1e-9: the
/// slope comes from five points and is good to 1e-10 where |z| is large.
#[test]
fn activation_derivative() {
    for activation in Activation::ALL {
        for z in points().into_iter().filter(|z| z.abs() > 0.01) {
            let slope = slope(|z| activation.value(z), z);
            assert_close(activation.derivative(z), slope, 1e-9);
        }
    }
}

/// The identity gives back what it is given, and climbs at 45 degrees. Exact.
#[test]
fn identity() {
    for z in points() {
        assert_eq!(library::identity(z), z);
        assert_eq!(library::identity_derivative(z), 1.0);
    }
}

/// Two neurons of one input in a row, both with the identity, are one: its weight is the product of
/// their weights, its bias the second weight times the first bias, plus the second. 1e-12: four
/// roundings, of numbers up to some thousands.
#[test]
fn two_neurons_in_a_row() {
    let mut generator = generator();
    let neuron = |w: f64, bias: f64| {
        let activation = Activation::Identity;
        Neuron { weights: array![w], bias, activation }
    };
    for x in points() {
        let [w1, b1, w2, b2] = [(); 4].map(|()| number(&mut generator));
        let first = neuron(w1, b1).output(array![x].view());
        let second = neuron(w2, b2).output(array![first].view());
        let one = neuron(w1 * w2, w2 * b1 + b2).output(array![x].view());
        assert_close(second, one, 1e-12);
    }
}

/// The stable sigmoid equals 1 / (1 + e⁻ᶻ) as it is printed, which overflows harmlessly to 1/∞.
/// A relative 1e-15, about five roundings, even where the value is 1e-18.
#[test]
fn sigmoid() {
    for z in points() {
        assert_relative(library::sigmoid(z), 1.0 / (1.0 + (-z).exp()), 1e-15);
    }
    assert_eq!([library::sigmoid(1000.0), library::sigmoid(-1000.0)], [1.0, 0.0]);
    assert!(library::sigmoid(-700.0) > 0.0);
}

/// The curve of σ looks the same when it is turned by half a turn: σ(−z) = 1 − σ(z). 1e-15: three
/// roundings of numbers below 1.
#[test]
fn sigmoid_symmetry() {
    for z in points() {
        assert_close(library::sigmoid(-z), 1.0 - library::sigmoid(z), 1e-15);
    }
}

/// σ′ = σ (1 − σ), and that is the slope. The library's σ(z) σ(−z) is the same up to rounding, and
/// keeps its digits where 1 − σ has lost them: at 40 it is still e⁻⁴⁰.
#[test]
fn sigmoid_derivative() {
    for z in points() {
        let product = library::sigmoid(z) * (1.0 - library::sigmoid(z));
        assert_close(library::sigmoid_derivative(z), product, 1e-15);
        assert_close(product, slope(library::sigmoid, z), 1e-11);
    }
    assert_relative(library::sigmoid_derivative(40.0), (-40.0_f64).exp(), 1e-14);
}

/// tanh by its exponentials, as printed; beyond 700 they overflow, and the value is ±1. 1e-15:
/// near zero the printed form subtracts two numbers near 1.
#[test]
fn tanh() {
    for z in points() {
        let (up, down) = (z.exp(), (-z).exp());
        let printed = if z.abs() < 700.0 { (up - down) / (up + down) } else { z.signum() };
        assert_close(library::tanh(z), printed, 1e-15);
    }
}

/// tanh is a sigmoid, stretched to run from −1 to 1 and twice as steep. 1e-15: rounding near 1.
#[test]
fn tanh_from_sigmoid() {
    for z in points() {
        assert_close(library::tanh(z), 2.0 * library::sigmoid(2.0 * z) - 1.0, 1e-15);
    }
}

/// tanh′ = 1 − tanh², and that is the slope; it is also 1 / cosh², which keeps its digits where
/// 1 − tanh² has lost them. 1e-14 relative to that: e²⁰⁰⁰ overflows, but e⁸⁰ is only rounded.
#[test]
fn tanh_derivative() {
    for z in points() {
        assert_close(library::tanh_derivative(z), 1.0 - z.tanh().powi(2), 1e-15);
        if z.abs() < 100.0 {
            assert_relative(library::tanh_derivative(z), z.cosh().powi(-2), 1e-14);
        }
        assert_close(library::tanh_derivative(z), slope(library::tanh, z), 1e-11);
    }
}

/// ReLU, the larger of z and 0, is the mean of z and |z|. Exact: both sides only add and halve.
#[test]
fn relu() {
    for z in points() {
        assert_eq!(library::relu(z), (z + z.abs()) / 2.0);
    }
}

/// The slope of ReLU is 1 right of zero and 0 left of it; at the kink we chose 0. The slope is
/// measured 0.01 and more away from the kink; 1e-9 because f is up to 1000 there.
#[test]
fn relu_derivative() {
    for z in points().into_iter().filter(|z| z.abs() > 0.01) {
        assert_close(library::relu_derivative(z), slope(library::relu, z), 1e-9);
    }
    assert_eq!([0.0, 1e-300, -1e-300].map(library::relu_derivative), [0.0, 1.0, 0.0]);
}

/// The leaky ReLU is z or 0.01 z, whichever is larger. Exact.
#[test]
fn leaky_relu() {
    for z in points() {
        assert_eq!(library::leaky_relu(z), z.max(0.01 * z));
    }
}

/// Its slope is 1 right of zero and 0.01 left of it; at the kink we chose 0.01.
#[test]
fn leaky_relu_derivative() {
    for z in points().into_iter().filter(|z| z.abs() > 0.01) {
        assert_close(library::leaky_relu_derivative(z), slope(library::leaky_relu, z), 1e-9);
    }
    assert_eq!([0.0, 1e-300, -1e-300].map(library::leaky_relu_derivative), [0.01, 1.0, 0.01]);
}

/// The stable softplus equals ln(1 + eᶻ) as printed where that does not overflow, z where it does,
/// and eᶻ where 1 + eᶻ would round to 1. 1e-15 relative to the larger of 1 and the value.
#[test]
fn softplus() {
    for z in points() {
        let printed = if z < 700.0 { (1.0 + z.exp()).ln() } else { z };
        assert_close(library::softplus(z), printed, 1e-15);
    }
    assert_relative(library::softplus(-40.0), (-40.0_f64).exp(), 1e-15);
}

/// The slope of softplus is the sigmoid.
#[test]
fn softplus_derivative() {
    for z in points() {
        assert_close(slope(library::softplus, z), library::sigmoid(z), 1e-9);
        assert_close(library::softplus_derivative(z), 1.0 / (1.0 + (-z).exp()), 1e-15);
    }
}

/// φ is a bell of area 1 whose slope at z is −z φ(z): these two properties leave no other function.
#[test]
fn normal_density() {
    assert_close(2.0 * integral(library::normal_density, 40.0), 1.0, 1e-14);
    for z in points() {
        assert_close(slope(library::normal_density, z), -z * library::normal_density(z), 1e-11);
    }
}

/// Φ(z) is the area under the bell left of z: one half, plus the area from 0 to z, measured by
/// Simpson's rule (beyond 20 the bell is below 1e-87). 1e-11 is the error of the rule at 20.
#[test]
fn normal_cdf() {
    let bell = |t: f64| (-t * t / 2.0).exp() / std::f64::consts::TAU.sqrt();
    for z in points() {
        assert_close(library::normal_cdf(z), 0.5 + integral(bell, z.clamp(-20.0, 20.0)), 1e-11);
    }
}

/// GELU is z times the area under the bell left of z.
#[test]
fn gelu() {
    let bell = |t: f64| (-t * t / 2.0).exp() / std::f64::consts::TAU.sqrt();
    for z in points() {
        let area = 0.5 + integral(bell, z.clamp(-20.0, 20.0));
        assert_close(library::gelu(z), z * area, 1e-11 * z.abs().max(1.0));
    }
}

/// The slope of GELU is Φ(z) + z φ(z), by the product rule.
#[test]
fn gelu_derivative() {
    for z in points() {
        assert_close(
            library::gelu_derivative(z),
            library::normal_cdf(z) + z * library::normal_density(z),
            1e-15,
        );
        assert_close(library::gelu_derivative(z), slope(library::gelu, z), 1e-9);
    }
}
