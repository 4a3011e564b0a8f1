//! A solution of the exercise `pocket`.

use ch01_neuron::{Neuron, Real, perceptron_step};
use ndarray::{ArrayView1, ArrayView2};

/// How many of the examples the neuron answers wrongly.
///
/// `inputs: [examples × inputs]`, `targets: [examples]`, each 0 or 1.
pub fn mistakes<T: Real>(
    neuron: &Neuron<T>,
    inputs: ArrayView2<T>,
    targets: ArrayView1<T>,
) -> usize {
    let examples = inputs.rows().into_iter().zip(&targets);
    examples.filter(|(input, target)| neuron.output(*input) != **target).count()
}

/// Goes through the examples `epochs` times with the perceptron rule, beginning at `start`, and
/// returns the neuron with the fewest mistakes on all the examples that was met on the way, the
/// start included; the first of them, if several are equally good.
pub fn train_with_pocket<T: Real>(
    start: &Neuron<T>,
    inputs: ArrayView2<T>,
    targets: ArrayView1<T>,
    epochs: usize,
) -> Neuron<T> {
    let mut neuron = start.clone();
    let (mut pocket, mut fewest) = (start.clone(), mistakes(start, inputs, targets));
    for _ in 0..epochs {
        for (input, &target) in inputs.rows().into_iter().zip(&targets) {
            if perceptron_step(&mut neuron, input, target) {
                let wrong = mistakes(&neuron, inputs, targets);
                if wrong < fewest {
                    (pocket, fewest) = (neuron.clone(), wrong);
                }
            }
        }
    }
    pocket
}

#[path = "../tests/pocket.rs"]
mod tests;
