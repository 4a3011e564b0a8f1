//! What recall, precision and the worst pair have to do.

use super::*;
use ndarray::{Array2, array};

/// Three classes of 10, 10 and 20 images.
fn confusion() -> Array2<usize> {
    array![[8, 2, 0], [4, 6, 0], [1, 4, 15]]
}

fn assert_close(found: &[f64], expected: &[f64], what: &str) {
    let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15);
    assert!(
        close && found.len() == expected.len(),
        "{what}: expected {expected:?}, found {found:?}"
    );
}

#[test]
fn recall_asks_the_rows() {
    assert_close(&recall(confusion().view()), &[0.8, 0.6, 0.75], "8 of 10, 6 of 10, 15 of 20");
}

#[test]
fn precision_asks_the_columns() {
    let expected = [8.0 / 13.0, 0.5, 1.0];
    assert_close(&precision(confusion().view()), &expected, "8 of 13, 6 of 12, 15 of 15");
}

/// 0.8 · 10 + 0.6 · 10 + 0.75 · 20 = 29 of 40.
#[test]
fn recall_weighted_by_the_number_of_images_is_the_accuracy() {
    let confusion = confusion();
    let images = confusion.rows().into_iter().map(|row| row.sum() as f64);
    let right: f64 = recall(confusion.view()).iter().zip(images).map(|(r, n)| r * n).sum();
    assert!((right / 40.0 - 29.0 / 40.0).abs() < 1e-15, "accuracy: 29 of 40, found {right} of 40");
}

#[test]
fn nothing_measured_is_not_a_number() {
    let confusion = array![[5, 0, 0], [2, 0, 0], [0, 0, 0]];
    let (found, precise) = (recall(confusion.view()), precision(confusion.view()));
    assert!(found[1] == 0.0, "no image of class 1 was found: {found:?}");
    assert!(found[2].is_nan(), "class 2 never occurs: {found:?}");
    assert!(precise[1].is_nan() && precise[2].is_nan(), "never answered: {precise:?}");
}

/// 0 and 1 are confused 2 + 4 times, 0 and 2 once, 1 and 2 four times.
#[test]
fn the_worst_pair_counts_both_directions() {
    assert_eq!(worst_pair(confusion().view()), (0, 1, 6), "two digits, and how often");
    let one_way = array![[9, 0, 0], [0, 9, 0], [0, 5, 9]];
    assert_eq!(worst_pair(one_way.view()), (1, 2, 5), "only twos taken for ones");
}
