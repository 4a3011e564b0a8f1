//! How the code of chapter 1 behaves, apart from its formulas.

use crate::*;
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;

fn trained(gate: Gate, max_epochs: usize) -> (Neuron<f64>, PerceptronRun) {
    let (inputs, targets) = gate.examples();
    let mut neuron = Neuron::zeros(2, Activation::Step);
    let run = train_perceptron(&mut neuron, inputs.view(), targets.view(), max_epochs);
    (neuron, run)
}

#[test]
fn and_or_and_nand_are_learned_by_one_neuron() {
    for gate in [Gate::And, Gate::Or, Gate::Nand] {
        let (neuron, run) = trained(gate, 100);
        assert!(run.converged, "{gate:?}: {run:?}");
        assert!(run.mistakes > 0 && run.epochs > 1, "{gate:?}: {run:?}");
        let (inputs, targets) = gate.examples();
        let answers: Array1<f64> = inputs.rows().into_iter().map(|x| neuron.output(x)).collect();
        assert_eq!(answers, targets, "{gate:?}");
    }
}

#[test]
fn xor_cannot_be_learned_by_one_neuron() {
    let (_, run) = trained(Gate::Xor, 1000);
    assert_eq!((run.epochs, run.converged), (1000, false));
    assert!(run.mistakes >= 1000, "a pass without a mistake would have been the last: {run:?}");
}

