//! What was learned on one task, used on another. Page: *Transfer* (`ch09_vision/transfer.md`).

use std::ops::RangeInclusive;

use ch01_neuron::{Activation, Real};
use ch02_forward::{Dense, Layer, Network};
use ch05_mnist::{Dataset, Examples, shuffled};
use ch06_overfitting::subset;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::Rng;

use crate::blocks::{ConvolutionalNetwork, flattened};

impl<T: Real> ConvolutionalNetwork<T> {
    /// What the last block gives when the network is in use, each image's numbers in a row,
    /// `[batch × features]`.
    pub fn features(&self, inputs: ArrayView2<T>) -> Array2<T> {
        flattened(self.feature_maps(inputs).pop().expect("a network has a block"))
    }

    /// The same blocks with one dense layer behind them, which starts at 0: for a new task.
    pub fn with_new_head(mut self, classes: usize) -> Self {
        let features = self.dense.layers[0].dense.weights.nrows();
        self.dense = zero_head(features, classes);
        self
    }
}

/// One dense layer from features to logits, all of whose weights are 0.
pub fn zero_head<T: Real>(features: usize, classes: usize) -> Network<T> {
    let dense = Dense { weights: Array2::zeros((features, classes)), bias: Array1::zeros(classes) };
    Network { layers: vec![Layer { dense, activation: Activation::Identity }] }
}

/// The examples of some digits, in their order.
pub fn only(data: &Dataset, digits: RangeInclusive<u8>) -> Dataset {
    let of_these = |&index: &usize| digits.contains(&data.labels[index]);
    subset(data, &(0..data.len()).filter(of_these).collect::<Vec<_>>())
}

/// So many examples of each digit, drawn at random; with the same generator, more contain fewer.
///
/// # Panics
/// If there are fewer of a digit.
pub fn few(data: &Dataset, per_digit: usize, generator: &mut impl Rng) -> Dataset {
    let (mut found, mut chosen) = ([0; 256], Vec::new());
    for index in shuffled(data.len(), generator) {
        let count = &mut found[usize::from(data.labels[index])];
        if *count < per_digit {
            *count += 1;
            chosen.push(index);
        }
    }
    let enough = found.iter().all(|&count| count == 0 || count == per_digit);
    assert!(enough, "few: expected {per_digit} examples of each digit, found {found:?}");
    subset(data, &chosen)
}

/// Features that were computed once, with their targets: what a head on frozen features learns from.
#[derive(Debug, Clone, PartialEq)]
pub struct Features<T> {
    /// A, `[examples × features]`
    pub features: Array2<T>,
    /// Y, `[examples × classes]`
    pub targets: Array2<T>,
}

impl<T: Real> Examples<T> for Features<T> {
    fn count(&self) -> usize {
        self.features.nrows()
    }

    fn batch(&self, indices: &[usize], _generator: &mut impl Rng) -> (Array2<T>, Array2<T>) {
        (self.features.select(Axis(0), indices), self.targets.select(Axis(0), indices))
    }
}
