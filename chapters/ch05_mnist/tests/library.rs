//! What the library of the chapter promises.

use std::collections::BTreeSet;

use approx::assert_relative_eq;
use ch01_neuron::Real;
use ch02_forward::{Loss, Network};
use ch04_optimizers::{Adam, Schedule, Sgd};
use ch05_mnist::*;
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use ndarray::{Array1, Array2, Axis, array};
use proptest::prelude::*;
use rand::RngExt;
use safetensors::{Dtype, tensor::TensorView};

use common::*;

mod common;

/// A data set from its two files.
fn read(images: &[u8], labels: &[u8]) -> Option<Dataset> {
    Dataset::new(read_images(images).ok()?, read_labels(labels).ok()?).ok()
}

/// Ten classes that can be learned, in images of 5 × 4 pixels.
fn small(count: usize) -> Dataset {
    let labels = labels(count);
    read(&idx_images(&labels, 5, 4, 0), &idx_labels(&labels)).unwrap()
}

fn recipe(hidden: &[usize]) -> Recipe {
    Recipe { hidden: hidden.to_vec(), ..Recipe::documents() }
}

// --------------------------------------------------------------------------------------- reading --

#[test]
fn a_data_set_without_examples_is_empty() {
    let images = |count| Images { pixels: Array2::zeros((count, 6)), height: 2, width: 3 };
    assert!(Dataset::new(images(0), vec![]).unwrap().is_empty());
    assert!(!Dataset::new(images(1), vec![7]).unwrap().is_empty());
}

#[test]
fn what_is_written_is_read() {
    let images = read_images(&idx(IMAGES_MAGIC, &[2, 1, 3], &[1, 2, 3, 254, 255, 0])[..]).unwrap();
    let pixels = array![[1, 2, 3], [254, 255, 0]];
    assert_eq!(images, Images { pixels, height: 1, width: 3 });
    assert_eq!(read_labels(&idx_labels(&[0, 9, 5])[..]).unwrap(), [0, 9, 5]);
    assert_eq!(read_labels(&idx_labels(&[])[..]).unwrap(), [0; 0]);
}

#[test]
fn the_shipped_data_are_what_they_are_known_to_be() {
    let (train, test) = (shipped_training_set(), shipped_test_set());
    assert_eq!((train.len(), test.len(), train.pixels()), (60_000, 10_000, 784));
    assert_eq!(train.labels[..10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(test.labels[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    let brightness = train.images.pixels.iter().map(|&pixel| f64::from(pixel) / 255.0);
    assert!((brightness.sum::<f64>() / 47_040_000.0 - 0.1307).abs() < 5e-5); // the known mean
    let (_, mut per_digit) = (0, [0; CLASSES]);
    test.labels.iter().for_each(|&label| per_digit[usize::from(label)] += 1);
    assert_eq!(per_digit, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
}

#[test]
fn a_reader_that_hands_out_single_bytes_is_read_to_its_end() {
    struct Trickle<'a>(&'a [u8]);
    impl std::io::Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = buffer.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }
    let file = idx_images(&labels(30), 3, 4, 0);
    assert_eq!(read_images(Trickle(&file)).unwrap(), read_images(&file[..]).unwrap());
    assert!(matches!(
        read_images(Trickle(&file[..file.len() - 1])),
        Err(IdxError::Truncated { expected: 360, found: 359 })
    ));
}

#[test]
fn an_error_of_the_reader_is_handed_on() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the cable was pulled"))
        }
    }
    let header = idx(LABELS_MAGIC, &[5], &[]);
    for file in [
        Box::new(Broken) as Box<dyn std::io::Read>,
        Box::new(std::io::Read::chain(&header[..], Broken)),
    ] {
        let error = read_labels(file).unwrap_err();
        let source = std::error::Error::source(&error).expect("the reader's own error");
        assert_eq!(source.to_string(), "the cable was pulled");
    }
}

