//! Numbers that the chapters' programs measured.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::html::{attribute, inline_text};
use crate::problems::{Place, Problems, did_you_mean};
use crate::project::{Project, file_name, folders_in};

/// How far another run may be off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Tolerance {
    #[default]
    Stated,
    Machine,
}

impl<'de> Deserialize<'de> for Tolerance {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(if value == "machine" { Self::Machine } else { Self::Stated })
    }
}

/// What a page shows of a number. The programs that write it see to the rest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Measured {
    text: String,
    /// What it is: `share of test images`, `seconds`, `count`.
    kind: Option<String>,
    /// How far another run may be off, or `machine`.
    #[serde(default)]
    tolerance: Tolerance,
    note: Option<String>,
    experiment: Option<String>,
}

/// All numbers of all chapters by their names: `ch05_mnist.documents.test_accuracy`.
#[derive(Debug, Default)]
pub struct Values {
    by_name: BTreeMap<String, Measured>,
}

impl Values {
    /// Reads the file `values.json` of every chapter.
    pub fn gather(project: &Project, problems: &mut Problems) -> Self {
        let mut values = Self::default();
        let generated = project.generated();
        for folder in folders_in(&project.root.join(&generated)) {
            let chapter = file_name(&folder);
            let file = generated.join(&chapter).join("values.json");
            values.read(project, &chapter, file, problems);
        }
        values
    }

    fn read(&mut self, project: &Project, chapter: &str, file: PathBuf, problems: &mut Problems) {
        let path = project.root.join(&file);
        if !path.exists() {
            return; // a chapter that measures nothing
        }
        let entries: BTreeMap<String, Measured> = match std::fs::read_to_string(path) {
            Ok(text) => match serde_json::from_str(&text) {
                Ok(entries) => entries,
                Err(error) => {
                    let place = Place::new(file, error.line());
                    return problems.error(place, format!("not a file of values: {error}"));
                }
            },
            Err(error) => {
                let message = format!("expected a file of values: {error}");
                return problems.error(Place::new(file, 1), message);
            }
        };
        let named = |(name, measured)| (format!("{chapter}.{name}"), measured);
        self.by_name.extend(entries.into_iter().map(named));
    }

    /// Adds a number that this build has counted.
    pub fn count(&mut self, name: &str, count: u64) {
        let (text, kind) = (crate::evidence::grouped(count), Some("count".to_owned()));
        let note = Some("counted when these pages were built".to_owned());
        let tolerance = Tolerance::Stated;
        let measured = Measured { text, kind, tolerance, note, experiment: None };
        self.by_name.insert(name.to_owned(), measured);
    }

    fn named(&self, name: &str) -> Result<&Measured, String> {
        self.by_name.get(name).ok_or_else(|| {
            let meant = did_you_mean(name, self.by_name.keys().map(String::as_str));
            format!("unknown value `{name}`: no values.json has it{meant}")
        })
    }

    /// The names of all values.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The names of the values that are not compared.
    pub fn machine_dependent(&self) -> impl Iterator<Item = &str> {
        let loose = self.by_name.iter().filter(|(_, value)| value.tolerance == Tolerance::Machine);
        loose.map(|(name, _)| name.as_str())
    }

    /// What a page prints of a number.
    pub fn text(&self, name: &str) -> Result<&str, String> {
        self.named(name).map(|measured| measured.text.as_str())
    }

    /// Refuses a value of other images than those that the words behind it name.
    pub fn check_words(&self, argument: &str, behind: &str) -> Result<(), String> {
        let name = argument.split(" as ").next().unwrap_or_default().trim();
        let (Some(said), Ok(measured)) = (set_said(behind), self.named(name)) else {
            return Ok(()); // an unknown name is told elsewhere
        };
        match set_of(name, &measured.kind()) {
            Some(set) if set != said => {
                Err(format!("`{name}` is of {set} images, but the sentence says {said} images"))
            }
            _ => Ok(()),
        }
    }

