//! How far a measured slope is off, by the step, and whether that tells a wrong gradient from a
//! right one. Page: *The gradient check* (`ch03_backprop/gradient_check.md`).

use std::rc::Rc;

use ch01_neuron::{Activation, Real};
use ch03_backprop::{ActivationBackward, central_difference};
use ndarray::Array2;

use crate::plot::{Axis, Frame};
use crate::view::{Control, Handle, Mark, Panel, View, digits, number, superscript};
use crate::widget::{Event, State, Widget};

/// The steps are 10 to a quarter of these.
const STEPS: std::ops::RangeInclusive<i32> = -52..=0;
/// In `f32` shorter ones than this say nothing.
const SINGLE: i32 = -24;
/// So many weights, all between 0 and 6.
const WEIGHTS: i32 = 1000;
/// The step for which the reader guesses the error, in quarters.
const ASKED: i32 = -40;

/// A way to measure a slope: its name here, and in words.
const WAYS: [(&str, &str); 3] =
    [("central", "central, f64"), ("one-sided", "one-sided, f64"), ("single", "central, f32")];

/// What the backward pass may have wrong, as in the chapter's five wrong gradients where one neuron
/// and one example can have it.
const GRADIENTS: [(&str, &str); 4] = [
    ("right", "right"),
    ("twice", "slope of the sigmoid twice"),
    ("output", "slope of the sigmoid at a, not at z"),
    ("half", "factor 2 of the square forgotten"),
];

/// The loss of the page's neuron by its first weight, in either precision.
fn loss<T: Real>(weight: T) -> T {
    let z = weight - T::of(3.0);
    let miss = Activation::Sigmoid.value(z) - T::one();
    miss * miss
}

fn weight(k: i32) -> f64 {
    0.006 * (f64::from(k) + 0.5)
}

/// The derivative by the rules of the chapter at all weights, with something wrong or nothing.
fn slopes(gradient: usize) -> Vec<f64> {
    let column = |f: &dyn Fn(f64) -> f64| {
        Array2::from_shape_fn((WEIGHTS as usize, 1), |(k, _)| f(weight(k as i32) - 3.0))
    };
    let sigmoid = |z| Activation::Sigmoid.value(z);
    let factor = if gradient == 3 { 1.0 } else { 2.0 };
    let upstream = column(&|z| factor * (sigmoid(z) - 1.0));
    let at = if gradient == 2 { column(&sigmoid) } else { column(&|z| z) };
    let mut slopes = Activation::Sigmoid.backward(at.view(), upstream);
    if gradient == 1 {
        slopes = Activation::Sigmoid.backward(at.view(), slopes);
    }
    slopes.into_iter().collect()
}

/// The slope at a weight as each of the ways measures it with a step.
fn measured(way: usize, w: f64, h: f64) -> f64 {
    match way {
        0 => central_difference(loss::<f64>, w, h),
        1 => (loss(w + h) - loss(w)) / h,
        _ => central_difference(loss::<f32>, w as f32, h as f32).into(),
    }
}

fn size_of_step(quarters: i32) -> f64 {
    10_f64.powf(f64::from(quarters) / 4.0)
}

/// The root of the mean square.
fn typical(numbers: impl Iterator<Item = f64>) -> f64 {
    (numbers.map(|number| number * number).sum::<f64>() / f64::from(WEIGHTS)).sqrt()
}

/// What all ways measure at all weights with one step.
#[derive(Debug)]
struct Column {
    slopes: Vec<Vec<f64>>,
}

/// The errors of one gradient: for each way, by the step.
type Errors = Vec<Vec<(i32, f64)>>;

/// The state of the widget.
#[derive(Debug, Clone)]
struct Check {
    /// The step, in quarters of a power of ten.
    step: i32,
    way: usize,
    gradient: usize,
    /// log₁₀ of the error that the reader expects at the step 10⁻¹⁰.
    guess: f64,
    /// What has been measured so far, from the longest step on.
    columns: Vec<Rc<Column>>,
    /// The best step as the page derives it, and its two quantities.
    theory: [f64; 3],
}

