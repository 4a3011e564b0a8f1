//! The formulas of *Eight activation functions*.

use ch01_neuron::{self as library, Activation, Neuron};
use formulas::*;
use ndarray::array;

/// ```math activation-derivative
/// f'(z) = \lim_{h \to 0} \frac{f(z + h) - f(z)}{h}
/// ```
///
/// Wherever an activation function has a derivative, it is the slope of the function. 1e-9: the
/// slope comes from four points and is good to 1e-10 where |z| is large.
#[test]
fn activation_derivative() {
    let _formula = formula!();
    for activation in Activation::ALL {
        for z in points().into_iter().filter(|z| z.abs() > 0.01) {
            let slope = slope(|z| activation.value(z), z);
            assert_close(activation.derivative(z), slope, 1e-9);
        }
    }
}

/// ```math identity
/// f(z) = z, \qquad f'(z) = 1
/// ```
///
/// The identity gives back what it is given, and climbs at 45 degrees. Exact.
#[test]
fn identity() {
    let _formula = formula!();
    let [value, slope] = [0, 1].map(|n| page("identity").statement(n));
    let value = value.function("f", library::identity);
    let slope = slope.function("f'", library::identity_derivative);
    for z in points() {
        assert_exact!(library::identity(z), z);
        assert_exact!(library::identity_derivative(z), 1.0);
        value.assert_exact(&[("z", z)]);
        slope.assert_exact(&[("z", z)]);
    }
}

/// ```math two-neurons-in-a-row
/// \begin{aligned}
/// & w^{(2)} \bigl( w^{(1)} x + b^{(1)} \bigr) + b^{(2)} \\
/// & \quad = \bigl( w^{(2)} w^{(1)} \bigr) \, x + \bigl( w^{(2)} b^{(1)} + b^{(2)} \bigr)
/// \end{aligned}
/// ```
///
/// Two neurons of one input in a row, both with the identity, are one: its weight is the product of
/// their weights, its bias the second weight times the first bias, plus the second. 1e-12: four
/// roundings, of numbers up to some thousands.
#[test]
fn two_neurons_in_a_row() {
    let _formula = formula!();
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
        let named = [("w^{(1)}", w1), ("b^{(1)}", b1), ("w^{(2)}", w2), ("b^{(2)}", b2), ("x", x)];
        let page = page("two-neurons-in-a-row");
        page.assert_close(&named, 1e-12);
        assert_close(page.value(1, &named), second, 1e-12);
    }
}

/// ```math sigmoid
/// \sigma(z) = \frac{1}{1 + e^{-z}}
/// ```
///
/// The stable sigmoid equals 1 / (1 + e⁻ᶻ) as it is printed, which overflows harmlessly to 1/∞.
/// A relative 1e-15, about five roundings, even where the value is 1e-18.
#[test]
fn sigmoid() {
    let _formula = formula!();
    let page = page("sigmoid").function(r"\sigma", library::sigmoid);
    for z in points() {
        assert_relative(library::sigmoid(z), 1.0 / (1.0 + (-z).exp()), 1e-15);
        page.assert_relative(&[("z", z)], 1e-15);
    }
    assert_exact!([library::sigmoid(1000.0), library::sigmoid(-1000.0)], [1.0, 0.0]);
    assert_bound!(library::sigmoid(-700.0) > 0.0);
}

/// ```math sigmoid-symmetry
/// \sigma(-z) = \frac{1}{1 + e^{z}} = \frac{e^{-z}}{e^{-z} + 1} = 1 - \sigma(z)
/// ```
///
/// The curve of σ looks the same when it is turned by half a turn: σ(−z) = 1 − σ(z). 1e-15: three
/// roundings of numbers below 1.
#[test]
fn sigmoid_symmetry() {
    let _formula = formula!();
    for z in points() {
        assert_close(library::sigmoid(-z), 1.0 - library::sigmoid(z), 1e-15);
    }
    let page = page("sigmoid-symmetry").function(r"\sigma", library::sigmoid);
    for z in points().into_iter().filter(|z| z.abs() < 700.0) {
        page.assert_close(&[("z", z)], 1e-15);
    }
}

