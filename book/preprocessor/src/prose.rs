//! The sentences of a page: its words without formulas and code, and where each of them stands.

use std::ops::Range;

use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

use crate::directive;

/// What stands in the text of a block for something that is no word.
pub mod stand_in {
    /// Code.
    pub const CODE: char = '\u{1}';
    /// Math.
    pub const MATH: char = '\u{2}';
    /// A measured number.
    pub const VALUE: char = '\u{3}';
    /// A citation, or a link to another site.
    pub const SOURCE: char = '\u{4}';
    /// A mark `<!-- typed -->`.
    pub const VOUCHED: char = '\u{5}';
}
use stand_in::{CODE, MATH, SOURCE, VALUE, VOUCHED};

/// A paragraph, a heading, an item of a list or a row of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Block {
    /// Its words, and stand-ins for the rest.
    pub text: String,
    /// Where each byte of the text comes from.
    offsets: Vec<usize>,
    /// The code in it.
    pub codes: Vec<Code>,
    /// Whether it is a row of a table, in which no sentence ends.
    pub is_row: bool,
}

/// Code in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// What stands between the backticks.
    pub text: String,
    /// Where it stands in the text of its block.
    pub at: usize,
    /// Where it stands on the page.
    pub offset: usize,
}

/// A mark by which an author vouches for what is typed before it in the sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Vouch {
    /// The index of its block.
    pub block: usize,
    /// Where it stands in the text of its block.
    pub at: usize,
    /// Its bytes on the page.
    pub range: Range<usize>,
}

/// The blocks of a page, and the marks in them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prose {
    /// In the order of the page.
    pub blocks: Vec<Block>,
    /// In the order of the page.
    pub vouches: Vec<Vouch>,
    /// Blocks of code: the language, what is in it, where that begins.
    pub fences: Vec<Fence>,
}

/// A block of code.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fence {
    /// The first word after the fence; nothing for an indented block.
    pub language: Option<String>,
    /// What is in it.
    pub text: String,
    /// Where the block begins on the page.
    pub offset: usize,
    /// Where its text begins.
    pub body: usize,
}

impl Block {
    /// Where on the page a byte of the text stands.
    pub fn offset(&self, at: usize) -> usize {
        self.offsets.get(at).or(self.offsets.last()).copied().unwrap_or_default()
    }

    /// The sentences: ranges of the text.
    pub fn sentences(&self) -> Vec<Range<usize>> {
        let mut sentences = Vec::new();
        let mut start = 0;
        if !self.is_row {
            for (at, mark) in self.text.char_indices() {
                if at >= start && ends_sentence(&self.text, at, mark) {
                    let end = at + mark.len_utf8();
                    sentences.push(start..end);
                    start = end;
                }
            }
        }
        sentences.push(start..self.text.len());
        // A closing quote, a citation in brackets or a mark behind the stop belongs to the sentence.
        for index in 1..sentences.len() {
            let next = &self.text[sentences[index].clone()];
            let closing = |c: char| "\"”’')]*".contains(c) || c == VOUCHED;
            let tail = next.len() - next.trim_start_matches(closing).len();
            let blank = next.len() - next.trim_start().len();
            let marked = next.trim_start().starts_with(VOUCHED);
            let tail = if marked { blank + VOUCHED.len_utf8() } else { tail };
            sentences[index - 1].end += tail;
            sentences[index].start += tail;
        }
        sentences
    }

    /// The sentence in which a byte of the text stands.
    pub fn sentence_at(&self, at: usize) -> Range<usize> {
        let all = self.sentences();
        all.into_iter().find(|range| range.contains(&at)).unwrap_or(0..self.text.len())
    }

    /// Whether the sentence has its source in it: a citation, or a link to another site.
    pub fn is_cited(&self, sentence: &Range<usize>) -> bool {
        self.text[sentence.clone()].contains(SOURCE)
    }

    fn push(&mut self, text: &str, offset: usize, exact: bool) {
        let step = |at: usize| if exact { offset + at } else { offset };
        self.offsets.extend((0..text.len()).map(step));
        self.text.push_str(text);
    }
}

