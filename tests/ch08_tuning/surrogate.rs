//! The formulas of `ch08_tuning/surrogate.md`.

use ch01_neuron::{normal_cdf, normal_density};
use ch08_tuning::{GaussianProcess, Kernel};
use formulas::*;
use ndarray::{Array1, Array2, ArrayView1};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Kernels: usual, long and quiet, short and noisy.
const KERNELS: [Kernel; 3] = [
    Kernel { scale: 1.0, length: 0.3, noise: 0.1 },
    Kernel { scale: 2.0, length: 1.0, noise: 0.3 },
    Kernel { scale: 0.5, length: 0.1, noise: 0.5 },
];

/// Trials in a cube, with values whose mean is 0, as the formulas have them.
fn trials(count: usize, knobs: usize, generator: &mut ChaCha8Rng) -> (Array2<f64>, Array1<f64>) {
    let points = Array2::from_shape_simple_fn((count, knobs), || generator.random::<f64>());
    let values = vector(count, generator);
    let mean = values.mean().expect("some values");
    (points, values - mean)
}

/// The covariance, written out over the knobs.
fn covariance(kernel: Kernel, one: ArrayView1<f64>, other: ArrayView1<f64>) -> f64 {
    let factors = one.iter().zip(other).map(|(a, b)| {
        let distance = (a - b) / kernel.length;
        (-0.5 * distance * distance).exp()
    });
    kernel.scale * kernel.scale * factors.product::<f64>()
}

/// What is known of the values at all places: mean and covariances, updated by one trial after the other.
struct Known {
    mean: Array1<f64>,
    covariances: Array2<f64>,
    /// The sum of the logarithms of how likely each trial was, given those before it.
    log_likelihood: f64,
}

impl Known {
    /// Before any trial.
    fn nothing(places: &Array2<f64>, kernel: Kernel) -> Self {
        let count = places.nrows();
        let covariances = Array2::from_shape_fn((count, count), |(i, j)| {
            covariance(kernel, places.row(i), places.row(j))
        });
        Self { mean: Array1::zeros(count), covariances, log_likelihood: 0.0 }
    }

    /// Learns the value at one of the places: a step of Kalman's filter, without any matrix inverted.
    fn learn(&mut self, place: usize, value: f64, noise: f64) {
        let variance = self.covariances[[place, place]] + noise * noise;
        let surprise = value - self.mean[place];
        let tau = std::f64::consts::TAU;
        self.log_likelihood -= 0.5 * (surprise * surprise / variance + (tau * variance).ln());
        let column = self.covariances.column(place).to_owned();
        self.mean.scaled_add(surprise / variance, &column);
        for ((i, j), entry) in self.covariances.indexed_iter_mut() {
            *entry -= column[i] * column[j] / variance;
        }
    }

    /// Learns all trials; the places are those of the trials, and some more behind them.
    fn of(
        points: &Array2<f64>,
        values: &Array1<f64>,
        places: &Array2<f64>,
        kernel: Kernel,
    ) -> Self {
        let all = ndarray::concatenate![ndarray::Axis(0), *points, *places];
        let mut known = Self::nothing(&all, kernel);
        values.iter().enumerate().for_each(|(k, &value)| known.learn(k, value, kernel.noise));
        known
    }
}

/// ```math kernel
/// \mathcal G(\boldsymbol\Lambda, \boldsymbol\Lambda') = \Upsilon^2 \exp \Bigl( -\frac{|\boldsymbol\Lambda - \boldsymbol\Lambda'|^2}{2 \, \Theta^2} \Bigr)
/// ```
///
/// The library's covariance against a product over the knobs of a bell each; and at distance 0 it is
/// the variance.
#[test]
fn kernel() {
    let _formula = formula!();
    let mut generator = generator();
    for kernel in KERNELS {
        for knobs in [1, 2, 5] {
            let (points, _) = trials(8, knobs, &mut generator);
            for (i, j) in (0..8).flat_map(|i| (0..8).map(move |j| (i, j))) {
                let found = kernel.covariance(points.row(i), points.row(j));
                assert_close(found, covariance(kernel, points.row(i), points.row(j)), 1e-13);
            }
            let same = kernel.covariance(points.row(0), points.row(0));
            assert_close(same, kernel.scale * kernel.scale, 1e-15);
        }
    }
}

/// For new settings: mean and deviation by the library, mean and variance by Kalman's filter.
fn predictions() -> Vec<((f64, f64), (f64, f64))> {
    let mut generator = generator();
    let mut predictions = Vec::new();
    for (kernel, knobs) in KERNELS.into_iter().flat_map(|k| [1, 2, 3].map(|knobs| (k, knobs))) {
        for count in [1, 2, 6, 12] {
            let (points, values) = trials(count, knobs, &mut generator);
            let (places, _) = trials(4, knobs, &mut generator);
            let known = Known::of(&points, &values, &places, kernel);
            let process = GaussianProcess::new(points, values.view(), kernel).expect("noise");
            for (k, place) in places.rows().into_iter().enumerate() {
                let at = count + k;
                let expected = (known.mean[at], known.covariances[[at, at]]);
                predictions.push((process.predict(place), expected));
            }
        }
    }
    predictions
}