/// A data set that has been read holds together, and holds what the files say.
fn assert_consistent(images: &[u8], labels: &[u8]) {
    let parsed = (read_images(images), read_labels(labels));
    if let Ok(read) = &parsed.0 {
        let count = u32::from_be_bytes(images[4..8].try_into().unwrap()) as usize;
        assert_eq!(read.pixels.dim(), (count, read.height * read.width));
        assert!(!read.pixels.is_empty());
        assert!(read.pixels.iter().eq(&images[16..]));
    }
    if let Ok(read) = &parsed.1 {
        assert_eq!(read, &labels[8..]);
        assert!(read.iter().all(|&label| label < 10));
    }
    if let (Ok(images), Ok(labels)) = parsed {
        let counts = (images.pixels.nrows(), labels.len());
        match Dataset::new(images, labels) {
            Ok(data) => {
                assert!(counts.0 == counts.1 && data.len() == counts.0 && !data.is_empty());
                let (inputs, targets) = data.batch::<f32>(&[data.len() - 1]);
                assert_eq!((inputs.ncols(), targets.ncols()), (data.pixels(), CLASSES));
            }
            Err(error) => {
                assert!(counts.0 != counts.1);
                assert_eq!((error.images, error.labels), counts);
            }
        }
    }
}

/// A file that is right but for some bytes, a lost end, or more behind it.
fn mutated(file: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let end = prop_oneof![
        3 => Just(None),
        1 => any::<prop::sample::Index>().prop_map(Some),
    ];
    let more = prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(any::<u8>(), 1..5)];
    (changes, end, more).prop_map(move |(changes, end, more)| {
        let mut file = file.clone();
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        file.truncate(end.map_or(file.len(), |end| end.index(file.len())));
        [file, more].concat()
    })
}

/// Sizes of a header: small ones, so that some files are right; and large ones.
fn sizes() -> impl Strategy<Value = [u32; 3]> {
    let size = prop_oneof![8 => 0_u32..4, 1 => any::<u32>(), 1 => Just(u32::MAX)];
    prop::array::uniform3(size)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn arbitrary_bytes_never_make_a_wrong_data_set(
        images in prop::collection::vec(any::<u8>(), 0..200),
        labels in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        assert_consistent(&images, &labels);
    }

    #[test]
    fn arbitrary_bytes_behind_a_right_magic_number_never_make_a_wrong_data_set(
        sizes in sizes(),
        images in prop::collection::vec(any::<u8>(), 0..30),
        count in 0_u32..5,
        labels in prop::collection::vec(0_u8..12, 0..5),
    ) {
        assert_consistent(&idx(IMAGES_MAGIC, &sizes, &images), &idx(LABELS_MAGIC, &[count], &labels));
    }

    #[test]
    fn files_with_a_fault_never_make_a_wrong_data_set(
        images in mutated(idx_images(&labels(3), 3, 4, 0)),
        labels in mutated(idx_labels(&labels(3))),
    ) {
        assert_consistent(&images, &labels);
    }

    #[test]
    fn every_right_file_is_read(
        (count, height, width, body) in (1_u32..5, 1_u32..5, 1_u32..5).prop_flat_map(|(n, h, w)| {
            (Just(n), Just(h), Just(w), prop::collection::vec(any::<u8>(), (n * h * w) as usize))
        }),
        labels in prop::collection::vec(0_u8..10, 0..10),
    ) {
        let images = read_images(&idx(IMAGES_MAGIC, &[count, height, width], &body)[..]).unwrap();
        prop_assert_eq!(images.height, height as usize);
        prop_assert_eq!(images.width, width as usize);
        prop_assert!(images.pixels.iter().eq(&body));
        prop_assert_eq!(read_labels(&idx_labels(&labels)[..]).unwrap(), labels);
    }

    #[test]
    fn arbitrary_bytes_are_no_weights(file in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(load_weights::<f32>(&file, 4).is_err());
    }

    #[test]
    fn weights_with_a_fault_are_refused_or_finite_and_of_the_right_shapes(
        file in mutated(save_weights(&recipe(&[2]).network::<f32>(3, &mut generator(0)))),
    ) {
        if let Ok(network) = load_weights::<f32>(&file, 3) {
            prop_assert!(network.parameters().into_iter().flatten().all(|number| number.is_finite()));
            prop_assert_eq!(network.forward(Array2::zeros((1, 3)).view()).dim(), (1, CLASSES));
        }
    }
}

