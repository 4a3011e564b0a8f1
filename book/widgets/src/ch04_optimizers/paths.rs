//! Up to three rules on their way across a landscape of two parameters.

use ch04_optimizers::{
    AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, Parameter, Quadratic, RmsProp, Sgd,
    rosenbrock, rosenbrock_gradient,
};
use ndarray::{Array2, array};

use crate::plot::{Axis, Frame};
use crate::view::{Control, Handle, Mark, Panel, View, digits, number};
use crate::widget::{Event, State, Widget};

/// A point of the plane.
pub type Point = [f64; 2];

/// What a rule walks on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Landscape {
    /// Nearly as steep across as along.
    Bowl,
    /// The ravine of the chapter, twenty times as steep across as along.
    Ravine,
    /// Up along one axis, down along the other.
    Saddle,
    /// A bent valley.
    Rosenbrock,
}

use Landscape::{Bowl, Ravine, Rosenbrock, Saddle};

impl Landscape {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Bowl, "bowl", "bowl (κ = 2)"),
        (Ravine, "ravine", "ravine (κ = 20)"),
        (Saddle, "saddle", "saddle"),
        (Rosenbrock, "rosenbrock", "Rosenbrock’s valley"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|known| known.0 == self).map(|known| known.1).unwrap_or_default()
    }

    fn window(self) -> [Point; 2] {
        match self {
            Bowl | Ravine => [[-4.4, 3.4], [-3.3, 2.2]],
            Saddle => [[-2.4, 2.4], [-1.8, 1.8]],
            Rosenbrock => [[-1.8, 1.8], [-0.7, 2.0]],
        }
    }

    fn levels(self) -> &'static [f64] {
        match self {
            Bowl | Ravine => &[0.3, 1.0, 3.0, 7.0, 14.0, 25.0, 45.0, 80.0],
            Saddle => &[-1.5, -1.0, -0.5, -0.2, 0.0, 0.2, 0.5, 1.0, 1.5, 2.5],
            Rosenbrock => &[0.3, 1.0, 4.0, 15.0, 50.0, 150.0, 400.0],
        }
    }

    /// Where the figure of the book lets its paths begin.
    pub fn start(self) -> Point {
        match self {
            Bowl | Ravine => [-3.5, -1.0],
            Saddle => [-2.0, 0.001],
            Rosenbrock => [-1.2, 1.0],
        }
    }

    /// The minimum, and what it is called; for a saddle its middle.
    fn mark(self) -> (Point, &'static str) {
        match self {
            Bowl | Ravine => ([1.0, 0.5], "minimum"),
            Saddle => ([0.0, 0.0], "saddle"),
            Rosenbrock => ([1.0, 1.0], "minimum"),
        }
    }

    /// How many steps there are at most.
    fn most_steps(self) -> usize {
        match self {
            Bowl | Ravine => 200,
            Saddle => 400,
            Rosenbrock => 2000,
        }
    }

    /// The landscape itself, where it is quadratic.
    fn quadratic(self) -> Option<Quadratic<f64>> {
        match self {
            Bowl => Some(rotated([1.0, 2.0], 30.0)),
            Ravine => Some(rotated([1.0, 20.0], 30.0)),
            Saddle => Some(Quadratic {
                curvature: array![[1.0, 0.0], [0.0, -1.0]],
                minimum: array![0.0, 0.0],
            }),
            Rosenbrock => None,
        }
    }

    /// The quadratic that fits best at a point: the curvatures are the slopes of the gradient.
    fn quadratic_at(self, [x, y]: Point) -> Quadratic<f64> {
        let nudge = 1e-5;
        let slope = |nudged: fn(Point, f64) -> Point| {
            let [up, down] =
                [nudge, -nudge].map(|nudge| rosenbrock_gradient(nudged([x, y], nudge)));
            [0, 1].map(|axis| (up[axis] - down[axis]) / (2.0 * nudge))
        };
        self.quadratic().unwrap_or_else(|| {
            let along = slope(|[x, y], nudge| [x + nudge, y]);
            let across = slope(|[x, y], nudge| [x, y + nudge]);
            let curvature = array![[along[0], across[0]], [across[0], across[1]]];
            Quadratic { curvature, minimum: array![1.0, 1.0] }
        })
    }
}

