//! What a path along the edges has to give.

use super::*;

/// x₁² x₂ + 3 x₃, at (2, 5, 1).
fn value(x: &[f64]) -> f64 {
    x[0] * x[0] * x[1] + 3.0 * x[2]
}

const ZERO: [f64; 3] = [0.0; 3];
const INPUT: [f64; 3] = [2.0, 5.0, 1.0];

#[test]
fn who_moves_last_gets_what_only_both_can_do() {
    let found = along_edges(value, &ZERO, &INPUT, &[0, 1, 2]);
    assert_eq!(found, [0.0, 20.0, 3.0], "order 0, 1, 2: the second completes the product");
    let found = along_edges(value, &ZERO, &INPUT, &[1, 0, 2]);
    assert_eq!(found, [20.0, 0.0, 3.0], "order 1, 0, 2: now the first does");
}

#[test]
fn each_path_is_complete() {
    let baseline = [1.0, -1.0, 4.0];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let sum: f64 = along_edges(value, &baseline, &INPUT, &order).iter().sum();
        let gain = value(&INPUT) - value(&baseline);
        assert_eq!(sum, gain, "order {order:?}: the sum of the attributions and the gain");
    }
}

#[test]
fn an_input_that_stays_gets_nothing() {
    let found = along_edges(value, &[2.0, 0.0, 0.0], &INPUT, &[1, 0, 2]);
    assert_eq!(found, [0.0, 20.0, 3.0], "the first input is in the baseline what it is in the end");
}

#[test]
fn two_who_need_each_other_share_evenly_there_and_back() {
    let found = there_and_back(value, &ZERO, &INPUT, &[0, 1, 2]);
    assert_eq!(found, [10.0, 10.0, 3.0], "the Shapley values, for a product of two");
}

#[test]
fn of_three_who_need_each_other_the_one_in_the_middle_is_forgotten() {
    let product = |x: &[f64]| x[0] * x[1] * x[2];
    let found = there_and_back(product, &ZERO, &INPUT, &[0, 1, 2]);
    assert_eq!(found, [5.0, 0.0, 5.0], "the middle one is never last: two orders are not all");
}
