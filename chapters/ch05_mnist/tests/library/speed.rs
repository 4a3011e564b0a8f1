//! What `src/speed.rs` promises.

use approx::assert_relative_eq;
use ch02_forward::Loss;
use ch03_backprop::LossBackward;
use ch05_mnist::*;
use ndarray::{Array2, array};
use rand::RngExt;
use rayon::prelude::*;

use super::common::*;
use super::{recipe, small};

fn in_pool_of<R: Send>(threads: usize, job: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(job)
}

/// To the last bit: with layers whose gradients wait and others, batches of all sizes, each rule.
#[test]
fn a_fast_network_takes_the_steps_of_a_plain_one() {
    let data = small(67);
    for optimizer in [OptimizerName::Adam, OptimizerName::Sgd, OptimizerName::AdamW] {
        for hidden in [&[64][..], &[], &[10], &[128, 64]] {
            let recipe = Recipe { optimizer, epochs: 3, ..recipe(hidden) };
            let mut plain = recipe.trainer::<f32, _>(data.pixels(), generator(1));
            let mut fast = Fast::<f32>::trainer(&recipe, data.pixels(), generator(1));
            for _ in 0..recipe.epochs {
                let loss = plain.epoch(&data, || ());
                assert_relative_eq!(fast.epoch(&data, || ()), loss, max_relative = 1e-6);
            }
            assert!(plain.model == fast.model.network, "{optimizer:?} {hidden:?}");
        }
    }
}

#[test]
fn threads_do_not_change_a_bit_of_a_training() {
    let data = small(40);
    let recipe = Recipe { epochs: 2, ..recipe(&[2048]) };
    let train = || {
        let mut trainer = Fast::<f32>::trainer(&recipe, data.pixels(), generator(1));
        let losses = [(); 2].map(|()| trainer.epoch(&data, || ()));
        (trainer.model, losses)
    };
    let alone = in_pool_of(1, train);
    for threads in [2, 3, 8] {
        assert!(in_pool_of(threads, train) == alone, "{threads} threads");
    }
}

#[test]
fn losses_and_their_gradient_are_those_that_are_computed_apart() {
    let mut generator = generator(3);
    let loss = Loss::SoftmaxCrossEntropy;
    for examples in [1, 2, 32] {
        let logits = Array2::from_shape_simple_fn((examples, 10), || {
            20.0 * generator.random::<f64>() - 10.0
        });
        let targets = Array2::from_shape_fn((examples, 10), |(r, j)| f64::from(r % 10 == j));
        let (losses, gradient) = softmax_and_losses(logits.view(), targets.view(), examples);
        let mean = losses.iter().sum::<f64>() / examples as f64;
        assert_relative_eq!(mean, loss.value(logits.view(), targets.view()), max_relative = 1e-12);
        assert_eq!(gradient, loss.gradient(logits.view(), targets.view()));
    }
}

#[test]
fn huge_logits_have_finite_losses_and_not_a_number_is_seen() {
    let (logits, targets) = (array![[1e4_f32, -1e4], [0.0, 1e30]], array![[0.0, 1.0], [0.0, 1.0]]);
    let (losses, gradient) = softmax_and_losses(logits.view(), targets.view(), 2);
    assert_eq!(losses, [2e4, 0.0]);
    assert_eq!(gradient, array![[0.5, -0.5], [0.0, 0.0]]);
    let (losses, _) = softmax_and_losses(
        array![[f32::NAN, 1.0]].view(),
        targets.view().split_at(ndarray::Axis(0), 1).0,
        1,
    );
    assert!(losses[0].is_nan());
}

#[test]
#[should_panic(expected = "loss: logits (2, 3) and targets (2, 4) differ")]
fn targets_of_another_shape_are_refused() {
    softmax_and_losses(Array2::<f64>::zeros((2, 3)).view(), Array2::zeros((2, 4)).view(), 2);
}

#[test]
fn threads_are_kept_awake_until_the_work_is_done_or_has_failed() {
    for threads in [1, 2, 3] {
        let counted = in_pool_of(threads, || {
            keep_awake(|| (0..1000).map(|k| rayon::join(|| k, || k).1).sum::<i32>())
        });
        assert_eq!(counted, 499_500, "{threads} threads");
        let several = in_pool_of(threads, || {
            let work = |k| keep_awake(|| rayon::join(|| k, || 2 * k).1);
            (0..20).into_par_iter().map(work).sum::<i32>()
        });
        assert_eq!(several, 380, "{threads} threads, several at once");
        let failed = std::panic::catch_unwind(|| {
            in_pool_of(threads, || keep_awake(|| panic!("the work has failed")))
        });
        assert!(failed.is_err(), "{threads} threads");
    }
    assert_eq!(keep_awake(|| 7), 7, "in no pool");
}
