//! Numbers that look measured and that somebody typed: a percentage, a time, a factor, a size.
//!
//! A number with a unit comes from `values.json`, or it stands in a sentence that names its source,
//! or its author vouches for it by `<!-- typed -->` behind it in the same sentence.

use std::ops::Range;

use crate::prose::{Block, stand_in};

/// What a number may be measured in, after it; longer words first where one begins another.
const UNITS: [&str; 44] = [
    "%",
    "percentage points",
    "percentage point",
    "percent",
    "milliseconds",
    "millisecond",
    "microseconds",
    "microsecond",
    "nanoseconds",
    "nanosecond",
    "seconds",
    "second",
    "minutes",
    "minute",
    "hours",
    "hour",
    "ms",
    "µs",
    "ns",
    "s",
    "kilobytes",
    "kilobyte",
    "megabytes",
    "megabyte",
    "gigabytes",
    "gigabyte",
    "terabytes",
    "terabyte",
    "bytes",
    "byte",
    "kB",
    "KB",
    "MB",
    "GB",
    "TB",
    "KiB",
    "MiB",
    "GiB",
    "Hz",
    "kHz",
    "MHz",
    "GHz",
    "GFLOPS",
    "frames per second",
];

/// Words that make a factor of a number of times: 4.1 times as long.
const COMPARED: [&str; 24] = [
    "as", "more", "less", "fewer", "faster", "slower", "longer", "shorter", "larger", "smaller",
    "higher", "lower", "better", "worse", "cheaper", "dearer", "bigger", "quicker", "heavier",
    "lighter", "stronger", "weaker", "steeper", "nearer",
];

/// Numbers as words, where they count a unit.
const WORDS: [&str; 34] = [
    "half",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
    "dozen",
    "quarter",
];

/// Words before a factor in words which say that somebody has measured it.
const ROUNDED: [&str; 9] =
    ["about", "nearly", "almost", "roughly", "around", "some", "over", "than", "approximately"];

/// Words after a factor that say of what it is one: about three times the limit.
const OF_WHAT: [&str; 6] = ["the", "that", "those", "what", "this", "its"];

/// A number that was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// Its bytes in the text of its block.
    pub range: Range<usize>,
    /// The number with its unit.
    pub text: String,
}

/// The numbers of a block that look measured; those of a sentence with a source are left out.
pub fn numbers(block: &Block) -> Vec<Typed> {
    let mut found = Vec::new();
    for sentence in block.sentences() {
        if block.is_cited(&sentence) {
            continue;
        }
        let text = &block.text[sentence.clone()];
        for range in digits(text).chain(words(text)) {
            let at = sentence.start + range.start..sentence.start + range.end;
            found.push(Typed { text: text[range].to_owned(), range: at });
        }
    }
    found.sort_by_key(|typed| typed.range.start);
    found
}

/// Numbers in digits with a unit.
fn digits(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit()).map(|i| at + i) {
            let length = number_length(&text[start..]);
            at = start + length;
            let before = text[..start].chars().next_back();
            let part_of_word = before.is_some_and(|c| c.is_alphanumeric() || "_/.·".contains(c));
            let Some(unit) = unit_after(&text[at..], &text[start..at]) else { continue };
            if !part_of_word {
                at += unit;
                return Some(start..at);
            }
        }
        None
    })
}

/// The bytes of a number: digits, with commas and a point between them.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        let between =
            b",.".contains(&bytes[end]) && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !bytes[end].is_ascii_digit() && !between {
            break;
        }
        end += 1;
    }
    end
}

/// The bytes from the end of a number to the end of its unit.
fn unit_after(rest: &str, number: &str) -> Option<usize> {
    let blank = rest.len() - rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-']).len();
    let after = &rest[blank..];
    if blank > 1 && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    // "the 2010s", "of the 1s": no seconds.
    let glued_s = blank == 0 && after.starts_with('s') && !number.contains('.');
    let unit = UNITS.iter().find(|unit| starts_with_word(after, unit));
    if let Some(unit) = unit.filter(|_| !glued_s) {
        return Some(blank + unit.len());
    }
    if after.starts_with("fold") && rest.starts_with('-') {
        return Some(blank + "fold".len());
    }
    let times = ["times", "×"].into_iter().find(|word| starts_with_word(after, word))?;
    let next = after[times.len()..].trim_start_matches([' ', stand_in::VOUCHED]);
    let compared = COMPARED.iter().any(|word| starts_with_word(next, word));
    (compared || number.contains('.') && times == "times" && !is_product(next))
        .then_some(blank + times.len())
}

