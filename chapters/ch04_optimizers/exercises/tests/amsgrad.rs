//! What AMSGrad has to do.

use super::*;
use ch04_optimizers::Adam;

fn amsgrad(beta1: f64, beta2: f64) -> AmsGrad<f64> {
    AmsGrad { beta1, beta2, epsilon: 1e-8, state: OptimizerState::default() }
}

/// A single weight that starts at 0, after each of these gradients at rate 1.
fn path(optimizer: &mut dyn Optimizer<f64>, gradients: &[f64]) -> Vec<f64> {
    let mut weight = [0.0];
    let after = |&gradient: &f64| {
        optimizer.step(1.0, vec![Parameter::new(&mut weight, &[gradient])]);
        weight[0]
    };
    gradients.iter().map(after).collect()
}

/// ε moves a step by a hundred-millionth of itself.
fn assert_close(found: &[f64], expected: &[f64], what: &str) {
    let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-7);
    assert!(
        close && found.len() == expected.len(),
        "{what}: expected {expected:?}, found {found:?}"
    );
}

/// With β₁ = 0 and β₂ = 9/16: s is 10.94, then 6.59. The larger stays, and the corrections divide it
/// by 7/16, then by 1 − (9/16)² = 0.684: that makes 25, then 16. The second step is 1/√16.
#[test]
fn after_a_large_gradient_a_small_one_makes_a_small_step() {
    let found = path(&mut amsgrad(0.0, 9.0 / 16.0), &[5.0, 1.0]);
    assert_close(&found, &[-1.0, -1.25], "the weight after the gradients 5 and 1");
}

/// With β₁ = ½ as well, and 2 as the second gradient: m is 2.5, then 2.25, and m̂ is 5, then 3.
#[test]
fn the_mean_of_the_gradients_is_corrected_for_its_start_at_zero() {
    let found = path(&mut amsgrad(0.5, 9.0 / 16.0), &[5.0, 2.0]);
    assert_close(&found, &[-1.0, -1.75], "the weight after the gradients 5 and 2");
}

#[test]
fn while_gradients_only_grow_it_is_adam() {
    let gradients: Vec<f64> = (1..=30).map(|t| 0.1 * f64::from(t)).collect();
    let expected = path(&mut Adam::default(), &gradients);
    let found = path(&mut amsgrad(0.9, 0.999), &gradients);
    assert_close(&found, &expected, "the weight under growing gradients");
}

#[test]
fn every_weight_has_a_state_of_its_own() {
    let mut optimizer = amsgrad(0.0, 9.0 / 16.0);
    let (mut first, mut second) = ([0.0, 0.0], [0.0]);
    for [a, b, c] in [[2.0, -1.0, 4.0], [1.0, -1.0, 1.0]] {
        optimizer.step(
            1.0,
            vec![Parameter::new(&mut first, &[a, b]), Parameter::new(&mut second, &[c])],
        );
    }
    assert_close(&[first[0], first[1], second[0]], &[-1.625, 2.0, -1.3125], "three weights");
}

/// The gradients 3, −1, −1 in turn, a weight kept between −1 and 1, a rate of 0.1/√t.
#[test]
fn where_adam_walks_the_wrong_way_it_walks_the_right_way() {
    let end = |optimizer: &mut dyn Optimizer<f64>| {
        let mut weight = [0.0];
        for t in 0..3000_i32 {
            let gradient = [if t % 3 == 0 { 3.0 } else { -1.0 }];
            let rate = 0.1 / f64::from(t + 1).sqrt();
            optimizer.step(rate, vec![Parameter::new(&mut weight, &gradient)]);
            weight[0] = weight[0].clamp(-1.0, 1.0);
        }
        weight[0]
    };
    let adam = end(&mut Adam { beta1: 0.0, beta2: 0.1, ..Adam::default() });
    let found = end(&mut amsgrad(0.0, 0.1));
    assert!(adam > 0.9, "Adam ends near 1, found {adam}");
    assert!(found < -0.9, "AMSGrad ends near −1, where the loss is lowest; found {found}");
}
