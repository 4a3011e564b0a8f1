//! Grids of small images: digits, weights.

use image::ExtendedColorType;

use crate::error::{Error, all_finite};
use crate::figure::{Head, impl_figure};
use crate::palette::diverging;
use crate::png;
use crate::svg::{Canvas, Element, TEXT_SIZE, text_width};

/// How large the images of a grid may be altogether, in bytes of SVG.
const MOST_BYTES: usize = 150_000;

/// The smallest text of a caption that is still legible on a phone.
const SMALLEST_TEXT: f64 = 14.0;

/// The pixels of an image, row by row.
#[derive(Debug, Clone)]
enum Pixels {
    Gray(Vec<u8>),
    Signed(Vec<f64>),
}

#[derive(Debug, Clone)]
struct Image {
    caption: String,
    width: usize,
    pixels: Pixels,
}

/// Small images in rows, each with a caption under it.
#[derive(Debug, Clone)]
pub struct ImageGrid {
    head: Head,
    columns: usize,
    images: Vec<Image>,
    range: Option<f64>,
}

impl_figure!(ImageGrid);

impl ImageGrid {
    /// A grid without images, with so many images in a row.
    pub fn new(title: impl Into<String>, description: impl Into<String>, columns: usize) -> Self {
        Self { head: Head::new(title, description), columns, images: Vec::new(), range: None }
    }

    /// Adds a grayscale image, 0 black to 255 white; a caption may have several lines.
    pub fn gray(mut self, caption: impl Into<String>, width: usize, pixels: &[u8]) -> Self {
        let pixels = Pixels::Gray(pixels.to_vec());
        self.images.push(Image { caption: caption.into(), width, pixels });
        self
    }

    /// Adds a grayscale image from numbers between 0 (black) and 1 (white); what lies beyond is
    /// cut off.
    pub fn shares(mut self, caption: impl Into<String>, width: usize, pixels: &[f64]) -> Self {
        let finite = pixels.iter().all(|pixel| pixel.is_finite());
        let level = |&share: &f64| (255.0 * share.clamp(0.0, 1.0)).round() as u8;
        let gray = Pixels::Gray(pixels.iter().map(level).collect());
        let pixels = if finite { gray } else { Pixels::Signed(pixels.to_vec()) };
        self.images.push(Image { caption: caption.into(), width, pixels });
        self
    }

    /// Adds an image of signed numbers, such as weights: blue below zero, pale at zero, orange
    /// above. The images of a grid share one scale: the largest number of all.
    pub fn signed(mut self, caption: impl Into<String>, width: usize, pixels: &[f64]) -> Self {
        let pixels = Pixels::Signed(pixels.to_vec());
        self.images.push(Image { caption: caption.into(), width, pixels });
        self
    }

    /// Fixes the size of the signed number that gets the strongest color.
    pub fn range(mut self, largest: f64) -> Self {
        self.range = Some(largest);
        self
    }

    fn canvas(&self) -> Result<Canvas, Error> {
        self.check()?;
        let cell = Cell::new(self);
        let rows = self.images.len().div_ceil(self.columns);
        let columns = self.columns.min(self.images.len());
        let mut canvas = Canvas::new(columns as f64 * cell.pitch, rows as f64 * cell.height);
        let (mut bytes, largest) = (0, self.largest());
        for (index, image) in self.images.iter().enumerate() {
            let column = (index % self.columns) as f64 * cell.pitch;
            let row = (index / self.columns) as f64 * cell.height;
            let at = (column + (cell.pitch - cell.side) / 2.0, row + 2.0);
            let element = image.element(at, cell.side, largest)?;
            bytes += element.to_string().len();
            canvas.push(element);
            image.draw_frame(&cell, at, &mut canvas);
            image.draw_caption(&cell, at, &mut canvas)?;
        }
        if bytes > MOST_BYTES {
            return Err(Error::size("bytes of images", format!("at most {MOST_BYTES}"), bytes));
        }
        Ok(canvas)
    }

    fn check(&self) -> Result<(), Error> {
        if self.images.is_empty() || self.columns == 0 {
            return Err(Error::NoData("image grid".to_owned()));
        }
        self.images.iter().try_for_each(Image::check)
    }

    /// The size of the signed number that gets the strongest color.
    fn largest(&self) -> f64 {
        let signed = self.images.iter().filter_map(|image| match &image.pixels {
            Pixels::Signed(pixels) => Some(pixels),
            Pixels::Gray(_) => None,
        });
        let largest = signed.flatten().fold(0.0, |largest: f64, pixel| largest.max(pixel.abs()));
        self.range.unwrap_or(largest).max(f64::MIN_POSITIVE)
    }
}

/// The place that an image and its caption take.
struct Cell {
    pitch: f64,
    side: f64,
    height: f64,
    shape: f64,
}

