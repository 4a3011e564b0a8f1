//! What a reader sees of a widget: panels with marks, native controls, and a sentence.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;

/// All that is shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct View {
    /// What differs from the state of the figure, as `name=value` with `;` between.
    pub state: String,
    /// Which data it still needs before it can show anything; empty if none.
    pub needs: &'static str,
    /// Whether more is still being computed: each [`Event::Work`](crate::Event::Work) does a piece.
    pub working: bool,
    /// The state in words.
    pub sentence: String,
    /// The pictures, in the order of reading.
    pub panels: Vec<Panel>,
    /// What can be set, in the order of the keyboard.
    pub controls: Vec<Control>,
    /// Exact numbers, by which a native and a compiled widget are compared.
    pub values: Vec<(String, f64)>,
}

/// A picture, drawn in CSS pixels.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Panel {
    /// Its heading, which screen readers say too.
    pub title: String,
    /// Its width in pixels.
    pub width: f64,
    /// Its height in pixels.
    pub height: f64,
    /// Left, top, width and height of the part in which marks of the class `in` are seen.
    pub clip: [f64; 4],
    /// What is drawn, from back to front.
    pub marks: Vec<Mark>,
    /// Pictures made of pixels, behind the marks.
    pub pixels: Vec<Pixels>,
    /// What can be dragged or tapped.
    pub handles: Vec<Handle>,
}

/// Writes numbers as Rust displays them: serde_json's own way has tables of 10 kB.
struct Displayed;

impl Formatter for Displayed {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        write!(writer, "{value}")
    }
}

impl View {
    /// The view as the script is told it.
    pub fn to_json(&self) -> String {
        let mut json = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut json, Displayed);
        self.serialize(&mut serializer).expect("a view has no maps with other keys");
        String::from_utf8(json).expect("JSON is text")
    }
}

impl Panel {
    /// A picture made of pixels, in a frame.
    pub fn frame(&mut self, pixels: Pixels) {
        self.marks.push(Mark::rect("box", pixels.place));
        self.pixels.push(pixels);
    }
}

