//! A tape as it is recorded, the walk back along it, and a network that is trained with it.

use anyhow::Result;
use book_figures::{Canvas, Element, Error, Figure, Format, Head, Measured, Output, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::Network;
use ch03_backprop::{Tape, Variable};
use ndarray::{Array2, ArrayView1};

use crate::example::{self, Squared};
use crate::runs::SEEDS;
use crate::xor_learned::{self, LEARNING_RATE, STEPS};

pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    output.figure("tape", &TapeDrawing::new())?;
    trained(values)
}

/// What a network says of one example, number by number. `parameters` are those of the network, in
/// its order: of each layer the weights, row by row, and then the biases.
fn logit<'t>(
    network: &Network<f64>,
    parameters: &[Variable<'t, f64>],
    inputs: Vec<Variable<'t, f64>>,
) -> Variable<'t, f64> {
    let (mut a, mut rest) = (inputs, parameters);
    for layer in &network.layers {
        let (weights, others) = rest.split_at(layer.dense.weights.len());
        let (bias, others) = others.split_at(layer.dense.bias.len());
        let neuron = |j: usize| {
            let add = |z, i: usize| z + a[i] * weights[i * bias.len() + j];
            (0..a.len()).fold(bias[j], add).activate(layer.activation)
        };
        (a, rest) = ((0..bias.len()).map(neuron).collect(), others);
    }
    a[0]
}

/// One step against the gradient that a tape finds; gives the loss before it.
fn step(network: &mut Network<f64>, inputs: &Array2<f64>, targets: ArrayView1<f64>) -> f64 {
    let tape = Tape::new();
    let numbers = network.parameters().concat();
    let parameters: Vec<_> = numbers.into_iter().map(|number| tape.variable(number)).collect();
    let mut loss = tape.variable(0.0);
    for (x, &y) in inputs.rows().into_iter().zip(targets) {
        let x = x.iter().map(|&x| tape.variable(x)).collect();
        let z = logit(network, &parameters, x);
        loss = loss + z.activate(Activation::Softplus) - z * tape.variable(y);
    }
    let loss = loss / tape.variable(targets.len() as f64);
    let gradient = loss.backward();
    let entries = network.parameters_mut().into_iter().flatten();
    for (entry, parameter) in entries.zip(parameters) {
        *entry -= LEARNING_RATE * gradient.with_respect_to(parameter);
    }
    loss.value
}

/// Trains the network of *XOR, learned* with the tape, from the same start, and compares.
fn trained(values: &mut Values) -> Result<()> {
    let (inputs, targets) = xor_learned::examples();
    let mut on_tape = xor_learned::start(SEEDS.start);
    let mut loss = f64::NAN;
    for _ in 0..STEPS {
        loss = step(&mut on_tape, &inputs, targets.column(0));
    }
    let mut by_layers = xor_learned::start(SEEDS.start);
    let losses = xor_learned::train(&mut by_layers, inputs.view(), targets.view());
    let [on_tape, by_layers] = [on_tape, by_layers].map(|network| network.parameters().concat());
    let differences = on_tape.iter().zip(&by_layers).map(|(a, b)| (a - b).abs());
    let difference = differences.fold(0.0, f64::max);
    print(format_args!(
        "\nXOR learned with the tape: loss {loss:.5}, with the layers {:.5}; no parameter differs by \
         more than {difference:.0e}",
        losses[STEPS - 1]
    ))?;
    let five = Measured::number(loss, Format::Decimals(5)).within(1e-5);
    values.set("tape.loss", five.note("seed 0"))?;
    let difference = Measured::number(difference, Format::Scientific(0)).machine();
    values.set("tape.difference", difference.note("seed 0"))?;
    Ok(())
}

/// One node of the drawing.
struct Cell {
    name: &'static str,
    value: f64,
    gradient: f64,
    /// The nodes that it took its numbers from, and how it changes with each.
    inputs: Vec<(usize, f64)>,
}

/// The tape of (wx + b − y)² for w = 3, x = −2, b = 10, y = 1.
struct TapeDrawing {
    head: Head,
    cells: Vec<Cell>,
}

