//! What `src/weights.rs` promises.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use ch01_neuron::Real;
use ch02_forward::Network;
use ch04_optimizers::Schedule;
use ch05_mnist::*;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use safetensors::{Dtype, tensor::TensorView};

use crate::common::*;
use crate::{recipe, small};

fn bits(network: &Network<f32>) -> Vec<u32> {
    network.parameters().into_iter().flatten().map(|number| number.to_bits()).collect()
}

#[test]
fn weights_come_back_bit_for_bit() {
    let architectures: [(usize, &[usize]); 5] =
        [(1, &[]), (784, &[]), (784, &[128]), (3, &[1]), (20, &[7, 6, 5])];
    for (pixels, hidden) in architectures {
        let mut network = recipe(hidden).network::<f32>(pixels, &mut generator(7));
        let mut generator = generator(8);
        for slice in network.parameters_mut() {
            // Any finite number, subnormal ones and −0 with them.
            slice.fill_with(|| {
                loop {
                    let number = f32::from_bits(generator.random());
                    if number.is_finite() {
                        return number;
                    }
                }
            });
        }
        network.parameters_mut()[0][0] = -0.0;
        let file = save_weights(&network);
        let loaded = load_weights::<f32>(&file, pixels).unwrap();
        assert_eq!(bits(&loaded), bits(&network), "{hidden:?}");
        assert_eq!(loaded, network, "layers and activations too");
        assert_eq!(save_weights(&loaded), file);
        let double = load_weights::<f64>(&file, pixels).unwrap();
        assert_eq!(save_weights(&double), file);
    }
}

#[test]
fn weights_are_laid_out_as_pytorch_has_them() {
    let network = recipe(&[3]).network::<f32>(5, &mut generator(0));
    let file = save_weights(&network);
    let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
    let mut names = tensors.names();
    names.sort_unstable();
    assert_eq!(names, ["0.bias", "0.weight", "2.bias", "2.weight"]);
    let weight = tensors.tensor("0.weight").unwrap();
    assert_eq!(weight.shape(), [3, 5]); // [outputs × inputs]
    let number = |index: usize| {
        f32::from_le_bytes(weight.data()[4 * index..4 * index + 4].try_into().unwrap())
    };
    for ((input, output), &weight) in network.layers[0].dense.weights.indexed_iter() {
        assert_eq!(number(output * 5 + input), weight);
    }
    assert_eq!(tensors.tensor("2.weight").unwrap().shape(), [10, 3]);
    assert_eq!(tensors.tensor("2.bias").unwrap().shape(), [10]);
}

/// A square layer has the same shape either way round, so only its numbers can tell.
#[test]
fn a_square_layer_is_saved_and_loaded_with_its_transpose() {
    let network = recipe(&[4]).network::<f32>(4, &mut generator(0));
    let weights = &network.layers[0].dense.weights; // [inputs × outputs], 4 × 4
    let file = save_weights(&network);
    let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
    let tensor = tensors.tensor("0.weight").unwrap();
    assert_eq!(tensor.shape(), [4, 4]);
    let bytes = tensor.data().as_chunks::<4>().0;
    let saved: Vec<f32> = bytes.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let by_hand: Vec<f32> = (0..16).map(|place| weights[[place % 4, place / 4]]).collect(); // row j holds neuron j
    assert_eq!(saved, by_hand);

    // A file written by hand, as PyTorch would: row j of W is what neuron j multiplies by.
    let rows: Vec<u8> = (0..16_u8).flat_map(|place| f32::from(place).to_le_bytes()).collect();
    let (small, wide) = (vec![0; 4 * 10], vec![0; 4 * 40]);
    let views = [
        ("0.weight", vec![4, 4], &rows),
        ("0.bias", vec![4], &small[..16].to_vec()),
        ("2.weight", vec![10, 4], &wide),
        ("2.bias", vec![10], &small),
    ];
    let views = views.iter().map(|(name, shape, bytes)| {
        (*name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
    });
    let file = safetensors::serialize(views, None).unwrap();
    let loaded = load_weights::<f64>(&file, 4).unwrap();
    for ((input, output), &weight) in loaded.layers[0].dense.weights.indexed_iter() {
        assert_eq!(weight, (4 * output + input) as f64, "from {input} to {output}");
    }
}

#[test]
fn weights_without_tensors_or_without_hidden_neurons_are_refused_with_what_was_found() {
    let file = |tensors: &[(&str, Vec<usize>)]| {
        let zeros = [0; 4 * 60];
        let views = tensors.iter().map(|(name, shape)| {
            let bytes = &zeros[..4 * shape.iter().product::<usize>()];
            (*name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
        });
        safetensors::serialize(views, None).unwrap()
    };
    let error = |tensors: &[(&str, Vec<usize>)]| {
        load_weights::<f32>(&file(tensors), 6).unwrap_err().to_string()
    };
    assert_eq!(error(&[]), "expected a tensor 0.weight, found no tensor at all");
    let others = [("b", vec![1]), ("a", vec![1])];
    assert_eq!(error(&others), "expected a tensor 0.weight, found a, b");
    let nobody = [
        ("0.weight", vec![0, 6]),
        ("0.bias", vec![0]),
        ("2.weight", vec![10, 0]),
        ("2.bias", vec![10]),
    ];
    let message = error(&nobody);
    assert!(
        message.starts_with("expected 0.weight to be") && message.contains("[0, 6]"),
        "{message}"
    );
}

#[test]
fn weights_for_other_images_are_refused() {
    let file = save_weights(&recipe(&[3]).network::<f32>(5, &mut generator(0)));
    let error = load_weights::<f32>(&file, 6).unwrap_err().to_string();
    assert_eq!(error, "expected 0.weight to be F32 [3, 6], found F32 [3, 5]");
}

/// The names of the tensors follow from the number of layers alone.
#[test]
fn deeper_networks_count_on() {
    let file = save_weights(&recipe(&[4, 3, 2]).network::<f32>(5, &mut generator(0)));
    let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
    let names: BTreeSet<String> = tensors.names().into_iter().map(str::to_owned).collect();
    let expected =
        [0, 2, 4, 6].into_iter().flat_map(|i| [format!("{i}.weight"), format!("{i}.bias")]);
    assert_eq!(names, expected.collect());
}

/// A trainer of the recipe after so many epochs, and its data.
fn after_epochs<'a, T: Real>(
    recipe: &'a Recipe,
    data: &Dataset,
    epochs: usize,
) -> Trainer<'a, T, Network<T>, ChaCha8Rng> {
    let mut trainer = recipe.trainer(data.pixels(), generator(7));
    (0..epochs).for_each(|_| {
        trainer.epoch(data, || ());
    });
    trainer
}

