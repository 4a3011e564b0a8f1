//! XOR in two planes: the inputs, and the place where the hidden layer puts them. Page: *Networks*
//! (`ch02_forward/network.md`).

use ch01_neuron::{Activation, Gate};
use ch02_forward::{Dense, Layer, Network};
use ndarray::{Array2, array};

use crate::plot::{Axis, Frame};
use crate::view::{Control, Handle, Mark, Panel, Pixels, View, number};
use crate::widget::{Event, State, Widget};

/// The nine numbers of the page: weights and bias of OR, of NAND, and of AND of the two.
const BY_HAND: [[f64; 3]; 3] = [[2.0, 2.0, -1.0], [-2.0, -2.0, 3.0], [2.0, 2.0, -3.0]];
/// What each neuron is called, and its numbers.
const NEURONS: [&str; 3] = ["first hidden", "second hidden", "output"];
const LETTERS: [&str; 3] = ["w1", "w2", "b"];
const MOST: f64 = 6.0;
/// What is shown of both planes.
const LOW: f64 = -0.5;
const HIGH: f64 = 1.5;
const SQUARES: usize = 48;

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
struct Planes {
    /// w₁, w₂ and b of each neuron.
    numbers: [[f64; 3]; 3],
    /// The point of the inputs that is followed.
    point: [f64; 2],
    /// Whether the neurons have a sigmoid in place of the step.
    soft: bool,
}

/// Over the figure `ch02_forward/xor_hidden`.
pub fn xor_hidden() -> Box<dyn Widget> {
    Box::new(Planes { numbers: BY_HAND, point: [1.0, 0.0], soft: false })
}

impl Planes {
    fn network(&self) -> Network<f64> {
        let [[a, c, e], [b, d, f], [g, h, i]] = self.numbers;
        let hidden = Dense { weights: array![[a, b], [c, d]], bias: array![e, f] };
        let output = Dense { weights: array![[g], [h]], bias: array![i] };
        let activation = if self.soft { Activation::Sigmoid } else { Activation::Step };
        let layers = [hidden, output].map(|dense| Layer { dense, activation });
        Network { layers: layers.into() }
    }

    fn frames(width: f64) -> [Frame; 2] {
        let side = if width >= 560.0 { ((width - 16.0) / 2.0).floor() } else { width.min(340.0) };
        let frame = |names: [&str; 2]| {
            let [x, y] = names.map(|name| Axis::linear(name, LOW, HIGH));
            Frame::new(x, y, [side, side + 24.0])
        };
        [
            frame(["first input", "second input"]),
            frame(["first hidden output", "second hidden output"]),
        ]
    }

    /// The foot of the perpendicular from the middle of the plane to a neuron's line.
    fn foot(&self, neuron: usize) -> Option<[f64; 2]> {
        let [w1, w2, b] = self.numbers[neuron];
        let square = w1 * w1 + w2 * w2;
        let sum = 0.5 * w1 + 0.5 * w2 + b;
        (square > 0.0).then(|| [0.5 - w1 * sum / square, 0.5 - w2 * sum / square])
    }

    /// A neuron's line, its name at the side where it says 1, and what moves it.
    fn line(&self, neuron: usize, frame: &Frame, panel: &mut Panel) {
        let Some([x, y]) = self.foot(neuron) else { return };
        let [w1, w2, _] = self.numbers[neuron];
        let length = w1.hypot(w2);
        let [dx, dy] = [-9.0 * w2 / length, 9.0 * w1 / length];
        let class = ["series-3", "series-4", "thick"][neuron];
        panel.marks.push(frame.line(class, [[x - dx, y - dy], [x + dx, y + dy]]));
        let beside = frame.at([x + 0.24 * w1 / length, y + 0.24 * w2 / length]);
        let name = ["1st says 1", "2nd says 1", "says 1"][neuron];
        let inside = [x, y].iter().all(|place| (LOW..=HIGH).contains(place));
        if inside {
            panel.marks.push(Mark::text("strong halo in", beside, "middle", name));
        }
        let at = frame.at([x.clamp(LOW, HIGH), y.clamp(LOW, HIGH)]);
        panel.marks.push(Mark::circle("handle", at, 8.0));
        panel.handles.push(Handle::drag(format!("line{neuron}"), at));
    }

    /// What a network answers all over a plane.
    fn answers(frame: &Frame, network: &Network<f64>) -> Pixels {
        let share = |k: usize| LOW + (HIGH - LOW) * (k as f64 + 0.5) / SQUARES as f64;
        let plane = Array2::from_shape_fn((SQUARES * SQUARES, 2), |(square, input)| {
            share(if input == 0 { square % SQUARES } else { SQUARES - 1 - square / SQUARES })
        });
        let answers = network.forward(plane.view());
        Pixels::signed(frame.place, SQUARES, answers.iter().map(|&a| 0.7 * (a - 0.5)))
    }

