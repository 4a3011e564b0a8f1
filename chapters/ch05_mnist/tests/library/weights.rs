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

use super::common::*;
use super::{recipe, small};

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

/// Weights of 4 inputs and no hidden layer, all of one number in the bits of a type.
fn one_layer(dtype: Dtype, number: &[u8], shape: [usize; 2]) -> Vec<u8> {
    let (weights, bias) = (number.repeat(40), number.repeat(10));
    let views = [
        ("0.weight", TensorView::new(dtype, shape.to_vec(), &weights).unwrap()),
        ("0.bias", TensorView::new(dtype, vec![10], &bias).unwrap()),
    ];
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn weights_of_other_widths_are_widened() {
    let cases: [(Dtype, &[u8], f32); 6] = [
        (Dtype::F16, &0x3555_u16.to_le_bytes(), 0.333_251_95), // the nearest to a third
        (Dtype::F16, &0xfbff_u16.to_le_bytes(), -65_504.0),    // the largest
        (Dtype::F16, &0x0001_u16.to_le_bytes(), 5.960_464_5e-8), // the smallest
        (Dtype::BF16, &0xc049_u16.to_le_bytes(), -3.140_625),
        (Dtype::F32, &1.5_f32.to_le_bytes(), 1.5),
        (Dtype::F64, &0.1_f64.to_le_bytes(), 0.1),
    ];
    for (dtype, bytes, expected) in cases {
        let network: Network<f32> = load_weights(&one_layer(dtype, bytes, [10, 4]), 4).unwrap();
        let dense = &network.layers[0].dense;
        assert!(dense.weights.iter().chain(&dense.bias).all(|&w| w == expected), "{dtype:?}");
    }
    let infinite: [(Dtype, &[u8]); 3] = [
        (Dtype::F16, &0x7c00_u16.to_le_bytes()),
        (Dtype::BF16, &0x7fc0_u16.to_le_bytes()),
        (Dtype::F64, &1e300_f64.to_le_bytes()), // no f32
    ];
    for (dtype, bytes) in infinite {
        let error = load_weights::<f32>(&one_layer(dtype, bytes, [10, 4]), 4).unwrap_err();
        assert!(matches!(error, WeightsError::NotFinite { .. }), "{dtype:?}: {error}");
    }
    assert!(load_weights::<f32>(&one_layer(Dtype::I32, &[0; 4], [10, 4]), 4).is_err());
}

#[test]
fn a_transposed_matrix_is_told_from_a_wrong_one() {
    let error = load_weights::<f32>(&one_layer(Dtype::F32, &[0; 4], [4, 10]), 4).unwrap_err();
    let expected = "expected 0.weight to be F32 [10, 4], found F32 [4, 10]: transposed?";
    assert_eq!(error.to_string(), expected);
    let network = |sizes: [usize; 2]| {
        let recipe = Recipe { hidden: vec![sizes[1]], ..Recipe::documents() };
        recipe.network::<f32>(sizes[0], &mut generator(0))
    };
    let mut turned = network([16, 3]);
    let dense = &mut turned.layers[0].dense;
    dense.weights = dense.weights.t().as_standard_layout().into_owned();
    dense.bias = ndarray::Array1::zeros(16);
    let error = load_weights::<f32>(&save_weights(&turned), 16).unwrap_err();
    let expected = "expected 0.weight to be F32 [3, 16], found F32 [16, 3]: transposed?";
    assert_eq!(error.to_string(), expected);
    let error = load_weights::<f32>(&save_weights(&network([16, 3])), 15).unwrap_err();
    assert!(!error.to_string().contains("transposed"), "{error}");
}

#[test]
fn a_list_of_names_that_was_cut_says_so() {
    let bytes = [0; 4];
    let names: Vec<String> = (0..13).map(|i| format!("layer{i:02}")).collect();
    let view = || TensorView::new(Dtype::F32, vec![1], &bytes).unwrap();
    let views = names.iter().map(|name| (name, view()));
    let error = load_weights::<f32>(&safetensors::serialize(views, None).unwrap(), 4).unwrap_err();
    assert!(error.to_string().ends_with("layer08, layer09 and 3 more"), "{error}");
}

#[test]
fn the_file_says_that_it_is_written_as_pytorch_writes() {
    let recipe = Recipe { hidden: vec![], ..Recipe::documents() };
    let file = save_weights(&recipe.network::<f32>(4, &mut generator(0)));
    let (_, header) = safetensors::SafeTensors::read_metadata(&file).unwrap();
    assert_eq!(header.metadata().as_ref().unwrap()["format"], "pt");
}
