//! A small, safe writer of SVG: all text is escaped, all numbers are short.

use std::fmt::{Display, Write};

/// The size of the text in figures: 18 of about 640 units, 10 pixels on a narrow phone.
pub const TEXT_SIZE: f64 = 18.0;

/// An SVG element under construction.
#[derive(Debug, Clone)]
pub struct Element {
    name: &'static str,
    attributes: String,
    content: String,
}

impl Element {
    /// An element without attributes and content.
    pub fn new(name: &'static str) -> Self {
        Self { name, attributes: String::new(), content: String::new() }
    }

    /// Adds an attribute; its value is escaped.
    pub fn set(mut self, name: &'static str, value: impl Display) -> Self {
        let value = escape(&value.to_string());
        let _ = write!(self.attributes, " {name}=\"{value}\"");
        self
    }

    /// Adds an attribute whose value is a number, rounded to two decimals.
    pub fn number(self, name: &'static str, value: f64) -> Self {
        self.set(name, short(value))
    }

    /// Adds several attributes whose values are numbers.
    pub fn numbers<const N: usize>(self, numbers: [(&'static str, f64); N]) -> Self {
        numbers.into_iter().fold(self, |element, (name, value)| element.number(name, value))
    }

    /// Adds text; it is escaped, and its line breaks become spaces.
    pub fn text(mut self, text: &str) -> Self {
        self.content.push_str(&escape(text));
        self
    }

    /// Adds an element inside this one.
    pub fn child(mut self, child: Self) -> Self {
        if self.content.is_empty() {
            self.content.push('\n');
        }
        self.content.push_str(&child.to_string());
        self.content.push('\n');
        self
    }

    /// A straight line in the color of the text.
    pub fn line(from: (f64, f64), to: (f64, f64)) -> Self {
        Self::new("line")
            .numbers([("x1", from.0), ("y1", from.1), ("x2", to.0), ("y2", to.1)])
            .set("stroke", "currentColor")
    }

    /// A rectangle from its upper left corner and its size.
    pub fn rect((x, y): (f64, f64), (width, height): (f64, f64)) -> Self {
        Self::new("rect").numbers([("x", x), ("y", y), ("width", width), ("height", height)])
    }

    /// A line of text. `anchor` is "start", "middle" or "end"; `y` is the middle of small letters.
    pub fn label(text: &str, (x, y): (f64, f64), anchor: &'static str) -> Self {
        let element = Self::new("text").numbers([("x", x), ("y", y + 0.34 * TEXT_SIZE)]);
        let element = if anchor == "start" { element } else { element.set("text-anchor", anchor) };
        element.text(text)
    }

    /// Puts a rim in the color of the page around a text, so that lines behind it do not disturb.
    pub fn halo(self) -> Self {
        self.set(
            "style",
            "paint-order:stroke;stroke:var(--bg, transparent);stroke-width:9;stroke-linejoin:round",
        )
    }

    /// An element with a list of points: "polyline" or "polygon".
    pub fn points(name: &'static str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points: Vec<String> =
            points.into_iter().map(|(x, y)| format!("{},{}", short(x), short(y))).collect();
        Self::new(name).set("points", points.join(" "))
    }
}

impl Display for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, attributes, content } = self;
        if content.is_empty() {
            write!(f, "<{name}{attributes}/>")
        } else {
            write!(f, "<{name}{attributes}>{content}</{name}>")
        }
    }
}

/// What a figure draws on: elements, the later above the earlier, in a box of a given size.
#[derive(Debug, Clone)]
pub struct Canvas {
    pub(crate) width: f64,
    pub(crate) height: f64,
    elements: Vec<Element>,
}

impl Canvas {
    /// An empty canvas. Figures are about 640 units wide.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, elements: Vec::new() }
    }

    /// Draws an element above all that were drawn before.
    pub fn push(&mut self, element: Element) {
        self.elements.push(element);
    }

    /// Puts all elements into `root`.
    pub(crate) fn into_element(self, root: Element) -> Element {
        self.elements.into_iter().fold(root, Element::child)
    }
}

/// A number with at most two decimals and without needless zeros.
pub fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text that may stand between tags and in attributes, on one line.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// About how wide a text is, for a sans-serif font: wide characters count double.
pub fn text_width(text: &str, size: f64) -> f64 {
    let ems = text.chars().map(|character| match character {
        'i' | 'j' | 'l' | '.' | ',' | ' ' | '\'' | '|' | ':' => 0.34,
        'm' | 'w' | 'M' | 'W' | '%' => 0.95,
        'A'..='Z' => 0.72,
        '\u{2e80}'..='\u{ffff}' => 1.0,
        _ => 0.63,
    });
    ems.sum::<f64>() * size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped_and_stay_on_one_line() {
        let element = Element::new("text").set("class", "a\"b").text("x < y &\n\n'z'");
        assert_eq!(
            element.to_string(),
            "<text class=\"a&quot;b\">x &lt; y &amp;  &#39;z&#39;</text>"
        );
    }

    #[test]
    fn numbers_have_at_most_two_decimals_and_no_negative_zero() {
        let texts = [1.0, 1.5, -0.001, 123.456, -2.25].map(short);
        assert_eq!(texts, ["1", "1.5", "0", "123.46", "-2.25"]);
    }

    #[test]
    fn children_stand_on_their_own_lines_without_blank_lines() {
        let group = Element::new("g").child(Element::new("a")).child(Element::new("b"));
        assert_eq!(group.to_string(), "<g>\n<a/>\n<b/>\n</g>");
    }
}
