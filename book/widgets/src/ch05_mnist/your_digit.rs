//! A digit on a sheet, what the preparation makes of it, and what the network answers. Page: *Your
//! own digit* (`ch05_mnist/your_digit.md`).

use ch02_forward::Network;
use ch05_mnist::{
    Certainty, Reading, center_digit, center_of_ink, crop_to_ink, find_digit, likeliest, read_digit,
};
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use ndarray::{Array1, Array2};

use crate::ch05_mnist::weights::{Digits, IMAGES};
use crate::view::{Control, Handle, Mark, Panel, Pixels, View, number};
use crate::widget::{Event, State, Widget};

/// A sheet is so many pixels wide and high, a digit on it so many, as in the book's figure.
const SIDE: u32 = 168;
const DIGIT: u32 = 112;
/// The shades of paper and of ink.
const PAPER: u8 = 200;
const INK: u8 = 40;
/// Half the width of the pen.
const PEN: f64 = 6.0;
/// Points of a line that are nearer than this to the last one are left out.
const NEAR: f64 = 2.0;
/// More points than this nobody needs for a digit.
const MOST_POINTS: usize = 800;

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
struct Sheet {
    /// Which test image lies on the sheet; none is a blank sheet.
    image: Option<usize>,
    /// How far right and down it lies.
    shift: [u32; 2],
    /// What was drawn: lines of points.
    lines: Vec<Vec<[u8; 2]>>,
    /// Whether the sheet is prepared, or only scaled down.
    prepared: bool,
    /// As on the title page: the sheet and the answer alone.
    small: bool,
}

/// Over the figure `ch05_mnist/stages`.
pub fn stages() -> Box<dyn Widget> {
    let corner = SIDE - DIGIT;
    let (image, shift) = (Some(0), [corner, corner]);
    Box::new(Sheet { image, shift, lines: Vec::new(), prepared: true, small: false })
}

/// Over the drawing of the title page.
pub fn title() -> Box<dyn Widget> {
    let (image, shift) = (Some(0), [(SIDE - DIGIT) / 2; 2]);
    Box::new(Sheet { image, shift, lines: Vec::new(), prepared: true, small: true })
}

impl Sheet {
    /// The sheet as a scanner sees it: dark on gray.
    fn picture(&self, digits: &Digits) -> GrayImage {
        let mut sheet = GrayImage::from_pixel(SIDE, SIDE, Luma([PAPER]));
        if let Some((pixels, _)) = self.image.and_then(|image| digits.images.get(image)) {
            let digit = GrayImage::from_raw(28, 28, pixels.clone()).expect("28 × 28 pixels");
            let digit = imageops::resize(&digit, DIGIT, DIGIT, FilterType::Triangle);
            for (x, y, ink) in digit.enumerate_pixels() {
                let shade = u32::from(PAPER) - u32::from(ink.0[0]) * u32::from(PAPER - INK) / 255;
                sheet.put_pixel(x + self.shift[0], y + self.shift[1], Luma([shade as u8]));
            }
        }
        for line in &self.lines {
            for pair in line.windows(2) {
                stroke(&mut sheet, pair[0], pair[1]);
            }
            if let [point] = line[..] {
                stroke(&mut sheet, point, point);
            }
        }
        sheet
    }

    /// What the network is given: `[1 × 784]`; nothing if the sheet is blank.
    fn input(&self, sheet: &GrayImage) -> Option<Array2<f64>> {
        if self.prepared {
            return center_digit(sheet).ok();
        }
        find_digit(sheet).ok()?;
        let small = imageops::resize(sheet, 28, 28, FilterType::Triangle);
        Some(Array2::from_shape_fn((1, 784), |(_, k)| f64::from(small.as_raw()[k]) / 255.0))
    }

    /// Adds a point to the line that is being drawn.
    fn draw(&mut self, at: [f64; 2], is_new: bool) {
        let point = at.map(|place| place.clamp(0.0, f64::from(SIDE - 1)).round() as u8);
        let count: usize = self.lines.iter().map(Vec::len).sum();
        if count >= MOST_POINTS {
            return;
        }
        if self.small {
            self.image = None; // who draws on the title page wants a blank sheet
        }
        match self.lines.last_mut() {
            Some(line) if !is_new => {
                let last = line[line.len() - 1];
                let [x, y] = [0, 1].map(|axis| f64::from(point[axis]) - f64::from(last[axis]));
                if x.hypot(y) >= NEAR {
                    line.push(point);
                }
            }
            _ => self.lines.push(vec![point]),
        }
    }