/// ```math sigmoid-derivative
/// \begin{aligned}
/// \sigma'(z) &= \frac{e^{-z}}{(1 + e^{-z})^2} \\
/// &= \frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}} \\
/// &= \sigma(z) \, \bigl(1 - \sigma(z)\bigr)
/// \end{aligned}
/// ```
///
/// σ′ = σ (1 − σ), and that is the slope. The library's σ(z) σ(−z) is the same up to rounding, and
/// keeps its digits where 1 − σ has lost them: at 40 it is still e⁻⁴⁰.
#[test]
fn sigmoid_derivative() {
    let _formula = formula!();
    for z in points() {
        let product = library::sigmoid(z) * (1.0 - library::sigmoid(z));
        assert_close(library::sigmoid_derivative(z), product, 1e-15);
        assert_close(product, slope(library::sigmoid, z), 1e-11);
    }
    assert_relative(library::sigmoid_derivative(40.0), (-40.0_f64).exp(), 1e-14);
    let page = page("sigmoid-derivative").function(r"\sigma", library::sigmoid);
    let page = page.function(r"\sigma'", library::sigmoid_derivative);
    for z in points().into_iter().filter(|z| z.abs() < 300.0) {
        page.assert_close(&[("z", z)], 1e-15);
    }
}

/// ```math tanh
/// \tanh z = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}
/// ```
///
/// tanh by its exponentials, as the formula stands; beyond 700 they overflow, and the value is ±1.
/// 1e-15: near zero the printed form subtracts two numbers near 1.
#[test]
fn tanh() {
    let _formula = formula!();
    for z in points() {
        let (up, down) = (z.exp(), (-z).exp());
        let printed = if z.abs() < 700.0 { (up - down) / (up + down) } else { z.signum() };
        assert_close(library::tanh(z), printed, 1e-15);
    }
    let page = page("tanh").function(r"\tanh", library::tanh);
    for z in points().into_iter().filter(|z| z.abs() < 700.0) {
        page.assert_close(&[("z", z)], 1e-15);
    }
}

/// ```math tanh-from-sigmoid
/// \begin{aligned}
/// \tanh z &= \frac{2}{1 + e^{-2z}} - \frac{1 + e^{-2z}}{1 + e^{-2z}} \\
/// &= 2 \, \sigma(2z) - 1
/// \end{aligned}
/// ```
///
/// tanh is a sigmoid, stretched to run from −1 to 1 and twice as steep. 1e-15: rounding near 1.
#[test]
fn tanh_from_sigmoid() {
    let _formula = formula!();
    for z in points() {
        assert_close(library::tanh(z), 2.0 * library::sigmoid(2.0 * z) - 1.0, 1e-15);
    }
    let page = page("tanh-from-sigmoid").function(r"\sigma", library::sigmoid);
    let page = page.function(r"\tanh", library::tanh);
    for z in points().into_iter().filter(|z| z.abs() < 300.0) {
        page.assert_close(&[("z", z)], 1e-15);
    }
}

/// ```math tanh-derivative
/// \begin{aligned}
/// \tanh' z &= \frac{(e^{z} + e^{-z})^2 - (e^{z} - e^{-z})^2}{(e^{z} + e^{-z})^2} \\
/// &= 1 - \tanh^2 z
/// \end{aligned}
/// ```
///
/// tanh′ = 1 − tanh², and that is the slope; it is also 1 / cosh², which keeps its digits where
/// 1 − tanh² has lost them. 1e-14 relative to that: e²⁰⁰⁰ overflows, but e⁸⁰ is only rounded.
#[test]
fn tanh_derivative() {
    let _formula = formula!();
    for z in points() {
        assert_close(library::tanh_derivative(z), 1.0 - z.tanh().powi(2), 1e-15);
        if z.abs() < 100.0 {
            assert_relative(library::tanh_derivative(z), z.cosh().powi(-2), 1e-14);
        }
        assert_close(library::tanh_derivative(z), slope(library::tanh, z), 1e-11);
    }
    let page = page("tanh-derivative").function(r"\tanh'", library::tanh_derivative);
    for z in points().into_iter().filter(|z| z.abs() < 150.0) {
        page.assert_close(&[("z", z)], 1e-14);
    }
}

