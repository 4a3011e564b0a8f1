//! The formulas of *Beyond quadratics*.

use ch04_optimizers::{Quadratic, Sgd, rosenbrock as rosenbrock_height, rosenbrock_gradient};
use formulas::*;
use ndarray::{Array1, Array2, array};

use super::gradient_descent::{parabola, step};
use super::quadratics::{CURVATURES, example, quadratic};

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

/// ```math descent-lemma
/// \mathcal L(\boldsymbol\theta - \eta \mathbf g)
/// \le \mathcal L(\boldsymbol\theta) - \eta \left(1 - \tfrac12 \eta \lambda_{\max}\right) |\mathbf g|^2
/// ```
///
/// A step against the gradient lowers the loss by at least η(1 − ½ηλ_max)|g|², from any point and
/// at any rate: on quadratics, where along the steepest axis it is just that; on a sum of logistic
/// losses, whose curvature is at most a quarter of Σ|x_r|²; and on a landscape with hills, sin and cos,
/// whose curvature is between −λ_max and λ_max. 1e-12: rounding.
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
    for landscape in landscapes() {
        for eta in [0.01, 0.3, 1.0, 1.9, 2.5].map(|product| product / landscape.steepest) {
            for _ in 0..100 {
                let theta = vector(3, &mut generator) * 4.0;
                let g = (landscape.gradient)(&theta);
                let promise = eta * (1.0 - 0.5 * eta * landscape.steepest) * g.dot(&g);
                let after = (landscape.loss)(&(&theta - eta * &g));
                assert_bound!(after <= (landscape.loss)(&theta) - promise + 1e-12);
            }
        }
    }
}

/// A function of three parameters.
type Of<T> = Box<dyn Fn(&Array1<f64>) -> T>;

/// A loss that is not quadratic.
struct Landscape {
    loss: Of<f64>,
    gradient: Of<Array1<f64>>,
    /// No curvature is larger, or more negative.
    steepest: f64,
    /// No value is lower.
    lowest: f64,
}

/// A sum of logistic losses, and hills.
fn landscapes() -> [Landscape; 2] {
    let examples = matrix(5, 3, &mut generator());
    let steepest = examples.mapv(|x| x * x).sum() / 4.0;
    let same = examples.clone();
    let logistic = Landscape {
        loss: Box::new(move |theta| examples.dot(theta).mapv(|z| z.exp().ln_1p()).sum()),
        gradient: Box::new(move |theta| {
            same.t().dot(&same.dot(theta).mapv(|z| 1.0 / (1.0 + (-z).exp())))
        }),
        steepest,
        lowest: 0.0,
    };
    let frequencies = [1.0, 0.5, 2.0];
    let hills = Landscape {
        loss: Box::new(move |theta| (0..3).map(|i| (frequencies[i] * theta[i]).sin()).sum()),
        gradient: Box::new(move |theta| {
            Array1::from_shape_fn(3, |i| frequencies[i] * (frequencies[i] * theta[i]).cos())
        }),
        steepest: 4.0,
        lowest: -3.0,
    };
    [logistic, hills]
}

/// ```math gradient-norm-bound
/// \min_{k \le t} |\mathbf g_k|^2
/// \le \frac{2 \lambda_{\max} \, (\mathcal L(\boldsymbol\theta_0) - \mathcal L_{\min})}{t}
/// ```
///
/// With η = 1/λ_max the smallest squared gradient of t steps is at most that, on losses that are not
/// quadratic, one of them not convex. From forty starts, after every number of steps up to 200.
#[test]
fn gradient_norm_bound() {
    let _formula = formula!();
    let mut generator = generator();
    for landscape in landscapes() {
        for _ in 0..40 {
            let mut theta = vector(3, &mut generator) * 4.0;
            let start = (landscape.loss)(&theta);
            let mut smallest = f64::INFINITY;
            for t in 1..=200 {
                let g = (landscape.gradient)(&theta);
                smallest = smallest.min(g.dot(&g));
                let values = theta.as_slice_mut().expect("standard layout");
                step(&mut Sgd::default(), 1.0 / landscape.steepest, values, &g.to_vec());
                let bound = 2.0 * landscape.steepest * (start - landscape.lowest) / f64::from(t);
                assert_bound!(smallest <= bound, "after {t} steps {smallest} > {bound}");
            }
        }
    }
}

/// ```math strongly-convex-rate
/// \mathcal L(\boldsymbol\theta_t) - \mathcal L_{\min}
/// \le \left(1 - \frac{1}{\kappa}\right)^t (\mathcal L(\boldsymbol\theta_0) - \mathcal L_{\min})
/// ```
///
/// With η = 1/λ_max each step leaves at most 1 − 1/κ of what could be gained: on quadratics, where
/// along the flattest axis it leaves the square of that, and on Σ ½aθ² + ln cosh θ, which is not
/// quadratic and whose curvatures lie between the smallest a and the largest a + 1. 1e-12: rounding.
#[test]
fn strongly_convex_rate() {
    let _formula = formula!();
    let mut generator = generator();
    for (quadratic, axes) in CURVATURES.map(quadratic) {
        let eigenvalues = quadratic.eigenvalues();
        let (flat, steep) = (eigenvalues[0], eigenvalues[eigenvalues.len() - 1]);
        let random = (0..20).map(|_| vector(eigenvalues.len(), &mut generator) * 3.0);
        for theta in random.chain([&quadratic.minimum + &axes.column(0)]) {
            let start = quadratic.value(theta.view());
            let mut theta = theta;
            for t in 1..=50 {
                let g = quadratic.gradient(theta.view()).to_vec();
                step(&mut Sgd::default(), 1.0 / steep, theta.as_slice_mut().unwrap(), &g);
                let bound = (1.0 - flat / steep).powi(t) * start;
                assert_bound!(quadratic.value(theta.view()) <= bound + 1e-12 * start);
            }
        }
        let mut theta = &quadratic.minimum + &axes.column(0);
        let start = quadratic.value(theta.view());
        let g = quadratic.gradient(theta.view()).to_vec();
        step(&mut Sgd::default(), 1.0 / steep, theta.as_slice_mut().unwrap(), &g);
        let left = (1.0 - flat / steep).powi(2) * start;
        assert_close(quadratic.value(theta.view()), left, 1e-12);
    }
    let a = array![0.1, 1.0, 3.0];
    let loss = |theta: &Array1<f64>| {
        theta.iter().zip(&a).map(|(x, a)| 0.5 * a * x * x + x.cosh().ln()).sum::<f64>()
    };
    for _ in 0..40 {
        let mut theta = vector(3, &mut generator) * 5.0;
        let start = loss(&theta);
        for t in 1..=100 {
            let g: Vec<f64> = theta.iter().zip(&a).map(|(x, a)| a * x + x.tanh()).collect();
            step(&mut Sgd::default(), 0.25, theta.as_slice_mut().unwrap(), &g);
            assert_bound!(loss(&theta) <= (1.0 - 0.1 / 4.0_f64).powi(t) * start);
        }
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
