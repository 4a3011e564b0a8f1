//! Line charts and scatter charts.

use plotters::element::{EmptyElement, PathElement, Polygon};
use plotters::style::{BLACK, Color};

use crate::error::Error;
use crate::figure::{Head, impl_figure};
use crate::palette::{COLORS, SERIES, marker};
use crate::plot::{
    Axis, Coordinate, EndLabel, Frame, Margins, Plot, clip, draw_end_labels, draw_legend,
    end_label_width, fine, units,
};
use crate::svg::{Canvas, Element, TEXT_SIZE};

/// One line or one cloud of points of a [`Chart`]. Its place among the series of the chart
/// decides its color, dash and marker.
#[derive(Debug, Clone)]
pub struct Series {
    name: String,
    points: Vec<(f64, f64)>,
    band: Vec<(f64, f64)>,
    line: bool,
    markers: bool,
}

impl Series {
    /// A line through points `(x, y)`. An empty name gives no label.
    pub fn line(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points = points.into_iter().collect();
        Self { name: name.into(), points, band: Vec::new(), line: true, markers: false }
    }

    /// Points without a line.
    pub fn scatter(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self { line: false, markers: true, ..Self::line(name, points) }
    }

    /// Draws a marker at each point of the line.
    pub fn markers(mut self) -> Self {
        self.markers = true;
        self
    }

    /// Draws a band around the line, such as the spread over seeds: `(low, high)` for each point.
    pub fn band(mut self, low_high: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.band = low_high.into_iter().collect();
        self
    }

    /// The points of the series.
    pub(crate) fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// The series with its first and last point only, if it has more than `limit`.
    pub(crate) fn ends_if_longer(&self, limit: usize) -> Self {
        let mut ends = self.clone();
        if let (true, Some(&last)) = (self.points.len() > limit, self.points.last()) {
            ends.points.truncate(1);
            ends.points.push(last);
        }
        ends
    }

    /// Checks that there is something to draw and that the band is as long as the line.
    fn check(&self) -> Result<(), Error> {
        let what = format!("series `{}`", self.name);
        if self.points.is_empty() {
            return Err(Error::NoData(what));
        }
        let numbers = |points: &[(f64, f64)]| -> Vec<f64> {
            points.iter().flat_map(|&(one, other)| [one, other]).collect()
        };
        crate::error::all_finite(&what, &numbers(&self.points))?;
        crate::error::all_finite(&format!("band of {what}"), &numbers(&self.band))?;
        if self.band.is_empty() || self.band.len() == self.points.len() {
            return Ok(());
        }
        Err(Error::size(format!("band of {what}"), self.points.len(), self.band.len()))
    }

    /// The outline of the band, there along its upper edge and back along its lower one.
    fn band_outline(&self, x: &Coordinate, y: &Coordinate) -> Vec<(f64, f64)> {
        let inside = |place: f64, value: f64| (place, y.value(y.share(value).clamp(0.0, 1.0)));
        let edges = self.points.iter().zip(&self.band).filter(|(point, _)| x.contains(point.0));
        let upper = edges.clone().map(|(point, band)| inside(point.0, band.1));
        let lower = edges.rev().map(|(point, band)| inside(point.0, band.0));
        upper.chain(lower).collect()
    }
}

/// The labels of those series that have names; `end` tells where a line ends.
pub(crate) fn labels(series: &[Series], end: impl Fn(usize) -> (f64, f64)) -> Vec<EndLabel<'_>> {
    let label = |(index, series)| {
        let Series { name, line, markers, .. }: &Series = series;
        EndLabel { series: index, name, end: end(index), line: *line, marker: *markers }
    };
    series.iter().enumerate().filter(|(_, series)| !series.name.is_empty()).map(label).collect()
}

/// Checks that there are not more series than can be told apart, and each of them.
pub(crate) fn check_series(series: &[Series]) -> Result<(), Error> {
    if series.len() > SERIES {
        return Err(Error::size("series", format!("at most {SERIES}"), series.len()));
    }
    series.iter().try_for_each(Series::check)
}

