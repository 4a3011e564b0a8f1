//! What `src/regularization.rs` promises.

use std::ops::ControlFlow;

use ch01_neuron::Activation;
use ch02_forward::{Loss, Network};
use ch03_backprop::{GradientCheck, LossBackward, all_entries};
use ch04_optimizers::{Adam, Optimizer, parameters};
use ch05_mnist::{Examples, Model, Recipe, Trainer, evaluate, shuffled, train_step};
use ch06_overfitting::*;
use ndarray::Array2;

use super::{SOME, data, generator, recipe, regularized};

#[test]
fn without_regularization_a_step_is_that_of_a_plain_network_to_the_last_bit() {
    let data = data(20);
    let mut ours = regularized::<f64>(Regularization::NONE);
    let mut network = ours.network.clone();
    let (mut our_adam, mut adam) = (Adam::default(), Adam::default());
    for _ in 0..3 {
        let (inputs, targets) = data.batch(&[3, 1, 4, 1, 5]);
        let batch = (inputs.view(), targets.view());
        let our_loss = train_step(&mut ours, &mut our_adam, 0.01, batch, &mut generator());
        assert_eq!(our_loss, train_step(&mut network, &mut adam, 0.01, batch, &mut generator()));
    }
    assert_eq!((ours.network, our_adam), (network, adam));
}

#[test]
fn a_step_with_all_regularizers_is_all_of_them_in_their_order() {
    let regularization = Regularization {
        l2: 0.3,
        weight_decay: 2.0,
        dropout: SOME,
        max_norm: Some(1.1),
        augmentation: Augmentation::None,
    };
    let data = data(20);
    let mut ours = regularized::<f64>(regularization);
    let mut network = ours.network.clone();
    let (mut our_adam, mut adam) = (Adam::default(), Adam::default());
    let (inputs, targets): (Array2<f64>, _) = data.batch(&[3, 1, 4, 1, 5]);
    let batch = (inputs.view(), targets.view());
    let our_loss = train_step(&mut ours, &mut our_adam, 0.01, batch, &mut generator());

    let loss = Loss::SoftmaxCrossEntropy;
    let masks = network.masks(5, SOME, &mut generator());
    let masked = network.masked_trace(inputs.view(), masks);
    let output_gradient = loss.gradient(masked.trace.output(), targets.view());
    let mut gradients = network.masked_backward(&masked, output_gradient);
    network.add_l2_gradient(0.3, &mut gradients);
    network.decay(0.01 * 2.0);
    adam.step(0.01, parameters(&mut network, &gradients));
    let unlimited = network.clone();
    let kept = [SOME.inputs.keep, SOME.hidden.keep]; // of what the first layer is given, the others
    network.constrain_norms(|index| 1.1 * kept[index.min(1)]);
    let changed = unlimited.layers.iter().zip(&network.layers).all(|(old, new)| old != new);
    assert!(changed, "some column of each layer is longer than that");
    assert_eq!(our_loss, loss.value(masked.trace.output(), targets.view()));
    assert_eq!((ours.network, our_adam), (network, adam));
}

/// Loss and gradient of the model belong together: without masks, the gradient is that of the loss and
/// the penalty.
#[test]
fn the_gradient_of_the_model_is_that_of_the_loss_and_the_penalty() {
    let regularization = Regularization { l2: 0.3, ..Regularization::NONE };
    let (model, data) = (regularized::<f64>(regularization), data(20));
    let (inputs, targets): (Array2<f64>, _) = data.batch(&[3, 1, 4, 1, 5]);
    let batch = (inputs.view(), targets.view());
    let (loss, gradients) = model.loss_and_gradients(batch, &mut generator());
    let value = |network: &Network<f64>| {
        let outputs = network.forward(inputs.view());
        Loss::SoftmaxCrossEntropy.value(outputs.view(), targets.view()) + network.l2_penalty(0.3)
    };
    assert_eq!(loss, value(&model.network) - model.network.l2_penalty(0.3));
    let check = GradientCheck::default();
    let entries = all_entries(&model.network);
    check.network(&model.network, &gradients, entries, value).unwrap();
}

