//! A model of the surface: what trials so far say of settings that nobody has tried. Page: *A model of
//! the surface* (`ch08_tuning/surrogate.md`).

use ch01_neuron::{normal_cdf, normal_density};
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};
use ndarray::{Array1, Array2, ArrayView1, Axis};

/// How alike the values at two settings are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kernel {
    /// How far values spread around their mean, as a standard deviation.
    pub scale: f64,
    /// Over which distance, as a share of a knob's range, values stay alike.
    pub length: f64,
    /// The standard deviation of the noise of one trial.
    pub noise: f64,
}

impl Kernel {
    /// The covariance of the values at two settings, without noise (formula `kernel`).
    pub fn covariance(&self, one: ArrayView1<f64>, other: ArrayView1<f64>) -> f64 {
        let squared: f64 = one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum();
        self.scale.powi(2) * (-squared / (2.0 * self.length.powi(2))).exp()
    }
}

/// A Gaussian process that has seen trials.
pub struct GaussianProcess {
    /// How alike values are.
    pub kernel: Kernel,
    points: Array2<f64>,
    mean: f64,
    centered: DVector<f64>,
    /// (K + noise² I)⁻¹ of the centered values.
    weights: DVector<f64>,
    cholesky: Cholesky<f64, Dyn>,
}

impl GaussianProcess {
    /// Of trials at `points`, `[trials × knobs]`, with these values; far from all of them it
    /// expects their mean. Nothing if the matrix of covariances is not positive in the computer's
    /// numbers, which takes two trials at one place and no noise.
    pub fn new(points: Array2<f64>, values: ArrayView1<f64>, kernel: Kernel) -> Option<Self> {
        let count = points.nrows();
        let mean = values.mean()?;
        let covariances = DMatrix::from_fn(count, count, |i, j| {
            let noise = if i == j { kernel.noise.powi(2) } else { 0.0 };
            kernel.covariance(points.row(i), points.row(j)) + noise
        });
        let cholesky = Cholesky::new(covariances)?; // [trials × trials]
        let centered = DVector::from_iterator(count, values.iter().map(|value| value - mean));
        let weights = cholesky.solve(&centered); // [trials]
        Some(Self { kernel, points, mean, centered, weights, cholesky })
    }

    /// The covariances of the value at a setting with those of the trials, `[trials]`
    fn covariances(&self, at: ArrayView1<f64>) -> DVector<f64> {
        let covariance = |point| self.kernel.covariance(at, point);
        DVector::from_iterator(self.points.nrows(), self.points.rows().into_iter().map(covariance))
    }

    /// What it expects at a setting, and how unsure it is: mean and standard deviation of the value
    /// without noise (formulas `process-mean` and `process-variance`).
    pub fn predict(&self, at: ArrayView1<f64>) -> (f64, f64) {
        let covariances = self.covariances(at);
        let mean = self.mean + covariances.dot(&self.weights);
        let known = covariances.dot(&self.cholesky.solve(&covariances));
        let variance = self.kernel.scale.powi(2) - known;
        (mean, variance.max(0.0).sqrt())
    }

    /// The gradients of mean and standard deviation with respect to the setting, `[knobs]` each.
    pub fn predict_gradient(&self, at: ArrayView1<f64>) -> (Array1<f64>, Array1<f64>) {
        let covariances = self.covariances(at);
        let known = self.cholesky.solve(&covariances);
        let (_, deviation) = self.predict(at);
        let mut gradients = (Array1::zeros(at.len()), Array1::zeros(at.len()));
        for (trial, point) in self.points.rows().into_iter().enumerate() {
            let slope = (&point - &at) * (covariances[trial] / self.kernel.length.powi(2));
            gradients.0.scaled_add(self.weights[trial], &slope);
            gradients.1.scaled_add(-known[trial] / deviation, &slope);
        }
        gradients
    }

    /// How likely the values are under this kernel, as a logarithm (formula `log-evidence`).
    pub fn log_evidence(&self) -> f64 {
        let count = self.centered.len() as f64;
        let factor = self.cholesky.l_dirty().diagonal();
        let log_determinant: f64 = 2.0 * factor.iter().map(|entry| entry.ln()).sum::<f64>();
        let fit = self.centered.dot(&self.weights);
        -0.5 * (fit + log_determinant + count * std::f64::consts::TAU.ln())
    }

    /// The process whose kernel explains the values best, of some lengths and shares of noise. The
    /// scale is that of the values.
    pub fn fitted(points: &Array2<f64>, values: ArrayView1<f64>) -> Option<Self> {
        let scale = values.std(1.0).max(1e-9);
        let mut best: Option<Self> = None;
        for length in [0.1, 0.15, 0.2, 0.3, 0.45, 0.7, 1.0, 1.5] {
            for share in [0.03, 0.1, 0.2, 0.4, 0.7] {
                for wide in [1.0, 2.0] {
                    let kernel = Kernel { scale: wide * scale, length, noise: share * scale };
                    let tried = Self::new(points.clone(), values, kernel);
                    let evidence = |one: &Option<Self>| one.as_ref().map(Self::log_evidence);
                    if evidence(&tried) > evidence(&best) {
                        best = tried;
                    }
                }
            }
        }
        best
    }
}

/// How far below `best` a value with this mean and standard deviation is expected to be, counting
/// what is above as 0 (formula `expected-improvement`).
pub fn expected_improvement(mean: f64, deviation: f64, best: f64) -> f64 {
    if deviation <= 0.0 {
        return (best - mean).max(0.0);
    }
    let z = (best - mean) / deviation;
    (best - mean) * normal_cdf(z) + deviation * normal_density(z)
}

/// The gradient of the expected improvement with respect to the setting, `[knobs]` (formula
/// `improvement-gradient`).
pub fn improvement_gradient(
    process: &GaussianProcess,
    at: ArrayView1<f64>,
    best: f64,
) -> Array1<f64> {
    let (mean, deviation) = process.predict(at);
    let (of_mean, of_deviation) = process.predict_gradient(at);
    let z = (best - mean) / deviation;
    of_deviation * normal_density(z) - of_mean * normal_cdf(z)
}

/// Where to try next: from the most promising of some candidates, uphill on the expected improvement
/// in a few steps inside the range. `candidates: [any × knobs]`
///
/// # Panics
/// If there is no candidate.
pub fn suggestion(process: &GaussianProcess, candidates: &Array2<f64>, best: f64) -> Array1<f64> {
    let gain = |at: ArrayView1<f64>| {
        let (mean, deviation) = process.predict(at);
        expected_improvement(mean, deviation, best)
    };
    let promise: Vec<f64> = candidates.axis_iter(Axis(0)).map(gain).collect();
    let first = (0..promise.len()).max_by(|&a, &b| promise[a].total_cmp(&promise[b]));
    let mut at = candidates.row(first.expect("a candidate")).to_owned();
    let mut step = 0.1;
    for _ in 0..30 {
        let gradient = improvement_gradient(process, at.view(), best);
        let length = gradient.dot(&gradient).sqrt();
        if !(length.is_finite() && length > 0.0) {
            break;
        }
        let moved = (&at + &(gradient * (step / length))).mapv(|place: f64| place.clamp(0.0, 1.0));
        if gain(moved.view()) > gain(at.view()) { at = moved } else { step *= 0.5 }
    }
    at
}
