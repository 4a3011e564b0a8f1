//! The formulas of `ch05_mnist/your_digit.md`.

use ch05_mnist::center_digit;
use formulas::*;
use image::{GrayImage, Luma};
use ndarray::{Array1, Array2, Axis};
use rand::RngExt;

/// ```math center-of-ink
/// \text{center} = \frac{\sum_k \text{ink}_k \cdot \text{position}_k}{\sum_k \text{ink}_k}
/// ```
///
/// The mean of all positions, weighted by the ink: summed here row by row and column by column, where
/// the library goes pixel by pixel. 1e-9: sums of some thousand numbers. After the shift the center
/// is within half a pixel of 14.5 in both directions, for blots whose box stays in the image. 0.01
/// more: pixels are rounded to whole numbers.
#[test]
fn center_of_ink() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..50 {
        let (side, corner) = (generator.random_range(20..60), generator.random_range(0..30));
        let mut picture = GrayImage::from_pixel(100, 100, Luma([255]));
        for (x, y) in (0..side).flat_map(|x| (0..side).map(move |y| (x, y))) {
            let ink = if x == 0 || y == 0 { 255 } else { generator.random_range(100..=255) };
            let ink = if x > y { ink } else { ink / 2 }; // the upper right half is darker
            picture.put_pixel(corner + x, corner + y, Luma([255 - ink]));
        }
        let ink = Array2::from_shape_fn((100, 100), |(y, x)| {
            f64::from(255 - picture.get_pixel(x as u32, y as u32).0[0])
        });
        let mean = |sums: Array1<f64>| {
            let moment: f64 = sums.iter().enumerate().map(|(k, sum)| sum * (k as f64 + 0.5)).sum();
            moment / sums.sum()
        };
        let negative =
            GrayImage::from_fn(100, 100, |x, y| Luma([255 - picture.get_pixel(x, y).0[0]]));
        let (x, y) = ch05_mnist::center_of_ink(&negative).expect("there is ink");
        let columns = ink.sum_axis(Axis(0));
        let page = page("center-of-ink").over("k", 100).list(r"\text{ink}", &columns);
        let page = page.entries(r"\text{position}", |k| k[0] as f64 - 0.5);
        page.assert_close(&[(r"\text{center}", x)], 1e-9);
        assert_close(x, mean(ink.sum_axis(Axis(0))), 1e-9);
        assert_close(y, mean(ink.sum_axis(Axis(1))), 1e-9);
        let input = center_digit::<f64>(&picture).expect("there is ink");
        let input = input.to_shape((28, 28)).expect("784 pixels");
        for axis in [Axis(0), Axis(1)] {
            let center = mean(input.sum_axis(axis));
            assert_bound!((center - 14.5).abs() <= 0.51, "the center is at {center}");
        }
    }
}
