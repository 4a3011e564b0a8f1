//! The networks that the chapter looks into, and the images that it shows them.

use anyhow::Result;
use ch02_forward::{Dense, Layer, Network, one_hot};
use ch05_mnist::{CLASSES, Dataset, Recipe, likeliest};
use ndarray::{Array1, Array2, Axis};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Seeds 0 to 4: with each, one network.
pub const SEEDS: u64 = 5;

/// How the numbers of five networks are noted.
pub const NOTE: &str = "five networks, steady recipe, seeds 0 to 4";

/// Networks by the steady recipe of chapter 5, in double precision: for each seed the one with its
/// first weights, and the one after each epoch.
pub fn train(data: &Dataset) -> Result<Vec<Vec<Network<f64>>>> {
    let recipe = Recipe::steady();
    let train = |seed: u64| {
        let generator = ChaCha8Rng::seed_from_u64(seed);
        let mut trainer = recipe.trainer::<f32, _>(data.pixels(), generator);
        let mut epochs = vec![doubled(&trainer.model)];
        trainer.train(
            data,
            || (),
            |trainer, _| {
                epochs.push(doubled(&trainer.model));
                std::ops::ControlFlow::Continue(())
            },
        )?;
        Ok(epochs)
    };
    (0..SEEDS).into_par_iter().map(train).collect()
}

/// The networks at the end of their training.
pub fn trained(epochs: &[Vec<Network<f64>>]) -> Vec<Network<f64>> {
    epochs.iter().map(|epochs| epochs[epochs.len() - 1].clone()).collect()
}

/// The same network with its weights in double precision.
pub fn doubled(network: &Network<f32>) -> Network<f64> {
    let layer = |layer: &Layer<f32>| {
        let (weights, bias) =
            (layer.dense.weights.mapv(f64::from), layer.dense.bias.mapv(f64::from));
        Layer { dense: Dense { weights, bias }, activation: layer.activation }
    };
    Network { layers: network.layers.iter().map(layer).collect() }
}

/// The first `count` images of a set, with the labels. `[count × pixels]`
pub fn first(data: &Dataset, count: usize) -> (Array2<f64>, Vec<u8>) {
    let indices: Vec<usize> = (0..count).collect();
    (data.batch(&indices).0, data.labels[..count].to_vec())
}

/// What the network answers for each image.
pub fn answers(network: &Network<f64>, inputs: &Array2<f64>) -> Vec<u8> {
    let logits = network.forward(inputs.view());
    logits.rows().into_iter().map(|row| likeliest(row) as u8).collect()
}

/// Output weights that ask for one logit of each row.
pub fn logits_of(classes: &[u8]) -> Array2<f64> {
    one_hot(classes, CLASSES)
}

/// The logit that the output weights ask for, `[batch]`.
pub fn explained(
    network: &Network<f64>,
    inputs: &Array2<f64>,
    output_weights: &Array2<f64>,
) -> Array1<f64> {
    (network.forward(inputs.view()) * output_weights).sum_axis(Axis(1))
}

/// One row as a matrix.
pub fn row(matrix: &Array2<f64>, index: usize) -> Array2<f64> {
    matrix.slice_axis(Axis(0), (index..=index).into()).to_owned()
}

/// The correlation of two samples; nothing if one of them does not vary.
pub fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean = |number: fn(&(f64, f64)) -> f64| pairs.iter().map(number).sum::<f64>() / n;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>();
    let both = sum(&|pair| (pair.0 - x) * (pair.1 - y));
    let [xx, yy] = [sum(&|pair| (pair.0 - x).powi(2)), sum(&|pair| (pair.1 - y).powi(2))];
    (xx > 0.0 && yy > 0.0).then(|| both / (xx * yy).sqrt())
}
