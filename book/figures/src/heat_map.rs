//! Heat maps: a matrix of numbers as colored cells.

use crate::error::{Error, all_finite};
use crate::figure::{Head, impl_figure};
use crate::palette::{Shade, sequential, signed};
use crate::plot::tick_label;
use crate::svg::{Canvas, Element, TEXT_SIZE, text_width};
use crate::values::Format;

/// How wide a cell is at least, in units; larger matrices are images.
const LEAST_CELL: f64 = 6.0;

/// How many rows a matrix has at most.
const MOST_ROWS: usize = 100;

/// The rows or the columns of a matrix: what they are, and the label of each.
#[derive(Debug, Clone, Default)]
struct Side {
    name: String,
    labels: Vec<String>,
}

/// A matrix of numbers, such as a confusion matrix.
#[derive(Debug, Clone)]
pub struct HeatMap {
    head: Head,
    matrix: Vec<Vec<f64>>,
    rows: Side,
    columns: Side,
    format: Option<Format>,
    signed: bool,
    neutral_diagonal: bool,
    color_range: Option<(f64, f64)>,
}

impl_figure!(HeatMap);

impl HeatMap {
    /// A heat map of a matrix, given row by row.
    pub fn new(
        title: impl Into<String>,
        description: impl Into<String>,
        matrix: Vec<Vec<f64>>,
    ) -> Self {
        let (rows, columns) = (Side::default(), Side::default());
        let head = Head::new(title, description);
        let (signed, neutral_diagonal) = (false, false);
        let (format, color_range) = (None, None);
        Self { head, matrix, rows, columns, format, signed, neutral_diagonal, color_range }
    }

    /// Names the rows, from top to bottom.
    pub fn rows<L: Into<String>>(
        mut self,
        name: impl Into<String>,
        labels: impl IntoIterator<Item = L>,
    ) -> Self {
        self.rows = Side { name: name.into(), labels: labels.into_iter().map(L::into).collect() };
        self
    }

    /// Names the columns, from left to right.
    pub fn columns<L: Into<String>>(
        mut self,
        name: impl Into<String>,
        labels: impl IntoIterator<Item = L>,
    ) -> Self {
        let labels = labels.into_iter().map(L::into).collect();
        self.columns = Side { name: name.into(), labels };
        self
    }

