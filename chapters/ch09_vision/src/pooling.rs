//! Pooling: one number for a square of pixels. Page: *Pooling* (`ch09_vision/pooling.md`).
//!
//! Squares do not overlap; rows and columns that fill no square are left out. Images are
//! `[batch × channels × height × width]`.

use std::slice::ChunksExact;

use ch01_neuron::Real;
use ndarray::{Array4, ArrayView4};

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
    let maps = images
        .as_slice()
        .expect("standard layout")
        .chunks((images.dim().2 * images.dim().3).max(1));
    let rows = values.rows_mut().into_iter().zip(places.rows_mut()).enumerate();
    let maps: Vec<&[T]> = maps.collect();
    for (index, (mut values, mut places)) in rows {
        let (map, t) = (maps[index / shape.2], index % shape.2);
        let (values, places) = (values.as_slice_mut(), places.as_slice_mut());
        let (values, places) = values.zip(places).expect("standard layout");
        for k in 0..size {
            let row = &map[(size * t + k) * images.dim().3..][..size * values.len()];
            match size {
                2 => take_larger(row.chunks_exact(2), 2 * k, values, places), // known when compiled
                _ => take_larger(row.chunks_exact(size), size * k, values, places),
            }
        }
    }
    MaxPooled { values, places, size }
}

/// One row of the squares: `first` is the place in a square of the first pixel of each part.
#[inline(always)]
fn take_larger<T: Real>(
    parts: ChunksExact<'_, T>,
    first: usize,
    values: &mut [T],
    places: &mut [u8],
) {
    for ((part, value), at) in parts.zip(values).zip(places) {
        for (l, &pixel) in part.iter().enumerate() {
            let place = first + l;
            let better = place == 0 || pixel > *value;
            *value = if better { pixel } else { *value };
            *at = if better { place as u8 } else { *at };
        }
    }
}

impl<T: Real> MaxPooled<T> {
    /// ∂L/∂x for images of this `shape`: all of a square's gradient goes to the pixel that won.
    pub fn backward(&self, gradient: ArrayView4<T>, (height, width): (usize, usize)) -> Array4<T> {
        let (batch, channels, rows, _) = self.values.dim();
        let mut whole = Array4::zeros((batch, channels, height, width));
        let numbers = whole.as_slice_mut().expect("standard layout");
        let squares = gradient.rows().into_iter().zip(self.places.rows()).enumerate();
        for (index, (gradient, places)) in squares {
            let (map, t) = (index / rows, index % rows);
            let first = (map * height + t * self.size) * width; // of the squares of this row
            for (u, (&gradient, &place)) in gradient.iter().zip(places).enumerate() {
                let (k, l) = (usize::from(place) / self.size, usize::from(place) % self.size);
                numbers[first + k * width + u * self.size + l] = gradient;
            }
        }
        whole
    }
}
