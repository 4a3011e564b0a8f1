//! Logits, their shares, what all of them together change, and where the printed formula fails. Page:
//! *Softmax* (`ch02_forward/softmax.md`).

use ch02_forward::softmax as shares;
use ndarray::Array2;

use crate::plot::{Axis, Frame};
use crate::view::{Control, Handle, Mark, Panel, View, number};
use crate::widget::{Event, State, Widget};

/// Where the first logit's curve begins and ends.
const ENDS: [f64; 2] = [-6.0, 8.0];
const INDEX: [&str; 4] = ["₁", "₂", "₃", "₄"];

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
struct Logits {
    logits: [f64; 4],
    /// Three as in the figure, or four.
    count: usize,
    /// What is added to all.
    shift: f64,
    /// Which class is the right one.
    target: usize,
}

/// Over the figure `ch02_forward/softmax`.
pub fn softmax() -> Box<dyn Widget> {
    Box::new(Logits { logits: [2.0, 1.0, 0.0, 0.0], count: 3, shift: 0.0, target: 0 })
}

impl Logits {
    fn row(&self, first: f64) -> Array2<f64> {
        Array2::from_shape_fn((1, self.count), |(_, class)| {
            self.shift + if class == 0 { first } else { self.logits[class] }
        })
    }

    fn probabilities(&self) -> Vec<f64> {
        shares(self.row(self.logits[0]).view()).into_iter().collect()
    }

    /// Softmax exactly as its formula is printed, in `f32`.
    fn printed(&self) -> Vec<f32> {
        let row = self.row(self.logits[0]);
        let exponentials: Vec<f32> = row.iter().map(|&z| (z as f32).exp()).collect();
        let sum: f32 = exponentials.iter().sum();
        exponentials.into_iter().map(|exponential| exponential / sum).collect()
    }

    fn frame(&self, width: f64) -> Frame {
        let x = Axis::linear("first logit", ENDS[0], ENDS[1]);
        Frame::new(x, Axis::linear("probability", 0.0, 1.0), [width, 300.0])
    }

    fn curves(&self, width: f64) -> Panel {
        let frame = self.frame(width);
        let mut panel = frame.panel("The probabilities, while the first logit moves");
        let places = || (0..=140).map(|k| ENDS[0] + f64::from(k) / 10.0);
        let table: Vec<Vec<f64>> =
            places().map(|z| shares(self.row(z).view()).into_iter().collect()).collect();
        for (class, index) in INDEX.iter().enumerate().take(self.count) {
            let points = places().zip(&table).map(|(z, row)| [z, row[class]]);
            panel.marks.push(frame.line(&format!("series-{}", class + 1), points));
            let (place, z) = if class == 0 {
                (120, 6.0)
            } else {
                (10 + 18 * class, ENDS[0] + 1.0 + 1.8 * class as f64)
            };
            panel.marks.push(frame.name("strong", [z, table[place][class]], &format!("p{index}")));
        }
        let first = self.logits[0];
        panel.marks.push(frame.line("rule", [[first, 0.0], [first, 1.0]]));
        let p = self.probabilities();
        for (class, &p) in p.iter().enumerate().skip(1) {
            panel.marks.push(Mark::marker(class, frame.at([first, p]), 5.0));
        }
        let at = frame.at([first, p[0]]);
        panel.marks.push(Mark::circle("handle", at, 9.0));
        panel.handles.push(Handle::drag("first", at));
        panel
    }

    /// A bar for each class, to the right or to the left, and words at its end.
    fn bars(&self, width: f64, title: &str, bars: &[(f64, String)], zero: f64) -> Panel {
        let mut marks = vec![Mark::text("name", [0.0, 16.0], "start", title)];
        let room = width - 40.0 - 96.0;
        for (class, (length, words)) in bars.iter().enumerate() {
            let y = 28.0 + 26.0 * class as f64;
            let label = format!("class {}", class + 1);
            marks.push(Mark::text("", [0.0, y + 16.0], "start", label));
            let start = 54.0 + room * zero;
            let size = length.abs() * room * (1.0 - zero);
            let from = if *length < 0.0 { start - size } else { start };
            let class = format!("fill-{}", class + 1);
            marks.push(Mark::rect(&class, [from, y + 2.0, size, 18.0]));
            let end = if *length < 0.0 { start } else { start + size };
            marks.push(Mark::text("halo", [end + 6.0, y + 16.0], "start", words));
        }
        if zero > 0.0 {
            let x = 54.0 + room * zero;
            marks.push(Mark::line("axis", [x, 24.0], [x, 28.0 + 26.0 * bars.len() as f64]));
        }
        let height = 34.0 + 26.0 * bars.len() as f64;
        let clip = [0.0, 0.0, width, height];
        Panel { title: title.to_owned(), width, height, clip, marks, ..Panel::default() }
    }
}

