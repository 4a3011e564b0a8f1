//! What a page shows but nobody searches for: the signs of formulas, the pictures of figures, the
//! sources of tests, the solutions of exercises, and where the files of the page are.

use std::ops::Range;

use mdbook_markdown::pulldown_cmark::Event;
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

use crate::pages;
use crate::tags::{self, Tag};

/// What stands for a formula in a sentence: the search box shows it, the index ignores it.
const ELLIPSIS: &str = "…";

/// A pressed page without its MathML, its SVG, its unfolded tests and its foot.
///
/// Its headings, its captions, its listings and the numbers of its formulas stay. So does
/// everything that only looks like such an element, because it is code.
pub fn without(source: &str, options: &MarkdownOptions) -> String {
    let mut cutter = Cutter::default();
    for (event, range) in new_cmark_parser(source, options).into_offset_iter() {
        if let Event::Html(_) | Event::InlineHtml(_) = event {
            for tag in tags::read(&source[range.clone()]) {
                cutter.pass(&tag, range.start);
            }
        }
    }
    pages::replaced(source, cutter.cuts)
}

/// A walk over the tags of a page.
#[derive(Default)]
struct Cutter<'a> {
    open: Option<Open<'a>>,
    cuts: Vec<(Range<usize>, String)>,
}

/// An element that is to be cut out, and whose end is yet to come.
struct Open<'a> {
    name: &'a str,
    start: usize,
    /// How many elements of its name are open.
    depth: usize,
    replacement: &'static str,
}

impl<'a> Cutter<'a> {
    /// Takes in the next tag, of a piece of HTML that begins at the byte `base`.
    fn pass(&mut self, tag: &Tag<'a>, base: usize) {
        let Some(open) = &mut self.open else {
            self.open = begin(tag, base);
            return;
        };
        if tag.name != open.name {
            return;
        }
        match tag.is_end() {
            true => open.depth -= 1,
            false if tag.is_closed() => {}
            false => open.depth += 1,
        }
        if open.depth == 0 {
            let cut = open.start..base + tag.range.end;
            self.cuts.push((cut, open.replacement.to_owned()));
            self.open = None;
        }
    }
}

/// The element that begins with this tag, if it is one of those that are cut out.
fn begin<'a>(tag: &Tag<'a>, base: usize) -> Option<Open<'a>> {
    let replacement = match tag.name {
        _ if tag.is_end() || tag.is_closed() => return None,
        "math" if !tag.text.contains(r#"display="block""#) => ELLIPSIS,
        "math" | "svg" => "",
        "details"
            if [r#"class="check""#, r#"class="solution""#].iter().any(|c| tag.text.contains(c)) =>
        {
            ""
        }
        "footer" if tag.text.contains(r#"class="page-house""#) => "",
        "p" if ["page-above", "page-facts"].iter().any(|name| tag.text.contains(name)) => "",
        "nav" if ["chapter-pages", "page-cards"].iter().any(|name| tag.text.contains(name)) => "",
        _ => return None,
    };
    Some(Open { name: tag.name, start: base + tag.range.start, depth: 1, replacement })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> String {
        without(source, &MarkdownOptions::default())
    }

    #[test]
    fn a_formula_in_a_sentence_becomes_an_ellipsis_with_its_punctuation() {
        let source = "# Of <span><math><mi>x</mi></math></span> {#of-x}\n\nSo <math>y</math>, *z*.";
        assert_eq!(words(source), "# Of <span>…</span> {#of-x}\n\nSo …, *z*.");
    }

    #[test]
    fn a_displayed_formula_keeps_its_number_and_loses_its_test() {
        let check = r#"<details class="check"><summary>✓</summary><pre>x</pre></details>"#;
        let math = r#"<math display="block"><mi>x</mi></math>"#;
        let source = format!("> <div>{math}<a>(1.2)</a>{check}</div>\n>\n> More.");
        assert_eq!(words(&source), "> <div><a>(1.2)</a></div>\n>\n> More.");
    }

    #[test]
    fn a_solution_is_not_to_be_found_before_it_is_asked_for() {
        let solution = r#"<details class="solution"><summary>A solution</summary>x</details>"#;
        assert_eq!(words(&format!("Try.\n\n{solution}\n\nNext.")), "Try.\n\n\n\nNext.");
    }

    #[test]
    fn the_foot_of_a_page_falls_away() {
        let foot = r#"<footer class="page-house"><p>Files</p><dl><dt>code</dt></dl></footer>"#;
        assert_eq!(words(&format!("Text.\n\n{foot}\n")), "Text.\n\n\n");
        assert_eq!(words("<footer>By X.</footer>"), "<footer>By X.</footer>");
        let facts = r#"<p class="page-facts">9 min</p><nav class="chapter-pages">x</nav>"#;
        assert_eq!(words(&format!("# A\n\n{facts}\n\nText.")), "# A\n\n\n\nText.");
    }

    #[test]
    fn a_figure_keeps_its_caption() {
        let picture = "<svg a=\">\"><title>T</title><svg/><svg><text>0.5</text></svg></svg>";
        let source =
            format!("<figure>{picture}<figcaption>\n\nIt *falls*.\n\n</figcaption></figure>");
        assert_eq!(words(&source), "<figure><figcaption>\n\nIt *falls*.\n\n</figcaption></figure>");
    }

    #[test]
    fn listings_and_other_details_stay() {
        let source = "<figure class=\"listing\"><pre><code>fn a() &#123;&#125;</code></pre></figure>\n\n\
             <details><summary>More</summary>x</details>";
        assert_eq!(words(source), source);
    }

    #[test]
    fn what_only_looks_like_a_formula_stays() {
        let source = "`<math>` and <!-- <math> --> are\n\n```html\n<svg>x</svg>\n```\n\n`</math>`";
        assert_eq!(words(source), source);
        assert_eq!(words("<svg> without end <math>x</math>"), "<svg> without end <math>x</math>");
    }
}
