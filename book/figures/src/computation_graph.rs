//! Computation graphs: values on their way forward, gradients on their way back.

use crate::error::{Error, all_finite};
use crate::figure::{Head, impl_figure};
use crate::plot::tick_label;
use crate::svg::{Canvas, Element, TEXT_SIZE, text_width};

/// The radius of an operation.
const RADIUS: f64 = 22.0;

/// How far two rows are apart.
const ROW: f64 = 108.0;

/// A node of a [`ComputationGraph`], to connect wires to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node(usize);

#[derive(Debug, Clone)]
struct Drawn {
    label: String,
    at: (f64, f64),
    operation: bool,
}

#[derive(Debug, Clone)]
struct Wire {
    from: usize,
    to: usize,
    value: Option<f64>,
    gradient: Option<f64>,
}

/// Nodes and wires; the value of a wire stands above it, its gradient below.
///
/// ```
/// use book_figures::{ComputationGraph, Figure};
///
/// let mut graph = ComputationGraph::new("q = x + y", "With x = −2 and y = 5, q is 3.");
/// let (x, y) = (graph.variable("x", (0.0, 0.0)), graph.variable("y", (0.0, 1.0)));
/// let (plus, q) = (graph.operation("+", (1.0, 0.5)), graph.variable("q", (2.0, 0.5)));
/// graph.wire(x, plus, Some(-2.0), Some(1.0));
/// graph.wire(y, plus, Some(5.0), Some(1.0));
/// graph.wire(plus, q, Some(3.0), Some(1.0));
/// assert!(graph.svg("ch03_backprop-sum").is_ok());
/// ```
#[derive(Debug, Clone)]
pub struct ComputationGraph {
    head: Head,
    nodes: Vec<Drawn>,
    wires: Vec<Wire>,
}

impl_figure!(ComputationGraph);

impl ComputationGraph {
    /// A graph without nodes.
    pub fn new(title: impl Into<String>, description: impl Into<String>) -> Self {
        Self { head: Head::new(title, description), nodes: Vec::new(), wires: Vec::new() }
    }

    /// Adds a variable, at a column and a row, which need not be whole numbers.
    pub fn variable(&mut self, label: impl Into<String>, at: (f64, f64)) -> Node {
        self.node(label.into(), at, false)
    }

    /// Adds an operation, drawn as a circle, at a column and a row.
    pub fn operation(&mut self, label: impl Into<String>, at: (f64, f64)) -> Node {
        self.node(label.into(), at, true)
    }

    fn node(&mut self, label: String, at: (f64, f64), operation: bool) -> Node {
        self.nodes.push(Drawn { label, at, operation });
        Node(self.nodes.len() - 1)
    }

    /// Adds a wire with the value that goes forward on it and the gradient that comes back.
    pub fn wire(&mut self, from: Node, to: Node, value: Option<f64>, gradient: Option<f64>) {
        self.wires.push(Wire { from: from.0, to: to.0, value, gradient });
    }

    fn canvas(&self) -> Result<Canvas, Error> {
        self.check()?;
        let rows = self.nodes.iter().map(|node| node.at.1);
        let (low, high) = (rows.clone().fold(f64::INFINITY, f64::min), rows.fold(0.0, f64::max));
        let key = self.wires.iter().any(|wire| wire.gradient.is_some());
        let bottom = (high - low) * ROW + 80.0;
        let mut canvas = Canvas::new(640.0, bottom + if key { 1.4 * TEXT_SIZE } else { 0.0 });
        let places: Vec<(f64, f64)> = (0..self.nodes.len()).map(|node| self.place(node)).collect();
        for wire in &self.wires {
            self.draw_wire(wire, places[wire.from], places[wire.to], &mut canvas);
        }
        for (node, &place) in self.nodes.iter().zip(&places) {
            draw_node(node, place, &mut canvas);
        }
        self.wires.iter().for_each(|wire| self.draw_numbers(wire, &places, &mut canvas));
        if key {
            let text = "above a wire: its value · below it, slanted: its gradient";
            let label = Element::label(text, (320.0, bottom + 0.5 * TEXT_SIZE), "middle");
            canvas.push(label.number("font-size", 16.0).set("fill-opacity", "0.8"));
        }
        Ok(canvas)
    }

    fn check(&self) -> Result<(), Error> {
        if self.nodes.is_empty() {
            return Err(Error::NoData("computation graph".to_owned()));
        }
        for Drawn { label, at, .. } in &self.nodes {
            all_finite(&format!("place of the node `{label}`"), &[at.0, at.1])?;
        }
        for wire in &self.wires {
            let last = wire.from.max(wire.to);
            if last >= self.nodes.len() {
                return Err(Error::size("node", format!("below {}", self.nodes.len()), last));
            }
            let (from, to) = (&self.nodes[wire.from].label, &self.nodes[wire.to].label);
            let numbers: Vec<f64> = wire.value.into_iter().chain(wire.gradient).collect();
            all_finite(&format!("wire from `{from}` to `{to}`"), &numbers)?;
        }
        Ok(())
    }

    /// Where a node is drawn: the columns fill the width.
    fn place(&self, node: usize) -> (f64, f64) {
        let columns = self.nodes.iter().map(|node| node.at.0);
        let left = columns.clone().fold(f64::INFINITY, f64::min);
        let right = columns.fold(f64::NEG_INFINITY, f64::max);
        let top = self.nodes.iter().map(|node| node.at.1).fold(f64::INFINITY, f64::min);
        let width = self.nodes.iter().map(half_width).fold(0.0, f64::max);
        let step = if right > left { (632.0 - 2.0 * width) / (right - left) } else { 0.0 };
        let (column, row) = self.nodes[node].at;
        (4.0 + width + (column - left) * step, 40.0 + (row - top) * ROW)
    }