    /// The side of a square panel, and its place in it.
    fn square(width: f64) -> f64 {
        if width >= 560.0 { 300.0 } else { (width - 8.0).min(300.0) }
    }

    fn controls(&self, digits: Option<&Digits>) -> Vec<Control> {
        let blank = [("none".to_owned(), "blank".to_owned())];
        let image = self.image.map_or_else(|| "none".to_owned(), |index| index.to_string());
        let [x, y] = self.shift.map(f64::from);
        let most = f64::from(SIDE - DIGIT);
        let text = |place: f64| number(place, 0);
        let is_blank = self.image.is_none() && self.lines.is_empty();
        let images = blank.into_iter().chain(Digits::choices(digits));
        let mut controls = vec![Control::choice("image", "On the sheet", image, images)];
        if !self.small {
            let label = "Cut out, scaled, centered";
            controls.push(Control::toggle("prepared", label, self.prepared));
        }
        if self.image.is_some() && !self.small {
            controls.extend([
                Control::range("x", "Image to the right", x, [0.0, most, 1.0], text(x)),
                Control::range("y", "Image down", y, [0.0, most, 1.0], text(y)),
            ]);
        }
        controls.push(Control::button("wipe", "Blank sheet", !is_blank));
        controls
    }

    fn sheet_panel(&self, side: f64, sheet: &GrayImage) -> Panel {
        let place = [0.0, 26.0, side, side];
        let shades = sheet.iter().map(|&shade| 1.0 - f64::from(shade) / 255.0);
        let scale = side / f64::from(SIDE);
        let mut marks = vec![Mark::text("name", [0.0, 16.0], "start", "The sheet: draw here")];
        if let Some(ink) = find_digit(sheet).ok().filter(|_| self.prepared) {
            let dark = || ink.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] > 51);
            let (left, right) = (dark().map(|p| p.0).min(), dark().map(|p| p.0).max());
            let (top, bottom) = (dark().map(|p| p.1).min(), dark().map(|p| p.1).max());
            if let (Some(left), Some(right), Some(top), Some(bottom)) = (left, right, top, bottom) {
                let [x, y] = [left, top].map(|at| scale * f64::from(at));
                let [w, h] = [right - left + 1, bottom - top + 1].map(|at| scale * f64::from(at));
                marks.push(Mark::rect("cut", [x, 26.0 + y, w, h]));
                if let Some((dx, dy)) = center_of_ink(&crop_to_ink(&ink)) {
                    marks.extend(cross([x + scale * dx, 26.0 + y + scale * dy]));
                }
            }
        }
        let mut panel = Panel {
            title: "The sheet".to_owned(),
            width: side,
            height: side + 30.0,
            clip: place,
            marks,
            handles: vec![Handle::area("pen")],
            ..Panel::default()
        };
        panel.frame(Pixels::ink(place, SIDE as usize, shades));
        panel
    }
}

/// A cross at the center of the ink.
fn cross([x, y]: [f64; 2]) -> [Mark; 2] {
    [
        Mark::line("cross", [x - 9.0, y], [x + 9.0, y]),
        Mark::line("cross", [x, y - 9.0], [x, y + 9.0]),
    ]
}

/// Inks what is near the way from one point to another, softly at the edge.
fn stroke(sheet: &mut GrayImage, from: [u8; 2], to: [u8; 2]) {
    let ([x1, y1], [x2, y2]) = (from.map(f64::from), to.map(f64::from));
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx * dx + dy * dy;
    let reach = |low: f64, high: f64| {
        let end = f64::from(SIDE - 1);
        let range = [(low - PEN - 1.0).clamp(0.0, end), (high + PEN + 1.0).clamp(0.0, end)];
        range[0] as u32..=range[1] as u32
    };
    for y in reach(y1.min(y2), y1.max(y2)) {
        for x in reach(x1.min(x2), x1.max(x2)) {
            let [px, py] = [f64::from(x) - x1, f64::from(y) - y1];
            let share =
                if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
            let distance = (px - share * dx).hypot(py - share * dy);
            let cover = (PEN + 0.5 - distance).clamp(0.0, 1.0);
            let shade = f64::from(PAPER) - cover * f64::from(PAPER - INK);
            let pixel = sheet.get_pixel_mut(x, y);
            pixel.0[0] = pixel.0[0].min(shade.round() as u8);
        }
    }
}

