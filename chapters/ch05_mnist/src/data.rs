//! Images with their labels, and the batches that are made of them. Page: *Look before you train*
//! (`ch05_mnist/data.md`).

use ch01_neuron::Real;
use ch02_forward::one_hot;
use ndarray::{Array2, Axis};
use rand::{Rng, RngExt};
use thiserror::Error;

use crate::files::{CLASSES, Images};

/// Images with what they show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// `[examples × pixels]`
    pub images: Images,
    /// A digit for each image.
    pub labels: Vec<u8>,
}

/// Images and labels that do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected as many labels as images, found {labels} labels for {images} images")]
pub struct CountMismatch {
    /// How many images there are.
    pub images: usize,
    /// How many labels there are.
    pub labels: usize,
}

impl Dataset {
    /// Puts images and labels together.
    pub fn new(images: Images, labels: Vec<u8>) -> Result<Self, CountMismatch> {
        let (images_count, labels_count) = (images.pixels.nrows(), labels.len());
        if images_count != labels_count {
            return Err(CountMismatch { images: images_count, labels: labels_count });
        }
        Ok(Self { images, labels })
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Examples, and pixels from top to bottom and from left to right.
    pub fn shape(&self) -> [usize; 3] {
        [self.len(), self.images.height, self.images.width]
    }

    /// How many numbers describe an image.
    pub fn pixels(&self) -> usize {
        self.images.pixels.ncols()
    }

    /// The first `count` examples, or all if there are fewer.
    pub fn first(&self, count: usize) -> Self {
        let count = count.min(self.len());
        let pixels = self.images.pixels.slice_axis(Axis(0), (..count).into()).to_owned();
        Self { images: Images { pixels, ..self.images }, labels: self.labels[..count].to_vec() }
    }

    /// The examples with these indices, as a network wants them: inputs from 0 to 1,
    /// `[batch × pixels]`, and one-hot targets, `[batch × classes]`.
    pub fn batch<T: Real>(&self, indices: &[usize]) -> (Array2<T>, Array2<T>) {
        let shape = (indices.len(), self.pixels());
        let mut inputs = Array2::zeros(shape);
        for (mut row, &index) in inputs.rows_mut().into_iter().zip(indices) {
            let row = row.as_slice_mut().expect("standard layout");
            row.iter_mut().zip(self.image(index)).for_each(|(to, &pixel)| *to = brightness(pixel));
        }
        let labels: Vec<u8> = indices.iter().map(|&index| self.labels[index]).collect();
        (inputs, one_hot(&labels, CLASSES))
    }

    /// The pixels of one image, row by row.
    fn image(&self, index: usize) -> &[u8] {
        self.images.pixels.row(index).to_slice().expect("images are kept in standard layout")
    }
}

/// A pixel as a number from 0 to 1.
#[inline]
pub(crate) fn brightness<T: Real>(pixel: u8) -> T {
    T::from_u8(pixel).expect("every float type holds 0 to 255") * T::of(1.0 / 255.0)
}

/// The numbers from 0 to `count` − 1 in an order in which every order is equally likely
/// (Durstenfeld 1964, after Fisher and Yates 1938).
pub fn shuffled(count: usize, generator: &mut impl Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, generator.random_range(0..=last));
    }
    order
}
