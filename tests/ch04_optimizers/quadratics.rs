//! The formulas of *Bowls and ravines*.

use ch04_optimizers::{
    Optimizer, Quadratic, Sgd, rosenbrock as rosenbrock_height, rosenbrock_gradient,
};
use formulas::*;
use ndarray::{Array1, Array2, array};

use super::gradient_descent::{descend, parabola, step};

/// A bowl with these curvatures along the axes, and the axes, turned in space, as columns. They are
/// turned by a mirror, M = 1 − 2uuᵀ/|u|², which is its own inverse: H = M Λ M.
pub fn quadratic(curvatures: &[f64]) -> (Quadratic<f64>, Array2<f64>) {
    let mut generator = generator();
    let size = curvatures.len();
    let u = matrix(size, 1, &mut generator);
    let mirror = Array2::eye(size) - 2.0 * u.dot(&u.t()) / u.mapv(|u| u * u).sum();
    let curvatures = Array2::from_diag(&Array1::from(curvatures.to_vec()));
    let curvature = mirror.dot(&curvatures).dot(&mirror);
    (Quadratic { curvature, minimum: vector(size, &mut generator) }, mirror)
}

/// Curvatures for bowls: round, long, very long, and one-dimensional.
pub const CURVATURES: [&[f64]; 4] = [&[2.0, 2.0], &[0.5, 1.0, 8.0], &[0.01, 0.3, 1.0, 4.0], &[3.0]];

/// ```math quadratic-value
/// \mathcal L(\boldsymbol\theta)
/// = \tfrac12 \, (\boldsymbol\theta - \mathbf c)^\top \, \mathbf H \, (\boldsymbol\theta - \mathbf c)
/// ```
///
/// ½ (θ − c)ᵀ H (θ − c) is half the sum over i and j of h_ij (θ_i − c_i)(θ_j − c_j): a double loop
/// here. At the lowest point it is 0. 1e-13: rounding.
#[test]
fn quadratic_value() {
    let _formula = formula!();
    for (quadratic, _) in CURVATURES.map(quadratic) {
        let theta = vector(quadratic.minimum.len(), &mut generator()) * 2.0;
        let offset = &theta - &quadratic.minimum;
        let mut sum = 0.0;
        for ((i, j), &h) in quadratic.curvature.indexed_iter() {
            sum += h * offset[i] * offset[j] / 2.0;
        }
        assert_close(quadratic.value(theta.view()), sum, 1e-13);
        assert_exact!(quadratic.value(quadratic.minimum.view()), 0.0);
    }
}

/// ```math quadratic-gradient
/// \mathbf g = \mathbf H \, (\boldsymbol\theta - \mathbf c)
/// ```
///
/// The slope of the bowl is H (θ − c). 1e-9: five points.
#[test]
fn quadratic_gradient() {
    let _formula = formula!();
    for (quadratic, _) in CURVATURES.map(quadratic) {
        let theta = vector(quadratic.minimum.len(), &mut generator()) * 2.0;
        let slopes = slopes(|theta| quadratic.value(theta.view()), &theta);
        assert_all_close(&quadratic.gradient(theta.view()), &slopes, 1e-9);
    }
}

