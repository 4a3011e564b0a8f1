//! One training with a rate that rises, and trainings with the rates that the reader chooses by it. Page: *A
//! range test* (`ch08_tuning/range_test.md`).
//!
//! A training takes hundreds of steps, so it is done in pieces, a piece for each frame.

use std::collections::BTreeMap;

use ch02_forward::{Initialization, Network};
use ch04_optimizers::Schedule;
use ch05_mnist::{Dataset, OptimizerName, Recipe, evaluate};
use ch08_tuning::{Knob, RangeTest, rising_rates, smoothed, turning_rate};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::ch08_tuning::images::{NAME, Training};
use crate::plot::{Axis, Frame};
use crate::view::{Control, Handle, Mark, Panel, View, digits, number};
use crate::widget::{Event, State, Widget};

/// From where to where the rate rises, in how many steps, and how much the past counts.
const ENDS: [f64; 2] = [1e-5, 1.0];
const STEPS: usize = 160;
const BETA: f64 = 0.9;
/// The rates that can be chosen: eight to a factor of ten.
const RATES: usize = 41;
/// Every so many of them are tried by a button.
const EVERY: usize = 5;
/// A whole training.
const EPOCHS: usize = 9;
const BATCH: usize = 32;
/// So many steps are a piece of work, which fits into a frame.
const PIECE: usize = 8;
/// What is drawn of losses.
const LOSSES: [f64; 2] = [0.1, 10.0];
const OPTIMIZERS: [(&str, &str, OptimizerName); 2] =
    [("adam", "Adam", OptimizerName::Adam), ("sgd", "plain SGD", OptimizerName::Sgd)];

type Run = RangeTest<f64, Network<f64>, ChaCha8Rng>;

/// The state of the widget.
struct Test {
    optimizer: usize,
    seed: u64,
    /// The rate that is chosen, and those that were trained with: numbers of [`RATES`].
    rate: usize,
    tried: Vec<usize>,
    /// What has been computed: the losses of the range test, and the validation losses by rate.
    losses: Vec<f64>,
    results: BTreeMap<usize, f64>,
    /// The training that goes on, if one does: with which rate (none for the range test), and how many
    /// steps it has taken.
    run: Option<(Option<usize>, Run, usize)>,
}

/// Over the figure `ch08_tuning/range`.
pub fn range() -> Box<dyn Widget> {
    Box::new(Test {
        optimizer: 0,
        seed: 0,
        rate: 20,
        tried: Vec::new(),
        losses: Vec::new(),
        results: BTreeMap::new(),
        run: None,
    })
}

fn rate_of(index: usize) -> f64 {
    Knob::Log { low: ENDS[0], high: ENDS[1] }.at(index as f64 / (RATES - 1) as f64)
}

impl Test {
    fn start(&self, pixels: usize) -> Run {
        let recipe = Recipe {
            hidden: vec![32],
            epochs: EPOCHS,
            batch_size: BATCH,
            optimizer: OPTIMIZERS[self.optimizer].2,
            learning_rate: 0.0, // is handed in
            schedule: Schedule::Constant,
            initialization: Initialization::He,
        };
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
        let network = recipe.network(pixels, &mut generator);
        RangeTest::new(network, recipe.optimizer, BATCH, generator)
    }

    /// Whether the range test has come to its end.
    fn is_tested(&self) -> bool {
        self.losses.len() >= STEPS || self.losses.last().is_some_and(|loss| !loss.is_finite())
    }

    /// The rate whose training is the next, if one is left.
    fn next(&self) -> Option<usize> {
        self.tried.iter().copied().find(|rate| !self.results.contains_key(rate))
    }

    fn is_working(&self) -> bool {
        !self.is_tested() || self.next().is_some()
    }

    /// Forgets what was tried with another seed or another rule.
    fn restart(&mut self) {
        self.tried.clear();
        self.losses.clear();
        self.results.clear();
        self.run = None;
    }

