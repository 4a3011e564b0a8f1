//! Eight activation functions, and a tangent that slides along each. Page: *Eight activation
//! functions* (`ch01_neuron/activations.md`).

use ch01_neuron::Activation;

use crate::plot::{Axis, Frame};
use crate::view::{Control, Handle, Mark, Panel, View, number};
use crate::widget::{Event, State, Widget};

/// In the order of the figure, with the names that it has there.
const FUNCTIONS: [(Activation, &str); 8] = [
    (Activation::Step, "step"),
    (Activation::Identity, "identity"),
    (Activation::Sigmoid, "sigmoid"),
    (Activation::Tanh, "tanh"),
    (Activation::Relu, "ReLU"),
    (Activation::LeakyRelu, "leaky ReLU"),
    (Activation::Softplus, "softplus"),
    (Activation::Gelu, "GELU"),
];

/// What is shown of the axes, large and small; the heights are those of the figure.
const FAR: f64 = 6.0;
const NEAR: f64 = 3.0;
const HEIGHTS: [f64; 2] = [-1.4, 3.0];
/// How far a nudge goes.
const NUDGE: f64 = 0.1;

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
struct Tangent {
    /// Which function is drawn large.
    function: usize,
    z: f64,
}

/// Over the figure `ch01_neuron/overview`.
pub fn overview() -> Box<dyn Widget> {
    Box::new(Tangent { function: 2, z: 1.0 })
}

impl Tangent {
    fn frame(width: f64) -> Frame {
        let [low, high] = HEIGHTS;
        let [x, y] = [Axis::linear("z", -FAR, FAR), Axis::linear("f(z) and f′(z)", low, high)];
        Frame::new(x, y, [width, 320.0])
    }

    fn large(&self, width: f64) -> Panel {
        let (f, name) = FUNCTIONS[self.function];
        let frame = Self::frame(width);
        let mut panel = frame.panel(format!("{name}, its slope, and its tangent"));
        let grid = || (-300..=300).map(|k| FAR * f64::from(k) / 300.0);
        panel.marks.push(frame.line("series-2", grid().map(|z| [z, f.derivative(z)])));
        panel.marks.push(frame.line("series-1 bold", grid().map(|z| [z, f.value(z)])));
        let (z, value, slope) = (self.z, f.value(self.z), f.derivative(self.z));
        let tangent = [-1.5, 1.5].map(|step| [z + step, value + slope * step]);
        panel.marks.push(frame.line("thick", tangent));
        panel.marks.push(frame.line("rule", [[z, HEIGHTS[0]], [z, HEIGHTS[1]]]));
        panel.marks.push(Mark::marker(1, frame.at([z, slope]), 5.0));
        let at = frame.at([z, value.clamp(HEIGHTS[0], HEIGHTS[1])]);
        panel.marks.push(Mark::circle("handle", at, 9.0));
        panel.handles.push(Handle::drag("z", at));
        let [left, top, _, _] = frame.place;
        let names = [("series-1", format!("{name}: f(z) = {}", number(value, 3)))];
        let names =
            names.into_iter().chain([("series-2", format!("f′(z) = {}", number(slope, 3)))]);
        for (row, (class, name)) in names.enumerate() {
            let y = top + 16.0 + 20.0 * row as f64;
            panel.marks.push(Mark::line(class, [left + 8.0, y], [left + 38.0, y]));
            panel.marks.push(Mark::text("halo", [left + 44.0, y + 5.0], "start", name));
        }
        panel
    }

