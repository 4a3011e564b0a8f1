//! Axes, lines and level lines, drawn in the pixels of a panel.

use crate::view::{Mark, Panel, digits, number, push_point, superscript};

/// The size of letters in pixels, and how wide a letter is at most on the average.
pub const TEXT: f64 = 14.0;
const LETTER: f64 = 8.2;

/// An axis: its name, its ends, and whether it counts in powers of ten.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    name: String,
    low: f64,
    high: f64,
    log: bool,
}

impl Axis {
    /// An axis on which equal steps have equal lengths.
    pub fn linear(name: impl Into<String>, low: f64, high: f64) -> Self {
        Self { name: name.into(), low, high, log: false }
    }

    /// An axis on which equal factors have equal lengths.
    pub fn log(name: impl Into<String>, low: f64, high: f64) -> Self {
        Self { name: name.into(), low, high, log: true }
    }

    /// The share of the axis before a value: 0 at its low end, 1 at its high end.
    fn share(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.log { value.max(1e-300).log10() } else { value };
        (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low))
    }

    /// The value before which there is such a share of the axis.
    fn value(&self, share: f64) -> f64 {
        if self.log {
            let (low, high) = (self.low.log10(), self.high.log10());
            return 10_f64.powf(low + share * (high - low));
        }
        self.low + share * (self.high - self.low)
    }

    /// Round values along the axis, at most so many, and how each is written.
    pub fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        if self.log {
            let ends = [self.low.log10().ceil() as i32, self.high.log10().floor() as i32];
            let every = 1 + (ends[1] - ends[0]).max(0) / most as i32;
            let powers = (ends[0]..=ends[1]).filter(|power| power % every == 0);
            let name = |power: i32| match power {
                -2..=3 => digits(10_f64.powi(power), 1),
                _ => format!("10{}", superscript(power)),
            };
            return powers.map(|power| (10_f64.powi(power), name(power))).collect();
        }
        let rough = (self.high - self.low) / most.max(1) as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
        let step = steps.into_iter().find(|step| *step >= 0.999 * rough).unwrap_or(10.0 * power);
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let [first, last] =
            [(self.low / step - 1e-9).ceil() as i64, (self.high / step + 1e-9).floor() as i64];
        (first..=last).map(|k| k as f64 * step).map(|at| (at, number(at, decimals))).collect()
    }
}

/// A rectangle of a panel with an axis below and an axis on the left.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The axis below.
    pub x: Axis,
    /// The axis on the left.
    pub y: Axis,
    /// Left, top, width and height in the panel.
    pub place: [f64; 4],
}

impl Frame {
    /// A frame that fills a panel of this size, but for what is written around it.
    pub fn new(x: Axis, y: Axis, [width, height]: [f64; 2]) -> Self {
        let most = (height / 50.0) as usize;
        let longest = y.ticks(most.max(2)).iter().map(|tick| tick.1.chars().count()).max();
        let left = 10.0 + LETTER * longest.unwrap_or(1) as f64;
        let top = if y.name.is_empty() { 10.0 } else { 28.0 };
        let below = if x.name.is_empty() { 26.0 } else { 46.0 };
        Self { x, y, place: [left, top, width - left - 14.0, height - top - below] }
    }

