//! Arithmetic in plain signs: `½ · 4 − 1 = 1` in a sentence or in a cell of a table.

/// Stands for a quantity whose value nobody knows: code, math, a directive.
const QUANTITY: char = '\u{fffc}';

/// Signs of which arithmetic is made, beside digits and blanks.
const SIGNS: &str = ".,·×+−/()½¼¾⅓²³=≈%\n ";

/// Functions that stand before a number without a sign between them.
const FUNCTIONS: [&str; 9] = ["ln", "log", "exp", "sin", "cos", "tanh", "sqrt", "max", "min"];

/// The arithmetic in the sentences of a page as LaTeX, each with the byte of its first sign.
pub fn arithmetic(source: &str) -> Vec<(usize, String)> {
    let text = sentences(source);
    let is_sign = |character: char| character.is_ascii_digit() || SIGNS.contains(character);
    let (mut result, mut at) = (Vec::new(), 0);
    while let Some(skipped) = text[at..].find(is_sign) {
        let start = at + skipped;
        let end = text[start..].find(|c| !is_sign(c)).map_or(text.len(), |length| start + length);
        let mut from = start;
        for piece in split(&text[start..end]) {
            if piece.contains(['=', '≈']) {
                let (before, after) = (&text[..from], &text[from + piece.len()..]);
                let blanks = piece.len() - piece.trim_start().len();
                result.push((from + blanks, as_latex(whole(piece, before, after))));
            }
            from += piece.len();
        }
        at = end;
    }
    result
}

/// The pieces between the ends of clauses; a piece keeps the comma or point behind it.
fn split(run: &str) -> Vec<&str> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (at, character) in run.char_indices() {
        let next = run[at + character.len_utf8()..].chars().next();
        let ends = match character {
            ',' | '.' => next.is_none_or(char::is_whitespace),
            '\n' => next == Some('\n'),
            _ => false,
        };
        if ends {
            pieces.push(&run[start..=at]);
            start = at + 1;
        }
    }
    pieces.push(&run[start..]);
    pieces
}

/// A piece without a first or last member that goes on beyond it, as in `x + 2 = 5`.
fn whole<'a>(piece: &'a str, before: &str, after: &str) -> &'a str {
    let is_relation = |character: char| character == '=' || character == '≈';
    let mut text = piece.trim().trim_end_matches([',', '.']);
    let touches = |neighbor: Option<char>, blank: bool| {
        neighbor.is_some_and(|c| c == QUANTITY || !blank && c.is_alphanumeric())
    };
    let blank = piece.starts_with(char::is_whitespace) || before.ends_with(char::is_whitespace);
    let last = before.trim_end().chars().next_back();
    let word = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    let (letter, function) = (is_letter(word), FUNCTIONS.contains(&word));
    let goes_on = text.starts_with(['+', '·', '×', '/', '=', '≈', '²', '³'])
        || text.starts_with('−') && (letter || last == Some(QUANTITY));
    if touches(last, blank) || function || goes_on {
        text = text.find(is_relation).map_or("", |at| text[at..].trim_start_matches(is_relation));
    }
    let blank = piece.ends_with(char::is_whitespace);
    let next = after.chars().next();
    let word: &str =
        after.split(|c: char| !c.is_alphanumeric() && c != QUANTITY).next().unwrap_or("");
    let ends = piece.trim_end().ends_with([',', '.']);
    let cut =
        touches(next, blank) || is_letter(word) || text.ends_with(['+', '−', '·', '×', '/', '(']);
    if cut && !ends {
        text = text.rfind(is_relation).map_or("", |at| &text[..at]);
    }
    text.trim()
}

/// Whether a word is a single letter, which may be a quantity.
fn is_letter(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(char::is_alphabetic)
        && characters.next().is_none()
        && !["a", "I", "A"].contains(&word)
}

/// A page of the same length in which code, math, directives and addresses are no text.
fn sentences(source: &str) -> String {
    let mut result = String::with_capacity(source.len());
    let mut fence: Option<char> = None;
    for line in source.split_inclusive('\n') {
        let text = line.trim_start_matches([' ', '>']);
        let mark =
            ['`', '~'].into_iter().find(|mark| text.starts_with(&mark.to_string().repeat(3)));
        let hidden = fence.is_some() || mark.is_some() || text.starts_with(['|', '<']);
        fence = match fence {
            Some(open) if mark == Some(open) => None,
            None => mark,
            open => open,
        };
        match hidden {
            true => result.push_str(&blanked(line, '\n')),
            false => result.push_str(line),
        }
    }
    for (open, close) in [("$`", "`$"), ("``", "``"), ("`", "`"), ("{{", "}}"), ("](", ")")] {
        result = without(&result, open, close);
    }
    result
}

