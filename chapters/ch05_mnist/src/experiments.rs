//! Two experiments that take a minute or so: twenty epochs, and an Adam that keeps its tiny numbers.

use std::time::Instant;

use anyhow::Result;
use ch04_optimizers::{Adam, Optimizer, Parameter};
use ch05_mnist::{Dataset, Recipe, evaluate, shuffled, train_step};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::runs::{progress, run_and_watch};

/// The network after an epoch of a long run.
pub struct LongEpoch {
    pub train_loss: f64,
    pub test_loss: f64,
    pub test_accuracy: f64,
}

/// The documents' recipe for twenty epochs, seed 0.
pub fn long(train: &Dataset, test: &Dataset) -> Result<Vec<LongEpoch>> {
    let recipe = Recipe { epochs: 20, ..Recipe::documents() };
    let mut epochs = Vec::new();
    run_and_watch(&recipe, 0, train, &progress(&recipe, train), |network, _| {
        let (on_train, on_test) = (evaluate(network, train), evaluate(network, test));
        epochs.push(LongEpoch {
            train_loss: on_train.loss,
            test_loss: on_test.loss,
            test_accuracy: on_test.accuracy,
        });
    })?;
    Ok(epochs)
}

/// Seconds of each epoch, with the flushing of chapter 4 and without it.
pub struct Subnormal {
    pub with: Vec<f64>,
    pub without: Vec<f64>,
    /// How many weights of the two trained networks are not the same to the last bit.
    pub different_weights: usize,
    /// The share of subnormal numbers among the first layer's m, without flushing.
    pub subnormal_share: f64,
}

/// The documents' recipe with both optimizers, seed 0.
pub fn subnormal(train: &Dataset) -> Result<Subnormal> {
    let mut flushing = Adam::default();
    let mut keeping = Unflushed::default();
    let (with, flushed) = train_with(train, &mut flushing);
    let (without, kept) = train_with(train, &mut keeping);
    let different = flushed.iter().zip(&kept).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
    let means = keeping.memory.first().map_or(&[][..], |memory| &memory[..]);
    let subnormal = means.iter().filter(|[m, _]| m.is_subnormal()).count();
    let subnormal_share = subnormal as f64 / means.len().max(1) as f64;
    Ok(Subnormal { with, without, different_weights: different, subnormal_share })
}

/// Seconds of each epoch, and all weights at the end.
fn train_with(train: &Dataset, optimizer: &mut dyn Optimizer<f32>) -> (Vec<f64>, Vec<f32>) {
    let recipe = Recipe::documents();
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let mut network = recipe.network::<f32>(train.pixels(), &mut generator);
    let progress = progress(&recipe, train);
    let epoch = |_| {
        let start = Instant::now();
        for indices in shuffled(train.len(), &mut generator).chunks(recipe.batch_size) {
            let (inputs, targets) = train.batch(indices);
            train_step(&mut network, optimizer, 0.001, (inputs.view(), targets.view()));
            progress.inc(1);
        }
        start.elapsed().as_secs_f64()
    };
    let seconds = (0..recipe.epochs).map(epoch).collect();
    progress.finish_and_clear();
    (seconds, network.parameters().concat())
}

/// Adam as in chapter 4, with the same operations in the same order, but without its last one: what
/// is tiny stays.
#[derive(Default)]
struct Unflushed {
    steps: i32,
    /// m and s of each weight.
    memory: Vec<Vec<[f32; 2]>>,
}

impl Optimizer<f32> for Unflushed {
    fn step(&mut self, learning_rate: f32, parameters: Vec<Parameter<'_, f32>>) {
        let Adam { beta1, beta2, epsilon, .. } = Adam::<f32>::default();
        self.steps += 1;
        let rate = learning_rate / (1.0 - beta1.powi(self.steps));
        let scale = (1.0 - beta2.powi(self.steps)).sqrt().recip();
        self.memory.resize_with(parameters.len(), Vec::new);
        for (parameter, memory) in parameters.into_iter().zip(&mut self.memory) {
            memory.resize(parameter.values.len(), [0.0; 2]);
            let weights = parameter.values.iter_mut().zip(parameter.gradient).zip(memory);
            for ((weight, gradient), [m, s]) in weights {
                *m = beta1 * *m + (1.0 - beta1) * gradient;
                *s = beta2 * *s + (1.0 - beta2) * gradient * gradient;
                *weight -= rate * *m / (scale * s.sqrt() + epsilon);
            }
        }
    }
}