#[test]
fn gates_have_their_truth_tables() {
    for (gate, table) in [
        (Gate::And, [0.0, 0.0, 0.0, 1.0]),
        (Gate::Or, [0.0, 1.0, 1.0, 1.0]),
        (Gate::Nand, [1.0, 1.0, 1.0, 0.0]),
        (Gate::Xor, [0.0, 1.0, 1.0, 0.0]),
    ] {
        let (inputs, targets) = gate.examples::<f64>();
        assert_eq!(inputs, array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
        assert_eq!(targets, Array1::from(table.to_vec()), "{gate:?}");
    }
}

#[test]
fn a_perceptron_that_is_right_stays_as_it_is() {
    let (mut neuron, _) = trained(Gate::And, 100);
    let (before, (inputs, targets)) = (neuron.clone(), Gate::And.examples());
    let run = train_perceptron(&mut neuron, inputs.view(), targets.view(), 100);
    assert_eq!(run, PerceptronRun { epochs: 1, mistakes: 0, converged: true });
    assert_eq!(neuron, before);
}

#[test]
fn no_epochs_teach_nothing() {
    let (neuron, run) = trained(Gate::And, 0);
    assert_eq!(neuron, Neuron::zeros(2, Activation::Step));
    assert_eq!(run, PerceptronRun { epochs: 0, mistakes: 0, converged: false });
}

#[test]
fn the_bound_on_mistakes_can_be_reached() {
    // One example at the origin that should give 0: R = γ = 1, so at most one mistake.
    let judge = Neuron { weights: array![0.0], bias: -1.0, activation: Activation::Step };
    let (inputs, targets) = (Array2::zeros((1, 1)), array![0.0]);
    assert_eq!(mistake_bound(&judge, inputs.view(), targets.view()), 1.0);
    let mut neuron = Neuron::zeros(1, Activation::Step);
    assert_eq!(train_perceptron(&mut neuron, inputs.view(), targets.view(), 9).mistakes, 1);
}

#[test]
fn the_bound_on_mistakes_is_infinite_for_a_neuron_that_does_not_separate() {
    let (neuron, _) = trained(Gate::And, 100);
    let (inputs, targets) = Gate::Xor.examples();
    assert_eq!(mistake_bound(&neuron, inputs.view(), targets.view()), f64::INFINITY);
}

#[test]
fn the_bound_on_mistakes_is_infinite_for_a_neuron_of_zeros() {
    let (inputs, targets) = Gate::And.examples::<f64>();
    let nothing = Neuron::zeros(2, Activation::Step);
    assert_eq!(mistake_bound(&nothing, inputs.view(), targets.view()), f64::INFINITY);
    let ones = Array1::ones(4);
    assert_eq!(mistake_bound(&nothing, inputs.view(), ones.view()), f64::INFINITY);
}

#[test]
fn on_xor_the_rule_goes_round_in_a_circle() {
    let state = |max_epochs| trained(Gate::Xor, max_epochs).0;
    let (second, third) = (state(2), state(3));
    assert_eq!((second.weights[0], second.weights[1], second.bias), (-1.0, 0.0, 0.0));
    assert_eq!(second, third, "so every later pass is like the third");
}

#[test]
#[should_panic(expected = "a neuron needs one input for each weight")]
fn a_neuron_refuses_too_few_inputs() {
    Neuron::<f64>::zeros(3, Activation::Relu).output(array![1.0, 2.0].view());
}

#[test]
#[should_panic(expected = "the perceptron needs one target for each input")]
fn the_perceptron_refuses_a_missing_target() {
    let mut neuron = Neuron::<f64>::zeros(2, Activation::Step);
    train_perceptron(&mut neuron, Array2::zeros((3, 2)).view(), array![0.0, 1.0].view(), 1);
}

#[test]
#[should_panic(expected = "the bound needs one target for each input")]
fn the_bound_refuses_a_missing_target() {
    let neuron = Neuron::<f64>::zeros(2, Activation::Step);
    mistake_bound(&neuron, Array2::zeros((3, 2)).view(), array![0.0, 1.0].view());
}

#[test]
fn nothing_overflows_at_a_thousand_and_beyond() {
    for activation in Activation::ALL {
        for z in [0.0, 1000.0, -1000.0, 1e30, -1e30] {
            assert!(activation.value::<f64>(z).is_finite(), "{activation:?}({z})");
            assert!(activation.derivative::<f64>(z).is_finite(), "{activation:?}'({z})");
            assert!(activation.value::<f32>(z as f32).is_finite(), "{activation:?}({z}), f32");
            assert!(
                activation.derivative::<f32>(z as f32).is_finite(),
                "{activation:?}'({z}), f32"
            );
        }
    }
}

#[test]
fn at_infinity_every_function_has_its_limit() {
    use Activation::{Gelu, Identity, LeakyRelu, Relu, Sigmoid, Softplus, Step, Tanh};
    let inf = f64::INFINITY;
    for (activation, values, derivatives) in [
        (Identity, [-inf, inf], [1.0, 1.0]),
        (Step, [0.0, 1.0], [0.0, 0.0]),
        (Sigmoid, [0.0, 1.0], [0.0, 0.0]),
        (Tanh, [-1.0, 1.0], [0.0, 0.0]),
        (Relu, [0.0, inf], [0.0, 1.0]),
        (LeakyRelu, [-inf, inf], [0.01, 1.0]),
        (Softplus, [0.0, inf], [0.0, 1.0]),
        (Gelu, [0.0, inf], [0.0, 1.0]),
    ] {
        assert_eq!([-inf, inf].map(|z| activation.value(z)), values, "{activation:?}");
        let found = [-inf, inf].map(|z| activation.derivative(z));
        assert_eq!(found, derivatives, "{activation:?}'");
    }
}

#[test]
fn not_a_number_passes_through_every_function_but_the_step() {
    for activation in Activation::ALL.into_iter().filter(|&f| f != Activation::Step) {
        assert!(activation.value(f64::NAN).is_nan(), "{activation:?}");
    }
}

#[test]
fn a_list_becomes_what_its_numbers_become_one_by_one() {
    let points: Vec<f64> = (-50..=50).map(|i| f64::from(i) / 7.0).collect();
    for activation in Activation::ALL {
        let (mut values, mut derivatives) = (points.clone(), points.clone());
        activation.apply(&mut values);
        activation.apply_derivative(&mut derivatives);
        for (i, &z) in points.iter().enumerate() {
            assert_eq!(values[i], activation.value(z));
            assert_eq!(derivatives[i], activation.derivative(z));
        }
        activation.apply::<f64>(&mut []);
    }
}

proptest! {
    #[test]
    fn sigmoid_is_between_0_and_1_and_climbs(z in -1000.0..1000.0_f64, step in 0.0..10.0_f64) {
        prop_assert!((0.0..=1.0).contains(&sigmoid(z)));
        prop_assert!(sigmoid(z + step) >= sigmoid(z));
        prop_assert!((0.0..=0.25).contains(&sigmoid_derivative(z)));
    }

    #[test]
    fn tanh_is_between_minus_1_and_1_and_odd(z in -1000.0..1000.0_f64) {
        prop_assert!((-1.0..=1.0).contains(&tanh(z)));
        prop_assert_eq!(tanh(-z), -tanh(z));
        prop_assert!((0.0..=1.0).contains(&tanh_derivative(z)));
    }

    #[test]
    fn softplus_lies_above_relu_by_at_most_the_logarithm_of_2(z in -1000.0..1000.0_f64) {
        let above = softplus(z) - relu(z);
        prop_assert!((0.0..=std::f64::consts::LN_2).contains(&above));
    }

    #[test]
    fn gelu_lies_between_minus_a_fifth_and_relu(z in -1000.0..1000.0_f64) {
        prop_assert!(gelu(z) >= -0.2 && gelu(z) <= relu(z));
    }

    /// 2e-6: sixteen times ε of `f32`, for functions whose values are compared at size 1 and more.
    #[test]
    fn f32_agrees_with_f64(z in -20.0..20.0_f32) {
        for activation in Activation::ALL {
            let single = f64::from(activation.value(z));
            let double = activation.value(f64::from(z));
            prop_assert!((single - double).abs() <= 2e-6 * double.abs().max(1.0), "{activation:?}");
            let single = f64::from(activation.derivative(z));
            let double = activation.derivative(f64::from(z));
            prop_assert!((single - double).abs() <= 2e-6, "{activation:?}'");
        }
    }

    #[test]
    fn a_perceptron_that_converges_has_no_mistakes_left(
        inputs in prop::collection::vec(-1.0..1.0_f64, 10),
        targets in prop::collection::vec(prop::bool::ANY, 5),
    ) {
        let inputs = Array2::from_shape_vec((5, 2), inputs).unwrap();
        let targets: Array1<f64> = targets.iter().map(|&t| f64::from(u8::from(t))).collect();
        let mut neuron = Neuron::zeros(2, Activation::Step);
        let run = train_perceptron(&mut neuron, inputs.view(), targets.view(), 200);
        if run.converged {
            let answers: Array1<f64> = inputs.rows().into_iter().map(|x| neuron.output(x)).collect();
            prop_assert_eq!(answers, &targets);
            let bound = mistake_bound(&neuron, inputs.view(), targets.view());
            prop_assert!(run.mistakes as f64 <= bound * (1.0 + 1e-9));
        }
    }
}

#[test]
fn numbers_of_both_types_are_the_same_numbers_as_f64() {
    for number in [0.0, -1.5, 0.1_f32, f32::MAX, f32::MIN_POSITIVE] {
        assert_eq!(number.as_f64(), f64::from(number));
        assert_eq!(f32::of(number.as_f64()), number);
        assert_eq!(f64::from(number).as_f64(), f64::from(number));
    }
    assert_eq!(f32::of(0.1), 0.1);
}
