//! Masks that are tossed, and the sum that is left: its mean approaches that of the whole layer. Page:
//! *Dropout* (`ch06_overfitting/dropout.md`).

use ch06_overfitting::Dropout;
use ndarray::{Array1, Array2};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::plot::{Axis, Frame};
use crate::view::{Control, Handle, Mark, Panel, View, number};
use crate::widget::{Event, State, Widget};

/// The seed of the chapter's figure, its inputs, its masks for each share, and the shares.
const SEED: u64 = 6;
const INPUTS: usize = 50;
const MASKS: usize = 4_000;
const SHARES: [f64; 10] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
/// So many masks can be tossed here.
const MOST: usize = 1_000;
/// The masks of a share are drawn in so many pieces.
const PIECES: usize = 4;

/// The layer of the figure: what each input contributes to the sum.
#[derive(Debug, Clone)]
struct Figure {
    contributions: Array1<f64>,
    /// The generator after what has been drawn.
    generator: ChaCha8Rng,
    /// The sums of the share that is being measured, and the deviations of those before it.
    sums: Vec<f64>,
    deviations: Vec<f64>,
}

impl Figure {
    /// Draws inputs and weights as the chapter's program does, after its masks for three images.
    fn new() -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(SEED);
        for keep in [0.8, 0.5, 0.2] {
            for _ in 0..3 {
                let _image: Array2<f64> = Dropout { keep }.mask((28, 28), &mut generator);
            }
        }
        let inputs = Array1::from_shape_simple_fn(INPUTS, || generator.random::<f64>());
        let weights =
            Array1::from_shape_simple_fn(INPUTS, || 2.0 * generator.random::<f64>() - 1.0);
        let contributions = inputs * weights;
        Self { contributions, generator, sums: Vec::new(), deviations: Vec::new() }
    }

    fn is_done(&self) -> bool {
        self.deviations.len() == SHARES.len()
    }

    /// Draws some more masks of the figure.
    fn work(&mut self) {
        if self.is_done() {
            return;
        }
        let keep = SHARES[self.deviations.len()];
        let shape = (MASKS / PIECES, INPUTS);
        let masks: Array2<f64> = Dropout { keep }.mask(shape, &mut self.generator);
        self.sums.extend(masks.dot(&self.contributions));
        if self.sums.len() == MASKS {
            self.deviations.push(Array1::from(std::mem::take(&mut self.sums)).std(0.0));
        }
    }
}

/// The state of the widget.
#[derive(Debug, Clone)]
struct Tosses {
    /// ν in percent.
    keep: usize,
    /// How many masks have been tossed.
    count: usize,
    figure: Figure,
}

/// Over the figure `ch06_overfitting/dropped-sum`.
pub fn dropped_sum() -> Box<dyn Widget> {
    Box::new(Tosses { keep: 50, count: 10, figure: Figure::new() })
}

/// What follows from the masks that were tossed.
struct Seen {
    /// The last mask, with 0 for what was dropped.
    mask: Array1<f64>,
    sums: Array1<f64>,
}

impl Tosses {
    fn share(&self) -> f64 {
        self.keep as f64 / 100.0
    }

    fn toss(&self) -> Seen {
        let mut generator = ChaCha8Rng::seed_from_u64(SEED);
        let shape = (self.count, INPUTS);
        let masks: Array2<f64> = Dropout { keep: self.share() }.mask(shape, &mut generator);
        let sums = masks.dot(&self.figure.contributions);
        let mask = masks.rows().into_iter().next_back().map(|row| row.to_owned());
        Seen { mask: mask.unwrap_or_else(|| Array1::ones(INPUTS)), sums }
    }

    fn whole(&self) -> f64 {
        self.figure.contributions.sum()
    }

    /// The deviation of the sum by the formula of the page.
    fn deviation(&self, keep: f64) -> f64 {
        let contributions = &self.figure.contributions;
        ((1.0 - keep) / keep * contributions.dot(contributions)).sqrt()
    }

