//! Networks that learn XOR, and networks that do not: any seed, any width, any learning rate. Page:
//! *XOR, learned* (`ch03_backprop/xor_learned.md`).
//!
//! A training takes thousands of steps, so it is done in pieces, a piece for each frame.

use ch01_neuron::{Activation, Gate};
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{LossBackward, NetworkBackward};
use ndarray::{Array2, Axis as Along};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::plot::{Axis, Frame};
use crate::view::{Control, Handle, Mark, Panel, Pixels, View, digits, number};
use crate::widget::{Event, State, Widget};

/// The steps of a training, and the loss below which the page calls it learned.
const STEPS: usize = 5000;
const LEARNED: f64 = 0.1;
const LOSS: Loss = Loss::BinaryCrossEntropy;
/// The seeds of the figure, and how many are tried to see how often it is learned.
const SEEDS: u64 = 5;
const TRIED: u64 = 100;
/// A network is kept after so many steps each, to be looked at.
const KEPT: usize = 50;
/// So many steps are a piece of work, which fits into a frame.
const PIECE: usize = 500;
/// The longest side of the network that can be chosen.
const WIDEST: usize = 16;
/// The squares of the plane of inputs.
const SQUARES: usize = 48;

/// The weights with which a network begins.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Start {
    Random(u64),
    Zero,
    Equal,
}

/// A network that is being trained.
#[derive(Debug, Clone)]
struct Run {
    start: Start,
    network: Network<f64>,
    /// The loss before each step, and after the last.
    losses: Vec<f64>,
    /// The network after every so many steps.
    kept: Vec<Network<f64>>,
}

fn examples() -> (Array2<f64>, Array2<f64>) {
    let (inputs, targets) = Gate::Xor.examples();
    (inputs, targets.insert_axis(Along(1)))
}

impl Run {
    fn new(start: Start, width: usize) -> Self {
        let (initialization, seed) = match start {
            Start::Random(seed) => (Initialization::Xavier, seed),
            Start::Zero | Start::Equal => (Initialization::Zeros, 0),
        };
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let functions = (Activation::Tanh, Activation::Identity);
        let mut network = Network::new(&[2, width, 1], functions, initialization, &mut generator);
        if start == Start::Equal {
            network.layers.iter_mut().for_each(|layer| layer.dense.weights.fill(0.5));
        }
        Self { start, network, losses: Vec::new(), kept: Vec::new() }
    }

    /// After how many steps the loss was low for the first time.
    fn learned(&self) -> Option<usize> {
        self.losses.iter().position(|&loss| loss < LEARNED)
    }

    fn is_done(&self) -> bool {
        self.losses.len() > STEPS
    }

    /// Forward, loss, backward, and a step against the gradient: so many times.
    fn train(&mut self, steps: usize, learning_rate: f64) {
        let (x, y) = examples();
        for _ in 0..steps {
            let trace = self.network.trace(x.view());
            if self.losses.len().is_multiple_of(KEPT) {
                self.kept.push(self.network.clone());
            }
            self.losses.push(LOSS.value(trace.output(), y.view()));
            if self.is_done() {
                return;
            }
            let output_gradient = LOSS.gradient(trace.output(), y.view());
            let gradients = self.network.backward(x.view(), &trace, output_gradient);
            for (slice, slopes) in self.network.parameters_mut().into_iter().zip(gradients.slices())
            {
                for (parameter, slope) in slice.iter_mut().zip(slopes) {
                    *parameter -= learning_rate * slope;
                }
            }
        }
    }
}

/// The state of the widget.
#[derive(Debug, Clone)]
struct Training {
    /// Which network is looked at.
    start: Start,
    /// How many hidden neurons it has.
    width: usize,
    /// log₁₀ η
    rate: f64,
    /// After how many steps it is looked at.
    steps: usize,
    /// How many of a hundred seeds the reader thinks will learn it, and whether they are tried.
    guess: u64,
    count: bool,
    /// What has been computed of these.
    runs: Vec<Run>,
    /// When each seed had learned it; nothing for one that had not.
    tried: Vec<Option<usize>>,
    trying: Option<Run>,
}

