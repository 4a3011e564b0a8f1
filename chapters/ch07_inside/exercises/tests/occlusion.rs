//! What covering squares has to tell, of values that can be computed by hand.

use super::*;
use ndarray::{Axis, array};

/// Pixels from 1 to 24, four rows of six.
fn image() -> Array2<f64> {
    Array2::from_shape_fn((4, 6), |(i, j)| (6 * i + j + 1) as f64)
}

#[test]
fn the_fall_of_a_sum_is_the_sum_of_the_square() {
    let found = falls(&image(), 2, |image| image.sum());
    let expected = array![[18.0, 26.0, 34.0], [66.0, 74.0, 82.0]];
    assert_eq!(found, expected, "the sums of the six squares, row by row");
}

#[test]
fn a_square_on_which_the_value_does_not_depend_falls_by_nothing() {
    let found = falls(&image(), 2, |image| 3.0 * image[[0, 0]] - image[[3, 5]]);
    let expected = array![[3.0, 0.0, 0.0], [0.0, 0.0, -24.0]];
    assert_eq!(found, expected, "only the first and the last square hold what is asked for");
}

#[test]
fn squares_of_one_pixel_and_a_square_as_large_as_the_image() {
    let single = falls(&image(), 1, |image| image.sum());
    assert_eq!(single, image(), "side 1: each pixel is its own square");
    let whole = image().slice_axis(Axis(1), (..4).into()).to_owned();
    let found = falls(&whole, 4, |image| image.sum());
    assert_eq!(found, array![[whole.sum()]], "side 4: one square, which is everything");
}

#[test]
fn what_two_squares_do_together_no_single_one_tells() {
    let either = |image: &Array2<f64>| f64::from(u8::from(image[[0, 0]] + image[[3, 5]] > 0.0));
    let found = falls(&image(), 2, either);
    assert_eq!(found, Array2::<f64>::zeros((2, 3)), "the other one still holds the value up");
    let curve = deletion_curve(&image(), 2, &[(0, 0), (1, 2)], either);
    assert_eq!(curve, array![1.0, 1.0, 0.0], "covered together, they let it fall");
}

#[test]
fn a_deletion_curve_starts_at_the_whole_and_keeps_what_was_covered_covered() {
    let order = [(1, 2), (0, 0), (1, 0)];
    let curve = deletion_curve(&image(), 2, &order, |image| image.sum());
    assert_eq!(curve, array![300.0, 218.0, 200.0, 134.0], "300 − 82 − 18 − 66");
    let none = deletion_curve(&image(), 2, &[], |image| image.sum());
    assert_eq!(none, array![300.0], "nothing covered: the whole alone");
}
