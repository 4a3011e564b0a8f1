//! What the program reads and writes: data sets, weights, pictures. Every error names its file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use book_programs::data::{Set, Source};
use book_programs::records::{self, Record};
use ch02_forward::Network;
use ch05_mnist::{Dataset, load_weights, read_images, read_labels, save_weights};
use image::{DynamicImage, GrayImage, ImageReader, Limits};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::arguments::Arguments;
use crate::peers::Comparison;

/// The training set and the test set.
pub fn load(source: &Source) -> Result<(Dataset, Dataset)> {
    source.load_both(1, load_set, Dataset::shape)
}

/// The file in which an experiment keeps what it has measured.
fn record_file(name: &str) -> PathBuf {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let folder = folder.filter(|folder| folder.ends_with("chapters/ch05_mnist"));
    let folder = folder.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    folder.join("results").join(name).with_extension("json")
}

/// What an experiment has recorded.
pub fn record<T: Serialize + DeserializeOwned>(name: &str) -> Result<Record<T>> {
    records::read::<Arguments, T>(&record_file(name))
}

/// Records an experiment, with the options that were given besides `--record`.
pub fn write_record(name: &str, options: &str, outcome: &impl Serialize) -> Result<()> {
    let command = format!("cargo run -p ch05_mnist -- {name} {options}--record");
    Record::today(command, outcome)?.write(&record_file(name))
}

/// Records what a script has measured.
pub fn write_peers(outcome: &Comparison) -> Result<()> {
    let command = "chapters/ch05_mnist/peers/compare.sh --record";
    Record::today(command, outcome)?.write(&record_file("peers"))
}

/// One of the two sets.
pub fn load_set(source: &Source, set: Set) -> Result<Dataset> {
    source.load(set, |file| read_images(file), |file| read_labels(file), Dataset::new)
}

/// Writes the weights, whole or not at all.
pub fn write_weights(path: &Path, network: &Network<f32>) -> Result<()> {
    book_programs::files::write(path, &save_weights(network))
}

/// The network of a file of weights, for images of `pixels` pixels.
pub fn read_weights(path: &Path, pixels: usize) -> Result<Network<f32>> {
    let name = || path.display().to_string();
    let bytes =
        fs::read(path).with_context(|| format!("{}: expected a file of weights", name()))?;
    load_weights(&bytes, pixels).with_context(name)
}

/// A picture in shades of gray. What is transparent shows white paper behind it, or black paper if
/// the rest is light.
pub fn read_picture(path: &Path) -> Result<GrayImage> {
    let name = || format!("{}: expected a PNG image", path.display());
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(10_000), Some(10_000));
    let reader = ImageReader::open(path).with_context(name)?.with_guessed_format();
    let mut reader = reader.with_context(name)?;
    reader.limits(limits);
    let picture = reader.decode().with_context(name)?;
    Ok(on_paper(&picture))
}

fn on_paper(picture: &DynamicImage) -> GrayImage {
    let pixels = picture.to_luma_alpha8();
    let sum = |value: fn([u8; 2]) -> u64| pixels.pixels().map(|pixel| value(pixel.0)).sum::<u64>();
    let opacity = sum(|[_, alpha]| alpha.into());
    let light = sum(|[light, alpha]| u64::from(light) * u64::from(alpha));
    let paper = if light > opacity * 128 { 0 } else { 255 };
    GrayImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [light, alpha] = pixels.get_pixel(x, y).0.map(u32::from);
        image::Luma([((light * alpha + paper * (255 - alpha)) / 255) as u8])
    })
}
