//! What the program reads and writes. Every error names its file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use book_programs::data::Source;
use book_programs::files;
use ch01_neuron::Real;
use ch02_forward::Network;
use ch05_mnist::{Dataset, load_weights, read_images, read_labels};

/// The training set and the test set beside chapter 5.
pub fn load() -> Result<(Dataset, Dataset)> {
    let load = |source: &Source, set| {
        source.load(set, |file| read_images(file), |file| read_labels(file), Dataset::new)
    };
    Source::new(None).load_both(60_000, load, Dataset::shape)
}

/// The network of a file of weights, for images of 28 × 28 pixels.
pub fn read_weights<T: Real>(path: &Path) -> Result<Network<T>> {
    load_weights(&files::read_weights(path)?, 28 * 28).with_context(|| path.display().to_string())
}

/// The record of the long experiment, which the chapter quotes.
pub fn record() -> Result<PathBuf> {
    Ok(book_figures::root()?.join("chapters/ch07_inside/results/adversaries.json"))
}

/// Where the long experiment keeps what it has, if nothing else is said.
pub fn checkpoint() -> Result<PathBuf> {
    Ok(book_figures::root()?.join("target/ch07_inside/adversaries.json"))
}
