//! What several pages' tests share.

use ch09_vision::Convolution;
use formulas::*;
use ndarray::Array4;
use rand_chacha::ChaCha8Rng;

/// Normal numbers of mean 0 and variance 1.
pub fn images(shape: [usize; 4], generator: &mut ChaCha8Rng) -> Array4<f64> {
    Array4::from_shape_simple_fn(shape, || number(generator))
}

/// A layer of random kernels and biases, `[outputs, channels, height, width]`.
pub fn layer(
    shape: [usize; 4],
    stride: usize,
    padding: usize,
    generator: &mut ChaCha8Rng,
) -> Convolution<f64> {
    let (kernels, bias) = (images(shape, generator), vector(shape[0], generator));
    Convolution { kernels, bias, stride, padding }
}

/// Layers with images that fit them: kernels of one pixel and as large as the image, strides that leave
/// pixels out, padding, one channel and several, a batch of one.
pub fn cases(generator: &mut ChaCha8Rng) -> Vec<(Convolution<f64>, Array4<f64>)> {
    let shapes = [
        ([1, 1, 1, 1], 1, 0, [1, 1, 1, 1]),
        ([1, 1, 3, 3], 1, 0, [2, 1, 5, 6]),
        ([2, 3, 3, 3], 1, 1, [2, 3, 4, 5]),
        ([3, 2, 2, 3], 1, 1, [1, 2, 5, 4]),
        ([2, 1, 5, 5], 2, 2, [3, 1, 8, 8]),
        ([2, 2, 3, 3], 2, 0, [2, 2, 6, 8]),
        ([2, 2, 3, 3], 3, 2, [1, 2, 7, 5]),
        ([4, 2, 4, 4], 1, 0, [2, 2, 4, 4]),
        ([5, 3, 2, 2], 4, 1, [2, 3, 9, 9]),
    ];
    let case = |(kernels, stride, padding, shape)| {
        (layer(kernels, stride, padding, generator), images(shape, generator))
    };
    shapes.map(case).into()
}

/// The number of an image at a row and a column, which may lie beyond its edges: 0 there.
pub fn pixel(images: &Array4<f64>, r: usize, i: usize, row: isize, column: isize) -> f64 {
    let place = usize::try_from(row).ok().zip(usize::try_from(column).ok());
    place.and_then(|(y, x)| images.get([r, i, y, x])).copied().unwrap_or(0.0)
}
