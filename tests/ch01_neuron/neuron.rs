//! The formulas of *The neuron*.

use ch01_neuron::{self as library, Activation, Neuron};
use formulas::*;
use ndarray::{Array1, array};

/// ```math weighted-sum
/// z = \sum_i w_i x_i + b
/// ```
///
/// z is the bias plus each input times its weight: added up here one product at a time. 1e-12:
/// fifty additions, each rounded at 1e-16, and a few digits of room for sums that cancel.
#[test]
fn weighted_sum() {
    let _formula = formula!().allowing(1e-6, "inputs of up to 1e6, whose products cancel");
    let mut generator = generator();
    for (inputs, scale) in [(0, 1.0), (1, 1.0), (2, 1e-9), (50, 1.0), (50, 1e6)] {
        for _ in 0..100 {
            let (weights, x) = (vector(inputs, &mut generator), vector(inputs, &mut generator));
            let x = x * scale;
            let mut z = 0.3;
            for i in 0..inputs {
                z += weights[i] * x[i];
            }
            let neuron = Neuron { weights, bias: 0.3, activation: Activation::Identity };
            let page =
                page("weighted-sum").over("i", inputs).list("w", &neuron.weights).list("x", &x);
            let z_of_library = neuron.pre_activation(x.view());
            page.assert_close(&[("z", z_of_library), ("b", 0.3)], 1e-12 * scale.max(1.0));
            assert_close(neuron.pre_activation(x.view()), z, 1e-12 * scale.max(1.0));
        }
    }
}

/// ```math activation
/// a = f(z)
/// ```
///
/// A neuron's output is its activation function of its weighted sum, and each name stands for its
/// own function. Exact: it is the same function, called in two ways.
#[test]
fn activation() {
    let _formula = formula!();
    use library::{gelu, identity, leaky_relu, relu, sigmoid, softplus, step, tanh};
    let functions: [fn(f64) -> f64; 8] =
        [identity, step, sigmoid, tanh, relu, leaky_relu, softplus, gelu];
    for (activation, function) in Activation::ALL.into_iter().zip(functions) {
        let page = page("activation").function("f", function);
        for z in points() {
            let neuron = Neuron { weights: array![2.0], bias: z - 2.0, activation };
            assert_exact!(neuron.output(array![1.0].view()), function(2.0 + (z - 2.0)));
            assert_exact!(activation.value(z), function(z));
            page.assert_exact(&[("a", activation.value(z)), ("z", z)]);
        }
    }
}

/// ```math step
/// f(z) = \begin{cases} 1 & \text{if } z \ge 0 \\ 0 & \text{if } z < 0 \end{cases}
/// ```
///
/// The step is 1 from zero upward and 0 below; it is the sign of z, moved and halved. Its slope is
/// 0. Exact.
#[test]
fn step() {
    let _formula = formula!();
    for z in points().into_iter().filter(|&z| z != 0.0) {
        assert_exact!(library::step(z), (z.signum() + 1.0) / 2.0);
        assert_exact!(library::step_derivative(z), 0.0);
    }
    assert_exact!([library::step(0.0), library::step(-0.0)], [1.0, 1.0]);
    let page = page("step").function("f", library::step);
    for z in points() {
        page.assert_exact(&[("z", z)]);
    }
}

/// ```math line-distance
/// \text{distance} = \frac{|z|}{|\mathbf w|},
/// \quad |\mathbf w| = \sqrt{w_1^2 + w_2^2}
/// ```
///
/// |z| / |w| is the distance of a point from the line where z = 0: the length of the way to its foot,
/// straight along w; and no other point of the line, of thousands, is nearer. 1e-12: rounding.
#[test]
fn line_distance() {
    let _formula = formula!();
    let mut generator = generator();
    for bias in [0.0, -3.0, 0.2] {
        let (w, x) = (vector(2, &mut generator), vector(2, &mut generator) * 3.0);
        let neuron = Neuron { weights: w.clone(), bias, activation: Activation::Step };
        let length = |v: &Array1<f64>| v.mapv(|v| v * v).sum().sqrt();
        let z = neuron.pre_activation(x.view());
        let foot = &x - z / w.dot(&w) * &w;
        assert_close(neuron.pre_activation(foot.view()), 0.0, 1e-12);
        assert_close(length(&(&x - &foot)), z.abs() / length(&w), 1e-12);
        let (distance, norm) = (length(&(&x - &foot)), (r"|\mathbf w|", length(&w)));
        let of_point = [(r"\text{distance}", distance), ("z", z), norm];
        page("line-distance").statement(0).assert_close(&of_point, 1e-12);
        let of_weights = [norm, ("w_1", w[0]), ("w_2", w[1])];
        page("line-distance").statement(1).assert_close(&of_weights, 1e-15);
        for along in -2000..2000 {
            let other = &foot + f64::from(along) / 200.0 * array![-w[1], w[0]];
            assert_bound!(length(&(&x - &other)) >= z.abs() / length(&w) - 1e-12);
        }
    }
}
