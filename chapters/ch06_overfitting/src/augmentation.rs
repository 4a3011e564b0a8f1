//! New images out of old ones: shifts and elastic deformations. Page: *More examples out of old ones*
//! (`ch06_overfitting/augmentation.md`).

use ch01_neuron::Real;
use ch05_mnist::{Dataset, Examples};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2};
use rand::{Rng, RngExt};

/// The image moved down by `rows` and right by `columns`; what comes in from beyond its edges is 0.
pub fn shift<T: Real>(image: ArrayView2<T>, rows: isize, columns: isize) -> Array2<T> {
    Array2::from_shape_fn(image.dim(), |(i, j)| {
        pixel(image, i as isize - rows, j as isize - columns)
    })
}

/// A pixel of an image, 0 beyond its edges.
fn pixel<T: Real>(image: ArrayView2<T>, row: isize, column: isize) -> T {
    let place = usize::try_from(row).ok().zip(usize::try_from(column).ok()); // none below 0
    place.and_then(|place| image.get(place)).copied().unwrap_or(T::zero())
}

/// The brightness at a place between pixels: the mean of the four around it, each with more weight
/// the nearer it is.
///
/// # Panics
/// If the place is not a number, or too far away for an `isize`.
pub fn bilinear<T: Real>(image: ArrayView2<T>, row: T, column: T) -> T {
    let (top, left) = (row.floor(), column.floor());
    let (down, right) = (row - top, column - left); // from 0 to 1
    let whole = |number: T| number.to_isize().expect("a place near the image");
    let (i, j) = (whole(top), whole(left));
    let between = |a: T, b: T, share: T| a + share * (b - a);
    between(
        between(pixel(image, i, j), pixel(image, i, j + 1), right),
        between(pixel(image, i + 1, j), pixel(image, i + 1, j + 1), right),
        down,
    )
}

/// A bell curve of standard deviation `width`, at whole distances up to three times as far, scaled
/// so that its entries add up to 1.
///
/// # Panics
/// If `width` is not above 0 and at most a thousand.
pub fn gaussian_kernel<T: Real>(width: T) -> Array1<T> {
    let inside = width > T::zero() && width <= T::of(1000.0);
    assert!(inside, "gaussian kernel: width {width} must be above 0 and at most 1000");
    let reach = (T::of(3.0) * width).ceil().as_f64() as isize;
    let bell = |distance: isize| (-T::of(0.5) * (T::of(distance as f64) / width).powi(2)).exp();
    let kernel: Array1<T> = (-reach..=reach).map(bell).collect();
    let sum = kernel.sum();
    kernel / sum
}

/// Each number of a field becomes a mean of its neighbors with the weights of the kernel, first
/// along the rows, then along the columns. What lies beyond the edges counts as 0.
pub fn smooth<T: Real>(field: ArrayView2<T>, kernel: ArrayView1<T>) -> Array2<T> {
    let along_rows = smooth_rows(field, kernel);
    smooth_rows(along_rows.t(), kernel).reversed_axes()
}

/// The sum of 2r + 1 shifted copies of the rows, each times its number of the kernel.
fn smooth_rows<T: Real>(field: ArrayView2<T>, kernel: ArrayView1<T>) -> Array2<T> {
    let (reach, width) = (kernel.len() / 2, field.ncols());
    let field = field.as_standard_layout();
    let mut smoothed = Array2::zeros(field.dim());
    for (from, mut to) in field.rows().into_iter().zip(smoothed.rows_mut()) {
        let (from, to) = (from.to_slice().expect("standard layout"), to.as_slice_mut());
        let to = to.expect("standard layout");
        for (place, &weight) in kernel.iter().enumerate() {
            let (right, left) = (place.saturating_sub(reach), reach.saturating_sub(place));
            let kept = width.saturating_sub(right.max(left)); // pixels that stay inside
            for (sum, &number) in
                to[left.min(width)..][..kept].iter_mut().zip(&from[right.min(width)..])
            {
                *sum += weight * number;
            }
        }
    }
    smoothed
}

