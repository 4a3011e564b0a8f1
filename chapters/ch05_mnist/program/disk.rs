//! What the program reads and writes: data sets, weights, pictures. Every error names its file.

use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result, bail};
use book_programs::data::{Set, Source};
use book_programs::files;
use ch02_forward::Network;
use ch05_mnist::{Dataset, load_weights, read_images, read_labels, save_weights};
use image::codecs::png::PngDecoder;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader};

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
    const MOST: u64 = 1 << 31; // bytes; a network of the largest that `train` makes is smaller
    let bytes = files::read(path, MOST, "a file of weights")?;
    if let Some(found) = files::kind(&bytes) {
        bail!("{}: expected a safetensors file, found {found}", path.display());
    }
    load_weights(&bytes, pixels).with_context(|| path.display().to_string())
}

/// A picture is at most so many pixels wide and high.
const MOST_PIXELS: u32 = 10_000;

/// A picture in shades of gray. What is transparent shows white paper behind it, or black paper if
/// the rest is light.
pub fn read_picture(path: &Path) -> Result<GrayImage> {
    let name = || format!("{}: expected a PNG image", path.display());
    let bytes = files::read(path, 1 << 30, "a PNG image")?;
    match files::kind(&bytes) {
        None | Some("a PNG image") => {}
        Some(found) => bail!("{}, found {found}", name()),
    }
    let size = PngDecoder::new(Cursor::new(&bytes)).with_context(name)?.dimensions();
    if size.0.max(size.1) > MOST_PIXELS {
        bail!(
            "{} of at most {MOST_PIXELS} × {MOST_PIXELS} pixels, found {} × {}",
            name(),
            size.0,
            size.1
        );
    }
    let picture = ImageReader::with_format(Cursor::new(&bytes), ImageFormat::Png).decode();
    let picture = picture.with_context(|| format!("{}, of {} × {} pixels", name(), size.0, size.1));
    Ok(on_paper(&picture?))
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
