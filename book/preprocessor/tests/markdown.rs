//! Hostile Markdown: what is replaced, what stays as it is, and that the rest of the page is not
//! harmed.

mod small_book;

use mdbook_markdown::pulldown_cmark::html::push_html;
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use small_book::{PAGE, SmallBook};

/// The first page with more text, as mdBook gets it: what became of that text.
fn pressed(text: &str) -> String {
    let without_foot = |book: SmallBook| {
        let page = book.page("ch01_line.md");
        page.split("\n<footer").next().unwrap_or_default().to_owned()
    };
    let before = without_foot(SmallBook::new());
    let page = without_foot(SmallBook::new().and(PAGE, &format!("\n{text}")));
    page.strip_prefix(&format!("{before}\n")).expect("the page as it was").to_owned()
}

/// The same as HTML, through the parser that mdBook uses.
fn rendered(text: &str) -> String {
    let mut html = String::new();
    push_html(&mut html, new_cmark_parser(&pressed(text), &MarkdownOptions::default()));
    html
}

/// Inline math as it stands in a page.
fn math(before: &str, content: &str, after: &str) -> String {
    format!(r#"<span class="inline-math">{before}<math>{content}</math>{after}</span>"#)
}

#[test]
fn code_spans_and_code_blocks_stay_as_they_are() {
    let text = "`{{#eq no}}` and `$x$` and ``$`x`$``.\n\n````markdown\n\
         ```math no\nx\n```\n{{#listing no}} $`x`$ $5\n````\n";
    assert_eq!(pressed(text), text);
}

#[test]
fn an_escaped_directive_and_a_dollar_of_money_stay() {
    let text = "Write \\{{#eq no}} for \\$5, or \\{{#include no}}; $`x`$ is \\$`x`\\$.\n";
    let html = rendered(text);
    assert!(html.contains("{{#eq no}} for $5, or {{#include no}}; <span"), "{html}");
    assert!(html.contains("is $<code>x</code>$."), "{html}");
}

#[test]
fn math_keeps_its_punctuation_on_its_line() {
    let x = "<mi>x</mi>";
    let cases = [
        ("$`x`$, so", math("", x, "&#44;") + " so"),
        ("是（$`x`$）。然后", "是".to_owned() + &math("（", x, "）。") + "然后"),
        ("$`x`$的值", math("", x, "") + "的值"),
        ("an $`x`$-dimensional", "an ".to_owned() + &math("", x, "&#45;dimensional")),
        ("the $`x`$'s end", "the ".to_owned() + &math("", x, "’s") + " end"),
        ("\"$`x`$\" or", "\"".to_owned() + &math("", x, "") + "\" or"),
    ];
    for (text, expected) in cases {
        assert_eq!(pressed(&format!("{text}\n")), format!("{expected}\n"));
    }
}

#[test]
fn two_formulas_side_by_side_share_no_dollar_sign() {
    let (x, y) = (math("", "<mi>x</mi>", ""), math("", "<mi>y</mi>", ""));
    assert_eq!(pressed("$`x`$$`y`$ $`x`$\n"), format!("{x}{y} {x}\n"));
}

#[test]
fn math_in_a_table_may_have_pipes() {
    let html = rendered("| a | b |\n|---|---|\n| $`\\|x\\|`$ | {{#value ch01_line.height}} |\n");
    assert_eq!(html.matches("<td>").count(), 2, "{html}");
    let bar = r#"<mo stretchy="false" lspace="0" rspace="0">|</mo>"#;
    assert!(html.contains(&math("", &format!("{bar}<mi>x</mi>{bar}"), "")), "{html}");
    assert!(html.contains(r#"<span class="value">6.0"#), "{html}");
}

#[test]
fn math_with_signs_of_markdown_is_not_markdown() {
    let html = rendered("*see $`a*x*y_1 [x](y) <y`$ and $`a_1*`$*\n");
    assert_eq!(html.matches("<em>").count(), 1, "{html}");
    assert!(!html.contains("<a "), "{html}");
    assert!(html.ends_with("</math></span></em></p>\n"), "{html}");
}

#[test]
fn a_heading_with_math_has_an_identifier_of_its_text() {
    let html =
        rendered("## The height $`y`$ at $`x`$\n\n### Own $`x`$ {#mine}\n\nUnder $`y`$\n---\n");
    assert!(html.contains(r#"<h2 id="the-height-y-at-x">"#), "{html}");
    assert!(html.contains(r#"<h3 id="mine">"#), "{html}");
    assert!(html.contains(r#"<h2 id="under-y">"#), "{html}");
    assert_eq!(pressed("## No math\n"), "## No math\n");
}

#[test]
fn a_formula_in_a_list_stays_in_its_item() {
    let book = SmallBook::new().but(
        PAGE,
        "```math slope\ny = a x\n```\n",
        "1. First\n\n   > Quoted:\n   > ```math slope\n   > y\n   >   = a x\n   > ```\n   > goes *on*.\n\
         2. Second\n",
    );
    let mut html = String::new();
    let page = book.page("ch01_line.md");
    push_html(&mut html, new_cmark_parser(&page, &MarkdownOptions::default()));
    let (list, _) = html.split_once("</ol>").expect("a list");
    let (_, list) = list.split_once("<ol>").expect("a list");
    assert!(list.contains("<blockquote>\n<p>Quoted:</p>\n<div class=\"formula\""), "{html}");
    assert!(list.contains("<p>goes <em>on</em>.</p>\n</blockquote>"), "{html}");
    assert_eq!(list.matches("<li>").count(), 2, "{html}");
}

#[test]
fn a_listing_in_a_tight_list_ends_before_the_next_item() {
    let html = rendered("- {{#listing ch01_line::Line}}\n  - *inner*\n- last\n");
    assert!(
        html.contains("<li><figure class=\"listing\"") || html.contains("<li>\n<figure"),
        "{html}"
    );
    assert!(html.contains("<em>inner</em>"), "{html}");
    assert_eq!(html.matches("<li>").count(), 3, "{html}");
}

#[test]
fn a_figure_in_a_quote_keeps_its_caption_and_lets_the_heading_go() {
    let figure = "{{#figure ch01_line/plot}}\nThe line rises, see {{#eq slope}}.\n";
    let quoted = "> {{#figure ch01_line/plot}}\n> The *line* $`y`$\n> rises.\n## Next\n";
    let page = SmallBook::new().but(PAGE, figure, quoted).page("ch01_line.md");
    let mut html = String::new();
    push_html(&mut html, new_cmark_parser(&page, &MarkdownOptions::default()));
    let (_, quote) = html.split_once("<blockquote>").expect("a quote");
    let (quote, rest) = quote.split_once("</blockquote>").expect("its end");
    assert!(
        quote.contains("<span class=\"figure-number\">Figure 1.1.</span> The <em>line</em>"),
        "{quote}"
    );
    assert!(quote.contains("rises.</p>\n</figcaption></figure>"), "{quote}");
    assert!(rest.contains("<h2>Next</h2>"), "{rest}");
}

#[test]
fn footnotes_and_links_and_strong_text_hold_math_and_directives() {
    let html =
        rendered("A note[^1] and [the $`x`$](a.md), **$`x`$**.\n\n[^1]: See {{#eq slope}}.\n");
    assert!(html.contains("<a href=\"a.md\">the <span class=\"inline-math\">"), "{html}");
    assert!(html.contains("<strong><span class=\"inline-math\">"), "{html}");
    assert!(html.contains("href=\"#eq-slope\""), "{html}");
}

#[test]
fn markdown_between_html_blocks_is_read() {
    let html = rendered("<div>\n\nThe $`x`$\n\n</div>\n");
    assert!(html.contains("<math><mi>x</mi></math>"), "{html}");
}

#[test]
fn links_between_pages_lead_to_the_anchor_from_any_folder() {
    let book = SmallBook::new();
    let link = "<a class=\"formula-link\" href=\"../ch01_line.md#eq-slope\" title=\"slope\" \
                data-math=\"&#60;math display=";
    assert!(book.page("more/slopes.md").contains(link));
    let link = r##"<a class="formula-link" href="#eq-slope" title="slope">(1.1)</a>"##;
    assert!(book.page("ch01_line.md").contains(link));
    assert!(book.page("ch01_line.md").contains(r#"href="register.md#ref-euclid""#));
}

#[test]
fn source_in_a_listing_is_neither_markdown_nor_a_directive() {
    let library = "\n/// Prints *this*.\npub fn print() {\n    print!(\"{{#include x}} </code> \
         ```\\n\");\n\n    # [inline]\n    fn inner() {}\n}\n";
    let book = SmallBook::new()
        .and(small_book::CODE, library)
        .and(PAGE, "\n{{#listing ch01_line::print}}\n");
    let page = book.page("ch01_line.md");
    assert!(
        page.contains("&#123;&#123;#include x&#125;&#125; &#60;/code&#62; ```&#92;n"),
        "{page}"
    );
    assert!(page.contains("&#10;&#10;    ## [inline]&#10;"), "{page}");
}

#[test]
fn an_entry_leads_back_to_the_first_citation_of_each_page() {
    let book = || SmallBook::new().and(PAGE, "\nAgain {{#cite euclid}}.\n");
    let book = || book().with("src/preface.md", "# Preface\n\nAs {{#cite euclid}} says.\n");
    let entry = book().page("register.md");
    let links = "<a href=\"preface.md#cite-preface-euclid\">Preface</a>; \
         <a href=\"ch01_line.md#cite-ch01_line-euclid\">1 A line</a>";
    assert!(entry.contains(&format!("Cited in {links}.</span></li>")), "{entry}");
    let page = book().page("ch01_line.md");
    assert_eq!(page.matches("id=\"cite-ch01_line-euclid\"").count(), 1, "{page}");
}

#[test]
fn an_abbreviation_at_the_end_of_a_sentence_has_one_full_stop() {
    let entry = "@book{zen, author = {{Zen}}, title = {Python}, year = {n.d.}}\n";
    let text = "\nUndated, {{#cite zen}}. In {{#cite zen}} it rains.\n";
    let page =
        SmallBook::new().and("src/references.bib", entry).and(PAGE, text).page("ch01_line.md");
    assert!(page.contains(">Zen&nbsp;n&#46;d</a>. In "), "{page}");
    assert!(page.contains(">Zen&nbsp;n&#46;d&#46;</a> it rains."), "{page}");
}
