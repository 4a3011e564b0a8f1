//! Level lines of a function of two variables, and paths across them.

use plotters::element::PathElement;
use plotters::style::{BLACK, Color};

use crate::chart::{Series, check_series, draw_line, draw_markers, labels};
use crate::error::{Error, all_finite};
use crate::figure::{Head, impl_figure};
use crate::plot::{Axis, Frame, Grid, Margins, Plot, draw_legend, tick_label, units};
use crate::svg::{Canvas, Element, TEXT_SIZE, text_width};

/// How many samples of the function are taken along each axis.
const SAMPLES: (usize, usize) = (97, 73);

/// How many level lines are drawn if the caller does not choose them.
const LEVELS: usize = 9;

/// Paths with more points than this get markers at their ends only.
const MOST_MARKERS: usize = 60;

/// A landscape, such as a loss over two weights, and the paths of optimizers through it.
#[derive(Debug, Clone)]
pub struct ContourMap {
    head: Head,
    axes: [Axis; 2],
    ranges: [(f64, f64); 2],
    grid: Grid,
    levels: Option<Vec<f64>>,
    paths: Vec<Series>,
    marks: Vec<(String, (f64, f64))>,
    height: f64,
}

impl_figure!(ContourMap);

impl ContourMap {
    /// Samples `function(x, y)` on a rectangle.
    pub fn new(
        title: impl Into<String>,
        description: impl Into<String>,
        [x, y]: [(f64, f64); 2],
        function: impl FnMut(f64, f64) -> f64,
    ) -> Self {
        let axes =
            [("x", x), ("y", y)].map(|(name, range)| Axis::new(name).range(range.0, range.1));
        let grid = Grid::sample([x, y], SAMPLES, function);
        let head = Head::new(title, description);
        let (paths, marks) = (Vec::new(), Vec::new());
        Self { head, axes, ranges: [x, y], grid, levels: None, paths, marks, height: 460.0 }
    }

    /// Names the axes.
    pub fn axes(mut self, x: impl Into<String>, y: impl Into<String>) -> Self {
        let [(x_low, x_high), (y_low, y_high)] = self.ranges;
        self.axes = [Axis::new(x).range(x_low, x_high), Axis::new(y).range(y_low, y_high)];
        self
    }

    /// Chooses the levels. Without it, they divide the samples evenly.
    pub fn levels(mut self, levels: impl IntoIterator<Item = f64>) -> Self {
        self.levels = Some(levels.into_iter().collect());
        self
    }

    /// Adds a path.
    pub fn path(
        mut self,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        self.paths.push(Series::line(name, points));
        self
    }

    /// Marks a point, such as the minimum, with a name.
    pub fn mark(mut self, name: impl Into<String>, at: (f64, f64)) -> Self {
        self.marks.push((name.into(), at));
        self
    }

    /// Sets the height; the width is 640 and the height 460 if nothing else is said.
    pub fn height(mut self, units: f64) -> Self {
        self.height = units;
        self
    }

    fn canvas(&self) -> Result<Canvas, Error> {
        check_series(&self.paths)?;
        all_finite("function of the contour map", &self.grid.values)?;
        let mut canvas = Canvas::new(640.0, self.height);
        let paths: Vec<Series> = self.paths.iter().cloned().map(Series::markers).collect();
        let names = labels(&paths, |_| (0.0, 0.0));
        let top = if names.is_empty() { 0.0 } else { draw_legend(&mut canvas, &names) };
        let frame = self.frame(top)?;
        let mut plot = frame.draw(&mut canvas)?;
        let names = self.draw_levels(&mut plot)?;
        for (index, path) in paths.iter().enumerate() {
            draw_line(path, index, &frame, &mut plot)?;
            draw_markers(&path.ends_if_longer(MOST_MARKERS), index, &frame, &mut plot)?;
        }
        let marks: Vec<(f64, f64)> = self.marks.iter().map(|mark| pixel(&plot, mark.1)).collect();
        let crowded =
            paths.iter().flat_map(|path| path.points().iter().map(|&at| pixel(&plot, at)));
        let crowded: Vec<(f64, f64)> = crowded.chain(marks.iter().copied()).collect();
        drop(plot);
        draw_level_names(names, &crowded, &mut canvas);
        for ((name, _), at) in self.marks.iter().zip(marks) {
            draw_mark(name, at, &crowded, &mut canvas);
        }
        Ok(canvas)
    }

