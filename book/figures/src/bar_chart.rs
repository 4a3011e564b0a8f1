//! Bar charts, which start at zero.

use plotters::element::{PathElement, Rectangle};
use plotters::style::{BLACK, Color};

use crate::error::{Error, all_finite};
use crate::figure::{Head, impl_figure};
use crate::palette::COLORS;
use crate::plot::{Axis, Coordinate, Frame, Margins, Plot, fine};
use crate::svg::{Canvas, Element, TEXT_SIZE, text_width};
use crate::values::Format;

/// One bar: its name, its value, and how far the value spreads.
#[derive(Debug, Clone)]
struct Bar {
    name: String,
    value: f64,
    spread: Option<(f64, f64)>,
}

impl Bar {
    /// The lowest and the highest number that the bar shows.
    fn ends(&self) -> (f64, f64) {
        let (low, high) = self.spread.unwrap_or((self.value, self.value));
        (low.min(self.value), high.max(self.value))
    }
}

/// A chart of bars with their names, values, and whiskers for their spread.
#[derive(Debug, Clone)]
pub struct BarChart {
    head: Head,
    axis: Axis,
    categories: String,
    bars: Vec<Bar>,
    format: Option<Format>,
    horizontal: bool,
}

impl_figure!(BarChart);

impl BarChart {
    /// A chart without bars; `axis` names what the bars measure.
    pub fn new(title: impl Into<String>, description: impl Into<String>, axis: Axis) -> Self {
        let head = Head::new(title, description);
        let (categories, bars) = (String::new(), Vec::new());
        Self { head, axis: axis.from_zero(), categories, bars, format: None, horizontal: false }
    }

    /// Names what the bars are, such as "digit".
    pub fn categories(mut self, name: impl Into<String>) -> Self {
        self.categories = name.into();
        self
    }

    /// Adds a bar.
    pub fn bar(mut self, name: impl Into<String>, value: f64) -> Self {
        self.bars.push(Bar { name: name.into(), value, spread: None });
        self
    }

    /// Adds a bar with a whisker from `low` to `high`.
    pub fn bar_with_spread(
        mut self,
        name: impl Into<String>,
        value: f64,
        (low, high): (f64, f64),
    ) -> Self {
        self.bars.push(Bar { name: name.into(), value, spread: Some((low, high)) });
        self
    }

    /// Prints the value at the end of each bar.
    pub fn print(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Lets the bars lie, which leaves room for long names. Bars with names that would overlap
    /// lie anyway.
    pub fn horizontal(mut self) -> Self {
        self.horizontal = true;
        self
    }

    fn canvas(&self) -> Result<Canvas, Error> {
        self.check()?;
        let lying = self.lie();
        let name = if self.categories.is_empty() { 0.0 } else { 1.4 * TEXT_SIZE };
        let height = if lying { 75.0 + name + 38.0 * self.bars.len() as f64 } else { 360.0 + name };
        let mut canvas = Canvas::new(640.0, height);
        let frame = self.frame(lying)?;
        let mut plot = frame.draw(&mut canvas)?;
        self.draw_bars(lying, &mut plot)?;
        drop(plot);
        self.draw_texts(lying, &frame, &mut canvas);
        Ok(canvas)
    }

    fn check(&self) -> Result<(), Error> {
        if self.bars.is_empty() {
            return Err(Error::NoData("bar chart".to_owned()));
        }
        for bar in &self.bars {
            let (low, high) = bar.ends();
            let (from, to) = bar.spread.unwrap_or((low, high));
            all_finite(&format!("bar `{}`", bar.name), &[bar.value, from, to])?;
        }
        Ok(())
    }

    /// Whether the bars lie: wished for, or needed because the names are long.
    fn lie(&self) -> bool {
        let slot = 560.0 / self.bars.len() as f64;
        let printed = |bar: &Bar| self.format.map_or(String::new(), |f| f.print(bar.value));
        let wide = |text: &str| text_width(text, TEXT_SIZE) > slot - 8.0;
        let long = |bar: &Bar| wide(&bar.name) || wide(&printed(bar));
        self.horizontal || self.bars.iter().any(long)
    }

    fn frame(&self, lying: bool) -> Result<Frame<'_>, Error> {
        let ends = self.bars.iter().flat_map(|bar| <[f64; 2]>::from(bar.ends()));
        let padding = if self.format.is_none() {
            0.04
        } else if lying {
            0.16
        } else {
            0.12
        };
        let values = self.axis.coordinate(ends, padding)?;
        let slots = Coordinate::linear(-0.5..self.bars.len() as f64 - 0.5);
        let (categories, measured) = (self.categories.as_str(), self.axis.name.as_str());
        let widths = self.bars.iter().map(|bar| text_width(&bar.name, TEXT_SIZE));
        let left = if lying { widths.fold(0.0, f64::max) + 10.0 } else { 0.0 };
        let margins = Margins { left, right: 16.0, ..Margins::default() };
        Ok(if lying {
            let names = (measured, categories);
            Frame { x: values, y: slots, names, ticks: (true, false), margins }
        } else {
            let names = (categories, measured);
            Frame { x: slots, y: values, names, ticks: (false, true), margins }
        })
    }

