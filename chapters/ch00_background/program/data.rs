//! Reads the data files. Whatever is wrong in one of them is named by file and line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

/// The folder of this package.
pub fn here() -> Result<PathBuf> {
    Ok(book_figures::root()?.join("chapters/ch00_background"))
}

/// The book's bibliography, from the folder of this package.
pub const BIBLIOGRAPHY: &str = "../../book/src/references.bib";

/// A moment of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub year: i32,
    pub what: String,
    pub who: String,
}

/// A number that a publication states.
#[derive(Debug, Clone, PartialEq)]
pub struct Landmark {
    pub name: String,
    pub year: i32,
    pub number: f64,
}

/// The numbers of the background page.
#[derive(Debug)]
pub struct Landmarks {
    /// Parameters.
    pub networks: Vec<Landmark>,
    /// Images.
    pub data_sets: Vec<Landmark>,
    /// Top-5 errors, from 0 to 1.
    pub contests: Vec<Landmark>,
    /// Multiplications and additions of whole trainings.
    pub trainings: Vec<Landmark>,
}

/// A chapter and the chapters before it whose crates it uses, counted from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Chapter {
    pub title: String,
    pub adds: String,
    pub needs: Vec<usize>,
}

/// A data file, kept so that a place in it can be named.
struct File {
    path: PathBuf,
    text: String,
}

impl File {
    fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("{}: expected a data file", path.display()))?;
        Ok(Self { path: path.to_owned(), text })
    }

    /// `file:line` of a byte.
    fn place(&self, offset: usize) -> String {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        format!("{}:{}", self.path.display(), 1 + before.matches('\n').count())
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        toml::from_str(&self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            anyhow!("{}: {}", self.place(offset), error.message())
        })
    }
}

/// The keys of a bibliography in BibTeX: `rosenblatt1958` of `@article{rosenblatt1958,`.
fn keys(bibliography: &Path) -> Result<BTreeSet<String>> {
    let text = File::read(bibliography)?.text;
    let key =
        |line: &str| Some(line.strip_prefix('@')?.split_once('{')?.1.split_once(',')?.0.to_owned());
    Ok(text.lines().filter_map(key).collect())
}

/// Checks that a source stands in the bibliography.
fn known(source: &Spanned<String>, keys: &BTreeSet<String>, file: &File) -> Result<()> {
    let key = source.get_ref();
    let place = file.place(source.span().start);
    ensure!(keys.contains(key), "{place}: expected a key of references.bib, found `{key}`");
    Ok(())
}

