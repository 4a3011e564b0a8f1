//! The formulas of *Learning from mistakes*.

use ch01_neuron::{self as library, Activation, Gate, Neuron};
use formulas::*;
use ndarray::{Array1, Axis, array};

/// ```math perceptron-rule
/// \begin{aligned}
/// w_i &\leftarrow w_i + (y - a) \, x_i \\
/// b &\leftarrow b + (y - a)
/// \end{aligned}
/// ```
///
/// The perceptron rule adds (y − a) x to the weights and y − a to the bias; a right answer changes
/// nothing. Exact: y − a is −1, 0 or 1.
#[test]
fn perceptron_rule() {
    let _formula = formula!();
    let mut generator = generator();
    let [weight, bias] = [0, 1].map(|n| page("perceptron-rule").statement(n));
    for round in 0..1000 {
        let (weights, x) = (vector(4, &mut generator), vector(4, &mut generator));
        let mut neuron = Neuron { weights, bias: 0.1, activation: Activation::Step };
        let (before, y) = (neuron.clone(), f64::from(round % 2));
        let error = y - neuron.output(x.view());
        assert_exact!(library::perceptron_step(&mut neuron, x.view(), y), error != 0.0);
        for i in 0..4 {
            assert_exact!(neuron.weights[i], before.weights[i] + error * x[i]);
            let a = before.output(x.view());
            let named = [("w_i", before.weights[i]), ("y", y), ("a", a), ("x_i", x[i]), ("b", 0.1)];
            assert_exact!(neuron.weights[i], weight.value(1, &named));
            assert_exact!(neuron.bias, bias.value(1, &named));
        }
        assert_exact!(neuron.bias, before.bias + error);
    }
}

