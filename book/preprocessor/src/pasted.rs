//! What somebody pasted: Rust under another name, code in HTML, a description that says nothing.

/// Whether a block of code is Rust, by its language or by what is in it.
pub fn is_rust(language: &str, text: &str) -> bool {
    match language.to_lowercase().trim_matches(['{', '}', '.']) {
        "rust" | "rs" => true,
        "" | "text" | "txt" | "plain" | "plaintext" | "code" | "c" | "cpp" | "java" | "go"
        | "swift" | "js" | "javascript" | "typescript" | "ts" => reads_as_rust(text),
        _ => false,
    }
}

/// Whether a text can be read as Rust, and has something in it that is nothing else.
fn reads_as_rust(text: &str) -> bool {
    let is_file = |text: &str| syn::parse_file(text).is_ok_and(|file| !file.items.is_empty());
    let has_code = |block: syn::Block| {
        block.stmts.iter().any(|statement| match statement {
            syn::Stmt::Local(_) | syn::Stmt::Item(_) => true,
            syn::Stmt::Macro(call) => call.semi_token.is_some(),
            syn::Stmt::Expr(expression, end) => end.is_some() && !is_plain(expression),
        })
    };
    let is_body =
        |text: &str| syn::parse_str::<syn::Block>(&format!("{{{text}\n}}")).is_ok_and(has_code);
    let text = text.replace('…', "_");
    if is_file(&text) || is_body(&text) {
        return true;
    }
    // A piece that is cut out of something, such as a method with `&self`.
    let method = format!("impl X {{{text}\n}}");
    syn::parse_str::<syn::ItemImpl>(&method).is_ok_and(|item| !item.items.is_empty())
}

/// Whether an expression may well be no code.
fn is_plain(expression: &syn::Expr) -> bool {
    matches!(expression, syn::Expr::Path(_) | syn::Expr::Lit(_))
}

/// Whether an HTML block holds code.
pub fn is_code_in_html(html: &str) -> bool {
    let html = html.to_lowercase();
    let codes = html.split("<code").skip(1);
    let mut codes = codes.filter_map(|rest| rest.split_once('>')?.1.split("</code").next());
    ["<pre", "<samp", "<xmp", "<listing"].iter().any(|tag| html.contains(tag))
        || codes.any(|code| code.trim().contains('\n') || reads_as_rust(code))
}

/// Whether the description of an image describes nothing.
pub fn says_nothing(description: &str) -> bool {
    const EMPTY: [&str; 22] = [
        "image",
        "picture",
        "figure",
        "photo",
        "photograph",
        "screenshot",
        "diagram",
        "chart",
        "graph",
        "plot",
        "drawing",
        "illustration",
        "img",
        "alt",
        "a",
        "an",
        "the",
        "of",
        "this",
        "here",
        "todo",
        "png",
    ];
    let words = description.to_lowercase();
    let mut words = words.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.all(|word| EMPTY.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_is_known_under_any_name() {
        for (language, text) in [
            ("Rust", "x"),
            ("RS", "x"),
            ("", "fn f() {}"),
            ("text", "let x = 1;\nx"),
            ("text", "pub fn f(&self) -> T {\n    …\n}"),
            ("c", "struct A { b: u8 }"),
            ("text", "println!(\"{x}\");"),
            ("", "network.train(3);"),
            ("text", "#[derive(Debug)]\npub struct A;"),
        ] {
            assert!(is_rust(language, text), "{language}: {text}");
        }
        for (language, text) in [
            ("text", "error: expected 5 bytes, found 4"),
            ("text", "00000000: 00000803 0000ea60"),
            ("text", "{\"0.bias\":{\"dtype\":\"F32\"}}"),
            ("console", "cargo test"),
            ("python", "x = 5"),
            ("text", ""),
            ("text", "one two three"),
            ("text", "product: the columns of left, (4, 3), must be"),
        ] {
            assert!(!is_rust(language, text), "{language}: {text}");
        }
    }

    #[test]
    fn code_in_html_is_more_than_a_name() {
        assert!(!is_code_in_html("<details><summary>Rust: <code>map</code></summary>"));
        assert!(is_code_in_html("<pre>x</pre>") && is_code_in_html("<code>let x = 1;</code>"));
        assert!(is_code_in_html("<code>\na\nb\n</code>"));
    }

    #[test]
    fn a_description_says_more_than_that_there_is_an_image() {
        for nothing in ["", "image", "An image.", "Figure 3", "the picture of a plot"] {
            assert!(says_nothing(nothing), "{nothing}");
        }
        assert!(!says_nothing("a cat") && !says_nothing("A figure of chapter 4: paths"));
    }
}