impl Cell {
    fn new(grid: &ImageGrid) -> Self {
        let pitch = (640.0 / grid.columns as f64).min(200.0);
        let side = pitch - (0.12 * pitch).clamp(4.0, 14.0);
        let lines = grid.images.iter().map(|image| image.caption.lines().count()).max();
        let shapes = grid.images.iter().map(|image| image.rows() as f64 / image.width as f64);
        let shape = shapes.fold(0.0, f64::max);
        let captions = lines.unwrap_or(0) as f64 * 1.2 * TEXT_SIZE;
        Self { pitch, side, height: side * shape + captions + 14.0, shape }
    }
}

impl Image {
    fn len(&self) -> usize {
        match &self.pixels {
            Pixels::Gray(pixels) => pixels.len(),
            Pixels::Signed(pixels) => pixels.len(),
        }
    }

    fn rows(&self) -> usize {
        self.len() / self.width.max(1)
    }

    fn check(&self) -> Result<(), Error> {
        let what = format!("image `{}`", self.caption);
        if self.width == 0 || self.len() == 0 {
            return Err(Error::NoData(what));
        }
        if !self.len().is_multiple_of(self.width) {
            let expected = format!("a multiple of the width {}", self.width);
            return Err(Error::size(format!("pixels of {what}"), expected, self.len()));
        }
        match &self.pixels {
            Pixels::Gray(_) => Ok(()),
            Pixels::Signed(pixels) => all_finite(&what, pixels),
        }
    }

    /// The image, `side` units wide.
    fn element(&self, at: (f64, f64), side: f64, largest: f64) -> Result<Element, Error> {
        let shape = (self.width as u32, self.rows() as u32);
        let size = (side, side * self.rows() as f64 / self.width as f64);
        match &self.pixels {
            Pixels::Gray(pixels) => png::image(pixels, shape, ExtendedColorType::L8, at, size),
            Pixels::Signed(pixels) => {
                let colors = pixels.iter().flat_map(|pixel| diverging(pixel / largest));
                let colors: Vec<u8> = colors.collect();
                png::image(&colors, shape, ExtendedColorType::Rgb8, at, size)
            }
        }
    }

    /// A thin frame, so that a black image has an edge on a dark page.
    fn draw_frame(&self, cell: &Cell, at: (f64, f64), canvas: &mut Canvas) {
        let size = (cell.side, cell.side * self.rows() as f64 / self.width as f64);
        let frame = Element::rect(at, size).set("fill", "none");
        canvas.push(frame.set("stroke", "currentColor").set("stroke-opacity", "0.5"));
    }

    fn draw_caption(&self, cell: &Cell, at: (f64, f64), canvas: &mut Canvas) -> Result<(), Error> {
        let room = |text: &str| (cell.pitch - 2.0) / text_width(text, 1.0).max(1e-9);
        let size = self.caption.lines().map(room).fold(TEXT_SIZE, f64::min);
        for (line, text) in self.caption.lines().enumerate() {
            if room(text) < SMALLEST_TEXT {
                let what = format!("width of the caption `{text}`");
                let found = text_width(text, SMALLEST_TEXT).round();
                return Err(Error::size(what, format!("at most {}", cell.pitch - 2.0), found));
            }
            let below = at.1 + cell.side * cell.shape + (0.85 + 1.2 * line as f64) * TEXT_SIZE;
            let label = Element::label(text, (at.0 + cell.side / 2.0, below), "middle");
            let small = size < TEXT_SIZE;
            canvas.push(if small { label.number("font-size", size) } else { label });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Figure;

    fn grid() -> ImageGrid {
        ImageGrid::new("Title", "Description.", 10)
    }

    #[test]
    fn a_hundred_digits_stay_below_the_limit() {
        let pixel = |k: usize| (k * k % 251) as u8 * u8::from((k / 28).abs_diff(14) < 10);
        let digit: Vec<u8> = (0..784).map(pixel).collect();
        let grid = (0..100).fold(grid(), |grid, k| grid.gray(k.to_string(), 28, &digit));
        assert!(grid.svg("x").unwrap().len() < 150_000);
    }

    #[test]
    fn pixels_that_do_not_fill_their_rows_are_refused() {
        let error = grid().gray("7", 28, &[0; 30]).svg("x").unwrap_err().to_string();
        assert_eq!(error, "pixels of image `7`: expected a multiple of the width 28, found 30");
    }

    #[test]
    fn weights_that_are_not_finite_are_refused() {
        assert!(grid().signed("w", 1, &[f64::INFINITY]).svg("x").is_err());
        assert!(grid().shares("w", 1, &[f64::NAN]).svg("x").is_err());
    }

    #[test]
    fn a_caption_that_would_overlap_its_neighbor_is_refused() {
        let error = grid().gray("much too long a caption", 1, &[0]).svg("x").unwrap_err();
        assert!(error.to_string().contains("much too long a caption"));
    }

    #[test]
    fn weights_of_zero_are_pale() {
        let svg = grid().signed("w", 2, &[0.0, 0.0]).svg("x").unwrap();
        let uri = svg.split('"').find(|text| text.starts_with(png::DATA_URI)).unwrap();
        assert_eq!(png::decode(uri).unwrap().get_pixel(0, 0).0[..3], diverging(0.0));
    }
}
