//! Adam, AdamW and RMSProp at their edges.

use super::step;
use ch04_optimizers::{Adam, AdamW, Optimizer, Parameter, RmsProp};

#[test]
fn without_decay_adamw_is_adam() {
    let mut adamw = AdamW { decoupled_decay: 0.0, ..AdamW::default() };
    let (mut adam, mut one, mut two) = (Adam::default(), [1.0], [1.0]);
    for gradient in [1.0, -3.0, 0.5] {
        step(&mut adam, 0.1, &mut one, &[gradient]);
        step(&mut adamw, 0.1, &mut two, &[gradient]);
    }
    assert_eq!(one, two);
}

#[test]
fn after_more_steps_than_can_be_counted_it_goes_on() {
    let mut adam = Adam::<f64>::default();
    let mut weight = [1.0];
    let mut step = |adam: &mut Adam<f64>| {
        adam.step(0.1, vec![Parameter::new(&mut weight, &[1.0])]);
        weight[0]
    };
    step(&mut adam);
    adam.state.steps = i32::MAX - 1;
    let weights = [step(&mut adam), step(&mut adam), step(&mut adam)];
    assert_eq!(adam.state.steps, i32::MAX);
    assert!(weights.is_sorted_by(|before, after| after < before), "{weights:?}");
}

#[test]
fn steps_are_counted() {
    let mut adam = Adam::default();
    assert_eq!(adam.state.steps, 0);
    for _ in 0..3 {
        step(&mut adam, 0.1, &mut [1.0], &[1.0]);
    }
    assert_eq!(adam.state.steps, 3);
}

#[test]
fn centered_rmsprop_survives_a_gradient_that_never_changes() {
    // The variance of a constant is 0, and rounding may leave a little less.
    for gradient in [0.1, 0.3, 1.7, -12.3] {
        let mut rule = RmsProp { centered: true, ..RmsProp::default() };
        let mut theta = [0.0_f64];
        for _ in 0..10_000 {
            step(&mut rule, 1e-12, &mut theta, &[gradient]);
        }
        assert!(theta[0].is_finite(), "gradient {gradient}");
    }
}

#[test]
fn what_adam_remembers_of_a_gradient_that_is_gone_ends_at_zero() {
    let (mut adam, mut theta) = (Adam::<f32>::default(), [1.0_f32]);
    step(&mut adam, 0.001, &mut theta, &[1.0]);
    for _ in 0..1000 {
        step(&mut adam, 0.001, &mut theta, &[0.0]);
    }
    let before = theta;
    step(&mut adam, 0.001, &mut theta, &[0.0]);
    assert_eq!(theta, before);
    assert!(format!("{:?}", adam.state).contains("[[0.0], ["), "{:?}", adam.state);
}