/// Over the figure `ch03_backprop/steps`.
pub fn steps() -> Box<dyn Widget> {
    let right = |w: f64| {
        let z = w - 3.0;
        2.0 * (Activation::Sigmoid.value(z) - 1.0) * Activation::Sigmoid.derivative(z)
    };
    let weights = || (0..WEIGHTS).map(weight);
    let third =
        typical(weights().map(|w| (right(w + 1e-3) - 2.0 * right(w) + right(w - 1e-3)) / 1e-6));
    let size = typical(weights().map(loss));
    let best = (3.0 * f64::EPSILON * size / third).cbrt();
    Box::new(Check {
        step: -19,
        way: 0,
        gradient: 0,
        guess: -20.0,
        columns: Vec::new(),
        theory: [best, size, third],
    })
}

impl Check {
    /// Measures with the next steps, a few at a time.
    fn work(&mut self) {
        for _ in 0..9 {
            let quarters = -(self.columns.len() as i32);
            if !STEPS.contains(&quarters) {
                return;
            }
            let h = size_of_step(quarters);
            let ways = if quarters < SINGLE { 2 } else { 3 };
            let all = |way: usize| (0..WEIGHTS).map(|k| measured(way, weight(k), h)).collect();
            self.columns.push(Rc::new(Column { slopes: (0..ways).map(all).collect() }));
        }
    }

    fn is_working(&self) -> bool {
        self.columns.len() < STEPS.count()
    }

    fn errors(&self) -> Errors {
        let slopes = slopes(self.gradient);
        let of_way = |way: usize| {
            let columns = self.columns.iter().enumerate();
            let of_step = |(step, column): (usize, &Rc<Column>)| {
                let measured = column.slopes.get(way)?;
                let misses = measured.iter().zip(&slopes).map(|(m, s)| m - s);
                Some((-(step as i32), typical(misses)))
            };
            columns.filter_map(of_step).collect()
        };
        (0..WAYS.len()).map(of_way).collect()
    }

    fn frame(width: f64) -> Frame {
        let x = Axis::log("step h", 1e-13, 1.0);
        Frame::new(x, Axis::log("typical error", 1e-12, 1.0), [width, 380.0])
    }

    fn error_at(&self, errors: &Errors, step: i32) -> Option<f64> {
        errors[self.way].iter().find(|(at, _)| *at == step).map(|pair| pair.1)
    }

    fn panel(&self, width: f64, errors: &Errors) -> Panel {
        let frame = Self::frame(width);
        let mut panel = frame.panel("The error of a measured slope, by the step");
        let [best, size, third] = self.theory;
        panel.marks.push(frame.line("rule", [[best, 1e-12], [best, 1.0]]));
        panel.marks.push(frame.name("", [best, 2e-12], "best h"));
        let theory =
            STEPS.map(size_of_step).map(|h| [h, h * h / 6.0 * third + f64::EPSILON * size / h]);
        panel.marks.push(frame.line("rule", theory));
        for (way, errors) in errors.iter().enumerate() {
            let class = format!("series-{}{}", way + 1, if way == self.way { " bold" } else { "" });
            let points = errors.iter().map(|&(step, error)| [size_of_step(step), error]);
            panel.marks.push(frame.line(&class, points.clone()));
            if way == self.way {
                let markers = points.map(|point| Mark::marker(way, frame.at(point), 3.0));
                panel.marks.extend(markers);
            }
        }
        let [left, top, across, _] = frame.place;
        let names = ["h²/6 · |f‴| + ε|f|/h".to_owned()];
        let names = WAYS.iter().map(|way| way.1.to_owned()).chain(names).enumerate();
        for (row, name) in names {
            let class = if row < 3 { format!("series-{}", row + 1) } else { "rule".to_owned() };
            let y = top + 14.0 + 20.0 * row as f64;
            let x = left + across / 2.0 - 75.0;
            panel.marks.push(Mark::line(&class, [x, y], [x + 30.0, y]));
            panel.marks.push(Mark::text("halo", [x + 36.0, y + 5.0], "start", name));
        }
        let asked = frame.at([size_of_step(ASKED), 10_f64.powf(self.guess.max(-12.0))]);
        if self.guess >= -12.0 {
            panel.marks.push(Mark::circle("ring", asked, 7.0));
            panel.marks.push(Mark::text(
                "halo",
                [asked[0] + 12.0, asked[1] + 5.0],
                "start",
                "guess",
            ));
        }
        let h = size_of_step(self.step);
        let error = self.error_at(errors, self.step).unwrap_or(1e-12).clamp(1e-12, 1.0);
        let at = frame.at([h, error]);
        panel.marks.push(Mark::circle("handle", at, 9.0));
        panel.handles.push(Handle::drag("step", at));
        panel
    }

