//! Where the parts of the book are, and what its `book.toml` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use mdbook_markdown::MarkdownOptions;
use mdbook_preprocessor::config::Config;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::problems::Level;

/// The table `[preprocessor.book]` of `book.toml`. All paths start at the root of the book.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// The folder of the chapters' crates, if not `chapters`.
    pub chapters: Option<PathBuf>,
    /// The folder of the formulas' tests, if not `tests`.
    pub tests: Option<PathBuf>,
    /// The folder of the generated figures and values, if not `generated` beside the pages.
    pub generated: Option<PathBuf>,
    /// The bibliography in BibTeX, if not `references.bib` beside the pages.
    pub bibliography: Option<PathBuf>,
    /// The register of symbols, if not `notation.toml` beside the pages.
    pub notation: Option<PathBuf>,
    /// LaTeX macros: names without the backslash, and what they stand for.
    pub macros: BTreeMap<String, String>,
    /// What happens when a public item of a chapter is shown on no page.
    pub coverage: Level,
    /// What happens when a test checks no formula.
    pub test_without_formula: Level,
    /// What happens when a figure was generated that no page shows.
    pub unshown_figure: Level,
    /// What happens when an exercise is shown on no page.
    pub unshown_exercise: Level,
    /// What happens when a formula has a symbol that the register lacks.
    pub unregistered_symbol: Level,
    /// What happens when the bibliography has an entry that no page cites.
    pub uncited_reference: Level,
    /// Whether the tests of the formulas need not state their formula, nor record what they saw.
    pub without_evidence: bool,
    /// The keys that mdBook reads.
    #[serde(rename = "command")]
    _command: IgnoredAny,
    #[serde(rename = "renderers")]
    _renderers: IgnoredAny,
    #[serde(rename = "before")]
    _before: IgnoredAny,
    #[serde(rename = "after")]
    _after: IgnoredAny,
    #[serde(rename = "optional")]
    _optional: IgnoredAny,
}

/// The folders, the settings, and how Markdown is read.
pub struct Project {
    /// The folder of `book.toml`.
    pub root: PathBuf,
    /// The folder of the pages, relative to the root.
    pub pages: PathBuf,
    /// The table `[preprocessor.book]`.
    pub settings: Settings,
    /// The address of the repository, to which listings link.
    pub repository: Option<String>,
    /// The extensions of Markdown that mdBook was told to use.
    pub markdown: MarkdownOptions,
}

impl Project {
    /// Reads what concerns this preprocessor from mdBook's configuration.
    pub fn new(root: impl Into<PathBuf>, config: &Config) -> Result<Self> {
        let settings: Option<Settings> = config.get("preprocessor.book")?;
        let html: Html = config.get("output.html")?.unwrap_or_default();
        let mut markdown = MarkdownOptions::default();
        markdown.smart_punctuation = html.smart_punctuation.unwrap_or(true);
        markdown.definition_lists = html.definition_lists.unwrap_or(true);
        markdown.admonitions = html.admonitions.unwrap_or(true);
        let repository = html.git_repository_url;
        Ok(Self {
            root: root.into(),
            pages: config.book.src.clone(),
            settings: settings.unwrap_or_default(),
            repository: repository.map(|url| url.trim_end_matches('/').to_owned()),
            markdown,
        })
    }

    /// Reads `book.toml` in the folder `root`.
    pub fn from_disk(root: &Path) -> Result<(Self, Config)> {
        let file = root.join("book.toml");
        let config = Config::from_disk(&file).with_context(|| {
            format!("cannot read {}: expected mdBook's settings", file.display())
        })?;
        Ok((Self::new(root, &config)?, config))
    }

    /// The folder of the chapters' crates, relative to the root.
    pub fn chapters(&self) -> PathBuf {
        self.settings.chapters.clone().unwrap_or_else(|| "chapters".into())
    }

    /// The folder of the formulas' tests, relative to the root.
    pub fn tests(&self) -> PathBuf {
        self.settings.tests.clone().unwrap_or_else(|| "tests".into())
    }

    /// The folder of the generated figures and values, relative to the root.
    pub fn generated(&self) -> PathBuf {
        self.beside_pages(self.settings.generated.as_ref(), "generated")
    }

    /// The bibliography, relative to the root.
    pub fn bibliography(&self) -> PathBuf {
        self.beside_pages(self.settings.bibliography.as_ref(), "references.bib")
    }

    /// The register of symbols, relative to the root.
    pub fn notation(&self) -> PathBuf {
        self.beside_pages(self.settings.notation.as_ref(), "notation.toml")
    }

    fn beside_pages(&self, setting: Option<&PathBuf>, name: &str) -> PathBuf {
        setting.cloned().unwrap_or_else(|| self.pages.join(name))
    }

    /// The address of a file in the repository, if the book names one.
    pub fn file_url(&self, file: &Path) -> Option<String> {
        let repository = self.repository.as_ref()?;
        Some(format!("{repository}/blob/HEAD/{}", unix(file)))
    }

    /// The address of lines of a file in the repository.
    pub fn source_url(&self, file: &Path, first: usize, last: usize) -> Option<String> {
        Some(format!("{}#L{first}-L{last}", self.file_url(file)?))
    }
}

/// What this preprocessor reads of the table `[output.html]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Html {
    git_repository_url: Option<String>,
    smart_punctuation: Option<bool>,
    definition_lists: Option<bool>,
    admonitions: Option<bool>,
}

/// A path with slashes, as addresses have them.
pub fn unix(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The files of a folder with one of the given extensions, sorted by name; none if there is no
/// such folder.
pub fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = entries_of(folder);
    files.retain(|file| file.is_file() && file.extension().is_some_and(|found| found == extension));
    files
}

/// The folders in a folder, sorted by name; none if there is no such folder.
pub fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let mut folders = entries_of(folder);
    folders.retain(|path| path.is_dir());
    folders
}

fn entries_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The last part of a path as text.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
