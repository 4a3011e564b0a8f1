//! What the program reads and writes. Every error names its file.

use std::path::PathBuf;

use anyhow::Result;
use book_programs::data::Source;
use ch05_mnist::{Dataset, read_images, read_labels};

/// The training set and the test set beside chapter 5.
pub fn load() -> Result<(Dataset, Dataset)> {
    let load = |source: &Source, set| {
        source.load(set, |file| read_images(file), |file| read_labels(file), Dataset::new)
    };
    Source::new(None).load_both(60_000, load, Dataset::shape)
}

/// The record of a long experiment, which the chapter quotes.
pub fn record(name: &str) -> Result<PathBuf> {
    let results = book_figures::root()?.join("chapters/ch08_tuning/results");
    Ok(results.join(name).with_extension("json"))
}

/// The space of the chapter's searches.
pub fn space() -> Result<PathBuf> {
    Ok(book_figures::root()?.join("chapters/ch08_tuning/data/space.toml"))
}
