//! A solution of the exercise `recall`.

use ndarray::ArrayView2;

/// Of all images of a digit, the share that is found, for each digit. `confusion: [classes ×
/// classes]` counts how many images of a class (row) were taken for which (column).
///
/// Not-a-number for a digit that never occurs.
pub fn recall(confusion: ArrayView2<usize>) -> Vec<f64> {
    let rows = confusion.rows().into_iter().enumerate();
    // As `f64`, 0 of 0 is not a number: there was nothing to measure.
    rows.map(|(digit, row)| row[digit] as f64 / row.sum() as f64).collect()
}

/// Of all that is called by the name of a digit, the share that is one, for each digit.
///
/// Not-a-number for a digit that is never answered.
pub fn precision(confusion: ArrayView2<usize>) -> Vec<f64> {
    recall(confusion.t()) // turned over, columns are rows
}

/// The pair of digits that is confused most often, and how often: images of the one that were
/// taken for the other, or the other way round. The smaller digit comes first.
pub fn worst_pair(confusion: ArrayView2<usize>) -> (usize, usize, usize) {
    let classes = confusion.nrows();
    let pairs = (0..classes).flat_map(|one| (one + 1..classes).map(move |other| (one, other)));
    let counted =
        pairs.map(|(one, other)| (one, other, confusion[[one, other]] + confusion[[other, one]]));
    counted.max_by_key(|&(_, _, count)| count).expect("there are at least two classes")
}

#[path = "../tests/recall.rs"]
mod tests;
