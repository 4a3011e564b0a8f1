//! What an author typed on a page: directives, math, headings, and what should not be there.
//!
//! The page is read with mdBook's own Markdown parser. Everything that is found keeps its byte
//! range in the source, so that it can be replaced without touching the rest of the page, and so
//! that code spans, code blocks and comments stay as they are.

use std::ops::Range;

use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

use crate::directive;
use crate::heading;
use crate::hidden;
use crate::marks::{DisplayedMath, InlineMath, Kind, Mark};
use crate::pasted;
use crate::prose;

/// An event of the Markdown parser and the bytes that it stems from.
pub type Ranged<'a> = (Event<'a>, Range<usize>);

/// Finds everything on a page that concerns this preprocessor, in the order of the page.
pub fn read(source: &str, options: &MarkdownOptions) -> Vec<Mark> {
    let events: Vec<Ranged<'_>> = new_cmark_parser(source, options).into_offset_iter().collect();
    let mut reader = Reader { source, events, ..Reader::default() };
    reader.read_all();
    let mut marks = reader.marks;
    marks.extend(hidden::directives(source, &reader.taken));
    marks.sort_by_key(|mark| mark.range.start);
    marks
}

/// A walk over the events of a page.
#[derive(Default)]
struct Reader<'a> {
    source: &'a str,
    events: Vec<Ranged<'a>>,
    marks: Vec<Mark>,
    /// Ranges in which the search for hidden directives has nothing to look for.
    taken: Vec<Range<usize>>,
    /// The bytes before this one belong to a directive that was already read.
    done: usize,
}

