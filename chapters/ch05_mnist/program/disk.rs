//! What the program reads and writes: data sets, weights. Every error names its file.

use std::path::Path;

use anyhow::{Context, Result};
use book_programs::data::{Set, Source};
use book_programs::files;
use ch02_forward::Network;
use ch05_mnist::{Dataset, load_weights, read_images, read_labels, save_weights};

/// The training set and the test set.
pub fn load(source: &Source) -> Result<(Dataset, Dataset)> {
    source.load_both(1, load_set, Dataset::shape)
}

/// One of the two sets.
pub fn load_set(source: &Source, set: Set) -> Result<Dataset> {
    source.load(set, |file| read_images(file), |file| read_labels(file), Dataset::new)
}

/// Writes the weights, whole or not at all.
pub fn write_weights(path: &Path, network: &Network<f32>) -> Result<()> {
    files::write(path, &save_weights(network))
}

/// The network of a file of weights, for images of `pixels` pixels.
pub fn read_weights(path: &Path, pixels: usize) -> Result<Network<f32>> {
    let bytes = files::read_weights(path)?;
    load_weights(&bytes, pixels).with_context(|| path.display().to_string())
}
