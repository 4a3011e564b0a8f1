//! The file of a space: what is fixed, and which knobs are turned. Errors name the file and the line.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use book_programs::data::fingerprint;
use book_programs::files;
use ch08_tuning::Knob;
use serde::Deserialize;
use toml::Spanned;

use crate::surface::{NAMES, OPTIMIZERS, SCHEDULES, Settings};

/// A space of settings, as its file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    pub images: usize,
    pub validation: usize,
    /// How many epochs a whole training has.
    pub epochs: usize,
    /// What the knobs do not turn.
    pub fixed: Settings,
    /// The knobs by name, in the order of the alphabet.
    pub knobs: Vec<(String, Knob)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fixed: Fixed,
    knobs: BTreeMap<String, Spanned<Table>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixed {
    images: Spanned<i64>,
    validation: Spanned<i64>,
    epochs: Spanned<i64>,
    learning_rate: Option<Spanned<f64>>,
    batch_size: Option<Spanned<f64>>,
    hidden: Option<Spanned<f64>>,
    keep: Option<Spanned<f64>>,
    weight_decay: Option<Spanned<f64>>,
    optimizer: Option<Spanned<String>>,
    schedule: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    low: Option<Spanned<f64>>,
    high: Option<Spanned<f64>>,
    scale: Option<Spanned<String>>,
    choices: Option<Spanned<Vec<String>>>,
}

/// The text of a file, to tell the lines of what is wrong in it.
struct Text<'a> {
    name: String,
    text: &'a str,
}

impl Text<'_> {
    fn error(&self, start: usize, message: impl std::fmt::Display) -> anyhow::Error {
        let line = 1 + self.text[..start.min(self.text.len())].matches('\n').count();
        anyhow!("{}: line {line}: {message}", self.name)
    }
}

impl Space {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = files::read(path, 100_000, "a file that describes a space")?;
        let Ok(text) = String::from_utf8(bytes) else {
            bail!("{}: expected text, found other bytes", path.display());
        };
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads the text of a file of this name.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let text = Text { name: name.to_owned(), text };
        let file: File = toml::from_str(text.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            text.error(start, error.message().replace('\n', " "))
        })?;
        let count = |what: &str, number: &Spanned<i64>, most: i64| {
            let (start, &found) = (number.span().start, number.as_ref());
            let range = format!("{what}: expected a whole number from 1 to {most}, found {found}");
            if (1..=most).contains(&found) {
                Ok(found as usize)
            } else {
                Err(text.error(start, range))
            }
        };
        let fixed = &file.fixed;
        let (images, validation) = (
            count("images", &fixed.images, 40_000)?,
            count("validation", &fixed.validation, 10_000)?,
        );
        let epochs = count("epochs", &fixed.epochs, 1_000)?;
        let settings = fixed_settings(fixed, &file.knobs, &text)?;
        if file.knobs.is_empty() || file.knobs.len() > 8 {
            bail!("{name}: expected one to eight knobs, found {}", file.knobs.len());
        }
        let knob = |(name, table): (String, Spanned<Table>)| {
            let knob = knob(&name, &table, &text)?;
            anyhow::Ok((name, knob))
        };
        let knobs = file.knobs.into_iter().map(knob).collect::<Result<_>>()?;
        Ok(Self { images, validation, epochs, fixed: settings, knobs })
    }

    /// The settings at a point of the unit cube, a place for each knob.
    pub fn at(&self, point: &[f64]) -> Settings {
        let mut settings = self.fixed;
        for ((name, knob), &place) in self.knobs.iter().zip(point) {
            settings.set(name, knob.at(place));
        }
        settings
    }

    /// What tells this space from every other.
    pub fn fingerprint(&self) -> String {
        fingerprint([format!("{self:?}").as_bytes()])
    }
}

/// The range that a number may have at all, by the name of its knob.
fn allowed(name: &str) -> (f64, f64) {
    match name {
        "learning_rate" => (1e-12, 1e6),
        "batch_size" => (1.0, 40_000.0),
        "hidden" => (1.0, 10_000.0),
        "keep" => (0.01, 1.0),
        _ => (0.0, 1e6),
    }
}

