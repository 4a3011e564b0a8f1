//! The formulas of chapter 1, each checked with numbers.

use ch01_neuron::{self as library, Activation, Gate, Neuron};
use formulas::*;
use ndarray::{Array1, Axis, array};

/// z is the bias plus each input times its weight: added up here one product at a time. 1e-12:
/// fifty additions, each rounded at 1e-16, and a few digits of room for sums that cancel.
#[test]
fn weighted_sum() {
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
            assert_close(neuron.pre_activation(x.view()), z, 1e-12 * scale.max(1.0));
        }
    }
}

/// A neuron's output is its activation function of its weighted sum, and each name stands for its
/// own function. Exact: it is the same function, called in two ways.
#[test]
fn activation() {
    use library::{gelu, identity, leaky_relu, relu, sigmoid, softplus, step, tanh};
    let functions: [fn(f64) -> f64; 8] =
        [identity, step, sigmoid, tanh, relu, leaky_relu, softplus, gelu];
    for (activation, function) in Activation::ALL.into_iter().zip(functions) {
        for z in points() {
            let neuron = Neuron { weights: array![2.0], bias: z - 2.0, activation };
            assert_eq!(neuron.output(array![1.0].view()), function(2.0 + (z - 2.0)));
            assert_eq!(activation.value(z), function(z));
        }
    }
}

/// |z| / |w| is the distance of a point from the line where z = 0: the length of the way to its foot,
/// straight along w; and no other point of the line, of thousands, is nearer. 1e-12: rounding.
#[test]
fn line_distance() {
    let mut generator = generator();
    for bias in [0.0, -3.0, 0.2] {
        let (w, x) = (vector(2, &mut generator), vector(2, &mut generator) * 3.0);
        let neuron = Neuron { weights: w.clone(), bias, activation: Activation::Step };
        let length = |v: &Array1<f64>| v.mapv(|v| v * v).sum().sqrt();
        let z = neuron.pre_activation(x.view());
        let foot = &x - z / w.dot(&w) * &w;
        assert_close(neuron.pre_activation(foot.view()), 0.0, 1e-12);
        assert_close(length(&(&x - &foot)), z.abs() / length(&w), 1e-12);
        for along in -2000..2000 {
            let other = &foot + f64::from(along) / 200.0 * array![-w[1], w[0]];
            assert!(length(&(&x - &other)) >= z.abs() / length(&w) - 1e-12);
        }
    }
}

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