    /// Where a point of the plane is in the panel.
    pub fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [left, top, width, height] = self.place;
        [left + width * self.x.share(x), top + height * (1.0 - self.y.share(y))]
    }

    /// Which point of the plane is at a place in the panel; the nearest one of the frame if the
    /// place is outside.
    pub fn point(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [left, top, width, height] = self.place;
        let share = |at: f64| at.clamp(0.0, 1.0);
        [self.x.value(share((x - left) / width)), self.y.value(share(1.0 - (y - top) / height))]
    }

    /// A panel with the frame and both axes.
    pub fn panel(&self, title: impl Into<String>) -> Panel {
        let [left, top, width, height] = self.place;
        let below = if self.x.name.is_empty() { 26.0 } else { 46.0 };
        let [right, bottom] = [left + width, top + height];
        let mut panel = Panel {
            title: title.into(),
            width: right + 14.0,
            height: bottom + below,
            clip: self.place,
            ..Panel::default()
        };
        for (value, name) in self.x.ticks(((width / 70.0) as usize).max(2)) {
            let [x, _] = self.at([value, self.y.low]);
            panel.marks.push(Mark::line("grid", [x, top], [x, bottom]));
            panel.marks.push(Mark::text("", [x, bottom + 18.0], "middle", name));
        }
        for (value, name) in self.y.ticks(((height / 50.0) as usize).max(2)) {
            let [_, y] = self.at([self.x.low, value]);
            panel.marks.push(Mark::line("grid", [left, y], [right, y]));
            panel.marks.push(Mark::text("", [left - 6.0, y + 5.0], "end", name));
        }
        panel.marks.push(Mark::line("axis", [left, bottom], [right, bottom]));
        panel.marks.push(Mark::line("axis", [left, top], [left, bottom]));
        let (x, y) = (&self.x.name, &self.y.name);
        if !x.is_empty() {
            let at = [left + width / 2.0, bottom + 38.0];
            panel.marks.push(Mark::text("name", at, "middle", x));
        }
        if !y.is_empty() {
            panel.marks.push(Mark::text("name", [2.0, top - 12.0], "start", y));
        }
        panel
    }

    /// A line through points of the plane.
    pub fn line(&self, class: &str, points: impl IntoIterator<Item = [f64; 2]>) -> Mark {
        Mark::path(&format!("{class} in"), points.into_iter().map(|point| self.at(point)))
    }

    /// A name beside a point of the plane, inside the frame.
    pub fn name(&self, class: &str, point: [f64; 2], name: &str) -> Mark {
        let [x, y] = self.at(point);
        let room = self.place[0] + self.place[2] - x;
        let before = room < 16.0 + LETTER * name.chars().count() as f64;
        let (x, anchor) = if before { (x - 12.0, "end") } else { (x + 12.0, "start") };
        Mark::text(&format!("{class} halo"), [x, y + 5.0], anchor, name)
    }

    /// The lines on which a function of the plane has one of these values.
    pub fn level_lines(&self, levels: &[f64], function: impl Fn(f64, f64) -> f64) -> Mark {
        const CELLS: [usize; 2] = [96, 72];
        let [columns, rows] = CELLS;
        let share = |k: usize, count: usize| k as f64 / count as f64;
        let corners: Vec<f64> = (0..=rows)
            .flat_map(|row| (0..=columns).map(move |column| (column, row)))
            .map(|(column, row)| {
                function(self.x.value(share(column, columns)), self.y.value(share(row, rows)))
            })
            .collect();
        let [left, top, width, height] = self.place;
        let place = |[x, y]: [f64; 2]| {
            [left + width * x / columns as f64, top + height * (1.0 - y / rows as f64)]
        };
        let mut line = String::new();
        for &level in levels {
            for row in 0..rows {
                for column in 0..columns {
                    let height = |dx: usize, dy: usize| {
                        corners[(row + dy) * (columns + 1) + column + dx] - level
                    };
                    let cell = [height(0, 0), height(1, 0), height(1, 1), height(0, 1)];
                    for ends in crossings(cell) {
                        let [from, to] =
                            ends.map(|[x, y]| place([column as f64 + x, row as f64 + y]));
                        push_point(&mut line, 'M', from);
                        push_point(&mut line, 'L', to);
                    }
                }
            }
        }
        Mark::drawn("level in", line)
    }
}

/// Where zero passes through a cell with these heights at its corners, which are named around it
/// from (0, 0): the ends of at most two straight lines.
fn crossings(corners: [f64; 4]) -> impl Iterator<Item = [[f64; 2]; 2]> {
    const AT: [[f64; 2]; 4] = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    let (mut ends, mut count) = ([[0.0; 2]; 4], 0);
    for side in 0..4 {
        let (from, to) = (side, (side + 1) % 4);
        let (low, high) = (corners[from], corners[to]);
        if (low < 0.0) != (high < 0.0) {
            let share = low / (low - high);
            let mix = |axis: usize| AT[from][axis] + share * (AT[to][axis] - AT[from][axis]);
            ends[count] = [mix(0), mix(1)];
            count += 1;
        }
    }
    (0..count / 2).map(move |line| [ends[2 * line], ends[2 * line + 1]])
}
