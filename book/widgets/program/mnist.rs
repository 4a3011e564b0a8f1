//! MNIST, as it comes with chapter 5, for the programs of the widgets.

use anyhow::Result;
use book_programs::data::{Set, Source};
use ch05_mnist::{Dataset, read_images, read_labels};

/// One of its two sets.
pub fn load(set: Set) -> Result<Dataset> {
    Source::new(None).load(set, |file| read_images(file), |file| read_labels(file), Dataset::new)
}
