//! The names of series: at the ends of their lines, or in a legend above the plot.

use crate::palette::{dash, marker, series_color};
use crate::svg::{Canvas, Element, TEXT_SIZE, text_width};

/// How long the sample of a line in front of a name is.
const SAMPLE: f64 = 24.0;

/// How far the sample is from the plot, so that it does not look like data.
const GAP: f64 = 18.0;

/// The name of a series and where its line ends.
#[derive(Debug, Clone)]
pub struct EndLabel<'a> {
    /// The number of the series, which decides color, dash and marker.
    pub series: usize,
    /// The name.
    pub name: &'a str,
    /// Where the line ends, in units.
    pub end: (f64, f64),
    /// Whether the sample has a line.
    pub line: bool,
    /// Whether the sample has a marker.
    pub marker: bool,
}

/// The room that the names need at the right of a plot.
pub fn end_label_width<'a>(names: impl Iterator<Item = &'a str>) -> f64 {
    names.map(|name| text_width(name, TEXT_SIZE)).fold(0.0, f64::max) + SAMPLE + GAP + 8.0
}

/// Draws the names in a column at `x`, each as near as possible to the end of its line.
pub fn draw_end_labels(
    canvas: &mut Canvas,
    labels: &[EndLabel<'_>],
    x: f64,
    top: f64,
    bottom: f64,
) {
    let wanted: Vec<f64> = labels.iter().map(|label| label.end.1).collect();
    for (label, y) in labels.iter().zip(spread(&wanted, 1.2 * TEXT_SIZE, top, bottom)) {
        let (right, down) = (x - label.end.0, y - label.end.1);
        if down.abs() > 4.0 && right < 30.0 {
            let from = (label.end.0 + 4.0, label.end.1);
            canvas.push(Element::line(from, (x + GAP - 3.0, y)).set("stroke-opacity", "0.4"));
        }
        draw_name(canvas, label, (x + GAP, y));
    }
}

/// Draws the names in rows from the upper left corner on; gives the height that they took.
pub fn draw_legend(canvas: &mut Canvas, labels: &[EndLabel<'_>]) -> f64 {
    let (mut x, mut y) = (4.0, 0.7 * TEXT_SIZE);
    for label in labels {
        let width = text_width(label.name, TEXT_SIZE) + SAMPLE + 24.0;
        if x > 4.0 && x + width > canvas.width {
            (x, y) = (4.0, y + 1.4 * TEXT_SIZE);
        }
        draw_name(canvas, label, (x, y));
        x += width;
    }
    y + 0.9 * TEXT_SIZE
}

/// A sample of the series' line and marker, and its name.
fn draw_name(canvas: &mut Canvas, label: &EndLabel<'_>, (x, y): (f64, f64)) {
    let color = series_color(label.series);
    if label.line {
        let line = Element::line((x, y), (x + SAMPLE, y)).set("stroke-width", "2.5");
        let dashed = match dash(label.series) {
            "" => line,
            pattern => line.set("stroke-dasharray", pattern),
        };
        canvas.push(dashed.set("style", format!("stroke:{color}")));
    }
    if label.marker {
        let corners = marker(label.series, 5.0).into_iter();
        let center = x + SAMPLE / 2.0;
        let outline = corners.map(|(dx, dy)| (center + dx, y + dy));
        canvas.push(Element::points("polygon", outline).set("fill", &color));
    }
    canvas.push(Element::label(label.name, (x + SAMPLE + 6.0, y), "start"));
}

/// Moves positions apart until any two are at least `gap` apart, inside `low..=high` if they fit.
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&one, &other| wanted[one].total_cmp(&wanted[other]));
    let mut placed = wanted.to_vec();
    let mut least = low;
    for &index in &order {
        placed[index] = placed[index].max(least);
        least = placed[index] + gap;
    }
    let mut most = high;
    for &index in order.iter().rev() {
        placed[index] = placed[index].min(most);
        most = placed[index] - gap;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_would_overlap_are_moved_apart() {
        assert_eq!(spread(&[50.0, 52.0, 10.0], 20.0, 0.0, 100.0), [50.0, 70.0, 10.0]);
    }

    #[test]
    fn labels_at_the_lower_edge_are_moved_up() {
        assert_eq!(spread(&[95.0, 99.0], 20.0, 0.0, 100.0), [80.0, 100.0]);
    }
}