/// Checks that no year comes before the one above it.
fn in_order<'a>(years: impl Iterator<Item = &'a Spanned<i32>>, file: &File) -> Result<()> {
    let mut before = i32::MIN;
    for year in years {
        let found = *year.get_ref();
        let place = file.place(year.span().start);
        ensure!(found >= before, "{place}: expected {before} or a later year, found {found}");
        before = found;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimelineFile {
    event: Vec<EventEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventEntry {
    year: Spanned<i32>,
    what: String,
    who: String,
    source: Spanned<String>,
}

/// The events of the timeline, oldest first.
pub fn timeline(path: &Path, bibliography: &Path) -> Result<Vec<Event>> {
    let file = File::read(path)?;
    let TimelineFile { event: entries } = file.parse()?;
    let keys = keys(bibliography)?;
    in_order(entries.iter().map(|entry| &entry.year), &file)?;
    let event = |EventEntry { year, what, who, source }| {
        known(&source, &keys, &file)?;
        Ok(Event { year: year.into_inner(), what, who })
    };
    entries.into_iter().map(event).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LandmarksFile {
    network: Vec<LandmarkEntry>,
    data_set: Vec<LandmarkEntry>,
    contest: Vec<LandmarkEntry>,
    training: Vec<TrainingEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LandmarkEntry {
    name: String,
    year: Spanned<i32>,
    number: Spanned<f64>,
    source: Spanned<String>,
    /// What to look for in the source; for whoever checks the number.
    #[serde(rename = "states")]
    _states: String,
}

/// A training whose work is stated, or can be counted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrainingEntry {
    name: Spanned<String>,
    year: Spanned<i32>,
    operations: Option<f64>,
    connections: Option<f64>,
    examples: Option<f64>,
    passes: Option<f64>,
    source: Spanned<String>,
    states: String,
}

/// Each connection multiplies and adds: once forward, once for the gradient of its weight, and once
/// for the delta of its input.
pub const OPERATIONS_OF_A_CONNECTION: f64 = 6.0;

impl TrainingEntry {
    /// The same entry with the number of operations, whether stated or counted.
    fn counted(self, file: &File) -> Result<LandmarkEntry> {
        let Self { name, year, source, states: _states, .. } = self;
        let number = match (self.operations, self.connections, self.examples, self.passes) {
            (Some(operations), None, None, None) => operations,
            (None, Some(connections), Some(examples), Some(passes)) => {
                OPERATIONS_OF_A_CONNECTION * connections * examples * passes
            }
            _ => bail!(
                "{}: expected `operations`, or `connections`, `examples` and `passes`, in the \
                 training `{}`",
                file.place(name.span().start),
                name.get_ref()
            ),
        };
        let (number, name) = (Spanned::new(name.span(), number), name.into_inner());
        Ok(LandmarkEntry { name, year, number, source, _states })
    }
}

/// The networks, data sets, contests and trainings, each oldest first.
pub fn landmarks(path: &Path, bibliography: &Path) -> Result<Landmarks> {
    let file = File::read(path)?;
    let LandmarksFile { network, data_set, contest, training } = file.parse()?;
    let training: Result<Vec<_>> = training.into_iter().map(|entry| entry.counted(&file)).collect();
    let keys = keys(bibliography)?;
    let read = |entries: Vec<LandmarkEntry>, most: f64| -> Result<Vec<Landmark>> {
        in_order(entries.iter().map(|entry| &entry.year), &file)?;
        let landmark = |LandmarkEntry { name, year, number, source, .. }: LandmarkEntry| {
            known(&source, &keys, &file)?;
            let (place, number) = (file.place(number.span().start), number.into_inner());
            let possible = number > 0.0 && number <= most;
            ensure!(possible, "{place}: expected a number above 0, at most {most}, found {number}");
            Ok(Landmark { name, year: year.into_inner(), number })
        };
        entries.into_iter().map(landmark).collect()
    };
    Ok(Landmarks {
        networks: read(network, 1e15)?,
        data_sets: read(data_set, 1e15)?,
        contests: read(contest, 1.0)?,
        trainings: read(training?, 1e30)?,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChaptersFile {
    chapter: Vec<ChapterEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChapterEntry {
    package: Spanned<String>,
    title: String,
    adds: String,
}

/// What a chapter's `Cargo.toml` says about the chapters that it uses.
#[derive(Deserialize)]
struct Manifest {
    dependencies: toml::Table,
}

/// The chapters of the map, with what their manifests say that they need.
pub fn chapters(path: &Path, folder: &Path) -> Result<Vec<Chapter>> {
    let file = File::read(path)?;
    let ChaptersFile { chapter: entries } = file.parse()?;
    let packages: Vec<&str> =
        entries.iter().map(|entry| entry.package.get_ref().as_str()).collect();
    for name in with_library(folder)? {
        let listed = packages.contains(&name.as_str());
        ensure!(listed, "{}: expected an entry for `{name}`, found none", path.display());
    }
    let mut chapters = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let manifest = folder.join(packages[index]).join("Cargo.toml");
        let manifest: Manifest = File::read(&manifest)
            .and_then(|manifest| manifest.parse())
            .with_context(|| file.place(entry.package.span().start))?;
        let used = |&other: &usize| manifest.dependencies.contains_key(packages[other]);
        let needs = (0..index).filter(used).collect();
        chapters.push(Chapter { title: entry.title.clone(), adds: entry.adds.clone(), needs });
    }
    Ok(chapters)
}

/// The names of the folders that hold a library.
fn with_library(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.join("src/lib.rs").is_file() {
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of its own for a test; it is left in the folder of temporary files.
    fn file(name: &str, text: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("ch00_background-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn entry(year: &str, source: &str) -> String {
        format!("[[event]]\nyear = {year}\nwhat = \"x\"\nwho = \"y\"\nsource = \"{source}\"\n")
    }

    /// What is said about a timeline, without the folder in which it stands.
    fn complaint(name: &str, text: &str) -> String {
        let bibliography = file(&format!("{name}.bib"), "@book{known1949,\n  year = {1949},\n}\n");
        let error = timeline(&file(&format!("{name}.toml"), text), &bibliography).unwrap_err();
        let text = error.to_string();
        text.split_once("/ch00").and_then(|(_, end)| end.split_once('/')).unwrap().1.to_owned()
    }

    #[test]
    fn a_source_that_the_bibliography_lacks_is_named_with_its_line() {
        let text = entry("1949", "known1949") + &entry("1950", "hearsay");
        let expected = "a.toml:10: expected a key of references.bib, found `hearsay`";
        assert_eq!(complaint("a", &text), expected);
    }

    #[test]
    fn a_year_out_of_order_is_named_with_its_line() {
        let text = entry("1949", "known1949") + &entry("1948", "known1949");
        assert_eq!(complaint("b", &text), "b.toml:7: expected 1949 or a later year, found 1948");
    }

    #[test]
    fn a_year_that_is_no_number_is_named_with_its_line() {
        let text = complaint("c", &entry("\"long ago\"", "known1949"));
        assert!(text.starts_with("c.toml:2: ") && text.contains("long ago"), "{text}");
    }

    /// The file of landmarks with one training and nothing else.
    fn training(name: &str, numbers: &str) -> Result<Landmarks> {
        let bibliography = file(&format!("{name}.bib"), "@book{known1949,\n}\n");
        let text = format!(
            "network = []\ndata_set = []\ncontest = []\n[[training]]\nname = \"A\"\n\
             year = 1949\nsource = \"known1949\"\nstates = \"x\"\n{numbers}\n"
        );
        landmarks(&file(&format!("{name}.toml"), &text), &bibliography)
    }

    #[test]
    fn a_training_is_stated_or_counted() {
        let stated = training("d", "operations = 7e9").unwrap().trainings;
        assert_eq!(stated[0].number, 7e9);
        let counted = training("e", "connections = 10\nexamples = 3\npasses = 2").unwrap();
        assert_eq!(counted.trainings[0].number, 360.0);
    }

    #[test]
    fn a_training_that_is_neither_stated_nor_counted_is_named_with_its_line() {
        for numbers in ["", "operations = 1.0\npasses = 2", "connections = 10\nexamples = 3"] {
            let error = training("f", numbers).unwrap_err().to_string();
            let expected = "f.toml:5: expected `operations`, or `connections`, `examples` and \
                            `passes`, in the training `A`";
            assert!(error.ends_with(expected), "{error}");
        }
    }

    #[test]
    fn the_committed_files_can_be_read_and_each_chapter_needs_earlier_ones() {
        let here = here().unwrap();
        let bibliography = here.join(BIBLIOGRAPHY);
        assert!(!timeline(&here.join("data/timeline.toml"), &bibliography).unwrap().is_empty());
        landmarks(&here.join("data/landmarks.toml"), &bibliography).unwrap();
        let chapters = chapters(&here.join("data/chapters.toml"), &here.join("..")).unwrap();
        for (index, chapter) in chapters.iter().enumerate().skip(1) {
            let earlier = chapter.needs.iter().all(|&needed| needed < index);
            assert!(earlier && !chapter.needs.is_empty(), "{chapter:?}");
        }
    }
}
