//! What the program reads and writes. Every error names its file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use book_programs::data::Source;
use ch02_forward::Network;
use ch05_mnist::{Dataset, load_weights, read_images, read_labels};
use image::{GrayImage, ImageReader, Limits, Luma};

/// The training set and the test set beside chapter 5.
pub fn load() -> Result<(Dataset, Dataset)> {
    let load = |source: &Source, set| {
        source.load(set, |file| read_images(file), |file| read_labels(file), Dataset::new)
    };
    Source::new(None).load_both(60_000, load, Dataset::shape)
}

/// The network of a file of weights, for images of 28 × 28 pixels.
pub fn read_weights(path: &Path) -> Result<Network<f64>> {
    let name = || path.display().to_string();
    let bytes =
        fs::read(path).with_context(|| format!("{}: expected a file of weights", name()))?;
    load_weights(&bytes, 28 * 28).with_context(name)
}

/// A picture in shades of gray, on white paper where it is transparent.
pub fn read_picture(path: &Path) -> Result<GrayImage> {
    let name = || format!("{}: expected a PNG image", path.display());
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(10_000), Some(10_000));
    let mut reader = ImageReader::open(path).with_context(name)?.with_guessed_format()?;
    reader.limits(limits);
    let picture = reader.decode().with_context(name)?.to_luma_alpha8();
    Ok(GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [light, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        Luma([((light * alpha + 255 * (255 - alpha)) / 255) as u8])
    }))
}

/// The record of the long experiment, which the chapter quotes.
pub fn record() -> PathBuf {
    root().join("results/adversaries.json")
}

/// Where the long experiment keeps what it has, if nothing else is said.
pub fn checkpoint() -> PathBuf {
    root().join("../../target/ch07_inside/adversaries.json")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