impl Reader<'_> {
    /// Reads all events; a reader of a block says where it ends.
    fn read_all(&mut self) {
        let mut index = 0;
        while index < self.events.len() {
            index = self.read_event(index).max(index + 1);
        }
    }

    /// Reads the event at `index`, and perhaps those that belong to it; gives the next index.
    fn read_event(&mut self, index: usize) -> usize {
        let (event, range) = self.events[index].clone();
        match event {
            Event::Start(Tag::CodeBlock(kind)) => return self.read_code_block(index, &kind),
            Event::Start(Tag::HtmlBlock) => return self.read_html(index),
            Event::Start(Tag::Image { .. }) => return self.read_image(index),
            Event::Start(Tag::Link { link_type: LinkType::Autolink, .. }) => {
                return self.end_of(index);
            }
            Event::Start(Tag::Heading { id: None, .. }) => self.read_heading(index),
            Event::Code(latex) => self.read_code_span(index, latex.to_string()),
            Event::InlineHtml(html) => self.read_inline_html(&html, range),
            Event::Start(Tag::List(Some(first))) => self.read_list(index, first),
            Event::Text(_) if range.end > self.done => self.read_text(index),
            _ => {}
        }
        index + 1
    }

    /// The index after the end of the block or span that starts at `index`.
    fn end_of(&self, index: usize) -> usize {
        let mut depth = 0;
        for (offset, (event, _)) in self.events[index..].iter().enumerate() {
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return index + offset + 1;
            }
        }
        self.events.len()
    }

    /// The text between `index` and `end`, and where it begins.
    fn text_between(&self, index: usize, end: usize) -> (String, Option<usize>) {
        let mut text = String::new();
        let mut begin = None;
        for (event, range) in &self.events[index..end] {
            if let Event::Text(part) | Event::Html(part) | Event::Code(part) = event {
                begin = begin.or(Some(range.start));
                text.push_str(part);
            }
        }
        (text, begin)
    }

    fn read_code_block(&mut self, index: usize, kind: &CodeBlockKind<'_>) -> usize {
        let end = self.end_of(index);
        let range = self.trimmed(&self.events[index].1);
        self.taken.push(range.clone());
        let (text, _) = self.text_between(index, end);
        let CodeBlockKind::Fenced(info) = kind else {
            self.fault(range, INDENTED);
            return end;
        };
        let (language, rest) = split_info(info);
        match language {
            "math" => {
                let (latex, begin) = self.text_between(index, end);
                let body = begin.unwrap_or(range.start);
                let name = rest.to_owned();
                self.mark(range, Kind::Formula(DisplayedMath { name, latex, body }));
            }
            _ if pasted::is_rust(language, &text) => self.fault(range, PASTED_RUST),
            "" => self.fault(range, NO_LANGUAGE),
            _ => {}
        }
        end
    }

    /// The mark of an author, which no reader needs; and what math would be, if Markdown read it.
    fn read_inline_html(&mut self, html: &str, range: Range<usize>) {
        let comment = html.strip_prefix("<!--").and_then(|html| html.strip_suffix("-->"));
        if comment.is_some_and(|comment| prose::is_vouch(comment.trim())) {
            let blank = usize::from(self.source[..range.start].ends_with(' '));
            self.mark(range.start - blank..range.end, Kind::Vouch);
        }
    }

    /// A list of one numbered item is a sentence that began with a number.
    fn read_list(&mut self, index: usize, first: u64) {
        let (mut depth, mut items) = (0, 0);
        for (event, _) in &self.events[index..self.end_of(index)] {
            match event {
                Event::Start(Tag::List(_)) => depth += 1,
                Event::End(TagEnd::List(_)) => depth -= 1,
                Event::Start(Tag::Item) if depth == 1 => items += 1,
                _ => {}
            }
        }
        let start = self.events[index].1.start;
        let line = self.source[..start].rfind('\n').map_or(0, |end| end + 1);
        let before = self.source[..line].lines().next_back().unwrap_or_default();
        // In a quote the line before may hold its mark alone.
        if items == 1 && before.chars().any(|c| c != '>' && !c.is_whitespace()) {
            let message = format!(
                "a list of one item: expected more of them, or `{first}\\.` where the line only \
                 begins with a number"
            );
            self.fault(start..start + 1, &message);
        }
    }

    /// Text in an HTML block is not Markdown: math in it would reach the reader as dollar signs.
    fn read_html(&mut self, index: usize) -> usize {
        let end = self.end_of(index);
        let parts: Vec<(String, usize)> = self.events[index..end]
            .iter()
            .filter_map(|(event, range)| match event {
                Event::Html(html) => Some((html.to_string(), range.start)),
                _ => None,
            })
            .collect();
        for offset in hidden::dollars(&parts) {
            self.fault(offset..offset + 1, DOLLAR_IN_HTML);
        }
        for offset in hidden::latex(&parts) {
            self.fault(offset..offset + 1, LATEX_IN_HTML);
        }
        let range = self.events[index].1.clone();
        let whole: String = parts.iter().map(|(html, _)| html.as_str()).collect();
        if pasted::is_code_in_html(&whole) {
            self.fault(range, PASTED_HTML);
        }
        end
    }

    fn read_image(&mut self, index: usize) -> usize {
        let end = self.end_of(index);
        let range = self.events[index].1.clone();
        let (description, _) = self.text_between(index, end);
        if pasted::says_nothing(&description) {
            self.fault(range.clone(), NO_DESCRIPTION);
        }
        if description.contains('$') {
            self.fault(range, MATH_IN_IMAGE);
        }
        end
    }

    /// Gives a heading with math an identifier made from its source: mdBook would make one from
    /// the text of the MathML.
    fn read_heading(&mut self, index: usize) {
        let end = self.end_of(index) - 1;
        let inner = &self.events[index + 1..end];
        let math = (index + 1..end).any(|inner| self.math_at(inner).is_some());
        let Some((_, last)) = inner.last() else { return };
        if math && !self.source[last.end..].starts_with(" {") {
            let (text, _) = self.text_between(index, end);
            let (id, at) = (heading::id_of(&text), last.end);
            self.mark(at..at, Kind::HeadingId(id));
        }
    }

    fn read_code_span(&mut self, index: usize, latex: String) {
        let range = self.events[index].1.clone();
        if range.start < self.done {
            return;
        }
        self.taken.push(range.clone());
        let Some(span) = self.math_at(index) else { return };
        let before = self.opening_before(index, span.start);
        let (after, end) = self.glued_after(index, span.end);
        let range = span.start - before.len()..end;
        self.mark(range, Kind::Math(InlineMath { latex, before, after }));
    }

    /// The range of the math, dollar signs included, if the event at `index` is a code span
    /// between two dollar signs.
    fn math_at(&self, index: usize) -> Option<Range<usize>> {
        let (Event::Code(_), range) = self.events.get(index)? else { return None };
        let (Event::Text(_), before) = self.events.get(index.checked_sub(1)?)? else { return None };
        let (Event::Text(_), after) = self.events.get(index + 1)? else { return None };
        let opens = before.end == range.start
            && self.source[before.clone()].ends_with('$')
            && !(before.len() == 1 && self.source[..before.start].ends_with('\\'))
            && !(before.len() == 1 && self.closes_math(index - 1));
        let closes = after.start == range.end && self.source[after.clone()].starts_with('$');
        (opens && closes).then(|| range.start - 1..range.end + 1)
    }

    /// Whether the text at `index` begins with the closing dollar sign of math before it.
    fn closes_math(&self, index: usize) -> bool {
        index.checked_sub(1).is_some_and(|code| self.math_at(code).is_some())
    }

    /// Whether the text at `index` ends with the opening dollar sign of math after it.
    fn opens_math(&self, index: usize) -> bool {
        self.math_at(index + 1).is_some()
    }

    /// The opening bracket or quote directly before math.
    fn opening_before(&self, index: usize, start: usize) -> String {
        let text = self.events[index - 1].1.clone();
        let from = text.start.max(self.done).min(start);
        let escaped = self.source[..from].ends_with('\\');
        let last = self.source[from..start].chars().next_back();
        let opening = last.filter(|&character| is_opening(character));
        let single = opening.is_some_and(|character| from + character.len_utf8() == start);
        let closing_of_math = single && self.closes_math(index - 1);
        let opening = opening.filter(|_| !(closing_of_math || single && escaped));
        opening.map(String::from).unwrap_or_default()
    }

    /// What must stay on the line of math that ends before `end`, and where that ends.
    fn glued_after(&self, index: usize, end: usize) -> (String, usize) {
        let text = &self.source[end..self.events[index + 1].1.end];
        let limit = match self.opens_math(index + 1) {
            true => text.len() - 1,
            false => text.len(),
        };
        let glued = glued(&text[..limit]);
        let next = end + glued.len();
        let rest = &self.source[next..];
        if limit == glued.len() && rest.starts_with('\'') && glued.is_empty() {
            let letters = leading(&rest[1..], |letter| letter.is_ascii_alphabetic());
            if !letters.is_empty() {
                return (format!("’{letters}"), next + 1 + letters.len());
            }
        }
        (glued.to_owned(), next)
    }

    /// Looks for directives and dollar signs in a stretch of text.
    fn read_text(&mut self, index: usize) {
        let range = self.events[index].1.clone();
        let mut offset = range.start.max(self.done);
        while offset < range.end {
            let rest = &self.source[offset..];
            let escaped = offset == range.start && self.source[..offset].ends_with('\\');
            if let Some(length) = directive::opening(rest) {
                offset = self.read_directive(index, offset, length, escaped);
                continue;
            }
            if rest.starts_with('$') && !escaped && !self.delimits(index, offset) {
                self.fault(offset..offset + 1, STRAY_DOLLAR);
            }
            offset += rest.chars().next().map_or(1, char::len_utf8);
        }
    }

    /// Whether the dollar sign at `offset` of the text at `index` opens or closes math.
    fn delimits(&self, index: usize, offset: usize) -> bool {
        let range = &self.events[index].1;
        (offset == range.start && self.closes_math(index))
            || (offset + 1 == range.end && self.opens_math(index))
    }

    /// Reads the directive at `offset`, whose opening has `length` bytes; gives where it ends.
    fn read_directive(
        &mut self,
        index: usize,
        offset: usize,
        length: usize,
        escaped: bool,
    ) -> usize {
        if escaped {
            self.taken.push(offset..offset + length);
            return offset + length;
        }
        let Some((mut directive, end)) = directive::parse(self.source, offset, length) else {
            self.fault(offset..offset + length, directive::UNCLOSED);
            self.taken.push(offset..offset + length);
            return offset + length;
        };
        let last = self.end_of_block(index, offset, end);
        let below = self.caption_below(index, offset, end);
        directive.alone = last.is_some() || below.is_some();
        directive.caption = last.and_then(|last| self.caption_after(last));
        directive.caption_is_apart = directive.caption.is_some();
        directive.caption = directive.caption.or(below);
        self.done = end;
        self.taken.push(offset..end);
        self.mark(offset..end, Kind::Directive(directive));
        end
    }

    /// The event after a directive from `offset` to `end`, whose first text is at `index`, if it
    /// fills a block: nothing of the block stands before or after it.
    fn end_of_block(&self, index: usize, offset: usize, end: usize) -> Option<usize> {
        let begins = self.events[index].1.start == offset
            && index.checked_sub(1).is_some_and(|before| begins_block(&self.events[before].0));
        let text = self.events[index].1.end.max(end);
        let ends = self.source[end..text].trim().is_empty();
        let beyond = |(event, range): &Ranged<'_>| {
            matches!(event, Event::Start(_) | Event::End(_)) || range.end > end
        };
        let next = index + 1 + self.events[index + 1..].iter().position(beyond)?;
        (begins && ends && ends_block(&self.events[next].0)).then_some(next)
    }

    /// The rest of the paragraph that begins with the directive from `offset` to `end`, from its
    /// second line on.
    fn caption_below(&self, index: usize, offset: usize, end: usize) -> Option<Range<usize>> {
        let begins = self.events[index].1.start == offset;
        let before = index.checked_sub(1).filter(|_| begins)?;
        let (Event::Start(Tag::Paragraph), range) = &self.events[before] else { return None };
        let range = self.trimmed(range);
        let rest = self.source.get(end..range.end)?;
        let line = rest.find('\n').filter(|at| rest[..*at].trim().is_empty())?;
        let indent = |c: char| c == '>' || c == ' ' || c == '\t';
        let start =
            line + 1 + (rest[line + 1..].len() - rest[line + 1..].trim_start_matches(indent).len());
        let caption = end + start..range.end;
        let text = self.source.get(caption.clone()).filter(|text| !text.is_empty())?;
        (!is_directive(text)).then_some(caption)
    }

    /// The paragraph that follows the block which ends at `last`, if it is one of prose.
    fn caption_after(&self, last: usize) -> Option<Range<usize>> {
        let (Event::Start(Tag::Paragraph), range) = self.events.get(last + 1)? else { return None };
        let range = self.trimmed(range);
        let text = &self.source[range.clone()];
        (!is_directive(text)).then_some(range)
    }

    /// A range without the line ends and blanks at its end.
    fn trimmed(&self, range: &Range<usize>) -> Range<usize> {
        let text = self.source[range.clone()].trim_end();
        range.start..range.start + text.len()
    }

    fn mark(&mut self, range: Range<usize>, kind: Kind) {
        self.marks.push(Mark { range, kind });
    }

    fn fault(&mut self, range: Range<usize>, message: &str) {
        self.mark(range, Kind::Fault(message.to_owned()));
    }
}