impl Widget for Logits {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Grab(name, at) | Event::Drag(name, at) if name == "first" => {
                self.logits[0] = (10.0 * self.frame(width).point(*at)[0]).round() / 10.0;
            }
            Event::Press(name) if name == "more" => self.shift = (self.shift + 100.0).min(1000.0),
            Event::Press(name) if name == "less" => self.shift = (self.shift - 100.0).max(-1000.0),
            Event::Set(name, value) => {
                let real = value.parse::<f64>().ok().filter(|number| number.is_finite());
                match (name.as_str(), real) {
                    ("shift", Some(shift)) => self.shift = shift.clamp(-1000.0, 1000.0),
                    ("four", _) => {
                        self.count = if value == "true" { 4 } else { 3 };
                        self.target = self.target.min(self.count - 1);
                    }
                    ("target", Some(class)) => {
                        self.target = (class.max(1.0) as usize).min(self.count) - 1;
                    }
                    (_, Some(z)) => {
                        let class = ["z1", "z2", "z3", "z4"].iter().position(|known| known == name);
                        if let Some(class) = class {
                            self.logits[class] = z.clamp(ENDS[0], ENDS[1]);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        let (p, printed) = (self.probabilities(), self.printed());
        let half = if width >= 560.0 { ((width - 16.0) / 2.0).floor() } else { width };
        let differences =
            p.iter().enumerate().map(|(class, p)| p - f64::from(u8::from(class == self.target)));
        let differences: Vec<(f64, String)> = differences.map(|d| (d, number(d, 3))).collect();
        let bars: Vec<(f64, String)> = p.iter().map(|&p| (p, number(p, 3))).collect();
        let failed = printed.iter().any(|p| !p.is_finite());
        let told: Vec<String> = printed.iter().map(|&p| number(f64::from(p), 3)).collect();
        let formula = if failed {
            format!("The formula as printed, in f32, fails: {}.", told.join(", "))
        } else {
            format!("The formula as printed, in f32, gives {}.", told.join(", "))
        };
        let logits: Vec<String> = self.row(self.logits[0]).iter().map(|&z| number(z, 1)).collect();
        let list: Vec<String> = p.iter().map(|&p| number(p, 3)).collect();
        let sentence = format!(
            "Softmax of {} is {}. {formula} With class {} right, p − y is {} there and adds up to 0.",
            logits.join(", "),
            list.join(", "),
            self.target + 1,
            differences[self.target].1,
        );
        let mut controls: Vec<Control> = (0..self.count)
            .map(|class| {
                let name = ["z1", "z2", "z3", "z4"][class];
                let (z, label) = (self.logits[class], format!("Logit z{}", INDEX[class]));
                Control::range(name, label, z, [ENDS[0], ENDS[1], 0.1], number(z, 1))
            })
            .collect();
        let classes = (1..=self.count).map(|class| (class.to_string(), format!("class {class}")));
        controls.extend([
            Control::button("more", "+100 to all", self.shift < 1000.0),
            Control::button("less", "−100 from all", self.shift > -1000.0),
            Control::choice("target", "Right answer", (self.target + 1).to_string(), classes),
            Control::toggle("four", "A fourth class", self.count == 4),
        ]);
        let values = p.iter().enumerate().map(|(class, &p)| (format!("p{}", class + 1), p));
        View {
            sentence,
            panels: vec![
                self.curves(width),
                self.bars(half, "p: the shares", &bars, 0.0),
                self.bars(half, "p − y: the gradient of the loss", &differences, 0.5),
            ],
            controls,
            values: values.collect(),
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        state.add("four", &(self.count == 4));
        for (name, z) in ["z1", "z2", "z3", "z4"].into_iter().zip(self.logits) {
            state.add(name, &z);
        }
        state.add("shift", &self.shift);
        state.add("target", &(self.target + 1));
    }
}
