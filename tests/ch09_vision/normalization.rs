//! The formulas of `ch09_vision/normalization.md`.

use super::common::*;
use ch09_vision::{BatchNorm, Convolution, Statistics};
use formulas::*;
use ndarray::{Array1, Array4};
use rand_chacha::ChaCha8Rng;

const SHAPES: [[usize; 4]; 4] = [[2, 1, 1, 1], [5, 3, 2, 2], [1, 2, 3, 4], [4, 2, 5, 7]];

fn norm(channels: usize, generator: &mut ChaCha8Rng) -> BatchNorm<f64> {
    let mut norm = BatchNorm::new(channels);
    (norm.scale, norm.shift) = (vector(channels, generator), vector(channels, generator));
    norm.running_mean = vector(channels, generator);
    norm.running_variance = vector(channels, generator).mapv(|x| x * x + 0.1);
    norm
}

/// The numbers of a channel, over all images and places.
fn channel(images: &Array4<f64>, j: usize) -> Vec<f64> {
    images.index_axis(ndarray::Axis(1), j).iter().copied().collect()
}

/// ```math batch-statistics
/// \mu_j = \frac{1}{n \cdot \text{places}} \sum_{\mathbf t} z_j(\mathbf t), \qquad
/// \sigma_j^2 = \frac{1}{n \cdot \text{places}} \sum_{\mathbf t} \bigl(z_j(\mathbf t) - \mu_j\bigr)^2
/// ```
///
/// The library's, against the mean of the squares less the square of the mean, and half the mean
/// squared difference of all pairs.
#[test]
fn batch_statistics() {
    let _formula = formula!();
    let mut generator = generator();
    for shape in SHAPES {
        let z = images(shape, &mut generator);
        let statistics = Statistics::of(z.view());
        for j in 0..shape[1] {
            let numbers = channel(&z, j);
            let count = numbers.len() as f64;
            assert_exact!(statistics.count, numbers.len());
            let mean = numbers.iter().sum::<f64>() / count;
            assert_close(statistics.mean[j], mean, 1e-13);
            let squares = numbers.iter().map(|z| z * z).sum::<f64>() / count;
            assert_close(statistics.variance[j], squares - mean * mean, 1e-12);
            let pairs = numbers.iter().flat_map(|a| numbers.iter().map(move |b| (a - b).powi(2)));
            let pairs = pairs.sum::<f64>() / (2.0 * count * count);
            assert_close(statistics.variance[j], pairs, 1e-12);
        }
    }
}

/// ```math batch-normalization
/// \tilde z_j = \gamma_j \, \hat z_j + \beta_j, \qquad
/// \hat z_j = \frac{z_j - \mu_j}{\sqrt{\sigma_j^2 + \epsilon}}
/// ```
///
/// The library's outputs have mean β and, but for ε, standard deviation |γ|, computed here from the
/// numbers; and numbers keep their order on the axis: the output is linear in the input.
#[test]
fn batch_normalization() {
    let _formula = formula!();
    let mut generator = generator();
    for shape in SHAPES {
        let norm = norm(shape[1], &mut generator);
        let z = images(shape, &mut generator).mapv(|z| 30.0 * z + 5.0);
        let trace = norm.forward(z.clone());
        for j in 0..shape[1] {
            let (numbers, outputs) = (channel(&z, j), channel(&trace.outputs, j));
            let count = numbers.len() as f64;
            let mean = numbers.iter().sum::<f64>() / count;
            let variance = numbers.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / count;
            for (z, y) in numbers.iter().zip(&outputs) {
                let normalized = (z - mean) / (variance + 1e-5).sqrt();
                assert_close(*y, norm.scale[j] * normalized + norm.shift[j], 1e-12);
            }
            assert_close(outputs.iter().sum::<f64>() / count, norm.shift[j], 1e-12);
        }
    }
}

/// ```math batch-norm-parameters
/// \frac{\partial \mathcal L}{\partial \gamma_j} = \sum_{\mathbf t} \delta_j(\mathbf t) \,
/// \hat z_j(\mathbf t), \qquad
/// \frac{\partial \mathcal L}{\partial \beta_j} = \sum_{\mathbf t} \delta_j(\mathbf t)
/// ```
///
/// Against finite differences of the loss Σ δ z̃.
#[test]
fn batch_norm_parameters() {
    let _formula = formula!();
    let mut generator = generator();
    for shape in SHAPES {
        let (norm, z) = (norm(shape[1], &mut generator), images(shape, &mut generator));
        let delta = images(shape, &mut generator);
        let (gradient, _) = norm.backward(&norm.forward(z.clone()), delta.clone());
        let loss = |norm: BatchNorm<f64>| (norm.forward(z.clone()).outputs * &delta).sum();
        let with = |scale: &Array1<f64>, shift: &Array1<f64>| {
            let mut new = norm.clone();
            (new.scale, new.shift) = (scale.clone(), shift.clone());
            loss(new)
        };
        let scale = slopes(|scale| with(scale, &norm.shift), &norm.scale);
        let shift = slopes(|shift| with(&norm.scale, shift), &norm.shift);
        assert_all_close(&gradient.scale, &scale, 1e-9);
        assert_all_close(&gradient.shift, &shift, 1e-9);
    }
}

