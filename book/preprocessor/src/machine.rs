//! What depends on the machine: values that are not compared, and figures of which only the words
//! are. They are listed in one place, each with a reason, so that nothing exact slips in among them.

use std::path::Path;

use serde::Deserialize;

use crate::figures::Figures;
use crate::problems::{Place, Problems, line_at};
use crate::project::Project;
use crate::values::Values;

/// The file of the list, beside the pages: tables `[[depends]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    depends: Vec<toml::Spanned<Entry>>,
}

/// Values and figures that depend on the machine for one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Names such as `ch05_mnist.time.step`; one may end in `*`.
    #[serde(default)]
    values: Vec<String>,
    /// Names such as `ch05_mnist/time`.
    #[serde(default)]
    figures: Vec<String>,
    /// Why no other machine gets the same.
    reason: String,
}

/// Says what depends on the machine and is not listed, and what is listed and does not.
pub fn report(project: &Project, values: &Values, figures: &Figures, problems: &mut Problems) {
    let file = project.pages.join("machine.toml");
    let source = std::fs::read_to_string(project.root.join(&file)).unwrap_or_default();
    let list: List = toml::from_str(&source).unwrap_or_else(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = format!("not a list of what depends on the machine: {}", error.message());
        problems.error(Place::at(&file, &source, at), message);
        List::default()
    });
    let loose_values: Vec<&str> = values.machine_dependent().collect();
    let loose_figures = figures.machine_dependent(project);
    let mut known: Vec<(String, usize)> = Vec::new();
    for entry in list.depends {
        let line = line_at(&source, entry.span().start);
        let place = || Place::new(&file, line);
        let entry = entry.into_inner();
        if entry.reason.split_whitespace().count() < 3 {
            problems.error(place(), "expected a reason of some words");
        }
        for name in entry.values.iter().filter(|name| name.ends_with('*')) {
            let exact = |found: &&str| is_meant(name, found) && !loose_values.contains(found);
            if let Some(found) = values.names().find(exact) {
                let message =
                    format!("`{name}` takes in `{found}`, which is exact: expected whole names");
                problems.error(place(), message);
            }
        }
        for name in entry.values.iter().chain(&entry.figures) {
            let mut all =
                loose_values.iter().copied().chain(loose_figures.iter().map(String::as_str));
            if !all.any(|found| is_meant(name, found)) {
                let message = format!(
                    "`{name}` is listed, but nothing of that name depends on the machine: expected it \
                     exact here, or \"machine\" there"
                );
                problems.error(place(), message);
            }
        }
        let names = entry.values.into_iter().chain(entry.figures);
        known.extend(names.map(|name| (name, line)));
    }
    let is_listed = |found: &str| known.iter().any(|(name, _)| is_meant(name, found));
    let unlisted = loose_values.iter().map(|name| (*name, Path::new("values.json"), '.'));
    let figures = loose_figures.iter().map(|name| (name.as_str(), Path::new(""), '/'));
    for (name, last, end) in unlisted.chain(figures).filter(|(name, ..)| !is_listed(name)) {
        let (chapter, rest) = name.split_once(end).unwrap_or((name, ""));
        let folder = project.generated().join(chapter);
        let place = match end {
            '.' => folder.join(last),
            _ => folder.join(rest).with_extension("svg"),
        };
        let message = format!(
            "`{name}` depends on the machine, so nothing compares it: expected it in {} with a reason, \
             or a tolerance",
            file.display()
        );
        problems.error(Place::new(place, 1), message);
    }
}

/// Whether a name of the list is a name, or begins it before a star.
fn is_meant(listed: &str, name: &str) -> bool {
    match listed.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == listed,
    }
}
