//! How far pixels may move: what an attack makes of an image, and what is proved of all changes. Page:
//! *Adversaries* (`ch07_inside/adversaries.md`).
//!
//! Every radius is attacked anew, so it is done in pieces, a few radii for each frame.

use ch02_forward::{Network, one_hot, softmax};
use ch05_mnist::{CLASSES, likeliest};
use ch07_inside::{Attack, loss_gradient, margin_bounds};
use ndarray::{Array1, Array2};

use crate::ch05_mnist::weights::{Digits, IMAGES};
use crate::plot::{Axis, Frame};
use crate::view::{Control, Handle, Mark, Panel, Pixels, View, digits, number};
use crate::widget::{Event, State, Widget};

/// The radii are 0.001 times 10 to a twentieth of these: from 0.001 to a quarter.
const NOTCHES: usize = 48;
/// The ends of the scale of margins.
const MARGIN: f64 = 16.0;
/// The attacks: their names here, and in words.
const ATTACKS: [(&str, &str); 2] = [("iterated", "in ten steps"), ("fast", "fast, in one step")];

fn radius(notch: usize) -> f64 {
    1e-3 * 10_f64.powf(notch as f64 / 20.0)
}

/// The state of the widget.
#[derive(Debug, Clone)]
struct Adversary {
    image: usize,
    /// How far each pixel may move.
    notch: usize,
    attack: usize,
    /// By the radius, from the smallest on: the margin of the true digit that the attack leaves, and
    /// the bound that no change can break.
    margins: Vec<[f64; 2]>,
    /// The attacked image that is shown, with what it belongs to.
    shown: Option<([usize; 3], Array2<f64>)>,
}

/// Over the figure `ch07_inside/misled`.
pub fn misled() -> Box<dyn Widget> {
    Box::new(Adversary { image: 0, notch: 40, attack: 0, margins: Vec::new(), shown: None })
}

/// The logit of a digit, less the best of the others.
fn margin(logits: &Array2<f64>, label: u8) -> f64 {
    let others = (0..CLASSES).filter(|&class| class != usize::from(label));
    logits[[0, usize::from(label)]]
        - others.map(|class| logits[[0, class]]).fold(f64::MIN, f64::max)
}

impl Adversary {
    fn attacked(
        &self,
        network: &Network<f64>,
        notch: usize,
        (x, label): (&Array2<f64>, u8),
    ) -> Array2<f64> {
        let attack = match self.attack {
            0 => Attack::iterated(radius(notch), 10),
            _ => Attack::fast(radius(notch)),
        };
        attack.apply(network, x.view(), one_hot(&[label], CLASSES).view())
    }

    /// What the attacked image belongs to: image, radius, attack.
    fn asked(&self) -> [usize; 3] {
        [self.image, self.notch, self.attack]
    }

    /// The attacked image, if it has been computed for what is asked.
    fn kept(&self) -> Option<&Array2<f64>> {
        self.shown.as_ref().filter(|(of, _)| *of == self.asked()).map(|(_, moved)| moved)
    }

    /// One attack an event: the one that is shown, or else the next one of the chart.
    fn attack_next(&mut self) {
        let Some(digits) = Digits::kept().filter(|_| self.kept().is_none()) else {
            return self.work();
        };
        let (input, label) = digits.input(self.image);
        let moved = self.attacked(&digits.network, self.notch, (&input, label));
        self.shown = Some((self.asked(), moved));
    }

    fn is_working(&self) -> bool {
        self.margins.len() <= NOTCHES
    }

    /// The attack and the bound at the next radius, which fit into a frame.
    fn work(&mut self) {
        let Some(digits) = Digits::kept().filter(|_| self.is_working()) else { return };
        let (input, label) = digits.input(self.image);
        let next = self.margins.len();
        let moved = self.attacked(&digits.network, next, (&input, label));
        let found = margin(&digits.network.forward(moved.view()), label);
        let bounds = margin_bounds(&digits.network, input.view(), &[label], radius(next));
        let bound = bounds.iter().enumerate().filter(|(class, _)| *class != usize::from(label));
        let bound = bound.map(|(_, bound)| *bound).fold(f64::INFINITY, f64::min);
        self.margins.push([found, bound]);
    }