fn fixed_settings(
    fixed: &Fixed,
    knobs: &BTreeMap<String, Spanned<Table>>,
    text: &Text,
) -> Result<Settings> {
    let mut settings = Settings::default();
    let numbers = [
        ("learning_rate", &fixed.learning_rate),
        ("batch_size", &fixed.batch_size),
        ("hidden", &fixed.hidden),
        ("keep", &fixed.keep),
        ("weight_decay", &fixed.weight_decay),
    ];
    let twice = |name: &str, start| match knobs.contains_key(name) {
        true => Err(text.error(start, format!("{name} is fixed, and a knob as well"))),
        false => Ok(()),
    };
    for (name, number) in numbers {
        let Some(number) = number else { continue };
        twice(name, number.span().start)?;
        let (low, high) = allowed(name);
        if !(low..=high).contains(number.as_ref()) {
            let message = format!(
                "{name}: expected a number from {low} to {high}, found {}",
                number.as_ref()
            );
            return Err(text.error(number.span().start, message));
        }
        settings.set(name, *number.as_ref());
    }
    for (name, word) in [("optimizer", &fixed.optimizer), ("schedule", &fixed.schedule)] {
        let Some(word) = word else { continue };
        twice(name, word.span().start)?;
        let index = index(name, word.as_ref());
        settings.set(name, index.map_err(|message| text.error(word.span().start, message))? as f64);
    }
    Ok(settings)
}

/// The words of a knob of words.
fn words(name: &str) -> Vec<&'static str> {
    match name {
        "optimizer" => OPTIMIZERS.map(|(word, _)| word).to_vec(),
        "schedule" => SCHEDULES.to_vec(),
        _ => Vec::new(),
    }
}

fn index(name: &str, word: &str) -> Result<usize, String> {
    let known = words(name);
    let found = known.iter().position(|known| *known == word);
    found.ok_or_else(|| format!("{name}: expected one of {}, found {word:?}", known.join(", ")))
}

fn knob(name: &str, table: &Spanned<Table>, text: &Text) -> Result<Knob> {
    let (start, table) = (table.span().start, table.as_ref());
    if !NAMES.contains(&name) {
        let message = format!("unknown knob `{name}`: expected one of {}", NAMES.join(", "));
        return Err(text.error(start, message));
    }
    if !words(name).is_empty() {
        return choice(name, table, start, text);
    }
    if let Some(choices) = &table.choices {
        let message = format!("{name}: expected low and high, found choices");
        return Err(text.error(choices.span().start, message));
    }
    let (Some(low), Some(high)) = (&table.low, &table.high) else {
        return Err(text.error(start, format!("{name}: expected low and high")));
    };
    let (least, most) = allowed(name);
    for end in [low, high] {
        if !(least..=most).contains(end.as_ref()) {
            let message =
                format!("{name}: expected a number from {least} to {most}, found {}", end.as_ref());
            return Err(text.error(end.span().start, message));
        }
    }
    let (at_high, low, high) = (high.span().start, *low.as_ref(), *high.as_ref());
    if low >= high {
        let message =
            format!("{name}: empty range: expected low below high, found {low} and {high}");
        return Err(text.error(at_high, message));
    }
    let scale = table.scale.as_ref().map_or("linear", |scale| scale.as_ref().as_str());
    let at_scale = table.scale.as_ref().map_or(start, |scale| scale.span().start);
    match (scale, name) {
        ("log", _) if low <= 0.0 => {
            let message = format!("{name}: a log scale has no {low}: expected low above 0");
            Err(text.error(at_scale, message))
        }
        ("log" | "linear", "batch_size" | "hidden") => {
            Ok(Knob::Whole { low: low as u32, high: high as u32 })
        }
        ("log", _) => Ok(Knob::Log { low, high }),
        ("linear", _) => Ok(Knob::Linear { low, high }),
        (other, _) => Err(text
            .error(at_scale, format!("{name}: expected \"log\" or \"linear\", found {other:?}"))),
    }
}

/// A knob of words. The words are those of the knob from the first to the last that is named.
fn choice(name: &str, table: &Table, start: usize, text: &Text) -> Result<Knob> {
    let known = words(name);
    let Some(choices) = &table.choices else {
        return Err(text.error(start, format!("{name}: expected choices")));
    };
    for word in choices.as_ref() {
        index(name, word).map_err(|message| text.error(choices.span().start, message))?;
    }
    if choices
        .as_ref()
        .iter()
        .map(String::as_str)
        .ne(known.iter().copied().take(choices.as_ref().len()))
        || choices.as_ref().len() < 2
    {
        let message =
            format!("{name}: expected two or more of {}, in this order", known.join(", "));
        return Err(text.error(choices.span().start, message));
    }
    Ok(Knob::Choice { count: choices.as_ref().len() })
}
