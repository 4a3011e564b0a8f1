//! The measured numbers of a chapter, `values.json`: written by its program, quoted by its page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::write::write_if_changed;

/// What was measured, as the program had it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A count.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A word or a sentence.
    Text(String),
}

impl Value {
    /// The value as a number, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Integer(integer) => Some(*integer as f64),
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }
}

/// How far a run on another machine may be from the committed value.
///
/// In `values.json` it is a number (0 means that the value must be the same) or `"machine"`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// At most this far, in units of the value.
    Within(f64),
    /// Any distance: a timing, which depends on the machine.
    Machine,
}

impl std::fmt::Display for Tolerance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Within(distance) => write!(f, "{distance}"),
            Self::Machine => f.write_str("machine"),
        }
    }
}

impl Serialize for Tolerance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Within(0.0) => serializer.serialize_u8(0),
            Self::Within(distance) => serializer.serialize_f64(*distance),
            Self::Machine => serializer.serialize_str("machine"),
        }
    }
}

impl<'de> Deserialize<'de> for Tolerance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Text(word) if word == "machine" => Ok(Self::Machine),
            Value::Text(word) => {
                let problem = format!("a tolerance is a number or \"machine\", not \"{word}\"");
                Err(serde::de::Error::custom(problem))
            }
            Value::Integer(distance) => Ok(Self::Within(distance as f64)),
            Value::Number(distance) => Ok(Self::Within(distance)),
        }
    }
}

/// How a page prints a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Rounded to an integer, thousands separated by commas from 10,000 on.
    Integer,
    /// With this many decimals.
    Decimals(usize),
    /// A share as percent with this many decimals: 0.976 is 97.6%.
    Percent(usize),
    /// Seconds with this many decimals: 12.3 s.
    Seconds(usize),
    /// With this many decimals and a unit after a space: 1.2 MB.
    Unit(usize, &'static str),
    /// With this many decimals and a power of ten: 1.2 × 10⁻⁷.
    Scientific(usize),
}

impl Format {
    /// Prints a number.
    pub fn print(self, number: f64) -> String {
        let text = match self {
            Self::Integer => grouped(&format!("{number:.0}")),
            Self::Decimals(decimals) => grouped(&format!("{number:.decimals$}")),
            Self::Percent(decimals) => format!("{:.decimals$}%", 100.0 * number),
            Self::Seconds(decimals) => Self::Unit(decimals, "s").print(number),
            Self::Unit(decimals, unit) => grouped(&format!("{number:.decimals$}")) + " " + unit,
            Self::Scientific(decimals) => scientific(number, decimals),
        };
        let is_zero = !text.contains(|c: char| ('1'..='9').contains(&c));
        text.replace('-', if is_zero { "" } else { "−" })
    }

    /// What a number that is printed so is.
    fn kind(self) -> &'static str {
        match self {
            Self::Integer | Self::Decimals(_) | Self::Scientific(_) => "number",
            Self::Percent(_) => "share",
            Self::Seconds(_) => "seconds",
            Self::Unit(_, unit) => unit,
        }
    }

    /// What one step of the last printed digit is worth, in units of the value.
    pub fn last_digit(self, number: f64) -> f64 {
        let decimals = match self {
            Self::Integer => 0,
            Self::Decimals(decimals) | Self::Seconds(decimals) | Self::Unit(decimals, _) => {
                decimals as i32
            }
            Self::Percent(decimals) => decimals as i32 + 2,
            Self::Scientific(decimals) => decimals as i32 - exponent(number, decimals),
        };
        10f64.powi(-decimals)
    }
}

/// Prints a number the way a text prints one: with as many decimals, as percent or with a power of
/// ten, and with the same unit. Gives nothing if the text does not begin with a number.
fn print_like(text: &str, number: f64) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || ".,−".contains(c);
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let (shown, rest) = text.split_at(end);
    shown.chars().any(|c| c.is_ascii_digit()).then_some(())?;
    let decimals = shown.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    Some(match rest {
        "%" => Format::Percent(decimals).print(number),
        _ if rest.starts_with(" × 10") => Format::Scientific(decimals).print(number),
        _ => Format::Decimals(decimals).print(number) + rest,
    })
}

/// Separates the thousands of the integer part, if it has more than four digits.
fn grouped(text: &str) -> String {
    let (integer, decimals) = text.split_once('.').map_or((text, None), |(i, d)| (i, Some(d)));
    let (sign, digits) = integer.strip_prefix('-').map_or(("", integer), |digits| ("-", digits));
    let mut result = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if digits.len() > 4 && place > 0 && (digits.len() - place).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    decimals.map_or(result.clone(), |decimals| format!("{result}.{decimals}"))
}

