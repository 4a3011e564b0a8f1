//! Twenty noisy points, and polynomials that are fitted to them, measured again and again. Page:
//! *Twenty points* (`ch06_overfitting/polynomials.md`).

use std::f64::consts::PI;

use ch06_overfitting::{least_squares, polynomial, powers, ridge};
use ndarray::Array1;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::plot::{Axis, Frame};
use crate::view::{Control, Mark, Panel, View, digits, number};
use crate::widget::{Event, State, Widget};

/// The deviation of the noise, the number of points, and the seed of the chapter.
const NOISE: f64 = 0.3;
const POINTS: usize = 20;
const SEED: u64 = 6;
/// The degrees that can be chosen, and how many earlier fits stay in sight.
const MOST: usize = 19;
const GHOSTS: u32 = 12;

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
struct Fit {
    degree: usize,
    /// log₁₀ λ; at its lowest there is no penalty.
    penalty: f64,
    /// How often it was measured again.
    again: u32,
    /// Whether the figure's three fits are shown too.
    compare: bool,
}

/// At this place of the slider there is no penalty.
const NONE: f64 = -9.0;

/// Over the figure `ch06_overfitting/polynomials`.
pub fn polynomials() -> Box<dyn Widget> {
    Box::new(Fit { degree: 15, penalty: NONE, again: 0, compare: true })
}

fn truth(x: f64) -> f64 {
    (PI * x).sin()
}

/// The points of the chapter's figure, and those measured after them at the same places.
fn measured(again: u32) -> (Array1<f64>, Vec<Array1<f64>>) {
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let x = Array1::linspace(-1.0, 1.0, POINTS);
    let mut measure = || {
        x.mapv(|x| {
            let noise: f64 = StandardNormal.sample(&mut generator);
            truth(x) + NOISE * noise
        })
    };
    let all = (0..=again).map(|_| measure()).collect();
    (x, all)
}

impl Fit {
    fn lambda(&self) -> f64 {
        if self.penalty <= NONE { 0.0 } else { 10_f64.powf(self.penalty) }
    }

    fn weights(&self, x: &Array1<f64>, y: &Array1<f64>, degree: usize) -> Array1<f64> {
        let inputs = powers(x.view(), degree);
        match self.lambda() {
            0.0 => least_squares(inputs.view(), y.view()),
            lambda => ridge(inputs.view(), y.view(), lambda),
        }
    }

    /// How far a fit is from its own points, and from new ones, as the chapter's figure has it.
    fn errors(x: &Array1<f64>, y: &Array1<f64>, weights: &Array1<f64>) -> [f64; 2] {
        let rms = |differences: Array1<f64>| {
            (differences.dot(&differences) / differences.len() as f64).sqrt()
        };
        let at = |x: &Array1<f64>| x.mapv(|x| polynomial(weights.view(), x));
        let grid = Array1::linspace(-1.0, 1.0, 201);
        [rms(at(x) - y), rms(at(&grid) - grid.mapv(truth)).hypot(NOISE)]
    }

    fn fits(&self, width: f64, x: &Array1<f64>, all: &[Array1<f64>]) -> Panel {
        let axes = [Axis::linear("x", -1.0, 1.0), Axis::linear("y", -2.0, 2.0)];
        let [across, up] = axes;
        let frame = Frame::new(across, up, [width, if width >= 560.0 { 400.0 } else { 300.0 }]);
        let mut panel = frame.panel("Polynomials on noisy points");
        let curve = |class: &str, weights: &Array1<f64>| {
            let places = (0..=200).map(|k| -1.0 + f64::from(k) / 100.0);
            frame.line(class, places.map(|x| [x, polynomial(weights.view(), x)]))
        };
        let (now, before) = all.split_last().expect("measured once at least");
        for y in before.iter().rev().take(GHOSTS as usize) {
            panel.marks.push(curve("series-1 ghost", &self.weights(x, y, self.degree)));
        }
        let grid = (0..=200).map(|k| -1.0 + f64::from(k) / 100.0);
        panel.marks.push(frame.line("series-3", grid.map(|x| [x, truth(x)])));
        if self.compare {
            for degree in [1, 3] {
                let weights = least_squares(powers(x.view(), degree).view(), now.view());
                panel.marks.push(curve("series-2", &weights));
                let end = polynomial(weights.view(), 0.98).clamp(-1.9, 1.9);
                panel.marks.push(frame.name("", [0.98, end], &format!("degree {degree}")));
            }
        }
        panel.marks.push(curve("series-1 bold", &self.weights(x, now, self.degree)));
        for (&x, &y) in x.iter().zip(now) {
            panel.marks.push(Mark::circle("point in", frame.at([x, y]), 4.0));
        }
        let names = [("series-1", format!("degree {}", self.degree)), ("series-3", "truth".into())];
        for (row, (class, name)) in names.into_iter().enumerate() {
            let y = frame.place[1] + 16.0 + 20.0 * row as f64;
            let x = frame.place[0] + frame.place[2] - 120.0;
            panel.marks.push(Mark::line(class, [x, y], [x + 26.0, y]));
            panel.marks.push(Mark::text("halo", [x + 32.0, y + 5.0], "start", name));
        }
        panel
    }

