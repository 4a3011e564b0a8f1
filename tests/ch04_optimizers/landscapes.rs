//! The formulas of *Where bowls end*.

use ch04_optimizers::{
    Adam, Optimizer, Quadratic, Sgd, rosenbrock as rosenbrock_height, rosenbrock_gradient,
};
use formulas::*;
use ndarray::{Array1, array};

use super::gradient_descent::{descend, parabola, step};

/// ```math saddle-escape
/// \theta_t = (1 + \eta \, |\lambda_1|)^t \, \theta_0
/// ```
///
/// Downhill along an axis of negative curvature, where the slope is −|λ₁|θ, gradient descent leaves
/// the ridge by the same factor 1 + η|λ₁| in each step; and from the ridge itself it never leaves.
/// 1e-12: rounding in a hundred steps.
#[test]
fn saddle_escape() {
    let _formula = formula!();
    for (eta, curvature) in
        [0.01, 0.1, 1.0].into_iter().flat_map(|r| [-0.5, -3.0_f64].map(|c| (r, c)))
    {
        for start in [0.0, 1e-3, -2.0] {
            let mut theta = array![start];
            for t in 0..=100 {
                let weights = [(r"\theta_t", theta[0]), (r"\theta_0", start), ("t", f64::from(t))];
                let named = [&weights[..], &[(r"\eta", eta), (r"\lambda_1", curvature)]].concat();
                page("saddle-escape").assert_relative(&named, 1e-12);
                assert_relative(theta[0], (1.0 + eta * curvature.abs()).powi(t) * start, 1e-12);
                let saddle = parabola(curvature, 0.0);
                descend(&saddle, &mut Sgd::default(), eta, &mut theta);
            }
        }
    }
}

/// ```math rosenbrock
/// \mathcal L(\theta_1, \theta_2) = (1 - \theta_1)^2 + 100 \, (\theta_2 - \theta_1^2)^2
/// ```
///
/// Rosenbrock's valley is the polynomial 1 − 2x + x² + 100y² − 200x²y + 100x⁴, and the gradient by
/// which the figure's paths walk is its slope; it is 0 at (1, 1) and positive elsewhere, and there
/// its slope is 0 and its condition number about 2,500, with the second derivatives 802, −400 and
/// 200, which are slopes of the gradient. 1e-11: rounding; 1e-8: five points.
#[test]
fn rosenbrock() {
    let _formula =
        formula!().allowing(1e-3, "the page prints the condition number in whole numbers");
    let valley = |p: &Array1<f64>| rosenbrock_height([p[0], p[1]]);
    let gradient = |p: &Array1<f64>| Array1::from(rosenbrock_gradient([p[0], p[1]]).to_vec());
    let mut generator = generator();
    let hard = [[0.0, 0.0], [-1.2, 1.0], [1.0, -30.0], [1e-9, 1e9]].map(|p| array![p[0], p[1]]);
    let random = (0..100).map(|_| vector(2, &mut generator));
    for p in hard.into_iter().chain(random) {
        let (x, y) = (p[0], p[1]);
        let page = page("rosenbrock")
            .function_of_many(r"\mathcal L", |theta| rosenbrock_height([theta[0], theta[1]]));
        page.assert_relative(&[(r"\theta_1", x), (r"\theta_2", y)], 1e-14);
        let squares = 1.0 - 2.0 * x + x * x + 100.0 * y * y;
        let polynomial = squares - 200.0 * x * x * y + 100.0 * x.powi(4);
        assert_close(valley(&p), polynomial, 1e-11);
        assert_bound!(valley(&p) > 0.0);
        if y < 1e6 {
            assert_all_close(&gradient(&p), &slopes(valley, &p), 1e-8);
        }
    }
    let lowest = array![1.0, 1.0];
    assert_exact!(valley(&lowest), 0.0);
    assert_exact!(gradient(&lowest), array![0.0, 0.0]);
    let across = slopes(|p| gradient(p)[0], &lowest);
    let along = slopes(|p| gradient(p)[1], &lowest);
    let curvature = array![[across[0], across[1]], [along[0], along[1]]];
    assert_all_close(&curvature, &array![[802.0, -400.0], [-400.0, 200.0]], 1e-8);
    assert_close(Quadratic { curvature, minimum: lowest }.condition_number(), 2508.0, 1e-3);
}

/// ```math amsgrad-example
/// g_t = \begin{cases} 3 & \text{if } t = 1, 4, 7, \dots \\ -1 & \text{otherwise} \end{cases}
/// ```
///
/// The gradients 3, −1, −1, in turn, add up to 1 a round, so the best place between −1 and 1 is −1.
/// Gradient descent and the usual Adam end there; Adam with β₁ = 0 and β₂ = 0.1 at 1, with a constant
/// rate and with one that falls like 1/√t. Between the ends it goes 0.68 η to the right in each
/// round: the memory of squares comes back to s = 8.199/0.999 after each 3, then to 0.1 s + 0.9, and
/// to 0.1 of that + 0.9. 1e-6: what ε and the correction still change after 30 steps.
#[test]
fn amsgrad_example() {
    let _formula = formula!().allowing(0.005, "the page prints two digits");
    let gradient = |t: i32| if t % 3 == 1 { 3.0 } else { -1.0 };
    assert_exact!((1..=300).map(gradient).sum::<f64>(), 100.0);
    let after_3 = 8.199_f64 / 0.999;
    let then = 0.1 * after_3 + 0.9;
    let by_hand = -3.0 / after_3.sqrt() + 1.0 / then.sqrt() + 1.0 / (0.1 * then + 0.9).sqrt();
    assert_close(by_hand, 0.68, 0.005);
    let (mut free, mut theta) = (Adam { beta1: 0.0, beta2: 0.1, ..Adam::default() }, [0.0]);
    (1..=30).for_each(|t| step(&mut free, 0.1, &mut theta, &[gradient(t)]));
    let before = theta[0];
    (31..=33).for_each(|t| step(&mut free, 0.1, &mut theta, &[gradient(t)]));
    assert_close(theta[0] - before, 0.1 * by_hand, 1e-6);
    fn end(mut rule: impl Optimizer<f64>, gradient: fn(i32) -> f64, power: f64) -> f64 {
        let mut theta = [0.0];
        for t in 1..=10_000 {
            let rate = 0.1 * f64::from(t).powf(-power);
            step(&mut rule, rate, &mut theta, &[gradient(t)]);
            theta[0] = f64::clamp(theta[0], -1.0, 1.0);
        }
        theta[0]
    }
    for power in [0.0, 0.5] {
        assert_bound!(end(Sgd::default(), gradient, power) < -0.75);
        assert_bound!(end(Adam::default(), gradient, power) < -0.75);
        let forgetful = Adam { beta1: 0.0, beta2: 0.1, ..Adam::default() };
        assert_bound!(end(forgetful, gradient, power) > 0.75);
    }
}
