//! What several pages' tests share.

use ch01_neuron::Activation;
use ch02_forward::{Dense, Layer};
use ch04_optimizers::{Optimizer, Parameter, Quadratic, Sgd};
use formulas::*;
use ndarray::{Array1, Array2};

/// Every list of `count` numbers that are each −1 or 1.
pub fn signs(count: usize) -> impl Iterator<Item = Array1<f64>> {
    let sign = |bits: u32, k: usize| if bits >> k & 1 == 1 { 1.0 } else { -1.0 };
    (0..1 << count).map(move |bits| (0..count).map(|k| sign(bits, k)).collect())
}

/// A matrix whose columns are of length 1 and at right angles: a mirror.
pub fn mirror(size: usize, generator: &mut rand_chacha::ChaCha8Rng) -> Array2<f64> {
    let v = vector(size, generator);
    let outer = Array2::from_shape_fn((size, size), |(i, j)| v[i] * v[j]);
    Array2::eye(size) - outer * (2.0 / v.dot(&v))
}

/// A bowl of known curvatures along known axes (columns of the second part).
pub fn bowl(curvatures: &[f64]) -> (Quadratic<f64>, Array2<f64>) {
    let mut generator = generator();
    let axes = mirror(curvatures.len(), &mut generator);
    let scaled = &axes * &Array1::from(curvatures.to_vec()); // column k times curvature k
    let lowest = vector(curvatures.len(), &mut generator);
    (Quadratic { curvature: scaled.dot(&axes.t()), minimum: lowest }, axes)
}

/// Gradient descent on a bowl from the origin.
pub fn descend(bowl: &Quadratic<f64>, rate: f64, weight_decay: f64, steps: usize) -> Array1<f64> {
    let mut point = Array1::zeros(bowl.minimum.len());
    let mut sgd = Sgd { weight_decay, ..Sgd::default() };
    for _ in 0..steps {
        let gradient = bowl.gradient(point.view()).to_vec();
        let values = point.as_slice_mut().expect("contiguous");
        sgd.step(rate, vec![Parameter::new(values, &gradient)]);
    }
    point
}

pub fn layer(weights: Array2<f64>, bias: Array1<f64>) -> Layer<f64> {
    Layer { dense: Dense { weights, bias }, activation: Activation::Identity }
}

pub fn squared_length(numbers: &Array1<f64>) -> f64 {
    numbers.dot(numbers)
}

/// Images to try: one pixel, a row, a column, and more.
pub fn images() -> Vec<Array2<f64>> {
    let mut generator = generator();
    let shapes = [(1, 1), (1, 7), (6, 1), (5, 8), (28, 28)];
    shapes.map(|(height, width)| matrix(height, width, &mut generator)).to_vec()
}

/// A pixel, 0 outside.
pub fn at(image: &Array2<f64>, i: isize, j: isize) -> f64 {
    let inside = i >= 0 && j >= 0 && i < image.nrows() as isize && j < image.ncols() as isize;
    if inside { image[[i as usize, j as usize]] } else { 0.0 }
}
