//! Pictures that a user hands in.

use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result, bail};
use image::codecs::png::PngDecoder;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Luma};

use crate::files;

/// A picture is at most so many pixels wide and high.
const MOST_PIXELS: u32 = 10_000;

/// A picture in shades of gray. What is transparent shows white paper behind it, or black paper if
/// the rest is light.
///
/// # Errors
/// If the file is no PNG image, or one that is too large; what was found is named.
pub fn read_picture(path: &Path) -> Result<GrayImage> {
    let name = || format!("{}: expected a PNG image", path.display());
    let bytes = files::read(path, 1 << 30, "a PNG image")?;
    match files::kind(&bytes) {
        None | Some("a PNG image") => {}
        Some(found) => bail!("{}, found {found}", name()),
    }
    let (width, height) = PngDecoder::new(Cursor::new(&bytes)).with_context(name)?.dimensions();
    if width.max(height) > MOST_PIXELS {
        let most = format!("of at most {MOST_PIXELS} × {MOST_PIXELS} pixels");
        bail!("{} {most}, found {width} × {height}", name());
    }
    let picture = ImageReader::with_format(Cursor::new(&bytes), ImageFormat::Png).decode();
    Ok(on_paper(&picture.with_context(|| format!("{}, of {width} × {height} pixels", name()))?))
}

fn on_paper(picture: &DynamicImage) -> GrayImage {
    let pixels = picture.to_luma_alpha8();
    let sum = |value: fn([u8; 2]) -> u64| pixels.pixels().map(|pixel| value(pixel.0)).sum::<u64>();
    let opacity = sum(|[_, alpha]| alpha.into());
    let light = sum(|[light, alpha]| u64::from(light) * u64::from(alpha));
    let paper = if light > opacity * 128 { 0 } else { 255 };
    GrayImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [light, alpha] = pixels.get_pixel(x, y).0.map(u32::from);
        Luma([((light * alpha + paper * (255 - alpha)) / 255) as u8])
    })
}
