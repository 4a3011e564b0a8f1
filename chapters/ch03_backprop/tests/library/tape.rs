//! What a tape records and hands back.

use ch03_backprop::{Tape, Variable};

#[test]
fn a_variable_without_a_part_in_the_result_has_the_gradient_0() {
    let tape = Tape::new();
    let (x, unused) = (tape.variable(2.0), tape.variable(3.0));
    let result = x * x;
    let later = tape.variable(4.0);
    let gradient = result.backward();
    assert_eq!(
        (
            gradient.with_respect_to(x),
            gradient.with_respect_to(unused),
            gradient.with_respect_to(later)
        ),
        (4.0, 0.0, 0.0)
    );
    assert_eq!(gradient.with_respect_to(result), 1.0);
}

/// Zero times an infinite derivative is not a number: what has no part must not be multiplied at all.
#[test]
fn a_node_without_a_part_in_the_result_hands_nothing_on() {
    let functions: [for<'t> fn(Variable<'t, f64>) -> Variable<'t, f64>; 5] =
        [|x| x.ln(), |x| x.powi(-1), |x| x / x, |x| x.ln() * x.ln(), |x| (x.ln() - x).exp()];
    for unused in functions {
        let tape = Tape::new();
        let x = tape.variable(0.0);
        let (before, square) = (unused(x), x * x);
        let (between, result) = (unused(square), square + x);
        let gradient = result.backward();
        assert_eq!(gradient.with_respect_to(x), 1.0);
        assert_eq!(gradient.with_respect_to(before), 0.0);
        assert_eq!(gradient.with_respect_to(between), 0.0);
    }
    let tape = Tape::new();
    let large = tape.variable(1e300_f64);
    let overflown = large.powi(9); // its derivative is infinite
    assert_eq!((large + large).backward().with_respect_to(large), 2.0);
    assert!(overflown.backward().with_respect_to(large).is_infinite());
}

#[test]
fn walks_back_from_different_results_do_not_disturb_each_other() {
    let tape = Tape::new();
    let x = tape.variable(2.0);
    let (square, cube) = (x * x, x * x * x);
    assert_eq!(cube.backward().with_respect_to(x), 12.0);
    assert_eq!(square.backward().with_respect_to(x), 4.0);
    assert_eq!(cube.backward().with_respect_to(square), 0.0); // cube made its own x · x
}

#[test]
fn a_long_tape_needs_no_deep_stack() {
    let tape = Tape::new();
    let (x, one) = (tape.variable(1.0_f64), tape.variable(1.0));
    let sum = (0..1_000_000).fold(x, |sum, _| sum + one);
    assert_eq!((sum.value, sum.backward().with_respect_to(x)), (1_000_001.0, 1.0));
    assert_eq!(sum.backward().with_respect_to(one), 1_000_000.0);
}

#[test]
fn a_variable_used_with_itself_counts_twice() {
    let tape = Tape::new();
    let x = tape.variable(3.0);
    assert_eq!((x + x).backward().with_respect_to(x), 2.0);
    assert_eq!((x * x).backward().with_respect_to(x), 6.0);
    assert_eq!((x - x).backward().with_respect_to(x), 0.0);
    assert_eq!((x / x).backward().with_respect_to(x), 0.0);
}

#[test]
fn a_power_of_zero_has_the_slope_0_even_at_0() {
    for value in [0.0, 2.0] {
        let tape = Tape::new();
        let x = tape.variable(value);
        assert_eq!((x.powi(0).value, x.powi(0).backward().with_respect_to(x)), (1.0, 0.0));
    }
}

#[test]
#[should_panic(expected = "both variables must be on the same tape")]
fn variables_of_two_tapes_do_not_mix() {
    let (one, other) = (Tape::new(), Tape::new());
    let _ = one.variable(1.0) + other.variable(2.0);
}

#[test]
#[should_panic(expected = "the variable must be on the same tape")]
fn a_gradient_knows_nothing_of_another_tape() {
    let (one, other) = (Tape::new(), Tape::new());
    one.variable(1.0).backward().with_respect_to(other.variable(2.0));
}