    /// A piece of what is left to be computed.
    fn work(&mut self, images: &Training) {
        let wanted = if self.is_tested() { self.next() } else { None };
        if self.is_tested() && wanted.is_none() {
            return;
        }
        let going_on = self.run.take().filter(|run| run.0 == wanted);
        let (_, mut run, mut steps) =
            going_on.unwrap_or_else(|| (wanted, self.start(images.train.pixels()), 0));
        let rates = rising_rates(ENDS, STEPS);
        for _ in 0..PIECE {
            match wanted {
                None => {
                    self.losses.push(run.step(rates[self.losses.len()], &images.train));
                    if self.is_tested() {
                        return;
                    }
                }
                Some(index) => {
                    let loss = run.step(rate_of(index), &images.train);
                    steps += 1;
                    if steps == whole(&images.train) || !loss.is_finite() {
                        let loss = evaluate(&run.model, &images.validation).loss;
                        let guessing = std::f64::consts::LN_10;
                        self.results.insert(index, loss.min(guessing)); // no number becomes guessing
                        return;
                    }
                }
            }
        }
        self.run = Some((wanted, run, steps));
    }

    fn smoothed(&self) -> Vec<f64> {
        smoothed(&self.losses, BETA)
    }

    fn turn(&self) -> Option<f64> {
        turning_rate(&rising_rates(ENDS, STEPS), &self.smoothed()).filter(|_| self.is_tested())
    }

    fn frame(width: f64) -> Frame {
        let axes =
            [Axis::log("learning rate", ENDS[0], ENDS[1]), Axis::log("loss", LOSSES[0], LOSSES[1])];
        let [x, y] = axes;
        Frame::new(x, y, [width, if width < 480.0 { 300.0 } else { 340.0 }])
    }

    fn panel(&self, width: f64) -> Panel {
        let frame = Self::frame(width);
        let mut panel = frame.panel("The loss of the range test, and of whole trainings");
        let inside = |loss: f64| loss.clamp(LOSSES[0], LOSSES[1]);
        let points = |losses: &[f64]| -> Vec<[f64; 2]> {
            let rates = rising_rates(ENDS, STEPS);
            rates.into_iter().zip(losses).map(|(rate, &loss)| [rate, inside(loss)]).collect()
        };
        for point in points(&self.losses) {
            panel.marks.push(Mark::circle("ghost in", frame.at(point), 1.5));
        }
        panel.marks.push(frame.line("series-1", points(&self.smoothed())));
        if let Some(turn) = self.turn() {
            panel.marks.push(frame.line("rule", LOSSES.map(|loss| [turn, loss])));
            panel.marks.push(frame.name("", [turn, 0.75 * LOSSES[1]], "turn"));
        }
        let ends: Vec<[f64; 2]> =
            self.results.iter().map(|(&rate, &loss)| [rate_of(rate), inside(loss)]).collect();
        panel.marks.push(frame.line("series-2", ends.iter().copied()));
        for &point in &ends {
            panel.marks.push(Mark::marker(1, frame.at(point), 4.5));
        }
        let chosen = rate_of(self.rate);
        panel.marks.push(frame.line("ring", LOSSES.map(|loss| [chosen, loss])));
        let at = frame.at([chosen, 1.25 * LOSSES[0]]);
        panel.marks.push(Mark::circle("handle", at, 9.0));
        panel.handles.push(Handle::drag("rate", at));
        panel
    }

    fn sentence(&self) -> String {
        let at = |rate: f64| digits(rate, 2);
        if !self.is_tested() {
            let steps = self.losses.len();
            let rate = rising_rates(ENDS, STEPS)[steps.min(STEPS - 1)];
            return format!("The rate rises: after {steps} of {STEPS} steps it is {}.", at(rate));
        }
        let mut sentence = match self.turn() {
            Some(turn) => {
                let lowest = self.smoothed().into_iter().fold(f64::INFINITY, f64::min);
                format!(
                    "The smoothed loss falls to {} at a rate of {} and turns there; a tenth of that rate is {}.",
                    number(lowest, 2),
                    at(turn),
                    at(turn / 10.0)
                )
            }
            None => "The smoothed loss has not turned.".to_owned(),
        };
        let chosen = at(rate_of(self.rate));
        if let Some(next) = self.next() {
            let steps = self.run.as_ref().filter(|run| run.0 == Some(next)).map_or(0, |run| run.2);
            sentence.push_str(&format!(
                " A training with a rate of {} is on its way: {steps} steps.",
                at(rate_of(next))
            ));
        } else if let Some(&loss) = self.results.get(&self.rate) {
            sentence.push_str(&format!(
                " Nine epochs with a rate of {chosen} end at a validation loss of {}.",
                number(loss, 2)
            ));
            let best = self.results.iter().min_by(|a, b| a.1.total_cmp(b.1));
            if let Some((&best, &lowest)) = best.filter(|_| self.results.len() > 1) {
                sentence.push_str(&match best == self.rate {
                    true => format!(" That is the lowest of {} rates tried.", self.results.len()),
                    false => format!(
                        " That is {} times the lowest of {} rates tried, which belongs to {}.",
                        number(loss / lowest, 2),
                        self.results.len(),
                        at(rate_of(best))
                    ),
                });
            }
        } else {
            sentence.push_str(&format!(" Chosen: {chosen}. Expect something, then train."));
        }
        sentence
    }

