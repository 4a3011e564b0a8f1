//! Pooling: one number for a square of pixels. Page: *Pooling* (`ch09_vision/pooling.md`).
//!
//! Squares do not overlap; rows and columns that fill no square are left out. Images are
//! `[batch × channels × height × width]`.

use ch01_neuron::Real;
use ndarray::{Array4, ArrayView4};
use rayon::prelude::*;

use crate::backward::{NUMBER, by_image, by_image_mut, share, zeros};

/// The mean of each square of `size × size` pixels.
///
/// # Panics
/// If `size` is 0.
pub fn mean_pool<T: Real>(images: ArrayView4<T>, size: usize) -> Array4<T> {
    let share = T::of(1.0 / (size * size) as f64);
    Array4::from_shape_fn(pooled_shape(images.dim(), size), |(r, i, t, u)| {
        let pixels = ndarray::indices((size, size)).into_iter();
        let sum: T = pixels.map(|(k, l)| images[[r, i, size * t + k, size * u + l]]).sum();
        sum * share
    })
}

/// ∂L/∂x of [`mean_pool`] for images of this `shape`: each pixel of a square gets the same share of the
/// square's gradient.
pub fn mean_pool_backward<T: Real>(
    gradient: ArrayView4<T>,
    size: usize,
    (height, width): (usize, usize),
) -> Array4<T> {
    let share = T::of(1.0 / (size * size) as f64);
    let (batch, channels, rows, columns) = gradient.dim();
    Array4::from_shape_fn((batch, channels, height, width), |(r, i, y, x)| {
        let (t, u) = (y / size, x / size);
        let inside = t < rows && u < columns;
        if inside { gradient[[r, i, t, u]] * share } else { T::zero() }
    })
}

/// Height and width of what is left of images.
fn pooled_shape(
    (batch, channels, height, width): (usize, usize, usize, usize),
    size: usize,
) -> (usize, usize, usize, usize) {
    assert!(size > 0, "pooling: squares of {size} pixels");
    (batch, channels, height / size, width / size)
}

/// The largest number of each square, and where it was.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxPooled<T> {
    /// `[batch × channels × height / size × width / size]`
    pub values: Array4<T>,
    /// Which pixel of its square each value was, counted row by row.
    pub places: Array4<u8>,
    /// How many pixels a square is high and wide.
    pub size: usize,
}

/// The largest number of each square of `size × size` pixels; the first of them, row by row, if there
/// is a tie.
///
/// # Panics
/// If `size` is 0, or more than 16.
pub fn max_pool<T: Real>(images: ArrayView4<T>, size: usize) -> MaxPooled<T> {
    assert!(size <= 16, "max pooling: squares of {size} pixels, at most 16 are expected");
    let shape = pooled_shape(images.dim(), size);
    let (mut values, mut places) = (Array4::zeros(shape), Array4::zeros(shape));
    let images = images.as_standard_layout();
    let (batch, channels, height, width) = images.dim();
    let of_image = |((values, places), image): ((&mut [T], &mut [u8]), &[T])| {
        let squares = values.chunks_exact_mut(shape.3).zip(places.chunks_exact_mut(shape.3));
        for (index, (values, places)) in squares.enumerate() {
            let (map, t) = (index / shape.2, index % shape.2);
            let rows = &image[(map * height + size * t) * width..][..size * width];
            match size {
                2 => take_largest_of_four(rows.split_at(width), values, places),
                _ => take_largest(rows, (width, size), values, places),
            }
        }
    };
    if !values.is_empty() {
        let pooled = by_image_mut(&mut values).zip(by_image_mut(&mut places));
        let images = pooled.zip(by_image(&images));
        images.with_min_len(share(batch, NUMBER * channels * height * width)).for_each(of_image);
    }
    MaxPooled { values, places, size }
}

/// The largest numbers of the squares of `size` rows of so many numbers.
fn take_largest<T: Real>(
    rows: &[T],
    (width, size): (usize, usize),
    values: &mut [T],
    places: &mut [u8],
) {
    let rows = &rows[..size * width];
    for (u, (value, at)) in values.iter_mut().zip(places).enumerate() {
        let (mut largest, mut place) = (rows[u * size], 0);
        for k in 0..size {
            let part = &rows[k * width + u * size..][..size];
            for (l, &pixel) in part.iter().enumerate() {
                let larger = pixel > largest;
                largest = if larger { pixel } else { largest };
                place = if larger { k * size + l } else { place };
            }
        }
        (*value, *at) = (largest, place as u8);
    }
}

/// The same for squares of 2 × 2, from the two rows that they stand in.
fn take_largest_of_four<T: Real>(
    (upper, lower): (&[T], &[T]),
    values: &mut [T],
    places: &mut [u8],
) {
    let ((upper, _), (lower, _)) = (upper.as_chunks::<2>(), lower.as_chunks::<2>());
    for (((a, b), value), at) in upper.iter().zip(lower).zip(values).zip(places) {
        let (mut largest, mut place) = (a[0], 0);
        for (pixel, number) in [(a[1], 1), (b[0], 2), (b[1], 3)] {
            let larger = pixel > largest;
            largest = if larger { pixel } else { largest };
            place = if larger { number } else { place };
        }
        (*value, *at) = (largest, place);
    }
}

impl<T: Real> MaxPooled<T> {
    /// ∂L/∂x for images of this `shape`: all of a square's gradient goes to the pixel that won.
    pub fn backward(&self, gradient: ArrayView4<T>, (height, width): (usize, usize)) -> Array4<T> {
        let (batch, channels, rows, columns) = self.values.dim();
        let mut whole = zeros((batch, channels, height, width));
        let gradient = gradient.as_standard_layout();
        let size = self.size;
        let offsets: Vec<usize> =
            (0..size * size).map(|at| at / size * width + at % size).collect();
        let of_image = |((image, places), gradient): ((&mut [T], &[u8]), &[T])| {
            let squares = gradient.chunks_exact(columns).zip(places.chunks_exact(columns));
            for (index, (gradient, places)) in squares.enumerate() {
                let (map, t) = (index / rows, index % rows);
                let squares = &mut image[(map * height + size * t) * width..][..size * width];
                hand_out(gradient, places, squares, (size, &offsets));
            }
        };
        if !gradient.is_empty() {
            let images = by_image_mut(&mut whole).zip(by_image(&self.places));
            let images = images.zip(by_image(&gradient));
            let share = share(batch, NUMBER * channels * height * width);
            images.with_min_len(share).for_each(of_image);
        }
        whole
    }
}

/// Writes each gradient to its place in one of the squares of some rows, where 0 stands already.
fn hand_out<T: Real>(
    gradient: &[T],
    places: &[u8],
    squares: &mut [T],
    (size, offsets): (usize, &[usize]),
) {
    for (u, (&gradient, &at)) in gradient.iter().zip(places).enumerate() {
        squares[u * size + offsets[usize::from(at)]] = gradient;
    }
}