    fn errors_by_degree(&self, width: f64, errors: &[[f64; 2]]) -> Panel {
        let x = Axis::linear("degree", 0.0, MOST as f64);
        let y = Axis::log("root mean squared error", 0.01, 100.0);
        let frame = Frame::new(x, y, [width, 260.0]);
        let mut panel = frame.panel("Both errors, by degree");
        panel.marks.push(frame.line("rule", [[0.0, NOISE], [MOST as f64, NOISE]]));
        for (set, name, class) in [(1, "new points", "series-2"), (0, "its own points", "series-1")]
        {
            let points =
                errors.iter().enumerate().map(|(degree, error)| [degree as f64, error[set]]);
            panel.marks.push(frame.line(class, points));
            let at = [self.degree as f64, errors[self.degree][set]];
            panel.marks.push(Mark::marker(1 - set, frame.at(at), 6.0));
            panel.marks.last_mut().expect("just pushed").class =
                if set == 1 { "fill-2 in" } else { "fill-1 in" }.to_owned();
            let label = [0.5, if set == 1 { 20.0 } else { 0.03 }];
            let [x, y] = frame.at(label);
            panel.marks.push(Mark::line(class, [x, y], [x + 26.0, y]));
            panel.marks.push(Mark::text("halo", [x + 32.0, y + 5.0], "start", name));
        }
        panel
    }
}

impl Widget for Fit {
    fn on(&mut self, event: &Event, _width: f64) {
        match event {
            Event::Press(name) if name == "again" => self.again = (self.again + 1).min(200),
            Event::Set(name, value) => {
                let real = value.parse::<f64>().ok().filter(|number| number.is_finite());
                match (name.as_str(), real) {
                    ("degree", Some(degree)) => self.degree = (degree.max(0.0) as usize).min(MOST),
                    ("penalty", Some(penalty)) => self.penalty = penalty.clamp(NONE, 2.0),
                    ("again", Some(again)) => self.again = (again.max(0.0) as u32).min(200),
                    ("compare", _) => self.compare = value == "true",
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        let (x, all) = measured(self.again);
        let now = &all[all.len() - 1];
        let errors: Vec<[f64; 2]> = (0..=MOST)
            .map(|degree| Self::errors(&x, now, &self.weights(&x, now, degree)))
            .collect();
        let [own, new] = errors[self.degree];
        let best = (0..=MOST).min_by(|&a, &b| errors[a][1].total_cmp(&errors[b][1])).unwrap_or(0);
        let penalty = match self.lambda() {
            0.0 => "no penalty".to_owned(),
            lambda => format!("λ = {}", digits(lambda, 1)),
        };
        let sentence = format!(
            "Degree {}, {penalty}: it misses its own points by {} on average, new points by {}; the \
             noise alone is {NOISE}. New points are best met with degree {best}.",
            self.degree,
            number(own, 2),
            digits(new, 2),
        );
        let label = match self.lambda() {
            0.0 => "0".to_owned(),
            lambda => digits(lambda, 1),
        };
        let degree = self.degree as f64;
        View {
            sentence,
            panels: vec![self.fits(width, &x, &all), self.errors_by_degree(width, &errors)],
            controls: vec![
                Control::range(
                    "degree",
                    "Degree",
                    degree,
                    [0.0, 19.0, 1.0],
                    self.degree.to_string(),
                ),
                Control::range("penalty", "Penalty λ", self.penalty, [NONE, 2.0, 0.1], label),
                Control::button("again", "Measure again", self.again < 200),
                Control::toggle("compare", "Show degrees 1 and 3", self.compare),
            ],
            values: vec![("own points".into(), own), ("new points".into(), new)],
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        state.add("degree", &self.degree);
        state.add("penalty", &self.penalty);
        state.add("again", &self.again);
        state.add("compare", &self.compare);
    }
}
