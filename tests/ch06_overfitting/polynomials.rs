//! The formulas of `ch06_overfitting/polynomials.md`.

use super::common::*;
use ch06_overfitting::{BiasVariance, least_squares, polynomial, powers};
use formulas::*;
use ndarray::{Array1, Array2};

/// Six points of a sine with noise ±0.3, and all 64 training sets that this noise can make: fits of
/// one degree at six points, `[training sets × points]`; the targets they were fitted to; the truth.
fn all_fits(degree: usize) -> (Array2<f64>, Array2<f64>, Array1<f64>) {
    let x = Array1::linspace(-1.0, 1.0, 6);
    let truth = x.mapv(|x: f64| (3.0 * x).sin());
    let features = powers(x.view(), degree);
    let (mut fits, mut targets) = (Array2::zeros((64, 6)), Array2::zeros((64, 6)));
    for (set, signs) in signs(6).enumerate() {
        let y = &truth + 0.3 * signs;
        fits.row_mut(set).assign(&features.dot(&least_squares(features.view(), y.view())));
        targets.row_mut(set).assign(&y);
    }
    (fits, targets, truth)
}

/// ```math polynomial-as-weighted-sum
/// \hat y = w_0 + w_1 x + w_2 x^2 + \dots + w_G x^G
/// ```
///
/// A polynomial is the weighted sum of the powers of x, so a neuron without activation whose inputs
/// are the powers. Relative to the sum of the sizes of its terms; some thirty roundings.
#[test]
fn polynomial_as_weighted_sum() {
    let _formula = formula!();
    let mut generator = generator();
    for degree in [0, 1, 3, 15] {
        let weights = vector(degree + 1, &mut generator);
        let x = 1.5 * vector(20, &mut generator);
        let features = powers(x.view(), degree);
        for (row, &x) in features.rows().into_iter().zip(&x) {
            let terms: Array1<f64> =
                weights.iter().enumerate().map(|(k, w)| w * x.powi(k as i32)).collect();
            let size = terms.mapv(f64::abs).sum();
            assert_close(polynomial(weights.view(), x) / size, terms.sum() / size, 1e-14);
            assert_close(row.dot(&weights) / size, terms.sum() / size, 1e-14);
        }
    }
}

/// ```math normal-equations
/// \mathbf X^\top \mathbf X \, \mathbf w = \mathbf X^\top \mathbf y
/// ```
///
/// Where |Xw − y|² is smallest, its gradient 2Xᵀ(Xw − y) is 0, which is XᵀXw = Xᵀy. The weights come
/// from singular values, the gradient from finite differences: 1e-8, their rounding.
#[test]
fn normal_equations() {
    let _formula = formula!();
    let mut generator = generator();
    for (points, weights) in [(1, 1), (5, 5), (9, 4), (30, 6)] {
        let (x, y) = (matrix(points, weights, &mut generator), vector(points, &mut generator));
        let distance = |w: &Array1<f64>| squared_length(&(x.dot(w) - &y));
        let best = least_squares(x.view(), y.view());
        assert_all_close(&slopes(distance, &best), &Array1::zeros(weights), 1e-8);
        assert_all_close(&x.t().dot(&x.dot(&best)), &x.t().dot(&y), 1e-9);
        let anywhere = vector(weights, &mut generator);
        let gradient = 2.0 * x.t().dot(&(x.dot(&anywhere) - &y));
        assert_all_close(&slopes(distance, &anywhere), &gradient, 1e-8);
    }
}