/// The step is 1 from zero upward and 0 below; it is the sign of z, moved and halved. Its slope is
/// 0. Exact.
#[test]
fn step() {
    for z in points().into_iter().filter(|&z| z != 0.0) {
        assert_eq!(library::step(z), (z.signum() + 1.0) / 2.0);
        assert_eq!(library::step_derivative(z), 0.0);
    }
    assert_eq!([library::step(0.0), library::step(-0.0)], [1.0, 1.0]);
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

/// The curve of σ looks the same when it is turned by half a turn: σ(−z) = 1 − σ(z). 1e-15: three
/// roundings of numbers below 1.
#[test]
fn sigmoid_symmetry() {
    for z in points() {
        assert_close(library::sigmoid(-z), 1.0 - library::sigmoid(z), 1e-15);
    }
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

/// tanh is a sigmoid, stretched to run from −1 to 1 and twice as steep. 1e-15: rounding near 1.
#[test]
fn tanh_from_sigmoid() {
    for z in points() {
        assert_close(library::tanh(z), 2.0 * library::sigmoid(2.0 * z) - 1.0, 1e-15);
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

/// The slope of ½(a − y)² by the bias is (a − y) f′(z), for every activation function. Where f′ is 0,
/// nothing pulls. 1e-9: slopes by five points, away from the kinks.
#[test]
fn stuck_slope() {
    let mut generator = generator();
    for (activation, y) in Activation::ALL.into_iter().flat_map(|f| [0.0, 1.0].map(|y| (f, y))) {
        for bias in points().into_iter().filter(|bias| bias.abs() < 30.0) {
            let (weights, x) = (vector(3, &mut generator), vector(3, &mut generator));
            let neuron = |bias: f64| Neuron { weights: weights.clone(), bias, activation };
            let half_square = |bias: f64| 0.5 * (neuron(bias).output(x.view()) - y).powi(2);
            let z = neuron(bias).pre_activation(x.view());
            if z.abs() > 0.01 {
                let printed = (activation.value(z) - y) * activation.derivative(z);
                assert_close(slope(half_square, bias), printed, 1e-9);
            }
        }
    }
}

/// The perceptron rule adds (y − a) x to the weights and y − a to the bias; a right answer changes
/// nothing. Exact: y − a is −1, 0 or 1.
#[test]
fn perceptron_rule() {
    let mut generator = generator();
    for round in 0..1000 {
        let (weights, x) = (vector(4, &mut generator), vector(4, &mut generator));
        let mut neuron = Neuron { weights, bias: 0.1, activation: Activation::Step };
        let (before, y) = (neuron.clone(), f64::from(round % 2));
        let error = y - neuron.output(x.view());
        assert_eq!(library::perceptron_step(&mut neuron, x.view(), y), error != 0.0);
        for i in 0..4 {
            assert_eq!(neuron.weights[i], before.weights[i] + error * x[i]);
        }
        assert_eq!(neuron.bias, before.bias + error);
    }
}

/// One step of the perceptron rule moves the sum of that example by (y − a)(|x|² + 1): up after a 0
/// that should be a 1, down after the opposite, not at all after a right answer. 1e-12: rounding.
#[test]
fn perceptron_correction() {
    let mut generator = generator();
    for round in 0..1000 {
        let (weights, x) = (vector(4, &mut generator), vector(4, &mut generator));
        let mut neuron = Neuron { weights, bias: 0.1, activation: Activation::Step };
        let (z, a) = (neuron.pre_activation(x.view()), neuron.output(x.view()));
        let y = f64::from(round % 2);
        library::perceptron_step(&mut neuron, x.view(), y);
        let square: f64 = x.iter().map(|x| x * x).sum();
        assert_close(neuron.pre_activation(x.view()), z + (y - a) * (square + 1.0), 1e-12);
    }
}

/// A mistake of the perceptron rule and its correction, with the bias counted as a weight whose
/// input is 1.
struct Mistake {
    /// The weights before the correction and after it. `[inputs + 1]`
    before: Array1<f64>,
    after: Array1<f64>,
    /// The example, and y − a.
    x: Array1<f64>,
    error: f64,
    /// The neuron w* that makes no mistake, of length 1, with γ and R of the task.
    judge: Array1<f64>,
    gamma: f64,
    radius: f64,
}

/// The mistakes in learning fifty random tasks of twenty examples.
fn mistakes() -> Vec<Mistake> {
    let (mut generator, mut mistakes) = (generator(), Vec::new());
    for _ in 0..50 {
        let judge = vector(4, &mut generator);
        let judge = &judge / judge.dot(&judge).sqrt();
        let mut inputs = matrix(20, 4, &mut generator);
        inputs.column_mut(3).fill(1.0);
        let sums = inputs.dot(&judge);
        let gamma = sums.iter().fold(f64::INFINITY, |least, sum| least.min(sum.abs()));
        let radius = inputs.rows().into_iter().map(|x| x.dot(&x).sqrt()).fold(0.0, f64::max);
        let (mut neuron, mut before) = (Neuron::zeros(3, Activation::Step), Array1::zeros(4));
        for (x, sum) in inputs.rows().into_iter().zip(&sums).cycle().take(200) {
            let (y, x) = (library::step(*sum), x.to_owned());
            let error = y - library::step(before.dot(&x));
            let (inputs, _) = x.view().split_at(Axis(0), 3); // without the 1 of the bias
            if library::perceptron_step(&mut neuron, inputs, y) {
                let mut after = neuron.weights.to_vec();
                after.push(neuron.bias);
                let (judge, after) = (judge.clone(), Array1::from(after));
                let next = after.clone();
                mistakes.push(Mistake { before, after, x, error, judge, gamma, radius });
                before = next;
            }
        }
    }
    mistakes
}

/// With each mistake the weights go (y − a) x · w* farther along w*, and that is at least γ. Some
/// go hardly farther than γ, so that no larger number would do. 1e-12: rounding.
#[test]
fn perceptron_progress() {
    let mut least = f64::INFINITY;
    for Mistake { before, after, x, error, judge, gamma, .. } in mistakes() {
        let gain = after.dot(&judge) - before.dot(&judge);
        assert_close(gain, error * x.dot(&judge), 1e-12);
        assert!(gain >= gamma - 1e-12, "{gain} < {gamma}");
        least = least.min(gain - gamma);
    }
    assert!(least < 1e-10);
}

/// With each mistake the square of the weights' length grows by 2 (y − a) w · x + |x|², and that is
/// at most R². The first mistake of a run may grow it by just that much: from zero, to the longest
/// example. 1e-12: rounding.
#[test]
fn perceptron_growth() {
    let mut largest = 0.0_f64;
    for Mistake { before, after, x, error, radius, .. } in mistakes() {
        let growth = after.dot(&after) - before.dot(&before);
        assert_close(growth, 2.0 * error * before.dot(&x) + x.dot(&x), 1e-12);
        assert!(growth <= radius.powi(2) * (1.0 + 1e-12), "{growth} > {radius}²");
        largest = largest.max(growth / radius.powi(2));
    }
    assert!(largest > 0.9);
}

/// Novikoff's bound: however separable examples come, the rule makes at most (R / γ)² mistakes.
/// The bound is computed again here, by loops. 1e-12 relative: a dozen roundings, and a difference
/// that cancels a few digits where an example lies close to the line.
#[test]
fn mistake_bound() {
    let mut generator = generator();
    for _ in 0..200 {
        let weights = vector(3, &mut generator);
        let judge = Neuron { weights, bias: 0.5, activation: Activation::Step };
        let inputs = matrix(20, 3, &mut generator);
        let targets: Array1<f64> = inputs.rows().into_iter().map(|x| judge.output(x)).collect();
        let length = (judge.weights.mapv(|w| w * w).sum() + 0.25).sqrt();
        let (mut radius, mut margin) = (0.0_f64, f64::INFINITY);
        for x in inputs.rows() {
            radius = radius.max((x[0] * x[0] + x[1] * x[1] + x[2] * x[2] + 1.0).sqrt());
            margin = margin.min(judge.pre_activation(x).abs() / length);
        }
        let bound = library::mistake_bound(&judge, inputs.view(), targets.view());
        assert_relative(bound, (radius / margin).powi(2), 1e-12);
        let mut neuron = Neuron::zeros(3, Activation::Step);
        let run = library::train_perceptron(&mut neuron, inputs.view(), targets.view(), 100_000);
        assert!(run.converged && run.mistakes as f64 <= bound, "{run:?}, bound {bound}");
    }
}

/// XOR wants z ≥ 0 at (0, 1) and (1, 0), and z < 0 at (0, 0) and (1, 1). But both pairs have the
/// same sum, w₁ + w₂ + 2b, which cannot be both: no neuron does it. A search over 68,921 neurons
/// finds none either, though it finds the other gates.
#[test]
fn xor_impossible() {
    let solved_by_some = |gate: Gate| {
        let (inputs, targets) = gate.examples::<f64>();
        let tick = |i: i32| f64::from(i) / 4.0 - 5.0;
        (0..41 * 41 * 41).any(|n| {
            let weights = array![tick(n % 41), tick(n / 41 % 41)];
            let neuron = Neuron { weights, bias: tick(n / 41 / 41), activation: Activation::Step };
            let z: Vec<f64> = inputs.rows().into_iter().map(|x| neuron.pre_activation(x)).collect();
            assert_eq!(z[1] + z[2], z[0] + z[3]);
            z.iter().zip(&targets).all(|(&z, &y)| library::step(z) == y)
        })
    };
    assert!(!solved_by_some(Gate::Xor));
    assert!([Gate::And, Gate::Or, Gate::Nand].into_iter().all(solved_by_some));
}
