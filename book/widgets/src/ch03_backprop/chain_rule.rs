//! The smallest computation with a loss at its end, forward and back, one operation at a time. Page:
//! *The chain rule on a graph* (`ch03_backprop/chain_rule.md`).

use ch03_backprop::Tape;

use crate::view::{Control, Handle, Mark, Panel, View, number};
use crate::widget::{Event, State, Widget};

/// How far a wire is nudged to measure its gradient.
const NUDGE: f64 = 0.01;
/// After so many steps all values, and after so many all gradients are known.
const FORWARD: usize = 4;
const ALL: usize = 9;

/// A wire of the graph: its name, the step that gives its value and the one that gives its gradient,
/// and where it begins and ends, in columns and rows.
struct Wire {
    name: &'static str,
    label: &'static str,
    known: [usize; 2],
    from: [f64; 2],
    to: [f64; 2],
}

const WIRES: [Wire; 8] = [
    Wire { name: "w", label: "w", known: [0, 9], from: [0.0, 0.0], to: [1.0, 0.5] },
    Wire { name: "x", label: "x", known: [0, 9], from: [0.0, 1.2], to: [1.0, 0.5] },
    Wire { name: "product", label: "w · x", known: [1, 8], from: [1.0, 0.5], to: [2.0, 1.0] },
    Wire { name: "b", label: "b", known: [0, 8], from: [1.0, 1.8], to: [2.0, 1.0] },
    Wire { name: "z", label: "z", known: [2, 7], from: [2.0, 1.0], to: [3.0, 1.5] },
    Wire { name: "y", label: "y", known: [0, 7], from: [2.0, 2.3], to: [3.0, 1.5] },
    Wire { name: "difference", label: "z − y", known: [3, 6], from: [3.0, 1.5], to: [4.0, 1.5] },
    Wire { name: "loss", label: "the loss", known: [4, 5], from: [4.0, 1.5], to: [5.0, 1.5] },
];
const OPERATIONS: [(&str, [f64; 2]); 4] =
    [("×", [1.0, 0.5]), ("+", [2.0, 1.0]), ("−", [3.0, 1.5]), ("( )²", [4.0, 1.5])];

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
struct Graph {
    /// w, x, b, y
    inputs: [f64; 4],
    step: usize,
    /// The wire that is looked at.
    wire: usize,
}

/// Over the figure `ch03_backprop/graph`.
pub fn graph() -> Box<dyn Widget> {
    Box::new(Graph { inputs: [3.0, -2.0, 10.0, 1.0], step: ALL, wire: 0 })
}

/// What a wire is multiplied by on the way back: the slope of its operation, in words, its number, and
/// the wire after the operation. None for the loss.
type Local = Option<(String, f64, usize)>;

impl Graph {
    /// The values and the gradients of all wires, from the chapter's tape.
    fn values(&self) -> [[f64; 2]; 8] {
        let tape = Tape::new();
        let [w, x, b, y] = self.inputs.map(|input| tape.variable(input));
        let product = w * x;
        let z = product + b;
        let difference = z - y;
        let loss = difference.powi(2);
        let gradient = loss.backward();
        [w, x, product, b, z, y, difference, loss]
            .map(|wire| [wire.value, gradient.with_respect_to(wire)])
    }

    /// The loss if the number on one wire were larger by so much.
    fn nudged(&self, wire: usize, by: f64) -> f64 {
        let [w, x, b, y] = self.inputs;
        let extra = |at: usize| if at == wire { by } else { 0.0 };
        let product = (w + extra(0)) * (x + extra(1)) + extra(2);
        let z = product + (b + extra(3)) + extra(4);
        let difference = z - (y + extra(5)) + extra(6);
        difference * difference + extra(7)
    }

    fn local(&self, values: &[[f64; 2]; 8]) -> Local {
        let [[w, _], [x, _], .., [difference, _], _] = *values;
        Some(match WIRES[self.wire].name {
            "w" => ("product (the other factor, x)".into(), x, 2),
            "x" => ("product (the other factor, w)".into(), w, 2),
            "product" | "b" => ("sum".into(), 1.0, 4),
            "z" => ("difference".into(), 1.0, 6),
            "y" => ("difference (y is taken away)".into(), -1.0, 6),
            "difference" => ("square (twice z − y)".into(), 2.0 * difference, 7),
            _ => return None,
        })
    }

    fn sentence(&self, values: &[[f64; 2]; 8]) -> String {
        let wire = &WIRES[self.wire];
        let [value, gradient] = values[self.wire].map(short);
        let label = wire.label;
        if self.step < wire.known[0] {
            return format!("Step {} of {ALL}: {label} is not known yet.", self.step);
        }
        if self.step < wire.known[1] {
            return format!(
                "Step {} of {ALL}: {label} is {value}; its gradient is not known yet. Predict it.",
                self.step
            );
        }
        let (before, after) = (self.nudged(self.wire, 0.0), self.nudged(self.wire, NUDGE));
        let measured = short((after - before) / NUDGE);
        let how = match self.local(values) {
            Some((what, slope, next)) => {
                let (slope, upstream) = (short(slope), short(values[next][1]));
                let slope = if slope.starts_with('−') { format!("({slope})") } else { slope };
                format!(
                    "the upstream gradient {upstream} times the local slope {slope} of the {what}, is {gradient}"
                )
            }
            None => "at the end of the graph the gradient is 1".to_owned(),
        };
        format!(
            "{label} is {value}. Its gradient: {how}. Measured: {label} + {NUDGE} takes the loss from \
             {} to {}, which is {measured} for each unit.",
            short(before),
            number(after, 4),
        )
    }