    /// The largest radius at which no change misleads, and the smallest at which the attack does.
    fn known(&self) -> [Option<f64>; 2] {
        let proved = self.margins.iter().rposition(|[_, bound]| *bound > 0.0);
        let misled = self.margins.iter().position(|[found, _]| *found <= 0.0);
        [proved, misled].map(|notch| notch.map(radius))
    }

    /// The image, which way the loss rises, and what the attack makes of it.
    fn pictures(
        &self,
        width: f64,
        digits: &Digits,
        (moved, [before, after]): (&Array2<f64>, &[Array1<f64>; 2]),
    ) -> Panel {
        let (input, label) = digits.input(self.image);
        let targets = one_hot(&[label], CLASSES);
        let slope = loss_gradient(&digits.network, input.view(), targets.view());
        let sign = |g: &f64| if *g == 0.0 { 0.0 } else { g.signum() };
        let cell = ((width - 24.0) / 3.0).min(190.0).floor();
        let height = cell + 48.0;
        let mut panel = Panel {
            title: "The image, the sign of the gradient, and the image after the attack".to_owned(),
            width: 3.0 * cell + 24.0,
            height,
            clip: [0.0, 0.0, 3.0 * cell + 24.0, height],
            ..Panel::default()
        };
        let place = |at: usize| [(cell + 12.0) * at as f64, 22.0, cell, cell];
        panel.frame(Pixels::ink(place(0), 28, input.iter().copied()));
        panel.frame(Pixels::signed(place(1), 28, slope.iter().map(sign)));
        panel.frame(Pixels::ink(place(2), 28, moved.iter().copied()));
        let read = |p: &Array1<f64>| {
            let answer = likeliest(p.view());
            format!("{answer}: {} %", number(100.0 * p[answer], 1))
        };
        let told = [read(before), String::new(), read(after)];
        for (at, (name, told)) in
            ["image", "gradient’s sign", "attacked"].into_iter().zip(told).enumerate()
        {
            let middle = place(at)[0] + cell / 2.0;
            panel.marks.push(Mark::text("name", [middle, 15.0], "middle", name));
            panel.marks.push(Mark::text("", [middle, cell + 40.0], "middle", told));
        }
        panel
    }

    fn frame(width: f64, label: u8) -> Frame {
        let x = Axis::log("largest change of a pixel, ε", radius(0), radius(NOTCHES));
        let y = Axis::linear(format!("logit of {label}, less the best other"), -MARGIN, MARGIN);
        Frame::new(x, y, [width, 300.0])
    }

    fn chart(&self, width: f64, label: u8) -> Panel {
        let frame = Self::frame(width, label);
        let mut panel =
            frame.panel("The margin of the true digit by the largest change of a pixel");
        let ends = [radius(0), radius(NOTCHES)];
        let here = radius(self.notch);
        panel.marks.push(frame.line("rule", [[here, -MARGIN], [here, MARGIN]]));
        let [proved, misled] = self.known();
        let mut part = |class: &str, from: f64, to: f64, name: &str| {
            let [[left, top], [right, bottom]] =
                [frame.at([from, MARGIN]), frame.at([to, -MARGIN])];
            panel.marks.push(Mark::rect(class, [left, top, right - left, bottom - top]));
            let at = [(left + right) / 2.0, top + 18.0];
            if right - left > 60.0 {
                panel.marks.push(Mark::text("halo", at, "middle", name));
            }
        };
        if let Some(proved) = proved {
            part("fill-3 shade in", ends[0], proved, "proved");
        }
        if let Some(misled) = misled {
            part("fill-2 shade in", misled, ends[1], "misled");
        }
        let at = |k: usize| {
            let points = self.margins.iter().enumerate();
            points.map(move |(notch, margins)| [radius(notch), margins[k]])
        };
        panel.marks.push(frame.line("axis", [[ends[0], 0.0], [ends[1], 0.0]]));
        panel.marks.push(frame.line("series-2 bold solid", at(0)));
        panel.marks.push(frame.line("series-3 bold", at(1)));
        let [left, top, _, down] = frame.place;
        let names =
            [("series-2 bold solid", "after the attack"), ("series-3 bold", "proved at least")];
        for (row, (class, name)) in names.into_iter().enumerate() {
            let y = top + down - 34.0 + 20.0 * row as f64;
            panel.marks.push(Mark::line(class, [left + 10.0, y], [left + 40.0, y]));
            panel.marks.push(Mark::text("halo", [left + 46.0, y + 5.0], "start", name));
        }
        let found = self.margins.get(self.notch).map_or(0.0, |margins| margins[0]);
        let at = frame.at([here, found.clamp(-MARGIN, MARGIN)]);
        panel.marks.push(Mark::circle("handle", at, 9.0));
        panel.handles.push(Handle::drag("radius", at));
        panel
    }

