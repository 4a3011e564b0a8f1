//! The backward pass of a network.

use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss, Network};
use ndarray::Array2;
use proptest::prelude::*;

use super::{generator, gradients, network, random};
use ch03_backprop::{GradientCheck, LossBackward, NetworkBackward, all_entries};

#[test]
fn a_backward_pass_changes_nothing_and_can_be_repeated() {
    let mut generator = generator();
    let (network, x) = (network(&[4, 5, 3]), random((6, 4), &mut generator));
    let (before, y) = (network.clone(), random((6, 3), &mut generator));
    assert_eq!(gradients(&network, &x, &y), gradients(&network, &x, &y));
    assert_eq!(network, before);
}

#[test]
fn threads_do_not_change_a_bit_of_a_gradient() {
    let mut generator = generator();
    let network = network(&[300, 300, 10]);
    let (x, y) = (random((128, 300), &mut generator), random((128, 10), &mut generator));
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| gradients(&network, &x, &y))
    };
    assert_eq!(with(1), with(2));
    assert_eq!(with(1), with(3));
}

#[test]
fn a_batch_has_the_mean_of_the_gradients_of_its_examples() {
    let mut generator = generator();
    let network = network(&[4, 5, 3]);
    let (x, y) = (random((6, 4), &mut generator), random((6, 3), &mut generator));
    let together = gradients(&network, &x, &y).slices().concat();
    let mut mean = vec![0.0; together.len()];
    for n in 0..6 {
        let row = |of: &Array2<f64>| of.row(n).to_owned().insert_axis(ndarray::Axis(0));
        let alone = gradients(&network, &row(&x), &row(&y)).slices().concat();
        mean.iter_mut().zip(alone).for_each(|(mean, g)| *mean += g / 6.0);
    }
    for (together, mean) in together.into_iter().zip(mean) {
        assert!((together - mean).abs() < 1e-15, "{together} and {mean}");
    }
}

#[test]
fn a_network_of_steps_has_no_gradient_to_learn_from() {
    let functions = (Activation::Step, Activation::Identity);
    let network: Network<f64> =
        Network::new(&[4, 5, 3], functions, Initialization::Xavier, &mut generator());
    let mut generator = generator();
    let gradients =
        gradients(&network, &random((6, 4), &mut generator), &random((6, 3), &mut generator));
    assert!(gradients.slices()[..2].concat().iter().all(|&g| g == 0.0));
    assert!(gradients.slices()[2..].concat().iter().any(|&g| g != 0.0));
}

#[test]
fn a_perfect_answer_has_no_gradient() {
    let (network, x) = (network(&[4, 5, 3]), random((6, 4), &mut generator()));
    let gradients = gradients(&network, &x, &network.forward(x.view()));
    assert!(gradients.slices().concat().iter().all(|&g| g == 0.0));
}

#[test]
fn not_a_number_in_the_loss_reaches_the_gradients() {
    let (network, x) = (network(&[4, 5, 3]), random((6, 4), &mut generator()));
    let gradients = gradients(&network, &x, &Array2::from_elem((6, 3), f64::NAN));
    assert!(gradients.slices().concat().iter().all(|g| g.is_nan()));
}

proptest! {
    #[test]
    fn gradients_pair_up_with_parameters(sizes in prop::collection::vec(1..5_usize, 2..5)) {
        let network = network::<f64>(&sizes);
        let (inputs, outputs) = (sizes[0], sizes[sizes.len() - 1]);
        let gradients = gradients(&network, &Array2::ones((3, inputs)), &Array2::ones((3, outputs)));
        let lengths = |lists: Vec<&[f64]>| lists.into_iter().map(<[f64]>::len).collect::<Vec<_>>();
        prop_assert_eq!(lengths(gradients.slices()), lengths(network.parameters()));
    }
}

/// A mask for what each layer but the first is given: 0 where an activation is dropped, 2 elsewhere.
fn masks() -> [Array2<f64>; 2] {
    let mut generator = generator();
    [5, 3].map(|width| random((6, width), &mut generator).mapv(|x| if x < 0.0 { 0.0 } else { 2.0 }))
}

#[test]
fn a_backward_pass_takes_back_what_was_done_between_two_layers() {
    let mut generator = generator();
    let (network, masks) = (network(&[4, 5, 3, 2]), masks());
    let (x, y) = (random((6, 4), &mut generator), random((6, 2), &mut generator));
    let masked = |network: &Network<f64>| {
        network.trace_with(x.view(), |index, activations| activations * &masks[index - 1])
    };
    let loss =
        |network: &Network<f64>| Loss::MeanSquaredError.value(masked(network).output(), y.view());
    let trace = masked(&network);
    let output_gradient = Loss::MeanSquaredError.gradient(trace.output(), y.view());
    let mut places = Vec::new();
    let gradients =
        network.backward_with(x.view(), &trace, output_gradient.clone(), |index, gradient| {
            places.push((index, gradient.dim()));
            gradient * &masks[index - 1]
        });
    assert_eq!(places, [(2, (6, 3)), (1, (6, 5))]);
    let check = |gradients| {
        GradientCheck::default().network(&network, gradients, all_entries(&network), loss)
    };
    assert!(check(&gradients).is_ok(), "{:?}", check(&gradients));
    let unmasked = network.backward(x.view(), &trace, output_gradient);
    assert!(check(&unmasked).is_err());
}

#[test]
fn with_nothing_done_between_layers_it_is_the_plain_backward_pass() {
    let mut generator = generator();
    let network = network(&[4, 5, 3, 2]);
    let (x, y) = (random((6, 4), &mut generator), random((6, 2), &mut generator));
    let trace = network.trace(x.view());
    let output_gradient = Loss::MeanSquaredError.gradient(trace.output(), y.view());
    let plain = gradients(&network, &x, &y);
    let with = network.backward_with(x.view(), &trace, output_gradient, |_, gradient| gradient);
    assert_eq!(plain, with);
}
