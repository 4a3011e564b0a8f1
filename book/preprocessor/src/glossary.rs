//! The register of terms: each is defined once, on the page that it names, and listed in the
//! glossary.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::html::{anchor, attribute, block_text, inline_text};
use crate::marks::Kind;
use crate::pages::Page;
use crate::problems::{Place, Problems, did_you_mean, line_at};
use crate::project::Project;
use crate::registers;

/// The file of the register: a list of tables `[[term]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    #[serde(default)]
    term: Vec<toml::Spanned<Term>>,
}

/// A term of the register.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    /// Its name in the book, which is the field's.
    name: String,
    /// Its name in Chinese.
    chinese: String,
    /// What it is, in one sentence.
    definition: String,
    /// The path of the page that defines it.
    page: String,
}

/// A term, and the page that the register names.
#[derive(Debug)]
struct Entry {
    term: Term,
    line: usize,
    page: usize,
}

/// A directive `{{#term …}}`.
#[derive(Debug)]
struct Definition {
    page: usize,
    offset: usize,
}

/// All terms, where they are defined, and where they are listed.
#[derive(Debug, Default)]
pub struct Glossary {
    file: PathBuf,
    entries: Vec<Entry>,
    /// Names whose entry has a mistake of its own; to call them unknown would only bury it.
    broken: Vec<String>,
    /// Whether the file cannot be read, so that any name may be in it.
    unreadable: bool,
    /// Where each name is used.
    places: BTreeMap<String, Vec<Definition>>,
    /// The page of the glossary.
    page: Option<usize>,
}

impl Glossary {
    /// Reads the register, and looks through the pages for definitions.
    pub fn gather(project: &Project, pages: &[Page], problems: &mut Problems) -> Self {
        let file = project.pages.join("terms.toml");
        let mut glossary = Self { file, ..Self::default() };
        match registers::read::<Register>(project, &glossary.file, problems) {
            Some((source, register)) => {
                for term in register.term {
                    let line = line_at(&source, term.span().start);
                    glossary.add(term.into_inner(), line, pages, problems);
                }
            }
            None => glossary.unreadable = project.root.join(&glossary.file).exists(),
        }
        for (index, page) in pages.iter().enumerate() {
            for mark in &page.marks {
                let Kind::Directive(directive) = &mark.kind else { continue };
                match directive.name.as_str() {
                    "term" => {
                        let (name, _) = parts(&directive.argument);
                        let place = Definition { page: index, offset: mark.range.start };
                        glossary.places.entry(name.to_owned()).or_default().push(place);
                    }
                    "glossary" if glossary.page.is_some() => {
                        problems.error(page.place(mark.range.start), "the terms are listed twice");
                    }
                    "glossary" => glossary.page = Some(index),
                    _ => {}
                }
            }
        }
        glossary
    }

    fn add(&mut self, term: Term, line: usize, pages: &[Page], problems: &mut Problems) {
        let place = Place::new(&self.file, line);
        let empty =
            [&term.name, &term.chinese, &term.definition].iter().any(|s| s.trim().is_empty());
        let same = |other: &&Entry| {
            let (one, other) = (anchor(&term.name), anchor(&other.term.name));
            one.to_lowercase() == other.to_lowercase()
        };
        let name = &term.name;
        let message = if empty {
            format!("term `{name}` without a part: expected name, chinese and definition")
        } else if let Some(other) = self.entries.iter().find(same) {
            format!("term `{name}` is registered twice: also in line {}", other.line)
        } else if !term.definition.ends_with('.') {
            format!("term `{name}`: expected a definition that ends with a full stop")
        } else {
            match registers::page_of(&term.page, pages) {
                Ok(page) => return self.entries.push(Entry { term, line, page }),
                Err(message) => format!("term `{name}`: {message}"),
            }
        };
        self.broken.push(term.name.clone());
        problems.error(place, message);
    }

