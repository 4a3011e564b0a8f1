//! The formulas of `ch05_mnist/training.md`.

use super::common::*;
use ch02_forward::{Loss, one_hot};
use ch04_optimizers::Sgd;
use ch05_mnist::{Recipe, train_step};
use formulas::*;
use ndarray::Array2;

/// ```math training-step
/// \theta \leftarrow \theta - \eta \, \frac{\partial \mathcal L}{\partial \theta}
/// ```
///
/// A training step is θ ← θ − η ∂L/∂θ, here with the gradient from finite differences of the loss
/// instead of the backward pass. 1e-8: what such differences are good for.
#[test]
fn training_step() {
    let _formula = formula!();
    let data = noise(7);
    let (inputs, targets) = data.batch::<f64>(&[0, 1, 2, 3, 4, 5, 6]);
    let recipe = Recipe { hidden: vec![3], ..Recipe::documents() };
    let mut network = recipe.network::<f64>(12, &mut generator());
    let mut expected = network.clone();
    for slice in 0..4 {
        let slopes: Vec<f64> = (0..network.parameters()[slice].len())
            .map(|index| {
                let mut nudged = network.clone();
                let x = network.parameters()[slice][index];
                let loss = |x| {
                    nudged.parameters_mut()[slice][index] = x;
                    let outputs = nudged.forward(inputs.view());
                    Loss::SoftmaxCrossEntropy.value(outputs.view(), targets.view())
                };
                ch03_backprop::central_difference(loss, x, 1e-5)
            })
            .collect();
        for (parameter, slope) in
            expected.parameters_mut().swap_remove(slice).iter_mut().zip(slopes)
        {
            *parameter -= 0.1 * slope;
        }
    }
    let batch = (inputs.view(), targets.view());
    train_step(&mut network, &mut Sgd::default(), 0.1, batch, &mut generator());
    for (slice, expected) in network.parameters().into_iter().zip(expected.parameters()) {
        for (&found, &expected) in slice.iter().zip(expected) {
            assert_close(found, expected, 1e-8);
        }
    }
}

/// ```math guessing-loss
/// -\sum_{j=0}^{9} y_j \ln \frac1{10} = \ln 10 \approx 2.303
/// ```
///
/// Ten equal logits, whatever their size and whatever the label, cost −Σ yⱼ ln(1/10) = ln 10, which
/// is about 2.303. 1e-12: the logarithm of a sum of ten.
#[test]
fn guessing_loss() {
    let _formula = formula!().allowing(1e-3, "the page prints four digits");
    for label in 0..10 {
        for logit in [0.0, -1000.0, 1e-9, 3.7, 1000.0] {
            let (z, y) = (Array2::from_elem((1, 10), logit), one_hot(&[label], 10));
            let loss = Loss::SoftmaxCrossEntropy.value(z.view(), y.view());
            let sum: f64 = -y.iter().map(|&y: &f64| y * f64::ln(0.1)).sum::<f64>();
            assert_close(loss, sum, 1e-12);
            let page = page("guessing-loss").entries("y", |j| y[[0, j[0] as usize]]);
            let [expected, logarithm, printed] = page.at(&[])[..] else { panic!("three members") };
            assert_close(loss, expected, 1e-12);
            assert_close(loss, logarithm, 1e-12);
            assert_close(loss, printed, 1e-3);
            assert_close(sum, f64::ln(10.0), 1e-12);
            assert_close(loss, 2.303, 1e-3);
        }
    }
}