/// ```math second-order
/// \begin{aligned}
/// \mathcal L(\boldsymbol\theta) \approx{}& \mathcal L(\mathbf c)
/// + \mathbf g^\top (\boldsymbol\theta - \mathbf c) \\
/// &+ \tfrac12 \, (\boldsymbol\theta - \mathbf c)^\top \, \mathbf H \, (\boldsymbol\theta - \mathbf c)
/// \end{aligned}
/// ```
///
/// Near any point the loss is its value there, plus the gradient times the move, plus a bowl. On
/// ln cosh θ at 0, where the gradient is 0 and the curvature 1, the rest is θ⁴/12: half as far, a
/// sixteenth of it. In Rosenbrock's valley, from its lowest point and from random ones, the rest has
/// the powers 3 and 4 of the move, and no lower one. 1e-10: rounding of heights up to 10⁴.
#[test]
fn second_order() {
    let _formula =
        formula!().allowing(0.01, "the next term of ln cosh is a hundredth of the first");
    let quadratic = parabola(1.0, 0.0);
    let wrong_by = |theta: f64| quadratic.value(array![theta].view()) - theta.cosh().ln();
    assert_close(wrong_by(0.2), 0.000_132, 5e-7);
    assert_close(wrong_by(0.1), 0.000_008, 5e-7);
    assert_relative(wrong_by(0.2) / wrong_by(0.1), 16.0, 0.01);
    let valley = |p: &Array1<f64>| rosenbrock_height([p[0], p[1]]);
    let mut generator = generator();
    let random = (0..100).map(|_| vector(2, &mut generator)).collect::<Vec<_>>();
    for c in [vec![array![1.0, 1.0]], random].concat() {
        let (x, y) = (c[0], c[1]);
        let g = Array1::from(rosenbrock_gradient([x, y]).to_vec());
        let h = array![[2.0 - 400.0 * (y - 3.0 * x * x), -400.0 * x], [-400.0 * x, 200.0]];
        let quadratic = Quadratic { curvature: h, minimum: c.clone() };
        let wrong_by = |size: f64| {
            let theta = &c + size * &array![0.8, -0.6];
            let estimate = valley(&c) + g.dot(&(&theta - &c)) + quadratic.value(theta.view());
            estimate - valley(&theta)
        };
        // The powers 3 and 4 of the move in 100 (y − x²)², with the sign changed.
        let rest = |s: f64| {
            let (dx, dy) = (0.8 * s, -0.6 * s);
            200.0 * dx * dx * dy - 400.0 * x * dx.powi(3) - 100.0 * dx.powi(4)
        };
        for size in [0.1, 0.05] {
            assert_close(wrong_by(size), rest(size), 1e-10);
        }
    }
}

/// H of the figures' example bowl, in the two decimals of the page: the curvatures 1 and 20, turned by
/// 30 degrees.
fn example() -> Array2<f64> {
    array![[5.75, -8.23], [-8.23, 15.25]]
}

/// The distance of `point` to the lowest point of the bowl.
fn distance(quadratic: &Quadratic<f64>, point: &Array1<f64>) -> f64 {
    (point - &quadratic.minimum).mapv(|x| x * x).sum().sqrt()
}

/// ```math curvature-eigenvectors
/// \mathbf H \, \mathbf u_k = \lambda_k \, \mathbf u_k
/// ```
///
/// H takes an axis to λ_k times that axis, λ_k the eigenvalue that the library finds; so at a
/// distance s along the axis the gradient is sλ_k along it. 1e-12: rounding.
#[test]
fn curvature_eigenvectors() {
    let _formula = formula!().allowing(0.005, "the page prints the example in two decimals");
    for (quadratic, axes) in CURVATURES.map(quadratic) {
        for (axis, lambda) in axes.columns().into_iter().zip(quadratic.eigenvalues()) {
            assert_all_close(&quadratic.curvature.dot(&axis), &(lambda * &axis), 1e-12);
            for s in [-5.0, 0.1, 2.0] {
                let gradient = quadratic.gradient((&quadratic.minimum + s * &axis).view());
                assert_all_close(&gradient, &(s * lambda * &axis), 1e-12);
            }
        }
    }
    let (sin, cos) = 30_f64.to_radians().sin_cos();
    let [flat, steep] = [array![cos, sin], array![-sin, cos]];
    assert_all_close(&example().dot(&flat), &flat, 0.005);
    assert_all_close(&example().dot(&steep), &(20.0 * &steep), 0.005);
}