/// An SVG element.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// Its name, such as `path`.
    pub tag: &'static str,
    /// Its classes, which the style sheet colors.
    pub class: String,
    /// Its other attributes.
    #[serde(serialize_with = "as_map")]
    pub attributes: Vec<(&'static str, String)>,
    /// The text inside.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

fn as_map<S: Serializer>(pairs: &[(&'static str, String)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

/// A length as an attribute: to a tenth of a pixel.
pub fn px(length: f64) -> String {
    let mut text = String::new();
    push_px(&mut text, length);
    text
}

/// Writes a length behind a text. There are thousands in a picture, so it is done with integers.
fn push_px(text: &mut String, length: f64) {
    let tenths = (10.0 * length.clamp(-1e5, 1e5)).round() as i32; // not a number becomes 0
    if tenths < 0 {
        text.push('-');
    }
    let (mut whole, tenth) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    let mut unit = 1;
    while whole / unit >= 10 {
        unit *= 10;
    }
    let digit = |text: &mut String, digit: u32| text.push(char::from(b'0' + digit as u8));
    while unit > 0 {
        digit(text, whole / unit);
        whole %= unit;
        unit /= 10;
    }
    if tenth > 0 {
        text.push('.');
        digit(text, tenth);
    }
}

impl Mark {
    fn new(tag: &'static str, class: &str, lengths: &[(&'static str, f64)]) -> Self {
        let attributes = lengths.iter().map(|&(name, length)| (name, px(length))).collect();
        Self { tag, class: class.to_owned(), attributes, text: String::new() }
    }

    /// A circle.
    pub fn circle(class: &str, [x, y]: [f64; 2], radius: f64) -> Self {
        Self::new("circle", class, &[("cx", x), ("cy", y), ("r", radius)])
    }

    /// A straight line.
    pub fn line(class: &str, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2]) -> Self {
        Self::new("line", class, &[("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)])
    }

    /// A rectangle with its left, its top, its width and its height.
    pub fn rect(class: &str, [x, y, width, height]: [f64; 4]) -> Self {
        let lengths = [("x", x), ("y", y), ("width", width.max(0.0)), ("height", height.max(0.0))];
        Self::new("rect", class, &lengths)
    }

    /// A text that begins (`start`), is centered (`middle`) or ends (`end`) at a point.
    pub fn text(class: &str, [x, y]: [f64; 2], anchor: &str, text: impl Into<String>) -> Self {
        let mut mark = Self::new("text", class, &[("x", x), ("y", y)]);
        mark.attributes.push(("text-anchor", anchor.to_owned()));
        mark.text = text.into();
        mark
    }

    /// A line through points; it is broken where a coordinate is not a number.
    pub fn path(class: &str, points: impl IntoIterator<Item = [f64; 2]>) -> Self {
        let (mut line, mut pen) = (String::new(), 'M');
        for [x, y] in points {
            if x.is_nan() || y.is_nan() {
                pen = 'M';
                continue;
            }
            push_point(&mut line, pen, [x, y]);
            pen = 'L';
        }
        Self::drawn(class, line)
    }

    /// Closed outlines or lines, as SVG writes them.
    pub fn drawn(class: &str, line: String) -> Self {
        let attributes = vec![("d", line)];
        Self { tag: "path", class: class.to_owned(), attributes, text: String::new() }
    }

    /// The shape of a series' marker around a point: a disk, a square, a triangle.
    pub fn marker(series: usize, [x, y]: [f64; 2], radius: f64) -> Self {
        let class = format!("fill-{} in", series + 1);
        let corners = match series % 3 {
            0 => return Self::circle(&class, [x, y], radius),
            1 => vec![[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
            _ => vec![[0.0, -1.3], [1.15, 0.7], [-1.15, 0.7]],
        };
        let corners = corners.into_iter().map(|[dx, dy]| [x + dx * radius, y + dy * radius]);
        let mut mark = Self::path(&class, corners);
        mark.attributes[0].1.push('Z');
        mark
    }
}

/// Moves the pen of a line to a point (`M`), or draws with it (`L`).
pub fn push_point(line: &mut String, pen: char, [x, y]: [f64; 2]) {
    line.push(pen);
    push_px(line, x);
    line.push(' ');
    push_px(line, y);
}

/// A picture of small squares.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pixels {
    /// Left, top, width and height in the panel.
    pub place: [f64; 4],
    /// How many squares a row has.
    pub columns: usize,
    /// `ink`: from nothing to the color of text; `signed`: negative and positive.
    pub scale: &'static str,
    /// A square each, as two hexadecimal digits: 0 to 255; `signed` has its zero at 128.
    pub shades: String,
}

impl Pixels {
    /// Shades from 0 to 1.
    pub fn ink(place: [f64; 4], columns: usize, shades: impl Iterator<Item = f64>) -> Self {
        Self { place, columns, scale: "ink", shades: hex(shades.map(|shade| 255.0 * shade)) }
    }

    /// Any numbers, as shares of the largest.
    pub fn scaled(place: [f64; 4], columns: usize, numbers: &[f64]) -> Self {
        let largest = numbers.iter().fold(1e-9_f64, |most, number| most.max(number.abs()));
        Self::signed(place, columns, numbers.iter().map(|number| number / largest))
    }

    /// Numbers from −1 to 1.
    pub fn signed(place: [f64; 4], columns: usize, numbers: impl Iterator<Item = f64>) -> Self {
        let shades = hex(numbers.map(|number| 128.0 + 127.0 * number.clamp(-1.0, 1.0)));
        Self { place, columns, scale: "signed", shades }
    }
}

fn hex(shades: impl Iterator<Item = f64>) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * shades.size_hint().0);
    for shade in shades {
        let byte = (shade + 0.5).clamp(0.0, 255.0) as u8;
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
    text
}

/// A place in a panel that pointer and finger can take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Handle {
    /// What the event will be called.
    pub name: String,
    /// `drag`, `tap`, or `area`: the whole panel is dragged over.
    pub kind: &'static str,
    /// Where its middle is.
    pub at: [f64; 2],
    /// How far around it is taken.
    pub radius: f64,
}

impl Handle {
    /// Something to be dragged.
    pub fn drag(name: impl Into<String>, at: [f64; 2]) -> Self {
        Self { name: name.into(), kind: "drag", at, radius: 22.0 }
    }

    /// Something to be tapped, which has the effect of a button of that name.
    pub fn tap(name: impl Into<String>, at: [f64; 2], radius: f64) -> Self {
        Self { name: name.into(), kind: "tap", at, radius }
    }

    /// A panel to be drawn on.
    pub fn area(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: "area", at: [0.0, 0.0], radius: 0.0 }
    }
}

/// Something of HTML that can be set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Control {
    /// What the event will be called.
    pub name: String,
    /// What the reader is told that it is.
    pub label: String,
    /// Whether it stands in the fold, because few need it.
    pub folded: bool,
    /// What it looks like, and its value.
    #[serde(flatten)]
    pub kind: Kind,
}

/// The kinds of controls.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    /// A slider.
    Range {
        /// Where it stands.
        value: f64,
        /// Where it ends on the left.
        low: f64,
        /// Where it ends on the right.
        high: f64,
        /// How far a press of an arrow key goes.
        step: f64,
        /// What it stands for.
        text: String,
    },
    /// One of several.
    Choice {
        /// Which one, by its name.
        value: String,
        /// Name and label of each.
        options: Vec<(String, String)>,
    },
    /// On or off.
    Toggle {
        /// Whether it is on.
        value: bool,
    },
    /// Something to be done.
    Button {
        /// Whether it can be done now.
        enabled: bool,
    },
}