/// ```math relu
/// \operatorname{relu}(z) = \max(z, 0) = \frac{z + |z|}{2}
/// ```
///
/// ReLU, the larger of z and 0, is the mean of z and |z|. Exact: both sides only add and halve.
#[test]
fn relu() {
    let _formula = formula!();
    for z in points() {
        assert_exact!(library::relu(z), (z + z.abs()) / 2.0);
    }
    let page = page("relu").function(r"\operatorname{relu}", library::relu);
    for z in points() {
        page.assert_exact(&[("z", z)]);
    }
}

/// ```math relu-derivative
/// \operatorname{relu}'(z) = \begin{cases} 1 & \text{if } z > 0 \\ 0 & \text{if } z < 0 \end{cases}
/// ```
///
/// The slope of ReLU is 1 right of zero and 0 left of it; at the kink we chose 0. The slope is
/// measured 0.01 and more away from the kink; 1e-9 because f is up to 1000 there.
#[test]
fn relu_derivative() {
    let _formula = formula!();
    for z in points().into_iter().filter(|z| z.abs() > 0.01) {
        assert_close(library::relu_derivative(z), slope(library::relu, z), 1e-9);
    }
    assert_exact!([0.0, 1e-300, -1e-300].map(library::relu_derivative), [0.0, 1.0, 0.0]);
    let page = page("relu-derivative").function(r"\operatorname{relu}'", library::relu_derivative);
    for z in points().into_iter().filter(|&z| z != 0.0) {
        page.assert_exact(&[("z", z)]);
    }
}

/// ```math leaky-relu
/// \operatorname{leaky}(z) = \max(z, 0.01 z)
/// ```
///
/// The leaky ReLU is z or 0.01 z, whichever is larger. Exact.
#[test]
fn leaky_relu() {
    let _formula = formula!();
    for z in points() {
        assert_exact!(library::leaky_relu(z), z.max(0.01 * z));
    }
    let page = page("leaky-relu").function(r"\operatorname{leaky}", library::leaky_relu);
    for z in points() {
        page.assert_exact(&[("z", z)]);
    }
}

/// ```math leaky-relu-derivative
/// \operatorname{leaky}'(z) = \begin{cases} 1 & \text{if } z > 0 \\ 0.01 & \text{if } z < 0 \end{cases}
/// ```
///
/// Its slope is 1 right of zero and 0.01 left of it; at the kink we chose 0.01.
#[test]
fn leaky_relu_derivative() {
    let _formula = formula!();
    for z in points().into_iter().filter(|z| z.abs() > 0.01) {
        assert_close(library::leaky_relu_derivative(z), slope(library::leaky_relu, z), 1e-9);
    }
    assert_exact!([0.0, 1e-300, -1e-300].map(library::leaky_relu_derivative), [0.01, 1.0, 0.01]);
    let page = page("leaky-relu-derivative");
    let page = page.function(r"\operatorname{leaky}'", library::leaky_relu_derivative);
    for z in points().into_iter().filter(|&z| z != 0.0) {
        page.assert_exact(&[("z", z)]);
    }
}

/// ```math softplus
/// \operatorname{softplus}(z) = \ln (1 + e^{z})
/// ```
///
/// The stable softplus equals ln(1 + eᶻ) as printed where that does not overflow, z where it does,
/// and eᶻ where 1 + eᶻ would round to 1. 1e-15 relative to the larger of 1 and the value.
#[test]
fn softplus() {
    let _formula = formula!();
    for z in points() {
        let printed = if z < 700.0 { (1.0 + z.exp()).ln() } else { z };
        assert_close(library::softplus(z), printed, 1e-15);
    }
    assert_relative(library::softplus(-40.0), (-40.0_f64).exp(), 1e-15);
    let page = page("softplus").function(r"\operatorname{softplus}", library::softplus);
    for z in points().into_iter().filter(|&z| z < 700.0) {
        page.assert_close(&[("z", z)], 1e-15);
    }
}