    fn panel(&self, width: f64, values: &[[f64; 2]; 8]) -> Panel {
        let (column, row) = ((width - 84.0) / 5.0, 74.0);
        let at = |[x, y]: [f64; 2]| [30.0 + column * x, 66.0 + row * y];
        let mut panel = Panel {
            title: "The graph: values above the wires, gradients below".to_owned(),
            width,
            height: 66.0 + row * 2.3 + 40.0,
            ..Panel::default()
        };
        panel.clip = [0.0, 0.0, panel.width, panel.height];
        let key = [
            ("strong", 2.0, "start", "value, forward"),
            ("strong ink-2", width - 4.0, "end", "gradient, back"),
        ];
        for (class, x, anchor, text) in key {
            panel.marks.push(Mark::text(class, [x, 16.0], anchor, text));
        }
        for (index, wire) in WIRES.iter().enumerate() {
            let (from, to) = (at(wire.from), at(wire.to));
            let class = if index == self.wire { "bold axis" } else { "axis" };
            panel.marks.push(Mark::line(class, from, to));
        }
        for (index, wire) in WIRES.iter().enumerate() {
            let (from, to) = (at(wire.from), at(wire.to));
            let is_input = wire.known[0] == 0;
            let middle = [0, 1].map(|axis| from[axis] + 0.45 * (to[axis] - from[axis]));
            if is_input {
                panel.marks.push(Mark::text(
                    "strong halo",
                    [from[0] - 14.0, from[1] + 5.0],
                    "middle",
                    wire.label,
                ));
            }
            let [value, gradient] = values[index].map(short);
            if self.step >= wire.known[0] {
                panel.marks.push(Mark::text(
                    "strong halo",
                    [middle[0], middle[1] - 6.0],
                    "middle",
                    value,
                ));
            }
            if self.step >= wire.known[1] {
                panel.marks.push(Mark::text(
                    "strong halo ink-2",
                    [middle[0], middle[1] + 18.0],
                    "middle",
                    gradient,
                ));
            }
            panel.handles.push(Handle::tap(wire.name, middle, 20.0));
        }
        for (name, place) in OPERATIONS {
            let [x, y] = at(place);
            panel.marks.push(Mark::circle("operation", [x, y], 17.0));
            panel.marks.push(Mark::text("", [x, y + 5.0], "middle", name));
        }
        let [x, y] = at([5.0, 1.5]);
        panel.marks.push(Mark::text("strong", [x + 4.0, y + 5.0], "start", "loss"));
        panel
    }

    fn set(&mut self, name: &str, value: &str) {
        if name == "wire" {
            if let Some(wire) = WIRES.iter().position(|wire| wire.name == value) {
                self.wire = wire;
            }
            return;
        }
        let Some(real) = value.parse::<f64>().ok().filter(|number| number.is_finite()) else {
            return;
        };
        if name == "step" {
            self.step = (real.max(0.0) as usize).min(ALL);
        } else if let Some(input) = ["w", "x", "b", "y"].iter().position(|known| *known == name) {
            self.inputs[input] = real.clamp(-12.0, 12.0);
        }
    }
}

/// A number with at most three decimals.
fn short(value: f64) -> String {
    let text = number(value, 3);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

impl Widget for Graph {
    fn on(&mut self, event: &Event, _width: f64) {
        match event {
            Event::Press(name) if name == "onward" => self.step = (self.step + 1).min(ALL),
            Event::Press(name) if name == "again" => self.step = 0,
            Event::Press(name) => self.set("wire", name),
            Event::Set(name, value) => self.set(name, value),
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        let values = self.values();
        let mut controls: Vec<Control> =
            [("w", "Weight w"), ("x", "Input x"), ("b", "Bias b"), ("y", "Target y")]
                .into_iter()
                .zip(self.inputs)
                .map(|((name, label), input)| {
                    Control::range(name, label, input, [-12.0, 12.0, 0.1], short(input))
                })
                .collect();
        let step = self.step as f64;
        let text = match self.step {
            0 => "nothing yet".to_owned(),
            1..=FORWARD => format!("forward, {} of {FORWARD}", self.step),
            _ => format!("back, {} of {}", self.step - FORWARD, ALL - FORWARD),
        };
        let wires = WIRES.iter().map(|wire| (wire.name, wire.label));
        controls.extend([
            Control::choice("wire", "Look at the wire", WIRES[self.wire].name, wires),
            Control::range("step", "Steps", step, [0.0, ALL as f64, 1.0], text),
            Control::button("onward", "Next step", self.step < ALL),
            Control::button("again", "From the start", self.step > 0),
        ]);
        let known = WIRES.iter().zip(values);
        let values_told = known.flat_map(|(wire, [value, gradient])| {
            [(wire.name.to_owned(), value), (format!("gradient at {}", wire.name), gradient)]
        });
        View {
            sentence: self.sentence(&values),
            panels: vec![self.panel(width, &values)],
            controls,
            values: values_told.collect(),
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        for (name, input) in ["w", "x", "b", "y"].into_iter().zip(self.inputs) {
            state.add(name, &input);
        }
        state.add("step", &self.step);
        state.add("wire", &WIRES[self.wire].name);
    }
}
