//! Diagrams of layered networks.

use crate::error::{Error, all_finite};
use crate::figure::{Head, impl_figure};
use crate::palette::{dash, series_color};
use crate::svg::{Canvas, Element, TEXT_SIZE, text_width};
use crate::values::Format;

/// How many nodes of a layer are drawn if the caller says nothing else.
const MOST_NODES: usize = 8;

/// How many layers there is room for.
const MOST_LAYERS: usize = 6;

/// The radius of a node that holds a number or a long name.
const WIDE: f64 = 30.0;

/// The radius of a node that holds at most two letters.
const NARROW: f64 = 17.0;

/// One layer: how many nodes it has, and what is written at them.
#[derive(Debug, Clone, Default)]
struct Layer {
    size: usize,
    caption: String,
    names: Vec<String>,
    values: Vec<f64>,
    /// The weights of the connections to the next layer, `[this layer × next layer]`.
    weights: Vec<Vec<f64>>,
}

/// A network drawn layer by layer from left to right, each node connected to all of the next
/// layer. Large layers are drawn with an ellipsis.
#[derive(Debug, Clone)]
pub struct NetworkDiagram {
    head: Head,
    layers: Vec<Layer>,
    limit: usize,
    format: Format,
    spread: bool,
    backward: bool,
    problem: Option<String>,
}

impl_figure!(NetworkDiagram);

impl NetworkDiagram {
    /// A network with layers of these sizes, the inputs first.
    pub fn new(
        title: impl Into<String>,
        description: impl Into<String>,
        sizes: impl IntoIterator<Item = usize>,
    ) -> Self {
        let layer = |size| Layer { size, ..Layer::default() };
        let layers = sizes.into_iter().map(layer).collect();
        let head = Head::new(title, description);
        Self {
            head,
            layers,
            limit: MOST_NODES,
            format: Format::Decimals(2),
            spread: false,
            backward: false,
            problem: None,
        }
    }

    /// The layer with a number, or a note that there is none.
    fn change(mut self, layer: usize, change: impl FnOnce(&mut Layer)) -> Self {
        match self.layers.get_mut(layer) {
            Some(layer) => change(layer),
            None => self.problem = Some(layer.to_string()),
        }
        self
    }

    /// Writes a caption under a layer, counted from 0; it may have several lines.
    pub fn caption(self, layer: usize, caption: impl Into<String>) -> Self {
        self.change(layer, |layer| layer.caption = caption.into())
    }

    /// Names the nodes of a layer.
    pub fn names<N: Into<String>>(self, layer: usize, names: impl IntoIterator<Item = N>) -> Self {
        self.change(layer, |layer| layer.names = names.into_iter().map(N::into).collect())
    }

    /// Writes the values of a layer into its nodes.
    pub fn values(self, layer: usize, values: &[f64]) -> Self {
        self.change(layer, |layer| layer.values = values.to_vec())
    }

    /// Writes the weights between a layer and the next at the connections, `[layer × next]`.
    /// Negative weights are dashed.
    pub fn weights(self, layer: usize, weights: Vec<Vec<f64>>) -> Self {
        self.change(layer, |layer| layer.weights = weights)
    }

