//! What the library of the chapter promises, a file for each module.

mod convolution;
mod backward;
mod pooling;
mod fast;
mod normalization;
mod blocks;
mod lecun1989;
mod ninety_nine;
mod pixels;
mod weights;
mod sees;
mod deeper;
mod transfer;

use ch01_neuron::Real;
use ch05_mnist::{Dataset, Images};
use ch09_vision::*;
use ndarray::{Array1, Array2, Array4};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(9)
}

fn images<T: Real>(shape: [usize; 4], generator: &mut ChaCha8Rng) -> Array4<T> {
    Array4::from_shape_simple_fn(shape, || T::of(2.0 * generator.random::<f64>() - 1.0))
}

fn layer<T: Real>(
    shape: [usize; 4],
    (stride, padding): (usize, usize),
    generator: &mut ChaCha8Rng,
) -> Convolution<T> {
    let bias = (0..shape[0]).map(|_| T::of(generator.random::<f64>())).collect();
    Convolution { kernels: images(shape, generator), bias, stride, padding }
}

/// Images of 8 × 8 pixels in which a bar stands (label 0) or lies (label 1), anywhere.
fn bars(examples: usize) -> Dataset {
    let mut generator = generator();
    let mut pixels = Array2::zeros((examples, 64));
    let labels: Vec<u8> = (0..examples).map(|_| generator.random_range(0..2)).collect();
    for (mut image, &label) in pixels.rows_mut().into_iter().zip(&labels) {
        let (row, column) = (generator.random_range(0..6), generator.random_range(0..6));
        for step in 0..3 {
            let place = if label == 0 { (row + step, column) } else { (row, column + step) };
            image[8 * place.0 + place.1] = 255;
        }
    }
    Dataset::new(Images { pixels, height: 8, width: 8 }, labels).unwrap()
}

#[track_caller]
fn assert_near<T: Real>(left: &Array4<T>, right: &Array4<T>, tolerance: f64) {
    assert_eq!(left.dim(), right.dim());
    for (left, right) in left.iter().zip(right) {
        assert!((*left - *right).as_f64().abs() <= tolerance, "{left} and {right}");
    }
}
