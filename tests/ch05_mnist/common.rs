//! What several pages' tests share.

use ch05_mnist::{CLASSES, Dataset, Images};
use formulas::*;
use ndarray::Array2;
use rand::RngExt;

/// Small images of noise, with labels that mean nothing.
pub fn noise(examples: usize) -> Dataset {
    let mut generator = generator();
    let pixels = Array2::from_shape_simple_fn((examples, 12), || generator.random());
    let labels = labels(examples, CLASSES as u8, &mut generator);
    Dataset::new(Images { pixels, height: 3, width: 4 }, labels).expect("as many of both")
}