/// ```math batch-norm-gradient
/// \frac{\partial \mathcal L}{\partial z_j} = \frac{\gamma_j}{\sqrt{\sigma_j^2 + \epsilon}}
/// \Bigl( \delta_j - \frac{1}{n \cdot \text{places}} \sum_{\mathbf t} \delta_j(\mathbf t)
/// - \hat z_j \, \frac{1}{n \cdot \text{places}} \sum_{\mathbf t} \delta_j(\mathbf t) \, \hat z_j(\mathbf t) \Bigr)
/// ```
///
/// Against finite differences of the whole, in which a nudge of one number moves the mean and the
/// variance of all. The slopes of a batch of two numbers are tiny, for the two stay at plus and minus
/// one: 1e-8.
#[test]
fn batch_norm_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for shape in SHAPES {
        let (norm, z) = (norm(shape[1], &mut generator), images(shape, &mut generator));
        let delta = images(shape, &mut generator);
        let (_, found) = norm.backward(&norm.forward(z.clone()), delta.clone());
        let expected = slopes(|z| (norm.forward(z.clone()).outputs * &delta).sum(), &z);
        assert_all_close(&found, &expected, 1e-8);
    }
}

/// ```math scale-free
/// \tilde z(c \, \mathbf w) = \tilde z(\mathbf w), \qquad
/// \frac{\partial \mathcal L}{\partial (c \, \mathbf w)} = \frac{1}{c}
/// \frac{\partial \mathcal L}{\partial \mathbf w}
/// ```
///
/// A convolution whose kernels are c times as large, with batch normalization behind it, gives the same,
/// and its gradient is a c-th: both by the library's passes, but for the ε, which counts for less the larger
/// c: here the variance is some 20, so ε / σ² is 5e-7.
#[test]
fn scale_free() {
    let _formula = formula!().allowing(3e-5, "ε stays as it is when the variance grows");
    let mut generator = generator();
    let mut layer = layer([3, 2, 3, 3], 1, 1, &mut generator);
    layer.bias.fill(0.0);
    let (norm, x) = (norm(3, &mut generator), images([4, 2, 6, 6], &mut generator));
    let delta = images([4, 3, 6, 6], &mut generator);
    let pass = |layer: &Convolution<f64>| {
        let trace = norm.forward(layer.forward(x.view()));
        let (_, back) = norm.backward(&trace, delta.clone());
        (trace.outputs, layer.backward(x.view(), back.view()).kernels)
    };
    let (outputs, gradient) = pass(&layer);
    for c in [2.0, 10.0, 1000.0] {
        let kernels = &layer.kernels * c;
        let (same, smaller) = pass(&Convolution { kernels, ..layer.clone() });
        assert_all_close(&outputs, &same, 1e-5);
        assert_all_close(&gradient, &(smaller * c), 3e-5);
    }
}

/// ```math folded
/// \mathbf w' = \frac{\gamma_j}{\sqrt{\sigma_j^2 + \epsilon}} \mathbf w, \qquad
/// b'_j = \beta_j - \frac{\gamma_j \, \mu_j}{\sqrt{\sigma_j^2 + \epsilon}}
/// ```
///
/// Here μ and σ² are the running statistics. A convolution with the folded kernels and biases, against
/// the convolution followed by the normalization in use.
#[test]
fn folded() {
    let _formula = formula!();
    let mut generator = generator();
    let mut layer = layer([3, 2, 3, 3], 1, 1, &mut generator);
    layer.bias.fill(0.0);
    let (norm, x) = (norm(3, &mut generator), images([4, 2, 6, 6], &mut generator));
    let expected = norm.forward_in_use(layer.forward(x.view()));
    let mut folded = layer.clone();
    for j in 0..3 {
        let factor = norm.scale[j] / (norm.running_variance[j] + 1e-5).sqrt();
        folded.kernels.index_axis_mut(ndarray::Axis(0), j).mapv_inplace(|w| w * factor);
        folded.bias[j] = norm.shift[j] - factor * norm.running_mean[j];
    }
    assert_all_close(&folded.forward_by_definition(x.view()), &expected, 1e-12);
}