    /// A term where it is defined, at the byte `offset` of a page.
    pub fn define(
        &self,
        argument: &str,
        from: &Page,
        offset: usize,
        pages: &[Page],
    ) -> Result<String, String> {
        let (name, shown) = parts(argument);
        if self.unreadable || self.broken.iter().any(|broken| broken == name) {
            return Ok(inline_text(shown)); // the build has failed already, for a better reason
        }
        let entry = self.entries.iter().find(|entry| entry.term.name == name).ok_or_else(|| {
            let meant = did_you_mean(name, self.entries.iter().map(|e| e.term.name.as_str()));
            format!("unknown term `{name}`: {} has no such entry{meant}", self.file.display())
        })?;
        let home = &pages[entry.page];
        if home.path != from.path {
            return Err(format!(
                "term `{name}` is defined on a page that is not its own: expected it on {}, as {} \
                 says",
                home.file.display(),
                self.file.display()
            ));
        }
        let places = self.places.get(name).map(Vec::as_slice).unwrap_or_default();
        let first = places.iter().find(|place| place.page == entry.page);
        if first.is_some_and(|first| first.offset != offset) {
            return Err(format!("term `{name}` is defined twice on this page: expected it once"));
        }
        let glossary = self.page.ok_or("term, but no page has {{#glossary}} to list it")?;
        let address = attribute(&from.address_of(&pages[glossary]));
        let Term { chinese, definition, .. } = &entry.term;
        let note = attribute(&format!("{chinese} · {}", plain(definition)));
        let (anchor, shown) = (anchor(name), inline_text(shown).replace("&nbsp;", " "));
        Ok(format!(
            r#"<dfn class="term" id="term-{anchor}"><a href="{address}#gloss-{anchor}" data-note="{note}">{shown}</a></dfn>"#
        ))
    }

    /// The list of all terms, by the alphabet.
    pub fn render(&self, from: &Page, pages: &[Page]) -> String {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        entries.sort_by_key(|entry| (entry.term.name.to_lowercase(), entry.term.name.clone()));
        let items: Vec<String> = entries.iter().map(|entry| entry.item(from, pages)).collect();
        format!(r#"<dl class="glossary">{}</dl>"#, items.concat())
    }

    /// Says which terms no page defines.
    pub fn report_undefined(&self, problems: &mut Problems) {
        for Entry { term, line, .. } in &self.entries {
            if !self.places.contains_key(&term.name) {
                let Term { name, page, .. } = term;
                let message = format!(
                    "term `{name}` is defined on no page: expected {{{{#term {name}}}}} on {page}, \
                     or no entry"
                );
                problems.error(Place::new(&self.file, *line), message);
            }
        }
    }
}

impl Entry {
    fn item(&self, from: &Page, pages: &[Page]) -> String {
        let Term { name, chinese, definition, .. } = &self.term;
        let page = &pages[self.page];
        let (address, title) =
            (attribute(&from.address_of(page)), block_text(&registers::name_of(page)));
        let (anchor, name, chinese) = (anchor(name), block_text(name), block_text(chinese));
        let definition = registers::sentence(definition);
        format!(
            r#"<div id="gloss-{anchor}"><dt>{name} <span class="chinese" lang="zh">{chinese}</span></dt><dd>{definition} <a class="where" href="{address}#term-{anchor}">{title}</a></dd></div>"#
        )
    }
}

/// The name of a term, and the words of the sentence: `logit: logits`.
fn parts(argument: &str) -> (&str, &str) {
    match argument.split_once(':') {
        Some((name, shown)) => (name.trim(), shown.trim()),
        None => (argument, argument),
    }
}

/// A definition without its marks.
fn plain(text: &str) -> String {
    text.replace(['`', '*'], "")
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_sentence_may_need_another_form_of_the_name() {
        assert_eq!(parts("gradient descent"), ("gradient descent", "gradient descent"));
        assert_eq!(parts("logit: logits"), ("logit", "logits"));
    }
}