/// The quadratic of the chapter's figures: these curvatures, the steep axis turned from upright.
fn rotated([flat, steep]: [f64; 2], turn: f64) -> Quadratic<f64> {
    let (sin, cos) = turn.to_radians().sin_cos();
    let mixed = (flat - steep) * sin * cos;
    let along = flat * cos * cos + steep * sin * sin;
    let across = flat * sin * sin + steep * cos * cos;
    let curvature: Array2<f64> = array![[along, mixed], [mixed, across]];
    Quadratic { curvature, minimum: array![1.0, 0.5] }
}

/// The ravine of the chapter.
pub fn ravine() -> Quadratic<f64> {
    rotated([1.0, 20.0], 30.0)
}

/// A rule with its constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run {
    /// Its place in the list of rules.
    rule: usize,
    /// η
    pub rate: f64,
    /// μ of momentum and Nesterov.
    mu: f64,
    /// β₂ of Adam and AdamW, and the decay of RMSProp.
    beta2: f64,
}

/// The rules by name; the last one is none.
const RULES: [&str; 8] =
    ["SGD", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "AdamW", "none"];

impl Run {
    /// A rule of the chapter by its name, with its usual constants.
    pub fn new(rule: &str, rate: f64) -> Self {
        let rule = RULES.iter().position(|name| *name == rule).unwrap_or(RULES.len() - 1);
        Self { rule, rate, mu: 0.9, beta2: if RULES[rule] == "RMSProp" { 0.9 } else { 0.999 } }
    }

    /// The same with another μ.
    pub fn with_momentum(mut self, mu: f64) -> Self {
        self.mu = mu;
        self
    }

    fn name(&self) -> &'static str {
        RULES[self.rule]
    }

    fn optimizer(&self) -> Option<Box<dyn Optimizer<f64>>> {
        Some(match self.name() {
            "SGD" => Box::new(Sgd::default()),
            "momentum" => Box::new(Momentum::new(self.mu)),
            "Nesterov" => Box::new(Nesterov::new(self.mu)),
            "AdaGrad" => Box::new(AdaGrad::default()),
            "RMSProp" => Box::new(RmsProp { decay: self.beta2, ..RmsProp::default() }),
            "Adam" => Box::new(Adam { beta2: self.beta2, ..Adam::default() }),
            "AdamW" => {
                let mut optimizer = AdamW::default();
                optimizer.adam.beta2 = self.beta2;
                Box::new(optimizer)
            }
            _ => return None,
        })
    }

    fn has_momentum(&self) -> bool {
        ["momentum", "Nesterov"].contains(&self.name())
    }

    fn has_squares(&self) -> bool {
        ["RMSProp", "Adam", "AdamW"].contains(&self.name())
    }
}

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
pub struct Paths {
    title: &'static str,
    landscape: Landscape,
    start: Point,
    steps: usize,
    runs: [Run; 3],
    edited: usize,
}

impl Paths {
    /// Three rules that walk so many steps from where the book's figure lets them begin.
    pub fn new(title: &'static str, landscape: Landscape, steps: usize, runs: [Run; 3]) -> Self {
        Self { title, landscape, start: landscape.start(), steps, runs, edited: 0 }
    }

    fn height(&self, point: Point) -> f64 {
        match self.landscape.quadratic() {
            Some(bowl) => bowl.value(array![point[0], point[1]].view()),
            None => rosenbrock(point),
        }
    }

    /// The start, and where a rule is after each step. It ends early where the numbers run away.
    fn path(&self, run: &Run) -> Vec<Point> {
        let bowl = self.landscape.quadratic();
        let gradient = |[x, y]: Point| match &bowl {
            Some(bowl) => {
                let slope = bowl.gradient(array![x, y].view());
                [slope[0], slope[1]]
            }
            None => rosenbrock_gradient([x, y]),
        };
        let Some(mut optimizer) = run.optimizer() else { return Vec::new() };
        let (mut point, mut path) = (self.start, vec![self.start]);
        for _ in 0..self.steps {
            let slope = gradient(point);
            optimizer.step(run.rate, vec![Parameter::new(&mut point, &slope)]);
            if point.iter().any(|number| !number.is_finite() || number.abs() > 1e100) {
                break;
            }
            path.push(point);
        }
        path
    }

    /// What a path is called beside the others: its rule, or what else tells it apart.
    fn label(&self, index: usize) -> String {
        let run = &self.runs[index];
        let alike = self.runs.iter().filter(|other| other.rule == run.rule).count() > 1;
        match run.name() {
            "none" => "none".to_owned(),
            rule if alike => format!("{rule} {}", digits(run.rate, 2)),
            rule => rule.to_owned(),
        }
    }