/// ```math softplus-derivative
/// \operatorname{softplus}'(z) = \frac{e^z}{1 + e^z} = \sigma(z)
/// ```
///
/// The slope of softplus is the sigmoid.
#[test]
fn softplus_derivative() {
    let _formula = formula!();
    for z in points() {
        assert_close(slope(library::softplus, z), library::sigmoid(z), 1e-9);
        assert_close(library::softplus_derivative(z), 1.0 / (1.0 + (-z).exp()), 1e-15);
    }
    let page = page("softplus-derivative").function(r"\sigma", library::sigmoid);
    let page = page.function(r"\operatorname{softplus}'", library::softplus_derivative);
    for z in points().into_iter().filter(|&z| z < 700.0) {
        page.assert_close(&[("z", z)], 1e-15);
    }
}

/// ```math normal-density
/// \varphi(z) = \frac{1}{\sqrt{2\pi}} \, e^{-z^2/2}
/// ```
///
/// φ is a bell of area 1 whose slope at z is −z φ(z): these two properties leave no other function.
#[test]
fn normal_density() {
    let _formula = formula!();
    assert_close(2.0 * integral(library::normal_density, 40.0), 1.0, 1e-14);
    for z in points() {
        assert_close(slope(library::normal_density, z), -z * library::normal_density(z), 1e-11);
    }
    let page = page("normal-density").function(r"\varphi", library::normal_density);
    for z in points() {
        page.assert_close(&[("z", z)], 1e-15);
    }
}

/// ```math normal-cdf
/// \Phi(z) = \int_{-\infty}^{z} \varphi(u) \, du
/// ```
///
/// Φ(z) is the area under the bell left of z: one half, plus the area from 0 to z, measured by
/// Simpson's rule (beyond 20 the bell is below 1e-87). 1e-11 is the error of the rule at 20.
#[test]
fn normal_cdf() {
    let _formula = formula!();
    let bell = |t: f64| (-t * t / 2.0).exp() / std::f64::consts::TAU.sqrt();
    for z in points() {
        assert_close(library::normal_cdf(z), 0.5 + integral(bell, z.clamp(-20.0, 20.0)), 1e-11);
    }
}

/// ```math gelu
/// \operatorname{gelu}(z) = z \, \Phi(z)
/// ```
///
/// GELU is z times the area under the bell left of z.
#[test]
fn gelu() {
    let _formula = formula!();
    let bell = |t: f64| (-t * t / 2.0).exp() / std::f64::consts::TAU.sqrt();
    for z in points() {
        let area = 0.5 + integral(bell, z.clamp(-20.0, 20.0));
        assert_close(library::gelu(z), z * area, 1e-11 * z.abs().max(1.0));
    }
    let page = page("gelu").function(r"\Phi", library::normal_cdf);
    let page = page.function(r"\operatorname{gelu}", library::gelu);
    for z in points() {
        page.assert_close(&[("z", z)], 1e-15);
    }
}

/// ```math gelu-derivative
/// \operatorname{gelu}'(z) = \Phi(z) + z \, \varphi(z)
/// ```
///
/// The slope of GELU is Φ(z) + z φ(z), by the product rule.
#[test]
fn gelu_derivative() {
    let _formula = formula!();
    for z in points() {
        assert_close(
            library::gelu_derivative(z),
            library::normal_cdf(z) + z * library::normal_density(z),
            1e-15,
        );
        assert_close(library::gelu_derivative(z), slope(library::gelu, z), 1e-9);
    }
    let page = page("gelu-derivative").function(r"\Phi", library::normal_cdf);
    let page = page.function(r"\varphi", library::normal_density);
    let page = page.function(r"\operatorname{gelu}'", library::gelu_derivative);
    for z in points() {
        page.assert_close(&[("z", z)], 1e-15);
    }
}