/// The exponent that a number is printed with.
fn exponent(number: f64, decimals: usize) -> i32 {
    let text = format!("{number:.decimals$e}");
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// A number as a mantissa and a power of ten.
fn scientific(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$e}");
    let mantissa = text.split_once('e').map_or(text.as_str(), |(mantissa, _)| mantissa);
    format!("{mantissa} × 10{}", superscript(exponent(number, decimals)))
}

/// An integer in raised digits.
pub(crate) fn superscript(integer: i32) -> String {
    let raised = |character| match character {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' => '⁰',
        digit => char::from_u32('⁴' as u32 + digit as u32 - '4' as u32).unwrap_or(digit),
    };
    integer.to_string().chars().map(raised).collect()
}

/// One entry of `values.json`: a value, how the page prints it, how far another run may be off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// What was measured.
    pub value: Value,
    /// How the page prints it.
    pub text: String,
    /// What it is: `seconds`, `count`, `share of test images`. A page may ask for it.
    #[serde(default)]
    pub kind: String,
    /// How far another run may be off.
    pub tolerance: Tolerance,
    /// Seed, data, run time, spread: what the page states beside the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Command, seed and date of the long experiment that made the value; a short run of the
    /// program need not measure it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
    /// What one step of the last printed digit is worth; known to the writer only.
    #[serde(skip)]
    last_digit: Option<f64>,
}

impl Measured {
    /// A number that every machine measures alike, unless [`Measured::within`] or
    /// [`Measured::machine`] says otherwise.
    pub fn number(value: f64, format: Format) -> Self {
        let last_digit = Some(format.last_digit(value));
        let kind = format.kind().to_owned();
        Self { last_digit, kind, ..Self::new(Value::Number(value), format.print(value)) }
    }

    /// A count, printed as an integer.
    pub fn count(count: usize) -> Self {
        let integer = i64::try_from(count).unwrap_or(i64::MAX);
        let text = Format::Integer.print(integer as f64);
        let (last_digit, kind) = (Some(1.0), "count".to_owned());
        Self { last_digit, kind, ..Self::new(Value::Integer(integer), text) }
    }

    /// A word or a sentence.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(Value::Text(text.clone()), text)
    }

    fn new(value: Value, text: String) -> Self {
        let (tolerance, note, experiment) = (Tolerance::Within(0.0), None, None);
        Self { value, text, kind: "text".into(), tolerance, note, experiment, last_digit: None }
    }

    /// Says of what it is a share, a number or a count: `test images`.
    pub fn of(mut self, what: &str) -> Self {
        self.kind = format!("{} of {what}", self.kind);
        self
    }

    /// States that another machine may be off by `distance`, in units of the value.
    pub fn within(mut self, distance: f64) -> Self {
        self.tolerance = Tolerance::Within(distance);
        self
    }

    /// States that the value depends on the machine, such as a timing, and is not compared.
    pub fn machine(mut self) -> Self {
        self.tolerance = Tolerance::Machine;
        self
    }

    /// States seed, data, run time, spread.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// States command, seed and date of a long experiment.
    pub fn experiment(mut self, how: impl Into<String>) -> Self {
        self.experiment = Some(how.into());
        self
    }

    /// What is wrong with the entry, if anything.
    fn problem(&self) -> Option<String> {
        if let Some(value) = self.value.as_f64().filter(|value| !value.is_finite()) {
            return Some(format!("{value} is not a finite number"));
        }
        if self.text.trim().is_empty() {
            return Some("it has no text to print".to_owned());
        }
        let value = self.value.as_f64();
        if let Some((value, printed)) =
            value.and_then(|value| Some((value, print_like(&self.text, value)?)))
            && printed != self.text
        {
            return Some(format!(
                "its text is {:?}, but {value} is printed {printed:?}",
                self.text
            ));
        }
        if let Value::Text(text) = &self.value
            && *text != self.text
        {
            return Some(format!("its text is {:?}, but its value is {text:?}", self.text));
        }
        match (self.tolerance, self.last_digit) {
            (Tolerance::Within(distance), _) if !(distance >= 0.0 && distance.is_finite()) => Some(
                format!("{distance} is not a tolerance: expected 0 or a finite number above it"),
            ),
            (Tolerance::Within(distance), Some(digit)) if distance > digit * (1.0 + 1e-9) => {
                let text = &self.text;
                Some(format!(
                    "`{text}` has more digits than the tolerance {distance} allows: one \
                     step of its last digit is {digit}"
                ))
            }
            _ => None,
        }
    }
}