/// A dollar sign that belongs to no math.
const STRAY_DOLLAR: &str = "stray dollar sign: math is written $`…`$ in a sentence and as a \
     fenced block ```math name on its own; a dollar of money is written \\$";

/// A dollar sign in an HTML block.
const DOLLAR_IN_HTML: &str = "dollar sign in an HTML block, where neither Markdown nor math is \
     read: put blank lines around the Markdown, or write &#36; for money";

/// TeX in an HTML block.
const LATEX_IN_HTML: &str = "TeX in an HTML block, where no math is read: put blank lines around \
     the Markdown, and write $`…`$";

/// A block of code without a fence.
const INDENTED: &str = "an indented block of code: expected a fence that names its language, such \
     as ```console";

/// A fence without a language.
const NO_LANGUAGE: &str = "a fence without a language: expected one, such as ```console or ```text";

/// Code in HTML.
const PASTED_HTML: &str = "code pasted in HTML: expected {{#listing crate::path::Item}}, or a fence \
     that names its language";

/// An image that a screen reader cannot describe.
const NO_DESCRIPTION: &str = "image without a description: expected ![what it shows](file)";

/// Math where only plain text can stand.
const MATH_IN_IMAGE: &str = "math in the description of an image, which is plain text: say it in \
     words";

/// Code that no lock watches.
const PASTED_RUST: &str = "Rust pasted on the page: expected {{#listing crate::path::Item}}, or \
     {{#exercise chapter/name}}";

