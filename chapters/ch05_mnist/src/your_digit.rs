//! A picture of a digit, made like those that the network has learned from. Page: *Your own digit*
//! (`ch05_mnist/your_digit.md`).

use ch01_neuron::Real;
use image::GrayImage;
use image::imageops::{self, FilterType};
use ndarray::Array2;

use crate::data::brightness;

/// How many pixels an MNIST image has from side to side, and its digit from end to end.
const IMAGE_SIDE: usize = 28;
const DIGIT_SIDE: u32 = 20;

/// A picture of a digit as MNIST has them: light on dark, 20 pixels along its longer side, with the
/// center of its ink in the center of 28 × 28 pixels. `[1 × 784]`, from 0 to 1.
///
/// The picture may be of any size, dark on light or light on dark: the paper is what most of its
/// edge shows. Gives nothing if all its pixels are alike, so that there is no digit.
pub fn center_digit<T: Real>(picture: &GrayImage) -> Option<Array2<T>> {
    let ink = stretch_contrast(picture)?;
    let digit = crop_to_ink(&ink);
    let longest = digit.width().max(digit.height());
    let scaled = |side: u32| (side * DIGIT_SIDE).div_ceil(longest).max(1);
    let (width, height) = (scaled(digit.width()), scaled(digit.height()));
    let digit = imageops::resize(&digit, width, height, FilterType::Triangle);
    let (x, y) = center_of_ink(&digit)?;
    let middle = IMAGE_SIDE as f64 / 2.0 + 0.5; // the middle of pixel 14, as in MNIST
    let shift = |center: f64, side: u32| {
        (middle - center).round().clamp(0.0, (IMAGE_SIDE as u32 - side) as f64) as usize
    };
    let (left, top) = (shift(x, width), shift(y, height));
    let mut input = Array2::zeros((1, IMAGE_SIDE * IMAGE_SIDE));
    for (x, y, pixel) in digit.enumerate_pixels() {
        input[[0, (top + y as usize) * IMAGE_SIDE + left + x as usize]] = brightness(pixel.0[0]);
    }
    Some(input)
}

/// Paper becomes 0 and the strongest ink 255. Paper is the median shade of the edge. Gives nothing if
/// all pixels are alike.
pub fn stretch_contrast(picture: &GrayImage) -> Option<GrayImage> {
    let (width, height) = picture.dimensions();
    let on_edge = |x, y| x == 0 || y == 0 || x + 1 == width || y + 1 == height;
    let edge = picture.enumerate_pixels().filter(|&(x, y, _)| on_edge(x, y));
    let mut edge: Vec<u8> = edge.map(|(_, _, pixel)| pixel.0[0]).collect();
    edge.sort_unstable();
    let paper = f64::from(*edge.get(edge.len() / 2)?);
    let strength = |pixel: u8| (f64::from(pixel) - paper).abs();
    let strongest = picture.iter().map(|&pixel| strength(pixel)).fold(0.0, f64::max);
    if strongest == 0.0 {
        return None;
    }
    let mut ink = picture.clone();
    for pixel in ink.iter_mut() {
        *pixel = (255.0 * strength(*pixel) / strongest).round() as u8;
    }
    Some(ink)
}

/// The smallest rectangle with all ink that is more than a fifth as strong as 255. Panics if there is
/// none; after [`stretch_contrast`] there is.
pub fn crop_to_ink(ink: &GrayImage) -> GrayImage {
    let dark = || ink.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] > 51);
    let (left, right) = (dark().map(|p| p.0).min(), dark().map(|p| p.0).max());
    let (top, bottom) = (dark().map(|p| p.1).min(), dark().map(|p| p.1).max());
    let corners = left.zip(right).zip(top.zip(bottom)).expect("there is ink");
    let ((left, right), (top, bottom)) = corners;
    imageops::crop_imm(ink, left, top, right - left + 1, bottom - top + 1).to_image()
}

/// The mean position of the ink, right and down from the upper left corner, in pixels. Gives nothing
/// if there is no ink left, as of two specks far apart.
pub fn center_of_ink(ink: &GrayImage) -> Option<(f64, f64)> {
    let total: f64 = ink.iter().map(|&pixel| f64::from(pixel)).sum();
    let sums = ink.enumerate_pixels().fold((0.0, 0.0), |(x_sum, y_sum), (x, y, pixel)| {
        let weight = f64::from(pixel.0[0]);
        (x_sum + weight * (f64::from(x) + 0.5), y_sum + weight * (f64::from(y) + 0.5))
    });
    (total > 0.0).then(|| (sums.0 / total, sums.1 / total))
}
