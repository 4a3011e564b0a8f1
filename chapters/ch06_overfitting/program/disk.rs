//! What the program reads and writes: the data, and the outcome of long experiments. Every error
//! names its file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use book_programs::data::{Source, fingerprint};
use ch05_mnist::{Dataset, Model, Trainer, read_images, read_labels};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The training set and the test set of a folder, or of the one beside chapter 5; fails if there are
/// fewer training images than `least`.
pub fn load(folder: Option<&Path>, least: usize) -> Result<(Dataset, Dataset)> {
    let load = |source: &Source, set| {
        source.load(set, |file| read_images(file), |file| read_labels(file), Dataset::new)
    };
    Source::new(folder.map(Path::to_path_buf)).load_both(least, load, Dataset::shape)
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
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let folder = folder.filter(|folder| folder.ends_with("chapters/ch06_overfitting"));
    let folder = folder.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    folder.join("results").join(name)
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

/// What was seen after an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// The mean loss of the epoch, with dropout if there is dropout.
    pub train_loss: f64,
    /// The share of the test images that is misread.
    pub test_error: f64,
    /// How long the epoch took, without evaluation.
    pub seconds: f64,
}

/// Goes to where a checkpoint of this run was written, if there is one; gives the epochs so far.
pub fn resume<M: Model<f32>>(
    path: &Path,
    trainer: &mut Trainer<f32, M, ChaCha8Rng>,
    run: &str,
) -> Result<Vec<Epoch>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let name = || path.display().to_string();
    let file = fs::read(path).with_context(name)?;
    let notes = trainer.resume(&file, run).with_context(name)?;
    serde_json::from_str(&notes)
        .with_context(|| format!("{}: expected a checkpoint of {run}", name()))
}

/// Writes a checkpoint, whole or not at all, with what was seen after each epoch in its notes.
pub fn write_checkpoint<M: Model<f32>>(
    path: &Path,
    trainer: &Trainer<f32, M, ChaCha8Rng>,
    run: &str,
    epochs: &[Epoch],
) -> Result<()> {
    let notes = serde_json::to_string(epochs)?;
    book_programs::files::write(path, &trainer.checkpoint(run, &notes))
}
