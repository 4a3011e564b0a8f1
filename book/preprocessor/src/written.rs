//! What is written in Rust code: the paths that it names, and its texts.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// The paths and the texts of a piece of code, those in macros too.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Written {
    /// Paths of several names, such as `crate::tape::Tape`; those of a `use` one by one.
    pub paths: Vec<WrittenPath>,
    /// String literals without their quotes, and their lines.
    pub texts: Vec<(String, usize)>,
}

/// A path in code.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenPath {
    /// Its names; the last one may be `*`.
    pub names: Vec<String>,
    /// The name that `as` gives it.
    pub renamed: Option<String>,
    /// The line of its last name.
    pub line: usize,
}

impl WrittenPath {
    /// The name under which a `use` line shows it.
    pub fn shown_name(&self) -> &str {
        let own = self.names.iter().rev().find(|name| *name != "self");
        self.renamed.as_ref().or(own).map(String::as_str).unwrap_or_default()
    }
}

impl Written {
    /// Takes in some code.
    pub fn take_in(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let is_new = at == 0 || !is_colons(&tokens, at.saturating_sub(2));
            match token {
                TokenTree::Ident(_) if is_new => {
                    at = self.read_path(&tokens, at, &[]);
                    continue;
                }
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                    let line = literal.span().start().line;
                    self.texts.extend(inside.map(|inside| (inside.to_owned(), line)));
                }
                TokenTree::Group(group) => self.take_in(group.stream()),
                _ => {}
            }
            at += 1;
        }
    }

    /// Reads the path that begins at a token and stands after `before`; gives where it ends.
    fn read_path(&mut self, tokens: &[TokenTree], mut at: usize, before: &[String]) -> usize {
        let mut names = before.to_vec();
        let mut line = 0;
        loop {
            match tokens.get(at) {
                Some(TokenTree::Ident(name)) => {
                    names.push(name.to_string());
                    line = name.span().start().line;
                }
                Some(TokenTree::Punct(star)) if star.as_char() == '*' && !names.is_empty() => {
                    names.push("*".to_owned());
                    line = star.span().start().line;
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    self.read_branches(group.stream(), &names);
                    return at + 1;
                }
                _ => break,
            }
            at += 1;
            if !is_colons(tokens, at) {
                break;
            }
            at += 2;
        }
        if names.len() > 1 {
            let renamed = match (tokens.get(at), tokens.get(at + 1)) {
                (Some(TokenTree::Ident(word)), Some(TokenTree::Ident(name))) if word == "as" => {
                    Some(name.to_string())
                }
                _ => None,
            };
            self.paths.push(WrittenPath { names, renamed, line });
        }
        at
    }

    /// Reads what stands between the braces of a `use`.
    fn read_branches(&mut self, tokens: TokenStream, before: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is_comma =
            |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
        for branch in tokens.split(is_comma).filter(|branch| !branch.is_empty()) {
            self.read_path(branch, 0, before);
        }
    }
}

/// Whether two colons stand at a place.
fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon = |at: usize, spacing: Option<Spacing>| match tokens.get(at) {
        Some(TokenTree::Punct(mark)) => {
            mark.as_char() == ':' && spacing.is_none_or(|spacing| mark.spacing() == spacing)
        }
        _ => false,
    };
    is_colon(at, Some(Spacing::Joint)) && is_colon(at + 1, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(code: &str) -> Written {
        let mut written = Written::default();
        written.take_in(code.parse().expect("Rust"));
        written
    }

    fn paths(code: &str) -> Vec<String> {
        written(code).paths.iter().map(|path| path.names.join("::")).collect()
    }

    #[test]
    fn a_use_names_one_path_for_each_branch() {
        let code = "use crate::{self, a::{B, C as D}, e::*};\nuse super::super::f;";
        let found = ["crate::self", "crate::a::B", "crate::a::C", "crate::e::*"];
        assert_eq!(paths(code), [&found[..], &["super::super::f"]].concat());
        let shown = written(code).paths;
        let shown: Vec<&str> = shown.iter().map(WrittenPath::shown_name).collect();
        assert_eq!(shown, ["crate", "B", "D", "*", "f"]);
    }

    #[test]
    fn paths_in_code_and_in_macros_are_found_with_their_lines() {
        let code = "fn f(x: T) -> a::B<c::D> {\n    x.g::<h::I>(m!(\n$crate::j::k));\n    4 * l\n}";
        assert_eq!(paths(code), ["a::B", "c::D", "h::I", "crate::j::k"]);
        assert_eq!(written(code).paths[3].line, 3);
    }

    #[test]
    fn texts_are_what_stands_between_quotes() {
        let found = written("/// \"no\"\nf(\"loss\");\nm! { g(\"time\", 'c', b\"bytes\") }").texts;
        let texts: Vec<_> = found.iter().map(|(text, line)| (text.as_str(), *line)).collect();
        assert!(texts.contains(&("loss", 2)) && texts.contains(&("time", 3)), "{texts:?}");
        assert!(!texts.iter().any(|(text, _)| ["no", "bytes"].contains(text)), "{texts:?}");
    }
}