    fn panels(&self, width: f64) -> [Panel; 2] {
        let (network, [inside, outside]) = (self.network(), Self::frames(width));
        let last = Network { layers: vec![network.layers[1].clone()] };
        let mut panels =
            [inside.panel("The plane of the inputs"), outside.panel("The plane of hidden outputs")];
        panels[0].pixels.push(Self::answers(&inside, &network));
        panels[1].pixels.push(Self::answers(&outside, &last));
        self.line(0, &inside, &mut panels[0]);
        self.line(1, &inside, &mut panels[0]);
        self.line(2, &outside, &mut panels[1]);
        let (corners, targets) = Gate::Xor.examples::<f64>();
        let trace = network.trace(corners.view());
        let mut seen: Vec<[f64; 2]> = Vec::new();
        for (row, target) in targets.iter().enumerate() {
            let series = usize::from(*target == 1.0);
            let (from, to) = (corners.row(row), trace.activations[0].row(row));
            let is_right = (trace.activations[1][[row, 0]] >= 0.5) == (*target == 1.0);
            let name = format!("{}, {}", from[0], from[1]);
            // Points that land on one place are named below one another.
            let same = seen.iter().filter(|h| (h[0] - to[0]).hypot(h[1] - to[1]) < 0.05).count();
            seen.push([to[0], to[1]]);
            let places = [inside.at([from[0], from[1]]), outside.at([to[0], to[1]])];
            for ((panel, at), down) in panels.iter_mut().zip(places).zip([0, same]) {
                panel.marks.push(Mark::marker(series, at, 7.0));
                if !is_right {
                    panel.marks.push(Mark::circle("ring", at, 13.0));
                }
                let at = [at[0] + 19.0, at[1] - 10.0 + 17.0 * down as f64];
                panel.marks.push(Mark::text("halo", at, "start", &name));
            }
        }
        let landed = self.landed();
        let [here, there] = [inside.at(self.point), outside.at(landed)];
        panels[0].marks.push(Mark::circle("handle", here, 11.0));
        panels[0].handles.push(Handle::drag("point", here));
        panels[1].marks.push(Mark::circle("ring", there, 11.0));
        panels[1].marks.push(Mark::circle("ring", there, 15.0));
        panels
    }

    fn landed(&self) -> [f64; 2] {
        let trace = self.network().trace(array![self.point].view());
        [trace.activations[0][[0, 0]], trace.activations[0][[0, 1]]]
    }

    fn right(&self) -> usize {
        let (corners, targets) = Gate::Xor.examples::<f64>();
        let answers = self.network().forward(corners.view());
        answers.iter().zip(&targets).filter(|&(&a, &y)| (a >= 0.5) == (y == 1.0)).count()
    }

    fn sentence(&self) -> String {
        let decimals = if self.soft { 2 } else { 0 };
        let short = |place: f64| number(place, 2);
        let ([x, y], [h1, h2]) = (self.point, self.landed());
        let answer = self.network().forward(array![self.point].view())[[0, 0]];
        let right = self.right();
        let separated = match right {
            4 => "one line separates the two classes there",
            _ => "no class is on one side of the line alone",
        };
        format!(
            "The input ({}, {}) lands on ({}, {}), and the network answers {}. {right} of 4 corners \
             are right: {separated}.",
            short(x),
            short(y),
            number(h1, decimals),
            number(h2, decimals),
            number(answer, decimals),
        )
    }

    fn set(&mut self, name: &str, value: &str) {
        let Some(real) = value.parse::<f64>().ok().filter(|number| number.is_finite()) else {
            if name == "soft" {
                self.soft = value == "true";
            }
            return;
        };
        match name {
            "x" => self.point[0] = real.clamp(LOW, HIGH),
            "y" => self.point[1] = real.clamp(LOW, HIGH),
            _ => {
                let places = (0..9).map(|place| [place / 3, place % 3]);
                for [neuron, letter] in places {
                    if name == control_name(neuron, letter) {
                        self.numbers[neuron][letter] = real.clamp(-MOST, MOST);
                    }
                }
            }
        }
    }
}

fn control_name(neuron: usize, letter: usize) -> String {
    format!("n{}{}", neuron + 1, LETTERS[letter])
}

impl Widget for Planes {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Grab(name, at) | Event::Drag(name, at) => {
                let [inside, outside] = Self::frames(width);
                if name == "point" {
                    self.point = inside.point(*at).map(|place| (20.0 * place).round() / 20.0);
                    return;
                }
                let neuron = name.strip_prefix("line").and_then(|k| k.parse::<usize>().ok());
                if let Some(neuron) = neuron.filter(|&neuron| neuron < 3) {
                    let frame = if neuron == 2 { outside } else { inside };
                    let ([x, y], [w1, w2, _]) = (frame.point(*at), self.numbers[neuron]);
                    let bias = -(10.0 * (w1 * x + w2 * y)).round() / 10.0;
                    self.numbers[neuron][2] = bias.clamp(-MOST, MOST);
                }
            }
            Event::Set(name, value) => self.set(name, value),
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        let ends = [LOW, HIGH, 0.05];
        let [x, y] = self.point;
        let mut controls = vec![
            Control::range("x", "First input", x, ends, number(x, 2)),
            Control::range("y", "Second input", y, ends, number(y, 2)),
            Control::toggle("soft", "Sigmoid in place of the step", self.soft),
        ];
        for (neuron, name) in NEURONS.iter().enumerate() {
            for (letter, symbol) in ["w₁", "w₂", "b"].iter().enumerate() {
                let value = self.numbers[neuron][letter];
                let (key, label) = (control_name(neuron, letter), format!("{symbol}, {name}"));
                let ends = [-MOST, MOST, 0.1];
                let control = Control::range(&key, label, value, ends, number(value, 1));
                controls.push(if letter == 2 { control } else { control.folded() });
            }
        }
        let [h1, h2] = self.landed();
        let answer = self.network().forward(array![self.point].view())[[0, 0]];
        let values = [("h1", h1), ("h2", h2), ("answer", answer), ("right", self.right() as f64)];
        View {
            sentence: self.sentence(),
            panels: self.panels(width).into(),
            controls,
            values: values.map(|(name, value)| (name.to_owned(), value)).into(),
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        state.add("x", &self.point[0]);
        state.add("y", &self.point[1]);
        state.add("soft", &self.soft);
        for (neuron, numbers) in self.numbers.iter().enumerate() {
            for (letter, number) in numbers.iter().enumerate() {
                state.add(&control_name(neuron, letter), number);
            }
        }
    }
}