/// A line that is not data: a bound, a threshold, the moment of an event.
#[derive(Debug, Clone)]
struct Rule {
    vertical: bool,
    at: f64,
    name: String,
}

/// A chart of lines and points over two axes.
#[derive(Debug, Clone)]
pub struct Chart {
    head: Head,
    x: Axis,
    y: Axis,
    series: Vec<Series>,
    rules: Vec<Rule>,
    height: f64,
    legend: bool,
}

impl_figure!(Chart);

impl Chart {
    /// A chart without series, whose axes are called x and y.
    pub fn new(title: impl Into<String>, description: impl Into<String>) -> Self {
        let (series, rules) = (Vec::new(), Vec::new());
        let head = Head::new(title, description);
        let (x, y) = (Axis::new("x"), Axis::new("y"));
        Self { head, x, y, series, rules, height: 400.0, legend: false }
    }

    /// Sets the horizontal axis.
    pub fn x_axis(mut self, axis: Axis) -> Self {
        self.x = axis;
        self
    }

    /// Sets the vertical axis.
    pub fn y_axis(mut self, axis: Axis) -> Self {
        self.y = axis;
        self
    }

    /// Adds a series.
    pub fn series(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// Adds a thin vertical line at `x`, named at its upper end.
    pub fn vertical_rule(mut self, x: f64, name: impl Into<String>) -> Self {
        self.rules.push(Rule { vertical: true, at: x, name: name.into() });
        self
    }

    /// Adds a thin horizontal line at `y`, named above its left end.
    pub fn horizontal_rule(mut self, y: f64, name: impl Into<String>) -> Self {
        self.rules.push(Rule { vertical: false, at: y, name: name.into() });
        self
    }

    /// Sets the height; the width is 640 and the height 400 if nothing else is said.
    pub fn height(mut self, units: f64) -> Self {
        self.height = units;
        self
    }

    /// Names the series in a legend above the plot even if there is room at the lines' ends.
    pub fn legend(mut self) -> Self {
        self.legend = true;
        self
    }

    fn canvas(&self) -> Result<Canvas, Error> {
        let (x, y) = self.coordinates()?;
        let mut canvas = Canvas::new(640.0, self.height);
        let mut margins = Margins::default();
        let at_ends = self.names_at_ends(canvas.width);
        let names = labels(&self.series, |_| (0.0, 0.0));
        if at_ends {
            margins.right = end_label_width(names.iter().map(|label| label.name));
        } else {
            margins.top = draw_legend(&mut canvas, &names);
        }
        let names = (self.x.name.as_str(), self.y.name.as_str());
        let frame = Frame { x, y, names, ticks: (true, true), margins };
        let ends = self.draw_in(&frame, &mut canvas)?;
        self.draw_rule_names(&frame, &mut canvas);
        if at_ends {
            let [_, right, top, bottom] = frame.edges(&canvas);
            let labels = labels(&self.series, |index| ends[index]);
            draw_end_labels(&mut canvas, &labels, right, top, bottom);
        }
        Ok(canvas)
    }

    /// The coordinates of both axes, from the axes and all data.
    fn coordinates(&self) -> Result<(Coordinate, Coordinate), Error> {
        if self.series.is_empty() {
            return Err(Error::NoData("chart without series".to_owned()));
        }
        check_series(&self.series)?;
        let rules = |vertical| self.rules.iter().filter(move |rule| rule.vertical == vertical);
        let points = self.series.iter().flat_map(|series| &series.points);
        let band = self.series.iter().flat_map(|series| &series.band);
        let scatter = self.series.iter().any(|series| !series.line);
        let x = points.clone().map(|point| point.0).chain(rules(true).map(|rule| rule.at));
        let y = points.map(|point| point.1).chain(band.flat_map(|&(low, high)| [low, high]));
        let y = y.chain(rules(false).map(|rule| rule.at));
        let x_padding = if scatter { 0.04 } else { 0.0 };
        Ok((self.x.coordinate(x, x_padding)?, self.y.coordinate(y, 0.05)?))
    }

    /// Names stand at the lines' ends if all series are lines and the names are short.
    fn names_at_ends(&self, width: f64) -> bool {
        let named = || self.series.iter().filter(|series| !series.name.is_empty());
        let room = end_label_width(named().map(|series| series.name.as_str()));
        !self.legend
            && named().next().is_some()
            && named().all(|series| series.line)
            && room < 0.36 * width
    }

    /// Draws everything inside the axes; gives the ends of all lines in units.
    fn draw_in(&self, frame: &Frame<'_>, canvas: &mut Canvas) -> Result<Vec<(f64, f64)>, Error> {
        let mut plot = frame.draw(canvas)?;
        for rule in &self.rules {
            self.draw_rule(rule, frame, &mut plot)?;
        }
        for (index, series) in self.series.iter().enumerate() {
            draw_band(series, index, frame, &mut plot)?;
        }
        for (index, series) in self.series.iter().enumerate() {
            draw_line(series, index, frame, &mut plot)?;
            draw_markers(series, index, frame, &mut plot)?;
        }
        let end = |series: &Series| {
            let pieces = clip(&series.points, &frame.x, &frame.y);
            let last = pieces.last().and_then(|piece| piece.last()).or(series.points.last());
            let (x, y) = last.map_or((0, 0), |&(x, y)| plot.backend_coord(&(x, y)));
            (units(x), units(y))
        };
        Ok(self.series.iter().map(end).collect())
    }

    fn draw_rule(&self, rule: &Rule, frame: &Frame<'_>, plot: &mut Plot<'_>) -> Result<(), Error> {
        let across = if rule.vertical { &frame.y } else { &frame.x };
        let ends = [0.0, 1.0].map(|share| match rule.vertical {
            true => (rule.at, across.value(share)),
            false => (across.value(share), rule.at),
        });
        let style = BLACK.mix(0.7).stroke_width(12);
        let pieces = clip(&ends, &frame.x, &frame.y);
        plot.draw_series(pieces.into_iter().map(|piece| PathElement::new(piece, style)))?;
        Ok(())
    }

    fn draw_rule_names(&self, frame: &Frame<'_>, canvas: &mut Canvas) {
        let [left, right, top, bottom] = frame.edges(canvas);
        for rule in &self.rules {
            let axis = if rule.vertical { &frame.x } else { &frame.y };
            let share = axis.share(rule.at);
            let (at, anchor) = match rule.vertical {
                true if share > 0.6 => ((left + share * (right - left) - 6.0, top + 12.0), "end"),
                true => ((left + share * (right - left) + 6.0, top + 12.0), "start"),
                false => {
                    let y = bottom - share * (bottom - top);
                    let side = if share > 0.9 { 0.7 } else { -0.6 };
                    ((left + 8.0, y + side * TEXT_SIZE), "start")
                }
            };
            if axis.contains(rule.at) && !rule.name.is_empty() {
                canvas.push(Element::label(&rule.name, at, anchor));
            }
        }
    }
}

fn draw_band(
    series: &Series,
    index: usize,
    frame: &Frame<'_>,
    plot: &mut Plot<'_>,
) -> Result<(), Error> {
    if !series.band.is_empty() {
        let outline = series.band_outline(&frame.x, &frame.y);
        plot.draw_series([Polygon::new(outline, COLORS[index].mix(0.2))])?;
    }
    Ok(())
}

/// Draws the line of a series, as far as it lies inside the plot.
pub(crate) fn draw_line(
    series: &Series,
    index: usize,
    frame: &Frame<'_>,
    plot: &mut Plot<'_>,
) -> Result<(), Error> {
    if series.line {
        let style = COLORS[index].stroke_width(25);
        let pieces = clip(&series.points, &frame.x, &frame.y);
        plot.draw_series(pieces.into_iter().map(|piece| PathElement::new(piece, style)))?;
    }
    Ok(())
}

/// Draws the markers of a series, unless they lie outside the plot.
pub(crate) fn draw_markers(
    series: &Series,
    index: usize,
    frame: &Frame<'_>,
    plot: &mut Plot<'_>,
) -> Result<(), Error> {
    if series.markers {
        let outline = marker(index, 5.0).into_iter().map(|(x, y)| (fine(x), fine(y)));
        let outline: Vec<(i32, i32)> = outline.collect();
        let inside = |point: &&(f64, f64)| frame.x.contains(point.0) && frame.y.contains(point.1);
        let style = COLORS[index].filled();
        let shape = |&at| EmptyElement::at(at) + Polygon::new(outline.clone(), style);
        plot.draw_series(series.points.iter().filter(inside).map(shape))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Figure;

    fn chart(series: Series) -> Result<String, Error> {
        Chart::new("Title", "Description.").series(series).svg("ch01-x")
    }

    #[test]
    fn an_empty_series_is_refused_by_name() {
        let error = chart(Series::line("training", [])).unwrap_err();
        assert_eq!(error.to_string(), "series `training`: there is nothing to draw");
    }

    #[test]
    fn a_series_with_a_nan_is_refused() {
        let error = chart(Series::line("training", [(0.0, 1.0), (1.0, f64::NAN)])).unwrap_err();
        assert_eq!(error.to_string(), "series `training`: NaN at index 3 is not finite");
    }

    #[test]
    fn a_band_of_another_length_than_its_line_is_refused() {
        let series = Series::line("loss", [(0.0, 1.0), (1.0, 2.0)]).band([(0.0, 1.0)]);
        let error = chart(series).unwrap_err().to_string();
        assert_eq!(error, "band of series `loss`: expected 2, found 1");
    }

    #[test]
    fn text_is_in_current_color_and_series_are_css_variables() {
        let svg = chart(Series::line("a < b", [(0.0, 1.0), (1.0, 2.0)]).markers()).unwrap();
        assert!(svg.contains("fill=\"currentColor\"") && svg.contains("var(--series-1, #007ac2)"));
        assert!(svg.contains(">a &lt; b</text>") && !svg.contains("#000000"));
        assert!(!svg.contains("\n\n") && !svg.contains("<?xml"));
    }

    #[test]
    fn the_second_series_and_its_label_are_dashed() {
        let svg = Chart::new("T", "D")
            .series(Series::line("one", [(0.0, 1.0), (1.0, 2.0)]))
            .series(Series::line("two", [(0.0, 2.0), (1.0, 1.0)]))
            .svg("x")
            .unwrap();
        let dashed = svg.matches("stroke-dasharray=\"9 5\"").count();
        assert_eq!(dashed, 2, "the line itself and the sample beside its name");
    }

    #[test]
    fn what_lies_outside_a_fixed_range_is_cut_off() {
        let svg = Chart::new("T", "D")
            .y_axis(Axis::new("y").range(0.0, 1.0))
            .series(Series::line("", [(0.0, 0.5), (1.0, 1e9)]).markers())
            .svg("x")
            .unwrap();
        let numbers = svg.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() > 3);
        assert_eq!(numbers.count(), 0, "{svg}");
    }

    #[test]
    fn a_height_without_room_for_the_plot_is_refused() {
        let tall = |height: f64| {
            let line = Series::line("", [(0.0, 0.5), (1.0, 1.0)]);
            Chart::new("T", "D").series(line).height(height).svg("x")
        };
        assert!([0.0, f64::NAN, -1.0, 1e9].map(tall).iter().all(Result::is_err));
    }

    #[test]
    fn the_same_data_give_the_same_bytes() {
        let series = || Series::line("a", (0..50).map(|k| (f64::from(k), f64::from(k).sqrt())));
        assert_eq!(chart(series()).unwrap(), chart(series()).unwrap());
    }
}