/// ```math perceptron-correction
/// \begin{aligned}
/// & \sum_i \bigl( w_i + (y - a) \, x_i \bigr) x_i + b + (y - a) \\
/// & \quad = \sum_i w_i x_i + b \\
/// & \quad \qquad + (y - a) \sum_i x_i^2 + (y - a) \\
/// & \quad = z + (y - a) \Bigl( \sum_i x_i^2 + 1 \Bigr)
/// \end{aligned}
/// ```
///
/// One step of the perceptron rule moves the sum of that example by (y − a)(|x|² + 1): up after a 0
/// that should be a 1, down after the opposite, not at all after a right answer. 1e-12: rounding.
#[test]
fn perceptron_correction() {
    let _formula = formula!();
    let mut generator = generator();
    for round in 0..1000 {
        let (weights, x) = (vector(4, &mut generator), vector(4, &mut generator));
        let mut neuron = Neuron { weights, bias: 0.1, activation: Activation::Step };
        let (z, a) = (neuron.pre_activation(x.view()), neuron.output(x.view()));
        let y = f64::from(round % 2);
        let page = page("perceptron-correction").over("i", 4);
        let page = page.list("w", &neuron.weights).list("x", &x);
        let named = [("y", y), ("a", a), ("b", neuron.bias), ("z", z)];
        library::perceptron_step(&mut neuron, x.view(), y);
        let square: f64 = x.iter().map(|x| x * x).sum();
        assert_close(neuron.pre_activation(x.view()), z + (y - a) * (square + 1.0), 1e-12);
        page.assert_close(&named, 1e-12);
        assert_close(neuron.pre_activation(x.view()), page.value(0, &named), 1e-12);
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

/// ```math perceptron-progress
/// \begin{aligned}
/// & \bigl( \mathbf w + (y - a) \, \mathbf x \bigr) \cdot \mathbf w^\ast \\
/// & \quad = \mathbf w \cdot \mathbf w^\ast + (y - a) \, \mathbf x \cdot \mathbf w^\ast \\
/// & \quad \ge \mathbf w \cdot \mathbf w^\ast + \gamma
/// \end{aligned}
/// ```
///
/// With each mistake the weights go (y − a) x · w* farther along w*, and that is at least γ. Some
/// go hardly farther than γ, so that no larger number would do. 1e-12: rounding.
#[test]
fn perceptron_progress() {
    let _formula = formula!();
    let mut least = f64::INFINITY;
    for Mistake { before, after, x, error, judge, gamma, .. } in mistakes() {
        let gain = after.dot(&judge) - before.dot(&judge);
        assert_close(gain, error * x.dot(&judge), 1e-12);
        assert_bound!(gain >= gamma - 1e-12, "{gain} < {gamma}");
        least = least.min(gain - gamma);
    }
    assert_bound!(least < 1e-10);
}

/// ```math perceptron-growth
/// \begin{aligned}
/// & \bigl| \mathbf w + (y - a) \, \mathbf x \bigr|^2 \\
/// & \quad = |\mathbf w|^2 + 2 (y - a) \, \mathbf w \cdot \mathbf x + |\mathbf x|^2 \\
/// & \quad \le |\mathbf w|^2 + R^2
/// \end{aligned}
/// ```
///
/// With each mistake the square of the weights' length grows by 2 (y − a) w · x + |x|², and that is
/// at most R². The first mistake of a run may grow it by just that much: from zero, to the longest
/// example. 1e-12: rounding.
#[test]
fn perceptron_growth() {
    let _formula = formula!();
    let mut largest = 0.0_f64;
    for Mistake { before, after, x, error, radius, .. } in mistakes() {
        let growth = after.dot(&after) - before.dot(&before);
        assert_close(growth, 2.0 * error * before.dot(&x) + x.dot(&x), 1e-12);
        assert_bound!(growth <= radius.powi(2) * (1.0 + 1e-12), "{growth} > {radius}²");
        largest = largest.max(growth / radius.powi(2));
    }
    assert_bound!(largest > 0.9);
}

/// ```math mistake-bound
/// \begin{aligned}
/// k \gamma \;\le\; \mathbf w \cdot \mathbf w^\ast
/// &\;\le\; |\mathbf w| \;\le\; \sqrt{k} \, R \\
/// \text{and so} \quad k &\;\le\; \left( \frac{R}{\gamma} \right)^{2}
/// \end{aligned}
/// ```
///
/// Novikoff's bound: however separable examples come, the rule makes at most (R / γ)² mistakes, and
/// the whole chain holds after each of them. The bound is computed again here, by loops. On AND the
/// rule makes more than R / γ mistakes, so the square is needed. 1e-12 relative: a dozen roundings,
/// and a difference that cancels a few digits where an example lies close to the line.
#[test]
fn mistake_bound() {
    let _formula = formula!();
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
        assert_bound!(run.converged && run.mistakes as f64 <= bound, "{run:?}, bound {bound}");
        // once more, mistake by mistake, with the bias as the last weight
        let (mut neuron, mut mistakes) = (Neuron::zeros(3, Activation::Step), 0.0);
        for _ in 0..run.epochs {
            for (x, &y) in inputs.rows().into_iter().zip(&targets) {
                if library::perceptron_step(&mut neuron, x, y) {
                    mistakes += 1.0;
                    let along = (neuron.weights.dot(&judge.weights) + 0.5 * neuron.bias) / length;
                    let long = (neuron.weights.dot(&neuron.weights) + neuron.bias.powi(2)).sqrt();
                    let room = 1.0 + 1e-12; // rounding
                    assert_bound!(mistakes * margin <= along * room, "{along} after {mistakes}");
                    assert_bound!(along <= long * room, "{along} and {long}");
                    assert_bound!(long <= f64::sqrt(mistakes) * radius * room, "{long}");
                }
            }
        }
        assert_exact!(mistakes, run.mistakes as f64);
    }
    let (inputs, targets) = Gate::And.examples::<f64>();
    let judge = Neuron { weights: array![2.0, 2.0], bias: -3.0, activation: Activation::Step };
    let mut neuron = Neuron::zeros(2, Activation::Step);
    let run = library::train_perceptron(&mut neuron, inputs.view(), targets.view(), 100);
    let bound = library::mistake_bound(&judge, inputs.view(), targets.view());
    assert_bound!(run.mistakes as f64 > bound.sqrt() && run.mistakes as f64 <= bound);
}
