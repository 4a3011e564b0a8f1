//! Text that Markdown, mdBook's `links` preprocessor and HTML all leave as it is.

/// The text of an HTML block on a single line: quotes, braces and line ends are entities.
///
/// A block of one line can stand in a list or a quote, ends where it ends, and keeps its blank
/// lines; a browser shows the entities as the characters they stand for.
pub fn block_text(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '\r' => {}
            '\n' | '\t' | '<' | '>' | '&' | '"' | '{' | '}' | '\\' => {
                push_entity(&mut result, character);
            }
            other => result.push(other),
        }
    }
    result
}

/// A path of a file in an HTML block, which may go on in the next line after a slash.
pub fn path(path: &str) -> String {
    block_text(path).replace('/', "/<wbr>")
}

/// Text among Markdown: all punctuation of ASCII is an entity, a space does not break.
pub fn inline_text(text: &str) -> String {
    let mut result = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        match character {
            ' ' => result.push_str("&nbsp;"),
            punctuation if punctuation.is_ascii_punctuation() => {
                push_entity(&mut result, punctuation);
            }
            other => result.push(other),
        }
    }
    result
}

/// The value of an attribute.
pub fn attribute(text: &str) -> String {
    block_text(text).replace('|', "&#124;").replace('`', "&#96;")
}

/// Finished HTML that is to stand among Markdown: the text between its tags is made safe, and
/// its line ends become spaces.
pub fn inline_markup(markup: &str) -> String {
    let mut result = String::with_capacity(markup.len() * 2);
    let (mut in_tag, mut in_entity) = (false, false);
    for character in markup.chars() {
        match character {
            '<' => in_tag = true,
            '&' => in_entity = true,
            _ => {}
        }
        let keep = in_tag || in_entity || !character.is_ascii_punctuation();
        match character {
            '\n' | '\r' => result.push(' '),
            '|' => push_entity(&mut result, '|'),
            _ if keep => result.push(character),
            punctuation => push_entity(&mut result, punctuation),
        }
        match character {
            '>' => in_tag = false,
            ';' => in_entity = false,
            _ => {}
        }
    }
    result
}

/// An identifier for an anchor: letters and digits stay, the rest becomes hyphens.
pub fn anchor(text: &str) -> String {
    let kept = |character: char| match character {
        '_' => '_',
        letter if letter.is_alphanumeric() => letter,
        _ => '-',
    };
    let hyphens: String = text.chars().map(kept).collect();
    let parts: Vec<&str> = hyphens.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

/// A Rust listing; lines that mdBook would hide are kept in sight.
pub fn rust_code(source: &str) -> String {
    let lines: Vec<String> = source.lines().map(unhidden).collect();
    let text = block_text(&lines.join("\n"));
    format!(r#"<pre><code class="language-rust noplayground">{text}</code></pre>"#)
}

/// A line of Rust in the form that mdBook shows as it is: it hides `# line` and shows `##` as `#`.
fn unhidden(line: &str) -> String {
    let text = line.trim_start();
    let hidden = text == "#" || text.starts_with("# ") || text.starts_with("##");
    let indent = &line[..line.len() - text.len()];
    if hidden { format!("{indent}#{text}") } else { line.to_owned() }
}

/// A table with these heads; a row is the HTML of its cells, each in its element.
pub fn table(class: &str, heads: &[&str], rows: &[String]) -> String {
    let heads: Vec<String> =
        heads.iter().map(|head| format!(r#"<th scope="col">{head}</th>"#)).collect();
    let (heads, rows) = (heads.concat(), rows.join("</tr><tr>"));
    let head = format!("<thead><tr>{heads}</tr></thead>");
    let body = format!("<tbody><tr>{rows}</tr></tbody>");
    format!(r#"<div class="table-wrapper"><table class="{class}">{head}{body}</table></div>"#)
}

/// A part of a long list, under its own heading.
pub fn section(id: &str, title: &str, content: &str) -> String {
    let title = block_text(title);
    format!(r#"<section class="list-section"><h2 id="{id}">{title}</h2>{content}</section>"#)
}

/// Takes the indentation of its first line from every line of a source.
pub fn dedent(source: &str) -> String {
    let first = source.lines().next().unwrap_or_default();
    let indent = first.len() - first.trim_start().len();
    let lines = source.lines().map(|line| {
        let blanks = line.len() - line.trim_start().len();
        line[blanks.min(indent)..].trim_end()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn push_entity(result: &mut String, character: char) {
    result.push_str(&format!("&#{};", u32::from(character)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_a_block_stays_on_one_line() {
        assert_eq!(block_text("a < b\n\n{x}"), "a &#60; b&#10;&#10;&#123;x&#125;");
    }

    #[test]
    fn markup_among_markdown_keeps_its_tags_and_hides_its_punctuation() {
        let markup = "<mo a=\"0\">*</mo>\n<mo>&lt;</mo><mi>x_y|z</mi>";
        let safe = "<mo a=\"0\">&#42;</mo> <mo>&lt;</mo><mi>x&#95;y&#124;z</mi>";
        assert_eq!(inline_markup(markup), safe);
    }

    #[test]
    fn a_number_does_not_break_from_its_unit() {
        assert_eq!(inline_text("97.6 %"), "97&#46;6&nbsp;&#37;");
    }

    #[test]
    fn lines_that_mdbook_would_hide_are_shown() {
        let source = "#[derive(Debug)]\n# hidden\n## one\n#";
        let shown = "#[derive(Debug)]&#10;## hidden&#10;### one&#10;##";
        assert!(rust_code(source).contains(shown));
    }

    #[test]
    fn dedent_takes_no_more_than_there_is() {
        assert_eq!(dedent("    fn a() {\n  odd\n\n        b\n    }"), "fn a() {\nodd\n\n    b\n}");
    }
}