#[test]
fn the_trainer_draws_order_masks_and_images_from_one_generator() {
    let regularization = Regularization {
        dropout: SOME,
        augmentation: Augmentation::Shift(1),
        ..Regularization::NONE
    };
    let (recipe, data) = (recipe(), data(30)); // batches of 8, 8, 8 and 6
    let examples = regularization.examples(&data);
    let mut trainer = Trainer::new(&recipe, regularized::<f64>(regularization), generator());
    let (mut model, mut adam) = (regularized::<f64>(regularization), Adam::default());
    let mut generator = generator();
    for epoch in 0..3 {
        trainer.epoch(&examples, || ());
        for (batch, indices) in shuffled(30, &mut generator).chunks(8).enumerate() {
            let rate = 0.01 * (1.0 - f64::from(4 * epoch + batch as i32) / 12.0);
            let (inputs, targets) = examples.batch(indices, &mut generator);
            let batch = (inputs.view(), targets.view());
            train_step(&mut model, &mut adam, rate, batch, &mut generator);
        }
    }
    for (ours, by_hand) in trainer.model.parameters().iter().zip(model.parameters()) {
        assert!(ours.iter().zip(by_hand).all(|(a, b)| (a - b).abs() < 1e-14));
    }
}

#[test]
fn augmentation_reaches_the_model() {
    let (recipe, data) = (Recipe { learning_rate: 0.0, ..recipe() }, data(30));
    let loss = |augmentation| {
        let regularization = Regularization { augmentation, ..Regularization::NONE };
        let mut trainer = Trainer::new(&recipe, regularized::<f64>(regularization), generator());
        trainer.epoch(&regularization.examples(&data), || ())
    };
    assert_ne!(loss(Augmentation::None), loss(Augmentation::Shift(1)));
}

#[test]
fn training_learns_and_early_stopping_ends_it() {
    let (recipe, data) = (Recipe { epochs: 60, ..recipe() }, data(100));
    let mut trainer = Trainer::new(&recipe, regularized::<f32>(Regularization::NONE), generator());
    trainer.train(&data, || (), |_, _| ControlFlow::Continue(())).unwrap();
    let first = trainer.history[0].train_loss;
    assert!(trainer.history[59].train_loss < 0.2 * first, "{:?}", trainer.history);
    assert!(evaluate(&trainer.model, &data).accuracy > 0.9);

    let mut trainer = Trainer::new(&recipe, regularized::<f32>(Regularization::NONE), generator());
    let mut stopping = EarlyStopping::new(3);
    let mut watched = [5.0, 4.0, 4.5, 4.6, 4.7, 1.0].into_iter();
    let watch = |trainer: &mut Trainer<_, Regularized<f32>, _>, _| {
        stopping.observe(watched.next().unwrap(), || trainer.model.network.clone())
    };
    trainer.train(&data, || (), watch).unwrap();
    assert_eq!(trainer.history.len(), 5);
    assert_ne!(stopping.best.unwrap().1, trainer.model.network, "the best is that of epoch 2");
}

#[test]
fn the_same_seed_gives_the_same_weights_and_threads_do_not_matter() {
    let regularization = Regularization { dropout: NetworkDropout::PAPER, ..Regularization::NONE };
    let recipe = Recipe { hidden: vec![2_000, 1_100], batch_size: 60, epochs: 1, ..recipe() };
    let data = data(60);
    let train = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let network = recipe.network::<f32>(12, &mut generator());
            let model = Regularized { network, regularization };
            let mut trainer = Trainer::new(&recipe, model, generator());
            trainer.epoch(&data, || ());
            trainer.model.network
        })
    };
    assert!(train(1) == train(2), "the weights differ");
}

#[test]
fn models_in_f32_and_f64_start_alike() {
    let small = regularized::<f32>(Regularization::NONE);
    let large = regularized::<f64>(Regularization::NONE);
    for (small, large) in small.parameters().iter().zip(large.parameters()) {
        assert!(small.iter().zip(large).all(|(&small, &large)| small == large as f32));
    }
    let activations: Vec<_> = small.network.layers.iter().map(|layer| layer.activation).collect();
    assert_eq!(activations, [Activation::Relu, Activation::Relu, Activation::Identity]);
}