fn interrupted<T: Real>(optimizer: OptimizerName) {
    let data = small(50);
    let recipe = Recipe {
        optimizer,
        epochs: 4,
        batch_size: 16,
        learning_rate: 0.01,
        schedule: Schedule::Linear,
        ..recipe(&[6, 5])
    };
    let whole = after_epochs::<T>(&recipe, &data, 4);
    for stop in 0..4 {
        let file = after_epochs::<T>(&recipe, &data, stop).checkpoint("small", "two words");
        let mut trainer = recipe.trainer::<T, _>(data.pixels(), generator(99)); // another network
        assert_eq!(trainer.resume(&file, "small").unwrap(), "two words");
        assert_eq!(trainer.history.len(), stop);
        trainer.train(&data, || (), |_, _| ControlFlow::Continue(())).unwrap();
        assert_eq!(trainer.model, whole.model, "{optimizer:?} after {stop} epochs");
        assert_eq!(trainer.history, whole.history);
        assert_eq!(trainer.checkpoint("a", "b"), whole.checkpoint("a", "b"));
    }
}

#[test]
fn a_training_that_was_interrupted_ends_with_the_same_weights_to_the_bit() {
    use OptimizerName::*;
    for optimizer in [Sgd, Momentum, Nesterov, AdaGrad, RmsProp, Adam, AdamW] {
        interrupted::<f32>(optimizer);
        interrupted::<f64>(optimizer);
    }
}

#[test]
fn a_checkpoint_that_does_not_fit_is_refused_and_changes_nothing() {
    let data = small(50);
    let (recipe, wider) = (recipe(&[6]), recipe(&[7]));
    let file = after_epochs::<f32>(&recipe, &data, 2).checkpoint("small", "");
    let refused = |trainer: &mut Trainer<f32, Network<f32>, ChaCha8Rng>, file: &[u8], run: &str| {
        let before = trainer.checkpoint("before", "");
        let error = trainer.resume(file, run).unwrap_err();
        assert_eq!(trainer.checkpoint("before", ""), before, "the trainer stays as it was");
        let causes =
            [Some(error.to_string()), std::error::Error::source(&error).map(|e| e.to_string())];
        causes.into_iter().flatten().collect::<Vec<_>>().join(": ")
    };
    let mut trainer = after_epochs::<f32>(&recipe, &data, 1);
    let message = refused(&mut trainer, &file, "large");
    assert_eq!(message, "expected a checkpoint of large, found one of small");
    let message = refused(&mut trainer, &file[..file.len() - 1], "small");
    assert!(message.starts_with("expected a checkpoint of small: expected a safetensors file"));
    let message = refused(&mut trainer, b"", "small");
    assert!(message.starts_with("expected a checkpoint of small: expected a safetensors file"));
    let weights = save_weights(&trainer.model);
    let message = refused(&mut trainer, &weights, "small");
    assert_eq!(message, "expected a checkpoint of small, found no progress in its metadata");
    let message = refused(&mut after_epochs::<f32>(&wider, &data, 1), &file, "small");
    assert_eq!(
        message,
        "expected a checkpoint of small: expected parameter.0 to be F32 [140], found F32 [120]"
    );
    let double = after_epochs::<f64>(&recipe, &data, 2).checkpoint("small", "");
    let message = refused(&mut trainer, &double, "small");
    assert!(
        message.ends_with("expected parameter.0 to be F32 [120], found F64 [120]"),
        "{message}"
    );
}
