//! What the reader by neighbors has to do.

use super::*;
use ch05_mnist::Images;
use ndarray::Array2;

/// Images of one row of two pixels each, with what they show.
fn dataset(images: &[([u8; 2], u8)]) -> Dataset {
    let pixels = Array2::from_shape_fn((images.len(), 2), |(row, column)| images[row].0[column]);
    let labels = images.iter().map(|&(_, label)| label).collect();
    Dataset::new(Images { pixels, height: 1, width: 2 }, labels).expect("a label for each image")
}

/// Two sevens on the left, three twos on the right.
fn known() -> Dataset {
    dataset(&[([0, 0], 7), ([10, 0], 7), ([200, 0], 2), ([210, 0], 2), ([220, 0], 2)])
}

/// An image whose label nobody may look at: it is wrong.
fn unknown(pixels: [u8; 2]) -> Dataset {
    dataset(&[(pixels, 9)])
}

#[test]
fn a_known_image_is_read_as_what_it_is() {
    let known = known();
    assert_eq!(read_by_neighbors(&known, &known, 1), known.labels);
}

#[test]
fn the_label_of_the_image_itself_is_not_used() {
    assert_eq!(read_by_neighbors(&known(), &unknown([190, 3]), 1), [2], "beside the twos");
}

/// In `u8` the difference 0 − 200 overflows, and so does its square.
#[test]
fn distances_do_not_overflow() {
    let known = dataset(&[([255, 255], 1), ([0, 100], 8)]);
    assert_eq!(read_by_neighbors(&known, &unknown([0, 0]), 1), [8], "the nearest to black");
    assert_eq!(read_by_neighbors(&known, &unknown([250, 240]), 1), [1], "the nearest to white");
}

/// (0, 0) is 100 away from (60, 80) and 130 away from (130, 0). Without the squares it would be
/// 140 and 130.
#[test]
fn near_means_a_small_sum_of_squares() {
    let known = dataset(&[([60, 80], 4), ([130, 0], 5)]);
    assert_eq!(read_by_neighbors(&known, &unknown([0, 0]), 1), [4], "100 is nearer than 130");
}

#[test]
fn the_majority_of_the_neighbors_decides() {
    let image = unknown([12, 0]);
    for (k, expected) in [(1, 7), (3, 7), (5, 2)] {
        let found = read_by_neighbors(&known(), &image, k);
        assert_eq!(found, [expected], "with {k} neighbors; five ask everybody, and twos are more");
    }
}

#[test]
fn ties_go_to_the_first_neighbor_and_to_the_smaller_digit() {
    let known = dataset(&[([110, 0], 6), ([90, 0], 3)]);
    let image = unknown([100, 0]);
    assert_eq!(read_by_neighbors(&known, &image, 1), [6], "both are 10 away: the first is asked");
    assert_eq!(read_by_neighbors(&known, &image, 2), [3], "one vote each: the smaller digit");
}