/// Whether a sentence ends with the mark at a place: it is followed by a blank, and then by no small
/// letter.
fn ends_sentence(text: &str, at: usize, mark: char) -> bool {
    if !".!?".contains(mark) {
        return false;
    }
    let rest = text[at + 1..].trim_start_matches(|c: char| "\"”’')]*".contains(c) || c == VOUCHED);
    let next = rest.trim_start();
    let blank = rest.len() != next.len() || rest.is_empty();
    let goes_on = next.starts_with(|c: char| c.is_lowercase());
    let short = ["al.", "vs.", "e.g.", "i.e.", "Fig.", "no.", "p.", "pp."];
    let abbreviated = short.iter().any(|word| text[..at + 1].ends_with(word));
    blank && !goes_on && !abbreviated
}

/// Reads the blocks of a page.
pub fn read(source: &str, options: &MarkdownOptions) -> Prose {
    let mut reader = Reader { source, ..Reader::default() };
    for (event, range) in new_cmark_parser(source, options).into_offset_iter() {
        reader.read(event, range);
    }
    reader.end_block();
    let mut prose = reader.prose;
    for block in &mut prose.blocks {
        take_math_out(block);
    }
    prose
}

/// Code between two dollar signs is math.
fn take_math_out(block: &mut Block) {
    let is_math = |code: &Code| {
        let end = code.at + CODE.len_utf8();
        block.text[..code.at].ends_with('$') && block.text[end..].starts_with('$')
    };
    let (math, codes): (Vec<Code>, Vec<Code>) = block.codes.drain(..).partition(is_math);
    block.codes = codes;
    let mut bytes = std::mem::take(&mut block.text).into_bytes();
    for code in math {
        bytes[code.at] = MATH as u8;
    }
    block.text = String::from_utf8(bytes).unwrap_or_default();
}

#[derive(Default)]
struct Reader<'a> {
    source: &'a str,
    prose: Prose,
    block: Block,
    fence: Option<Fence>,
    /// The byte before which everything was read.
    done: usize,
    /// Whether the text of a quoted value of the README is being read.
    quoted: bool,
    links: Vec<bool>,
}

