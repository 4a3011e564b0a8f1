//! The formulas of *The chain rule on a graph*.

use ch01_neuron::Activation;
use ch03_backprop::{Tape, Variable};
use formulas::*;

/// ```math chain-rule
/// \frac{d}{dx} \, f_2(f_1(x)) = f_2'(f_1(x)) \, f_1'(x)
/// ```
///
/// The slope of f₂(f₁(x)) is f₂′ at f₁(x) times f₁′ at x, for every pair of activation functions
/// that has slopes. 1e-9: slopes by four points, away from the kinks.
#[test]
fn chain_rule() {
    let _formula = formula!();
    for (f, g) in Activation::ALL.into_iter().flat_map(|f| Activation::ALL.map(|g| (f, g))) {
        for x in points().into_iter().filter(|x| x.abs() > 0.01 && x.abs() < 30.0) {
            let chained = slope(|x| f.value(g.value(x)), x);
            let far_from_kink = g.value(x).abs() > 0.01 || g == Activation::Relu && x < 0.0;
            if far_from_kink {
                assert_close(f.derivative(g.value(x)) * g.derivative(x), chained, 1e-9);
            }
        }
    }
}

/// Slopes of a smooth loss by q, and by both inputs of the gate that makes q, by four points.
fn gate_slopes(gate: fn(f64, f64) -> f64, (q1, q2): (f64, f64)) -> [f64; 3] {
    let loss = |q: f64| (0.3 * q).sin() + 0.1 * q * q;
    [
        slope(loss, gate(q1, q2)),
        slope(|q1| loss(gate(q1, q2)), q1),
        slope(|q2| loss(gate(q1, q2)), q2),
    ]
}

/// The gradients that the tape brings to q and to both inputs of the gate that makes it, from q³.
fn gate_gradients(
    gate: for<'t> fn(Variable<'t, f64>, Variable<'t, f64>) -> Variable<'t, f64>,
    (q1, q2): (f64, f64),
) -> [f64; 3] {
    let tape = Tape::new();
    let (q1, q2) = (tape.variable(q1), tape.variable(q2));
    let q = gate(q1, q2);
    let gradient = q.powi(3).backward();
    [q, q1, q2].map(|variable| gradient.with_respect_to(variable))
}

/// Two hundred pairs of numbers, with some zeros.
fn pairs() -> Vec<(f64, f64)> {
    let mut generator = generator();
    let mut pairs = vec![(0.0, 0.0), (0.0, 2.0), (-3.0, 0.0)];
    pairs.extend((0..200).map(|_| (2.0 * number(&mut generator), 2.0 * number(&mut generator))));
    pairs
}

/// ```math sum-gate
/// \begin{aligned}
/// & q = q_1 + q_2: \\
/// & \frac{\partial\mathcal L}{\partial q_1} = \frac{\partial\mathcal L}{\partial q}, \qquad
/// \frac{\partial\mathcal L}{\partial q_2} = \frac{\partial\mathcal L}{\partial q}
/// \end{aligned}
/// ```
///
/// A plus hands its gradient on to both inputs. On the tape exactly; 1e-9: slopes by four points.
#[test]
fn sum_gate() {
    let _formula = formula!();
    for pair in pairs() {
        let [by_q, by_q1, by_q2] = gate_slopes(|q1, q2| q1 + q2, pair);
        assert_close(by_q1, by_q, 1e-9);
        assert_close(by_q2, by_q, 1e-9);
        let [by_q, by_q1, by_q2] = gate_gradients(|q1, q2| q1 + q2, pair);
        assert_exact!([by_q1, by_q2], [by_q; 2]);
    }
}

/// ```math product-gate
/// \begin{aligned}
/// & q = q_1 q_2: \\
/// & \frac{\partial\mathcal L}{\partial q_1} = q_2 \, \frac{\partial\mathcal L}{\partial q}, \qquad
/// \frac{\partial\mathcal L}{\partial q_2} = q_1 \, \frac{\partial\mathcal L}{\partial q}
/// \end{aligned}
/// ```
///
/// A times gives each input the gradient times the other one. On the tape exactly; 1e-9: slopes by
/// four points.
#[test]
fn product_gate() {
    let _formula = formula!();
    for (q1, q2) in pairs() {
        let [by_q, by_q1, by_q2] = gate_slopes(|q1, q2| q1 * q2, (q1, q2));
        assert_close(by_q1, q2 * by_q, 1e-9);
        assert_close(by_q2, q1 * by_q, 1e-9);
        let [by_q, by_q1, by_q2] = gate_gradients(|q1, q2| q1 * q2, (q1, q2));
        assert_exact!([by_q1, by_q2], [q2 * by_q, q1 * by_q]);
    }
}

