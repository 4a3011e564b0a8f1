//! Takes an SVG apart into its skeleton (elements, names, words) and what may differ a little from
//! machine to machine: numbers, colors, pixels.

use std::collections::BTreeSet;

use crate::png;

/// A part of an SVG.
#[derive(Debug, Clone, PartialEq)]
enum Token<'a> {
    /// Anything that must be the same.
    Word(&'a str),
    /// A number, and what a step of its last digit is worth.
    Number(f64, f64),
    /// A color, `#rrggbb`.
    Color([u8; 3]),
    /// An embedded image.
    Image(&'a str),
}

/// How many levels of 255 a color may differ for each unit of a figure's tolerance.
const LEVELS: f64 = 8.0;

/// Which share of an image's pixels may differ by more than that, for each unit.
const PIXELS: f64 = 0.01;

/// How many problems of one figure are reported.
const MOST_PROBLEMS: usize = 5;

/// All problems of two SVGs, the first few in words.
pub fn compare_figures(committed: &str, fresh: &str) -> Vec<String> {
    let (old_tolerance, tolerance) = (stated_tolerance(committed), stated_tolerance(fresh));
    if old_tolerance != tolerance {
        let shown = |text: Option<&str>| text.unwrap_or("none").to_owned();
        let (old, new) = (shown(old_tolerance), shown(tolerance));
        return vec![format!("data-tolerance: committed {old}, fresh {new}")];
    }
    if tolerance == Some("machine") {
        return compare_names(committed, fresh);
    }
    let stated = tolerance.and_then(|number| number.parse().ok());
    let units = stated.filter(|units: &f64| *units >= 0.0).unwrap_or(0.0);
    let pairs = committed.lines().zip(fresh.lines()).enumerate();
    let problem = |(line, (old, new))| {
        line_problem(old, new, units).map(|problem| format!("line {}: {problem}", line + 1))
    };
    let problems: Vec<String> = pairs.filter_map(problem).collect();
    let (old, new) = (committed.lines().count(), fresh.lines().count());
    if old == new {
        return first_few(problems);
    }
    let first = problems.first().map_or(String::new(), |problem| format!(", first in {problem}"));
    vec![format!("{old} elements (lines) became {new}{first}")]
}

/// Compares figures whose numbers depend on the machine, and with them ticks and sizes: what they
/// say in words must be the same.
fn compare_names(committed: &str, fresh: &str) -> Vec<String> {
    let (old, new) = (names(committed), names(fresh));
    let gone = old.difference(&new).map(|name| format!("the text {name:?} is gone"));
    let added = new.difference(&old).map(|name| format!("the text {name:?} is new"));
    gone.chain(added).collect()
}

/// All texts of a figure without their numbers, as far as they hold letters.
fn names(svg: &str) -> BTreeSet<String> {
    let text = |line: &str| {
        let content = line.strip_suffix('>')?.rsplit_once("</")?.0.rsplit_once('>')?.1.to_owned();
        let words = tokens(&content).into_iter().filter_map(|token| match token {
            Token::Word(word) => Some(word.to_owned()),
            _ => None,
        });
        Some(words.collect::<String>()).filter(|words| words.contains(char::is_alphabetic))
    };
    svg.lines().filter_map(text).collect()
}

/// The first problems, and how many more there are.
fn first_few(mut problems: Vec<String>) -> Vec<String> {
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    problems.truncate(MOST_PROBLEMS);
    if more > 0 {
        problems.push(format!("and {more} more lines are different"));
    }
    problems
}

/// What the figure says about its tolerance.
fn stated_tolerance(svg: &str) -> Option<&str> {
    svg.split_once(" data-tolerance=\"")?.1.split_once('"').map(|(tolerance, _)| tolerance)
}

/// The first problem of two lines, with the lines themselves as far as they are short.
fn line_problem(old: &str, new: &str, units: f64) -> Option<String> {
    let (old_tokens, new_tokens) = (tokens(old), tokens(new));
    let quoted = |line: &str| line.chars().take(160).collect::<String>();
    let lines = || format!("\n  committed {}\n  fresh     {}", quoted(old), quoted(new));
    let mut pairs = old_tokens.iter().zip(&new_tokens);
    if let Some(problem) = pairs.find_map(|(old, new)| token_problem(old, new, units)) {
        return Some(problem + &lines());
    }
    let (old_count, new_count) = (old_tokens.len(), new_tokens.len());
    (old_count != new_count).then(|| format!("{old_count} parts became {new_count}{}", lines()))
}

/// What is wrong with a part of a fresh figure, if anything.
fn token_problem(old: &Token<'_>, new: &Token<'_>, units: f64) -> Option<String> {
    match (old, new) {
        (Token::Number(old, step), Token::Number(new, _)) => {
            let allowed = units * step.max(f64::MIN_POSITIVE) * (1.0 + 1e-9);
            ((old - new).abs() > allowed).then(|| format!("the number {old} became {new}"))
        }
        (Token::Color(old), Token::Color(new)) => {
            let far = old.iter().zip(new).any(|(old, new)| level_differs(*old, *new, units));
            far.then(|| format!("the color {old:?} became {new:?}"))
        }
        (Token::Image(old), Token::Image(new)) => image_problem(old, new, units),
        (Token::Word(old), Token::Word(new)) if old == new => None,
        (old, new) => Some(format!("{old:?} became {new:?}")),
    }
}

fn level_differs(old: u8, new: u8, units: f64) -> bool {
    f64::from(old.abs_diff(new)) > LEVELS * units
}

/// Compares images pixel by pixel.
fn image_problem(old: &str, new: &str, units: f64) -> Option<String> {
    if old == new {
        return None;
    }
    let (Some(old), Some(new)) = (png::decode(old), png::decode(new)) else {
        return Some("an image cannot be decoded".to_owned());
    };
    if old.dimensions() != new.dimensions() {
        let (old, new) = (old.dimensions(), new.dimensions());
        return Some(format!("an image of {old:?} pixels became one of {new:?}"));
    }
    let differs = |(old, new): &(&image::Rgba<u8>, &image::Rgba<u8>)| {
        old.0.iter().zip(new.0).any(|(old, new)| level_differs(*old, new, units))
    };
    let count = old.pixels().zip(new.pixels()).filter(differs).count();
    let all = old.pixels().len();
    (count as f64 > PIXELS * units * all as f64).then(|| format!("{count} of {all} pixels changed"))
}

/// Takes a line of SVG apart.
fn tokens(line: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut rest, mut in_tag) = (Vec::new(), line, false);
    while !rest.is_empty() {
        let (token, length) = next_token(rest, in_tag);
        in_tag = match rest.as_bytes()[0] {
            b'<' => true,
            b'>' => false,
            _ => in_tag,
        };
        tokens.push(token);
        rest = &rest[length..];
    }
    tokens
}

