//! Pixels as PNG images inside the SVG, and back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageFormat, RgbaImage};

use crate::error::Error;
use crate::svg::Element;

/// How the data URI of a PNG begins.
pub const DATA_URI: &str = "data:image/png;base64,";

/// An `<image>` of `width` × `height` pixels at a place in a box of a given size.
pub fn image(
    pixels: &[u8],
    (width, height): (u32, u32),
    color: ExtendedColorType,
    at: (f64, f64),
    size: (f64, f64),
) -> Result<Element, Error> {
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::NoFilter)
        .write_image(pixels, width, height, color)
        .map_err(|error| Error::Image(error.to_string()))?;
    Ok(Element::new("image")
        .numbers([("x", at.0), ("y", at.1), ("width", size.0), ("height", size.1)])
        .set("preserveAspectRatio", "none")
        .set("style", "image-rendering:pixelated")
        .set("href", format!("{DATA_URI}{}", STANDARD.encode(png))))
}

/// The pixels of a data URI, or nothing if it does not hold a PNG.
pub fn decode(uri: &str) -> Option<RgbaImage> {
    let png = STANDARD.decode(uri.strip_prefix(DATA_URI)?).ok()?;
    Some(image::load_from_memory_with_format(&png, ImageFormat::Png).ok()?.to_rgba8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_survive_being_embedded() {
        let gray = ExtendedColorType::L8;
        let svg = image(&[0, 128, 255, 7], (2, 2), gray, (0.0, 0.0), (10.0, 10.0)).unwrap();
        let svg = svg.to_string();
        let uri = svg.split('"').find(|text| text.starts_with(DATA_URI)).unwrap();
        let pixels = decode(uri).unwrap();
        assert_eq!(pixels.get_pixel(1, 0).0, [128, 128, 128, 255]);
        assert_eq!(pixels.get_pixel(1, 1).0, [7, 7, 7, 255]);
    }
}