/// The 28 × 28 pixels that the network is given.
fn input_panel(side: f64, input: Option<&Array2<f64>>) -> Panel {
    let place = [0.0, 26.0, side, side];
    let pixels = input.map(|input| Pixels::ink(place, 28, input.iter().copied()));
    let mut marks = vec![
        Mark::text("name", [0.0, 16.0], "start", "What the network sees"),
        Mark::rect("box", place),
    ];
    marks.extend(cross([14.5 / 28.0 * side, 26.0 + 14.5 / 28.0 * side]));
    Panel {
        title: "The 28 by 28 pixels that the network sees".to_owned(),
        width: side,
        height: side + 30.0,
        clip: place,
        marks,
        pixels: pixels.into_iter().collect(),
        ..Panel::default()
    }
}

/// Ten bars.
fn bars(side: f64, probabilities: &Array1<f64>) -> Panel {
    let mut marks =
        vec![Mark::text("name", [0.0, 16.0], "start", "Ten probabilities, which add up to 1")];
    for (digit, &probability) in probabilities.iter().enumerate() {
        let y = 30.0 + 21.0 * digit as f64;
        let best = digit == likeliest(probabilities.view()) && probability > 0.0;
        let class = if best { "strong" } else { "" };
        marks.push(Mark::text(class, [4.0, y + 14.0], "start", digit.to_string()));
        marks.push(Mark::rect("fill-1", [22.0, y + 2.0, (side - 86.0) * probability, 15.0]));
        let at = [28.0 + (side - 86.0) * probability, y + 14.0];
        let percent = format!("{} %", number(100.0 * probability, 1));
        marks.push(Mark::text(class, at, "start", percent));
    }
    let (title, height) = ("The probability of each digit".to_owned(), 250.0);
    Panel { title, width: side, height, clip: [0.0, 0.0, side, height], marks, ..Panel::default() }
}

/// The hidden neurons that speak loudest for a digit, with their weights as images.
fn neurons(side: f64, network: &Network<f64>, input: &Array2<f64>, digit: usize) -> Panel {
    let [hidden, output] = [&network.layers[0], &network.layers[1]];
    let active = hidden.activate(hidden.dense.forward(input.view()).view());
    let votes: Vec<f64> =
        active.row(0).iter().zip(output.dense.weights.column(digit)).map(|(a, w)| a * w).collect();
    let mut order: Vec<usize> = (0..votes.len()).collect();
    order.sort_by(|&a, &b| votes[b].total_cmp(&votes[a]));
    let firing = active.iter().filter(|a| **a > 0.0).count();
    let text = format!("Loudest for {digit}, of {firing} that fire:");
    let cell = (side - 20.0) / 3.0;
    let height = 28.0 + 2.0 * (cell + 22.0);
    let mut panel = Panel {
        title: format!("The six hidden neurons that add most to the logit of {digit}"),
        width: side,
        height,
        clip: [0.0, 0.0, side, height],
        marks: vec![Mark::text("name", [0.0, 16.0], "start", text)],
        ..Panel::default()
    };
    for (place, &neuron) in order.iter().take(6).filter(|&&neuron| votes[neuron] > 0.0).enumerate()
    {
        let (x, y) =
            ((cell + 10.0) * (place % 3) as f64, 28.0 + (cell + 22.0) * (place / 3) as f64);
        let weights = hidden.dense.weights.column(neuron).to_vec();
        panel.frame(Pixels::scaled([x, y, cell, cell], 28, &weights));
        let vote = format!("+{}", number(votes[neuron], 1));
        panel.marks.push(Mark::text("", [x + cell / 2.0, y + cell + 15.0], "middle", vote));
    }
    panel
}

/// What the reader is told: an answer and how sure it is, or none, by the limits of the chapter.
fn sentence(sheet: &Sheet, label: Option<u8>, reading: Option<&Reading>) -> String {
    let Some(reading) = reading else {
        return "The sheet is blank. Draw a digit on it, or put a test image there.".to_owned();
    };
    let (digit, other) = (reading.digit(), reading.runner_up());
    let percent = |digit: usize| format!("{} %", number(100.0 * reading.moved[digit], 1));
    let mean = "in the mean of nine places, a pixel apart";
    let answer = match reading.certainty() {
        Certainty::NotSure => format!(
            "The network is not sure. It may be a {digit} ({}) or a {other} ({}), {mean}.",
            percent(digit),
            percent(other)
        ),
        sure => format!("The network reads {digit} ({sure}): {} {mean}.", percent(digit)),
    };
    let truth = match label {
        Some(label) if usize::from(label) == digit => " That is right.".to_owned(),
        Some(label) => format!(" It is a {label}."),
        None => String::new(),
    };
    let how = if sheet.prepared { "" } else { " The sheet was only scaled down." };
    format!("{answer}{truth}{how}")
}

