//! What all widgets have in common, and how one is opened by the name of its figure.

use std::fmt;
use std::str::FromStr;

use crate::view::View;

/// Something that happens to a widget.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A control has a new value.
    Set(String, String),
    /// A button, or something in a panel, was pressed.
    Press(String),
    /// A handle was taken at a point of its panel.
    Grab(String, [f64; 2]),
    /// It was moved to a point.
    Drag(String, [f64; 2]),
    /// The picture may be so many pixels wide.
    Width(f64),
    /// Back to the state of the figure.
    Reset,
    /// There is time for a piece of what a long computation still has to do ([`View::working`]).
    Work,
}

/// What is wrong with an event, or with the name of a widget.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable(pub String);

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl FromStr for Event {
    type Err = Unreadable;

    /// Reads `set rate 0.1`, `press step`, `grab start 12 34`, `drag start 12 34`, `width 640`,
    /// `reset` or `work`.
    fn from_str(line: &str) -> Result<Self, Unreadable> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let wrong = || Unreadable(format!("no event: `{line}`"));
        let number = |word: &str| {
            word.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(wrong)
        };
        match words[..] {
            ["set", name, value] => Ok(Self::Set(name.to_owned(), value.to_owned())),
            ["press", name] => Ok(Self::Press(name.to_owned())),
            ["grab", name, x, y] => Ok(Self::Grab(name.to_owned(), [number(x)?, number(y)?])),
            ["drag", name, x, y] => Ok(Self::Drag(name.to_owned(), [number(x)?, number(y)?])),
            ["width", width] => Ok(Self::Width(number(width)?.clamp(240.0, 720.0))),
            ["reset"] => Ok(Self::Reset),
            ["work"] => Ok(Self::Work),
            _ => Err(wrong()),
        }
    }
}

/// A state as the address of a page has it: names and values that [`Event::Set`] takes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State(pub Vec<(String, String)>);

impl State {
    /// Adds a name and its value.
    pub fn add(&mut self, name: &str, value: &dyn fmt::Display) {
        self.0.push((name.to_owned(), value.to_string()));
    }
}

/// How a widget is made in the state of its figure.
pub type Make = fn() -> Box<dyn Widget>;

/// A widget: a state that events change, and what is seen of it.
pub trait Widget {
    /// Changes the state; places of handles are those in a view of this width. What an event names
    /// that the widget does not have changes nothing.
    fn on(&mut self, event: &Event, width: f64);

    /// What is seen in a picture of at most so many pixels from side to side.
    fn view(&self, width: f64) -> View;

    /// Writes down the state.
    fn state(&self, state: &mut State);
}
