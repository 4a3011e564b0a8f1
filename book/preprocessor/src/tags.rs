//! The tags in a piece of HTML.

use std::ops::Range;

/// A tag.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag<'a> {
    /// The name of its element.
    pub name: &'a str,
    /// It, from `<` to `>`.
    pub text: &'a str,
    /// Where it stands.
    pub range: Range<usize>,
}

impl Tag<'_> {
    /// Whether it ends an element.
    pub fn is_end(&self) -> bool {
        self.text.starts_with("</")
    }

    /// Whether it is an element of its own.
    pub fn is_closed(&self) -> bool {
        self.text.ends_with("/>")
    }
}

/// All tags; comments have none.
pub fn read(html: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut done = 0;
    while let Some(offset) = html[done..].find('<') {
        let start = done + offset;
        let rest = &html[start..];
        let (name, length) = (name(rest), length(rest));
        if !name.is_empty() {
            found.push(Tag { name, text: &rest[..length], range: start..start + length });
        }
        done = start + length;
    }
    found
}

/// The name of the element whose tag begins a piece of HTML, or nothing.
fn name(html: &str) -> &str {
    let name = html.strip_prefix("</").or(html.strip_prefix('<')).unwrap_or_default();
    let end = name.find(|character: char| !character.is_ascii_alphanumeric() && character != '-');
    &name[..end.unwrap_or(name.len())]
}

/// How long the tag, the comment or the lonely `<` is that begins a piece of HTML.
fn length(html: &str) -> usize {
    if html.starts_with("<!--") {
        return html.find("-->").map_or(html.len(), |end| end + "-->".len());
    }
    if name(html).is_empty() {
        return 1;
    }
    let mut quote = None;
    for (offset, character) in html.char_indices() {
        match (quote, character) {
            (None, '>') => return offset + 1,
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    html.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_with_their_attributes_and_comments_are_not() {
        let html = "a < b <p t='>' u=\"'>\">c<!-- <i> --></p><br/><x-y";
        let tags = read(html);
        let texts: Vec<&str> = tags.iter().map(|tag| tag.text).collect();
        assert_eq!(texts, ["<p t='>' u=\"'>\">", "</p>", "<br/>", "<x-y"]);
        let names: Vec<&str> = tags.iter().map(|tag| tag.name).collect();
        assert_eq!(names, ["p", "p", "br", "x-y"]);
        assert_eq!(&html[tags[1].range.clone()], "</p>");
        assert!(tags[1].is_end() && tags[2].is_closed());
    }
}
