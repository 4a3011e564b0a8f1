//! What the registers of terms and of errata share: how their files are read, and how a sentence
//! of theirs becomes HTML.

use std::path::Path;

use mdbook_markdown::pulldown_cmark::{Event, Parser, Tag, TagEnd, html};
use serde::de::DeserializeOwned;

use crate::pages::Page;
use crate::problems::{Place, Problems, did_you_mean};
use crate::project::{Project, unix};

/// The source of a register, and what stands in it; nothing if the book has no such file.
pub fn read<T: DeserializeOwned>(
    project: &Project,
    file: &Path,
    problems: &mut Problems,
) -> Option<(String, T)> {
    let path = project.root.join(file);
    if !path.exists() {
        return None;
    }
    let source = std::fs::read_to_string(path).unwrap_or_else(|error| {
        problems.error(Place::new(file, 1), format!("expected a register: {error}"));
        String::new()
    });
    match toml::from_str(&source) {
        Ok(register) => Some((source, register)),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let message = format!("not a register: {}", error.message());
            problems.error(Place::at(file, &source, at), message);
            None
        }
    }
}

/// The index of the page that a register names by its path.
pub fn page_of(path: &str, pages: &[Page]) -> Result<usize, String> {
    let named = |page: &Page| unix(&page.path);
    pages.iter().position(|page| named(page) == path).ok_or_else(|| {
        let names: Vec<String> = pages.iter().map(named).collect();
        let meant = did_you_mean(path, names.iter().map(String::as_str));
        format!("unknown page `{path}`: SUMMARY.md has no such file{meant}")
    })
}

/// A sentence with code and words in italics, on one line.
pub fn sentence(text: &str) -> String {
    let events = Parser::new(text).filter(|event| {
        !matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph))
    });
    let mut result = String::new();
    html::push_html(&mut result, events);
    result.trim().replace('\n', " ").replace('{', "&#123;").replace('}', "&#125;")
}

/// What a link to a page says: its number and its title.
pub fn name_of(page: &Page) -> String {
    format!("{} {}", page.section, page.title).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_sentence_has_code_and_italics_and_no_markup_of_its_own() {
        let html = sentence("On *Momentum*, `a {{b}}`\nand 1 < 2.");
        assert_eq!(
            html,
            "On <em>Momentum</em>, <code>a &#123;&#123;b&#125;&#125;</code> and 1 &lt; 2."
        );
    }
}
