//! What the three gates have to do.

use super::*;
use ch03_backprop::{GradientCheck, Tape};

/// Value and slope of a function of one variable at x.
fn at(gate: impl Fn(Variable<f64>) -> Variable<f64>, x: f64) -> (f64, f64) {
    let tape = Tape::new();
    let x = tape.variable(x);
    let result = gate(x);
    (result.value, result.backward().with_respect_to(x))
}

/// Value of `larger` and its derivatives with respect to both.
fn larger_at(u: f64, v: f64) -> (f64, [f64; 2]) {
    let tape = Tape::new();
    let (u, v) = (tape.variable(u), tape.variable(v));
    let result = larger(u, v);
    let gradient = result.backward();
    (result.value, [gradient.with_respect_to(u), gradient.with_respect_to(v)])
}

/// Fifty points from −3 to 3, each confirmed by nudging.
fn check(name: &str, gate: impl Fn(Variable<f64>) -> Variable<f64>) {
    for step in 0..50 {
        let x = -3.0 + 6.0 * f64::from(step) / 49.0;
        let (value, slope) = at(&gate, x);
        assert!(
            (value - x.tanh()).abs() < 1e-14,
            "{name}: tanh {x} is {}, found {value}",
            x.tanh()
        );
        let outcome = GradientCheck::default().entry(
            || format!("{name} at {x}"),
            slope,
            x,
            |x| at(&gate, x).0,
        );
        assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    }
}

#[test]
fn tanh_out_of_gates_passes_the_gradient_check() {
    check("tanh_of_gates", tanh_of_gates);
}

#[test]
fn tanh_as_one_gate_passes_the_gradient_check() {
    check("tanh", tanh);
}

/// 1e-15: the two ways round differently, in the last digit.
#[test]
fn both_ways_agree() {
    for x in [-0.5, 0.5] {
        let ((one, slope), (other, other_slope)) = (at(tanh_of_gates, x), at(tanh, x));
        assert!((one - other).abs() < 1e-15, "values at {x}: {one} and {other}");
        assert!((slope - other_slope).abs() < 1e-15, "slopes at {x}: {slope} and {other_slope}");
    }
}

#[test]
fn one_gate_holds_where_the_exponentials_overflow() {
    assert_eq!(at(tanh, 800.0), (1.0, 0.0), "value and slope of tanh at 800");
    assert_eq!(at(tanh, -800.0), (-1.0, 0.0), "value and slope of tanh at −800");
    assert!(at(tanh_of_gates, 800.0).0.is_nan(), "out of gates it is ∞ over ∞");
}

#[test]
fn the_larger_one_gets_the_whole_gradient() {
    assert_eq!(larger_at(2.0, -1.0), (2.0, [1.0, 0.0]), "2 and −1: value, and both slopes");
    assert_eq!(larger_at(-4.0, 3.0), (3.0, [0.0, 1.0]), "−4 and 3: value, and both slopes");
    assert_eq!(larger_at(-4.0, -3.0), (-3.0, [0.0, 1.0]), "−4 and −3: value, and both slopes");
}