/// How far each pixel looks: two fields of numbers, `[height × width]`, in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Displacement<T> {
    /// Downward.
    pub rows: Array2<T>,
    /// To the right.
    pub columns: Array2<T>,
}

impl<T: Real> Displacement<T> {
    /// Random numbers between −1 and 1, smoothed by a bell curve of this `width`, times `strength`
    /// (Simard, Steinkraus and Platt 2003).
    pub fn elastic(
        shape: (usize, usize),
        (strength, width): (T, T),
        generator: &mut impl Rng,
    ) -> Self {
        let kernel = gaussian_kernel(width);
        let mut field = || {
            let draw = || T::of(2.0 * generator.random::<f64>() - 1.0);
            let noise = Array2::from_shape_simple_fn(shape, draw);
            smooth(noise.view(), kernel.view()) * strength
        };
        Self { rows: field(), columns: field() }
    }

    /// The image in which each pixel shows what the field makes it look at.
    ///
    /// # Panics
    /// If the image and the fields differ in size.
    pub fn apply(&self, image: ArrayView2<T>) -> Array2<T> {
        let (shape, fields) = (image.dim(), [self.rows.dim(), self.columns.dim()]);
        assert!(fields == [shape; 2], "displacement: image {shape:?} and fields {fields:?} differ");
        Array2::from_shape_fn(shape, |(i, j)| {
            let row = T::of(i as f64) + self.rows[[i, j]];
            let column = T::of(j as f64) + self.columns[[i, j]];
            bilinear(image, row, column)
        })
    }
}

/// How new examples are made of old ones, each time that these are seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Augmentation {
    /// The images stay as they are.
    None,
    /// Moved by up to so many pixels, up or down and left or right.
    Shift(usize),
    /// Bent, by [`Displacement::elastic`].
    Elastic {
        /// α of the paper, in pixels.
        strength: f64,
        /// σ of the paper, in pixels.
        width: f64,
    },
}

impl Augmentation {
    /// A new image of an old one. Shifts are of at most 2³¹ − 1 pixels.
    pub fn image<T: Real>(self, image: ArrayView2<T>, generator: &mut impl Rng) -> Array2<T> {
        match self {
            Self::None => image.to_owned(),
            Self::Shift(most) => {
                let most = most as i32;
                let mut draw = || generator.random_range(-most..=most) as isize;
                shift(image, draw(), draw())
            }
            Self::Elastic { strength, width } => {
                let sizes = (T::of(strength), T::of(width));
                Displacement::elastic(image.dim(), sizes, generator).apply(image)
            }
        }
    }

    /// The same for each row of a batch, `[batch × pixels]`, of images of this shape.
    pub fn batch<T: Real>(
        self,
        inputs: &mut Array2<T>,
        shape: (usize, usize),
        generator: &mut impl Rng,
    ) {
        if self == Self::None {
            return;
        }
        for row in inputs.rows_mut() {
            let mut image: ArrayViewMut2<T> =
                row.into_shape_with_order(shape).expect("as many pixels as the shape says");
            let new = self.image(image.view(), generator);
            image.assign(&new);
        }
    }
}

/// A data set whose images are varied each time that they are seen.
#[derive(Debug, Clone, Copy)]
pub struct Augmented<'a> {
    /// The images as they are.
    pub data: &'a Dataset,
    /// How they are varied.
    pub augmentation: Augmentation,
}

impl<T: Real> Examples<T> for Augmented<'_> {
    fn count(&self) -> usize {
        self.data.len()
    }

    fn batch(&self, indices: &[usize], generator: &mut impl Rng) -> (Array2<T>, Array2<T>) {
        let (mut inputs, targets) = self.data.batch(indices);
        let shape = (self.data.images.height, self.data.images.width);
        self.augmentation.batch(&mut inputs, shape, generator);
        (inputs, targets)
    }
}