    /// The frame of the map, with room for the legend above it.
    fn frame(&self, width: f64) -> Frame {
        let [[left, right], [low, high]] = self.landscape.window();
        let x = Axis::linear("first parameter", left, right);
        let y = Axis::linear("second parameter", low, high);
        let shape = if self.landscape == Rosenbrock { 0.72 } else { 0.84 };
        let mut frame = Frame::new(x, y, [width, width * shape]);
        frame.place[1] += self.legend(width).1;
        frame
    }

    fn map(&self, width: f64, paths: &[Vec<Point>]) -> Panel {
        let frame = self.frame(width);
        let mut panel = frame.panel(self.title);
        panel.marks.retain(|mark| mark.class != "grid");
        panel.marks.extend(self.legend(width).0);
        let levels = self.landscape.levels();
        panel.marks.push(match self.landscape.quadratic() {
            Some(bowl) => frame.level_lines(levels, |x, y| bowl.value(array![x, y].view())),
            None => frame.level_lines(levels, |x, y| rosenbrock([x, y])),
        });
        for (series, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
            panel.marks.push(frame.line(&format!("series-{}", series + 1), path.iter().copied()));
            let places: Vec<Point> = path.iter().map(|&point| frame.at(point)).collect();
            let some = if path.len() <= 60 { &places[1..] } else { &places[places.len() - 1..] };
            panel.marks.extend(some.iter().map(|&place| Mark::marker(series, place, 4.0)));
        }
        let (lowest, name) = self.landscape.mark();
        panel.marks.push(Mark::circle("ring", frame.at(lowest), 8.0));
        panel.marks.push(frame.name("strong", lowest, name));
        let start = frame.at(self.start);
        panel.marks.push(Mark::circle("handle", start, 9.0));
        panel.marks.push(frame.name("strong", self.start, "start"));
        panel.handles.push(Handle::drag("start", start));
        panel
    }

    /// The names of the paths in rows, and the height of the rows.
    fn legend(&self, width: f64) -> (Vec<Mark>, f64) {
        let (mut marks, mut x, mut y) = (Vec::new(), 4.0, 10.0);
        for series in 0..self.runs.len() {
            let label = self.label(series);
            let needed = 44.0 + 8.2 * label.chars().count() as f64;
            if x > 4.0 && x + needed > width {
                (x, y) = (4.0, y + 20.0);
            }
            marks.push(Mark::line(&format!("series-{}", series + 1), [x, y], [x + 26.0, y]));
            let mut marker = Mark::marker(series, [x + 13.0, y], 4.5);
            marker.class = format!("fill-{}", series + 1);
            marks.push(marker);
            let class = if series == self.edited { "strong" } else { "" };
            marks.push(Mark::text(class, [x + 32.0, y + 5.0], "start", label));
            x += needed;
        }
        (marks, y + 10.0)
    }

    /// The height of each path by step.
    fn losses(&self, width: f64, paths: &[Vec<Point>]) -> Panel {
        let steps = self.steps.max(1) as f64;
        let x = Axis::linear("step", 0.0, steps);
        let y = match self.landscape {
            Bowl | Ravine => Axis::log("loss", 1e-6, 1e3),
            Saddle => Axis::linear("loss", -1.5, 2.5),
            Rosenbrock => Axis::log("loss", 1e-6, 1e3),
        };
        let frame = Frame::new(x, y, [width, 230.0]);
        let mut panel = frame.panel("Loss by step");
        for (series, path) in paths.iter().enumerate() {
            let heights = path.iter().map(|&point| self.height(point)).enumerate();
            let points = heights.map(|(step, height)| [step as f64, height]);
            panel.marks.push(frame.line(&format!("series-{}", series + 1), points));
        }
        panel
    }