/// The values of a chapter by their dotted names, such as `documents.test_accuracy`.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    path: PathBuf,
    entries: BTreeMap<String, Measured>,
}

impl Values {
    /// Reads a file of values.
    ///
    /// # Errors
    /// If the file is missing or is not a file of values, or if a text is not how its value is
    /// printed.
    pub fn load(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        let text = std::fs::read_to_string(&path).map_err(Error::file(&path, "read"))?;
        let entries: BTreeMap<String, Measured> = match serde_json::from_str(&text) {
            Ok(entries) => entries,
            Err(source) => return Err(Error::Json { path, source }),
        };
        for (name, measured) in &entries {
            if let Some(problem) = measured.problem() {
                return Err(Error::Value { path, name: name.clone(), problem });
            }
        }
        Ok(Self { path, entries })
    }

    /// Reads a file of values, or starts an empty one if there is none. A program that sets only
    /// its own names keeps all others.
    ///
    /// # Errors
    /// If the file exists and is not a file of values.
    pub fn load_or_new(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        if path.exists() { Self::load(path) } else { Ok(Self { path, entries: BTreeMap::new() }) }
    }

    /// Sets a value, new or old.
    ///
    /// # Errors
    /// If the name is not dotted words of letters, digits, `_` and `-`; if the value is not
    /// finite; if its text has more digits than its tolerance allows.
    pub fn set(&mut self, name: &str, measured: Measured) -> Result<(), Error> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        if !name.split('.').all(|word| !word.is_empty() && word.chars().all(plain)) {
            let allowed = "words of letters, digits, `_` and `-`, joined by dots";
            return Err(Error::Name { name: name.to_owned(), allowed });
        }
        if let Some(problem) = measured.problem() {
            return Err(Error::Value { path: self.path.clone(), name: name.to_owned(), problem });
        }
        self.entries.insert(name.to_owned(), measured);
        Ok(())
    }

    /// Forgets the values for whose names `keep` says no, such as those of an experiment that is
    /// about to write them anew.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.entries.retain(|name, _| keep(name));
    }

    /// Forgets all values of an experiment, `first` being the first word of their names, before it
    /// writes them anew: what it no longer measures is then gone.
    pub fn forget(&mut self, first: &str) {
        self.retain(|name| name.split('.').next() != Some(first));
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Measured> {
        self.entries.get(name)
    }

    /// All names with their values, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Measured)> {
        self.entries.iter().map(|(name, measured)| (name.as_str(), measured))
    }

    /// The file that the values are read from and saved to.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file, if its content changed.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self) -> Result<(), Error> {
        match serde_json::to_string_pretty(&self.entries) {
            Ok(json) => write_if_changed(&self.path, &format!("{json}\n")),
            Err(source) => Err(Error::Json { path: self.path.clone(), source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty(folder: &tempfile::TempDir) -> Values {
        Values::load_or_new(folder.path().join("values.json")).unwrap()
    }

    #[test]
    fn formats_print_what_a_page_shows() {
        assert_eq!(Format::Percent(1).print(0.9761), "97.6%");
        assert_eq!(Format::Seconds(1).print(12.345), "12.3 s");
        assert_eq!(Format::Integer.print(101_770.0), "101,770");
        assert_eq!(Format::Integer.print(9712.0), "9712");
        assert_eq!(Format::Decimals(2).print(-12.0), "−12.00");
        assert_eq!(Format::Decimals(2).print(-0.001), "0.00");
        assert_eq!(Format::Percent(1).print(-0.0001), "0.0%");
        assert_eq!(Format::Scientific(1).print(1.23e-7), "1.2 × 10⁻⁷");
        assert_eq!(Format::Scientific(0).print(4.6e15), "5 × 10¹⁵");
    }

    #[test]
    fn values_survive_being_saved_and_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let mut values = empty(&folder);
        values.set("a.share", Measured::number(0.5, Format::Percent(0)).within(0.01)).unwrap();
        values.set("b.time", Measured::number(3.2, Format::Seconds(1)).machine()).unwrap();
        values.set("c.count", Measured::count(60_000).note("the training set")).unwrap();
        values.set("d.word", Measured::text("seven").experiment("by hand")).unwrap();
        values.save().unwrap();
        let loaded = Values::load(values.path()).unwrap();
        assert_eq!(loaded.get("a.share").unwrap().tolerance, Tolerance::Within(0.01));
        assert_eq!(loaded.get("b.time").unwrap().tolerance, Tolerance::Machine);
        assert_eq!(loaded.get("c.count").unwrap().value, Value::Integer(60_000));
        assert_eq!(loaded.get("c.count").unwrap().text, "60,000");
        assert_eq!(loaded.get("d.word").unwrap().experiment.as_deref(), Some("by hand"));
        let before = std::fs::read_to_string(values.path()).unwrap();
        loaded.save().unwrap();
        assert_eq!(std::fs::read_to_string(values.path()).unwrap(), before);
    }

    #[test]
    fn an_update_keeps_the_names_that_it_does_not_set() {
        let folder = tempfile::tempdir().unwrap();
        let mut values = empty(&folder);
        values.set("old", Measured::count(1)).unwrap();
        values.save().unwrap();
        let mut values = empty(&folder);
        values.set("new", Measured::count(2)).unwrap();
        values.save().unwrap();
        let names: Vec<String> = empty(&folder).iter().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, ["new", "old"]);
    }

    #[test]
    fn what_an_experiment_measured_can_be_forgotten_and_no_more() {
        let mut values = empty(&tempfile::tempdir().unwrap());
        for name in ["long.a", "long.b.c", "longer.a", "a.long"] {
            values.set(name, Measured::count(1)).unwrap();
        }
        values.forget("long");
        let names: Vec<&str> = values.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a.long", "longer.a"]);
    }

    #[test]
    fn a_number_that_is_not_finite_is_refused_by_name() {
        let mut values = empty(&tempfile::tempdir().unwrap());
        let error =
            values.set("loss", Measured::number(f64::NAN, Format::Decimals(1))).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("values.json: value `loss`: NaN is not a finite number"), "{error}");
    }

    #[test]
    fn a_text_may_not_have_more_digits_than_the_tolerance_allows() {
        let mut values = empty(&tempfile::tempdir().unwrap());
        let accuracy = |digits, by| Measured::number(0.9761, Format::Percent(digits)).within(by);
        assert!(values.set("a", accuracy(2, 0.0001)).is_ok());
        assert!(values.set("a", accuracy(2, 0.0002)).is_err());
        assert!(values.set("a", accuracy(1, 0.001)).is_ok());
        assert!(values.set("a", accuracy(0, 0.02)).is_err());
        assert!(values.set("a", Measured::count(9761).within(5.0)).is_err());
        let tiny = Measured::number(1.234e-7, Format::Scientific(1));
        assert!(values.set("a", tiny.clone().within(1e-8)).is_ok());
        assert!(values.set("a", tiny.within(2e-8)).is_err());
    }

    #[test]
    fn a_text_that_is_not_how_its_value_is_printed_is_an_error_that_names_both() {
        let folder = tempfile::tempdir().unwrap();
        let mut values = empty(&folder);
        let formats = [
            Format::Integer,
            Format::Decimals(2),
            Format::Percent(1),
            Format::Seconds(1),
            Format::Unit(2, "times"),
            Format::Scientific(2),
        ];
        for (index, format) in formats.into_iter().enumerate() {
            for (sign, number) in [0.0, 1.5e-7, 0.976, 12_345.678].into_iter().enumerate() {
                let name = format!("a{index}.b{sign}");
                values.set(&name, Measured::number(number, format)).unwrap();
                values.set(&format!("{name}.minus"), Measured::number(-number, format)).unwrap();
            }
        }
        values.set("word", Measured::text("yes")).unwrap();
        values.save().unwrap();
        Values::load(values.path()).unwrap();
        let saved = std::fs::read_to_string(values.path()).unwrap();
        for (right, wrong) in [
            ("97.6%", "99.6%"),
            ("12,345.68 times", "12,346.68 times"),
            ("1.50 × 10⁻⁷", "1.50 × 10⁻⁸"),
            ("\"text\": \"yes", "\"text\": \"no"),
        ] {
            assert!(saved.contains(right), "{right}");
            std::fs::write(values.path(), saved.replacen(right, wrong, 1)).unwrap();
            let error = Values::load(values.path()).unwrap_err().to_string();
            let wrong = wrong.rsplit('"').next().unwrap();
            assert!(error.contains("values.json: value `") && error.contains(wrong), "{error}");
        }
    }

    #[test]
    fn a_name_is_words_joined_by_dots() {
        let mut values = empty(&tempfile::tempdir().unwrap());
        assert!(values.set("a.b_c.D-1", Measured::count(1)).is_ok());
        assert!(values.set("a..b", Measured::count(1)).is_err());
        assert!(values.set("a b", Measured::count(1)).is_err());
    }

    #[test]
    fn a_broken_file_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("values.json");
        std::fs::write(&path, r#"{"a": {"value": 1, "text": "1", "tolerance": "often"}}"#).unwrap();
        let error = Values::load(&path).unwrap_err().to_string();
        assert!(error.contains("values.json") && error.contains("often"), "{error}");
    }
}
