//! What the program reads and writes. Every error names its file.

use std::path::Path;

use anyhow::{Context, Result};
use book_programs::data::{Set, Source};
use book_programs::files;
use ch05_mnist::{Dataset, read_images, read_labels};
use ch09_vision::{ConvolutionalNetwork, load_network, save_network};

/// The training set and the test set.
pub fn load(source: &Source) -> Result<(Dataset, Dataset)> {
    source.load_both(1, load_set, Dataset::shape)
}

/// One of the two sets.
pub fn load_set(source: &Source, set: Set) -> Result<Dataset> {
    source.load(set, |file| read_images(file), |file| read_labels(file), Dataset::new)
}

/// Writes the weights, whole or not at all.
pub fn write_weights(path: &Path, network: &ConvolutionalNetwork<f32>) -> Result<()> {
    files::write(path, &save_network(network))
}

/// The network of a file of weights, for images of this shape.
pub fn read_weights(path: &Path, shape: (usize, usize)) -> Result<ConvolutionalNetwork<f32>> {
    let bytes = files::read_weights(path)?;
    load_network(&bytes, shape).with_context(|| path.display().to_string())
}
