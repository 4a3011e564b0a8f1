//! The formulas of chapter 5, each checked with numbers.

use ch02_forward::{Loss, softmax};
use ch04_optimizers::{Optimizer, Parameter, Sgd};
use ch05_mnist::{CLASSES, Dataset, Images, Recipe, Trainer, evaluate, shuffled, train_step};
use formulas::*;
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Small images of noise, with labels that mean nothing.
fn noise(examples: usize) -> Dataset {
    let mut generator = generator();
    let pixels = Array2::from_shape_simple_fn((examples, 12), || generator.random());
    let labels = labels(examples, CLASSES as u8, &mut generator);
    Dataset::new(Images { pixels, height: 3, width: 4 }, labels).expect("as many of both")
}

/// A pixel p becomes p/255. Half a unit in the last place of the quotient would be 1.1e-16; the
/// library multiplies by a rounded 1/255, which may cost another.
#[test]
fn pixel_brightness() {
    let pixels = Array2::from_shape_fn((256, 1), |(p, _)| p as u8);
    let data = Dataset::new(Images { pixels, height: 1, width: 1 }, vec![0; 256]).expect("equal");
    let (inputs, _) = data.batch::<f64>(&(0..256).collect::<Vec<_>>());
    for p in 0..256 {
        assert_relative(inputs[[p, 0]], p as f64 / 255.0, 3e-16);
    }
    assert_eq!([inputs[[0, 0]], inputs[[255, 0]]], [0.0, 1.0]);
}

/// Accuracy is the diagonal of the confusion matrix over all of it, and the mean of [right] over
/// the examples, counted here one example at a time. Exact: it is a quotient of whole numbers.
#[test]
fn accuracy() {
    let data = noise(1203); // more than two of the batches that `evaluate` takes, and a rest
    let network = Recipe::documents().network::<f64>(12, &mut generator());
    let right = (0..data.len()).filter(|&index| {
        let (input, _) = data.batch(&[index]);
        let p = softmax(network.forward(input.view()).view());
        p.iter().all(|&other| other <= p[[0, usize::from(data.labels[index])]])
    });
    let right = right.count() as f64;
    let evaluation = evaluate(&network, &data);
    assert_eq!(evaluation.accuracy, right / 1203.0);
    assert_eq!(evaluation.confusion.diag().sum() as f64, right);
    assert_eq!(evaluation.confusion.sum(), 1203);
}

/// The loss of a data set is the mean of the losses of its examples, each taken alone; batches of
/// different sizes count by their sizes. 1e-12: sums of a thousand numbers near 2.
#[test]
fn mean_loss() {
    let data = noise(1203);
    let network = Recipe::documents().network::<f64>(12, &mut generator());
    let alone = (0..data.len()).map(|index| {
        let (input, target) = data.batch(&[index]);
        Loss::SoftmaxCrossEntropy.value(network.forward(input.view()).view(), target.view())
    });
    assert_close(evaluate(&network, &data).loss, alone.sum::<f64>() / 1203.0, 1e-12);
}

/// A layer of n inputs and m outputs has nm + m parameters: 101,770 in the documents' network.
/// Exact: counted one by one.
#[test]
fn documents_parameters() {
    let network = Recipe::documents().network::<f32>(784, &mut generator());
    let counted = network.parameters().concat().len();
    assert_eq!(counted, (784 * 128 + 128) + (128 * 10 + 10));
    assert_eq!([counted, network.parameter_count()], [101_770, 101_770]);
}

/// Every order of four things is as likely as any other. Of 240,000 shuffles each of the 24 orders
/// gets 10,000, give or take a standard deviation of 98; five of those make 490.
#[test]
fn shuffle() {
    let mut generator = generator();
    let mut counts = std::collections::BTreeMap::<Vec<usize>, u32>::new();
    for _ in 0..240_000 {
        *counts.entry(shuffled(4, &mut generator)).or_default() += 1;
    }
    assert_eq!(counts.len(), 24);
    for (order, count) in counts {
        assert!(count.abs_diff(10_000) < 490, "{order:?} came {count} times");
    }
}

/// A training step is θ ← θ − η ∂L/∂θ, here with the gradient from finite differences of the loss
/// instead of the backward pass. 1e-8: what such differences are good for.
#[test]
fn training_step() {
    let data = noise(7);
    let (inputs, targets) = data.batch::<f64>(&[0, 1, 2, 3, 4, 5, 6]);
    let recipe = Recipe { hidden: vec![3], ..Recipe::documents() };
    let mut network = recipe.network::<f64>(12, &mut generator());
    let mut expected = network.clone();
    for slice in 0..4 {
        let slopes: Vec<f64> = (0..network.parameters()[slice].len())
            .map(|index| {
                let mut nudged = network.clone();
                let x = network.parameters()[slice][index];
                let loss = |x| {
                    nudged.parameters_mut()[slice][index] = x;
                    let outputs = nudged.forward(inputs.view());
                    Loss::SoftmaxCrossEntropy.value(outputs.view(), targets.view())
                };
                ch03_backprop::central_difference(loss, x, 1e-5)
            })
            .collect();
        let values = &mut *expected.parameters_mut().swap_remove(slice);
        Sgd::default().step(0.1, vec![Parameter { values, gradient: &slopes }]);
    }
    train_step(&mut network, &mut Sgd::default(), 0.1, (inputs.view(), targets.view()));
    for (slice, expected) in network.parameters().into_iter().zip(expected.parameters()) {
        for (&found, &expected) in slice.iter().zip(expected) {
            assert_close(found, expected, 1e-8);
        }
    }
}

/// The number of steps of an epoch is the number of examples over the size of a batch, rounded up;
/// the steady recipe's learning rate ends at 0 after the last step of the last epoch, so that a
/// further epoch changes nothing. Exact.
#[test]
fn steps_per_epoch() {
    let data = noise(65);
    let recipe = Recipe { epochs: 2, hidden: vec![3], ..Recipe::steady() };
    let generator = ChaCha8Rng::seed_from_u64(0);
    let mut trainer = Trainer::<f64, _>::new(&recipe, &data, generator);
    for _ in 0..2 {
        let mut steps = 0;
        trainer.epoch(|| steps += 1);
        assert_eq!(steps, 3); // 32 + 32 + 1
    }
    let after_two = trainer.network.clone();
    trainer.epoch(|| ());
    assert_eq!(trainer.network, after_two);
}