/// ```math path-along-axes
/// \boldsymbol\theta_t - \mathbf c = \sum_k (1 - \eta \lambda_k)^t \, \xi_k \, \mathbf u_k
/// ```
///
/// After t steps, the part of the distance along axis k, at first a_k, has been multiplied by
/// (1 − ηλ_k)ᵗ, whatever the other parts are; also beyond the stable rate. 1e-11: twenty steps.
#[test]
fn path_along_axes() {
    let _formula = formula!();
    for (curvatures, rate) in CURVATURES.iter().flat_map(|c| [0.01, 0.2, 0.4].map(|r| (c, r))) {
        let (quadratic, axes) = quadratic(curvatures);
        let mut theta = vector(curvatures.len(), &mut generator()) * 2.0 - 1.0;
        let start = &theta - &quadratic.minimum;
        for t in 0..=20 {
            let mut sum = Array1::zeros(curvatures.len());
            for (axis, lambda) in axes.columns().into_iter().zip(*curvatures) {
                sum += &((1.0 - rate * lambda).powi(t) * axis.dot(&start) * &axis);
            }
            assert_all_close(&(&theta - &quadratic.minimum), &sum, 1e-11);
            descend(&quadratic, &mut Sgd::default(), rate, &mut theta);
        }
    }
}

/// The share of the first distance that is left after so many steps, from a start off all axes.
pub fn left_after(
    steps: usize,
    quadratic: &Quadratic<f64>,
    mut rule: impl Optimizer<f64>,
    rate: f64,
) -> f64 {
    let mut theta = &quadratic.minimum + 1.0;
    let start = distance(quadratic, &theta);
    for _ in 0..steps {
        let gradient = quadratic.gradient(theta.view()).to_vec();
        step(&mut rule, rate, theta.as_slice_mut().expect("standard layout"), &gradient);
    }
    distance(quadratic, &theta) / start
}

/// ```math largest-stable-rate
/// \eta < \frac{2}{\lambda_{\max}}
/// ```
///
/// Gradient descent comes to rest for every rate below 2 / λ_max and runs away above it: 1 % on
/// either side, 5,000 steps make the difference between 0 and infinity along the steepest axis.
#[test]
fn largest_stable_rate() {
    let _formula = formula!();
    for (quadratic, _) in CURVATURES.map(quadratic) {
        let rate = quadratic.largest_stable_rate();
        let steepest = quadratic.eigenvalues().into_iter().fold(0.0, f64::max);
        let limit = page("largest-stable-rate").value(1, &[(r"\lambda_{\max}", steepest)]);
        assert_relative(rate, limit, 1e-12);
        assert_relative(rate, 2.0 / quadratic.eigenvalues().into_iter().fold(0.0, f64::max), 1e-12);
        assert_bound!(left_after(5000, &quadratic, Sgd::default(), 0.99 * rate) < 1e-10);
        assert_bound!(left_after(5000, &quadratic, Sgd::default(), 1.01 * rate) > 1e10);
    }
}

/// ```math descent-lemma
/// \mathcal L(\boldsymbol\theta - \eta \mathbf g)
/// \le \mathcal L(\boldsymbol\theta) - \eta \left(1 - \tfrac12 \eta \lambda_{\max}\right) |\mathbf g|^2
/// ```
///
/// A step against the gradient lowers the loss by at least η(1 − ½ηλ_max)|g|², from any point and
/// at any rate; along the steepest axis by just that. 1e-12: rounding.
#[test]
fn descent_lemma() {
    let _formula = formula!();
    let mut generator = generator();
    for (quadratic, axes) in CURVATURES.map(quadratic) {
        let size = quadratic.minimum.len();
        let steepest = quadratic.eigenvalues()[size - 1];
        let sides = |theta: Array1<f64>, eta: f64| {
            let g = quadratic.gradient(theta.view());
            let promise = eta * (1.0 - 0.5 * eta * steepest) * g.dot(&g);
            (quadratic.value((&theta - eta * &g).view()), quadratic.value(theta.view()) - promise)
        };
        for eta in [0.01, 0.3, 1.0, 1.9, 2.5].map(|product| product / steepest) {
            for _ in 0..100 {
                let (after, bound) = sides(vector(size, &mut generator) * 3.0, eta);
                assert_bound!(after <= bound + 1e-12 * after.abs().max(1.0), "{after} > {bound}");
            }
            let (after, bound) = sides(&quadratic.minimum + 2.0 * &axes.column(size - 1), eta);
            assert_close(after, bound, 1e-12);
        }
    }
}

