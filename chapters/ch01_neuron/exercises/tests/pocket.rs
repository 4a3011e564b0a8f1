//! What the pocket has to do.

use super::*;
use ch01_neuron::{Activation, Gate, train_perceptron};
use ndarray::{Array1, Array2, array};

/// A neuron with a step and these two weights and bias.
fn neuron(w1: f64, w2: f64, bias: f64) -> Neuron<f64> {
    Neuron { weights: array![w1, w2], bias, activation: Activation::Step }
}

/// A square of 25 points. Those above the diagonal want a 1, and two labels of the 25 are wrong.
fn mislabeled() -> (Array2<f64>, Array1<f64>) {
    let place = |index: usize| [(index % 5) as f64, (index / 5) as f64];
    let inputs = Array2::from_shape_fn((25, 2), |(row, column)| place(row)[column]);
    let wanted = |index: usize| {
        let [x1, x2] = place(index);
        let typo = index == 4 || index == 20;
        f64::from(u8::from((x2 > x1) != typo))
    };
    (inputs, Array1::from_shape_fn(25, wanted))
}

#[test]
fn mistakes_counts_the_wrong_answers() {
    let (inputs, targets) = Gate::And.examples();
    for (candidate, expected) in
        [(neuron(2.0, 2.0, -3.0), 0), (neuron(0.0, 0.0, 0.0), 3), (neuron(-1.0, -1.0, 1.0), 4)]
    {
        let found = mistakes(&candidate, inputs.view(), targets.view());
        assert_eq!(found, expected, "mistakes of {candidate:?} on AND");
    }
}

#[test]
fn where_a_line_separates_the_pocket_holds_what_the_perceptron_rule_finds() {
    for gate in [Gate::And, Gate::Or, Gate::Nand] {
        let (inputs, targets) = gate.examples();
        let mut learner = neuron(0.0, 0.0, 0.0);
        let run = train_perceptron(&mut learner, inputs.view(), targets.view(), 100);
        let start = neuron(0.0, 0.0, 0.0);
        let found = train_with_pocket(&start, inputs.view(), targets.view(), run.epochs);
        assert_eq!(found, learner, "{gate:?}: the first neuron without a mistake");
    }
}

/// The first example of XOR is a mistake of this start, and mending it makes an OR.
#[test]
fn on_xor_the_or_that_is_right_on_three_of_four_is_kept_whenever_we_stop() {
    let (inputs, targets) = Gate::Xor.examples();
    let start = neuron(1.0, 1.0, 0.0);
    for epochs in 1..20 {
        let found = train_with_pocket(&start, inputs.view(), targets.view(), epochs);
        assert_eq!(found, neuron(1.0, 1.0, -1.0), "the neuron in the pocket after {epochs} passes");
    }
}

/// In this order the rule walks in a circle of neurons with 2 of 4 right or fewer.
#[test]
fn the_pocket_cannot_keep_what_the_rule_never_meets() {
    let (inputs, targets) = Gate::Xor.examples();
    let start = neuron(0.0, 0.0, 0.0);
    let found = train_with_pocket(&start, inputs.view(), targets.view(), 100);
    assert_eq!(found, start, "on XOR from zero, the start is as good as all that follow");
}

#[test]
fn wrong_labels_cost_no_more_than_themselves() {
    let (inputs, targets) = mislabeled();
    let start = neuron(0.0, 0.0, 0.0);
    let found = train_with_pocket(&start, inputs.view(), targets.view(), 200);
    let wrong = mistakes(&found, inputs.view(), targets.view());
    assert!(wrong <= 2, "2 of 25 labels are wrong, but {found:?} makes {wrong} mistakes");
}

#[test]
fn a_good_start_stays_in_the_pocket() {
    let (inputs, targets) = Gate::Xor.examples();
    let start = neuron(1.0, 1.0, -0.5);
    for epochs in [0, 1, 10] {
        let found = train_with_pocket(&start, inputs.view(), targets.view(), epochs);
        assert_eq!(found, start, "3 of 4 right from the start, and nothing better in {epochs}");
    }
}
