//! What the library of the chapter promises, a file for each module.

#[path = "../common/mod.rs"]
mod common;

mod data;
mod files;
mod results;
mod speed;
mod training;
mod weights;
mod your_digit;

use ch05_mnist::{Dataset, Recipe, read_images, read_labels};

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