/// Over the figure `ch03_backprop/xor-losses`.
pub fn losses() -> Box<dyn Widget> {
    Box::new(Training {
        start: Start::Random(0),
        width: 8,
        rate: 0.0,
        steps: STEPS,
        guess: 50,
        count: false,
        runs: Vec::new(),
        tried: Vec::new(),
        trying: None,
    })
}

impl Training {
    fn learning_rate(&self) -> f64 {
        10_f64.powf(self.rate)
    }

    fn seed(&self) -> u64 {
        if let Start::Random(seed) = self.start { seed } else { 0 }
    }

    /// The networks of the picture; the one that is looked at comes first.
    fn wanted(&self) -> impl Iterator<Item = Start> {
        let others = (0..SEEDS).map(Start::Random).chain([Start::Zero, Start::Equal]);
        let looked_at = self.start;
        std::iter::once(looked_at).chain(others.filter(move |&start| start != looked_at))
    }

    /// What a network is called among the values.
    fn name(start: Start) -> String {
        match start {
            Start::Random(seed) => format!("seed {seed}"),
            Start::Zero => "zero".to_owned(),
            Start::Equal => "equal".to_owned(),
        }
    }

    fn run(&self, start: Start) -> Option<&Run> {
        self.runs.iter().find(|run| run.start == start)
    }

    fn is_counting(&self) -> bool {
        self.count && self.tried.len() < TRIED as usize
    }

    fn is_working(&self) -> bool {
        self.is_counting() || self.wanted().any(|start| !self.run(start).is_some_and(Run::is_done))
    }

    /// Does a piece of what is to be computed.
    fn work(&mut self) {
        let rate = self.learning_rate();
        let unfinished = self.wanted().find(|&start| !self.run(start).is_some_and(Run::is_done));
        if let Some(start) = unfinished {
            if self.run(start).is_none() {
                self.runs.push(Run::new(start, self.width));
            }
            let run = self.runs.iter_mut().find(|run| run.start == start).expect("just made");
            run.train(PIECE, rate);
            return;
        }
        let mut left = PIECE;
        while left > 0 && self.is_counting() {
            let next = Start::Random(self.tried.len() as u64);
            let run = self.trying.get_or_insert_with(|| Run::new(next, self.width));
            let steps = left.min(KEPT);
            run.train(steps, rate);
            left -= steps;
            if run.is_done() || run.learned().is_some() {
                self.tried.push(run.learned());
                self.trying = None;
            }
        }
    }

    /// Another width, or another learning rate: everything is to be trained again.
    fn forget(&mut self) {
        self.runs.clear();
        self.tried.clear();
        self.trying = None;
    }

    /// The networks of other seeds than those of the picture are not kept.
    fn look_at(&mut self, start: Start) {
        self.start = start;
        let wanted: Vec<Start> = self.wanted().collect();
        self.runs.retain(|run| wanted.contains(&run.start));
    }

    fn frame(&self, width: f64) -> Frame {
        let x = Axis::linear("step", 0.0, STEPS as f64);
        Frame::new(x, Axis::log("loss", 1e-4, 10.0), [width, 280.0])
    }

    fn curves(&self, width: f64) -> Panel {
        let frame = self.frame(width);
        let mut panel = frame.panel("The loss of each network, step by step");
        let mut draw = |run: &Run, class: &str| {
            let shown = run.losses.iter().enumerate().filter(|(step, _)| step % 20 == 0);
            panel.marks.push(frame.line(class, shown.map(|(step, &loss)| [step as f64, loss])));
        };
        let wanted: Vec<Start> = self.wanted().collect();
        let order = wanted.iter().skip(1).chain(wanted.first());
        for run in order.filter_map(|&start| self.run(start)) {
            match run.start {
                Start::Random(_) if run.start != self.start => draw(run, "series-1 ghost"),
                Start::Random(_) => draw(run, "series-1 bold"),
                Start::Equal => draw(run, "series-2"),
                Start::Zero => draw(run, "series-3"),
            }
        }
        let names = [
            ("series-3", "all weights 0".to_owned()),
            ("series-2", "all weights ½".to_owned()),
            ("series-1", format!("random, seed {}", self.seed())),
        ];
        for (row, (class, name)) in names.into_iter().enumerate() {
            let y = frame.place[1] + 84.0 + 20.0 * row as f64;
            let x = frame.place[0] + frame.place[2] - 190.0;
            panel.marks.push(Mark::line(class, [x, y], [x + 30.0, y]));
            panel.marks.push(Mark::text("halo", [x + 36.0, y + 5.0], "start", name));
        }
        let step = self.steps as f64;
        panel.marks.push(frame.line("rule", [[step, 1e-4], [step, 10.0]]));
        let loss = self.run(self.start).and_then(|run| run.losses.get(self.steps));
        let at = frame.at([step, loss.map_or(1e-4, |loss| loss.clamp(1e-4, 10.0))]);
        panel.marks.push(Mark::circle("handle", at, 8.0));
        panel.handles.push(Handle::drag("look", at));
        panel
    }

