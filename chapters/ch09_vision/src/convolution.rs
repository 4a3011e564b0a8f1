//! Convolution: one small kernel for all places of an image. Page: *Convolution*
//! (`ch09_vision/convolution.md`).
//!
//! What is called convolution here is a cross-correlation: the kernel is not flipped, as in all
//! libraries for neural networks. Images are `[batch × channels × height × width]`.

use ch01_neuron::Real;
use ndarray::{Array1, Array2, Array4, ArrayView1, ArrayView4};
use rand::Rng;

use ch02_forward::Initialization;

/// z(t) = Σₖ w(k) x(t + k): the kernel slides along the signal, and stays inside.
///
/// # Panics
/// If the kernel is empty, or longer than the signal.
pub fn correlation<T: Real>(signal: ArrayView1<T>, kernel: ArrayView1<T>) -> Array1<T> {
    let (length, size) = (signal.len(), kernel.len());
    assert!(
        0 < size && size <= length,
        "correlation: kernel [{size}] must fit into signal [{length}]"
    );
    let places = 0..=length - size;
    places.map(|t| (0..size).map(|k| kernel[k] * signal[t + k]).sum()).collect()
}

/// How many places a kernel has along one side of an image: ⌊(in + 2 padding − kernel) / stride⌋ + 1.
/// Nothing if it does not fit.
pub fn output_size(input: usize, kernel: usize, stride: usize, padding: usize) -> Option<usize> {
    let fits = kernel > 0 && stride > 0 && kernel <= input + 2 * padding;
    fits.then(|| (input + 2 * padding - kernel) / stride + 1)
}

/// Four kernels of 3 × 3 made by hand, row by row, and what each is called. The first finds ink to the right of
/// paper, the second ink below paper, the third whatever differs from what is around it.
#[rustfmt::skip]
pub const BY_HAND: [(&str, [f64; 9]); 4] = [
    ("left edges", [-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0]),
    ("upper edges", [-1.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0]),
    ("outline", [-1.0, -1.0, -1.0, -1.0, 8.0, -1.0, -1.0, -1.0, -1.0]),
    ("blur", [1.0 / 9.0; 9]),
];

/// A layer of kernels, each of which looks at all channels of a patch, at every place of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution<T> {
    /// w, `[outputs × channels × kernel height × kernel width]`
    pub kernels: Array4<T>,
    /// b, `[outputs]`
    pub bias: Array1<T>,
    /// How many pixels the kernels move from one place to the next.
    pub stride: usize,
    /// How many pixels of 0 are put around an image; fewer than the kernels are high and wide.
    pub padding: usize,
}

impl<T: Real> Convolution<T> {
    /// Kernels of `size × size` drawn from `generator`, for a dense layer of as many inputs and
    /// outputs as a kernel sees and gives at one place; the bias is 0, the stride 1.
    pub fn new(
        [channels, outputs, size]: [usize; 3],
        padding: usize,
        initialization: Initialization,
        generator: &mut impl Rng,
    ) -> Self {
        let weights = initialization.weights(channels * size * size, outputs, generator);
        let kernels = weights.reversed_axes().as_standard_layout().into_owned(); // a kernel a row
        let shape = (outputs, channels, size, size);
        let kernels = kernels.into_shape_with_order(shape).expect("as many weights as drawn");
        Self { kernels, bias: Array1::zeros(outputs), stride: 1, padding }
    }

    /// The height and the width of what comes out.
    ///
    /// # Panics
    /// If a kernel does not fit into the padded image, or if the padding is not smaller than it.
    pub fn output_shape(&self, (height, width): (usize, usize)) -> (usize, usize) {
        let (_, _, kernel_height, kernel_width) = self.kernels.dim();
        let (stride, padding) = (self.stride, self.padding);
        let size = |input, kernel| {
            let size = output_size(input, kernel, stride, padding).filter(|_| padding < kernel);
            size.unwrap_or_else(|| {
                panic!(
                    "convolution: kernels {:?} with stride {stride} and padding {padding} do not fit \
                     images of {height} × {width}",
                    self.kernels.dim()
                )
            })
        };
        (size(height, kernel_height), size(width, kernel_width))
    }

    /// z_j(t) = b_j + Σ_i Σₖ w_ij(k) x_i(stride · t + k − padding), with 0 for pixels outside: from
    /// `[batch × channels × height × width]` to `[batch × outputs × …]`. The reference for
    /// [`Convolution::forward`].
    ///
    /// # Panics
    /// If the images have other channels than the kernels, or are too small.
    pub fn forward_by_definition(&self, images: ArrayView4<T>) -> Array4<T> {
        let (batch, channels, height, width) = self.checked(images.dim());
        let (outputs, _, rows, columns) = self.kernels.dim();
        let (new_height, new_width) = self.output_shape((height, width));
        Array4::from_shape_fn((batch, outputs, new_height, new_width), |(r, j, t, u)| {
            let mut z = self.bias[j];
            for (i, k, l) in ndarray::indices((channels, rows, columns)) {
                let row = (self.stride * t + k).checked_sub(self.padding).filter(|&y| y < height);
                let column = (self.stride * u + l).checked_sub(self.padding).filter(|&x| x < width);
                if let (Some(y), Some(x)) = (row, column) {
                    z += self.kernels[[j, i, k, l]] * images[[r, i, y, x]];
                }
            }
            z
        })
    }

    /// The shape of images, whose channels must be those of the kernels.
    pub(crate) fn checked(
        &self,
        images: (usize, usize, usize, usize),
    ) -> (usize, usize, usize, usize) {
        let (kernels, bias) = (self.kernels.dim(), self.bias.len());
        assert!(
            images.1 == kernels.1 && bias == kernels.0,
            "convolution: images {images:?}, kernels {kernels:?} and bias [{bias}] do not fit"
        );
        images
    }

    /// The same layer as a matrix, without the bias: z = K x for the numbers of one image in a row.
    /// `[outputs · new height · new width × channels · height · width]`; nearly all entries are 0, and
    /// the others repeat the kernels.
    pub fn matrix(&self, (height, width): (usize, usize)) -> Array2<T> {
        let (outputs, channels, rows, columns) = self.kernels.dim();
        let (new_height, new_width) = self.output_shape((height, width));
        let shape = (outputs * new_height * new_width, channels * height * width);
        let mut matrix = Array2::zeros(shape);
        for (j, t, u) in ndarray::indices((outputs, new_height, new_width)) {
            for (i, k, l) in ndarray::indices((channels, rows, columns)) {
                let row = (self.stride * t + k).checked_sub(self.padding).filter(|&y| y < height);
                let column = (self.stride * u + l).checked_sub(self.padding).filter(|&x| x < width);
                if let (Some(y), Some(x)) = (row, column) {
                    let place =
                        ((j * new_height + t) * new_width + u, (i * height + y) * width + x);
                    matrix[place] = self.kernels[[j, i, k, l]];
                }
            }
        }
        matrix
    }
}

/// How many pixels along one side an output can see through layers of these `(kernel, stride)`, from
/// the image on: 1 + Σ (kernel − 1) · the product of the strides before.
pub fn receptive_field(layers: &[(usize, usize)]) -> usize {
    let mut step = 1; // how far two neighbors are apart, in pixels of the image
    let mut field = 1;
    for &(kernel, stride) in layers {
        field += (kernel - 1) * step;
        step *= stride;
    }
    field
}
