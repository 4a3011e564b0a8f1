//! What the program reads and writes: the data, and the outcome of long experiments. Every error
//! names its file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use book_programs::data::{Set, Source, fingerprint};
use ch05_mnist::{Dataset, read_images, read_labels};

/// The training set and the test set of a folder, or of the one beside chapter 5; fails if there are
/// fewer training images than `least`.
pub fn load(folder: Option<&Path>, least: usize) -> Result<(Dataset, Dataset)> {
    let source = Source::new(folder.map(Path::to_path_buf));
    let folder = source.folder();
    let (train, test) = (load_set(&source, Set::Train)?, load_set(&source, Set::Test)?);
    let size = |data: &Dataset| (data.images.height, data.images.width);
    let (train_size, test_size) = (size(&train), size(&test));
    if train_size != test_size {
        bail!(
            "{}: expected images of one size, found {train_size:?} pixels in the training set and \
             {test_size:?} in the test set",
            folder.display()
        );
    }
    if train.len() < least {
        bail!(
            "{}: expected at least {least} training images, found {}",
            folder.display(),
            train.len()
        );
    }
    Ok((train, test))
}

fn load_set(source: &Source, set: Set) -> Result<Dataset> {
    let (images, labels) = source.read(set, |file| read_images(file), |file| read_labels(file))?;
    let names = Source::names(set).join(" and ");
    Dataset::new(images, labels).with_context(|| format!("{}: {names}", source.folder().display()))
}

/// What tells a run on these data and with these settings from every other, for the name of its
/// checkpoint: one that was made from other data, or before a setting was changed, is not gone on
/// with.
pub fn fingerprint_of(sets: [&Dataset; 2], settings: &impl std::fmt::Debug) -> String {
    let settings = format!("{settings:?}");
    let pixels = sets.map(|set| set.images.pixels.as_slice().expect("standard layout"));
    let labels = sets.map(|set| &set.labels[..]);
    fingerprint([settings.as_bytes(), pixels[0], labels[0], pixels[1], labels[1]])
}

/// A file of the folder in which the outcome of long experiments is kept, for the chapter to quote.
pub fn results(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results").join(name)
}

/// Where checkpoints are kept: in the folder given on the command line, or below `target`. It is
/// made if it is not there.
pub fn checkpoints(folder: Option<&Path>) -> Result<PathBuf> {
    let below_target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/ch06_overfitting");
    let folder = folder.map_or(below_target, Path::to_path_buf);
    let made = fs::create_dir_all(&folder);
    made.with_context(|| format!("{}: expected a folder for checkpoints", folder.display()))?;
    Ok(folder)
}
