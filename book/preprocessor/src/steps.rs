//! Where a reader stands: the chapter and the number above a title, what awaits below it, and at the
//! end of a page the way on.

use std::ops::Range;

use crate::html::{attribute, block_text};
use crate::marks::Kind;
use crate::pages::Page;
use crate::project::unix;
use crate::registers;

/// What is written above and below the title of a page of a chapter, each with its place.
pub fn head(pages: &[Page], index: usize) -> Vec<(Range<usize>, String)> {
    let page = &pages[index];
    let (Some(chapter), true) = (page.chapter, page.source.starts_with("# ")) else {
        return Vec::new();
    };
    let end = page.source.find('\n').map_or(page.source.len(), |end| end + 1);
    let opener = opener_of(pages, page);
    let above = match opener {
        Some(opener) if opener.path != page.path => {
            let (address, name) =
                (attribute(&page.address_of(opener)), block_text(&registers::name_of(opener)));
            format!(r#"<a href="{address}">{name}</a> › {}"#, block_text(&page.section))
        }
        _ => format!("Chapter {chapter}"),
    };
    let above = format!("<p class=\"page-above\">{above}</p>\n\n");
    let list = match opener {
        Some(opener) if opener.path == page.path => listed(pages, page),
        _ => String::new(),
    };
    let below = format!("\n<p class=\"page-facts\">{}</p>{list}\n", facts(page));
    vec![(0..0, above), (end..end, below)]
}

/// The way on, at the end of a page: cards with the titles of its neighbors.
pub fn foot(pages: &[Page], index: usize) -> String {
    let page = &pages[index];
    let card = |neighbor: Option<&Page>, class: &str, rel: &str, word: &str| {
        let Some(neighbor) = neighbor else { return String::new() };
        let (address, name) =
            (attribute(&page.address_of(neighbor)), block_text(&registers::name_of(neighbor)));
        let time = format!(r#"<span class="card-time">{} min</span>"#, minutes(neighbor));
        let time = if neighbor.chapter.is_some() { time } else { String::new() };
        format!(
            r#"<a class="{class}" rel="{rel}" href="{address}"><span class="card-word">{word}</span> <span class="card-title">{name}</span> {time}</a>"#
        )
    };
    let before = index.checked_sub(1).and_then(|before| pages.get(before));
    let cards = card(before, "card-previous", "prev", "Previous")
        + &card(pages.get(index + 1), "card-next", "next", "Next");
    format!(r#"<nav class="page-cards" aria-label="The pages before and after">{cards}</nav>"#)
}

/// The first page of the chapter of a page.
fn opener_of<'a>(pages: &'a [Page], page: &Page) -> Option<&'a Page> {
    pages.iter().find(|other| other.chapter == page.chapter && !other.section.contains('.'))
}

/// The pages of a chapter with their minutes, under the title of its first one.
fn listed(pages: &[Page], opener: &Page) -> String {
    let inner = pages.iter().filter(|page| page.chapter == opener.chapter);
    let items: Vec<String> = inner
        .filter(|page| page.path != opener.path)
        .map(|page| {
            let (address, name) =
                (attribute(&opener.address_of(page)), block_text(&registers::name_of(page)));
            let time = minutes(page);
            format!(
                r#"<li><a href="{address}">{name}</a> <span class="time">{time} min</span></li>"#
            )
        })
        .collect();
    if items.is_empty() {
        return String::new();
    }
    let name = "aria-label=\"Pages of this chapter\"";
    format!("<nav class=\"chapter-pages\" {name}><ul>{}</ul></nav>", items.concat())
}

/// How long a page takes, how many formulas of it are checked, and what draws its figures.
fn facts(page: &Page) -> String {
    let mut facts = vec![format!("{} min", minutes(page))];
    let mark = r#"<span class="check-mark" aria-hidden="true">✓</span>"#;
    match count(page, |kind| matches!(kind, Kind::Formula(_))) {
        0 => {}
        1 => facts.push(format!("1 formula, checked {mark}")),
        several => facts.push(format!("{several} formulas, checked {mark}")),
    }
    let path = unix(&page.path.with_extension(""));
    let chapter = path.split('/').next().unwrap_or_default();
    let drawn = |kind: &Kind| {
        let Kind::Directive(directive) = kind else { return false };
        let name = directive.argument.strip_prefix(chapter).unwrap_or_default();
        match directive.name.as_str() {
            "figure" | "widget" => name.starts_with('/'),
            "value" => name.starts_with('.'),
            _ => false,
        }
    };
    if count(page, drawn) > 0 {
        facts.push(format!("figures and numbers: <code>cargo run -p {chapter}</code>"));
    }
    facts.join(" · ")
}

/// How many minutes a page takes a reader who looks at each formula, listing and figure.
fn minutes(page: &Page) -> usize {
    const WORDS: usize = 200;
    let looks = count(page, |kind| match kind {
        Kind::Formula(_) => true,
        Kind::Directive(found) => ["listing", "figure", "widget"].contains(&found.name.as_str()),
        _ => false,
    });
    // Each as long as sixty words.
    (words(&page.source) + 60 * looks).div_ceil(WORDS).max(1)
}

fn count(page: &Page, what: impl Fn(&Kind) -> bool) -> usize {
    page.marks.iter().filter(|mark| what(&mark.kind)).count()
}

/// The words of a page outside its blocks of code and math.
fn words(source: &str) -> usize {
    let mut fenced = false;
    let mut count = 0;
    for line in source.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let word = |word: &&str| word.chars().any(char::is_alphanumeric);
            count += line.split_whitespace().filter(word).count();
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn code_is_not_counted_as_words() {
        assert_eq!(words("# A title\n\n```sh\ncargo run\n```\n\nOne two — three.\n"), 5);
    }
}