    /// What a step of gradient descent leaves of the distance along each axis, by learning rate.
    fn factors(&self, width: f64) -> Panel {
        let bowl = self.landscape.quadratic_at(self.start);
        let eigenvalues = bowl.eigenvalues();
        let cliff = bowl.largest_stable_rate();
        let rates = self.runs.iter().filter(|run| run.name() == "SGD").map(|run| run.rate);
        let end = (1.1 * rates.fold(0.0, f64::max)).clamp(1.25 * cliff, 2.5 * cliff);
        let x = Axis::linear("learning rate of SGD", 0.0, end);
        let frame = Frame::new(x, Axis::linear("factor |1 − ηλ|", 0.0, 1.6), [width, 230.0]);
        let mut panel = frame.panel("What a step of SGD leaves of the distance");
        panel.marks.push(frame.line("rule", [[0.0, 1.0], [end, 1.0]]));
        panel.marks.push(frame.line("rule", [[cliff, 0.0], [cliff, 1.6]]));
        panel.marks.push(frame.name("", [cliff, 1.5], "2/λ"));
        for (axis, eigenvalue) in eigenvalues.iter().enumerate() {
            let share = |k: i32| end * f64::from(k) / 120.0;
            let points = (0..=120).map(share).map(|rate| [rate, (1.0 - rate * eigenvalue).abs()]);
            panel.marks.push(frame.line(if axis == 0 { "thin" } else { "thick" }, points));
        }
        for (series, run) in self.runs.iter().enumerate().filter(|(_, run)| run.name() == "SGD") {
            for eigenvalue in &eigenvalues {
                let factor = (1.0 - run.rate * eigenvalue).abs().min(1.6);
                let place = frame.at([run.rate.min(end), factor]);
                panel.marks.push(Mark::marker(series, place, 5.0));
            }
        }
        panel
    }

    fn controls(&self) -> Vec<Control> {
        let run = &self.runs[self.edited];
        let paths = (0..3).map(|index| {
            let shape = ["●", "■", "▲"][index];
            ((index + 1).to_string(), format!("{shape} {}", self.label(index)))
        });
        let mut controls = vec![
            Control::choice("path", "Change the path", (self.edited + 1).to_string(), paths),
            Control::choice("rule", "Rule", run.name(), RULES.map(|rule| (rule, rule))),
        ];
        let rate = digits(run.rate, 3);
        let place = run.rate.log10();
        if run.name() != "none" {
            let ends = [-4.0, 1.0, 0.01];
            controls.push(Control::range("rate", "Learning rate η", place, ends, rate));
        }
        if run.has_momentum() {
            let text = number(run.mu, 2);
            controls.push(Control::range("mu", "Momentum μ", run.mu, [0.0, 0.99, 0.01], text));
        }
        if run.has_squares() {
            let name = if run.name() == "RMSProp" { "Decay β" } else { "β₂" };
            let kept = (1.0 - run.beta2).log10();
            let text = digits(run.beta2, 3 + (run.beta2 > 0.99) as i32);
            controls.push(Control::range("beta2", name, -kept, [0.0, 4.0, 0.05], text));
        }
        let most = self.landscape.most_steps() as f64;
        let text = self.steps.to_string();
        controls.push(Control::range("steps", "Steps", self.steps as f64, [0.0, most, 1.0], text));
        controls.push(Control::button("step", "One step more", (self.steps as f64) < most));
        let names = Landscape::ALL.map(|(_, name, label)| (name, label));
        let [[left, right], [low, high]] = self.landscape.window();
        let [x, y] = self.start;
        let (name, text) = (self.landscape.name(), [x, y].map(|at| number(at, 3)));
        let [x_text, y_text] = text;
        controls.extend([
            Control::choice("landscape", "Landscape", name, names).folded(),
            Control::range("x", "Start, first parameter", x, [left, right, 0.01], x_text).folded(),
            Control::range("y", "Start, second parameter", y, [low, high, 0.001], y_text).folded(),
        ]);
        controls
    }

    fn sentence(&self, paths: &[Vec<Point>]) -> String {
        let (lowest, _) = self.landscape.mark();
        let told = paths.iter().enumerate().filter(|(_, path)| !path.is_empty());
        let told: Vec<String> = told
            .map(|(index, path)| {
                let name = self.label(index);
                let [x, y] = path[path.len() - 1];
                let steps = path.len() - 1;
                if steps < self.steps {
                    return format!("{name} diverged after {steps} steps");
                }
                if self.landscape == Saddle {
                    let left = path.iter().position(|point| point[1].abs() > 1.5);
                    return match left {
                        Some(step) => format!("{name} has left the saddle after {step} steps"),
                        None => format!("{name} is {} from the ridge", digits(y.abs(), 2)),
                    };
                }
                let far = (x - lowest[0]).hypot(y - lowest[1]);
                format!("{name} is {} from the minimum", digits(far, 2))
            })
            .collect();
        let run = &self.runs[self.edited];
        let limit = self.landscape.quadratic_at(self.start).largest_stable_rate();
        let above = run.name() == "SGD" && run.rate > limit;
        let place = if self.landscape == Rosenbrock { " at the start" } else { "" };
        let limit = digits(limit, 2);
        let warning = format!(" The rate of this SGD is above 2/λ = {limit}{place}.");
        let told = told.join("; ");
        let steps = if self.steps == 1 { "step" } else { "steps" };
        format!("After {} {steps}: {told}.{}", self.steps, if above { &warning } else { "" })
    }
}