    fn sentence(&self, label: u8, after: &Array1<f64>) -> String {
        let answer = likeliest(after.view());
        let percent = number(100.0 * after[answer], 1);
        let here = digits(radius(self.notch), 2);
        let verb = if answer == usize::from(label) { "still reads" } else { "reads" };
        let mut sentence = format!(
            "If each pixel moves by at most {here}, the network {verb} {answer} after the attack, with \
             {percent} %."
        );
        if self.is_working() {
            return sentence;
        }
        let [proved, misled] = self.known();
        sentence.push_str(&match proved {
            Some(proved) => {
                format!(" Up to {} it is proved that no change misleads it.", digits(proved, 2))
            }
            None => " Even for 0.001 nothing is proved.".to_owned(),
        });
        sentence.push_str(&match (proved, misled) {
            (_, None) => " The attack finds nothing, which proves nothing.".to_owned(),
            (None, Some(misled)) => format!(" The attack succeeds from {} on.", digits(misled, 2)),
            (Some(_), Some(misled)) => format!(
                " The attack succeeds from {} on; between the two, nobody knows.",
                digits(misled, 2)
            ),
        });
        sentence
    }
}

impl Widget for Adversary {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Grab(name, at) | Event::Drag(name, at) if name == "radius" => {
                let [radius, _] = Self::frame(width, 0).point(*at);
                self.notch = (20.0 * (1e3 * radius).log10()).round().max(0.0) as usize;
            }
            Event::Set(name, value) => match (name.as_str(), value.parse::<usize>().ok()) {
                ("radius", Some(notch)) => self.notch = notch,
                ("image", Some(image)) => {
                    self.image = image.min(IMAGES - 1);
                    self.margins.clear();
                }
                ("attack", _) => {
                    let known = ATTACKS.iter().position(|attack| attack.0 == value);
                    if let Some(attack) = known.filter(|attack| *attack != self.attack) {
                        self.attack = attack;
                        self.margins.clear();
                    }
                }
                _ => {}
            },
            _ => {}
        }
        self.notch = self.notch.min(NOTCHES);
        self.attack_next();
    }

    fn view(&self, width: f64) -> View {
        let kept = Digits::kept();
        let kept = kept.as_deref();
        let told = digits(radius(self.notch), 2);
        let ends = [0.0, NOTCHES as f64, 1.0];
        let controls = vec![
            Control::range("radius", "Largest change, ε", self.notch as f64, ends, told),
            Control::choice("attack", "The attack", ATTACKS[self.attack].0, ATTACKS),
            Control::choice("image", "Image", self.image.to_string(), Digits::choices(kept)),
        ];
        let Some(digits) = kept else {
            return View { needs: "digits", controls, ..View::default() };
        };
        let (input, label) = digits.input(self.image);
        let attack = || self.attacked(&digits.network, self.notch, (&input, label));
        let moved = self.kept().cloned().unwrap_or_else(attack);
        let read = [&input, &moved]
            .map(|image| softmax(digits.network.forward(image.view()).view()).row(0).to_owned());
        let answer = likeliest(read[1].view());
        let mut values =
            vec![("answer".to_owned(), answer as f64), ("probability".to_owned(), read[1][answer])];
        if let Some([found, bound]) = self.margins.get(self.notch) {
            values.extend([("found".to_owned(), *found), ("bound".to_owned(), *bound)]);
        }
        for (name, radius) in ["proved", "misled"].into_iter().zip(self.known()) {
            values.extend(radius.map(|radius| (name.to_owned(), radius)));
        }
        View {
            sentence: self.sentence(label, &read[1]),
            working: self.is_working(),
            panels: vec![self.pictures(width, digits, (&moved, &read)), self.chart(width, label)],
            controls,
            values,
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        state.add("image", &self.image);
        state.add("radius", &self.notch);
        state.add("attack", &ATTACKS[self.attack].0);
    }
}
