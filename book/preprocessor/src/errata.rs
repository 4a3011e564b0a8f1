//! The register of errata: what earlier editions said and should not have.

use std::path::PathBuf;

use serde::Deserialize;

use crate::html::{attribute, block_text};
use crate::pages::Page;
use crate::problems::{Place, Problems, line_at};
use crate::project::Project;
use crate::registers;

/// The file of the register: a list of tables `[[entry]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    #[serde(default)]
    entry: Vec<toml::Spanned<Erratum>>,
}

/// Something false that a page said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Erratum {
    /// Which edition said it: `before November 30, 2026`.
    edition: String,
    /// The path of the page.
    page: String,
    /// What it said.
    said: String,
    /// What is right.
    right: String,
    /// Which check, experiment or reader found it.
    found: String,
}

/// All errata, with the index of the page of each.
#[derive(Debug, Default)]
pub struct Errata {
    entries: Vec<(Erratum, usize)>,
}

impl Errata {
    /// Reads the register, and looks whether a page still says what it should not.
    pub fn gather(project: &Project, pages: &[Page], problems: &mut Problems) -> Self {
        let file: PathBuf = project.pages.join("errata.toml");
        let register = registers::read::<Register>(project, &file, problems);
        let (source, register) = register.unwrap_or_default();
        let mut errata = Self::default();
        for entry in register.entry {
            let place = Place::new(&file, line_at(&source, entry.span().start));
            let entry = entry.into_inner();
            match errata.page_of(&entry, pages) {
                Ok(page) => errata.entries.push((entry, page)),
                Err(message) => problems.error(place, message),
            }
        }
        errata
    }

    /// The page of an entry that has nothing wrong.
    fn page_of(&self, entry: &Erratum, pages: &[Page]) -> Result<usize, String> {
        let Erratum { edition, said, right, found, .. } = entry;
        if [edition, said, right, found].iter().any(|part| part.trim().is_empty()) {
            return Err("entry without a part: expected edition, said, right and found".to_owned());
        }
        if self.entries.iter().any(|(other, _)| other.said == *said && other.page == entry.page) {
            return Err(format!("two entries for one statement: {said}"));
        }
        let page = registers::page_of(&entry.page, pages)?;
        if words(&pages[page].source).contains(&words(said)) {
            let file = pages[page].file.display();
            return Err(format!("{file} still says what is an erratum: {said}"));
        }
        Ok(page)
    }

    /// All errata in the order of the pages, under a heading for each page.
    pub fn render(&self, from: &Page, pages: &[Page]) -> String {
        let mut result = String::new();
        for (index, page) in pages.iter().enumerate() {
            let here: Vec<&Erratum> =
                self.entries.iter().filter(|(_, page)| *page == index).map(|(e, _)| e).collect();
            if here.is_empty() {
                continue;
            }
            let (address, name) =
                (attribute(&from.address_of(page)), block_text(&registers::name_of(page)));
            let items: Vec<String> = here.iter().map(|erratum| erratum.item()).collect();
            result.push_str(&format!(
                r#"<section><h2><a href="{address}">{name}</a></h2>{}</section>"#,
                items.concat()
            ));
        }
        format!(r#"<div class="errata">{result}</div>"#)
    }
}

impl Erratum {
    fn item(&self) -> String {
        let Self { edition, said, right, found, .. } = self;
        let part = |name: &str, text: &str| {
            format!("<div><dt>{name}</dt><dd>{}</dd></div>", registers::sentence(text))
        };
        let said = part(&format!("Said {}", block_text(edition)), said);
        format!("<dl>{said}{}{}</dl>", part("Right is", right), part("Found by", found))
    }
}

/// The words of a text on one line, without marks and in lower case.
fn words(text: &str) -> String {
    let plain = text.to_lowercase().replace(['*', '`', '$', '.'], "");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
