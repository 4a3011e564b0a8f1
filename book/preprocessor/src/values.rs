//! Numbers that the chapters' programs measured.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value as Json;

use crate::html::{attribute, inline_text};
use crate::problems::{Place, Problems, did_you_mean};
use crate::project::{Project, file_name, folders_in};

/// A number, and what it takes to print it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Measured {
    text: String,
    note: Option<String>,
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
        let Ok(text) = std::fs::read_to_string(project.root.join(&file)) else { return };
        let json: Json = match serde_json::from_str(&text) {
            Ok(json) => json,
            Err(error) => {
                let place = Place::new(file, error.line());
                return problems.error(place, format!("not JSON: {error}"));
            }
        };
        let values = json.get("values").unwrap_or(&json);
        self.add(chapter, values);
    }

    /// Adds a value, or all values in a table of them.
    fn add(&mut self, name: &str, json: &Json) {
        let word = |key| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let text = word("text").or_else(|| plain(json));
        if let Some(text) = text {
            let note = [word("note"), word("experiment")].into_iter().flatten();
            let note = note.reduce(|one, other| format!("{one}; {other}"));
            self.by_name.insert(name.to_owned(), Measured { text, note });
        } else if let Json::Object(table) = json {
            for (key, value) in table {
                self.add(&format!("{name}.{key}"), value);
            }
        }
    }

    /// The number of a name, for a sentence.
    pub fn render(&self, name: &str) -> Result<String, String> {
        let measured = self.by_name.get(name).ok_or_else(|| {
            let meant = did_you_mean(name, self.by_name.keys().map(String::as_str));
            format!("unknown value `{name}`: no values.json has it{meant}")
        })?;
        let title = measured.note.as_ref().map(|note| format!(r#" title="{}""#, attribute(note)));
        let (title, text) = (title.unwrap_or_default(), inline_text(&measured.text));
        Ok(format!(r#"<span class="value"{title}>{text}</span>"#))
    }
}

/// A number or a word that stands for itself.
fn plain(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_be_flat_or_nested() {
        let json = serde_json::json!({
            "a.b": {"value": 0.9763, "text": "97.63 %", "note": "seed 1"},
            "c": {"d": {"text": "7"}, "e": 3},
        });
        let mut values = Values::default();
        values.add("ch05", &json);
        let shown = r#"<span class="value" title="seed 1">97&#46;63&nbsp;&#37;</span>"#;
        assert_eq!(values.render("ch05.a.b").unwrap(), shown);
        assert_eq!(values.render("ch05.c.d").unwrap(), r#"<span class="value">7</span>"#);
        assert_eq!(values.render("ch05.c.e").unwrap(), r#"<span class="value">3</span>"#);
        assert!(values.render("ch05.a.bb").unwrap_err().ends_with("did you mean `ch05.a.b`?"));
    }
}
