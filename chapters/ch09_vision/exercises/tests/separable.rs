//! What two cheap kernels have to give.

use super::*;

fn image() -> Vec<Vec<f64>> {
    (0..5).map(|y| (0..6).map(|x| f64::from((7 * y * y + 3 * x * y + x) % 11)).collect()).collect()
}

/// A kernel slid over an image, written out.
fn slide(image: &[Vec<f64>], kernel: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let (rows, columns) = (kernel.len(), kernel[0].len());
    let at = |y: usize, x: usize| {
        let mut sum = 0.0;
        for (k, weights) in kernel.iter().enumerate() {
            sum += weights.iter().enumerate().map(|(l, w)| w * image[y + k][x + l]).sum::<f64>();
        }
        sum
    };
    let places = 0..=image[0].len() - columns;
    (0..=image.len() - rows).map(|y| places.clone().map(|x| at(y, x)).collect()).collect()
}

#[test]
fn an_edge_kernel_is_a_blur_times_a_difference() {
    let kernel = outer(&[1.0, 2.0, 1.0], &[-1.0, 0.0, 1.0]);
    let expected = [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]];
    assert_eq!(kernel, expected, "rows of the kernel");
}

#[test]
fn two_passes_give_what_the_square_kernel_gives() {
    for (column, row) in [(&[1.0, 2.0, 1.0][..], &[-1.0, 0.0, 1.0][..]), (&[3.0, -1.0], &[2.0])] {
        let kernel: Vec<Vec<f64>> =
            column.iter().map(|c| row.iter().map(|r| c * r).collect()).collect();
        let found = separable(&image(), column, row);
        assert_eq!(found, slide(&image(), &kernel), "column {column:?}, row {row:?}");
    }
}
