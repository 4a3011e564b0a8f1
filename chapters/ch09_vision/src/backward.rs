//! The backward pass of a convolution. Page: *Backward through a convolution*
//! (`ch09_vision/backward.md`).

use ch01_neuron::Real;
use ndarray::{Array1, Array4, ArrayBase, ArrayView4, Axis, Data, Ix4};
use rayon::prelude::*;
use rayon::slice::{Chunks, ChunksMut};

use crate::convolution::Convolution;

/// How the loss changes with the parameters of a convolution.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvolutionGradient<T> {
    /// ∂L/∂w, `[outputs × channels × kernel height × kernel width]`
    pub kernels: Array4<T>,
    /// ∂L/∂b, `[outputs]`
    pub bias: Array1<T>,
}

impl<T: Real> Convolution<T> {
    /// Hands each product of the forward pass to `work`: the place in the output, the place in the
    /// kernels, the place in the images.
    fn for_each_product(
        &self,
        images: (usize, usize, usize, usize),
        mut work: impl FnMut([usize; 4], [usize; 4], [usize; 4]),
    ) {
        let (batch, channels, height, width) = self.checked(images);
        let (outputs, _, rows, columns) = self.kernels.dim();
        let (new_height, new_width) = self.output_shape((height, width));
        for (r, j, t, u) in ndarray::indices((batch, outputs, new_height, new_width)) {
            for (i, k, l) in ndarray::indices((channels, rows, columns)) {
                let row = (self.stride * t + k).checked_sub(self.padding).filter(|&y| y < height);
                let column = (self.stride * u + l).checked_sub(self.padding).filter(|&x| x < width);
                if let (Some(y), Some(x)) = (row, column) {
                    work([r, j, t, u], [j, i, k, l], [r, i, y, x]);
                }
            }
        }
    }

    /// ∂L/∂w and ∂L/∂b by the one rule: each weight collects, from every product that it was part of,
    /// δ times the pixel that it met there. `delta` is ∂L/∂z, `[batch × outputs × …]`. The reference
    /// for [`Convolution::backward`].
    ///
    /// # Panics
    /// If the shapes do not belong together.
    pub fn backward_by_definition(
        &self,
        images: ArrayView4<T>,
        delta: ArrayView4<T>,
    ) -> ConvolutionGradient<T> {
        let mut kernels = Array4::zeros(self.kernels.dim());
        self.for_each_product(images.dim(), |output, weight, pixel| {
            kernels[weight] += delta[output] * images[pixel];
        });
        let bias = delta.sum_axis(Axis(3)).sum_axis(Axis(2)).sum_axis(Axis(0)); // [outputs]
        ConvolutionGradient { kernels, bias }
    }

    /// ∂L/∂x by the same rule: each pixel collects δ times the weight that it met. The images were of
    /// `shape`, height and width. The reference for [`Convolution::input_gradient`].
    pub fn input_gradient_by_definition(
        &self,
        delta: ArrayView4<T>,
        shape: (usize, usize),
    ) -> Array4<T> {
        let images = (delta.dim().0, self.kernels.dim().1, shape.0, shape.1);
        let mut gradient = Array4::zeros(images);
        self.for_each_product(images, |output, weight, pixel| {
            gradient[pixel] += delta[output] * self.kernels[weight];
        });
        gradient
    }

    /// The layer whose forward pass carries δ back to the images, for a stride of 1: the kernels are
    /// turned by 180° and go from outputs to channels, and the padding becomes kernel − 1 − padding.
    ///
    /// # Panics
    /// If the kernels are not square, or the stride is not 1.
    pub fn flipped(&self) -> Self {
        let (_, channels, rows, columns) = self.kernels.dim();
        let stride = self.stride;
        assert!(rows == columns && stride == 1, "flipped: {rows} × {columns}, stride {stride}");
        let mut turned = self.kernels.view();
        turned.invert_axis(Axis(2));
        turned.invert_axis(Axis(3));
        let kernels = turned.permuted_axes([1, 0, 2, 3]).as_standard_layout().into_owned();
        Self { kernels, bias: Array1::zeros(channels), stride, padding: rows - 1 - self.padding }
    }
}

/// Numbers with `stride` − 1 zeros between neighbors, in both directions.
pub fn dilated<T: Real>(numbers: ArrayView4<T>, stride: usize) -> Array4<T> {
    let (batch, channels, height, width) = numbers.dim();
    let size = |count: usize| (count.max(1) - 1) * stride + 1;
    Array4::from_shape_fn((batch, channels, size(height), size(width)), |(r, i, t, u)| {
        let between = t % stride != 0 || u % stride != 0;
        if between { T::zero() } else { numbers[[r, i, t / stride, u / stride]] }
    })
}

