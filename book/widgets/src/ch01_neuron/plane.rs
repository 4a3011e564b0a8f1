//! A neuron with two inputs cuts the plane in two; and the perceptron rule moves the cut. Page: *The
//! neuron* (`ch01_neuron.md`).

use ch01_neuron::{Activation, Gate, Neuron, perceptron_step};
use ndarray::array;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::plot::{Axis, Frame};
use crate::view::{Control, Handle, Mark, View, number};
use crate::widget::{Event, State, Widget};

/// The seed and the number of the random days in the figure.
const SEED: u64 = 1958;
const DAYS: usize = 30;
/// The arrow of the weights is drawn at this share of its length.
const ARROW: f64 = 0.2;

/// What the neuron is asked: days, or a gate.
const TASKS: [(&str, &str, Option<Gate>); 5] = [
    ("days", "thirty days", None),
    ("and", "AND", Some(Gate::And)),
    ("or", "OR", Some(Gate::Or)),
    ("nand", "NAND", Some(Gate::Nand)),
    ("xor", "XOR", Some(Gate::Xor)),
];

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
struct Plane {
    task: usize,
    weights: [f64; 2],
    bias: f64,
    /// The day whose sum is shown.
    today: [f64; 2],
    /// Which example the rule looks at next, how many mistakes it made, and the last one.
    next: usize,
    mistakes: usize,
    said: String,
    /// The most examples of the gate that were right so far.
    best: usize,
}

/// Over the figure `ch01_neuron/line`.
pub fn line() -> Box<dyn Widget> {
    Box::new(Plane {
        task: 0,
        weights: [3.0, 4.0],
        bias: -2.0,
        today: [1.0, 0.5],
        next: 0,
        mistakes: 0,
        said: String::new(),
        best: 0,
    })
}

/// A number with its sign between blanks, to be added: ` + 3` or ` − 2`.
fn added(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    format!(" {sign} {}", short(value.abs()))
}