    /// The number of a directive `name`, or `name as kind`, for a sentence.
    pub fn render(&self, argument: &str) -> Result<String, String> {
        let (name, wanted) = match argument.split_once(" as ") {
            Some((name, kind)) => (name.trim(), Some(kind.trim())),
            None => (argument, None),
        };
        let measured = self.named(name)?;
        let kind = measured.kind();
        if let Some(wanted) = wanted.filter(|wanted| !is_kind(&kind, wanted)) {
            return Err(format!("`{name}` is {kind}, not {wanted}"));
        }
        let notes = [&measured.note, &measured.experiment].into_iter().flatten();
        let note = notes.cloned().reduce(|one, other| format!("{one}; {other}"));
        let title = note.map(|note| format!(r#" title="{}""#, attribute(&note)));
        let (title, text) = (title.unwrap_or_default(), inline_text(&measured.text));
        Ok(format!(r#"<span class="value"{title}>{text}</span>"#))
    }
}

impl Measured {
    /// What it is; where the file does not say so, by how it is printed.
    fn kind(&self) -> String {
        let unit = self.text.trim_start_matches(|c: char| c.is_ascii_digit() || ",.−".contains(c));
        match (&self.kind, unit.trim()) {
            (Some(kind), _) => kind.clone(),
            (None, "") => "number".to_owned(),
            (None, "%") => "share".to_owned(),
            (None, "s") => "seconds".to_owned(),
            (None, unit) => unit.to_owned(),
        }
    }
}

/// The sets of examples, in the words of the pages.
const SETS: [&str; 3] = ["test", "training", "validation"];

/// The set that the words right behind a number name: `of the test images`.
fn set_said(behind: &str) -> Option<&'static str> {
    let mut words = behind.split_whitespace().filter(|word| *word != ">");
    words.next().filter(|word| *word == "of")?;
    let mut words = words.skip_while(|word| ["the", "all", "its", "our", "10,000"].contains(word));
    let set = words.next()?;
    let set = SETS.into_iter().find(|known| *known == set)?;
    words.next().filter(|word| word.starts_with("image")).map(|_| set)
}

/// The set that a value is measured on, by its kind or by the last word of its name that tells.
fn set_of(name: &str, kind: &str) -> Option<&'static str> {
    if let Some(set) = SETS.into_iter().find(|set| kind.contains(&format!(" of {set} images"))) {
        return Some(set);
    }
    name.rsplit(['.', '_']).find_map(|word| match word {
        "train" | "training" => Some("training"),
        "test" => Some("test"),
        "validation" => Some("validation"),
        _ => None,
    })
}

/// Whether a kind is the one that is wanted, or says more: `share of test images` is a share.
fn is_kind(kind: &str, wanted: &str) -> bool {
    kind.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_as_its_text_with_its_note() {
        let json = r#"{
            "a.b": {"value": 0.9763, "text": "97.63 %", "tolerance": 0, "note": "seed 1"},
            "c": {"value": 7, "text": "7", "tolerance": "machine", "note": "x", "experiment": "y"}
        }"#;
        let entries: BTreeMap<String, Measured> = serde_json::from_str(json).unwrap();
        let by_name = entries.into_iter().map(|(name, value)| (format!("ch05.{name}"), value));
        let values = Values { by_name: by_name.collect() };
        let shown = r#"<span class="value" title="seed 1">97&#46;63&nbsp;&#37;</span>"#;
        assert_eq!(values.render("ch05.a.b").unwrap(), shown);
        let shown = r#"<span class="value" title="x; y">7</span>"#;
        assert_eq!(values.render("ch05.c").unwrap(), shown);
        assert!(values.render("ch05.a.b as share").is_ok());
        assert_eq!(
            values.render("ch05.a.b as count").unwrap_err(),
            "`ch05.a.b` is share, not count"
        );
        assert_eq!(set_said(" of the\n> training images"), Some("training"));
        assert_eq!(set_said(" of the training is over"), None);
        assert_eq!(set_of("ch05.steady.test_accuracy", "share"), Some("test"));
        assert_eq!(set_of("ch05.study.mean", "share of test images"), Some("test"));
        assert!(is_kind("share of test images", "share") && !is_kind("shares", "share"));
        assert!(!is_kind("share of training images", "share of test images"));
        assert!(values.render("ch05.a.bb").unwrap_err().ends_with("did you mean `ch05.a.b`?"));
    }
}
