//! What hides where Markdown does not look: in HTML, in the targets of links.

use std::ops::Range;

use crate::directive::{self, MDBOOK};
use crate::marks::{Kind, Mark};

/// Directives outside of the ranges that were already read.
///
/// They stand in HTML, in a link's target or in an image's description; nothing would expand
/// them, and the reader would see their braces.
pub fn directives(source: &str, taken: &[Range<usize>]) -> Vec<Mark> {
    let comments = comments(source);
    let mut marks = Vec::new();
    for (offset, _) in source.match_indices("{{") {
        let inside = |range: &Range<usize>| range.contains(&offset);
        let escaped = source[..offset].ends_with('\\');
        if escaped || taken.iter().any(inside) || comments.iter().any(inside) {
            continue;
        }
        let Some(length) = directive::opening(&source[offset..]) else { continue };
        let found = directive::parse(source, offset, length);
        let name = found.map(|(directive, _)| directive.name).unwrap_or_default();
        if !MDBOOK.contains(&name.as_str()) {
            let message = format!(
                "directive `{name}` in HTML, in the target of a link or in the description of \
                 an image, where it is not expanded: put it into the text of the page"
            );
            marks.push(Mark { range: offset..offset + length, kind: Kind::Fault(message) });
        }
    }
    marks
}

/// The comments of a page.
fn comments(source: &str) -> Vec<Range<usize>> {
    let starts = source.match_indices("<!--").map(|(start, _)| start);
    let end = |start: usize| source[start..].find("-->").map_or(source.len(), |end| start + end);
    starts.map(|start| start..end(start)).collect()
}

/// Where in an HTML document the reader of [`dollars`] is.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Text,
    Tag,
    Comment,
    /// Inside `script` or `style`.
    Raw,
}

/// The dollar signs in the visible text of an HTML block, which comes in parts: the lines and
/// where each begins in the page.
pub fn dollars(parts: &[(String, usize)]) -> Vec<usize> {
    in_text(parts, |rest| rest.starts_with('$'))
}

/// Where TeX begins in the visible text of an HTML block: `\(`, `\[` or a command such as `\frac`.
pub fn latex(parts: &[(String, usize)]) -> Vec<usize> {
    in_text(parts, |rest| {
        let after = rest.strip_prefix('\\').and_then(|after| after.chars().next());
        after.is_some_and(|c| c.is_ascii_alphabetic() || "([".contains(c))
    })
}

/// The places in the visible text from which on it `is_found`.
fn in_text(parts: &[(String, usize)], is_found: impl Fn(&str) -> bool) -> Vec<usize> {
    let mut within = Within::Text;
    let mut found = Vec::new();
    for (html, start) in parts {
        for (offset, _) in html.char_indices() {
            let rest = &html[offset..];
            within = step(within, rest, &html[..offset]);
            if within == Within::Text && is_found(rest) {
                found.push(start + offset);
            }
        }
    }
    found
}

/// Where the reader is at the start of `rest`.
fn step(within: Within, rest: &str, before: &str) -> Within {
    let starts = |text: &str| rest.get(..text.len()).is_some_and(|s| s.eq_ignore_ascii_case(text));
    match within {
        Within::Text if starts("<!--") => Within::Comment,
        Within::Text if starts("<script") || starts("<style") => Within::Raw,
        Within::Text if starts("<") => Within::Tag,
        Within::Tag if before.ends_with('>') => step(Within::Text, rest, ""),
        Within::Comment if before.ends_with("-->") => step(Within::Text, rest, ""),
        Within::Raw if starts("</script") || starts("</style") => Within::Tag,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tex_counts_in_text_only() {
        let html = "<a title=\"\\frac\">\\(x\\) 1\\2 \\frac</a><!-- \\sum -->";
        let found = latex(&[(html.to_owned(), 0)]);
        let seen: Vec<&str> = found.iter().map(|at| &html[*at..*at + 2]).collect();
        assert_eq!(seen, ["\\(", "\\f"]);
    }

    #[test]
    fn dollars_count_in_text_only() {
        let html = "<a title=\"$1\">$2</a><!-- $3 --> <style>$4</style>$5";
        let found = dollars(&[(html.to_owned(), 10)]);
        let seen: Vec<&str> = found.iter().map(|at| &html[at - 10..at - 8]).collect();
        assert_eq!(seen, ["$2", "$5"]);
    }
}