impl Control {
    fn new(name: &str, label: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.to_owned(), label: label.into(), folded: false, kind }
    }

    /// A slider; `text` says its value.
    pub fn range(
        name: &str,
        label: impl Into<String>,
        value: f64,
        [low, high, step]: [f64; 3],
        text: impl Into<String>,
    ) -> Self {
        Self::new(name, label, Kind::Range { value, low, high, step, text: text.into() })
    }

    /// One of several, with name and label of each.
    pub fn choice<N: Into<String>, L: Into<String>>(
        name: &str,
        label: impl Into<String>,
        value: impl Into<String>,
        options: impl IntoIterator<Item = (N, L)>,
    ) -> Self {
        let options = options.into_iter().map(|(name, label)| (name.into(), label.into()));
        let (value, options) = (value.into(), options.collect());
        Self::new(name, label, Kind::Choice { value, options })
    }

    /// On or off.
    pub fn toggle(name: &str, label: impl Into<String>, value: bool) -> Self {
        Self::new(name, label, Kind::Toggle { value })
    }

    /// Something to be done.
    pub fn button(name: &str, label: impl Into<String>, enabled: bool) -> Self {
        Self::new(name, label, Kind::Button { enabled })
    }

    /// Puts it into the fold.
    pub fn folded(mut self) -> Self {
        self.folded = true;
        self
    }
}

/// A number as the book writes it, with so many decimals.
pub fn number(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        return "no number".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(size) if size.bytes().all(|byte| b"0.".contains(&byte)) => size.to_owned(),
        Some(size) => format!("−{size}"),
        None => text,
    }
}

/// A number with so many digits that count: 0.0025, 12, 3.1 × 10⁶.
pub fn digits(value: f64, count: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return number(value, 0);
    }
    let exponent = value.abs().log10().floor() as i32;
    if (-5..6).contains(&exponent) {
        return number(value, (count - 1 - exponent).max(0) as usize);
    }
    let mantissa = number(value / 10_f64.powi(exponent), (count - 1).max(0) as usize);
    format!("{mantissa} × 10{}", superscript(exponent))
}

/// An exponent in small letters above the line.
pub fn superscript(exponent: i32) -> String {
    let small = |letter| match letter {
        '-' => '⁻',
        digit => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹']
            [digit.to_digit(10).unwrap_or_default() as usize],
    };
    exponent.to_string().chars().map(small).collect()
}