impl Widget for Sheet {
    fn on(&mut self, event: &Event, width: f64) {
        let scale = f64::from(SIDE) / Self::square(width);
        let on_sheet = |at: &[f64; 2]| [scale * at[0], scale * (at[1] - 26.0)];
        match event {
            Event::Grab(name, at) if name == "pen" => self.draw(on_sheet(at), true),
            Event::Drag(name, at) if name == "pen" => self.draw(on_sheet(at), false),
            Event::Press(name) if name == "wipe" => {
                self.image = None;
                self.lines.clear();
            }
            Event::Set(name, value) => self.set(name, value),
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        let side = Self::square(width);
        let digits = Digits::kept();
        let Some(digits) = digits.as_deref() else {
            let controls = self.controls(None);
            return View { needs: "digits", controls, ..View::default() };
        };
        let sheet = self.picture(digits);
        let input = self.input(&sheet);
        let reading = input.as_ref().map(|input| read_digit(&digits.network, input));
        let probabilities = reading.as_ref().map(|reading| &reading.probabilities);
        let zeros = Array1::zeros(10);
        let mut panels = vec![self.sheet_panel(side, &sheet)];
        if !self.small {
            panels.push(input_panel(side, input.as_ref()));
        }
        panels.push(bars(side, probabilities.unwrap_or(&zeros)));
        if let (Some(input), Some(reading), false) = (&input, &reading, self.small) {
            panels.push(neurons(side, &digits.network, input, reading.digit()));
        }
        let image = self.image.and_then(|image| digits.images.get(image));
        let label = image.filter(|_| self.lines.is_empty()).map(|image| image.1);
        let values = probabilities.iter().flat_map(|shares| shares.iter().enumerate());
        let values = values.map(|(digit, &share)| (format!("probability of {digit}"), share));
        let confidence = reading.iter().map(|reading| ("confidence".into(), reading.confidence()));
        View {
            sentence: sentence(self, label, reading.as_ref()),
            panels,
            controls: self.controls(Some(digits)),
            values: values.chain(confidence).collect(),
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        let image = self.image.map_or_else(|| "none".to_owned(), |index| index.to_string());
        let hex = |line: &Vec<[u8; 2]>| {
            line.iter().map(|[x, y]| format!("{x:02x}{y:02x}")).collect::<String>()
        };
        let lines: Vec<String> = self.lines.iter().map(hex).collect();
        state.add("image", &image);
        state.add("x", &self.shift[0]);
        state.add("y", &self.shift[1]);
        state.add("prepared", &self.prepared);
        state.add("ink", &lines.join("-"));
    }
}

impl Sheet {
    fn set(&mut self, name: &str, value: &str) {
        let whole = value.parse::<u32>().ok();
        match (name, whole) {
            ("image", Some(image)) => {
                self.image = Some((image as usize).min(IMAGES - 1));
                self.lines.clear();
            }
            ("image", None) => self.image = None,
            ("x", Some(x)) => self.shift[0] = x.min(SIDE - DIGIT),
            ("y", Some(y)) => self.shift[1] = y.min(SIDE - DIGIT),
            ("prepared", _) => self.prepared = value == "true",
            ("ink", _) => self.lines = lines(value),
            _ => {}
        }
    }
}

/// Lines as the address has them; what cannot be read is left out.
fn lines(text: &str) -> Vec<Vec<[u8; 2]>> {
    let number = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(text, 16).ok().map(|place| place.min(SIDE as u8 - 1))
    };
    let point = |four: &[u8]| Some([number(&four[..2])?, number(&four[2..])?]);
    let lines = text.split('-').map(|line| line.as_bytes().chunks_exact(4).filter_map(point));
    let lines = lines.map(|points| points.take(MOST_POINTS).collect());
    lines.filter(|line: &Vec<[u8; 2]>| !line.is_empty()).take(64).collect()
}
