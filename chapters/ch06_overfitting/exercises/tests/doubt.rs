//! What targets with doubt have to do, and where they lead.

use super::*;
use ch02_forward::{Loss, one_hot};
use ch03_backprop::LossBackward;
use ndarray::array;

/// 1e-14: a handful of roundings of numbers up to 1.
fn assert_close(found: &Array2<f64>, expected: &Array2<f64>, what: &str) {
    let same = found.dim() == expected.dim()
        && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14);
    assert!(same, "{what}: expected\n{expected}\nfound\n{found}");
}

/// One example whose true class is the first.
fn target(classes: usize, doubt: f64) -> Array2<f64> {
    with_doubt(one_hot(&[0], classes).view(), doubt)
}

/// Logits that stand apart by a gap: the true class above all others.
fn logits(classes: usize, gap: f64) -> Array2<f64> {
    one_hot(&[0], classes) * gap
}

/// Where the logits are after so many steps at rate 1, from zeros: the gap.
fn gap_after(steps: usize, classes: usize, doubt: f64) -> f64 {
    let (target, mut logits) = (target(classes, doubt), logits(classes, 0.0));
    for _ in 0..steps {
        logits -= &Loss::SoftmaxCrossEntropy.gradient(logits.view(), target.view());
    }
    logits[[0, 0]] - logits[[0, 1]]
}

#[test]
fn a_tenth_of_doubt_leaves_91_percent_for_one_of_ten_digits() {
    let mut expected = Array2::from_elem((2, 10), 0.01);
    (expected[[0, 7]], expected[[1, 0]]) = (0.91, 0.91);
    let found = with_doubt(one_hot(&[7, 0], 10).view(), 0.1);
    assert_close(&found, &expected, "a seven and a zero with a doubt of 0.1");
}

#[test]
fn the_probabilities_still_add_up_to_1() {
    for classes in [2, 3, 10, 26] {
        for doubt in [0.0, 0.1, 0.5, 1.0] {
            let sum = target(classes, doubt).sum();
            assert!((sum - 1.0).abs() < 1e-14, "{classes} classes, doubt {doubt}: sum {sum}");
        }
    }
}

#[test]
fn targets_that_are_shared_already_are_shared_more() {
    let found = with_doubt(array![[0.5, 0.5, 0.0]].view(), 0.3);
    assert_close(&found, &array![[0.45, 0.45, 0.1]], "half and half, with a doubt of 0.3");
}

/// 1e-9: after 3,000 steps the walk has come closer to its end than that.
#[test]
fn gradient_descent_comes_to_rest_at_the_best_gap() {
    for (classes, doubt) in [(2, 0.1), (3, 0.1), (10, 0.1), (10, 0.3), (10, 1.0)] {
        let (found, reached) = (best_gap(classes, doubt), gap_after(3000, classes, doubt));
        assert!(
            (found - reached).abs() < 1e-9,
            "{classes} classes, doubt {doubt}: descent rests at {reached:.6}, best_gap {found:.6}"
        );
    }
}

/// Twice the steps: certainty grows like their logarithm, by ln 2 = 0.69 or so.
#[test]
fn without_doubt_it_never_comes_to_rest() {
    let (half, whole) = (gap_after(1000, 10, 0.0), gap_after(2000, 10, 0.0));
    assert!(whole > half + 0.5, "the gap after 1,000 steps: {half}, after 2,000: {whole}");
    assert_eq!(best_gap(10, 0.0), f64::INFINITY, "the best gap without doubt");
}

#[test]
fn the_lowest_loss_is_that_at_the_best_gap_and_no_other_is_lower() {
    for (classes, doubt) in [(2, 0.1), (10, 0.1), (10, 0.7), (26, 0.2)] {
        let target = target(classes, doubt);
        let loss =
            |gap| Loss::SoftmaxCrossEntropy.value(logits(classes, gap).view(), target.view());
        let (lowest, gap) = (lowest_loss(classes, doubt), best_gap(classes, doubt));
        let what = format!("{classes} classes, doubt {doubt}");
        let at = loss(gap);
        assert!((lowest - at).abs() < 1e-13, "{what}: {at} at the best gap, lowest_loss {lowest}");
        for other in [0.0, gap - 0.1, gap + 0.1, 2.0 * gap] {
            assert!(
                loss(other) > lowest,
                "{what}: gap {other} has {}, below {lowest}",
                loss(other)
            );
        }
    }
}

#[test]
fn the_loss_can_be_0_without_doubt_and_that_of_a_guess_with_nothing_else() {
    assert_eq!(lowest_loss::<f64>(10, 0.0), 0.0, "no doubt: the loss can fall to 0");
    let (found, guess) = (lowest_loss::<f64>(10, 1.0), 10.0_f64.ln());
    assert!((found - guess).abs() < 1e-14, "nothing but doubt: expected ln 10, found {found}");
}