impl Widget for Paths {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Set(name, value) => self.set(name, value),
            Event::Press(name) if name == "step" => {
                self.steps = (self.steps + 1).min(self.landscape.most_steps());
            }
            Event::Grab(name, at) | Event::Drag(name, at) if name == "start" => {
                self.start = self.frame(width).point(*at);
            }
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        let paths: Vec<Vec<Point>> = self.runs.iter().map(|run| self.path(run)).collect();
        let half = if width >= 560.0 { ((width - 16.0) / 2.0).floor() } else { width };
        let mut values = Vec::new();
        for (index, path) in paths.iter().enumerate() {
            if let Some([x, y]) = path.last() {
                let name = format!("path {}", index + 1);
                values.push((format!("{name}: steps"), (path.len() - 1) as f64));
                values.push((format!("{name}: x"), *x));
                values.push((format!("{name}: y"), *y));
            }
        }
        View {
            sentence: self.sentence(&paths),
            panels: vec![self.map(width, &paths), self.losses(half, &paths), self.factors(half)],
            controls: self.controls(),
            values,
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        state.add("landscape", &self.landscape.name());
        state.add("steps", &self.steps);
        state.add("x", &self.start[0]);
        state.add("y", &self.start[1]);
        for (index, run) in self.runs.iter().enumerate() {
            let index = index + 1;
            state.add(&format!("rule{index}"), &run.name());
            state.add(&format!("rate{index}"), &run.rate);
            state.add(&format!("mu{index}"), &run.mu);
            state.add(&format!("decay{index}"), &run.beta2);
        }
        state.add("path", &(self.edited + 1));
    }
}

impl Paths {
    fn set(&mut self, name: &str, value: &str) {
        let real = value.parse::<f64>().ok().filter(|number| number.is_finite());
        let [x, y] = self.landscape.window();
        match (name, real) {
            ("landscape", _) => {
                let found = Landscape::ALL.iter().find(|known| known.1 == value);
                if let Some(&(landscape, ..)) = found.filter(|known| known.0 != self.landscape) {
                    self.landscape = landscape;
                    self.start = landscape.start();
                    self.steps = self.steps.min(landscape.most_steps());
                }
            }
            ("x", Some(place)) => self.start[0] = place.clamp(x[0], x[1]),
            ("y", Some(place)) => self.start[1] = place.clamp(y[0], y[1]),
            ("steps", Some(steps)) => {
                self.steps = (steps.max(0.0) as usize).min(self.landscape.most_steps());
            }
            ("path", Some(path)) => self.edited = (path as usize).clamp(1, 3) - 1,
            ("rate", Some(place)) => {
                self.runs[self.edited].rate = 10_f64.powf(place.clamp(-4.0, 1.0));
            }
            ("mu", Some(mu)) => self.runs[self.edited].mu = mu.clamp(0.0, 0.999),
            ("beta2", Some(place)) => {
                self.runs[self.edited].beta2 = 1.0 - 10_f64.powf(-place.clamp(0.0, 4.0));
            }
            ("rule", _) if RULES.contains(&value) => {
                let run = &mut self.runs[self.edited];
                *run = Run { mu: run.mu, ..Run::new(value, run.rate) };
            }
            _ => self.set_run(name, value, real),
        }
    }

    /// Names with the number of a path at their end, as the address has them.
    fn set_run(&mut self, name: &str, value: &str, real: Option<f64>) {
        let Some(number) = name.chars().last().and_then(|last| last.to_digit(10)) else { return };
        let Some(run) = self.runs.get_mut((number as usize).wrapping_sub(1)) else { return };
        match (&name[..name.len() - 1], real) {
            ("rule", _) if RULES.contains(&value) => {
                *run = Run { mu: run.mu, ..Run::new(value, run.rate) }
            }
            ("rate", Some(rate)) if rate > 0.0 => run.rate = rate.min(10.0),
            ("mu", Some(mu)) => run.mu = mu.clamp(0.0, 0.999),
            ("decay", Some(decay)) => run.beta2 = decay.clamp(0.0, 0.9999),
            _ => {}
        }
    }
}