    fn sentence(&self, errors: &Errors) -> String {
        let h = power(self.step);
        let Some(error) = self.error_at(errors, self.step) else {
            return "The slopes are being measured.".to_owned();
        };
        let (_, lowest) =
            errors[self.way].iter().fold((0, f64::INFINITY), |least, &(at, error)| {
                if error < least.1 { (at, error) } else { least }
            });
        let mut sentence = format!(
            "With h = {h} a slope that is measured ({}) misses the backward pass by {}; the best step \
             misses it by {}.",
            WAYS[self.way].1,
            digits(error, 1),
            digits(lowest, 1),
        );
        if self.gradient > 0 {
            sentence.push_str(&format!(
                " The backward pass is wrong ({}), and no step makes the two agree.",
                GRADIENTS[self.gradient].1
            ));
        }
        let asked = errors[0].iter().find(|pair| pair.0 == ASKED);
        if let Some((_, truth)) = asked.filter(|_| self.guess >= -12.0) {
            sentence.push_str(&format!(
                " For h = 10⁻¹⁰ you guessed an error of {}; the central difference is off by {}.",
                digits(10_f64.powf(self.guess), 1),
                digits(*truth, 1),
            ));
        }
        sentence
    }
}

/// A step as a power of ten.
fn power(quarters: i32) -> String {
    match quarters % 4 {
        0 => format!("10{}", superscript(quarters / 4)),
        rest => {
            let mantissa = number(size_of_step(rest.rem_euclid(4)), 1);
            format!("{mantissa} × 10{}", superscript(quarters.div_euclid(4)))
        }
    }
}

impl Widget for Check {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Grab(name, at) | Event::Drag(name, at) if name == "step" => {
                let [h, _] = Self::frame(width).point(*at);
                self.step = (4.0 * h.log10()).round() as i32;
            }
            Event::Set(name, value) => {
                let real = value.parse::<f64>().ok().filter(|number| number.is_finite());
                let place = |names: &[(&str, &str)]| names.iter().position(|n| n.0 == value);
                match (name.as_str(), real) {
                    ("step", Some(step)) => {
                        self.step = (4.0 * step.clamp(-13.0, 0.0)).round() as i32;
                    }
                    ("guess", Some(guess)) => self.guess = guess.clamp(-20.0, 0.0),
                    ("way", _) => self.way = place(&WAYS).unwrap_or(self.way),
                    ("gradient", _) => self.gradient = place(&GRADIENTS).unwrap_or(self.gradient),
                    _ => {}
                }
            }
            _ => {}
        }
        self.step = self.step.clamp(*STEPS.start(), 0);
        if self.way == 2 {
            self.step = self.step.max(SINGLE);
        }
        self.work();
    }

    fn view(&self, width: f64) -> View {
        let errors = self.errors();
        let step = f64::from(self.step) / 4.0;
        let guess = self.guess.max(-13.0);
        let told =
            if guess < -12.0 { "none yet".to_owned() } else { digits(10_f64.powf(guess), 1) };
        let mut values = vec![("best step".to_owned(), self.theory[0])];
        for ((name, _), errors) in WAYS.iter().zip(&errors) {
            let least = errors.iter().map(|pair| pair.1).fold(f64::INFINITY, f64::min);
            values.push((format!("{name}: lowest"), least));
        }
        for (name, step) in [("long", -8), ("short", ASKED)] {
            let error = errors[0].iter().find(|pair| pair.0 == step).map_or(0.0, |pair| pair.1);
            values.push((format!("central: {name}"), error));
        }
        View {
            sentence: self.sentence(&errors),
            working: self.is_working(),
            panels: vec![self.panel(width, &errors)],
            controls: vec![
                Control::range("step", "Step h", step, [-13.0, 0.0, 0.25], power(self.step)),
                Control::choice("way", "Measured", WAYS[self.way].0, WAYS),
                Control::choice("gradient", "Backward pass", GRADIENTS[self.gradient].0, GRADIENTS),
                Control::range(
                    "guess",
                    "Your guess: the error for h = 10⁻¹⁰",
                    guess,
                    [-13.0, 0.0, 0.5],
                    told,
                ),
            ],
            values,
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        state.add("way", &WAYS[self.way].0);
        state.add("step", &number(f64::from(self.step) / 4.0, 2).replace('−', "-"));
        state.add("gradient", &GRADIENTS[self.gradient].0);
        state.add("guess", &self.guess);
    }
}
