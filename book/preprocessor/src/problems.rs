//! What is wrong with the book: every problem of a run is collected, and all are shown at once.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

/// A line of a file, where a problem is to be mended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, relative to the root of the book.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
}

impl Place {
    /// A line of a file.
    pub fn new(file: impl Into<PathBuf>, line: usize) -> Self {
        let file = file.into();
        Self { file, line }
    }

    /// The line of a file in which the byte `offset` of its `source` stands.
    pub fn at(file: &Path, source: &str, offset: usize) -> Self {
        Self::new(file, line_at(source, offset))
    }
}

impl Display for Place {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file.display(), self.line)
    }
}

/// The line, counted from 1, in which the byte `offset` stands.
pub fn line_at(source: &str, offset: usize) -> usize {
    let before = &source.as_bytes()[..offset.min(source.len())];
    1 + before.iter().filter(|&&byte| byte == b'\n').count()
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it is to be mended.
    pub place: Place,
    /// What was expected, what was found, and what may have been meant.
    pub message: String,
}

impl Display for Problem {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

/// What a lock does when it finds a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It says so, and the book is built.
    Warn,
    /// It says so, and the book is not built.
    #[default]
    Deny,
}

/// All problems of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// Those that keep the book from being built.
    pub errors: Vec<Problem>,
    /// Those that do not.
    pub warnings: Vec<Problem>,
}

impl Problems {
    /// Adds a problem that keeps the book from being built.
    pub fn error(&mut self, place: Place, message: impl Into<String>) {
        self.add(Level::Deny, place, message);
    }

    /// Adds a problem whose lock the settings may have loosened.
    pub fn add(&mut self, level: Level, place: Place, message: impl Into<String>) {
        let message = message.into();
        let list = match level {
            Level::Warn => &mut self.warnings,
            Level::Deny => &mut self.errors,
        };
        list.push(Problem { place, message });
    }

    /// Keeps only the problems with this word in their file or message.
    pub fn keep(&mut self, word: &str) {
        let about = |problem: &Problem| {
            problem.message.contains(word) || problem.place.to_string().contains(word)
        };
        self.errors.retain(about);
        self.warnings.retain(about);
    }

    /// Sorts the problems by file and line, and drops what was said twice.
    pub fn sort(&mut self) {
        for list in [&mut self.errors, &mut self.warnings] {
            list.sort();
            list.dedup();
        }
    }
}

impl Display for Problems {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for Problem { place, message } in &self.warnings {
            writeln!(formatter, "{place}: warning: {message}")?;
        }
        for Problem { place, message } in &self.errors {
            writeln!(formatter, "{place}: {message}")?;
        }
        Ok(())
    }
}

/// The name that was probably meant by `wanted`, if one is near enough.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let least = best.map_or(0.5, |(likeness, _)| likeness);
        if most_likeness(wanted, name) < least {
            continue; // whatever the letters are: a page may have hundreds of unknown names
        }
        let likeness = likeness(wanted, name);
        if likeness > 0.5 && best.is_none_or(|best| (likeness, best.1) > (best.0, name)) {
            best = Some((likeness, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How like two names are, from 0 to 1; paths with the same last part are more alike.
fn likeness(one: &str, other: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(one, other) + bonus(one, other)
}

/// What the likeness of two names cannot exceed, by their lengths alone.
fn most_likeness(one: &str, other: &str) -> f64 {
    let (one_length, other_length) = (one.chars().count() as f64, other.chars().count() as f64);
    let ratio = one_length.min(other_length) / one_length.max(other_length).max(1.0);
    ratio + bonus(one, other)
}

fn bonus(one: &str, other: &str) -> f64 {
    let last = |name: &str| name.rfind([':', '.', '/']).map_or(0, |at| at + 1);
    if one[last(one)..] == other[last(other)..] { 0.3 } else { 0.0 }
}

/// The end of a message about an unknown name: the name that was probably meant.
pub fn did_you_mean<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(wanted, names) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_from_one() {
        assert_eq!(line_at("a\nb\nc", 0), 1);
        assert_eq!(line_at("a\nb\nc", 2), 2);
        assert_eq!(line_at("a\nb\nc", 99), 3);
    }

    #[test]
    fn the_nearest_name_prefers_the_same_last_part() {
        let names = ["ch03_backprop::Dense::forward", "ch02_forward::Layer::backward"];
        assert_eq!(nearest("ch03_backprop::Layer::backward", names), Some(names[1]));
        assert_eq!(nearest("something_else", ["ch01", "ch02"]), None);
    }

    #[test]
    fn problems_are_sorted_by_file_and_line_and_said_once() {
        let mut problems = Problems::default();
        problems.error(Place::new("b.md", 1), "second");
        problems.error(Place::new("a.md", 9), "first");
        problems.error(Place::new("a.md", 9), "first");
        problems.add(Level::Warn, Place::new("c.md", 2), "careful");
        problems.sort();
        let report = "c.md:2: warning: careful\na.md:9: first\nb.md:1: second\n";
        assert_eq!(problems.to_string(), report);
    }
}