    /// The network that is looked at, if it has been trained so far.
    fn network(&self) -> Option<&Network<f64>> {
        self.run(self.start).and_then(|run| run.kept.get(self.steps / KEPT))
    }

    /// The probability of 1 all over the plane of inputs, and at its corners.
    fn regions(&self, width: f64) -> Panel {
        let axis = |name| Axis::linear(name, -0.5, 1.5);
        let frame = Frame::new(axis("first input"), axis("second input"), [width, width - 6.0]);
        let mut panel = frame.panel("What the network answers, all over the plane of inputs");
        let Some(network) = self.network() else { return panel };
        let share = |k: usize| -0.5 + 2.0 * (k as f64 + 0.5) / SQUARES as f64;
        let plane = Array2::from_shape_fn((SQUARES * SQUARES, 2), |(square, input)| {
            share(if input == 0 { square % SQUARES } else { SQUARES - 1 - square / SQUARES })
        });
        let answers = network.forward(plane.view());
        let signed = answers.iter().map(|&z| Activation::Sigmoid.value(z) - 0.5);
        panel.pixels.push(Pixels::signed(frame.place, SQUARES, signed));
        let (x, y) = examples();
        for ((x, y), z) in x.rows().into_iter().zip(&y).zip(&network.forward(x.view())) {
            let at = frame.at([x[0], x[1]]);
            panel.marks.push(Mark::marker(usize::from(*y == 1.0), at, 7.0));
            let p = Activation::Sigmoid.value(*z);
            if (p >= 0.5) != (*y == 1.0) {
                panel.marks.push(Mark::circle("ring", at, 13.0));
            }
            let told = [at[0], at[1] - 16.0];
            panel.marks.push(Mark::text("halo", told, "middle", number(p, 2)));
        }
        panel
    }

    fn sentence(&self) -> String {
        let name = match self.start {
            Start::Random(seed) => format!("Seed {seed}"),
            Start::Zero => "All weights 0".to_owned(),
            Start::Equal => "All weights ½".to_owned(),
        };
        let net = format!("{name}, {} hidden, η = {}", self.width, digits(self.learning_rate(), 2));
        let run = self.run(self.start);
        let mut sentence = match (run.and_then(|run| run.losses.get(self.steps)), self.network()) {
            (Some(&loss), Some(network)) => {
                let (x, y) = examples();
                let answers = network.forward(x.view());
                let right = answers.iter().zip(&y).filter(|&(&z, &y)| (z >= 0.0) == (y == 1.0));
                let first = match run.and_then(Run::learned) {
                    Some(step) => format!("The loss is below {LEARNED} after {step} steps."),
                    None => format!("The loss has not been below {LEARNED}."),
                };
                format!(
                    "{net}: after {} steps the loss is {}, and {} of 4 answers are right. {first}",
                    self.steps,
                    digits(loss, 2),
                    right.count(),
                )
            }
            _ => format!("{net}: in training."),
        };
        if self.count {
            let learned = self.tried.iter().flatten().count();
            sentence.push_str(&format!(
                " Of {} seeds {learned} learned it; you guessed {} of {TRIED}.",
                self.tried.len(),
                self.guess
            ));
        }
        sentence
    }
}