/// How many of `images` a thread is given at once, if each takes so many products: an equal share, so that
/// what it made of an image in one layer is in its own cache when the next layer needs it. But no fewer than a
/// million products, for to wake a thread takes as long.
pub(crate) fn share(images: usize, products: usize) -> usize {
    let equal = images / rayon::current_num_threads().next_power_of_two(); // rayon splits in halves
    equal.max((1 << 20) / products.max(1) + 1)
}

/// A number that is only read or written takes as long as so many products.
pub(crate) const NUMBER: usize = 32;

/// The images of a batch, a slice each, for rayon to deal out among threads.
pub(crate) fn by_image<T: Sync, S: Data<Elem = T>>(images: &ArrayBase<S, Ix4>) -> Chunks<'_, T> {
    let size = images.len() / images.dim().0.max(1);
    images.as_slice().expect("standard layout").par_chunks(size.max(1))
}

/// The same, to change.
pub(crate) fn by_image_mut<T: Send>(images: &mut Array4<T>) -> ChunksMut<'_, T> {
    let size = images.len() / images.dim().0.max(1);
    images.as_slice_mut().expect("standard layout").par_chunks_mut(size.max(1))
}

/// Images of zeros. Each thread writes those that [`share`] will give it, so that they lie in its cache.
pub(crate) fn zeros<T: Real>(shape: (usize, usize, usize, usize)) -> Array4<T> {
    let (batch, channels, height, width) = shape;
    let image = channels * height * width;
    let registers = rayon::iter::repeat_n([T::zero(); 16], (batch * image).div_ceil(16));
    let share = share(batch, NUMBER * image) * image / 16;
    let numbers: Vec<[T; 16]> = registers.with_min_len(share.max(1)).collect();
    let mut numbers = numbers.into_flattened();
    numbers.truncate(batch * image);
    Array4::from_shape_vec(shape, numbers).expect("as many numbers")
}

/// Hands each image of `images`, with the one of `other` images at the same place, to `work`, if one takes
/// so many products; on several threads if that pays.
pub(crate) fn for_each_image<T: Send, U: Real>(
    images: &mut Array4<T>,
    other: ArrayView4<U>,
    products: usize,
    work: impl Fn((&mut [T], &[U])) + Sync + Send,
) {
    let other = other.as_standard_layout();
    let pairs = by_image_mut(images).zip(by_image(&other));
    let share = share(pairs.len(), products);
    pairs.with_min_len(share).for_each(work);
}

/// Σ term(j, x, y) over all images and places of each channel j, for the numbers x and y of two batches
/// of images; `[channels]`.
pub(crate) fn channel_sums<T: Real>(
    images: [ArrayView4<T>; 2],
    term: impl Fn(usize, T, T) -> T + Sync,
) -> Array1<T> {
    let (batch, channels, height, width) = images[0].dim();
    let of_image = |(left, right): (&[T], &[T])| -> Vec<T> {
        let maps = left.chunks(height * width).zip(right.chunks(height * width)).enumerate();
        maps.map(|(j, (x, y))| lane_sum(x, y, |x, y| term(j, x, y))).collect()
    };
    let pairs = by_image(&images[0]).zip(by_image(&images[1]));
    let sums = pairs.with_min_len(share(batch, NUMBER * channels * height * width)).map(of_image);
    let sums: Vec<Vec<T>> = sums.collect();
    debug_assert_eq!(sums.len(), batch);
    (0..channels).map(|j| sums.iter().map(|of_image| of_image[j]).sum()).collect()
}

/// Σ f(x, y), in sixteen sums that are added at the end: they fill a register, which one sum would not.
fn lane_sum<T: Real>(left: &[T], right: &[T], f: impl Fn(T, T) -> T) -> T {
    let ((lefts, left), (rights, right)) = (left.as_chunks::<16>(), right.as_chunks::<16>());
    let mut sums = [T::zero(); 16];
    for (x, y) in lefts.iter().zip(rights) {
        for lane in 0..16 {
            sums[lane] += f(x[lane], y[lane]);
        }
    }
    let rest: T = left.iter().zip(right).map(|(&x, &y)| f(x, y)).sum();
    sums.into_iter().sum::<T>() + rest
}
