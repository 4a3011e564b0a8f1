//! What all rules have in common, and how they train a network.

use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss, Network, TransposedProduct};
use ch03_backprop::{Gradients, LossBackward, NetworkBackward};
use ndarray::{Array2, array};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{generator, random, rules, step};
use ch04_optimizers::*;

#[test]
fn every_rule_goes_downhill() {
    for (name, mut rule) in rules::<f64>() {
        let mut theta = [3.0, -2.0];
        let height = |theta: &[f64; 2]| theta[0] * theta[0] + 4.0 * theta[1] * theta[1];
        let start = height(&theta);
        for _ in 0..500 {
            let gradient = [2.0 * theta[0], 8.0 * theta[1]];
            step(&mut *rule, 0.01, &mut theta, &gradient);
        }
        assert!(height(&theta) < 0.9 * start, "{name}: {} of {start}", height(&theta));
    }
}

#[test]
fn every_rule_in_f32_goes_where_it_goes_in_f64() {
    for ((name, mut single), (_, mut double)) in rules::<f32>().into_iter().zip(rules::<f64>()) {
        let (mut theta32, mut theta64) = ([0.5_f32, -0.25], [0.5_f64, -0.25]);
        for _ in 0..10 {
            step(&mut *single, 0.125, &mut theta32, &[1.0, -0.5]);
            step(&mut *double, 0.125, &mut theta64, &[1.0, -0.5]);
        }
        for (single, double) in theta32.into_iter().zip(theta64) {
            let error = (f64::from(single) - double).abs();
            assert!(error < 1e-3 * double.abs().max(1.0), "{name}: {single} and {double}");
        }
    }
}

#[test]
fn the_same_steps_give_the_same_weights() {
    for ((name, mut one), (_, mut other)) in rules::<f64>().into_iter().zip(rules()) {
        let (mut generator, mut again) = (generator(), generator());
        let (mut first, mut second) = ([1.0; 8], [1.0; 8]);
        for _ in 0..20 {
            step(&mut *one, 0.01, &mut first, &random(8, &mut generator));
            step(&mut *other, 0.01, &mut second, &random(8, &mut again));
        }
        assert_eq!(first, second, "{name}");
    }
}

#[test]
fn not_a_number_stays_with_its_own_weight() {
    for (name, mut rule) in rules::<f64>() {
        let mut theta = [1.0, 1.0];
        step(&mut *rule, 0.01, &mut theta, &[f64::NAN, 1.0]);
        step(&mut *rule, 0.01, &mut theta, &[1.0, 1.0]);
        assert!(theta[0].is_nan() && theta[1].is_finite(), "{name}: {theta:?}");
    }
}

#[test]
fn no_parameters_and_empty_ones_are_steps_too() {
    for (_, mut rule) in rules::<f64>() {
        rule.step(0.01, vec![]);
        rule.step(0.01, vec![]);
    }
    for (_, mut rule) in rules::<f64>() {
        step(&mut *rule, 0.01, &mut [], &[]);
        step(&mut *rule, 0.01, &mut [], &[]);
    }
}

#[test]
fn other_parameters_than_at_the_first_step_are_refused() {
    let second_steps: [&[usize]; 4] = [&[3], &[3, 4, 1], &[3, 5], &[3, 2]];
    for (second, rule) in second_steps.into_iter().flat_map(|s| (0..7).map(move |r| (s, r))) {
        let message = std::panic::catch_unwind(|| {
            let (_, mut rule) = rules::<f64>().swap_remove(rule);
            for lengths in [&[3, 4][..], second] {
                let mut lists: Vec<_> =
                    lengths.iter().map(|&n| (vec![1.0; n], vec![1.0; n])).collect();
                let parameters = lists
                    .iter_mut()
                    .map(|(values, gradient)| Parameter::new(values, gradient))
                    .collect();
                rule.step(0.01, parameters);
            }
        });
        let message = *message.expect_err("was to panic").downcast::<String>().expect("a text");
        let expected = format!("optimizer: parameters {second:?}, at the first step [3, 4]");
        assert_eq!(message, expected);
    }
}

#[test]
#[should_panic(expected = "optimizer: 3 weights, 2 gradients")]
fn a_gradient_of_another_length_is_refused() {
    step(&mut Sgd::default(), 0.01, &mut [1.0; 3], &[1.0; 2]);
}

fn network(sizes: &[usize]) -> Network<f64> {
    let functions = (Activation::Tanh, Activation::Identity);
    Network::new(sizes, functions, Initialization::Xavier, &mut generator())
}

fn gradients(
    network: &Network<f64>,
    inputs: &Array2<f64>,
    targets: &Array2<f64>,
) -> Gradients<f64> {
    let trace = network.trace(inputs.view());
    let output_gradient = Loss::BinaryCrossEntropy.gradient(trace.output(), targets.view());
    network.backward(inputs.view(), &trace, output_gradient)
}

