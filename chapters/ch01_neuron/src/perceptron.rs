//! The perceptron rule, which learns from mistakes, and the gates that it learns. Page: *Learning
//! from mistakes* (`ch01_neuron/perceptron.md`).
//!
//! [`perceptron_step`] corrects a neuron after one example, [`train_perceptron`] goes through all
//! examples, and [`mistake_bound`] says how often it can be wrong.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, array};

use crate::neuron::Neuron;
use crate::real::Real;

/// One look at one example by the perceptron rule (Rosenblatt 1962); true if it was a mistake.
///
/// The rule is w ← w + (y − a) x and b ← b + (y − a), for a target y of 0 or 1. A right answer has
/// y = a and changes nothing.
///
/// # Panics
/// If there are more or fewer inputs than weights.
pub fn perceptron_step<T: Real>(neuron: &mut Neuron<T>, input: ArrayView1<T>, target: T) -> bool {
    let error = target - neuron.output(input);
    neuron.weights.scaled_add(error, &input);
    neuron.bias += error;
    error != T::zero()
}

/// A logical function of two inputs: the smallest tasks that a neuron can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gate {
    /// 1 if both inputs are 1.
    And,
    /// 1 if at least one input is 1.
    Or,
    /// 0 if both inputs are 1.
    Nand,
    /// 1 if exactly one input is 1. No single neuron can do it.
    Xor,
}

impl Gate {
    /// The gate's answer.
    pub fn apply(self, a: bool, b: bool) -> bool {
        match self {
            Self::And => a && b,
            Self::Or => a || b,
            Self::Nand => !(a && b),
            Self::Xor => a != b,
        }
    }

    /// The truth table: inputs `[4 × 2]` and targets `[4]`.
    pub fn examples<T: Real>(self) -> (Array2<T>, Array1<T>) {
        let (zero, one) = (T::zero(), T::one());
        let inputs = array![[zero, zero], [zero, one], [one, zero], [one, one]];
        let answer =
            |x: ArrayView1<T>| if self.apply(x[0] == one, x[1] == one) { one } else { zero };
        let targets = inputs.rows().into_iter().map(answer).collect();
        (inputs, targets)
    }
}

/// How a run of the perceptron rule ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerceptronRun {
    /// Passes through the examples.
    pub epochs: usize,
    /// Mistakes over all passes, which is also the number of updates.
    pub mistakes: usize,
    /// Whether the last pass was without a mistake.
    pub converged: bool,
}

/// Goes through the examples until a whole pass is right, at most `max_epochs` times.
///
/// `inputs: [examples × inputs]`, `targets: [examples]`, each 0 or 1.
///
/// # Panics
/// If there are more or fewer targets than examples.
pub fn train_perceptron<T: Real>(
    neuron: &mut Neuron<T>,
    inputs: ArrayView2<T>,
    targets: ArrayView1<T>,
    max_epochs: usize,
) -> PerceptronRun {
    assert_eq!(inputs.nrows(), targets.len(), "the perceptron needs one target for each input");
    let mut run = PerceptronRun { epochs: 0, mistakes: 0, converged: false };
    while !run.converged && run.epochs < max_epochs {
        let before = run.mistakes;
        for (input, &target) in inputs.rows().into_iter().zip(&targets) {
            if perceptron_step(neuron, input, target) {
                run.mistakes += 1;
            }
        }
        run.epochs += 1;
        run.converged = run.mistakes == before;
    }
    run
}

/// The most mistakes that the perceptron rule can make from zero weights: (R / γ)² (Novikoff 1962).
///
/// R is the length of the longest input, γ the smallest distance of an input from the border of
/// `separator`, both with the bias counted as the weight of an extra input that is always 1.
/// Infinite if an example lies on the wrong side of that border, or on it.
///
/// `inputs: [examples × inputs]`, `targets: [examples]`, each 0 or 1.
///
/// # Panics
/// If there are more or fewer targets than examples.
pub fn mistake_bound<T: Real>(
    separator: &Neuron<T>,
    inputs: ArrayView2<T>,
    targets: ArrayView1<T>,
) -> T {
    assert_eq!(inputs.nrows(), targets.len(), "the bound needs one target for each input");
    let length = (separator.weights.dot(&separator.weights) + separator.bias.powi(2)).sqrt();
    let (mut radius, mut nearest) = (T::zero(), T::infinity());
    for (input, &target) in inputs.rows().into_iter().zip(&targets) {
        let z = separator.pre_activation(input);
        radius = radius.max((input.dot(&input) + T::one()).sqrt());
        nearest = nearest.min(if target == T::one() { z } else { -z });
    }
    let margin = nearest / length; // not-a-number for a separator of zeros
    if margin > T::zero() { (radius / margin).powi(2) } else { T::infinity() }
}
