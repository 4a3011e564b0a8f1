//! The formulas of `ch05_mnist/ink.md`.

use ch05_mnist::paper_shade;
use formulas::*;
use image::{GrayImage, Luma};
use rand::RngExt;

/// The darkest of the lightest shades, straight from the definition: for each pixel all pixels of its
/// window, and for each of these all of theirs. The library goes along columns and rows. Equal to the
/// last bit, since nothing is computed; also where the window is larger than the picture.
#[test]
fn closing() {
    let mut generator = generator();
    for (width, height, reach) in [(1, 1, 3), (9, 7, 1), (12, 5, 2), (6, 11, 4), (4, 4, 9)] {
        for _ in 0..20 {
            let picture = GrayImage::from_fn(width, height, |_, _| Luma([generator.random()]));
            let near = |x: u32, y: u32| {
                let rows = y.saturating_sub(reach)..height.min(y + reach + 1);
                let columns = x.saturating_sub(reach)..width.min(x + reach + 1);
                rows.flat_map(move |y| columns.clone().map(move |x| (x, y)))
            };
            let shade = |(x, y)| picture.get_pixel(x, y).0[0];
            let lightest = |(x, y)| near(x, y).map(shade).max().expect("itself");
            let paper = paper_shade(&picture, reach);
            for (x, y, found) in paper.enumerate_pixels() {
                let expected = near(x, y).map(lightest).min().expect("itself");
                assert_eq!(found.0[0], expected, "at {x}, {y} with {reach}");
            }
        }
    }
}
