//! A solution of the exercise `separable`.

/// The square kernel of which row k and column l is `column[k] * row[l]`.
pub fn outer(column: &[f64], row: &[f64]) -> Vec<Vec<f64>> {
    column.iter().map(|c| row.iter().map(|r| c * r).collect()).collect()
}

/// What the kernel `outer(column, row)` gives at all places inside of an image, without making it: first
/// `row` slides along each row of the image, then `column` along each column of what came out.
pub fn separable(image: &[Vec<f64>], column: &[f64], row: &[f64]) -> Vec<Vec<f64>> {
    let slide = |pixels: &[f64]| -> Vec<f64> {
        let patches = pixels.windows(row.len());
        patches.map(|patch| patch.iter().zip(row).map(|(x, w)| x * w).sum()).collect()
    };
    let rows: Vec<Vec<f64>> = image.iter().map(|pixels| slide(pixels)).collect();
    let place = |patch: &[Vec<f64>], x: usize| -> f64 {
        patch.iter().zip(column).map(|(pixels, w)| pixels[x] * w).sum()
    };
    let patches = rows.windows(column.len());
    patches.map(|patch| (0..patch[0].len()).map(|x| place(patch, x)).collect()).collect()
}

#[path = "../tests/separable.rs"]
mod tests;