    /// A line with an arrow head, from the edge of one node to the edge of the other.
    fn draw_wire(&self, wire: &Wire, from: (f64, f64), to: (f64, f64), canvas: &mut Canvas) {
        let (dx, dy) = direction(from, to);
        let [start, tip] = self.ends(wire, from, to);
        let neck = (tip.0 - 10.0 * dx, tip.1 - 10.0 * dy);
        let line = Element::line(start, neck).number("stroke-width", 1.5);
        canvas.push(line.set("stroke-opacity", "0.7"));
        let side = |by: f64| (neck.0 - by * dy, neck.1 + by * dx);
        canvas.push(Element::points("polygon", [tip, side(5.0), side(-5.0)]));
    }

    /// Where the drawn part of a wire begins and ends: at the edges of its nodes.
    fn ends(&self, wire: &Wire, from: (f64, f64), to: (f64, f64)) -> [(f64, f64); 2] {
        let (dx, dy) = direction(from, to);
        let along = |(x, y): (f64, f64), by: f64| (x + by * dx, y + by * dy);
        let gap = |node: usize| match self.nodes[node].operation && dy.abs() > dx.abs() {
            true => RADIUS + 2.0, // an operation with a long name is wide, but not high
            false => half_width(&self.nodes[node]) + 2.0,
        };
        [along(from, gap(wire.from)), along(to, -gap(wire.to))]
    }

    /// The value above a wire, the gradient below it, each as far off as its text needs.
    fn draw_numbers(&self, wire: &Wire, places: &[(f64, f64)], canvas: &mut Canvas) {
        let (from, to) = (places[wire.from], places[wire.to]);
        let (dx, dy) = direction(from, to);
        let [start, tip] = self.ends(wire, from, to);
        // Nearer to the start: wires meet at their ends.
        let (x, y) = (0.55 * start.0 + 0.45 * tip.0, 0.55 * start.1 + 0.45 * tip.1);
        let above = if dx < 0.0 { -1.0 } else { 1.0 };
        let label = |number: f64, side: f64| {
            let text = tick_label(rounded(number));
            let across = dy.abs() * text_width(&text, TEXT_SIZE) + dx.abs() * 0.7 * TEXT_SIZE;
            let far = side * (across / 2.0 + 6.0);
            Element::label(&text, (x + far * dy, y - far * dx), "middle").halo()
        };
        if let Some(value) = wire.value {
            canvas.push(label(value, above));
        }
        if let Some(gradient) = wire.gradient {
            canvas.push(label(gradient, -above).set("font-style", "italic"));
        }
    }
}

/// The direction from one point to another, of length 1.
fn direction(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let length = (to.0 - from.0).hypot(to.1 - from.1).max(1.0);
    ((to.0 - from.0) / length, (to.1 - from.1) / length)
}

/// Half the width of a node.
fn half_width(node: &Drawn) -> f64 {
    let text = text_width(&node.label, TEXT_SIZE) / 2.0 + 4.0;
    if node.operation { text.max(RADIUS) } else { text.max(12.0) }
}

fn draw_node(node: &Drawn, (x, y): (f64, f64), canvas: &mut Canvas) {
    if node.operation {
        let radius = half_width(node);
        let size = (2.0 * radius, 2.0 * RADIUS);
        let shape = Element::rect((x - radius, y - RADIUS), size).number("rx", RADIUS);
        let shape = shape.set("fill", "none").set("stroke", "currentColor");
        canvas.push(shape.number("stroke-width", 1.5));
    }
    let label = Element::label(&node.label, (x, y), "middle");
    canvas.push(if node.operation { label } else { label.set("font-weight", "600") });
}

/// A number with three significant digits.
fn rounded(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Figure;

    fn product() -> ComputationGraph {
        let mut graph = ComputationGraph::new("f = x·y", "A product.");
        let (x, y) = (graph.variable("x", (0.0, 0.0)), graph.variable("y", (0.0, 1.0)));
        let times = graph.operation("×", (1.0, 0.5));
        graph.wire(x, times, Some(-2.0), Some(5.0));
        graph.wire(y, times, Some(5.0), None);
        graph
    }

    #[test]
    fn values_stand_above_and_gradients_below_their_wires() {
        let svg = product().svg("x").unwrap();
        let height = |text: &str| -> f64 {
            let line = svg.lines().find(|line| line.contains(text)).unwrap();
            line.split(" y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        assert!(height(">−2</text>") + 20.0 < height("italic\">5</text>"));
    }

    #[test]
    fn an_empty_graph_is_refused() {
        assert!(ComputationGraph::new("Title", "Description.").svg("x").is_err());
    }

    #[test]
    fn a_gradient_that_is_not_finite_is_refused_with_its_wire() {
        let mut graph = product();
        graph.wire(Node(0), Node(1), Some(1.0), Some(f64::NAN));
        let error = graph.svg("x").unwrap_err().to_string();
        assert_eq!(error, "wire from `x` to `y`: NaN at index 1 is not finite");
    }

    #[test]
    fn a_node_of_another_graph_is_refused() {
        let mut graph = product();
        graph.wire(Node(0), Node(7), None, None);
        assert!(graph.svg("x").is_err());
    }
}