/// The first part of a text and its length. In tags, numbers count in units of the drawing;
/// elsewhere in units of their own last digit.
fn next_token(rest: &str, in_tag: bool) -> (Token<'_>, usize) {
    if rest.starts_with(png::DATA_URI) {
        let length = rest.find('"').unwrap_or(rest.len());
        return (Token::Image(&rest[..length]), length);
    }
    if let Some(color) = color(rest) {
        return (Token::Color(color), 7);
    }
    if let Some((number, last_digit, length)) = number(rest) {
        return (Token::Number(number, if in_tag { 1.0 } else { last_digit }), length);
    }
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let first = rest.chars().next().map_or(1, char::len_utf8);
    let length =
        if rest.starts_with(word) { rest.find(|c| !word(c)).unwrap_or(rest.len()) } else { first };
    (Token::Word(&rest[..length]), length)
}

/// A color at the beginning of a text.
fn color(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#')?.get(..6)?;
    let level = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some([level(0)?, level(2)?, level(4)?])
}

/// A number at the beginning of a text: its value, what a step of its last digit is worth, and
/// how many bytes it takes. Commas separate thousands.
fn number(text: &str) -> Option<(f64, f64, usize)> {
    let unsigned = text.strip_prefix(['-', '−']).unwrap_or(text);
    let sign = if unsigned.len() < text.len() { -1.0 } else { 1.0 };
    let part = |c: char| c.is_ascii_digit() || c == '.';
    let length = unsigned.find(|c| !part(c)).unwrap_or(unsigned.len());
    let digits = unsigned[..length].trim_end_matches('.');
    let value: f64 =
        digits.parse().ok().filter(|_| digits.starts_with(|c: char| c.is_ascii_digit()))?;
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let taken = text.len() - unsigned.len() + digits.len();
    Some((sign * value, 10f64.powi(-(decimals as i32)), taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_digits_are_words_and_coordinates_are_numbers() {
        let tokens = tokens(r#"<a id="ch05-x" points="1.5,-2">"#);
        let numbers: Vec<&Token<'_>> =
            tokens.iter().filter(|token| matches!(token, Token::Number(..))).collect();
        assert_eq!(numbers, [&Token::Number(1.5, 1.0), &Token::Number(-2.0, 1.0)]);
        assert!(tokens.contains(&Token::Word("ch05-x")));
    }

    #[test]
    fn a_number_in_a_text_may_move_by_steps_of_its_last_digit() {
        assert_eq!(
            line_problem("<text x=\"1\">0.50</text>", "<text x=\"1.9\">0.51</text>", 1.0),
            None
        );
        assert!(
            line_problem("<text x=\"1\">0.50</text>", "<text x=\"1\">0.52</text>", 1.0).is_some()
        );
        assert!(
            line_problem("<text x=\"1\">0.50</text>", "<text x=\"3\">0.50</text>", 1.0).is_some()
        );
    }

    #[test]
    fn the_names_of_a_figure_are_its_texts_without_numbers() {
        let svg = "<svg>\n<text x=\"1\">SGD</text>\n<text>3.2 s</text>\n<text>17</text>\n</svg>";
        assert_eq!(names(svg), BTreeSet::from([" s".to_owned(), "SGD".to_owned()]));
    }

    #[test]
    fn a_word_must_stay_the_same() {
        assert!(line_problem("<text>loss</text>", "<text>gain</text>", 1.0).is_some());
    }

    #[test]
    fn the_sign_of_a_printed_number_counts() {
        assert_eq!(number("−1.5%"), Some((-1.5, 0.1, 6)));
        assert!(line_problem("<text>5</text>", "<text>−5</text>", 1.0).is_some());
    }

    #[test]
    fn a_color_may_change_a_little() {
        assert_eq!(line_problem("<a fill=\"#102030\"/>", "<a fill=\"#112233\"/>", 1.0), None);
        assert!(line_problem("<a fill=\"#102030\"/>", "<a fill=\"#502030\"/>", 1.0).is_some());
    }

    #[test]
    fn a_path_with_another_number_of_points_is_a_difference() {
        assert!(line_problem("<a points=\"1,2 3,4\"/>", "<a points=\"1,2\"/>", 9.0).is_some());
    }
}