    /// The point at a place along the categories and a value: the first bar is on top or left.
    fn point(&self, lying: bool, place: f64, value: f64) -> (f64, f64) {
        if lying { (value, self.bars.len() as f64 - 1.0 - place) } else { (place, value) }
    }

    fn draw_bars(&self, lying: bool, plot: &mut Plot<'_>) -> Result<(), Error> {
        let at = |place: f64, value: f64| self.point(lying, place, value);
        let rectangle = |(place, bar): (usize, &Bar)| {
            let (from, to) = (place as f64 - 0.36, place as f64 + 0.36);
            Rectangle::new([at(from, 0.0), at(to, bar.value)], COLORS[0].mix(0.75).filled())
        };
        plot.draw_series(self.bars.iter().enumerate().map(rectangle))?;
        let whisker = |(place, bar): (usize, &Bar)| {
            let place = place as f64;
            let (low, high) = bar.spread?;
            let cap = |value| [at(place - 0.1, value), at(place + 0.1, value), at(place, value)];
            let points =
                cap(low).into_iter().chain(cap(high).into_iter().rev()).collect::<Vec<_>>();
            Some(PathElement::new(points, BLACK.stroke_width(18)))
        };
        plot.draw_series(self.bars.iter().enumerate().filter_map(whisker))?;
        Ok(())
    }

    /// The names of the bars, and their values if they are to be printed.
    fn draw_texts(&self, lying: bool, frame: &Frame<'_>, canvas: &mut Canvas) {
        let [left, right, top, bottom] = frame.edges(canvas);
        let pixel = |(x, y): (f64, f64)| {
            (left + frame.x.share(x) * (right - left), bottom - frame.y.share(y) * (bottom - top))
        };
        for (place, bar) in self.bars.iter().enumerate() {
            let (low, high) = bar.ends();
            let tip = if bar.value < 0.0 { low } else { high };
            let (x, y) = pixel(self.point(lying, place as f64, tip));
            let away = if bar.value < 0.0 { -1.0 } else { 1.0 };
            let (name, printed, anchor) = match lying {
                true if bar.value < 0.0 => ((left - 8.0, y), (x - 6.0, y), "end"),
                true => ((left - 8.0, y), (x + 6.0, y), "start"),
                false => ((x, bottom + TEXT_SIZE), (x, y - away * 0.7 * TEXT_SIZE), "middle"),
            };
            let side = if lying { "end" } else { "middle" };
            canvas.push(Element::label(&bar.name, name, side));
            if let Some(format) = self.format {
                canvas.push(Element::label(&format.print(bar.value), printed, anchor).halo());
            }
        }
        let zero = |place: f64| pixel(self.point(lying, place, 0.0));
        let line = Element::line(zero(-0.5), zero(self.bars.len() as f64 - 0.5));
        canvas.push(line.number("stroke-width", f64::from(fine(0.15))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Figure;

    fn chart() -> BarChart {
        BarChart::new("Title", "Description.", Axis::new("accuracy"))
    }

    #[test]
    fn bars_start_at_zero_even_if_all_values_are_large() {
        let bars = chart().bar("a", 0.97).bar("b", 0.98);
        let frame = bars.frame(false).unwrap();
        assert_eq!(frame.y.share(0.0), 0.0);
    }

    #[test]
    fn bars_with_long_names_lie() {
        assert!(!chart().bar("a", 1.0).bar("b", 2.0).lie());
        let names = ["stochastic gradient descent", "with momentum", "with Nesterov momentum"];
        assert!(names.iter().fold(chart(), |chart, name| chart.bar(*name, 1.0)).lie());
    }

    #[test]
    fn a_bar_that_is_not_finite_is_refused_by_name() {
        let error = chart().bar_with_spread("a", 1.0, (0.0, f64::NAN)).svg("x").unwrap_err();
        assert_eq!(error.to_string(), "bar `a`: NaN at index 2 is not finite");
    }

    #[test]
    fn the_printed_value_is_formatted() {
        let svg = chart().bar("a", 0.976).print(Format::Percent(1)).svg("x").unwrap();
        assert!(svg.contains(">97.6%</text>"), "{svg}");
    }

    #[test]
    fn the_printed_value_hides_the_grid_line_behind_it() {
        let svg = chart().bar("a", 0.976).print(Format::Percent(1)).svg("x").unwrap();
        let value = svg.lines().find(|line| line.contains(">97.6%<")).unwrap();
        assert!(value.contains("paint-order:stroke"), "{value}");
    }
}