#[test]
fn two_layers_learn_the_xor_that_one_neuron_cannot() {
    let inputs = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let targets = array![[0.0], [1.0], [1.0], [0.0]];
    for (name, mut rule) in [
        ("Momentum", Box::new(Momentum::new(0.9)) as Box<dyn Optimizer<f64>>),
        ("Adam", Box::new(Adam::default())),
    ] {
        let mut network = network(&[2, 8, 1]);
        for _ in 0..500 {
            let gradients = gradients(&network, &inputs, &targets);
            rule.step(0.05, parameters(&mut network, &gradients));
        }
        let answers = network.forward(inputs.view()).mapv(|z| f64::from(u8::from(z > 0.0)));
        assert_eq!(answers, targets, "{name}");
    }
}

#[test]
fn a_network_pairs_each_parameter_with_its_gradient() {
    let mut network = network(&[2, 3, 1]);
    let before = network.clone();
    let gradients = gradients(&network, &Array2::ones((4, 2)), &Array2::zeros((4, 1)));
    Sgd::default().step(0.5, parameters(&mut network, &gradients));
    for (l, layer) in network.layers.iter().enumerate() {
        let (old, gradient) = (&before.layers[l].dense, &gradients.layers[l]);
        assert_eq!(layer.dense.weights, &old.weights - 0.5 * &gradient.weights);
        assert_eq!(layer.dense.bias, &old.bias - 0.5 * &gradient.bias);
    }
}

#[test]
#[should_panic(expected = "optimizer: a network of 2 layers, gradients of 1")]
fn gradients_of_another_network_are_refused() {
    let other = network(&[2, 1]);
    let gradients = gradients(&other, &Array2::ones((4, 2)), &Array2::zeros((4, 1)));
    parameters(&mut network(&[2, 3, 1]), &gradients);
}

/// To the last bit, whichever the rule, and with so many weights that several threads take part.
#[test]
fn a_gradient_that_waits_leads_to_the_same_weights() {
    let mut generator = generator();
    for (rows, columns) in [(1, 64), (7, 128), (600, 128)] {
        let start = random(rows * columns, &mut generator);
        for ((name, mut plain), (_, mut walk)) in rules::<f64>().into_iter().zip(rules()) {
            let (mut one, mut two) = (start.clone(), start.clone());
            for _ in 0..3 {
                let x = random(5 * rows, &mut generator).into_iter().enumerate();
                let x = x.map(|(i, x)| if i % 4 == 0 { x } else { 0.0 }).collect();
                let x = Array2::from_shape_vec((5, rows), x).unwrap();
                let delta = random(5 * columns, &mut generator);
                let delta = Array2::from_shape_vec((5, columns), delta).unwrap();
                let product = TransposedProduct::new(x.view(), delta.view());
                let gradient = Gradient::Product(&product);
                step(&mut *plain, 0.01, &mut one, &gradient.numbers());
                walk.step(0.01, vec![Parameter { values: &mut two, gradient }]);
            }
            assert!(one == two && one != start, "{name}, {rows} × {columns}");
            assert!(plain.snapshot() == walk.snapshot(), "{name}, {rows} × {columns}");
        }
    }
}

#[test]
#[should_panic(expected = "optimizer: 127 weights, 2 × 64 gradients")]
fn a_product_of_another_size_is_refused() {
    let (x, delta) = (Array2::<f64>::ones((1, 2)), Array2::ones((1, 64)));
    let gradient = Gradient::Product(&TransposedProduct::new(x.view(), delta.view()));
    let mut values = [0.0; 127];
    rules().remove(0).1.step(0.01, vec![Parameter { values: &mut values, gradient }]);
}

proptest! {
    /// Each weight has its own memory: cut anywhere into lists, the weights take the same path.
    #[test]
    fn how_weights_are_cut_into_lists_does_not_matter(cut in 0..=10_usize, seed in any::<u64>()) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let start = random(10, &mut generator);
        for ((name, mut whole), (_, mut cut_in_two)) in rules::<f64>().into_iter().zip(rules()) {
            let (mut one, mut two) = (start.clone(), start.clone());
            for _ in 0..5 {
                let gradient = random(10, &mut generator);
                step(&mut *whole, 0.01, &mut one, &gradient);
                let (front, back) = two.split_at_mut(cut);
                let (front_gradient, back_gradient) = gradient.split_at(cut);
                cut_in_two.step(0.01, vec![
                    Parameter::new(front, front_gradient),
                    Parameter::new(back, back_gradient),
                ]);
            }
            prop_assert_eq!(one, two, "{}", name);
        }
    }

    #[test]
    fn a_learning_rate_of_0_moves_nothing(seed in any::<u64>()) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let start = random(10, &mut generator);
        for (name, mut rule) in rules::<f64>() {
            let mut theta = start.clone();
            for _ in 0..3 {
                step(&mut *rule, 0.0, &mut theta, &random(10, &mut generator));
            }
            prop_assert_eq!(&theta, &start, "{}", name);
        }
    }
}