/// A number with at most two decimals, and none that is 0.
fn short(value: f64) -> String {
    let text = number(value, 2);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

impl Plane {
    fn gate(&self) -> Option<Gate> {
        TASKS[self.task].2
    }

    fn neuron(&self) -> Neuron<f64> {
        let [w1, w2] = self.weights;
        Neuron { weights: array![w1, w2], bias: self.bias, activation: Activation::Step }
    }

    /// The points, and what the neuron should say; for days, what it says.
    fn examples(&self) -> Vec<([f64; 2], f64)> {
        let neuron = self.neuron();
        match self.gate() {
            Some(gate) => {
                let (inputs, targets) = gate.examples::<f64>();
                let pairs = inputs.rows().into_iter().zip(targets);
                pairs.map(|(x, target)| ([x[0], x[1]], target)).collect()
            }
            None => {
                let mut generator = ChaCha8Rng::seed_from_u64(SEED);
                let mut place = || 2.0 * generator.random::<f64>() - 1.0;
                let days = (0..DAYS).map(|_| [place(), place()]);
                days.map(|[x, y]| ([x, y], neuron.output(array![x, y].view()))).collect()
            }
        }
    }

    fn right(&self) -> usize {
        let neuron = self.neuron();
        let is_right =
            |(x, target): &&([f64; 2], f64)| neuron.output(array![x[0], x[1]].view()) == *target;
        self.examples().iter().filter(is_right).count()
    }

    fn keep_best(&mut self) {
        if self.gate().is_some() {
            self.best = self.best.max(self.right());
        }
    }

    /// Looks at example after example until one is a mistake, and learns from it.
    fn next_mistake(&mut self) {
        let examples = self.examples();
        for _ in 0..examples.len() {
            let ([x1, x2], target) = examples[self.next % examples.len()];
            self.next = (self.next + 1) % examples.len();
            let mut neuron = self.neuron();
            if perceptron_step(&mut neuron, array![x1, x2].view(), target) {
                let (before, [w1, w2]) = (self.bias, self.weights);
                self.weights = [neuron.weights[0], neuron.weights[1]];
                self.bias = neuron.bias;
                self.mistakes += 1;
                let error = short(neuron.bias - before);
                self.said = format!(
                    "Mistake {}: at ({x1}, {x2}) the answer should be {target}, so y − a = {error}: \
                     w becomes ({}, {}) + {error} · ({x1}, {x2}) = ({}, {}), b becomes {}{} = {}. ",
                    self.mistakes,
                    short(w1),
                    short(w2),
                    short(self.weights[0]),
                    short(self.weights[1]),
                    short(before),
                    added(neuron.bias - before),
                    short(self.bias),
                );
                return;
            }
        }
        self.said = "No mistake is left: the rule changes nothing any more. ".to_owned();
    }

    fn frame(&self, width: f64) -> Frame {
        let (low, high) = if self.gate().is_some() { (-0.5, 1.5) } else { (-1.0, 1.0) };
        let names = if self.gate().is_some() {
            ["first input", "second input"]
        } else {
            ["light", "warmth"]
        };
        let [x, y] = names.map(|name| Axis::linear(name, low, high));
        let width = width.min(520.0);
        Frame::new(x, y, [width, width * 0.96])
    }

    /// The corners of the part of the frame in which the neuron says 1.
    fn half(&self, frame: &Frame) -> Vec<[f64; 2]> {
        let [left, top, width, height] = frame.place;
        let corners =
            [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]
                .map(|corner| frame.point(corner));
        let sum = |[x, y]: [f64; 2]| self.neuron().pre_activation(array![x, y].view());
        let mut inside = Vec::new();
        for (index, &from) in corners.iter().enumerate() {
            let to = corners[(index + 1) % 4];
            let (a, b) = (sum(from), sum(to));
            if a > 0.0 {
                inside.push(from);
            }
            if (a > 0.0) != (b > 0.0) {
                let share = a / (a - b);
                inside.push([0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis])));
            }
        }
        inside.into_iter().map(|point| frame.at(point)).collect()
    }

    /// The point of the line that is nearest to the origin, if there is a line.
    fn foot(&self) -> Option<[f64; 2]> {
        let square: f64 = self.weights.iter().map(|w| w * w).sum();
        (square > 0.0).then(|| self.weights.map(|w| -self.bias * w / square))
    }

    fn sentence(&self) -> String {
        let ([w1, w2], [x1, x2]) = (self.weights, self.today);
        let neuron = self.neuron();
        if self.gate().is_some() {
            let right = self.right();
            let best = if self.best > right {
                format!(", best so far {} of 4", self.best)
            } else {
                String::new()
            };
            let b = added(self.bias);
            return format!(
                "{}The neuron is z = {} x₁{} x₂{b}. It is right on {right} of 4 corners{best}.",
                self.said,
                short(w1),
                added(w2),
            );
        }
        let (z, a) =
            (neuron.pre_activation(array![x1, x2].view()), neuron.output(array![x1, x2].view()));
        let length = w1.hypot(w2);
        let far = if length > 0.0 {
            format!(
                " Its distance from the line is |{}| / {} = {}.",
                short(z),
                short(length),
                short(z.abs() / length)
            )
        } else {
            String::new()
        };
        let walk = if a == 1.0 { "she goes" } else { "she stays" };
        format!(
            "Today z = {} · {}{} · {}{} = {}, so a = {a}: {walk}.{far}",
            short(w1),
            short(x1),
            added(w2),
            short(x2),
            added(self.bias),
            short(z),
        )
    }
}

