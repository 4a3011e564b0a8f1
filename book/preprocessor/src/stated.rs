//! What the test of a formula says of itself: the formula that it states, and how it compares.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

/// The formula that a test states in its doc comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// Its name.
    pub name: String,
    /// Its lines of LaTeX, each with its number in the file.
    pub lines: Vec<(usize, String)>,
    /// The line of the fence.
    pub line: usize,
}

/// Something that is wrong with how a test compares.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Its line in the file.
    pub line: usize,
    /// What was found, and what was expected.
    pub message: String,
}

/// The formula in the doc comment of a function, fenced as on a page.
pub fn stated(function: &syn::ItemFn) -> Option<Stated> {
    let mut found: Option<Stated> = None;
    for attribute in function.attrs.iter().filter(|it| it.path().is_ident("doc")) {
        let syn::Meta::NameValue(syn::MetaNameValue {
            value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
            ..
        }) = &attribute.meta
        else {
            continue;
        };
        let (line, text) = (text.span().start().line, text.value());
        match &mut found {
            Some(_) if text.trim() == "```" => return found,
            Some(stated) => stated.lines.push((line, text.trim().to_owned())),
            None => {
                let name = text.trim().strip_prefix("```math ").map(|name| name.trim().to_owned());
                found = name.map(|name| Stated { name, lines: Vec::new(), line });
            }
        }
    }
    None
}

/// Where two formulas differ first, blanks aside: in each the line, and what stands there.
pub fn difference<'a>(
    one: &'a [(usize, String)],
    other: &'a [(usize, String)],
) -> Option<[(usize, &'a str); 2]> {
    let words = |lines: &'a [(usize, String)]| {
        let words = |(line, text): &'a (usize, String)| {
            text.split_whitespace().map(move |word| (*line, text.as_str(), word))
        };
        lines.iter().flat_map(words).collect::<Vec<_>>()
    };
    let (one_words, other_words) = (words(one), words(other));
    let same = one_words.iter().zip(&other_words).take_while(|(a, b)| a.2 == b.2).count();
    if same == one_words.len() && same == other_words.len() {
        return None;
    }
    let at = |words: &[(usize, &'a str, &'a str)], lines: &'a [(usize, String)]| {
        let word = words.get(same).or(words.last()).map(|(line, text, _)| (*line, *text));
        word.unwrap_or_else(|| lines.first().map_or((1, ""), |(line, _)| (*line, "")))
    };
    Some([at(&one_words, one), at(&other_words, other)])
}

/// What is wrong with how a test compares: without `formula!()` at its beginning nothing counts,
/// an `assert!` is not counted, and a side that is compared with itself says nothing.
pub fn faults(function: &syn::ItemFn) -> Vec<Fault> {
    let mut faults = Vec::new();
    let first = function.block.stmts.first();
    let guards = first.is_some_and(|first| {
        let text = first.to_token_stream().to_string();
        text.starts_with("let _formula = formula ! ()")
    });
    if !guards {
        let line = function.sig.ident.span().start().line;
        let message = "nothing that it compares is counted: expected it to begin with \
             `let _formula = formula!();`";
        faults.push(Fault { line, message: message.to_owned() });
    }
    look(function.block.to_token_stream(), &mut faults);
    faults
}

/// Comparisons that are counted, as functions or macros.
const COUNTED: [&str; 4] = ["assert_close", "assert_relative", "assert_all_close", "assert_exact"];

/// Macros that are not counted.
const UNCOUNTED: [(&str, &str); 6] = [
    ("assert", "assert_bound!"),
    ("assert_eq", "assert_exact!"),
    ("assert_ne", "assert_bound!"),
    ("debug_assert", "assert_bound!"),
    ("debug_assert_eq", "assert_exact!"),
    ("debug_assert_ne", "assert_bound!"),
];

fn look(tokens: TokenStream, faults: &mut Vec<Fault>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |index: usize, sign: char| match tokens.get(index) {
        Some(TokenTree::Punct(punct)) => punct.as_char() == sign,
        _ => false,
    };
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => look(group.stream(), faults),
            TokenTree::Ident(name) => {
                let (name, line) = (name.to_string(), name.span().start().line);
                let bang = usize::from(is(index + 1, '!'));
                let uncounted = UNCOUNTED.iter().find(|(macro_name, _)| *macro_name == name);
                if let Some((_, expected)) = uncounted.filter(|_| bang == 1) {
                    let message = format!("`{name}!` is not counted: expected {expected}");
                    faults.push(Fault { line, message });
                }
                let arguments = tokens.get(index + 1 + bang);
                let method = index > 0 && is(index - 1, '.');
                if let Some(TokenTree::Group(group)) = arguments
                    && COUNTED.contains(&name.as_str())
                    && !method
                    && group.delimiter() == Delimiter::Parenthesis
                    && let Some(side) = same_sides(group.stream())
                {
                    let message = format!("`{side}` is compared with itself");
                    faults.push(Fault { line, message });
                }
            }
            _ => {}
        }
    }
}

/// The first argument, if the second one has the same tokens; `&` before them does not count.
fn same_sides(arguments: TokenStream) -> Option<String> {
    let tokens: Vec<TokenTree> = arguments.into_iter().collect();
    let comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let mut sides = tokens.split(comma).map(|side| {
        let is_reference =
            |token: &&TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '&');
        let side: TokenStream = side.iter().skip_while(is_reference).cloned().collect();
        side.to_string()
    });
    let (one, other) = (sides.next()?, sides.next()?);
    (one == other && !one.is_empty()).then_some(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(body: &str) -> Vec<String> {
        let function = syn::parse_str(&format!("fn a() {{ {body} }}")).unwrap();
        faults(&function).into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn a_test_begins_with_its_guard_and_counts_what_it_asserts() {
        let guard = "let _formula = formula!();";
        assert_eq!(messages(&format!("{guard} assert_close(a, b, 1e-9);")), [""; 0]);
        let allowing = "let _formula = formula!().allowing(0.1, \"a reason\");";
        assert_eq!(messages(&format!("{allowing} assert_exact!(a, b);")), [""; 0]);
        assert_eq!(messages("assert_close(a, b, 1e-9);").len(), 1);
        assert_eq!(messages("let _ = formula!();").len(), 1);
        let raw = format!("{guard} for x in y {{ assert_eq!(x, 1); }} z(|| assert!(a < b));");
        assert_eq!(messages(&raw).len(), 2);
    }

    #[test]
    fn a_side_compared_with_itself_is_a_fault_wherever_it_stands() {
        let guard = "let _formula = formula!();";
        for same in [
            "assert_close(f(x), f(x), 1e-9);",
            "for x in y { assert_relative(x, x, 0.1) }",
            "assert_all_close(&a, &a, 1e-3)",
            "assert_exact!(g(a, b), g(a, b), \"same\");",
        ] {
            assert_eq!(messages(&format!("{guard} {same}")).len(), 1, "{same}");
        }
        assert_eq!(messages(&format!("{guard} assert_close(f(x), f(y), 1e-9);")), [""; 0]);
    }

    #[test]
    fn formulas_differ_in_more_than_blanks() {
        let lines = |text: &str| {
            text.lines().map(str::to_owned).zip(1..).map(|(t, n)| (n, t)).collect::<Vec<_>>()
        };
        assert_eq!(difference(&lines("a  b\nc"), &lines("a\nb c")), None);
        let (one, other) = (lines("a\nb + c"), lines("a b - c"));
        assert_eq!(difference(&one, &other), Some([(2, "b + c"), (1, "a b - c")]));
        assert!(difference(&lines("a b"), &lines("a")).is_some());
    }
}