impl Widget for Training {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Grab(name, at) | Event::Drag(name, at) if name == "look" => {
                let [step, _] = self.frame(width).point(*at);
                self.steps = KEPT * (step / KEPT as f64).round() as usize;
            }
            Event::Press(name) if name == "count" => self.count = true,
            Event::Set(name, value) => self.set(name, value),
            _ => {}
        }
        if self.is_working() {
            self.work();
        }
    }

    fn view(&self, width: f64) -> View {
        let sides = if width >= 560.0 { [width - 276.0, 260.0] } else { [width, width.min(320.0)] };
        let starts = [("random", "random"), ("zero", "all 0"), ("equal", "all ½")];
        let start = match self.start {
            Start::Random(_) => "random",
            Start::Zero => "zero",
            Start::Equal => "equal",
        };
        let seed = self.seed() as f64;
        let rate = self.learning_rate();
        let (hidden, steps) = (self.width as f64, self.steps as f64);
        let end = STEPS as f64;
        let (guess, tried) = (self.guess, TRIED as f64);
        let controls = vec![
            Control::choice("start", "Weights at the start", start, starts),
            Control::range("seed", "Seed", seed, [0.0, tried - 1.0, 1.0], number(seed, 0)),
            Control::range("hidden", "Hidden neurons", hidden, [1.0, 16.0, 1.0], number(hidden, 0)),
            Control::range("rate", "Learning rate η", self.rate, [-2.0, 1.0, 0.1], digits(rate, 2)),
            Control::range(
                "steps",
                "Look after",
                steps,
                [0.0, end, 50.0],
                format!("{steps} steps"),
            ),
            Control::range(
                "guess",
                "Your guess: how many of 100 seeds learn it?",
                guess as f64,
                [0.0, tried, 1.0],
                guess.to_string(),
            ),
            Control::button("count", "Try 100 seeds", !self.count),
        ];
        let mut values = Vec::new();
        for run in self.wanted().filter_map(|start| self.run(start)) {
            let name = Self::name(run.start);
            if let Some(step) = run.learned() {
                values.push((format!("{name}: learned"), step as f64));
            }
            if run.is_done() {
                values.push((format!("{name}: loss"), run.losses[STEPS]));
            }
        }
        values.push(("seeds that learned".into(), self.tried.iter().flatten().count() as f64));
        View {
            sentence: self.sentence(),
            working: self.is_working(),
            panels: vec![self.curves(sides[0]), self.regions(sides[1])],
            controls,
            values,
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        let start = match self.start {
            Start::Random(_) => "random",
            Start::Zero => "zero",
            Start::Equal => "equal",
        };
        state.add("seed", &self.seed());
        state.add("start", &start);
        state.add("hidden", &self.width);
        state.add("rate", &self.rate);
        state.add("steps", &self.steps);
        state.add("guess", &self.guess);
        state.add("count", &self.count);
    }
}

impl Training {
    fn set(&mut self, name: &str, value: &str) {
        let real = value.parse::<f64>().ok().filter(|number| number.is_finite());
        match (name, real) {
            ("start", _) => match value {
                "random" => self.look_at(Start::Random(self.seed())),
                "zero" => self.look_at(Start::Zero),
                "equal" => self.look_at(Start::Equal),
                _ => {}
            },
            ("seed", Some(seed)) => {
                self.look_at(Start::Random(seed.clamp(0.0, TRIED as f64 - 1.0) as u64));
            }
            ("hidden", Some(hidden)) => {
                self.width = hidden.clamp(1.0, WIDEST as f64) as usize;
                self.forget();
            }
            ("rate", Some(rate)) => {
                self.rate = rate.clamp(-2.0, 1.0);
                self.forget();
            }
            ("steps", Some(steps)) => {
                self.steps = KEPT * (steps.clamp(0.0, STEPS as f64) / KEPT as f64).round() as usize;
            }
            ("guess", Some(guess)) => self.guess = guess.clamp(0.0, TRIED as f64) as u64,
            ("count", _) => self.count = value == "true",
            _ => {}
        }
    }
}