/// ```math exact-fit
/// G + 1 = D \;\Rightarrow\; \hat y_r = y_r \text{ for every } r
/// ```
///
/// With as many weights as points, the fit goes through every point: it is Lagrange's polynomial,
/// which is written down without solving anything. 1e-7: the powers of ten points between −1 and 1
/// are almost dependent, which costs half of the digits.
#[test]
fn exact_fit() {
    let _formula = formula!().allowing(
        1e-7,
        "powers of ten points are almost dependent, which costs half of the digits",
    );
    let mut generator = generator();
    for points in [1, 2, 5, 10] {
        let x: Array1<f64> =
            (0..points).map(|i| (2 * i + 1) as f64 / points as f64 - 1.0).collect();
        let y = vector(points, &mut generator);
        let weights = least_squares(powers(x.view(), points - 1).view(), y.view());
        let lagrange = |at: f64| {
            let basis = |i: usize| {
                let others = (0..points).filter(|&j| j != i);
                others.map(|j| (at - x[j]) / (x[i] - x[j])).product::<f64>()
            };
            (0..points).map(|i| y[i] * basis(i)).sum::<f64>()
        };
        for i in 0..points {
            assert_close(polynomial(weights.view(), x[i]), y[i], 1e-9);
        }
        for at in [-0.95, -0.3, 0.01, 0.77] {
            assert_close(polynomial(weights.view(), at), lagrange(at), 1e-7);
        }
    }
}

/// ```math bias-variance
/// \operatorname{E}\,(\hat y - y)^2
/// = (\bar y - y^*)^2 + \operatorname{Var} \hat y + \sigma_{\text{noise}}^2
/// ```
///
/// The mean squared error on new points is bias² + variance + the noise's own variance. The left side
/// is a plain mean over all training sets, all points and both signs of the new point's noise.
/// 1e-12: a thousand terms near 1.
#[test]
fn bias_variance() {
    let _formula = formula!();
    for degree in 0..6 {
        let (fits, _, truth) = all_fits(degree);
        let (mut sum, mut count) = (0.0, 0.0);
        for fit in fits.rows() {
            for (prediction, truth) in fit.iter().zip(&truth) {
                for noise in [-0.3, 0.3] {
                    sum += (prediction - (truth + noise)).powi(2);
                    count += 1.0;
                }
            }
        }
        let parts = BiasVariance::of(fits.view(), truth.view());
        assert_close(sum / count, parts.bias_squared + parts.variance + 0.09, 1e-12);
    }
    let (fits, _, truth) = all_fits(0); // a constant: bias without bound, little variance
    assert_bound!(BiasVariance::of(fits.view(), truth.view()).bias_squared > 0.3);
}

/// ```math fit-variance
/// \frac1D \sum_{r=1}^{D} \operatorname{Var} \hat y_r = \sigma_{\text{noise}}^2 \, \frac{G + 1}{D}
/// ```
///
/// The variance of a fit, in the mean over its own points, is the noise's variance times the weights
/// for each point. Exact for any noise; 1e-12 for rounding.
#[test]
fn fit_variance() {
    let _formula = formula!();
    for degree in 0..6 {
        let (fits, _, truth) = all_fits(degree);
        let variance = BiasVariance::of(fits.view(), truth.view()).variance;
        assert_close(variance, 0.09 * (degree + 1) as f64 / 6.0, 1e-12);
        let named = [(r"\sigma_{\text{noise}}", 0.3), ("G", degree as f64), ("D", 6.0)];
        assert_close(variance, page("fit-variance").value(1, &named), 1e-12);
    }
}

/// ```math training-gap
/// \begin{aligned}
/// &\operatorname{E}(\text{error on new heights}) \\
/// &\qquad {}- \operatorname{E}(\text{error of the fit}) \\
/// &\quad= 2 \sigma_{\text{noise}}^2 \, \frac{G + 1}{D}
/// \end{aligned}
/// ```
///
/// How much better a fit looks on its own targets than on new ones at the same points: twice the
/// noise's variance times the weights for each point.
#[test]
fn training_gap() {
    let _formula = formula!();
    for degree in 0..6 {
        let (fits, targets, truth) = all_fits(degree);
        let on_training = (&fits - &targets).mapv(|x| x * x).mean().expect("not empty");
        let on_new = (&fits - &truth).mapv(|x| x * x).mean().expect("not empty") + 0.09;
        assert_close(on_new - on_training, 2.0 * 0.09 * (degree + 1) as f64 / 6.0, 1e-12);
        let named = [
            (r"\operatorname{E}(\text{error on new heights})", on_new),
            (r"\operatorname{E}(\text{error of the fit})", on_training),
            (r"\sigma_{\text{noise}}", 0.3),
            ("G", degree as f64),
            ("D", 6.0),
        ];
        page("training-gap").assert_close(&named, 1e-12);
    }
}
