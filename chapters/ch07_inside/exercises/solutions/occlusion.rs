//! A solution of the exercise `occlusion`.

use ndarray::{Array1, Array2};

/// How much a value falls when each square of an image is covered: one number for each square, row by
/// row. `image: [height × width]`, both divisible by `side`; a covered pixel is 0.
pub fn falls(image: &Array2<f64>, side: usize, value: impl Fn(&Array2<f64>) -> f64) -> Array2<f64> {
    let whole = value(image);
    let (rows, columns) = (image.nrows() / side, image.ncols() / side);
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        let mut covered = image.clone();
        for ((i, j), pixel) in covered.indexed_iter_mut() {
            if (i / side, j / side) == (row, column) {
                *pixel = 0.0;
            }
        }
        whole - value(&covered)
    })
}

/// What is left of a value as the squares are covered one after the other, in this order: the value of
/// the whole image first, then after each further square. A place is (row, column) of a square.
pub fn deletion_curve(
    image: &Array2<f64>,
    side: usize,
    order: &[(usize, usize)],
    value: impl Fn(&Array2<f64>) -> f64,
) -> Array1<f64> {
    let mut covered = image.clone();
    let mut curve = vec![value(&covered)];
    for &place in order {
        for ((i, j), pixel) in covered.indexed_iter_mut() {
            if (i / side, j / side) == place {
                *pixel = 0.0;
            }
        }
        curve.push(value(&covered));
    }
    curve.into()
}

#[path = "../tests/occlusion.rs"]
mod tests;
