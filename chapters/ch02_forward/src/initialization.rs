//! Where weights and biases start. Page: *Where the weights start*
//! (`ch02_forward/initialization.md`).
//!
//! An [`Initialization`] is a scale of random weights. [`Dense::new`] draws the weights of a layer,
//! and [`Network::new`] those of a whole network.

use ch01_neuron::{Activation, Real};
use ndarray::{Array1, Array2};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use crate::dense::{Dense, Layer};
use crate::network::Network;

/// Where the weights of a layer start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initialization {
    /// All weights 0: then all neurons of a layer stay equal for ever.
    Zeros,
    /// Normal numbers of mean 0 and this standard deviation.
    Normal(f64),
    /// Uniform in ±√(6 / (inputs + outputs)): variance 2 / (inputs + outputs) (Glorot and Bengio
    /// 2010).
    Xavier,
    /// Normal numbers of variance 2 / inputs, for ReLU (He et al. 2015).
    He,
}

impl Initialization {
    /// `[inputs × outputs]` weights, drawn row by row. They are drawn as `f64` and then rounded, so
    /// that a network in `f32` and one in `f64` start alike.
    pub fn weights<T: Real>(
        self,
        inputs: usize,
        outputs: usize,
        generator: &mut impl Rng,
    ) -> Array2<T> {
        let (fan_in, fan_out) = (inputs as f64, outputs as f64);
        let draw = || match self {
            Self::Zeros => 0.0,
            Self::Normal(deviation) => deviation * normal(generator),
            Self::Xavier => (6.0 / (fan_in + fan_out)).sqrt() * uniform(generator),
            Self::He => (2.0 / fan_in).sqrt() * normal(generator),
        };
        let numbers: Array1<f64> = std::iter::repeat_with(draw).take(inputs * outputs).collect();
        let weights = numbers.into_shape_with_order((inputs, outputs)).expect("as many as drawn");
        weights.mapv(T::of)
    }
}

/// A number from the normal distribution of mean 0 and variance 1.
fn normal(generator: &mut impl Rng) -> f64 {
    StandardNormal.sample(generator)
}

/// A number between −1 and 1, each as likely as any other; its variance is 1/3.
fn uniform(generator: &mut impl Rng) -> f64 {
    2.0 * generator.random::<f64>() - 1.0
}

impl<T: Real> Dense<T> {
    /// A layer whose weights are drawn from `generator`, and whose bias is zero.
    pub fn new(
        inputs: usize,
        outputs: usize,
        initialization: Initialization,
        generator: &mut impl Rng,
    ) -> Self {
        let weights = initialization.weights(inputs, outputs, generator);
        Self { weights, bias: Array1::zeros(outputs) }
    }
}

impl<T: Real> Network<T> {
    /// A network of dense layers; `sizes` are the inputs, the neurons of each hidden layer, and
    /// the outputs, such as `[784, 128, 10]`.
    ///
    /// # Panics
    /// If there are fewer than two sizes.
    pub fn new(
        sizes: &[usize],
        (hidden, output): (Activation, Activation),
        initialization: Initialization,
        generator: &mut impl Rng,
    ) -> Self {
        assert!(sizes.len() >= 2, "a network has at least inputs and outputs, not sizes {sizes:?}");
        let mut layers = Vec::new();
        for pair in sizes.windows(2) {
            let dense = Dense::new(pair[0], pair[1], initialization, generator);
            let last = layers.len() == sizes.len() - 2;
            let activation = if last { output } else { hidden };
            layers.push(Layer { dense, activation });
        }
        Self { layers }
    }
}