impl TapeDrawing {
    fn new() -> Self {
        let tape = Tape::new();
        let Squared { w, x, b, y, product, z, difference, loss } = example::squared(&tape);
        let gradient = loss.backward();
        let cell = |name, variable: Variable<f64>, inputs: &[(usize, Variable<f64>)]| {
            let slopes = variable.backward();
            let inputs =
                inputs.iter().map(|&(node, input)| (node, slopes.with_respect_to(input))).collect();
            Cell {
                name,
                value: variable.value,
                gradient: gradient.with_respect_to(variable),
                inputs,
            }
        };
        let cells = vec![
            cell("w", w, &[]),
            cell("x", x, &[]),
            cell("b", b, &[]),
            cell("y", y, &[]),
            cell("w·x", product, &[(0, w), (1, x)]),
            cell("+", z, &[(4, product), (2, b)]),
            cell("−", difference, &[(5, z), (3, y)]),
            cell("²", loss, &[(6, difference)]),
        ];
        let numbers: Vec<String> = cells
            .iter()
            .map(|cell| format!("{}: {}, gradient {}", cell.name, cell.value, cell.gradient))
            .collect();
        let description = format!("Eight nodes in the order of recording. {}.", numbers.join("; "));
        let head = Head::new("A tape, and the walk back along it", description);
        Self { head, cells }
    }
}

const WIDTH: f64 = 76.0;
const HEIGHT: f64 = 44.0;
const TOP: f64 = 150.0;

/// The left edge of a cell.
fn left(index: usize) -> f64 {
    16.0 + WIDTH * index as f64
}

impl Figure for TapeDrawing {
    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn draw(&self) -> Result<Canvas, Error> {
        let mut canvas = Canvas::new(640.0, TOP + HEIGHT + 96.0);
        for (index, cell) in self.cells.iter().enumerate() {
            for &(input, slope) in &cell.inputs {
                draw_arc(index, input, slope, &mut canvas);
            }
        }
        for (index, cell) in self.cells.iter().enumerate() {
            let (x, middle) = (left(index) + WIDTH / 2.0, TOP + HEIGHT / 2.0);
            let border = Element::rect((left(index), TOP), (WIDTH, HEIGHT));
            canvas.push(border.set("stroke", "currentColor").set("fill", "none"));
            let name = Element::label(cell.name, (x, middle), "middle");
            canvas.push(name.set("font-weight", "600"));
            let text = number(cell.value);
            canvas.push(Element::label(&text, (x, TOP + HEIGHT + 18.0), "middle"));
            let text = number(cell.gradient);
            let gradient = Element::label(&text, (x, TOP + HEIGHT + 44.0), "middle");
            canvas.push(gradient.set("font-style", "italic"));
        }
        let text = "on an arc: the slope · below: the value, then, slanted, the gradient";
        let key = Element::label(text, (320.0, TOP + HEIGHT + 80.0), "middle");
        canvas.push(key.number("font-size", 16.0).set("fill-opacity", "0.8"));
        Ok(canvas)
    }
}

/// An arc from a node back to one of its inputs, with the slope on it.
fn draw_arc(from: usize, to: usize, slope: f64, canvas: &mut Canvas) {
    let near = from == to + 1; // so short an arc has its ends to itself
    let (leave, arrive) = if near { (0.3, 0.75) } else { (0.65, 0.5) };
    let (start, end) = (left(from) + leave * WIDTH, left(to) + arrive * WIDTH);
    let rise = (22.0 + 0.30 * (start - end)).min(TOP - 24.0);
    let middle = (start + end) / 2.0;
    let path = format!(
        "M{start:.1} {TOP:.1} Q{middle:.1} {:.1} {end:.1} {:.1}",
        TOP - 2.0 * rise,
        TOP - 6.0
    );
    let arc = Element::new("path").set("d", path).set("fill", "none");
    canvas.push(arc.set("stroke", "currentColor").set("stroke-opacity", "0.7"));
    let head = [(end, TOP - 1.0), (end - 3.0, TOP - 12.0), (end + 6.0, TOP - 10.0)];
    canvas.push(Element::points("polygon", head));
    canvas.push(Element::label(&number(slope), (middle, TOP - rise), "middle").halo());
}

/// A number with a real minus sign.
fn number(number: f64) -> String {
    number.to_string().replace('-', "−")
}
