//! What `src/speed.rs` promises: the fast step is the plain one, up to rounding.

use ch02_forward::{Loss, Network};
use ch03_backprop::LossBackward;
use ch04_optimizers::Adam;
use ch05_mnist::*;
use ndarray::{Array2, array};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::common::*;
use crate::{in_pool_of, random, recipe, small};

const RULES: [OptimizerName; 7] = [
    OptimizerName::Sgd,
    OptimizerName::Momentum,
    OptimizerName::Nesterov,
    OptimizerName::AdaGrad,
    OptimizerName::RmsProp,
    OptimizerName::Adam,
    OptimizerName::AdamW,
];

/// How far two networks are apart, in the worst of their parameters.
fn distance(one: &Network<f64>, other: &Network<f64>) -> f64 {
    let pairs =
        one.parameters().into_iter().flatten().zip(other.parameters().into_iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

proptest! {
    /// 1e-14: the probabilities are below 1, and each takes three roundings at 1e-16; the loss is below
    /// 20.
    #[test]
    fn softmax_and_loss_in_one_pass_are_those_of_chapters_2_and_3(
        (batch, classes) in (1..9_usize, 1..12_usize),
        scale in 0.1..20.0_f64,
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let logits = scale * random((batch, classes), 0.1, &mut generator);
        let labels: Vec<u8> = (0..batch).map(|r| (r * 7 % classes) as u8).collect();
        let targets = ch02_forward::one_hot::<f64>(&labels, classes);
        let (loss, gradient) = softmax_and_loss(logits.view(), targets.view());
        let judge = Loss::SoftmaxCrossEntropy;
        prop_assert!((loss - judge.value(logits.view(), targets.view())).abs() < 1e-13);
        let plain = judge.gradient(logits.view(), targets.view());
        prop_assert!((gradient - plain).iter().all(|difference| difference.abs() < 1e-14));
    }
}

#[test]
fn logits_far_apart_have_a_finite_loss() {
    let logits = array![[1e300, 0.0, -1e300], [-1e30, 1e30, 0.0]];
    let targets = array![[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]];
    let (loss, gradient) = softmax_and_loss(logits.view(), targets.view());
    assert_eq!(loss, 1e30);
    assert_eq!(gradient, array![[0.0, 0.0, 0.0], [-0.5, 0.5, 0.0]]);
}

#[test]
fn a_logit_that_is_no_number_gives_a_loss_that_is_none() {
    let targets = array![[1.0, 0.0], [0.0, 1.0]];
    for logits in [array![[1.0, f64::NAN], [2.0, 3.0]], array![[f64::NAN, 1.0], [2.0, 3.0]]] {
        assert!(softmax_and_loss(logits.view(), targets.view()).0.is_nan());
    }
}

#[test]
#[should_panic(expected = "loss: logits (2, 3) and targets (2, 2) differ")]
fn logits_and_targets_of_two_shapes_are_refused() {
    softmax_and_loss(Array2::<f64>::zeros((2, 3)).view(), Array2::zeros((2, 2)).view());
}

/// Sums of at most a hundred terms in another order: 1e-13.
#[test]
fn loss_and_gradients_are_those_of_the_plain_network() {
    let data = small(70);
    for hidden in [&[16][..], &[130, 20], &[]] {
        let network = recipe(hidden).network::<f64>(20, &mut generator(1));
        let fast = Fast { network: network.clone() };
        for batch in [1, 7, 32, 70] {
            let (inputs, targets) = data.batch::<f64>(&(0..batch).collect::<Vec<_>>());
            let batch = (inputs.view(), targets.view());
            let (plain_loss, plain) = network.loss_and_gradients(batch, &mut generator(0));
            let (loss, gradients) = fast.loss_and_gradients(batch, &mut generator(0));
            assert!((loss - plain_loss).abs() < 1e-13, "{loss} and {plain_loss}");
            let gradients = gradients.carry_out();
            for (ours, plain) in gradients.slices().into_iter().zip(plain.slices()) {
                assert_eq!(ours.len(), plain.len());
                assert!(ours.iter().zip(plain).all(|(a, b)| (a - b).abs() < 1e-13));
            }
            let (ours, plain) =
                (Model::forward(&fast, inputs.view()), network.forward(inputs.view()));
            assert!((ours - plain).iter().all(|difference| difference.abs() < 1e-13));
        }
    }
}

/// A difference in the last digit grows from step to step, the faster the larger the steps; after three
/// epochs in double precision it is still below 1e-9, where the weights have moved by 0.001 and more.
#[test]
fn a_fast_training_is_the_plain_one_with_each_rule() {
    let data = small(50);
    for optimizer in RULES {
        for (hidden, batch_size) in [(vec![12], 8), (vec![140, 9], 50)] {
            let recipe = Recipe { hidden, batch_size, optimizer, epochs: 3, ..recipe(&[]) };
            let recipe = Recipe { learning_rate: 0.01, ..recipe };
            let mut plain = recipe.trainer::<f64, _>(20, generator(4));
            let mut fast = Fast::<f64>::trainer(&recipe, 20, generator(4));
            let start = plain.model.clone();
            assert_eq!(fast.model.network, start);
            for _ in 0..recipe.epochs {
                let (one, other) = (plain.epoch(&data, || ()), fast.epoch(&data, || ()));
                assert!((one - other).abs() < 1e-9, "{one} and {other}");
            }
            let moved = distance(&plain.model, &start);
            let apart = distance(&plain.model, &fast.model.network);
            assert!(moved > 0.001 && apart < 1e-9, "{optimizer:?}: moved {moved}, apart {apart}");
        }
    }
}

/// Large enough that products and updates are shared out.
#[test]
fn threads_do_not_change_a_bit_of_a_training() {
    let mut generator = generator(7);
    let inputs = random((64, 700), 0.8, &mut generator);
    let labels: Vec<u8> = (0..64).map(|r| (r % 10) as u8).collect();
    let targets = ch02_forward::one_hot::<f64>(&labels, 10);
    let train = || {
        let network = recipe(&[300, 280]).network::<f64>(700, &mut crate::common::generator(0));
        let (mut model, mut adam) = (Fast { network }, Adam::default());
        for _ in 0..3 {
            let batch = (inputs.view(), targets.view());
            train_step(&mut model, &mut adam, 0.001, batch, &mut crate::common::generator(0));
        }
        model
    };
    let alone = in_pool_of(1, train);
    for threads in [2, 3, 8] {
        assert!(in_pool_of(threads, train) == alone, "{threads} threads");
    }
}
