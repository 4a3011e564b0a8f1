//! What the library of the chapter promises, a file for each module.

#[path = "../common/mod.rs"]
mod common;

mod data;
mod files;
mod products;
mod results;
mod speed;
mod training;
mod weights;
mod your_digit;
mod zeros;

use ch02_forward::product_by_definition;
use ch05_mnist::{Dataset, Recipe, read_images, read_labels};

use ndarray::{Array2, ArrayView2};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use common::{idx_images, idx_labels, labels};

/// A data set from its two files.
fn read(images: &[u8], labels: &[u8]) -> Option<Dataset> {
    Dataset::new(read_images(images).ok()?, read_labels(labels).ok()?).ok()
}

/// Ten classes that can be learned, in images of 5 × 4 pixels.
fn small(count: usize) -> Dataset {
    let labels = labels(count);
    read(&idx_images(&labels, 5, 4, 0), &idx_labels(&labels)).unwrap()
}

fn recipe(hidden: &[usize]) -> Recipe {
    Recipe { hidden: hidden.to_vec(), ..Recipe::documents() }
}

/// Numbers between −1 and 1, of which the share `zeros` is 0.
fn random(shape: (usize, usize), zeros: f64, generator: &mut ChaCha8Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || {
        if generator.random_bool(zeros) { 0.0 } else { 2.0 * generator.random::<f64>() - 1.0 }
    })
}

/// Against the definition. 1e-13: some hundred roundings of numbers below 1, at 1e-16 each.
fn assert_product(result: ArrayView2<f64>, left: ArrayView2<f64>, right: ArrayView2<f64>) {
    let by_definition = product_by_definition(left, right);
    assert_eq!(result.dim(), by_definition.dim());
    for (ours, plain) in result.iter().zip(&by_definition) {
        assert!((ours - plain).abs() <= 1e-13, "{ours} and {plain}");
    }
}

fn in_pool_of<R: Send>(threads: usize, job: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(job)
}