/// Whether a multiplication goes on after "times": 784 times 784.
fn is_product(next: &str) -> bool {
    next.starts_with(|c: char| c.is_ascii_digit() || [stand_in::MATH, '$', '−'].contains(&c))
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    let letter = word.ends_with(char::is_alphanumeric);
    text.strip_prefix(word).is_some_and(|rest| !letter || ends(rest))
}

/// Numbers in words: of percent and of seconds, and factors that somebody has rounded.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let words = split(text);
    let word = |index: usize| {
        words.get(index).map(|range: &Range<usize>| text[range.clone()].to_lowercase())
    };
    let is_number = |index: usize| {
        word(index).is_some_and(|word| word.split('-').all(|part| WORDS.contains(&part)))
    };
    let mut found = Vec::new();
    let mut index = 0;
    while index < words.len() {
        let start = index;
        // "half a million" is one number.
        let is_article = |index: usize| word(index).is_some_and(|word| word == "a");
        while is_number(index) || index > start && is_article(index) && is_number(index + 1) {
            index += 1;
        }
        if index == start {
            index += 1;
            continue;
        }
        let unit = word(index).unwrap_or_default();
        let rounded =
            start > 0 && word(start - 1).is_some_and(|before| ROUNDED.contains(&before.as_str()));
        let compared = word(index + 1)
            .is_some_and(|next| [&COMPARED[..], &OF_WHAT].concat().contains(&next.as_str()));
        let is_unit = ["percent", "seconds", "milliseconds", "microseconds", "nanoseconds"];
        if is_unit.contains(&unit.as_str()) || unit == "times" && rounded && compared {
            found.push(words[start].start..words[index].end);
        }
    }
    found.into_iter()
}

/// The words of a text.
fn split(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric() || c == '-', start) {
            (true, None) => start = Some(at),
            (false, Some(begin)) => {
                words.push(begin..at);
                start = None;
            }
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use mdbook_markdown::MarkdownOptions;

    use super::*;

    fn found(source: &str) -> Vec<String> {
        let prose = crate::prose::read(source, &MarkdownOptions::default());
        prose.blocks.iter().flat_map(numbers).map(|typed| typed.text).collect()
    }

    #[test]
    fn a_percentage_a_time_a_factor_and_a_size_look_measured() {
        let source = "It took 12.3 s, then 4 seconds; 97.63% and 5 percent. It is 4.1 times as long, \
             3 times faster, a 2-fold gain. It takes 188 MB, 1,024 bytes; 2.7 times more. | 3.4 ms";
        let expected = [
            "12.3 s",
            "4 seconds",
            "97.63%",
            "5 percent",
            "4.1 times",
            "3 times",
            "2-fold",
            "188 MB",
            "1,024 bytes",
            "2.7 times",
            "3.4 ms",
        ];
        assert_eq!(found(source), expected);
    }

    #[test]
    fn numbers_in_words_look_measured_where_a_unit_or_a_rounding_says_so() {
        let source = "Within five percent, in twenty-five seconds, about eight times as long, nearly \
             three hundred times more, off by more than half a million times the limit.";
        let expected = [
            "five percent",
            "twenty-five seconds",
            "eight times",
            "three hundred times",
            "half a million times",
        ];
        assert_eq!(found(source), expected);
    }

    #[test]
    fn ordinary_prose_passes() {
        let source = "In 2014, on page 7 of the 2010s, 3 examples were shown 5 times. Version 0.5.4 of \
             March 3, 1998. A batch of 32, layers of 128 and 10; ten times as long; do it 3 times. \
             Chapter 5, formula 3.7, f32, 784 × 128, 28 by 28, 0.001, a factor of 10, the 1s and 2s. \
             Two seconds are not many? A second try, a minute later; x86-64; `5 s`; $`5\\%`$; 0.181 \
             times $`a`$; 256 × 784 times 784 × 128; 60 000 images.";
        assert_eq!(found(source), ["Two seconds"]);
    }

    #[test]
    fn a_sentence_with_a_source_may_have_any_number() {
        let source = "The error is 0.35% {{#cite a}}. See [this](https://x.org): 5 s. Ours is 2%.";
        assert_eq!(found(source), ["2%"]);
    }
}