    /// Prints the number into each cell. Without it, a color bar shows what the colors mean.
    pub fn print(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Colors by sign: blue below zero, pale at zero, orange above.
    pub fn signed(mut self) -> Self {
        self.signed = true;
        self
    }

    /// Leaves the cells of the diagonal without a color: of a confusion matrix, what is right.
    pub fn neutral_diagonal(mut self) -> Self {
        self.neutral_diagonal = true;
        self
    }

    /// Fixes the numbers that get the first and the last color; what lies beyond gets the same.
    pub fn color_range(mut self, low: f64, high: f64) -> Self {
        self.color_range = Some((low, high));
        self
    }

    fn canvas(&self) -> Result<Canvas, Error> {
        self.check()?;
        let layout = self.layout();
        if layout.width < LEAST_CELL {
            let found = format!("{:.1}", layout.width);
            return Err(Error::size("width of a cell", format!("at least {LEAST_CELL}"), found));
        }
        let mut canvas = Canvas::new(640.0, layout.bottom() + 8.0);
        self.draw_labels(&layout, &mut canvas);
        let range = self.range()?;
        for (row, numbers) in self.matrix.iter().enumerate() {
            for (column, &number) in numbers.iter().enumerate() {
                let neutral = self.neutral_diagonal && row == column;
                let shade = (!neutral).then(|| self.shade(number, range));
                self.draw_cell(number, shade, layout.cell(row, column), &layout, &mut canvas);
            }
        }
        if self.format.is_none() {
            self.draw_color_bar(range, &layout, &mut canvas);
        }
        Ok(canvas)
    }

    /// Checks that the matrix is one and that there are as many labels as rows and columns.
    fn check(&self) -> Result<(), Error> {
        let width = self.matrix.first().map_or(0, Vec::len);
        if width == 0 {
            return Err(Error::NoData("heat map".to_owned()));
        }
        if self.matrix.len() > MOST_ROWS {
            return Err(Error::size("rows", format!("at most {MOST_ROWS}"), self.matrix.len()));
        }
        for (index, row) in self.matrix.iter().enumerate() {
            if row.len() != width {
                return Err(Error::size(format!("columns in row {index}"), width, row.len()));
            }
            all_finite(&format!("row {index} of the heat map"), row)?;
        }
        let sides = [("row", &self.rows, self.matrix.len()), ("column", &self.columns, width)];
        for (what, Side { labels, .. }, expected) in sides {
            if !labels.is_empty() && labels.len() != expected {
                return Err(Error::size(format!("{what} labels"), expected, labels.len()));
            }
        }
        Ok(())
    }

    /// The numbers that get the first and the last color.
    fn range(&self) -> Result<(f64, f64), Error> {
        let numbers = || self.matrix.iter().flatten().copied();
        let (low, high) = match self.color_range {
            Some(range) => range,
            None if self.signed => {
                let largest = numbers().fold(0.0, |largest: f64, number| largest.max(number.abs()));
                (-largest, largest)
            }
            None => (numbers().fold(0.0, f64::min), numbers().fold(f64::MIN, f64::max)),
        };
        match (low < high, self.color_range) {
            (true, _) => Ok((low, high)),
            (false, None) => Ok((low, low + 1.0)),
            (false, Some(_)) => {
                Err(Error::size("range of the colors", "low < high", format!("{low} to {high}")))
            }
        }
    }

    fn shade(&self, number: f64, (low, high): (f64, f64)) -> Shade {
        let share = (number - low) / (high - low);
        if self.signed { signed(2.0 * share - 1.0) } else { sequential(share) }
    }

    /// Where the cells stand.
    fn layout(&self) -> Layout {
        let columns = self.matrix[0].len() as f64;
        let widths = self.rows.labels.iter().map(|label| text_width(label, TEXT_SIZE));
        let left = widths.fold(0.0, f64::max) + 12.0;
        let lines = [&self.rows.name, &self.columns.name].iter().any(|name| !name.is_empty());
        let labels = if self.columns.labels.is_empty() { 0.3 } else { 1.5 };
        let top = TEXT_SIZE * (labels + if lines { 1.6 } else { 0.0 });
        let right = if self.format.is_none() { 90.0 } else { 4.0 };
        let width = ((640.0 - left - right) / columns).min(90.0);
        let height = if self.format.is_some() { width.min(44.0) } else { width.min(60.0) };
        let width = if self.format.is_some() { width } else { height };
        Layout { left, top, width, height, rows: self.matrix.len(), columns: self.matrix[0].len() }
    }

    fn draw_labels(&self, layout: &Layout, canvas: &mut Canvas) {
        let bold = |label: Element| label.set("font-weight", "600");
        let title = match (self.rows.name.as_str(), self.columns.name.as_str()) {
            ("", columns) => columns.to_owned(),
            (rows, "") => format!("↓ {rows}"),
            (rows, columns) => format!("↓ {rows}, → {columns}"),
        };
        if !title.is_empty() {
            canvas.push(bold(Element::label(&title, (4.0, 0.7 * TEXT_SIZE), "start")));
        }
        for (row, label) in self.rows.labels.iter().enumerate() {
            let (_, y) = layout.cell(row, 0);
            let at = (layout.left - 8.0, y + layout.height / 2.0);
            canvas.push(Element::label(label, at, "end"));
        }
        for (column, label) in self.columns.labels.iter().enumerate() {
            let (x, _) = layout.cell(0, column);
            let at = (x + layout.width / 2.0, layout.top - 0.75 * TEXT_SIZE);
            canvas.push(Element::label(label, at, "middle"));
        }
    }

    fn draw_cell(
        &self,
        number: f64,
        shade: Option<Shade>,
        (x, y): (f64, f64),
        layout: &Layout,
        canvas: &mut Canvas,
    ) {
        let gap = if self.format.is_some() { 1.0 } else { 0.0 };
        let size = (layout.width - gap, layout.height - gap);
        let inner = Element::rect((x + 0.75, y + 0.75), (size.0 - 1.5, size.1 - 1.5));
        canvas.push(match &shade {
            Some(shade) => Element::rect((x, y), size).set("style", &shade.cell),
            None => {
                inner.set("fill", "none").set("stroke", "currentColor").set("stroke-width", "1.5")
            }
        });
        if let Some(format) = self.format {
            let text = format.print(number);
            let room = 0.92 * layout.width / text_width(&text, 1.0);
            let at = (x + layout.width / 2.0, y + layout.height / 2.0);
            let label = Element::label(&text, at, "middle");
            let label = match &shade {
                Some(shade) => label.set("style", shade.text),
                None => label.set("font-weight", "600"),
            };
            let label = if room < TEXT_SIZE { label.number("font-size", room) } else { label };
            canvas.push(label);
        }
    }

    /// What the colors mean: a bar from the highest number to the lowest.
    fn draw_color_bar(&self, (low, high): (f64, f64), layout: &Layout, canvas: &mut Canvas) {
        const STEPS: u32 = 32;
        let x = layout.cell(0, layout.columns).0 + 14.0;
        let (top, height) = (layout.top, layout.bottom() - layout.top);
        for step in 0..STEPS {
            let share = 1.0 - (f64::from(step) + 0.5) / f64::from(STEPS);
            let shade = self.shade(low + share * (high - low), (low, high));
            let y = top + height * f64::from(step) / f64::from(STEPS);
            let cell = Element::rect((x, y), (16.0, height / f64::from(STEPS) + 0.3));
            canvas.push(cell.set("style", shade.cell));
        }
        for (number, y) in [(high, top + 0.5 * TEXT_SIZE), (low, top + height - 0.5 * TEXT_SIZE)] {
            canvas.push(Element::label(&tick_label(rounded(number)), (x + 22.0, y), "start"));
        }
    }
}

/// A number with three significant digits, which fit beside a color bar.
fn rounded(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

/// Where the cells of a heat map stand.
struct Layout {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    rows: usize,
    columns: usize,
}

impl Layout {
    /// The upper left corner of a cell.
    fn cell(&self, row: usize, column: usize) -> (f64, f64) {
        (self.left + column as f64 * self.width, self.top + row as f64 * self.height)
    }

    /// The lower edge of the last row.
    fn bottom(&self) -> f64 {
        self.cell(self.rows, 0).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Figure;

    fn map(matrix: Vec<Vec<f64>>) -> HeatMap {
        HeatMap::new("Title", "Description.", matrix)
    }

    #[test]
    fn a_ragged_matrix_is_refused() {
        let error = map(vec![vec![1.0, 2.0], vec![3.0]]).svg("x").unwrap_err();
        assert_eq!(error.to_string(), "columns in row 1: expected 2, found 1");
    }

    #[test]
    fn an_empty_matrix_and_a_nan_are_refused() {
        assert!(map(vec![]).svg("x").is_err());
        assert!(map(vec![vec![]]).svg("x").is_err());
        assert!(map(vec![vec![f64::NAN]]).svg("x").is_err());
    }

    #[test]
    fn a_matrix_without_room_for_its_cells_is_refused() {
        assert!(map(vec![vec![0.0; 200]]).svg("x").is_err());
        assert!(map(vec![vec![0.0]; 200]).svg("x").is_err());
        assert!(map(vec![vec![0.0]]).rows("x", ["long ".repeat(40)]).svg("x").is_err());
    }

    #[test]
    fn there_must_be_a_label_for_each_row() {
        let error = map(vec![vec![1.0]]).rows("digit", ["0", "1"]).svg("x").unwrap_err();
        assert_eq!(error.to_string(), "row labels: expected 1, found 2");
    }

    #[test]
    fn dark_cells_have_white_numbers_and_pale_cells_black_ones() {
        let map = map(vec![vec![0.0, 900.0]]).print(Format::Integer);
        let svg = map.svg("x").unwrap();
        assert!(svg.contains("style=\"fill:var(--heat-text-low,#000000)\">0</text>"), "{svg}");
        assert!(svg.contains("style=\"fill:var(--heat-text-high,#ffffff)\">900</text>"), "{svg}");
    }

    #[test]
    fn a_neutral_diagonal_has_an_outline_and_no_color() {
        let map = map(vec![vec![9.0, 1.0], vec![2.0, 9.0]]).neutral_diagonal();
        let svg = map.print(Format::Integer).svg("x").unwrap();
        assert_eq!(svg.matches("stroke-width=\"1.5\"").count(), 2, "{svg}");
        assert_eq!(svg.matches("color-mix").count(), 2, "{svg}");
    }

    #[test]
    fn a_matrix_of_zeros_can_be_drawn() {
        assert!(map(vec![vec![0.0; 2]; 2]).svg("x").is_ok());
        assert!(map(vec![vec![0.0; 2]; 2]).signed().svg("x").is_ok());
    }
}
