//! The frame of a plot: grid, ticks, the names of the axes.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::ValueFormatter;
use plotters::drawing::IntoDrawingArea;
use plotters::style::{BLACK, Color, IntoFont, TRANSPARENT};

use super::axis::Coordinate;
use super::pen::{Pen, fine};
use crate::error::Error;
use crate::svg::{Canvas, Element, TEXT_SIZE, text_width};

/// A plot inside its frame, to draw series into.
pub type Plot<'a> = ChartContext<'a, Pen<'a>, Cartesian2d<Coordinate, Coordinate>>;

/// The room around the axes for what is not ticks, in units.
#[derive(Debug, Clone, Copy, Default)]
pub struct Margins {
    /// Above, such as for a legend.
    pub top: f64,
    /// At the right, such as for labels at the ends of lines.
    pub right: f64,
    /// At the left, such as for the names of bars.
    pub left: f64,
}

/// Two axes and the room around them.
pub struct Frame<'a> {
    /// The horizontal axis.
    pub x: Coordinate,
    /// The vertical axis.
    pub y: Coordinate,
    /// The names of both; an empty name takes no room.
    pub names: (&'a str, &'a str),
    /// Whether the axes have ticks with numbers.
    pub ticks: (bool, bool),
    /// The room around them.
    pub margins: Margins,
}

/// How many ticks an axis has at most.
const TICKS: usize = 6;

/// How wide and high a plot is at least, in units.
const LEAST: f64 = 60.0;

impl Frame<'_> {
    /// Draws grid, ticks and names, and gives the plot to draw series into.
    pub fn draw<'c>(&self, canvas: &'c mut Canvas) -> Result<Plot<'c>, Error> {
        let [left, right, top, bottom] = self.edges(canvas);
        let (wide, high) = (right - left, bottom - top);
        if !(wide >= LEAST && high >= LEAST && canvas.height < 10_000.0) {
            let found = format!("{wide} × {high}");
            return Err(Error::size("plot", format!("at least {LEAST} × {LEAST} units"), found));
        }
        self.draw_names(canvas, [left, right, top]);
        let (width, height) = (canvas.width, canvas.height);
        let root = Pen::new(canvas).into_drawing_area();
        let mut plot = ChartBuilder::on(&root)
            .margin_top(fine(top))
            .margin_right(fine(width - right))
            .y_label_area_size(fine(left))
            .x_label_area_size(fine(height - bottom))
            .build_cartesian_2d(self.x.clone(), self.y.clone())?;
        self.draw_mesh(&mut plot)?;
        Ok(plot)
    }

    /// Left, right, top and bottom edge of the plot.
    pub fn edges(&self, canvas: &Canvas) -> [f64; 4] {
        let widths = self.y.labels(TICKS).into_iter().map(|label| text_width(&label, TEXT_SIZE));
        let ticks = if self.ticks.1 { widths.fold(0.0, f64::max) + 14.0 } else { 4.0 };
        let last = self.x.labels(TICKS).pop().map_or(0.0, |label| text_width(&label, TEXT_SIZE));
        let right = canvas.width - self.margins.right.max(last / 2.0 + 2.0);
        let name = if self.names.1.is_empty() { 6.0 } else { 1.75 * TEXT_SIZE };
        let bottom = if self.names.0.is_empty() { 1.75 } else { 3.2 } * TEXT_SIZE;
        [self.margins.left + ticks, right, self.margins.top + name, canvas.height - bottom]
    }

    /// The vertical axis is named above it, where the name can be read without turning the head.
    fn draw_names(&self, canvas: &mut Canvas, [left, right, top]: [f64; 3]) {
        let (x, y) = self.names;
        let bold = |label: Element| label.set("font-weight", "600");
        if !y.is_empty() {
            canvas.push(bold(Element::label(y, (4.0, top - TEXT_SIZE), "start")));
        }
        if !x.is_empty() {
            let at = ((left + right) / 2.0, canvas.height - 0.7 * TEXT_SIZE);
            canvas.push(bold(Element::label(x, at, "middle")));
        }
    }

    /// A faint grid and the labels of the ticks.
    fn draw_mesh(&self, plot: &mut Plot<'_>) -> Result<(), Error> {
        let mut mesh = plot.configure_mesh();
        let format_x = |value: &f64| self.x.format_ext(value);
        let format_y = |value: &f64| self.y.format_ext(value);
        mesh.max_light_lines(0)
            .bold_line_style(BLACK.mix(0.15).stroke_width(10))
            .light_line_style(TRANSPARENT)
            .axis_style(BLACK.mix(0.6).stroke_width(12))
            .label_style(("sans-serif", fine(TEXT_SIZE)).into_font())
            .set_all_tick_mark_size(fine(5.0))
            .x_labels(if self.ticks.0 { TICKS } else { 0 })
            .y_labels(if self.ticks.1 { TICKS } else { 0 })
            .x_label_formatter(&format_x)
            .y_label_formatter(&format_y);
        Ok(mesh.draw()?)
    }
}