/// ```math contraction
/// \max_k |1 - \eta \lambda_k|
/// ```
///
/// Along axis k of a bowl, a step of gradient descent leaves the share |1 − ηλ_k| of the distance,
/// and the slowest axis leaves the largest share. Measured by one step of the optimizer. 1e-12.
#[test]
fn contraction() {
    let _formula = formula!();
    for (curvatures, rate) in CURVATURES.iter().flat_map(|c| [0.01, 0.2, 0.4, 1.0].map(|r| (c, r)))
    {
        let (quadratic, axes) = quadratic(curvatures);
        let mut slowest = 0.0_f64;
        for (k, curvature) in curvatures.iter().enumerate() {
            let mut theta = &quadratic.minimum + &axes.column(k);
            let gradient = quadratic.gradient(theta.view()).to_vec();
            step(&mut Sgd::default(), rate, theta.as_slice_mut().unwrap(), &gradient);
            assert_close(distance(&quadratic, &theta), (1.0 - rate * curvature).abs(), 1e-12);
            slowest = slowest.max(distance(&quadratic, &theta));
        }
        assert_close(quadratic.contraction(rate), slowest, 1e-12);
        let page = page("contraction").over("k", curvatures.len());
        let page = page.list(r"\lambda", &ndarray::aview1(curvatures));
        assert_close(quadratic.contraction(rate), page.value(0, &[(r"\eta", rate)]), 1e-12);
    }
}

/// ```math best-rate
/// \begin{aligned}
/// \eta &= \frac{2}{\lambda_{\min} + \lambda_{\max}} \\
/// \max_k |1 - \eta \lambda_k| &= \frac{\lambda_{\max} - \lambda_{\min}}{\lambda_{\max} + \lambda_{\min}}
/// = \frac{\kappa - 1}{\kappa + 1}
/// \end{aligned}
/// ```
///
/// The best rate, 2 / (λ_min + λ_max), leaves (κ − 1) / (κ + 1) of the distance a step, and every
/// other rate leaves more. 1e-12: rounding.
#[test]
fn best_rate() {
    let _formula = formula!();
    for (quadratic, _) in CURVATURES.map(quadratic) {
        let (rate, kappa) = (quadratic.best_rate(), quadratic.condition_number());
        assert_close(quadratic.contraction(rate), (kappa - 1.0) / (kappa + 1.0), 1e-12);
        let lambda = Array1::from(quadratic.eigenvalues().to_vec());
        let (least, most) = (lambda[0], lambda[lambda.len() - 1]);
        let page =
            |n| page("best-rate").statement(n).over("k", lambda.len()).list(r"\lambda", &lambda);
        let ends = [(r"\lambda_{\min}", least), (r"\lambda_{\max}", most), (r"\eta", rate)];
        page(0).assert_close(&ends, 1e-12);
        page(1).assert_close(&[&ends[..], &[(r"\kappa", kappa)]].concat(), 1e-12);
        for other in (1..400).map(|percent| rate * f64::from(percent) / 100.0) {
            assert_bound!(quadratic.contraction(other) >= quadratic.contraction(rate) - 1e-12);
        }
    }
}

/// ```math condition-number
/// \kappa = \frac{\lambda_{\max}}{\lambda_{\min}}
/// ```
///
/// The eigenvalues that the library finds are the curvatures that the bowl was made with, in order;
/// along an axis u of the bowl, Hu = λu. κ is the largest over the smallest. 1e-12: rounding.
#[test]
fn condition_number() {
    let _formula = formula!();
    for curvatures in CURVATURES {
        let (quadratic, axes) = quadratic(curvatures);
        let eigenvalues = quadratic.eigenvalues();
        for (k, &curvature) in curvatures.iter().enumerate() {
            assert_close(eigenvalues[k], curvature, 1e-12);
            assert_all_close(
                &quadratic.curvature.dot(&axes.column(k)),
                &(curvature * &axes.column(k)),
                1e-12,
            );
        }
        let (smallest, largest) = (curvatures[0], curvatures[curvatures.len() - 1]);
        let named = [(r"\kappa", quadratic.condition_number()), (r"\lambda_{\max}", largest)];
        page("condition-number")
            .assert_relative(&[&named[..], &[(r"\lambda_{\min}", smallest)]].concat(), 1e-12);
        assert_relative(quadratic.condition_number(), largest / smallest, 1e-12);
    }
}

