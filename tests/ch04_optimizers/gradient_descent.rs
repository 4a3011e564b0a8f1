//! The formulas of *Optimizers*.

use ch04_optimizers::{Optimizer, Parameter, Quadratic, Sgd};
use formulas::*;
use ndarray::{Array1, array};

/// One step of `optimizer` on one list of weights.
pub fn step(optimizer: &mut impl Optimizer<f64>, rate: f64, values: &mut [f64], gradient: &[f64]) {
    optimizer.step(rate, vec![Parameter::new(values, gradient)]);
}

/// Takes five steps with random gradients (some of them 0, tiny or huge) twice: with `optimizer`,
/// and weight by weight with a rule written by hand, `rule(t, θ, g, memory)` for step t = 1, 2, ….
/// All weights must agree to 1e-12 after each step: some twenty roundings.
#[track_caller]
pub fn assert_steps(
    mut optimizer: impl Optimizer<f64>,
    rate: f64,
    rule: impl Fn(i32, f64, f64, &mut [f64; 3]) -> f64,
) {
    let mut generator = generator();
    let mut weights = vector(8, &mut generator).to_vec();
    let (mut by_hand, mut memories) = (weights.clone(), [[0.0; 3]; 8]);
    for t in 1..=5 {
        let scales = array![0.0, 1e-12, 1e-3, 1.0, 1.0, 1.0, 1.0, 1e6];
        let gradient = (vector(8, &mut generator) * scales).to_vec();
        step(&mut optimizer, rate, &mut weights, &gradient);
        for i in 0..8 {
            by_hand[i] = rule(t, by_hand[i], gradient[i], &mut memories[i]);
            assert_close(weights[i], by_hand[i], 1e-12);
        }
    }
}

/// ```math gradient-descent
/// \theta \leftarrow \theta - \eta \, g
/// ```
///
/// Gradient descent: θ ← θ − ηg.
#[test]
fn gradient_descent() {
    let _formula = formula!();
    assert_steps(Sgd::default(), 0.1, |_, theta, g, _| theta - 0.1 * g);
    let page = page("gradient-descent");
    assert_steps(Sgd::default(), 0.1, |_, theta, g, _| {
        page.value(1, &[(r"\theta", theta), (r"\eta", 0.1), ("g", g)])
    });
}

/// One step of `rule` on `bowl`, from `theta`.
pub fn descend(
    quadratic: &Quadratic<f64>,
    rule: &mut impl Optimizer<f64>,
    rate: f64,
    theta: &mut Array1<f64>,
) {
    let gradient = quadratic.gradient(theta.view()).to_vec();
    step(rule, rate, theta.as_slice_mut().expect("standard layout"), &gradient);
}

/// A bowl of one weight: a parabola with this curvature, and its lowest point.
pub fn parabola(curvature: f64, lowest: f64) -> Quadratic<f64> {
    Quadratic { curvature: array![[curvature]], minimum: array![lowest] }
}

/// Rates times curvatures: small, at rest in a single step, to and fro, at the limit, and beyond.
const PRODUCTS: [f64; 7] = [0.0, 1e-3, 0.2, 1.0, 1.8, 2.0, 2.2];

/// ```math one-step-on-a-parabola
/// \begin{aligned}
/// \theta_{t+1} - c &= \theta_t - \eta \lambda_1 (\theta_t - c) - c \\
/// &= (1 - \eta \lambda_1)(\theta_t - c)
/// \end{aligned}
/// ```
///
/// On a parabola a step of gradient descent leaves the share 1 − ηλ₁ of the distance, sign and all;
/// on the way there it is θ − ηλ₁(θ − c) − c. 1e-13: the step itself rounds a few times.
#[test]
fn one_step_on_a_parabola() {
    let _formula = formula!();
    let mut generator = generator();
    for (product, curvature) in
        PRODUCTS.into_iter().flat_map(|p| [0.01, 2.0, 100.0].map(|c| (p, c)))
    {
        let (theta, c, rate) =
            (3.0 * number(&mut generator), number(&mut generator), product / curvature);
        let mut next = array![theta];
        descend(&parabola(curvature, c), &mut Sgd::default(), rate, &mut next);
        assert_close(next[0] - c, theta - rate * curvature * (theta - c) - c, 1e-13);
        assert_close(next[0] - c, (1.0 - rate * curvature) * (theta - c), 1e-13);
        let weights = [(r"\theta_{t+1}", next[0]), (r"\theta_t", theta), ("c", c)];
        let named = [&weights[..], &[(r"\eta", rate), (r"\lambda_1", curvature)]].concat();
        page("one-step-on-a-parabola").assert_close(&named, 1e-13);
    }
}

/// ```math parabola-path
/// \theta_t - c = (1 - \eta \lambda_1)^t \, (\theta_0 - c)
/// ```
///
/// After t steps on a parabola, the distance is (1 − ηλ₁)ᵗ of the first one. Beyond ηλ₁ = 2 it
/// grows and alternates. 1e-12: rounding in twenty steps.
#[test]
fn parabola_path() {
    let _formula = formula!();
    for (product, curvature) in
        PRODUCTS.into_iter().flat_map(|p| [0.01, 2.0, 100.0].map(|c| (p, c)))
    {
        let (mut theta, c, rate) = (array![-2.5], 0.7, product / curvature);
        for t in 0..=20 {
            let place =
                [(r"\theta_t", theta[0]), (r"\theta_0", -2.5), ("c", c), ("t", f64::from(t))];
            let named = [&place[..], &[(r"\eta", rate), (r"\lambda_1", curvature)]].concat();
            page("parabola-path").assert_close(&named, 1e-12);
            assert_close(theta[0] - c, (1.0 - rate * curvature).powi(t) * (-2.5 - c), 1e-12);
            descend(&parabola(curvature, c), &mut Sgd::default(), rate, &mut theta);
        }
    }
}
