//! Decision regions: which class a classifier gives to each point of the plane.

use image::ExtendedColorType;
use plotters::style::RGBColor;

use crate::chart::{Series, check_series, draw_markers, labels};
use crate::error::Error;
use crate::figure::{Head, impl_figure};
use crate::palette::{COLORS, SERIES};
use crate::plot::{Axis, Frame, Margins, draw_legend};
use crate::png;
use crate::svg::Canvas;

/// How many pixels the regions have: about one for two units.
const PIXELS: (u32, u32) = (288, 192);

/// The regions of a classifier in the plane, and points of each class.
#[derive(Debug, Clone)]
pub struct DecisionRegions {
    head: Head,
    axes: [Axis; 2],
    ranges: [(f64, f64); 2],
    classes: Vec<usize>,
    series: Vec<Series>,
    height: f64,
}

impl_figure!(DecisionRegions);

impl DecisionRegions {
    /// Asks `classify(x, y)` for the class, counted from 0, of each point of a rectangle.
    pub fn new(
        title: impl Into<String>,
        description: impl Into<String>,
        [x, y]: [(f64, f64); 2],
        mut classify: impl FnMut(f64, f64) -> usize,
    ) -> Self {
        let (columns, rows) = PIXELS;
        let middle = |(low, high): (f64, f64), place: u32, count: u32| {
            low + (high - low) * (f64::from(place) + 0.5) / f64::from(count)
        };
        let classes = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let classes = classes
            .map(|(row, column)| {
                classify(middle(x, column, columns), middle(y, rows - 1 - row, rows))
            })
            .collect();
        let axes =
            [("x", x), ("y", y)].map(|(name, range)| Axis::new(name).range(range.0, range.1));
        let head = Head::new(title, description);
        Self { head, axes, ranges: [x, y], classes, series: Vec::new(), height: 440.0 }
    }

    /// Names the axes.
    pub fn axes(mut self, x: impl Into<String>, y: impl Into<String>) -> Self {
        let [(x_low, x_high), (y_low, y_high)] = self.ranges;
        self.axes = [Axis::new(x).range(x_low, x_high), Axis::new(y).range(y_low, y_high)];
        self
    }

    /// Adds the points of the next class: first those of class 0, then of class 1, and so on.
    pub fn class(
        mut self,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        self.series.push(Series::scatter(name, points));
        self
    }

    /// Sets the height; the width is 640 and the height 440 if nothing else is said.
    pub fn height(mut self, units: f64) -> Self {
        self.height = units;
        self
    }

    fn canvas(&self) -> Result<Canvas, Error> {
        check_series(&self.series)?;
        if let Some(class) = self.classes.iter().find(|&&class| class >= SERIES) {
            return Err(Error::size("class", format!("below {SERIES}"), class));
        }
        let mut canvas = Canvas::new(640.0, self.height);
        let names = labels(&self.series, |_| (0.0, 0.0));
        let top = if names.is_empty() { 0.0 } else { draw_legend(&mut canvas, &names) };
        let [x, y] = &self.axes;
        let names = (x.name.as_str(), y.name.as_str());
        let margins = Margins { top, right: 12.0, left: 0.0 };
        let (x, y) = (x.coordinate([].into_iter(), 0.0)?, y.coordinate([].into_iter(), 0.0)?);
        let frame = Frame { x, y, names, ticks: (true, true), margins };
        self.draw_regions(&frame, &mut canvas)?;
        let mut plot = frame.draw(&mut canvas)?;
        for (class, series) in self.series.iter().enumerate() {
            draw_markers(series, class, &frame, &mut plot)?;
        }
        drop(plot);
        Ok(canvas)
    }

    fn draw_regions(&self, frame: &Frame<'_>, canvas: &mut Canvas) -> Result<(), Error> {
        let [left, right, top, bottom] = frame.edges(canvas);
        let columns = PIXELS.0 as usize;
        let pixel = |(place, &class): (usize, &usize)| {
            let RGBColor(red, green, blue) = COLORS[class];
            let alpha = if hatched(class, place % columns, place / columns) { 105 } else { 55 };
            [red, green, blue, alpha]
        };
        let pixels: Vec<u8> = self.classes.iter().enumerate().flat_map(pixel).collect();
        let (at, size) = ((left, top), (right - left, bottom - top));
        canvas.push(png::image(&pixels, PIXELS, ExtendedColorType::Rgba8, at, size)?);
        Ok(())
    }
}

/// Whether a pixel belongs to the hatching of a class, so that color is not the only signal.
fn hatched(class: usize, x: usize, y: usize) -> bool {
    match class {
        0 => false,
        1 => (x + y).is_multiple_of(8),
        2 => x.is_multiple_of(6) && y.is_multiple_of(6),
        3 => (x + 8 * PIXELS.1 as usize - y).is_multiple_of(8),
        4 => y.is_multiple_of(6),
        5 => x.is_multiple_of(6),
        _ => x.is_multiple_of(8) || y.is_multiple_of(8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Figure;

    fn regions(classify: fn(f64, f64) -> usize) -> DecisionRegions {
        DecisionRegions::new("Title", "Description.", [(0.0, 2.0), (0.0, 1.0)], classify)
    }

    #[test]
    fn the_upper_left_pixel_is_the_point_of_small_x_and_large_y() {
        let regions = regions(|x, y| usize::from(x < 0.01 && y > 0.995));
        assert_eq!(regions.classes[0], 1);
        assert_eq!(regions.classes.iter().sum::<usize>(), 1);
    }

    #[test]
    fn a_class_without_a_color_is_refused() {
        assert!(regions(|_, _| SERIES).svg("x").is_err());
        assert!(regions(|_, _| SERIES - 1).svg("x").is_ok());
    }

    #[test]
    fn the_regions_stay_small() {
        let svg = regions(|x, y| usize::from(x * x + y * y < 1.0)).svg("x").unwrap();
        assert!(svg.len() < 20_000, "{}", svg.len());
    }
}