    fn frame(&self, top: f64) -> Result<Frame<'_>, Error> {
        let [x, y] = &self.axes;
        let names = (x.name.as_str(), y.name.as_str());
        let margins = Margins { top, right: 12.0, left: 0.0 };
        let (x, y) = (x.coordinate([].into_iter(), 0.0)?, y.coordinate([].into_iter(), 0.0)?);
        Ok(Frame { x, y, names, ticks: (true, true), margins })
    }

    /// The chosen levels, or such that the samples between any two of them are equally many.
    fn chosen_levels(&self) -> Vec<f64> {
        if let Some(levels) = &self.levels {
            return levels.clone();
        }
        let mut sorted = self.grid.values.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |level: usize| sorted[level * (sorted.len() - 1) / (LEVELS + 1)];
        let rounded = |value: f64| format!("{value:.1e}").parse().unwrap_or(value);
        let mut levels: Vec<f64> = (1..=LEVELS).map(|level| rounded(at(level))).collect();
        levels.dedup();
        levels
    }

    /// Draws the level lines; gives the name of each and the points where it may stand.
    fn draw_levels(&self, plot: &mut Plot<'_>) -> Result<Vec<LevelName>, Error> {
        let style = BLACK.mix(0.45).stroke_width(12);
        let mut names = Vec::new();
        for level in self.chosen_levels() {
            let lines = self.grid.level_lines(level);
            let longest = lines.iter().max_by_key(|line| line.len());
            let points = longest.into_iter().flatten().map(|&at| pixel(plot, at)).collect();
            names.push((tick_label(level), points));
            plot.draw_series(lines.into_iter().map(|line| PathElement::new(line, style)))?;
        }
        Ok(names)
    }
}

/// The name of a level, and the points of its longest line.
type LevelName = (String, Vec<(f64, f64)>);

/// Where a point of the plane is drawn, in units.
fn pixel(plot: &Plot<'_>, at: (f64, f64)) -> (f64, f64) {
    let (x, y) = plot.backend_coord(&at);
    (units(x), units(y))
}

/// Writes each level's number on its line, unless there is no place without other numbers or
/// `crowded` points near.
fn draw_level_names(names: Vec<LevelName>, crowded: &[(f64, f64)], canvas: &mut Canvas) {
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for (name, line) in names {
        let (width, height) = (canvas.width, canvas.height);
        let free = |&(x, y): &(f64, f64)| {
            let inside = x > 90.0 && x < width - 50.0 && y > 90.0 && y < height - 80.0;
            let far = |near: &(f64, f64), dx: f64, dy: f64| {
                (near.0 - x).abs() > dx || (near.1 - y).abs() > dy
            };
            inside
                && taken.iter().all(|near| far(near, 70.0, 34.0))
                && crowded.iter().all(|near| far(near, 40.0, 18.0))
        };
        let from_middle = (0..line.len()).map(|step| (line.len() / 2 + step) % line.len());
        if let Some(at) = from_middle.map(|index| line[index]).find(free) {
            taken.push(at);
            canvas.push(Element::label(&name, at, "middle").halo().number("font-size", 16.0));
        }
    }
}

/// A ring around a point, and its name: at the right, unless the edge or `crowded` points are there
/// and the left is free.
fn draw_mark(name: &str, (x, y): (f64, f64), crowded: &[(f64, f64)], canvas: &mut Canvas) {
    let ring = Element::new("circle").numbers([("cx", x), ("cy", y), ("r", 9.0)]);
    let ring = ring.set("fill", "none").set("stroke", "currentColor");
    canvas.push(ring.number("stroke-width", 2.0));
    let width = text_width(name, TEXT_SIZE);
    let taken = |from: f64| {
        let across = |near: f64| from < near && near < from + width;
        crowded.iter().any(|near| across(near.0) && (near.1 - y).abs() < 0.8 * TEXT_SIZE)
    };
    let left = x > canvas.width * 0.7 || (taken(x + 10.0) && !taken(x - 10.0 - width));
    let (at, anchor) = if left { (x - 14.0, "end") } else { (x + 14.0, "start") };
    canvas.push(Element::label(name, (at, y), anchor).halo().set("font-weight", "600"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Figure;

    fn map(function: fn(f64, f64) -> f64) -> ContourMap {
        ContourMap::new("Title", "Description.", [(-1.0, 1.0), (-1.0, 1.0)], function)
    }

    #[test]
    fn a_function_that_is_not_finite_is_refused() {
        assert!(map(|x, _| 1.0 / (x - x)).svg("x").is_err());
    }

    #[test]
    fn an_empty_path_is_refused_by_name() {
        let error = map(|x, y| x + y).path("SGD", []).svg("x").unwrap_err();
        assert_eq!(error.to_string(), "series `SGD`: there is nothing to draw");
    }

    #[test]
    fn levels_divide_the_samples_evenly() {
        let levels = map(|x, _| x).chosen_levels();
        assert_eq!(levels.len(), LEVELS);
        assert!((levels[4]).abs() < 0.05 && levels[0] < -0.7 && levels[8] > 0.7, "{levels:?}");
    }

    #[test]
    fn a_constant_function_can_be_drawn() {
        assert!(map(|_, _| 1.0).svg("x").is_ok());
    }
}