/// ```math steps-at-best-rate
/// \frac{-1}{\ln \frac{\kappa - 1}{\kappa + 1}} \approx \frac{\kappa}{2}
/// ```
///
/// The steps to come nearer by a factor of e at the best rate: −1 / ln of the share that a step
/// leaves is κ/2, less about 1/(3κ²) of it. Counted on bowls, it is that number rounded up.
#[test]
fn steps_at_best_rate() {
    let _formula = formula!()
        .allowing(0.4 / 9.0, "the formula leaves out 1/(3κ²) of the steps, and κ is 3 at least");
    for kappa in [3.0, 10.0, 31.7, 100.0, 1000.0, 1e4_f64] {
        let steps = -1.0 / ((kappa - 1.0) / (kappa + 1.0)).ln();
        let page = page("steps-at-best-rate");
        page.assert_relative(&[(r"\kappa", kappa)], 0.4 / (kappa * kappa));
        assert_relative(page.value(0, &[(r"\kappa", kappa)]), steps, 1e-12);
        assert_relative(steps, kappa / 2.0, 0.4 / (kappa * kappa));
        let (quadratic, axes) = quadratic(&[0.2, 0.2 * kappa]);
        let mut theta = &quadratic.minimum + &axes.sum_axis(ndarray::Axis(1)); // off both axes
        let (nearer, mut counted) = (distance(&quadratic, &theta) / 1.0_f64.exp(), 0);
        while distance(&quadratic, &theta) > nearer {
            descend(&quadratic, &mut Sgd::default(), quadratic.best_rate(), &mut theta);
            counted += 1;
        }
        assert_exact!(f64::from(counted), steps.ceil());
    }
}

/// ```math newton-step
/// \boldsymbol\theta - \mathbf H^{-1} \mathbf g = \mathbf c
/// ```
///
/// Newton's step lands on c from any point of a bowl: the inverse undoes each axis, M Λ⁻¹ M. It lands
/// there on a saddle too, from a point of the falling axis that is lower than c. And with the
/// example's H, inverted as on the page, it goes one to the left from (2, 0.5). 1e-11: rounding,
/// a hundred times stronger where a curvature is 0.01.
#[test]
fn newton_step() {
    let _formula = formula!().allowing(0.005, "the page prints the example in two decimals");
    let bowls = CURVATURES.into_iter().chain([&[-1.0, 2.0][..]]);
    for (curvatures, (quadratic, axes)) in
        bowls.map(|curvatures| (curvatures, quadratic(curvatures)))
    {
        let undone = curvatures.iter().map(|curvature| 1.0 / curvature).collect::<Vec<_>>();
        let inverse = axes.dot(&Array2::from_diag(&Array1::from(undone))).dot(&axes);
        let along_first = &quadratic.minimum + &axes.column(0) * 3.0;
        for theta in [along_first.clone(), vector(curvatures.len(), &mut generator()) * 2.0] {
            let step = inverse.dot(&quadratic.gradient(theta.view()));
            assert_all_close(&(&theta - &step), &quadratic.minimum, 1e-11);
        }
        let climbs =
            quadratic.value(along_first.view()) < quadratic.value(quadratic.minimum.view());
        assert_exact!(climbs, curvatures[0] < 0.0);
    }
    let quadratic = Quadratic { curvature: example(), minimum: array![1.0, 0.5] };
    let gradient = quadratic.gradient(array![2.0, 0.5].view());
    assert_all_close(&gradient, &array![5.75, -8.23], 0.005);
    let inverse = array![[15.25, 8.23], [8.23, 5.75]] / (5.75 * 15.25 - 8.23 * 8.23);
    assert_all_close(&inverse.dot(&gradient), &array![1.0, 0.0], 1e-12);
    assert_close(5.75 * 15.25 - 8.23 * 8.23, 20.0, 0.005);
}
