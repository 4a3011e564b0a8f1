use super::trained;
use ch01_neuron::*;
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;

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

proptest! {
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