/// A text of the same length in which what stands between two marks is a quantity.
fn without(text: &str, open: &str, close: &str) -> String {
    let (mut result, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find(open) {
        let Some(length) = rest[start + open.len()..].find(close) else { break };
        let end = start + open.len() + length + close.len();
        result.push_str(&rest[..start]);
        result.push_str(&blanked(&rest[start..end], QUANTITY));
        rest = &rest[end..];
    }
    result + rest
}

/// As many bytes, all of them this sign or blank; line ends stay.
fn blanked(text: &str, sign: char) -> String {
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'\n' => result.push('\n'),
            _ if sign == QUANTITY && text.len() - result.len() >= QUANTITY.len_utf8() => {
                result.push(QUANTITY);
            }
            _ => result.push(' '),
        }
        if result.len() >= text.len() {
            break;
        }
    }
    result
}

/// The arithmetic of a text as LaTeX: math stays, plain signs become commands.
pub fn as_latex(text: &str) -> String {
    let (mut result, mut rest) = (String::new(), text);
    while let Some(start) = rest.find("$`") {
        let Some(length) = rest[start + 2..].find("`$") else { break };
        result.push_str(&plain(&rest[..start]));
        result.push_str(&rest[start + 2..start + 2 + length]);
        rest = &rest[start + 2 + length + 2..];
    }
    result + &plain(rest)
}

fn plain(text: &str) -> String {
    let mut result = String::new();
    for (at, character) in text.char_indices() {
        match character {
            '½' => result.push_str(r"\tfrac12 "),
            '¼' => result.push_str(r"\tfrac14 "),
            '¾' => result.push_str(r"\tfrac34 "),
            '⅓' => result.push_str(r"\tfrac13 "),
            '−' => result.push('-'),
            '·' => result.push_str(r" \cdot "),
            '×' => result.push_str(r" \times "),
            '≈' => result.push_str(r" \approx "),
            '²' => result.push_str("^2 "),
            '³' => result.push_str("^3 "),
            '%' => result.push_str(r"\%"),
            // 47,040,000 is one number.
            ',' if is_group(&text[at + 1..]) && result.ends_with(|c: char| c.is_ascii_digit()) => {
                result.push_str("{,}");
            }
            other => result.push(other),
        }
    }
    result
}

/// Whether a text begins with three digits and no fourth.
fn is_group(text: &str) -> bool {
    let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    (0..3).all(digit) && !digit(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        arithmetic(source).into_iter().map(|(_, latex)| latex).collect()
    }

    #[test]
    fn cells_are_read_as_latex() {
        assert_eq!(as_latex(" ½ · 4 − 1 = $`x^2`$ "), r" \tfrac12   \cdot  4 - 1 = x^2 ");
        assert_eq!(as_latex("2 · 47,040,000 + 1,2"), r"2  \cdot  47{,}040{,}000 + 1,2");
    }

    #[test]
    fn arithmetic_in_a_sentence_ends_at_words_and_clauses() {
        assert_eq!(
            found("The number is 234 · 256 + 96 = 60,000."),
            [r"234  \cdot  256 + 96 = 60{,}000"]
        );
        assert_eq!(found("so 0.6 + 0.4 − 2 = −1, and she"), ["0.6 + 0.4 - 2 = -1"]);
        assert_eq!(
            found("3 · 2 = 6 ways, and 1 + 1 =\n2 left"),
            [r"3  \cdot  2 = 6", "1 + 1 =\n2"]
        );
    }

    #[test]
    fn members_that_go_on_with_a_quantity_are_cut_off() {
        assert_eq!(found("x + 2 = 5"), ["5"]);
        assert_eq!(found("$`z`$ − 2 = 5 and y − 2 = 3 + 2 = 5"), ["5", "3 + 2 = 5"]);
        assert_eq!(found("f(2) = 3 + 1 = 4"), ["3 + 1 = 4"]);
        assert_eq!(found("1 + 1 = 2x, 3 = 3 $`y`$"), ["1 + 1", "3"]);
        assert_eq!(found("so ln 100 = 4.6 and"), ["4.6"]);
        assert_eq!(found("the slope is −2 + 3 = 1"), ["-2 + 3 = 1"]);
    }

    #[test]
    fn code_tables_and_addresses_are_no_sentences() {
        let page = "`1 + 1 = 3`\n\n```\n1 + 1 = 3\n```\n\n| 1 + 1 = 3 |\n\n[a](1 + 1 = 3)\n";
        assert!(found(page).iter().all(|latex| !latex.contains('3')), "{:?}", found(page));
        let page = "ä `ö` $`x`$\n1 + 1 = 2";
        assert_eq!(arithmetic(page)[0].0, page.find('1').unwrap());
    }
}