    /// The fifty units under the last mask, and the sum of each toss.
    fn tosses(&self, width: f64, seen: &Seen) -> Panel {
        let far = 3.0 * self.deviation(0.2);
        let whole = self.whole();
        let y = Axis::linear("", 0.0, 1.0);
        let x = Axis::linear("sum of what is kept, times 1/ν", whole - far, whole + far);
        let mut frame = Frame::new(x, y, [width, 250.0]);
        frame.place = [10.0, 66.0, width - 24.0, 138.0];
        let [left, top, across, down] = frame.place;
        let title = "The last mask on fifty inputs, and the sum of each toss";
        let size = [width, top + down + 46.0];
        let mut marks = vec![Mark::text("name", [left, 14.0], "start", "the last mask")];
        let cell = across / (INPUTS as f64 / 2.0);
        for (unit, &kept) in seen.mask.iter().enumerate() {
            let x = left + cell * (unit % (INPUTS / 2)) as f64;
            let y = 22.0 + 18.0 * (unit / (INPUTS / 2)) as f64;
            let class = if kept > 0.0 { "fill-1" } else { "box" };
            marks.push(Mark::rect(class, [x + 1.0, y, cell - 3.0, 14.0]));
        }
        let axis = frame.panel("");
        // The axis on the left counts nothing.
        let is_left = |mark: &Mark| mark.attributes.contains(&("text-anchor", "end".to_owned()));
        marks.extend(axis.marks.into_iter().filter(|m| m.class != "grid" && !is_left(m)));
        let rows = 12;
        let step = (down - 16.0) / f64::from(rows);
        let mut dots = String::new();
        for (toss, &sum) in seen.sums.iter().enumerate() {
            let y = top + down - 10.0 - step * (toss % rows as usize) as f64;
            let [x, _] = frame.at([sum, 0.0]);
            if (left..left + across).contains(&x) {
                dots.push_str(&circle([x, y], if self.count > 100 { 2.0 } else { 3.5 }));
            }
        }
        marks.push(Mark::drawn("point in", dots));
        marks.push(frame.line("thick", [[whole, 0.0], [whole, 1.0]]));
        let name = format!("whole layer: {}", number(whole, 2));
        marks.push(frame.name("strong", [whole, 0.93], &name));
        if let Some(mean) = seen.sums.mean() {
            let [x, _] = frame.at([mean, 0.0]);
            marks.push(Mark::marker(2, [x, top + down], 8.0));
        }
        Panel {
            title: title.to_owned(),
            width: size[0],
            height: size[1],
            clip: [0.0, 0.0, size[0], size[1]],
            marks,
            ..Panel::default()
        }
    }

    fn frame(width: f64) -> Frame {
        let x = Axis::linear("share ν of inputs kept", 0.0, 1.0);
        let y = Axis::linear("standard deviation of the sum", 0.0, 8.0);
        Frame::new(x, y, [width, 280.0])
    }

    fn spread(&self, width: f64, seen: &Seen) -> Panel {
        let frame = Self::frame(width);
        let mut panel = frame.panel("The spread of the sum, by the share that is kept");
        let shares = (5..=100).map(|percent| f64::from(percent) / 100.0);
        panel.marks.push(frame.line("series-1", shares.map(|keep| [keep, self.deviation(keep)])));
        for (&keep, &deviation) in SHARES.iter().zip(&self.figure.deviations) {
            panel.marks.push(Mark::marker(1, frame.at([keep, deviation]), 5.0));
        }
        let [left, top, across, _] = frame.place;
        let at = [left + across - 190.0, top + 18.0];
        panel.marks.push(Mark::line("series-1", at, [at[0] + 30.0, at[1]]));
        panel.marks.push(Mark::text("halo", [at[0] + 38.0, at[1] + 5.0], "start", "formula"));
        panel.marks.push(Mark::marker(1, [at[0] + 15.0, at[1] + 20.0], 5.0));
        let name = "4,000 masks each";
        panel.marks.push(Mark::text("halo", [at[0] + 38.0, at[1] + 25.0], "start", name));
        panel.marks.push(Mark::circle("ring", [at[0] + 15.0, at[1] + 40.0], 6.0));
        let name = format!("your {} tosses", self.count);
        panel.marks.push(Mark::text("halo", [at[0] + 38.0, at[1] + 45.0], "start", name));
        let keep = self.share();
        if self.count > 1 {
            let at = frame.at([keep, seen.sums.std(0.0)]);
            panel.marks.push(Mark::circle("ring", at, 6.0));
        }
        let at = frame.at([keep, self.deviation(keep)]);
        panel.marks.push(frame.line("rule", [[keep, 0.0], [keep, 8.0]]));
        panel.marks.push(Mark::circle("handle", at, 9.0));
        panel.handles.push(Handle::drag("keep", at));
        panel
    }

