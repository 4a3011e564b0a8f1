//! The pages of the book as this preprocessor sees them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use mdbook_preprocessor::book::{Book, Chapter};

use crate::chapter::chapter_of_path;
use crate::marks::Mark;
use crate::markup;
use crate::problems::{Place, Problems};
use crate::project::{Project, unix};

/// A page, with what was found on it.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its file, relative to the root.
    pub file: PathBuf,
    /// Its path, as links name it: relative to the folder of the pages.
    pub path: PathBuf,
    /// Its title in the table of contents.
    pub title: String,
    /// Its number in the table of contents, as in `4.2`; nothing if it has none.
    pub section: String,
    /// The number of the chapter to which it belongs.
    pub chapter: Option<u32>,
    /// Its Markdown.
    pub source: String,
    /// What is to be replaced on it.
    pub marks: Vec<Mark>,
}

impl Page {
    /// Reads a page of mdBook's.
    fn new(project: &Project, chapter: &Chapter, path: &Path, problems: &mut Problems) -> Self {
        let source = chapter.content.clone();
        let file = project.pages.join(chapter.source_path.as_deref().unwrap_or(path));
        let marks = markup::read(&source, &project.markdown);
        let in_path = chapter_of_path(&file);
        let in_summary = chapter.number.as_ref().and_then(|number| number.first().copied());
        if let (Some(one), Some(other)) = (in_path, in_summary)
            && one != other
        {
            let message = format!(
                "chapter {other} in SUMMARY.md, but chapter {one} in the name of its file: \
                 expected one number"
            );
            problems.error(Place::new(&file, 1), message);
        }
        let (path, title) = (as_linked(path), chapter.name.clone());
        let section = chapter.number.as_ref().map(ToString::to_string).unwrap_or_default();
        let section = section.trim_end_matches('.').to_owned();
        Self { file, path, title, section, chapter: in_path.or(in_summary), source, marks }
    }

    /// The line in which the byte `offset` stands.
    pub fn place(&self, offset: usize) -> Place {
        Place::at(&self.file, &self.source, offset)
    }

    /// The address of another page, seen from this one; nothing for this page itself.
    pub fn address_of(&self, other: &Self) -> String {
        if self.path == other.path {
            return String::new();
        }
        let depth = self.path.parent().map_or(0, |folder| folder.iter().count());
        format!("{}{}", "../".repeat(depth), unix(&other.path))
    }
}

/// All pages in the order of the book; drafts have none.
pub fn read(project: &Project, book: &Book, problems: &mut Problems) -> Vec<Page> {
    let mut pages = Vec::new();
    for chapter in book.chapters() {
        if let Some(path) = &chapter.path {
            pages.push(Page::new(project, chapter, path, problems));
        }
    }
    pages
}

/// mdBook's `index` preprocessor makes `index.md` of `README.md`, before or after this one.
fn as_linked(path: &Path) -> PathBuf {
    let readme = path.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("readme"));
    if readme { path.with_file_name("index.md") } else { path.to_owned() }
}

/// Replaces ranges of a source; they are sorted and do not overlap.
pub fn replaced(source: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut result = String::with_capacity(source.len());
    let mut done = 0;
    for (range, text) in edits {
        result.push_str(source.get(done..range.start).unwrap_or_default());
        result.push_str(&text);
        done = range.end.max(done);
    }
    result.push_str(&source[done..]);
    result
}

/// A page with a block of HTML at its end.
pub fn with_foot(text: String, html: &str) -> String {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    if html.is_empty() { text } else { format!("{text}{end}\n{html}\n") }
}

/// What a line that continues the block at `offset` begins with: the marks of quotes, and blanks
/// for the marks of lists.
pub fn continuation(source: &str, offset: usize) -> String {
    let start = source[..offset].rfind('\n').map_or(0, |end| end + 1);
    let kept = |character: char| match character {
        '>' | '\t' => character.to_string(),
        // A wide character takes as many columns as it has bytes at most; more is harmless.
        other => " ".repeat(other.len_utf8()),
    };
    source[start..offset].chars().map(kept).collect()
}

/// A block of HTML at `range`, which ends before the next line of Markdown does.
pub fn block(source: &str, range: &Range<usize>, html: &str) -> String {
    let next = source[range.end..].strip_prefix('\n').unwrap_or_default();
    let line = next.lines().next().unwrap_or_default();
    let blank = line.chars().all(|character| character == '>' || character.is_whitespace());
    match blank {
        true => html.to_owned(),
        false => format!("{html}\n{}", continuation(source, range.start).trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_in_a_list_in_a_quote_continues_with_its_marks() {
        let source = "> - text\n>   {{x}}\n>   more";
        let at = source.find("{{").unwrap();
        assert_eq!(continuation(source, at), ">   ");
        assert_eq!(block(source, &(at..at + 5), "<p>"), "<p>\n>");
        assert_eq!(block("{{x}}\n\nmore", &(0..5), "<p>"), "<p>");
    }

    #[test]
    fn edits_keep_what_is_between_them() {
        let edits = vec![(4..5, "E".into()), (0..1, "A".into()), (5..5, "!".into())];
        assert_eq!(replaced("abcdef", edits), "AbcdE!f");
    }
}