/// The language of a fence, and the rest of its line.
fn split_info(info: &str) -> (&str, &str) {
    let info = info.trim();
    let end = info.find([',', ' ', '\t']).unwrap_or(info.len());
    (&info[..end], info[end..].trim_start_matches([',', ' ', '\t']).trim_end())
}

/// Whether a block begins in which a directive can stand alone.
fn begins_block(event: &Event<'_>) -> bool {
    use Tag::{DefinitionListDefinition, FootnoteDefinition, Item, Paragraph};
    let Event::Start(tag) = event else { return false };
    matches!(tag, Paragraph | Item | FootnoteDefinition(_) | DefinitionListDefinition)
}

/// Whether a block ends, or another begins inside a list's item.
fn ends_block(event: &Event<'_>) -> bool {
    use TagEnd::{DefinitionListDefinition, FootnoteDefinition, Item, Paragraph};
    match event {
        Event::End(Paragraph | Item | FootnoteDefinition | DefinitionListDefinition) => true,
        Event::Start(tag) => matches!(tag, Tag::List(_) | Tag::CodeBlock(_) | Tag::BlockQuote(_)),
        _ => false,
    }
}

/// Whether a text is a directive and nothing else.
fn is_directive(text: &str) -> bool {
    directive::opening(text).is_some_and(|length| {
        directive::parse(text, 0, length).is_some_and(|(_, end)| end == text.len())
    })
}

