//! What softmax with a temperature has to do.

use super::*;
use ch02_forward::softmax;
use ndarray::array;

/// Three rows of logits: ordinary ones, large ones with a tie, and all equal.
fn logits() -> Array2<f64> {
    array![[2.0, 1.0, 0.0], [1000.0, 0.0, 1000.0], [-3.0, -3.0, -3.0]]
}

/// Exponentials err in the last digit or two: 1e-14 of a probability is at most 1e-14.
fn assert_close(found: &Array2<f64>, expected: &Array2<f64>, what: &str) {
    let same = found.dim() == expected.dim()
        && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14);
    assert!(same, "{what}: expected\n{expected}\nfound\n{found}");
}

#[test]
fn at_temperature_one_it_is_softmax() {
    let logits = logits();
    let (found, expected) = (softmax_at(logits.view(), 1.0), softmax(logits.view()));
    assert_close(&found, &expected, "softmax at temperature 1");
}

#[test]
fn twice_the_logits_at_twice_the_temperature_are_the_same() {
    for temperature in [0.1, 0.7, 3.0] {
        let once = softmax_at(logits().view(), temperature);
        let twice = softmax_at((logits() * 2.0).view(), 2.0 * temperature);
        assert_close(&twice, &once, &format!("twice the logits at {}", 2.0 * temperature));
    }
}

#[test]
fn a_higher_temperature_makes_the_likeliest_class_less_likely() {
    let likeliest = |temperature| softmax_at(logits().view(), temperature)[[0, 0]];
    for pair in [0.1, 0.5, 1.0, 2.0, 10.0].windows(2) {
        let (cool, warm) = (likeliest(pair[0]), likeliest(pair[1]));
        assert!(warm < cool, "at {} it is {cool:.4}, at {} it is {warm:.4}", pair[0], pair[1]);
    }
}

#[test]
fn in_great_heat_all_classes_are_alike() {
    let found = softmax_at(logits().view(), 1e20);
    assert_close(&found, &Array2::from_elem((3, 3), 1.0 / 3.0), "at temperature 1e20");
}

/// A third of what? A row whose logits are all equal has three winners.
#[test]
fn at_temperature_zero_the_largest_take_all_and_share_it() {
    let third = 1.0 / 3.0;
    let expected = array![[1.0, 0.0, 0.0], [0.5, 0.0, 0.5], [third, third, third]];
    assert_close(&softmax_at(logits().view(), 0.0), &expected, "at temperature 0");
}

/// 1000 over the smallest number there is overflows: divide what is left after the largest logit
/// has been taken away.
#[test]
fn in_the_deepest_cold_above_zero_nothing_overflows() {
    let third = 1.0 / 3.0;
    let expected = array![[1.0, 0.0, 0.0], [0.5, 0.0, 0.5], [third, third, third]];
    let found = softmax_at(logits().view(), f64::MIN_POSITIVE);
    assert_close(&found, &expected, "just above temperature 0");
}