    fn controls(&self) -> Vec<Control> {
        let rate = self.rate as f64;
        let ends = [0.0, (RATES - 1) as f64, 1.0];
        let optimizers = OPTIMIZERS.map(|(name, label, _)| (name, label));
        let seed = self.seed as f64;
        vec![
            Control::range("rate", "Learning rate", rate, ends, digits(rate_of(self.rate), 2)),
            Control::button("train", "Train with this rate", !self.tried.contains(&self.rate)),
            Control::button(
                "sweep",
                "Train with rates from end to end",
                self.tried.len() < RATES / EVERY,
            ),
            Control::choice("optimizer", "Rule", OPTIMIZERS[self.optimizer].0, optimizers),
            Control::range("seed", "Seed", seed, [0.0, 9.0, 1.0], self.seed.to_string()),
        ]
    }

    fn try_rate(&mut self, rate: usize) {
        if rate < RATES && !self.tried.contains(&rate) {
            self.tried.push(rate);
        }
    }

    fn set(&mut self, name: &str, value: &str) {
        match (name, value.parse::<usize>().ok()) {
            ("rate", Some(rate)) => self.rate = rate.min(RATES - 1),
            ("seed", Some(seed)) => {
                self.seed = seed.min(9) as u64;
                self.restart();
            }
            ("optimizer", _) => {
                let known = OPTIMIZERS.iter().position(|(name, ..)| *name == value);
                self.optimizer = known.unwrap_or(self.optimizer);
                self.restart();
            }
            ("tried", _) => {
                value
                    .split(',')
                    .filter_map(|rate| rate.parse().ok())
                    .for_each(|rate| self.try_rate(rate));
            }
            _ => {}
        }
    }
}

/// The steps of a whole training.
fn whole(train: &Dataset) -> usize {
    EPOCHS * train.len().div_ceil(BATCH)
}

impl Widget for Test {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Drag(name, at) if name == "rate" => {
                let [rate, _] = Self::frame(width).point(*at);
                let share = (rate / ENDS[0]).ln() / (ENDS[1] / ENDS[0]).ln();
                self.rate = (share * (RATES - 1) as f64).round().max(0.0) as usize;
            }
            Event::Press(name) if name == "train" => self.try_rate(self.rate),
            Event::Press(name) if name == "sweep" => {
                (EVERY..RATES).step_by(EVERY).for_each(|rate| self.try_rate(rate));
            }
            Event::Set(name, value) => self.set(name, value),
            Event::Work => {
                if let Some(images) = Training::kept() {
                    self.work(&images);
                }
            }
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        if Training::kept().is_none() {
            return View { needs: NAME, controls: self.controls(), ..View::default() };
        }
        let chosen = self.results.get(&self.rate);
        View {
            working: self.is_working(),
            sentence: self.sentence(),
            panels: vec![self.panel(width)],
            controls: self.controls(),
            values: vec![
                ("turn".to_owned(), self.turn().unwrap_or_default()),
                ("steps".to_owned(), self.losses.len() as f64),
                ("validation".to_owned(), chosen.copied().unwrap_or_default()),
            ],
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        let tried: Vec<String> = self.tried.iter().map(usize::to_string).collect();
        state.add("rate", &self.rate);
        state.add("optimizer", &OPTIMIZERS[self.optimizer].0);
        state.add("seed", &self.seed);
        state.add("tried", &tried.join(","));
    }
}
