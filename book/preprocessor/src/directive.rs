//! Directives in double braces: their names, and how one is read.

use std::ops::Range;

use crate::problems::did_you_mean;

/// A directive as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Directive {
    /// The word after the hash.
    pub name: String,
    /// The rest, without blanks around it.
    pub argument: String,
    /// Whether it stands in a paragraph of its own.
    pub alone: bool,
    /// The rest of its paragraph, from the next line on; or the paragraph that follows it.
    pub caption: Option<Range<usize>>,
    /// Whether that is a paragraph of its own.
    pub caption_is_apart: bool,
}

/// Directives that become a part of a sentence.
pub const INLINE: [&str; 4] = ["value", "eq", "cite", "term"];

/// Directives that become a block, and stand in a paragraph of their own.
pub const BLOCK: [&str; 9] = [
    "listing",
    "figure",
    "widget",
    "exercise",
    "references",
    "formulas",
    "notation",
    "glossary",
    "errata",
];

/// Directives that mdBook expands after this preprocessor.
pub const MDBOOK: [&str; 4] = ["include", "rustdoc_include", "playground", "title"];

/// A directive that does not end on its line.
pub const UNCLOSED: &str = "directive without its closing braces: expected }} on the same line";

/// The length of the opening braces and hash, if the text begins with them.
pub fn opening(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("{{")?;
    let hash = rest.trim_start_matches([' ', '\t']).strip_prefix('#')?;
    Some(text.len() - hash.len())
}

/// Reads the directive at `offset`, whose opening has `length` bytes; gives also where it ends.
pub fn parse(source: &str, offset: usize, length: usize) -> Option<(Directive, usize)> {
    let rest = &source[offset + length..];
    let line = rest.lines().next()?;
    let close = line.find("}}")?;
    let inner = line[..close].trim();
    let (name, argument) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let (name, argument) = (name.to_owned(), argument.trim().to_owned());
    let directive =
        Directive { name, argument, alone: false, caption: None, caption_is_apart: false };
    Some((directive, offset + length + close + 2))
}

/// What to say about a directive that there is not.
pub fn unknown(name: &str) -> String {
    let names = INLINE.iter().chain(&BLOCK).chain(&MDBOOK).copied();
    let listed: Vec<&str> = BLOCK.iter().chain(&INLINE).copied().collect();
    let (meant, listed) = (did_you_mean(name, names), listed.join(", "));
    format!("unknown directive `{name}`: expected one of {listed}{meant}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_may_have_blanks_and_ends_on_its_line() {
        let source = "{{ #listing  a::b }} and }}";
        let length = opening(source).unwrap();
        let (directive, end) = parse(source, 0, length).unwrap();
        assert_eq!((directive.name.as_str(), directive.argument.as_str()), ("listing", "a::b"));
        assert_eq!(&source[end..], " and }}");
        assert_eq!(parse("{{#eq a\n}}", 0, 3), None);
    }

    #[test]
    fn an_unknown_directive_suggests_the_nearest() {
        assert!(unknown("listng").ends_with("did you mean `listing`?"));
    }
}