/// ```math max-gate
/// \begin{aligned}
/// & q = \max(q_1, q_2): \\
/// & \frac{\partial\mathcal L}{\partial q_1} =
/// \begin{cases}
/// \partial\mathcal L / \partial q & \text{if } q_1 > q_2 \\
/// 0 & \text{if } q_1 < q_2
/// \end{cases}
/// \end{aligned}
/// ```
///
/// A max gives all to the larger input; on the tape it is relu(q₁ − q₂) + q₂. Away from q₁ = q₂,
/// where there is no slope. 1e-9: slopes by four points; on the tape the loser gets the gradient
/// minus itself.
#[test]
fn max_gate() {
    let _formula = formula!();
    for (q1, q2) in pairs().into_iter().filter(|(q1, q2)| (q1 - q2).abs() > 0.01) {
        let wins = |won: bool, by_q: f64| if won { by_q } else { 0.0 };
        let [by_q, by_q1, by_q2] = gate_slopes(f64::max, (q1, q2));
        assert_close(by_q1, wins(q1 > q2, by_q), 1e-9);
        assert_close(by_q2, wins(q2 > q1, by_q), 1e-9);
        let [by_q, by_q1, by_q2] =
            gate_gradients(|q1, q2| (q1 - q2).activate(Activation::Relu) + q2, (q1, q2));
        assert_exact!([by_q1, by_q2], [wins(q1 > q2, by_q), wins(q2 > q1, by_q)]);
    }
}

/// ```math function-gate
/// \begin{aligned}
/// & q = f(q_1): \\
/// & \frac{\partial\mathcal L}{\partial q_1} = f'(q_1) \, \frac{\partial\mathcal L}{\partial q}
/// \end{aligned}
/// ```
///
/// A function of one number multiplies the gradient by its slope at what went in: the activation
/// functions, and powers. 1e-8, and 1e-7 for the cubes on the tape: slopes by four points, away from
/// the kinks.
#[test]
fn function_gate() {
    let _formula = formula!().allowing(1e-7, "slopes by four points of cubes of cubes");
    for (q1, _) in pairs().into_iter().filter(|(q1, _)| q1.abs() > 0.01) {
        let tape = Tape::new();
        let input = tape.variable(q1);
        let activated = Activation::ALL.map(|f| {
            (input.activate(f), Box::new(move |q: f64| f.value(q)) as Box<dyn Fn(f64) -> f64>)
        });
        let powers = [2, 3]
            .map(|n| (input.powi(n), Box::new(move |q: f64| q.powi(n)) as Box<dyn Fn(f64) -> f64>));
        for (q, f) in activated.into_iter().chain(powers) {
            let loss = |q: f64| (0.3 * q).sin() + 0.1 * q * q;
            let by_q = slope(loss, f(q1));
            assert_close(slope(|q1| loss(f(q1)), q1), slope(&f, q1) * by_q, 1e-8);
            let gradient = (q * q * q).backward();
            assert_close(
                gradient.with_respect_to(input),
                slope(&f, q1) * gradient.with_respect_to(q),
                1e-7,
            );
        }
    }
}

/// ```math sum-over-paths
/// \frac{\partial\mathcal L}{\partial x}
/// = \sum_k \frac{\partial\mathcal L}{\partial q_k} \, \frac{\partial q_k}{\partial x}
/// ```
///
/// Where a number is used more than once, its gradient is the sum over all paths to the result:
/// of x·x + x·sigmoid(x) it is 2x + σ + xσ′. 1e-14: rounding.
#[test]
fn sum_over_paths() {
    let _formula = formula!();
    for value in points() {
        let tape = Tape::new();
        let x = tape.variable(value);
        let result = x * x + x * x.activate(Activation::Sigmoid);
        let (sigma, slope) =
            (Activation::Sigmoid.value(value), Activation::Sigmoid.derivative(value));
        assert_close(
            result.backward().with_respect_to(x),
            2.0 * value + sigma + value * slope,
            1e-14,
        );
    }
    // one number that is used by each activation function, against the slope of the whole
    for value in points().into_iter().filter(|x| x.abs() > 0.01 && x.abs() < 10.0) {
        let tape = Tape::new();
        let x = tape.variable(value);
        let result = Activation::ALL.iter().fold(tape.variable(1.0), |q, &f| q + x.activate(f));
        let whole = |x: f64| Activation::ALL.iter().map(|f| f.value(x)).sum::<f64>();
        assert_close(result.backward().with_respect_to(x), slope(whole, value), 1e-8);
    }
}