    fn sentence(&self, seen: &Seen) -> String {
        let kept = seen.mask.iter().filter(|kept| **kept > 0.0).count();
        let begin = format!(
            "Kept with probability {}. The whole layer sums to {}.",
            number(self.share(), 2),
            number(self.whole(), 2)
        );
        match self.count {
            0 => format!("{begin} No mask has been tossed."),
            1 => format!(
                "{begin} One mask, which keeps {kept} of {INPUTS}, leaves {}.",
                number(seen.sums[0], 2)
            ),
            count => format!(
                "{begin} The mean over {count} masks is {}; one mask is off by {} (standard deviation), \
                 by the formula {}.",
                number(seen.sums.mean().unwrap_or_default(), 2),
                number(seen.sums.std(0.0), 2),
                number(self.deviation(self.share()), 2),
            ),
        }
    }
}

/// A small disk as part of a path.
fn circle([x, y]: [f64; 2], radius: f64) -> String {
    use crate::view::px;
    let (across, r) = (px(2.0 * radius), px(radius));
    format!("M{} {}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0 -{across} 0", px(x - radius), px(y))
}

impl Widget for Tosses {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Grab(name, at) | Event::Drag(name, at) if name == "keep" => {
                let [keep, _] = Self::frame(width).point(*at);
                self.keep = ((100.0 * keep).round() as usize).clamp(10, 100);
            }
            Event::Press(name) => {
                let more = match name.as_str() {
                    "one" => 1,
                    "ten" => 10,
                    "hundred" => 100,
                    "again" => {
                        self.count = 0;
                        0
                    }
                    _ => 0,
                };
                self.count = (self.count + more).min(MOST);
            }
            Event::Set(name, value) => {
                let real = value.parse::<f64>().ok().filter(|number| number.is_finite());
                match (name.as_str(), real) {
                    ("keep", Some(keep)) => {
                        self.keep = ((100.0 * keep).round().max(0.0) as usize).clamp(10, 100);
                    }
                    ("count", Some(count)) => self.count = (count.max(0.0) as usize).min(MOST),
                    _ => {}
                }
            }
            _ => {}
        }
        self.figure.work();
    }

    fn view(&self, width: f64) -> View {
        let seen = self.toss();
        let keep = self.share();
        let more = self.count < MOST;
        let mut values: Vec<(String, f64)> = SHARES
            .iter()
            .zip(&self.figure.deviations)
            .map(|(keep, &deviation)| (format!("deviation at {keep}"), deviation))
            .collect();
        values.push(("whole".to_owned(), self.whole()));
        values.push(("mean".to_owned(), seen.sums.mean().unwrap_or_default()));
        View {
            sentence: self.sentence(&seen),
            working: !self.figure.is_done(),
            panels: vec![self.tosses(width, &seen), self.spread(width, &seen)],
            controls: vec![
                Control::range("keep", "Share kept, ν", keep, [0.1, 1.0, 0.01], number(keep, 2)),
                Control::button("one", "Toss a mask", more),
                Control::button("ten", "Toss ten", more),
                Control::button("hundred", "Toss a hundred", more),
                Control::button("again", "No mask", self.count > 0),
            ],
            values,
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        state.add("keep", &self.share());
        state.add("count", &self.count);
    }
}