    /// All eight, small; a tap makes one large.
    fn small(&self, width: f64) -> Panel {
        let cell = [width / 4.0, if width >= 560.0 { 130.0 } else { 104.0 }];
        let (mut marks, mut handles) = (Vec::new(), Vec::new());
        for (index, (f, name)) in FUNCTIONS.into_iter().enumerate() {
            let [left, top] = [cell[0] * (index % 4) as f64, cell[1] * (index / 4) as f64];
            let place = [left + 4.0, top + 22.0, cell[0] - 8.0, cell[1] - 28.0];
            let [low, high] = HEIGHTS;
            let [x, y] = [Axis::linear("", -NEAR, NEAR), Axis::linear("", low, high)];
            let frame = Frame { x, y, place };
            let chosen = index == self.function;
            let class = if chosen { "strong" } else { "" };
            let middle = left + cell[0] / 2.0;
            marks.push(Mark::text(class, [middle, top + 15.0], "middle", name));
            if chosen {
                marks
                    .push(Mark::rect("box", [left + 1.0, top + 1.0, cell[0] - 2.0, cell[1] - 2.0]));
            }
            marks.push(Mark::line("grid", frame.at([-NEAR, 0.0]), frame.at([NEAR, 0.0])));
            marks.push(Mark::line("grid", frame.at([0.0, low]), frame.at([0.0, high])));
            let seen = |class: &str, curve: &dyn Fn(f64) -> f64| {
                let grid = (-75..=75).map(|k| f64::from(k) / 25.0).map(|z| [z, curve(z)]);
                let seen = grid.filter(|[_, y]| (low..=high).contains(y));
                Mark::path(class, seen.map(|point| frame.at(point)))
            };
            marks.push(seen("series-2", &|z| f.derivative(z)));
            marks.push(seen("series-1", &|z| f.value(z)));
            if self.z.abs() <= NEAR && (low..=high).contains(&f.value(self.z)) {
                marks.push(Mark::circle("point", frame.at([self.z, f.value(self.z)]), 4.0));
            }
            let at = [middle, top + cell[1] / 2.0];
            handles.push(Handle::tap(name.replace(' ', "-"), at, cell[1].min(cell[0]) / 2.0));
        }
        let size = [width, 2.0 * cell[1]];
        Panel {
            title: "All eight functions and their slopes, from −3 to 3".to_owned(),
            width,
            height: size[1],
            clip: [0.0, 0.0, width, size[1]],
            marks,
            handles,
            ..Panel::default()
        }
    }

    fn sentence(&self) -> String {
        let (f, name) = FUNCTIONS[self.function];
        let (z, slope) = (self.z, f.derivative(self.z));
        let change = f.value(z + NUDGE) - f.value(z);
        let steepest = (-60..=60).map(|k| f.derivative(f64::from(k) / 10.0)).fold(0.0, f64::max);
        let verdict = if f == Activation::Step {
            " Its slope is 0 wherever it has one: no small nudge can teach it anything."
        } else if slope == 0.0 {
            " Its slope is 0 here: a nudge does nothing, and the neuron cannot learn from it."
        } else if slope.abs() < 0.1 * steepest {
            " That is less than a tenth of its steepest slope: it is nearly flat here, which is called \
             saturation."
        } else {
            ""
        };
        format!(
            "{name} at z = {}: f(z) = {}, and the slope is f′(z) = {}. A nudge of {NUDGE} changes the \
             output by {}.{verdict}",
            number(z, 1),
            number(f.value(z), 3),
            number(slope, 3),
            number(change, 4),
        )
    }

    fn choose(&mut self, name: &str) {
        let known = FUNCTIONS.iter().position(|known| known.1.replace(' ', "-") == name);
        self.function = known.unwrap_or(self.function);
    }
}

impl Widget for Tangent {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Grab(name, at) | Event::Drag(name, at) if name == "z" => {
                self.z = (10.0 * Self::frame(width).point(*at)[0]).round() / 10.0;
            }
            Event::Press(name) => self.choose(name),
            Event::Set(name, value) if name == "function" => self.choose(value),
            Event::Set(name, value) if name == "z" => {
                if let Some(z) = value.parse().ok().filter(|z: &f64| z.is_finite()) {
                    self.z = z.clamp(-FAR, FAR);
                }
            }
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        let names = FUNCTIONS.map(|(_, name)| (name.replace(' ', "-"), name));
        let chosen = names[self.function].0.clone();
        let values = FUNCTIONS.iter().flat_map(|(f, name)| {
            let (value, slope) = (f.value(self.z), f.derivative(self.z));
            [(format!("{name}: value"), value), (format!("{name}: slope"), slope)]
        });
        View {
            sentence: self.sentence(),
            panels: vec![self.large(width), self.small(width)],
            controls: vec![
                Control::choice("function", "Function", chosen, names),
                Control::range("z", "z", self.z, [-FAR, FAR, 0.1], number(self.z, 1)),
            ],
            values: values.collect(),
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        state.add("function", &FUNCTIONS[self.function].1.replace(' ', "-"));
        state.add("z", &self.z);
    }
}
