//! LaTeX to MathML, and the symbols that a formula uses.

use std::collections::BTreeMap;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use crate::html;

/// Turns LaTeX into MathML, with the macros of the book.
pub struct Converter(LatexToMathML);

/// What is wrong with a formula's LaTeX.
#[derive(Debug, Clone, PartialEq)]
pub struct BadLatex {
    /// The byte of the LaTeX at which it was noticed.
    pub offset: usize,
    /// What was noticed, with the piece of LaTeX.
    pub message: String,
}

impl Converter {
    /// A converter that knows the macros, or what is wrong with one of them.
    pub fn new(macros: &BTreeMap<String, String>) -> Result<Self, String> {
        let macros: Vec<_> = macros.clone().into_iter().collect();
        let names: Vec<String> = macros.iter().map(|(name, _)| name.clone()).collect();
        let config = MathCoreConfig { macros, ..MathCoreConfig::default() };
        LatexToMathML::new(config).map(Self).map_err(|(error, index, definition)| {
            let (name, message) = (&names[index], error.error_message());
            format!("macro `{name}` = `{definition}`: {message}")
        })
    }

    /// A converter without macros.
    pub fn plain() -> Self {
        Self(LatexToMathML::default())
    }

    /// The MathML of math in a sentence, safe among Markdown.
    pub fn inline(&self, latex: &str) -> Result<String, BadLatex> {
        self.convert(latex, MathDisplay::Inline)
    }

    /// The MathML of a displayed formula, on one line.
    pub fn display(&self, latex: &str) -> Result<String, BadLatex> {
        self.convert(latex, MathDisplay::Block)
    }

    fn convert(&self, latex: &str, display: MathDisplay) -> Result<String, BadLatex> {
        if latex.trim().is_empty() {
            let message = "expected LaTeX, found nothing".to_owned();
            return Err(BadLatex { offset: 0, message });
        }
        let result = self.0.convert_with_local_state(latex, display).map_err(|error| {
            let piece = latex.get(error.0.clone()).unwrap_or_default().trim();
            let place = if piece.is_empty() { String::new() } else { format!(" at `{piece}`") };
            let message = format!("{}{place}", error.error_message().trim_end_matches('.'));
            BadLatex { offset: error.0.start, message }
        })?;
        if result.warnings.has_undefined_references() {
            let message = r"\ref and \eqref do not work here: expected {{#eq name}} in the text";
            return Err(BadLatex { offset: 0, message: message.to_owned() });
        }
        Ok(html::inline_markup(&with_struts(&result.mathml)))
    }
}