impl Widget for Plane {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Grab(name, at) | Event::Drag(name, at) => {
                let point = self.frame(width).point(*at);
                let tenth = |value: f64| (10.0 * value).round() / 10.0;
                match name.as_str() {
                    "arrow" => {
                        self.weights = point.map(|place| tenth(place / ARROW).clamp(-5.0, 5.0));
                    }
                    "line" => {
                        let [w1, w2] = self.weights;
                        self.bias = tenth(-(w1 * point[0] + w2 * point[1])).clamp(-5.0, 5.0);
                    }
                    "today" => self.today = point.map(|place| (20.0 * place).round() / 20.0),
                    _ => return,
                }
                self.said.clear();
            }
            Event::Press(name) if name == "mistake" && self.gate().is_some() => self.next_mistake(),
            Event::Press(name) if name == "zero" => {
                (self.weights, self.bias, self.next, self.mistakes) = ([0.0; 2], 0.0, 0, 0);
                self.best = 0;
                self.said.clear();
            }
            Event::Set(name, value) => self.set(name, value),
            _ => {}
        }
        self.keep_best();
    }

    fn view(&self, width: f64) -> View {
        let frame = self.frame(width);
        let mut panel = frame.panel("The plane of two inputs");
        let mut half = Mark::path("fill-2 shade", self.half(&frame));
        half.attributes[0].1.push('Z');
        panel.marks.push(half);
        let [w1, w2] = self.weights;
        if let Some([x, y]) = self.foot() {
            panel.marks.push(
                frame.line("thick", [[x - 9.0 * w2, y + 9.0 * w1], [x + 9.0 * w2, y - 9.0 * w1]]),
            );
        }
        if let Some(foot) = self.foot() {
            let length = w1.hypot(w2);
            for (side, answer) in [(1.0, "says 1"), (-1.0, "says 0")] {
                let beside = |axis: usize, across: f64| {
                    foot[axis] + (side * 0.14 * self.weights[axis] + across) / length
                };
                let at = frame.at([beside(0, 0.45 * w2), beside(1, -0.45 * w1)]);
                panel.marks.push(Mark::text("strong halo in", at, "middle", answer));
            }
        }
        let neuron = self.neuron();
        for (point, target) in self.examples() {
            let series = usize::from(target == 1.0);
            let size = if self.gate().is_some() { 8.0 } else { 5.0 };
            panel.marks.push(Mark::marker(series, frame.at(point), size));
            let answer = neuron.output(array![point[0], point[1]].view());
            if answer != target {
                panel.marks.push(Mark::circle("ring", frame.at(point), 14.0));
            }
        }
        let tip = frame.at(self.weights.map(|w| ARROW * w));
        panel.marks.push(Mark::line("series-4 solid", frame.at([0.0, 0.0]), tip));
        panel.marks.push(Mark::circle("handle", tip, 8.0));
        panel.marks.push(Mark::text("strong halo", [tip[0] + 12.0, tip[1] - 8.0], "start", "w"));
        panel.handles.push(Handle::drag("arrow", tip));
        if let Some(foot) = self.foot() {
            let at = frame.at(foot);
            panel.marks.push(Mark::circle("handle", at, 8.0));
            panel.marks.push(Mark::text("strong halo", [at[0] - 12.0, at[1] + 20.0], "end", "b"));
            panel.handles.push(Handle::drag("line", at));
        }
        if self.gate().is_none() {
            let at = frame.at(self.today);
            panel.marks.push(Mark::circle("handle", at, 8.0));
            panel.marks.push(Mark::text(
                "strong halo",
                [at[0] - 12.0, at[1] - 10.0],
                "end",
                "today",
            ));
            panel.handles.push(Handle::drag("today", at));
        }
        let [x1, x2] = self.today;
        let ends = [-5.0, 5.0, 0.1];
        let mut controls = vec![
            Control::range("w1", "Weight w₁", w1, ends, short(w1)),
            Control::range("w2", "Weight w₂", w2, ends, short(w2)),
            Control::range("b", "Bias b", self.bias, ends, short(self.bias)),
        ];
        if self.gate().is_some() {
            controls.push(Control::button("mistake", "Next mistake", true));
            controls.push(Control::button("zero", "Start from zero", true));
        } else {
            let ends = [-1.0, 1.0, 0.05];
            controls.push(Control::range("light", "Light today", x1, ends, short(x1)));
            controls.push(Control::range("warmth", "Warmth today", x2, ends, short(x2)));
        }
        let tasks = TASKS.map(|(name, label, _)| (name, label));
        controls.push(Control::choice("task", "Points", TASKS[self.task].0, tasks));
        let z = neuron.pre_activation(array![x1, x2].view());
        View {
            sentence: self.sentence(),
            panels: vec![panel],
            controls,
            values: vec![("z".into(), z), ("right".into(), self.right() as f64)],
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        state.add("task", &TASKS[self.task].0);
        state.add("w1", &self.weights[0]);
        state.add("w2", &self.weights[1]);
        state.add("b", &self.bias);
        state.add("light", &self.today[0]);
        state.add("warmth", &self.today[1]);
    }
}

impl Plane {
    fn set(&mut self, name: &str, value: &str) {
        self.said.clear();
        if name == "task" {
            if let Some(task) = TASKS.iter().position(|known| known.0 == value)
                && task != self.task
            {
                (self.task, self.best, self.next, self.mistakes) = (task, 0, 0, 0);
            }
            return;
        }
        let Some(real) = value.parse::<f64>().ok().filter(|number| number.is_finite()) else {
            return;
        };
        match name {
            "w1" => self.weights[0] = real.clamp(-5.0, 5.0),
            "w2" => self.weights[1] = real.clamp(-5.0, 5.0),
            "b" => self.bias = real.clamp(-5.0, 5.0),
            "light" => self.today[0] = real.clamp(-1.0, 1.0),
            "warmth" => self.today[1] = real.clamp(-1.0, 1.0),
            _ => {}
        }
    }
}