impl Reader<'_> {
    fn read(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => self.begin_fence(&kind, range.start),
            Event::End(TagEnd::CodeBlock) => self.prose.fences.extend(self.fence.take()),
            Event::Text(text) if self.fence.is_some() => {
                let Some(fence) = &mut self.fence else { return };
                if fence.text.is_empty() {
                    fence.body = range.start;
                }
                fence.text.push_str(&text);
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                self.links.push(dest_url.starts_with("http"));
            }
            Event::End(TagEnd::Link) => self.end_link(range.end),
            Event::Start(Tag::TableRow | Tag::TableHead) => {
                self.end_block();
                self.block.is_row = true;
            }
            Event::End(TagEnd::TableCell) => self.block.push(" | ", range.start, false),
            Event::Start(
                Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
                | Tag::TableCell
                | Tag::Image { .. },
            )
            | Event::End(
                TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Image,
            ) => {}
            Event::Start(_) | Event::End(_) => self.end_block(),
            Event::Text(text) if range.end > self.done => self.read_text(&text, range),
            Event::Code(code) if range.start >= self.done => {
                let (at, offset) = (self.block.text.len(), range.start);
                self.block.codes.push(Code { text: code.to_string(), at, offset });
                self.stand_in(CODE, range.start);
            }
            Event::SoftBreak | Event::HardBreak => self.block.push(" ", range.start, false),
            Event::InlineHtml(html) | Event::Html(html) => self.read_html(&html, range),
            _ => {}
        }
    }

    fn begin_fence(
        &mut self,
        kind: &mdbook_markdown::pulldown_cmark::CodeBlockKind<'_>,
        offset: usize,
    ) {
        use mdbook_markdown::pulldown_cmark::CodeBlockKind;
        self.end_block();
        let language = match kind {
            CodeBlockKind::Indented => None,
            CodeBlockKind::Fenced(info) => {
                let word = info.trim().split([',', ' ', '\t']).next();
                Some(word.unwrap_or_default().to_owned())
            }
        };
        self.fence = Some(Fence { language, text: String::new(), offset, body: offset });
    }

    fn end_link(&mut self, end: usize) {
        if self.links.pop() == Some(true) {
            self.stand_in(SOURCE, end.saturating_sub(1));
        }
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        if !block.text.is_empty() {
            self.prose.blocks.push(block);
        }
        self.quoted = false;
    }

    fn stand_in(&mut self, what: char, offset: usize) {
        self.block.push(what.encode_utf8(&mut [0; 4]), offset, false);
    }

    fn read_html(&mut self, html: &str, range: Range<usize>) {
        let Some(inside) = html.trim().strip_prefix("<!--").and_then(|x| x.strip_suffix("-->"))
        else {
            return;
        };
        let inside = inside.trim();
        if is_vouch(inside) {
            let (block, at) = (self.prose.blocks.len(), self.block.text.len());
            self.stand_in(VOUCHED, range.start);
            self.prose.vouches.push(Vouch { block, at, range });
        } else if self.quoted && inside.is_empty() {
            self.quoted = false;
        } else if inside.contains('.') && !inside.contains([' ', ':']) {
            self.quoted = true;
            self.stand_in(VALUE, range.start);
        }
    }

    fn read_text(&mut self, text: &str, range: Range<usize>) {
        if self.quoted {
            return;
        }
        let source = self.source.get(range.clone()).unwrap_or_default();
        if source != text {
            return self.block.push(text, range.start, false); // a typographic sign
        }
        let mut at = range.start.max(self.done);
        while at < range.end {
            let rest = &self.source[at..];
            let parsed = directive::opening(rest)
                .and_then(|length| directive::parse(self.source, at, length));
            if let Some((directive, end)) = parsed {
                match directive.name.as_str() {
                    "value" => self.stand_in(VALUE, at),
                    "cite" => self.stand_in(SOURCE, at),
                    _ => self.stand_in(MATH, at),
                }
                (at, self.done) = (end, end);
                continue;
            }
            let length = rest.chars().next().map_or(1, char::len_utf8);
            self.block.push(&rest[..length], at, true);
            at += length;
        }
    }
}

/// Whether a comment is the mark of an author: `typed`, or `typed: and why`.
pub fn is_vouch(comment: &str) -> bool {
    comment == "typed" || comment.starts_with("typed:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(source: &str) -> Vec<String> {
        let prose = read(source, &MarkdownOptions::default());
        let all = prose.blocks.iter().flat_map(|block| {
            block.sentences().into_iter().map(|range| block.text[range].trim().to_owned())
        });
        all.filter(|text| !text.is_empty()).collect()
    }

    #[test]
    fn words_are_read_by_the_sentence_and_the_rest_has_stand_ins() {
        let source = "# A *head*\n\nOne `x` is $`y`$. See Doe et al. 2014 and\n{{#value a.b}}, \
             (so.) {{#cite c}} Two <!-- typed -->\n\n| a | 5% |\n| --- | --- |\n| b. C | d |\n";
        let expected = [
            "A head",
            "One \u{1} is $\u{2}$.",
            "See Doe et al. 2014 and \u{3}, (so.)",
            "\u{4} Two \u{5}",
            "a | 5% |",
            "b. C | d |",
        ];
        assert_eq!(sentences(source), expected);
    }

    #[test]
    fn a_byte_of_a_sentence_knows_where_it_stands() {
        let source = "`a` 12%";
        let block = &read(source, &MarkdownOptions::default()).blocks[0];
        assert_eq!(block.offset(block.text.find("12").unwrap()), 4);
        assert_eq!((block.codes[0].text.as_str(), block.codes[0].offset), ("a", 0));
    }

    #[test]
    fn a_quoted_value_of_the_readme_is_a_value() {
        let source = "It is <!-- ch05.a -->97%<!-- -->, not 96%.";
        assert_eq!(sentences(source), ["It is \u{3}, not 96%."]);
    }
}
