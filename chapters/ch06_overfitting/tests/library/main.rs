//! What the library of the chapter promises, a file for each module.

mod polynomials;
mod three_sets;
mod memorization;
mod weight_decay;
mod early_stopping;
mod dropout;
mod augmentation;
mod regularization;

use ch01_neuron::{Activation, Real};
use ch02_forward::{Initialization, Network};
use ch04_optimizers::Schedule;
use ch05_mnist::{Dataset, Images, OptimizerName, Recipe};
use ch06_overfitting::*;
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(6)
}

fn noise(rows: usize, columns: usize, generator: &mut ChaCha8Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || 2.0 * generator.random::<f64>() - 1.0)
}

/// Images of 3 × 4 pixels in which the pixel of the label is bright: ten classes that can be learned.
fn data(examples: usize) -> Dataset {
    let mut generator = generator();
    let labels: Vec<u8> = (0..examples).map(|_| generator.random_range(0..10)).collect();
    let pixels = Array2::from_shape_fn((examples, 12), |(example, pixel)| {
        if pixel == usize::from(labels[example]) { 200 } else { generator.random_range(0..60) }
    });
    Dataset::new(Images { pixels, height: 3, width: 4 }, labels).unwrap()
}

fn recipe() -> Recipe {
    Recipe {
        hidden: vec![9, 7],
        epochs: 3,
        batch_size: 8,
        optimizer: OptimizerName::Adam,
        learning_rate: 0.01,
        schedule: Schedule::Linear,
        initialization: Initialization::He,
    }
}

/// A network of this recipe for images of 12 pixels.
fn regularized<T: Real>(regularization: Regularization) -> Regularized<T> {
    Regularized { network: recipe().network(12, &mut generator()), regularization }
}

fn network() -> Network<f64> {
    let activations = (Activation::Tanh, Activation::Identity);
    Network::new(&[6, 5, 4, 3], activations, Initialization::Xavier, &mut generator())
}

const SOME: NetworkDropout =
    NetworkDropout { inputs: Dropout { keep: 0.8 }, hidden: Dropout { keep: 0.5 } };