/// Whether a line must not end after this character.
fn is_opening(character: char) -> bool {
    "(（［〔【「『《〈“‘".contains(character)
}

/// Whether a line must not begin with this character.
fn is_closing(character: char) -> bool {
    ",.;:!?)]}%…，。、；：！？）］〕】」』》〉”’％".contains(character)
}

/// The start of the text after math that must stay on its line: the rest of the word, such as
/// `-dimensional` or `th`, and closing punctuation.
fn glued(text: &str) -> &str {
    let word = leading(text, |character| character == '-' || character.is_ascii_alphanumeric());
    let closing = leading(&text[word.len()..], is_closing);
    &text[..word.len() + closing.len()]
}

fn leading(text: &str, wanted: impl Fn(char) -> bool) -> &str {
    let end = text.find(|character| !wanted(character)).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECES: [&str; 44] = [
        "$",
        "`",
        "``",
        "x_1",
        "\\",
        "\\$",
        "{{#eq a}}",
        "{{#listing a::b}}",
        "{{",
        "}}",
        "{{#",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "    ",
        "\t",
        "|",
        "\\|",
        "\n|a|b|\n|-|-|\n|",
        "*",
        "**",
        "_",
        "[",
        "](b)",
        "![",
        "<",
        ">",
        "</div>\n",
        "\n<div>\n",
        "<!--",
        "-->",
        "```math a\n",
        "\n```\n",
        "# ",
        " {#id}",
        "，",
        "（",
        "'s",
        "\"",
        "...",
        "[^1]: ",
        "中",
    ];

    /// Pages put together from pieces that each mean something to Markdown.
    fn random_pages(count: usize) -> impl Iterator<Item = String> {
        let mut state: u64 = 1;
        let mut next = move |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(state >> 33).unwrap_or_default() % below
        };
        (0..count).map(move |_| (0..next(30)).map(|_| PIECES[next(PIECES.len())]).collect())
    }

    #[test]
    fn marks_of_any_page_are_sorted_and_do_not_overlap() {
        for page in random_pages(20_000) {
            let marks = read(&page, &MarkdownOptions::default());
            let replaced = marks.iter().filter(|mark| !matches!(mark.kind, Kind::Fault(_)));
            let mut done = 0;
            for mark in replaced {
                assert!(mark.range.start >= done, "{page:?}: {marks:?}");
                assert!(page.get(mark.range.clone()).is_some(), "{page:?}: {mark:?}");
                done = mark.range.end;
            }
        }
    }

    #[test]
    fn every_dollar_sign_of_prose_is_math_or_a_fault() {
        let marks = read("$`a`$$ $`b` `$` \\$ $", &MarkdownOptions::default());
        let kinds: Vec<&str> = marks
            .iter()
            .map(|mark| match mark.kind {
                Kind::Math(_) => "math",
                _ => "fault",
            })
            .collect();
        assert_eq!(kinds, ["math", "fault", "fault", "fault"]);
    }

    #[test]
    fn the_latex_of_a_block_begins_on_its_own_line() {
        let source = "> ```math a\n> x\n> y\n> ```\n";
        let marks = read(source, &MarkdownOptions::default());
        let [Mark { range, kind: Kind::Formula(block) }] = marks.as_slice() else {
            panic!("{marks:?}");
        };
        assert_eq!((block.name.as_str(), block.latex.as_str()), ("a", "x\ny\n"));
        assert!(source[block.body..].starts_with("x\n"));
        assert!(source[range.clone()].ends_with("```"));
    }
}