    /// Says how values and weights are printed; two decimals if nothing else is said.
    pub fn print(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Says how many nodes of a layer are drawn at most, the ellipsis included; at least 3.
    pub fn limit(mut self, nodes: usize) -> Self {
        self.limit = nodes.max(3);
        self
    }

    /// Puts the nodes farther apart, and each weight on its own line where no other is near.
    pub fn spread(mut self) -> Self {
        self.spread = true;
        self
    }

    /// Gives the connections arrow heads that point to the left.
    pub fn backward(mut self) -> Self {
        self.backward = true;
        self
    }

    fn canvas(&self) -> Result<Canvas, Error> {
        self.check()?;
        let lines = self.layers.iter().map(|layer| layer.caption.lines().count()).max();
        let captions = 1.25 * TEXT_SIZE * lines.unwrap_or(0) as f64;
        let most = self.layers.iter().map(|layer| self.slots(layer).len()).max().unwrap_or(1);
        let top = if self.has_names_above() { 22.0 } else { 4.0 };
        let middle = top + most as f64 * self.pitch() / 2.0;
        let mut canvas = Canvas::new(640.0, 2.0 * middle - top + captions + 8.0);
        for layer in 0..self.layers.len() {
            self.draw_connections(layer, middle, &mut canvas);
        }
        for layer in 0..self.layers.len() {
            if self.backward {
                self.draw_heads(layer, middle, &mut canvas);
            }
            self.draw_weights(layer, middle, &mut canvas);
            self.draw_layer(layer, middle, &mut canvas);
            let bottom = 2.0 * middle - top + 0.6 * TEXT_SIZE;
            self.draw_caption(layer, bottom, &mut canvas);
        }
        Ok(canvas)
    }

    fn check(&self) -> Result<(), Error> {
        if self.layers.is_empty() || self.layers.iter().any(|layer| layer.size == 0) {
            return Err(Error::NoData("network diagram".to_owned()));
        }
        if let Some(layer) = &self.problem {
            return Err(Error::size("layer", format!("below {}", self.layers.len()), layer));
        }
        if self.layers.len() > MOST_LAYERS {
            let found = self.layers.len();
            return Err(Error::size("layers", format!("at most {MOST_LAYERS}"), found));
        }
        for (index, layer) in self.layers.iter().enumerate() {
            let next = self.layers.get(index + 1).map_or(0, |layer| layer.size);
            layer.check(index, next)?;
        }
        Ok(())
    }

    fn has_names_above(&self) -> bool {
        self.layers.iter().any(|layer| !layer.names.is_empty() && !layer.values.is_empty())
    }

    /// How far the nodes of a layer are apart.
    fn pitch(&self) -> f64 {
        let small = self.layers.iter().all(|layer| self.slots(layer).len() <= 4);
        let weights = self.layers.iter().any(|layer| !layer.weights.is_empty());
        let close = 2.0 * self.radius() + 12.0;
        if self.spread {
            return 128.0;
        }
        if self.has_names_above() || (small && weights) { 102.0 } else { close }
    }

    /// The radius of all nodes.
    fn radius(&self) -> f64 {
        let long = |name: &String| name.chars().count() > 2;
        let wide = |layer: &Layer| !layer.values.is_empty() || layer.names.iter().any(long);
        if self.layers.iter().any(wide) { WIDE } else { NARROW }
    }

    /// The nodes that are drawn of a layer; nothing stands for the ellipsis.
    fn slots(&self, layer: &Layer) -> Vec<Option<usize>> {
        if layer.size <= self.limit {
            return (0..layer.size).map(Some).collect();
        }
        let last = (self.limit - 1) / 2;
        let first = self.limit - 1 - last;
        let end = layer.size - last..layer.size;
        (0..first).map(Some).chain([None]).chain(end.map(Some)).collect()
    }

    /// The nodes that are drawn of a layer, with their places.
    fn nodes(&self, layer: usize, middle: f64) -> Vec<(Option<usize>, (f64, f64))> {
        let slots = self.slots(&self.layers[layer]);
        let steps = (self.layers.len() - 1).max(1) as f64;
        let margin = if self.layers.len() == 1 { 320.0 } else { 70.0 };
        let x = margin + (640.0 - 2.0 * margin) * layer as f64 / steps;
        let first = middle - self.pitch() * (slots.len() - 1) as f64 / 2.0;
        let place = |(slot, node)| (node, (x, first + slot as f64 * self.pitch()));
        slots.into_iter().enumerate().map(place).collect()
    }

    /// All drawn connections from a layer to the next: both nodes and both places.
    fn connections(&self, layer: usize, middle: f64) -> Vec<Connection> {
        let next =
            if layer + 1 < self.layers.len() { self.nodes(layer + 1, middle) } else { vec![] };
        let from = self.nodes(layer, middle).into_iter();
        let pairs = from.flat_map(|from| next.iter().map(move |to| (from, *to)));
        let drawn = pairs.filter_map(|((from, start), (to, end))| {
            Some(Connection { from: from?, to: to?, start, end })
        });
        drawn.collect()
    }

    fn draw_connections(&self, layer: usize, middle: f64, canvas: &mut Canvas) {
        let weights = &self.layers[layer].weights;
        let sizes = weights.iter().flatten().map(|weight| weight.abs());
        let largest = sizes.fold(f64::MIN_POSITIVE, f64::max);
        for connection in self.connections(layer, middle) {
            let line = Element::line(connection.start, connection.end);
            let element = match weights.get(connection.from) {
                None => line.set("stroke-opacity", "0.35"),
                Some(row) => {
                    let weight = row[connection.to];
                    let series = usize::from(weight < 0.0);
                    let line = line.number("stroke-width", 1.0 + 2.5 * weight.abs() / largest);
                    let line = line.set("style", format!("stroke:{}", series_color(series)));
                    if series == 0 { line } else { line.set("stroke-dasharray", dash(series)) }
                }
            };
            canvas.push(element);
        }
    }

    /// The weights stand near the node that they come from, where the lines are apart.
    fn draw_weights(&self, layer: usize, middle: f64, canvas: &mut Canvas) {
        if self.layers[layer].weights.is_empty() {
            return;
        }
        let connections = self.connections(layer, middle);
        let texts: Vec<String> = connections
            .iter()
            .map(|connection| {
                self.format.print(self.layers[layer].weights[connection.from][connection.to])
            })
            .collect();
        let lines: Vec<Line> = connections.iter().map(|c| (c.start, c.end)).collect();
        // A quarter of the way: farther on, the lines of other nodes cross.
        let shares = match self.spread {
            true => spread(&lines, &texts, self.radius()),
            false => vec![0.25; lines.len()],
        };
        for ((line, text), share) in lines.iter().zip(&texts).zip(shares) {
            canvas.push(Element::label(text, along(*line, share), "middle").halo());
        }
    }

    /// An arrow head at the left end of each connection.
    fn draw_heads(&self, layer: usize, middle: f64, canvas: &mut Canvas) {
        for Connection { start, end, .. } in self.connections(layer, middle) {
            let length = (end.0 - start.0).hypot(end.1 - start.1);
            let (dx, dy) = ((end.0 - start.0) / length, (end.1 - start.1) / length);
            let point = |far: f64, side: f64| {
                let far = self.radius() + 1.0 + far;
                (start.0 + far * dx - side * dy, start.1 + far * dy + side * dx)
            };
            let head = [point(0.0, 0.0), point(11.0, 5.0), point(11.0, -5.0)];
            canvas.push(Element::points("polygon", head));
        }
    }

    fn draw_layer(&self, index: usize, middle: f64, canvas: &mut Canvas) {
        let layer = &self.layers[index];
        for (node, (x, y)) in self.nodes(index, middle) {
            let Some(node) = node else {
                canvas.push(Element::label("⋮", (x, y), "middle").set("font-weight", "600"));
                continue;
            };
            let circle =
                Element::new("circle").numbers([("cx", x), ("cy", y), ("r", self.radius())]);
            let circle = circle.set("stroke", "currentColor").number("stroke-width", 1.5);
            let name = layer.names.get(node).map(String::as_str);
            let value = layer.values.get(node).map(|&value| self.format.print(value));
            if let (Some(name), Some(_)) = (name, &value) {
                let above = (x, y - self.radius() - 0.75 * TEXT_SIZE);
                canvas.push(Element::label(name, above, "middle").halo());
            }
            // Over the halo of its name, which would cut it open.
            canvas.push(circle.set("style", "fill:var(--bg, Canvas)"));
            if let Some(text) = value.as_deref().or(name) {
                canvas.push(Element::label(text, (x, y), "middle"));
            }
        }
    }

    fn draw_caption(&self, index: usize, top: f64, canvas: &mut Canvas) {
        let place = self.nodes(index, 0.0).first().map_or(0.0, |(_, (x, _))| *x);
        for (line, text) in self.layers[index].caption.lines().enumerate() {
            let half = text_width(text, TEXT_SIZE) / 2.0;
            let x = place.min(636.0 - half).max(4.0 + half);
            let y = top + 1.25 * TEXT_SIZE * line as f64;
            canvas.push(Element::label(text, (x, y), "middle"));
        }
    }
}

/// Both ends of a line.
type Line = ((f64, f64), (f64, f64));

/// The point at a share of the way along a line.
fn along(((x0, y0), (x1, y1)): Line, share: f64) -> (f64, f64) {
    (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
}

/// A share of the way for the text on each line, such that no text covers another one, a node, or,
/// if it can be avoided, another line: each text in turn takes its best place, three times over.
fn spread(lines: &[Line], texts: &[String], radius: f64) -> Vec<f64> {
    let mut shares = vec![0.3; lines.len()];
    let half = |text: &String| (text_width(text, TEXT_SIZE) / 2.0, 0.45 * TEXT_SIZE);
    for index in (0..lines.len()).cycle().take(3 * lines.len()) {
        let (line, (width, height)) = (lines[index], half(&texts[index]));
        let crowded = |share: f64| {
            let (x, y) = along(line, share);
            let others = (0..lines.len()).filter(|&other| other != index);
            let cost = others.map(|other| {
                let at = along(lines[other], shares[other]);
                let (wide, high) = half(&texts[other]);
                let covers = (at.0 - x).abs() < wide + width + 8.0
                    && (at.1 - y).abs() < high + height + 10.0;
                let ((x0, y0), (x1, y1)) = lines[other];
                let heights = [x - width, x + width].map(|x| y0 + (y1 - y0) * (x - x0) / (x1 - x0));
                let (low, top) = (heights[0].min(heights[1]), heights[0].max(heights[1]));
                let crosses = |more: f64| low < y + height + more && top > y - height - more;
                1000.0 * f64::from(u8::from(covers))
                    + 100.0 * f64::from(u8::from(crosses(0.0)))
                    + 10.0 * f64::from(u8::from(crosses(6.0)))
            });
            let room = (x - line.0.0).min(line.1.0 - x) - width - radius;
            cost.sum::<f64>() + if room < 4.0 { 1000.0 } else { 0.0 } + (share - 0.35).abs()
        };
        let candidates = (10..=90).map(|percent| f64::from(percent) / 100.0);
        let best = candidates.min_by(|&one, &other| crowded(one).total_cmp(&crowded(other)));
        shares[index] = best.unwrap_or(0.5);
    }
    shares
}

/// A drawn connection between two nodes.
struct Connection {
    from: usize,
    to: usize,
    start: (f64, f64),
    end: (f64, f64),
}

impl Layer {
    /// Checks that names, values and weights fit the sizes of the layers.
    fn check(&self, index: usize, next: usize) -> Result<(), Error> {
        let counts = [
            ("names", self.names.len(), self.size),
            ("values", self.values.len(), self.size),
            ("rows of weights", self.weights.len(), self.size),
        ];
        for (what, found, expected) in counts {
            if found != 0 && found != expected {
                return Err(Error::size(format!("{what} of layer {index}"), expected, found));
            }
        }
        all_finite(&format!("values of layer {index}"), &self.values)?;
        for row in &self.weights {
            all_finite(&format!("weights of layer {index}"), row)?;
            if row.len() != next {
                let what = format!("columns of weights of layer {index}");
                return Err(Error::size(what, next, row.len()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Figure;

    fn network(sizes: &[usize]) -> NetworkDiagram {
        NetworkDiagram::new("Title", "Description.", sizes.iter().copied())
    }

    #[test]
    fn a_large_layer_has_an_ellipsis_and_shows_its_last_node() {
        let network = network(&[784, 3]).limit(5);
        let slots = network.slots(&network.layers[0]);
        assert_eq!(slots, [Some(0), Some(1), None, Some(782), Some(783)]);
        assert!(network.svg("x").unwrap().contains("⋮"));
    }

    #[test]
    fn every_node_is_connected_to_all_of_the_next_layer() {
        let svg = network(&[2, 3, 1]).svg("x").unwrap();
        assert_eq!(svg.matches("<line").count(), 2 * 3 + 3);
        assert_eq!(svg.matches("<circle").count(), 6);
    }

    #[test]
    fn weights_of_the_wrong_shape_are_refused() {
        let error = network(&[2, 1]).weights(0, vec![vec![1.0, 2.0]; 2]).svg("x").unwrap_err();
        assert_eq!(error.to_string(), "columns of weights of layer 0: expected 1, found 2");
        assert!(network(&[2, 1]).values(0, &[1.0]).svg("x").is_err());
        assert!(network(&[2, 1]).values(2, &[1.0]).svg("x").is_err());
    }

    #[test]
    fn a_negative_weight_is_dashed() {
        let svg = network(&[1, 1]).weights(0, vec![vec![-1.0]]).svg("x").unwrap();
        assert!(svg.contains("stroke-dasharray"));
    }

    #[test]
    fn spread_texts_do_not_cover_each_other() {
        let nodes = |x: f64, rows: [f64; 3]| rows.map(|y| (x, y));
        let (left, right) = (nodes(70.0, [0.0, 128.0, 256.0]), nodes(320.0, [64.0, 192.0, 320.0]));
        let lines: Vec<Line> =
            left.iter().flat_map(|&from| right.iter().map(move |&to| (from, to))).collect();
        let texts = vec!["−1.00".to_owned(); lines.len()];
        let shares = spread(&lines, &texts, WIDE);
        let places: Vec<(f64, f64)> =
            lines.iter().zip(shares).map(|(&line, share)| along(line, share)).collect();
        for (index, one) in places.iter().enumerate() {
            for other in &places[..index] {
                let apart = (one.0 - other.0).abs() >= 40.0 || (one.1 - other.1).abs() >= 16.0;
                assert!(apart, "{one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn a_network_without_nodes_is_refused() {
        assert!(network(&[]).svg("x").is_err());
        assert!(network(&[2, 0]).svg("x").is_err());
    }
}
