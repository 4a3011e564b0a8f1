//! LaTeX as a row of tokens, each with its place.

use crate::refusal::Refusal;

/// The smallest piece of LaTeX that means something.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// Digits, with their point and their groups: `101{,}770` is 101770.
    Number(String),
    /// A letter.
    Letter(char),
    /// A command without its backslash, such as `frac`.
    Command(String),
    /// A sign, such as `+`.
    Sign(char),
    /// The words of `\text`.
    Text(String),
    /// The name in `\operatorname`.
    Name(String),
    /// The beginning of an environment, such as `cases`.
    Begin(String),
    /// Its end.
    End(String),
    /// The end of a row: `\\`.
    Row,
    /// A wide space, `\quad` or `\qquad`.
    Wide,
}

/// A token and the byte at which it begins.
pub type Placed = (usize, Token);

/// Commands that change how something looks, and not what it means.
const LOOKS: [&str; 22] = [
    "left",
    "right",
    "bigl",
    "bigr",
    "Bigl",
    "Bigr",
    "biggl",
    "biggr",
    "big",
    "Big",
    "bigg",
    "displaystyle",
    "textstyle",
    "limits",
    "nolimits",
    "mathstrut",
    "strut",
    ",",
    ";",
    ":",
    "!",
    " ",
];

/// The tokens of LaTeX, without its spaces.
pub fn tokens(latex: &str) -> Result<Vec<Placed>, Refusal> {
    let mut reader = Reader { latex, at: 0, tokens: Vec::new() };
    while let Some(character) = reader.peek() {
        reader.read(character)?;
    }
    Ok(without_single_braces(reader.tokens))
}

struct Reader<'a> {
    latex: &'a str,
    at: usize,
    tokens: Vec<Placed>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.latex[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, length: usize, token: Token) {
        self.tokens.push((self.at, token));
        self.at += length;
    }

    fn read(&mut self, character: char) -> Result<(), Refusal> {
        match character {
            '\\' => return self.read_command(),
            digit if digit.is_ascii_digit() => {
                let (length, number) = number(self.rest());
                self.push(length, Token::Number(number));
            }
            letter if letter.is_alphabetic() => {
                self.push(letter.len_utf8(), Token::Letter(letter));
            }
            space if space.is_whitespace() || space == '~' => self.at += space.len_utf8(),
            sign => self.push(sign.len_utf8(), Token::Sign(sign)),
        }
        Ok(())
    }

    fn read_command(&mut self) -> Result<(), Refusal> {
        let rest = &self.rest()[1..];
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let length = letters.max(rest.chars().next().map_or(0, char::len_utf8));
        let name = rest[..length].to_owned();
        match name.as_str() {
            "\\" => self.push(2, Token::Row),
            "quad" | "qquad" => self.push(1 + length, Token::Wide),
            "text" | "textbf" | "textit" => self.read_words(length, Token::Text)?,
            "operatorname" => self.read_words(length, Token::Name)?,
            "begin" => self.read_words(length, Token::Begin)?,
            "end" => self.read_words(length, Token::End)?,
            "phantom" => {
                let start = self.tokens.len();
                self.read_words(length, Token::Text)?;
                self.tokens.truncate(start);
            }
            looks if LOOKS.contains(&looks) => self.at += 1 + length,
            _ => self.push(1 + length, Token::Command(name)),
        }
        Ok(())
    }

    /// Reads the braces after a command, and what is in them as it is typed.
    fn read_words(&mut self, length: usize, token: fn(String) -> Token) -> Result<(), Refusal> {
        let start = self.at;
        let after = &self.latex[start + 1 + length..];
        let skipped = after.len() - after.trim_start().len();
        let (mut depth, mut end) = (0, None);
        for (index, character) in after.char_indices().skip(skipped) {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                end = Some(index);
                break;
            }
        }
        let inner = end.filter(|_| after[skipped..].starts_with('{'));
        let Some(end) = inner else {
            let command = &self.latex[start..start + 1 + length];
            return Err(Refusal::new(start, format!("`{command}` without its braces")));
        };
        let words = after[skipped + 1..end].trim().to_owned();
        self.push(1 + length + end + 1, token(words));
        Ok(())
    }
}

/// The number at the beginning of a text: how much of the text it takes, and its digits.
fn number(text: &str) -> (usize, String) {
    let (mut length, mut digits) = (0, String::new());
    loop {
        let rest = &text[length..];
        let is_digit = |at: usize| rest.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        if is_digit(0) {
            digits.push_str(&rest[..1]);
            length += 1;
        } else if rest.starts_with('.') && is_digit(1) && !digits.contains('.') {
            digits.push('.');
            length += 1;
        } else if let Some(gap) = ["{,}", r"\,"].iter().find(|gap| rest.starts_with(**gap))
            && (0..3).all(|at| is_digit(gap.len() + at))
            && !is_digit(gap.len() + 3)
        {
            length += gap.len();
        } else {
            return (length, digits);
        }
    }
}

/// Drops braces around a single token: `x_{i}` is `x_i`; and braces around nothing.
fn without_single_braces(tokens: Vec<Placed>) -> Vec<Placed> {
    let mut result: Vec<Placed> = Vec::with_capacity(tokens.len());
    for placed in tokens {
        let closes = placed.1 == Token::Sign('}');
        let opened = |back: usize| {
            let at = result.len().checked_sub(back)?;
            (result[at].1 == Token::Sign('{')).then_some(at)
        };
        match (closes, opened(1), opened(2)) {
            (true, Some(at), _) => result.truncate(at),
            (true, None, Some(at)) if is_whole(&result[at + 1].1) => {
                result.remove(at);
            }
            _ => result.push(placed),
        }
    }
    result
}

/// Whether a token means the same without braces around it.
fn is_whole(token: &Token) -> bool {
    match token {
        Token::Number(digits) => digits.len() == 1,
        Token::Letter(_) | Token::Text(_) => true,
        Token::Command(name) => !["mathbf", "hat", "bar", "tilde"].contains(&name.as_str()),
        _ => false,
    }
}