/// ```math process-mean
/// \hat y = \mathbf s^\top \bigl( \mathbf G + \sigma_{\text{noise}}^2 \mathbf I \bigr)^{-1} \mathbf y
/// ```
///
/// The library's mean, by Cholesky's factor of all trials at once, against Kalman's filter, which learns
/// them one by one.
#[test]
fn process_mean() {
    let _formula = formula!();
    for (found, known) in predictions() {
        assert_close(found.0, known.0, 1e-10);
    }
}

/// ```math process-variance
/// \Sigma^2 = \Upsilon^2 - \mathbf s^\top \bigl( \mathbf G + \sigma_{\text{noise}}^2 \mathbf I \bigr)^{-1} \mathbf s
/// ```
///
/// The same for the variance.
#[test]
fn process_variance() {
    let _formula = formula!();
    for (found, known) in predictions() {
        assert_close(found.1.powi(2), known.1, 1e-10);
    }
}

/// ```math log-evidence
/// \ell = -\frac12 \, \mathbf y^\top \bigl( \mathbf G + \sigma_{\text{noise}}^2 \mathbf I \bigr)^{-1} \mathbf y - \frac12 \ln \det \bigl( \mathbf G + \sigma_{\text{noise}}^2 \mathbf I \bigr) - \frac{Q}{2} \ln 2 \pi
/// ```
///
/// The library's number against the sum of the logarithms of how likely each trial was, given those before
/// it: the chain rule of probabilities.
#[test]
fn log_evidence() {
    let _formula = formula!();
    let mut generator = generator();
    for kernel in KERNELS {
        for count in [1, 2, 6, 12] {
            let (points, values) = trials(count, 2, &mut generator);
            let known = Known::of(&points, &values, &Array2::zeros((0, 2)), kernel);
            let process = GaussianProcess::new(points, values.view(), kernel).expect("noise");
            assert_close(process.log_evidence(), known.log_likelihood, 1e-10);
        }
    }
}

/// ```math expected-improvement
/// \operatorname{EI} = (\underline y - \hat y) \, \Phi(\mathcal M) + \Sigma \, \varphi(\mathcal M), \qquad \mathcal M = \frac{\underline y - \hat y}{\Sigma}
/// ```
///
/// The mean of how far a normal number stays below the best so far, by Simpson's rule up to the kink;
/// against the library, and the page's right side. Far above, far below, at the best, nearly certain.
#[test]
fn expected_improvement() {
    let _formula = formula!();
    for best in [0.0, -3.0, 1.0] {
        for mean in [-2.0, 0.0, 0.3, 1.0, 4.0] {
            for deviation in [0.3, 1.0, 2.5] {
                let start = mean - 12.0 * deviation;
                let density = |y: f64| normal_density((y - mean) / deviation) / deviation;
                let end = (best - start).max(0.0).min(24.0 * deviation);
                let gain = |t: f64| (best - start - t).max(0.0) * density(start + t);
                let expected = if end > 0.0 { integral(gain, end) } else { 0.0 };
                let found = ch08_tuning::expected_improvement(mean, deviation, best);
                assert_close(found, expected, 1e-9);
                let z = (best - mean) / deviation;
                let named = [
                    (r"\underline y", best),
                    (r"\hat y", mean),
                    (r"\mathcal M", z),
                    (r"\Sigma", deviation),
                ];
                let page = page("expected-improvement")
                    .function(r"\Phi", normal_cdf)
                    .function(r"\varphi", normal_density);
                assert_close(page.statement(0).value(1, &named), expected, 1e-9);
            }
        }
    }
}

/// ```math improvement-gradient
/// \nabla \operatorname{EI} = \varphi(\mathcal M) \, \nabla \Sigma - \Phi(\mathcal M) \, \nabla \hat y
/// ```
///
/// The library's gradient with respect to the setting, against finite differences of the library's
/// expected improvement, whose value the formula before holds; and the gradients of mean and deviation.
#[test]
fn improvement_gradient() {
    let _formula = formula!().allowing(1e-7, "finite differences of a square root");
    let mut generator = generator();
    for kernel in KERNELS {
        for knobs in [1, 2, 3] {
            let (points, values) = trials(7, knobs, &mut generator);
            let process = GaussianProcess::new(points, values.view(), kernel).expect("noise");
            for _ in 0..5 {
                let at = Array1::from_shape_simple_fn(knobs, || generator.random::<f64>());
                let best = -0.5;
                let gain = |at: &Array1<f64>| {
                    let (mean, deviation) = process.predict(at.view());
                    ch08_tuning::expected_improvement(mean, deviation, best)
                };
                let found = ch08_tuning::improvement_gradient(&process, at.view(), best);
                assert_all_close(&found, &slopes(gain, &at), 1e-7);
                let (of_mean, of_deviation) = process.predict_gradient(at.view());
                assert_all_close(&of_mean, &slopes(|at| process.predict(at.view()).0, &at), 1e-7);
                let deviations = slopes(|at| process.predict(at.view()).1, &at);
                assert_all_close(&of_deviation, &deviations, 1e-7);
            }
        }
    }
}