// --------------------------------------------------------------------------- examples and batches --

#[test]
fn a_batch_holds_the_examples_that_were_asked_for() {
    let data = small(30);
    let (inputs, targets) = data.batch::<f64>(&[7, 29, 7]);
    assert_eq!((inputs.dim(), targets.dim()), ((3, 20), (3, 10)));
    for (row, index) in [7, 29, 7].into_iter().enumerate() {
        let pixels = data.images.pixels.row(index);
        for (input, &pixel) in inputs.row(row).iter().zip(pixels) {
            assert_relative_eq!(*input, f64::from(pixel) / 255.0, max_relative = 1e-15);
        }
        let label = usize::from(data.labels[index]);
        let one_hot = Array1::from_shape_fn(10, |class| if class == label { 1.0 } else { 0.0 });
        assert_eq!(targets.row(row), one_hot);
    }
}

#[test]
fn black_is_exactly_zero_and_white_exactly_one() {
    fn check<T: Real>() {
        let pixels: Vec<u8> = (0..=255).collect();
        let images = Images {
            pixels: Array2::from_shape_vec((1, 256), pixels).unwrap(),
            height: 16,
            width: 16,
        };
        let (inputs, _) = Dataset::new(images, vec![0]).unwrap().batch::<T>(&[0]);
        let row = inputs.row(0);
        assert!(row[0] == T::zero() && row[255] == T::one(), "{:?}", row[255]);
        for (pixel, &input) in row.iter().enumerate() {
            let exact = T::of(pixel as f64 / 255.0);
            assert!((input - exact).abs() <= exact * T::epsilon(), "{pixel}: {input}, not {exact}");
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn the_first_examples_are_the_first_and_never_too_many() {
    let data = small(30);
    let first = data.first(12);
    assert_eq!((first.len(), first.images.pixels.nrows()), (12, 12));
    assert_eq!(first.labels, data.labels[..12]);
    assert_eq!(first.images.pixels, data.images.pixels.slice_axis(Axis(0), (..12).into()));
    assert_eq!((first.images.height, first.images.width), (5, 4));
    assert_eq!(data.first(31), data);
}

#[test]
fn shuffling_loses_nothing_and_doubles_nothing() {
    for count in [0, 1, 2, 3, 10, 1000] {
        let mut order = shuffled(count, &mut generator(1));
        if count == 1000 {
            let moved = (0..count).filter(|&place| order[place] != place).count();
            assert!(moved > 950, "only {moved} moved");
        }
        order.sort_unstable();
        assert!(order.into_iter().eq(0..count), "{count}");
    }
}

/// Each of the 24 orders of four, 24,000 times in all: a count of 1,000 varies by √1000 ≈ 32; five
/// times that, 160, happens to one of 24 counts once in 70,000 seeds.
#[test]
fn every_order_is_equally_likely() {
    let mut generator = generator(2);
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..24_000 {
        *counts.entry(shuffled(4, &mut generator)).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 24);
    assert!(counts.values().all(|&count: &i32| (count - 1000).abs() < 160), "{counts:?}");
}

#[test]
fn shuffling_depends_on_the_generator_alone() {
    assert_eq!(shuffled(100, &mut generator(3)), shuffled(100, &mut generator(3)));
    assert_ne!(shuffled(100, &mut generator(3)), shuffled(100, &mut generator(4)));
    let mut one = generator(3);
    assert_ne!(shuffled(100, &mut one), shuffled(100, &mut one));
}

// ------------------------------------------------------------------------------------- training --

#[test]
fn steps_on_one_batch_lower_its_loss_every_time() {
    let data = small(40);
    let (inputs, targets) = data.batch::<f64>(&(0..32).collect::<Vec<_>>());
    let batch = (inputs.view(), targets.view());
    let mut network = recipe(&[16]).network::<f64>(20, &mut generator(0));
    let mut optimizer = Sgd::default();
    let mut last = f64::INFINITY;
    for step in 0..200 {
        let before =
            Loss::SoftmaxCrossEntropy.value(network.forward(inputs.view()).view(), targets.view());
        let loss = train_step(&mut network, &mut optimizer, 0.1, batch);
        assert_eq!(loss, before, "the loss is that before the step");
        assert!(loss < last, "step {step}: {loss} after {last}");
        last = loss;
    }
    assert!(last < 2.0, "{last}");
}

#[test]
fn with_learning_rate_zero_nothing_is_learned() {
    let data = small(20);
    let (inputs, targets) = data.batch::<f32>(&[1, 2, 3]);
    let mut network = recipe(&[16]).network::<f32>(20, &mut generator(0));
    let before = network.clone();
    train_step(&mut network, &mut Adam::default(), 0.0, (inputs.view(), targets.view()));
    assert_eq!(network, before);
}

/// With a learning rate of 0 the network stands still, so that the mean over an epoch in which each
/// example is seen once is the loss over the whole set; any example left out or seen twice shows.
#[test]
fn an_epoch_sees_each_example_once() {
    for count in [1, 31, 32, 33, 100] {
        let mut data = small(count);
        // Each example has a loss of its own.
        let mut generator = generator(9);
        data.images.pixels.mapv_inplace(|_| generator.random());
        let recipe = Recipe { learning_rate: 0.0, epochs: 2, ..recipe(&[8]) };
        let mut trainer = Trainer::<f64, _>::new(&recipe, &data, generator);
        for _ in 0..2 {
            let mut batches = 0;
            let loss = trainer.epoch(|| batches += 1);
            assert_eq!(batches, count.div_ceil(32));
            assert_relative_eq!(loss, evaluate(&trainer.network, &data).loss, max_relative = 1e-12);
        }
    }
}

#[test]
fn the_trainer_does_what_the_five_steps_say() {
    let data = small(50);
    let recipe = Recipe {
        epochs: 3,
        batch_size: 8,
        schedule: Schedule::Linear,
        optimizer: OptimizerName::Nesterov,
        ..recipe(&[6, 5])
    };
    let mut trainer = Trainer::<f64, _>::new(&recipe, &data, generator(4));
    let mut generator = generator(4);
    let mut network = recipe.network::<f64>(20, &mut generator);
    assert_eq!(trainer.network, network);
    let mut optimizer = recipe.optimizer.optimizer();
    let (mut step, steps) = (0, 3 * 7);
    for _ in 0..3 {
        for indices in shuffled(50, &mut generator).chunks(8) {
            let rate = 0.001 * (1.0 - f64::from(step) / f64::from(steps));
            let (inputs, targets) = data.batch(indices);
            train_step(&mut network, &mut *optimizer, rate, (inputs.view(), targets.view()));
            step += 1;
        }
        trainer.epoch(|| ());
        for (found, expected) in trainer.network.parameters().iter().zip(network.parameters()) {
            for (found, expected) in found.iter().zip(expected) {
                assert_relative_eq!(found, expected, max_relative = 1e-12);
            }
        }
    }
}

#[test]
fn every_optimizer_learns() {
    use OptimizerName::*;
    let data = small(100);
    let rates = [
        (Sgd, 0.5),
        (Momentum, 0.05),
        (Nesterov, 0.05),
        (AdaGrad, 0.05),
        (RmsProp, 0.005),
        (Adam, 0.01),
        (AdamW, 0.01),
    ];
    for (optimizer, learning_rate) in rates {
        let recipe = Recipe { optimizer, learning_rate, ..recipe(&[16]) };
        let mut trainer = Trainer::<f32, _>::new(&recipe, &data, generator(5));
        (0..40).for_each(|_| {
            trainer.epoch(|| ());
        });
        let accuracy = evaluate(&trainer.network, &data).accuracy;
        assert!(accuracy > 0.9, "{optimizer:?}: {accuracy}");
    }
}

#[test]
fn the_recipes_are_those_of_the_page() {
    let documents = Recipe::documents();
    assert_eq!(
        (&documents.hidden[..], documents.epochs, documents.batch_size),
        (&[128][..], 5, 32)
    );
    assert_eq!((documents.optimizer, documents.learning_rate), (OptimizerName::Adam, 0.001));
    assert_eq!(documents.schedule, Schedule::Constant);
    let steady = Recipe { learning_rate: 0.002, schedule: Schedule::Linear, ..documents.clone() };
    assert_eq!(Recipe::steady(), steady);
    let network = documents.network::<f32>(784, &mut generator(0));
    assert_eq!(network.parameter_count(), 101_770);
}

#[test]
fn single_and_double_precision_stay_close_in_the_first_steps() {
    let data = shipped_training_set().first(320);
    let recipe = Recipe::documents();
    let mut single = recipe.network::<f32>(784, &mut generator(6));
    let mut double = recipe.network::<f64>(784, &mut generator(6));
    let (mut adam32, mut adam64) = (Adam::default(), Adam::default());
    for step in 0..10 {
        let indices: Vec<usize> = (32 * step..32 * step + 32).collect();
        let (inputs, targets) = data.batch(&indices);
        let loss32 = train_step(&mut single, &mut adam32, 0.001, (inputs.view(), targets.view()));
        let (inputs, targets) = data.batch(&indices);
        let loss64 = train_step(&mut double, &mut adam64, 0.001, (inputs.view(), targets.view()));
        assert_relative_eq!(f64::from(loss32), loss64, max_relative = 1e-4);
    }
    // Where a gradient is hardly more than rounding, Adam's first steps follow its sign: so not each
    // weight agrees, but all of them in the mean, to a hundredth of the way they have gone.
    let start = recipe.network::<f64>(784, &mut generator(6));
    let (mut apart, mut way) = (0.0, 0.0);
    let pairs =
        single.parameters().into_iter().flatten().zip(double.parameters().into_iter().flatten());
    for ((single, double), start) in pairs.zip(start.parameters().into_iter().flatten()) {
        apart += (f64::from(*single) - double).abs();
        way += (double - start).abs();
    }
    assert!(way > 0.0 && apart < 0.01 * way, "{apart} apart after a way of {way}");
}

#[test]
fn five_thousand_examples_are_enough_for_nine_in_ten() {
    let data = shipped_training_set().first(5_000);
    let recipe = Recipe { epochs: 2, ..Recipe::documents() };
    let mut trainer = Trainer::<f32, _>::new(&recipe, &data, generator(0));
    let losses = [trainer.epoch(|| ()), trainer.epoch(|| ())];
    assert!(losses[1] < 0.5 * losses[0], "{losses:?}");
    let accuracy = evaluate(&trainer.network, &shipped_test_set()).accuracy;
    assert!((0.9..0.95).contains(&accuracy), "{accuracy}");
}

// ----------------------------------------------------------------------------------- evaluation --

/// More examples than `evaluate` takes at a time, and not a multiple of it.
#[test]
fn evaluation_agrees_with_counting_one_by_one() {
    for count in [1, 7, 500, 501, 1_234] {
        let mut data = small(count);
        let mut generator = generator(10);
        data.labels.iter_mut().for_each(|label| *label = generator.random_range(0..10));
        let network = recipe(&[9]).network::<f64>(20, &mut generator);
        let evaluation = evaluate(&network, &data);
        let (mut loss, mut right, mut confusion) = (0.0, 0, [[0; 10]; 10]);
        for (index, &label) in data.labels.iter().enumerate() {
            let (input, _) = data.batch::<f64>(&[index]);
            let logits = network.forward(input.view());
            let powers = logits.row(0).mapv(f64::exp);
            let probabilities = &powers / powers.sum();
            loss -= probabilities[usize::from(label)].ln();
            let largest = probabilities.iter().copied().fold(0.0, f64::max);
            let answer = probabilities.iter().position(|&p| p == largest).unwrap();
            right += usize::from(answer == usize::from(label));
            confusion[usize::from(label)][answer] += 1;
            for (found, expected) in evaluation.probabilities.row(index).iter().zip(&probabilities)
            {
                assert_relative_eq!(found, expected, max_relative = 1e-12);
            }
        }
        assert_eq!(evaluation.probabilities.dim(), (count, 10));
        assert_relative_eq!(evaluation.loss, loss / count as f64, max_relative = 1e-12);
        assert_eq!(evaluation.accuracy, right as f64 / count as f64);
        assert_eq!(evaluation.confusion, Array2::from(confusion.to_vec()));
    }
}

#[test]
fn the_first_of_the_likeliest_classes_is_taken() {
    assert_eq!(likeliest(array![0.1, 0.4, 0.4, 0.1].view()), 1);
    assert_eq!(likeliest(Array1::from_elem(10, 0.1).view()), 0);
    assert_eq!(likeliest(array![0.1, 0.2, 0.7].view()), 2);
    assert_eq!(likeliest(array![0.9, 0.1].view()), 0);
}

// --------------------------------------------------------------------------------------- weights --

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

// ------------------------------------------------------------------------------- your own digit --

/// A stroke or two with soft edges: dark paper, light ink.
fn drawing(side: u32, seed: u64) -> GrayImage {
    let mut generator = generator(seed);
    let mut corner = || (generator.random_range(0.2..0.8), generator.random_range(0.2..0.8));
    let corners: [(f64, f64); 4] = std::array::from_fn(|_| corner());
    GrayImage::from_fn(side, side, |x, y| {
        let place =
            ((f64::from(x) + 0.5) / f64::from(side), (f64::from(y) + 0.5) / f64::from(side));
        let distances = corners.windows(2).map(|ends| distance(place, ends[0], ends[1]));
        let nearest = distances.fold(f64::INFINITY, f64::min);
        Luma([(255.0 * (2.0 - nearest / 0.03).clamp(0.0, 1.0)) as u8])
    })
}

/// From a point to the line between two others.
fn distance(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let along = ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / (dx * dx + dy * dy);
    let along = along.clamp(0.0, 1.0);
    (p.0 - a.0 - along * dx).hypot(p.1 - a.1 - along * dy)
}

fn center(picture: &GrayImage) -> Array2<f64> {
    let input = center_digit::<f64>(picture).expect("there is a digit");
    assert_eq!(input.dim(), (1, 784));
    assert!(input.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
    input.into_shape_with_order((28, 28)).unwrap()
}

fn inverted(picture: &GrayImage) -> GrayImage {
    let mut picture = picture.clone();
    imageops::invert(&mut picture);
    picture
}

/// First and last row and column with ink.
fn extent(image: &Array2<f64>, axis: Axis) -> (usize, usize) {
    let inked = image.axis_iter(axis).map(|line| line.iter().any(|&pixel| pixel > 0.0));
    let inked: Vec<usize> = inked.enumerate().filter(|(_, ink)| *ink).map(|(i, _)| i).collect();
    (inked[0], inked[inked.len() - 1])
}

#[test]
fn a_digit_is_twenty_pixels_long_and_its_ink_is_centered() {
    for seed in 0..40 {
        for side in [40, 200] {
            let image = center(&drawing(side, seed));
            let [rows, columns] = [Axis(0), Axis(1)].map(|axis| extent(&image, axis));
            let longer = (rows.1 - rows.0 + 1).max(columns.1 - columns.0 + 1);
            assert!((19..=20).contains(&longer), "{seed}: {longer}"); // a faint edge may round to 0
            let total = image.sum();
            let mean = |axis: usize| {
                let sums = image
                    .indexed_iter()
                    .map(|(place, ink)| ink * ([place.0, place.1][axis] as f64 + 0.5));
                sums.sum::<f64>() / total
            };
            for (axis, ends) in [(0, rows), (1, columns)] {
                let at_the_border = ends.0 == 0 || ends.1 == 27; // it can be moved no farther
                let off = (mean(axis) - 14.5).abs(); // the middle of pixel 14, as in MNIST
                assert!(off <= 0.5 + 1e-9 || at_the_border, "{seed}: {off} off along axis {axis}");
            }
        }
    }
}

/// The images of MNIST have been centered already, so there is little to do: the contrast of some is
/// stretched, and a digit with a faint edge is enlarged to make up for it. None may move.
#[test]
fn an_image_of_the_data_set_stays_where_it_is() {
    let test = shipped_test_set().first(1_000);
    let stays = test.images.pixels.rows().into_iter().filter(|row| {
        let image = center(&GrayImage::from_raw(28, 28, row.to_vec()).unwrap());
        let apart =
            image.iter().zip(row).map(|(ink, &pixel)| (ink - f64::from(pixel) / 255.0).abs());
        apart.sum::<f64>() < 0.1 * image.sum()
    });
    let stays = stays.count();
    assert!(stays > 900, "{stays} of 1000");
}

#[test]
fn light_on_dark_and_dark_on_light_are_the_same_digit() {
    for seed in 0..20 {
        let picture = drawing(60, seed);
        assert_eq!(center(&picture), center(&inverted(&picture)), "{seed}");
    }
}

#[test]
fn paper_around_a_digit_changes_nothing() {
    for seed in 0..20 {
        let picture = drawing(60, seed);
        let mut sheet = GrayImage::new(213, 97);
        imageops::overlay(&mut sheet, &picture, 120, 11);
        assert_eq!(center(&picture), center(&sheet), "{seed}");
    }
}

/// How much of its ink another image has elsewhere. The edge of the ink is a matter of pixels, so the
/// other may lie one pixel aside.
fn difference(image: &Array2<f64>, other: &Array2<f64>) -> f64 {
    let shifts = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dy, dx)));
    let differences = shifts.map(|(dy, dx)| {
        let moved = |(y, x): (usize, usize)| {
            let place = (y.checked_add_signed(dy)?, x.checked_add_signed(dx)?);
            other.get(place).copied()
        };
        let pixels = image.indexed_iter();
        pixels.map(|(place, ink)| (ink - moved(place).unwrap_or(0.0)).abs()).sum::<f64>()
    });
    differences.fold(f64::INFINITY, f64::min) / image.sum()
}

#[test]
fn a_digit_looks_alike_in_pale_ink_on_gray_paper() {
    for seed in 0..20 {
        let picture = drawing(60, seed);
        let pale = GrayImage::from_fn(60, 60, |x, y| Luma([90 + picture.get_pixel(x, y).0[0] / 3]));
        let difference = difference(&center(&picture), &center(&pale));
        assert!(difference < 0.1, "{seed}: {difference}");
    }
}

#[test]
fn a_fifth_of_the_full_strength_is_not_ink_and_a_little_more_is() {
    let mut ink = GrayImage::new(9, 9);
    for (x, y, strength) in [(0, 0, 51), (8, 8, 51), (3, 2, 52), (5, 6, 255)] {
        ink.put_pixel(x, y, Luma([strength]));
    }
    let cropped = crop_to_ink(&ink);
    assert_eq!(cropped.dimensions(), (3, 5));
    assert_eq!((cropped.get_pixel(0, 0).0, cropped.get_pixel(2, 4).0), ([52], [255]));
}

#[test]
fn a_digit_looks_alike_in_every_resolution() {
    for seed in 0..20 {
        let reference = center(&drawing(400, seed));
        for side in [56, 100, 801] {
            let difference = difference(&reference, &center(&drawing(side, seed)));
            assert!(difference < 0.25, "{seed}, {side} pixels: {difference}");
        }
    }
    let others =
        (1..20).map(|seed| difference(&center(&drawing(400, 0)), &center(&drawing(400, seed))));
    assert!(others.fold(f64::INFINITY, f64::min) > 0.5, "other drawings must not look alike");
}

#[test]
fn the_paper_is_what_most_of_the_edge_shows_on_all_four_sides() {
    // Two sides with both their corners are just over half of the edge.
    let (width, height) = (7, 5);
    let paper_at = |near: bool, x: u32, y: u32| {
        if near { x == 0 || y == 0 } else { x + 1 == width || y + 1 == height }
    };
    for near in [true, false] {
        let shade = |x, y| Luma([if paper_at(near, x, y) { 50 } else { 200 }]);
        let ink = stretch_contrast(&GrayImage::from_fn(width, height, shade)).expect("two shades");
        for (x, y, pixel) in ink.enumerate_pixels() {
            assert_eq!(pixel.0[0], if paper_at(near, x, y) { 0 } else { 255 }, "at {x}, {y}");
        }
    }
}

#[test]
fn pictures_of_one_shade_show_no_digit() {
    for (width, height) in [(0, 0), (0, 5), (1, 1), (28, 28), (3, 100)] {
        for shade in [0, 1, 128, 255] {
            let picture = GrayImage::from_pixel(width, height, Luma([shade]));
            assert_eq!(center_digit::<f32>(&picture), None, "{width} × {height}");
        }
    }
}

#[test]
fn a_single_dot_and_a_thin_line_are_digits_of_a_sort() {
    let mut dot = GrayImage::new(1000, 700);
    dot.put_pixel(999, 0, Luma([1])); // the faintest ink, in a corner
    assert_eq!(extent(&center(&dot), Axis(0)), (5, 24));
    let line = GrayImage::from_fn(900, 900, |x, _| Luma([if x == 450 { 0 } else { 255 }]));
    let line = center(&line);
    assert_eq!(extent(&line, Axis(0)), (5, 24));
    assert_eq!(extent(&line, Axis(1)).1 - extent(&line, Axis(1)).0, 0);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_picture_becomes_an_image_or_nothing(
        (width, height, pixels) in (1_u32..60, 1_u32..60).prop_flat_map(|(width, height)| {
            let few = prop_oneof![20 => Just(0_u8), 1 => any::<u8>()];
            let size = (width * height) as usize;
            (Just(width), Just(height), prop_oneof![
                prop::collection::vec(any::<u8>(), size),
                prop::collection::vec(few, size),
            ])
        }),
    ) {
        let one_shade = pixels.iter().all(|pixel| *pixel == pixels[0]);
        let picture = GrayImage::from_raw(width, height, pixels).unwrap();
        match center_digit::<f32>(&picture) {
            Some(input) => {
                prop_assert!(!one_shade);
                prop_assert_eq!(input.dim(), (1, 784));
                prop_assert!(input.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
                prop_assert!(input.sum() > 0.0);
            }
            None => prop_assert!(one_shade),
        }
    }
}

/// A thousand real digits on big light sheets: not many more may be misread than in the files.
#[test]
fn mnist_digits_on_a_big_light_sheet_are_read() {
    let data = shipped_training_set().first(10_000);
    let recipe = Recipe { epochs: 2, ..Recipe::documents() };
    let mut trainer = Trainer::<f32, _>::new(&recipe, &data, generator(0));
    (0..2).for_each(|_| {
        trainer.epoch(|| ());
    });
    let test = shipped_test_set().first(1_000);
    let in_the_files = evaluate(&trainer.network, &test).accuracy;
    let mut right = 0;
    for (index, &label) in test.labels.iter().enumerate() {
        let pixels = test.images.pixels.row(index).to_vec();
        let digit = inverted(&GrayImage::from_raw(28, 28, pixels).unwrap());
        let digit = imageops::resize(&digit, 84, 84, FilterType::CatmullRom);
        let mut sheet = GrayImage::from_pixel(200, 160, Luma([255]));
        imageops::overlay(&mut sheet, &digit, (index % 110) as i64, (index % 70) as i64);
        let input = center_digit::<f32>(&sheet).unwrap();
        let logits = trainer.network.forward(input.view()).row(0).mapv(f64::from);
        right += usize::from(likeliest(logits.view()) == usize::from(label));
    }
    let on_sheets = f64::from(right as u32) / 1_000.0;
    assert!(in_the_files > 0.9, "{in_the_files}");
    assert!(on_sheets > in_the_files - 0.02, "{on_sheets} on sheets, {in_the_files} in the files");
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