/// Gives what stands under a root at least the height of a digit.
///
/// The smallest root is taller than a low letter needs. Browsers hang all of the rest below the
/// line; TeX shares it out.
fn with_struts(mathml: &str) -> String {
    mathml.replace("</msqrt>", r#"<mspace height="0.7em" /></msqrt>"#)
}

/// The symbols of a formula, in the order in which they appear, each once.
///
/// A symbol is what MathML calls an identifier, so that macros and fonts are already expanded:
/// `\mathbf W` and `W` are two symbols, and so are `y` and `\hat y`. The name of an operator, such
/// as softmax, is a symbol too, unless it is one that every reader knows.
pub fn symbols(mathml: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = mathml;
    while let Some(start) = rest.find("<m") {
        rest = &rest[start..];
        let (symbol, length) = symbol_at(rest);
        let known = symbol.is_empty() || found.contains(&symbol);
        if !known && !is_everyday(&symbol) {
            found.push(symbol);
        }
        rest = &rest[length..];
    }
    found
}

/// The symbol whose element begins the MathML, or nothing, and how much of the MathML it takes.
fn symbol_at(mathml: &str) -> (String, usize) {
    let open = mathml.find('>').map_or(mathml.len(), |end| end + 1);
    let tag = &mathml[..open];
    let content = &mathml[open..];
    if tag.starts_with("<mover accent") && content.starts_with("<mi") {
        return accented(content, open);
    }
    let text = &content[..content.find('<').unwrap_or(content.len())];
    let upright = tag.contains("mathvariant") && text.is_ascii();
    match tag.as_bytes().get(..3) {
        Some(b"<mi") if upright => (format!("{text} (upright)"), open + text.len()),
        Some(b"<mi") => (text.to_owned(), open + text.len()),
        Some(b"<mo") if tag.starts_with("<mo") && is_word(text) => {
            (text.to_owned(), open + text.len())
        }
        _ => (String::new(), open),
    }
}

/// A letter with an accent: the content of `<mover accent="true">` after a tag of `open` bytes.
fn accented(content: &str, open: usize) -> (String, usize) {
    let (letter, length) = symbol_at(content);
    let rest = content[length..].strip_prefix("</mi><mo").unwrap_or_default();
    let accent = rest.split_once('>').map_or("", |(_, accent)| accent);
    let mark = match accent.chars().next() {
        Some('ˆ' | '^' | '\u{302}') => '\u{302}',
        Some('˜' | '~' | '\u{303}') => '\u{303}',
        Some('¯' | '\u{305}') => '\u{304}',
        Some('˙') => '\u{307}',
        Some('⃗' | '→') => '\u{20d7}',
        Some(other) if other.is_alphanumeric() || other == '<' => return (letter, open + length),
        Some(other) => other,
        None => return (letter, open + length),
    };
    (format!("{letter}{mark}"), open + length)
}

/// Whether the text of an operator is a name, such as softmax.
fn is_word(text: &str) -> bool {
    text.chars().filter(|character| character.is_alphabetic()).count() > 1 && !text.starts_with('&')
}

/// Functions that school teaches.
const EVERYDAY: [&str; 19] = [
    "log", "ln", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min", "arg",
    "arg max", "arg min", "lim", "sup", "inf", "det", "mod",
];

/// Whether a symbol needs no entry: signs, and functions that school teaches.
fn is_everyday(symbol: &str) -> bool {
    let name = symbol.replace(['\u{a0}', '\u{2009}'], " ");
    let sign = !symbol.chars().any(char::is_alphabetic) || symbol.starts_with('&');
    sign || EVERYDAY.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols_of(latex: &str) -> Vec<String> {
        symbols(&Converter::plain().display(latex).unwrap())
    }

    #[test]
    fn symbols_are_letters_in_their_font() {
        assert_eq!(symbols_of(r"\mathbf W W \boldsymbol\delta"), ["𝐖", "W", "𝜹"]);
    }

    #[test]
    fn an_index_is_a_symbol_and_a_number_is_not() {
        assert_eq!(symbols_of(r"w_{ij}^{(2)} + \mathbf 1 = 3.5"), ["w", "i", "j"]);
    }

    #[test]
    fn an_accent_makes_another_symbol() {
        assert_eq!(symbols_of(r"\hat y - y \tilde x"), ["y\u{302}", "y", "x\u{303}"]);
    }

    #[test]
    fn everyday_signs_and_functions_need_no_entry() {
        assert_eq!(symbols_of(r"\partial \nabla \infty \log \max \arg\max \top"), [""; 0]);
        assert_eq!(symbols_of(r"\operatorname{softmax} z \text{if so}"), ["softmax", "z"]);
    }

    #[test]
    fn an_upright_letter_is_not_the_slanted_one() {
        assert_eq!(symbols_of(r"\mathrm{d} d \Delta"), ["d (upright)", "d", "Δ"]);
    }

    #[test]
    fn a_macro_takes_arguments_and_may_replace_a_command() {
        let macros = [("R", r"\mathbb{R}"), ("vec", r"\boldsymbol{#1}")];
        let macros = macros.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let converter = Converter::new(&macros.into()).unwrap();
        let mathml = converter.inline(r"\vec{x} \in \R").unwrap();
        assert_eq!(symbols(&mathml), ["𝒙", "ℝ"]);
    }

    #[test]
    fn a_low_letter_under_a_root_stands_beside_a_strut() {
        let mathml = Converter::plain().inline(r"\sqrt{\pi}").unwrap();
        let root = r#"<msqrt><mi>π</mi><mspace height="0.7em" /></msqrt>"#;
        assert_eq!(mathml, format!("<math>{root}</math>"));
        assert_eq!(symbols(&mathml), ["π"]);
    }

    #[test]
    fn bad_latex_is_named_with_its_place() {
        let bad = Converter::plain().inline(r"a + \foo").unwrap_err();
        assert_eq!((bad.offset, bad.message.contains(r"\foo")), (4, true));
        assert!(Converter::plain().inline(" ").is_err());
        assert!(Converter::plain().inline(r"\eqref{x}").unwrap_err().message.contains("{{#eq"));
    }

    #[test]
    fn math_has_no_punctuation_that_markdown_reads() {
        let mathml = Converter::plain().inline("a_1 * b_1 * [c](d)\n|x|").unwrap();
        let text: String =
            mathml.split('<').filter_map(|tag| tag.split_once('>')).map(|t| t.1).collect();
        let plain = text.replace("&#", "").replace(';', "");
        assert!(!plain.contains(|c: char| c.is_ascii_punctuation() || c == '\n'), "{text}");
    }
}
