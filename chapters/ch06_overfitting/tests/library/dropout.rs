//! What `src/dropout.rs` promises.

use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{GradientCheck, LossBackward, NetworkBackward, all_entries};
use ch06_overfitting::*;
use ndarray::Array2;
use rand::RngExt;

use super::{SOME, generator, network, noise};

#[test]
fn gradients_through_masks_are_the_slopes_of_the_loss() {
    let (network, mut generator) = (network(), generator());
    let (inputs, targets) = (noise(7, 6, &mut generator), noise(7, 3, &mut generator));
    let masks = network.masks(7, SOME, &mut generator);
    let loss = Loss::MeanSquaredError;
    let trace = network.masked_trace(inputs.view(), masks.clone());
    let output_gradient = loss.gradient(trace.trace.output(), targets.view());
    let gradients = network.masked_backward(&trace, output_gradient);
    let value = |network: &Network<f64>| {
        let output = network.masked_trace(inputs.view(), masks.clone()).trace.output().to_owned();
        loss.value(output.view(), targets.view())
    };
    let check = GradientCheck::default();
    check.network(&network, &gradients, all_entries(&network), value).unwrap();
}

#[test]
fn with_every_unit_kept_a_masked_pass_is_the_plain_one_to_the_last_bit() {
    let (network, mut generator) = (network(), generator());
    let inputs = noise(7, 6, &mut generator);
    let masks = network.masks(7, NetworkDropout::NONE, &mut generator);
    let (masked, plain) =
        (network.masked_trace(inputs.view(), masks), network.trace(inputs.view()));
    assert_eq!(masked.trace.output(), plain.output());
    assert_eq!(masked.trace.pre_activations, plain.pre_activations);
    let gradient = noise(7, 3, &mut generator);
    let by_masks = network.masked_backward(&masked, gradient.clone());
    assert_eq!(by_masks, network.backward(inputs.view(), &plain, gradient));
}

#[test]
fn masks_fit_what_each_layer_is_given_and_keep_the_probabilities_asked_for() {
    let activations = (Activation::Relu, Activation::Identity);
    let sizes = [300, 200, 100, 3];
    let network = Network::<f64>::new(&sizes, activations, Initialization::Zeros, &mut generator());
    let masks = network.masks(50, NetworkDropout::PAPER, &mut generator());
    for (mask, (inputs, keep)) in masks.iter().zip([(300, 0.8), (200, 0.5), (100, 0.5)]) {
        assert_eq!(mask.dim(), (50, inputs));
        assert!((mask.mean().unwrap() - 1.0).abs() < 0.05);
        assert!(mask.iter().all(|&m| m == 0.0 || m == 1.0 / keep));
    }
    assert_eq!(masks.len(), 3);
}

#[test]
fn keeping_everything_draws_no_random_number() {
    let (mut used, mut unused) = (generator(), generator());
    let mask: Array2<f32> = Dropout { keep: 1.0 }.mask((3, 2), &mut used);
    assert_eq!(mask, Array2::<f32>::ones((3, 2)));
    assert_eq!(used.random::<u64>(), unused.random::<u64>());
}

#[test]
fn masks_in_f32_and_f64_are_alike() {
    let small: Array2<f32> = Dropout { keep: 0.5 }.mask((9, 9), &mut generator());
    let large: Array2<f64> = Dropout { keep: 0.5 }.mask((9, 9), &mut generator());
    assert_eq!(small.mapv(f64::from), large);
}

#[test]
fn a_share_to_keep_is_above_0_and_at_most_1() {
    for keep in [0.0, -0.5, 1.5, f64::NAN] {
        let draw = || Dropout { keep }.mask::<f64>((1, 1), &mut generator());
        let error = std::panic::catch_unwind(draw).unwrap_err();
        let message = error.downcast_ref::<String>().unwrap();
        assert_eq!(message, &format!("dropout: keep {keep} must be above 0 and at most 1"));
    }
}

#[test]
#[should_panic(expected = "dropout: mask (2, 3) and gradient (1, 3) differ")]
fn a_mask_of_another_shape_is_not_stretched() {
    let _ = Dropout::backward(Array2::<f64>::ones((2, 3)).view(), Array2::ones((1, 3)));
}

#[test]
#[should_panic(expected = "dropout: mask (2, 6) and inputs (1, 6) differ")]
fn a_mask_of_the_forward_pass_is_not_stretched_either() {
    let masks = [6, 5, 4].map(|units| Array2::ones((2, units))).to_vec();
    let _ = network().masked_trace(Array2::zeros((1, 6)).view(), masks);
}

#[test]
#[should_panic(expected = "dropout: a network of 3 layers, 2 masks")]
fn every_layer_needs_a_mask() {
    let masks = vec![Array2::ones((1, 6)), Array2::ones((1, 5))];
    let _ = network().masked_trace(Array2::zeros((1, 6)).view(), masks);
}
