//! The house: what stands in a file of the wrong name, and what imports what it must not.

mod small_book;

use small_book::{CODE, DRAWING, LIBRARY, PAGE, SmallBook, TEST};

/// The page that gives its name, `slopes`, to files.
const SLOPES: &str = "src/more/slopes.md";

/// Asserts that a book has exactly these errors.
fn assert_errors(book: &SmallBook, expected: &[&str]) {
    assert_eq!(book.errors(), expected);
}

/// The book whose second page has code, a figure and a formula, each in the file of its name.
fn with_slopes() -> SmallBook {
    SmallBook::new()
        .and(SLOPES, "\n{{#listing ch01_line::Slope}}\n\n{{#listing ch01_line::main::slopes::f}}\n")
        .and(SLOPES, "\n{{#figure ch01_line/steep}}\nSteep.\n\n\n```math steep\ny = x\n```\n")
        .with(LIBRARY, "//! A chapter.\n\npub mod line;\npub mod slopes;\n\npub use line::Line;\npub use slopes::Slope;\n")
        .with("chapters/ch01_line/src/slopes.rs", "//! Slopes. Page: `more/slopes.md`.\n\n/// One.\npub struct Slope;\n")
        .but("chapters/ch01_line/program/main.rs", "mod drawing;", "mod drawing;\nmod slopes;")
        .with("chapters/ch01_line/program/slopes.rs", "//! Draws.\n\nfn f() {\n    figure(\"steep\");\n}\n")
        .with("src/generated/ch01_line/steep.svg", "<svg role=\"img\"><title>S</title><desc>D</desc></svg>")
        .and("tests/ch01_line/mod.rs", "mod slopes;\n")
        .with("tests/ch01_line/slopes.rs", "//! Of slopes.\n\n#[test]\nfn steep() {}\n")
}

/// The book with one more module in its library.
fn with_module(name: &str, code: &str) -> SmallBook {
    let file = format!("chapters/ch01_line/src/{name}.rs");
    with_slopes()
        .but(LIBRARY, "pub mod slopes;\n", &format!("pub mod slopes;\npub mod {name};\n"))
        .with(&file, code)
}

#[test]
fn a_house_in_order_has_no_errors() {
    assert_errors(&with_slopes(), &[]);
}

#[test]
fn an_item_belongs_into_the_file_of_the_page_that_shows_it_first() {
    let book = with_slopes()
        .and(SLOPES, "\n{{#listing ch01_line::line::TWO}}\n")
        .and(CODE, "\n/// Two.\npub const TWO: u8 = 2;\n");
    assert_errors(
        &book,
        &["chapters/ch01_line/src/line.rs:17: `ch01_line::line::TWO` is shown first at \
         src/more/slopes.md:19: expected it in chapters/ch01_line/src/slopes.rs"],
    );
    let book = with_slopes().and(SLOPES, "\n{{#listing ch01_line::main::drawing::draw}}\n");
    assert_errors(
        &book,
        &["chapters/ch01_line/program/drawing.rs:3: `ch01_line::main::drawing::draw` is shown \
         first at src/more/slopes.md:19: expected it in chapters/ch01_line/program/slopes.rs"],
    );
}

#[test]
fn an_item_of_the_first_page_belongs_into_a_file_with_the_name_of_no_page() {
    assert_errors(
        &with_slopes().and(PAGE, "\n{{#listing ch01_line::Slope}}\n"),
        &["chapters/ch01_line/src/slopes.rs:3: `ch01_line::Slope` is shown first at \
         src/ch01_line.md:17: expected it in a file of chapters/ch01_line/src that is named for \
         its idea, and for no page"],
    );
    assert_errors(
        &with_slopes().and(PAGE, "\n{{#listing ch01_line::main::main}}\n"),
        &["chapters/ch01_line/program/main.rs:6: `ch01_line::main::main` is shown first at \
         src/ch01_line.md:17: expected it in a file of chapters/ch01_line/program that is named \
         for its idea, and for no page"],
    );
}

#[test]
fn an_item_that_was_shown_in_part_or_in_whole_may_be_shown_again() {
    let again = "\n{{#listing ch01_line::impl Line}}\n\n{{#listing ch01_line::Line}}\n";
    assert_errors(&with_slopes().and(SLOPES, again), &[]);
}

#[test]
fn an_item_is_shown_first_by_its_own_chapter() {
    let book = with_slopes().and("src/preface.md", "\n{{#listing ch01_line::Line}}\n");
    assert_errors(
        &book,
        &["src/preface.md:3: `ch01_line::Line` is shown here first: expected a page of ch01_line \
         to show it before"],
    );
    let later = "\n{{#listing ch01_line::Line}}\n";
    assert_errors(&with_slopes().and("src/register.md", later), &[]);
}

#[test]
fn a_figure_is_drawn_in_the_file_of_its_page() {
    let slopes = "chapters/ch01_line/program/slopes.rs";
    assert_errors(
        &with_slopes().but(slopes, "steep", "deep").but(DRAWING, "plot\")", "plot\", \"steep\")"),
        &["chapters/ch01_line/program/drawing.rs:4: figure `ch01_line/steep` is shown at \
         src/more/slopes.md:11: expected \"steep\" in chapters/ch01_line/program/slopes.rs"],
    );
    assert_errors(
        &with_slopes().but(slopes, "\"steep\"", "&format!(\"st{}p\", \"ee\") /* \"steep\" */"),
        &["src/more/slopes.md:11: no program names the figure `ch01_line/steep`: expected \
         \"steep\" in chapters/ch01_line/program/slopes.rs"],
    );
    let in_tests = "}\n\n#[cfg(test)]\nmod tests {\n    const NAME: &str = \"steep\";\n}\n";
    assert_errors(
        &with_slopes().but(slopes, "\"steep\");\n}\n", &format!(");\n{in_tests}")),
        &["src/more/slopes.md:11: no program names the figure `ch01_line/steep`: expected \
         \"steep\" in chapters/ch01_line/program/slopes.rs"],
    );
}

#[test]
fn a_figure_of_the_first_page_is_drawn_in_a_file_with_the_name_of_no_page() {
    let main = "chapters/ch01_line/program/main.rs";
    assert_errors(
        &with_slopes().but(DRAWING, "\"plot\"", "").but(main, "draw()", "draw(\"plot\")"),
        &["chapters/ch01_line/program/main.rs:7: figure `ch01_line/plot` is shown at \
         src/ch01_line.md:13: expected \"plot\" in a file of chapters/ch01_line/program that is \
         named for its idea, and for no page"],
    );
    let slopes = "chapters/ch01_line/program/slopes.rs";
    assert_errors(
        &with_slopes().but(DRAWING, "\"plot\"", "").but(slopes, "figure(", "figure(\"plot\", "),
        &["chapters/ch01_line/program/slopes.rs:4: figure `ch01_line/plot` is shown at \
         src/ch01_line.md:13: expected \"plot\" in a file of chapters/ch01_line/program that is \
         named for its idea, and for no page"],
    );
}

#[test]
fn a_figure_is_shown_by_its_own_chapter() {
    let book = SmallBook::new()
        .but(PAGE, "{{#figure ch01_line/plot}}\nThe line rises, see {{#eq slope}}.\n", "")
        .and("src/register.md", "\n{{#figure ch01_line/plot}}\nA line.\n");
    assert_errors(
        &book,
        &["src/register.md:9: figure `ch01_line/plot` of another chapter: expected it on a page \
         of ch01_line"],
    );
}

#[test]
fn a_chapter_without_pages_draws_for_any_page_from_any_file() {
    let book = SmallBook::new()
        .with("chapters/ch00_before/program/main.rs", "fn main() {\n    figure(\"map\");\n}\n")
        .with(
            "src/generated/ch00_before/map.svg",
            "<svg role=\"img\"><title>M</title><desc>D</desc></svg>",
        )
        .and("src/preface.md", "\n{{#figure ch00_before/map}}\nA map.\n");
    assert_errors(&book, &[]);
}

#[test]
fn a_test_stands_in_the_file_of_the_page_of_its_formula() {
    let slopes = "tests/ch01_line/slopes.rs";
    assert_errors(
        &with_slopes()
            .but(slopes, "#[test]\nfn steep() {}\n", "")
            .and(TEST, "\n#[test]\nfn steep() {}\n"),
        &["tests/ch01_line/line.rs:11: test `steep` of the formula at src/more/slopes.md:15: \
         expected it in tests/ch01_line/slopes.rs"],
    );
    assert_errors(
        &with_slopes()
            .but(TEST, "#[test]\nfn slope()", "fn no()")
            .and(slopes, "\n#[test]\nfn slope() {}\n"),
        &["tests/ch01_line/slopes.rs:6: test `slope` of the formula at src/ch01_line.md:5: \
         expected it in a file of tests/ch01_line that is named for its idea, and for no page"],
    );
    let root = "tests/ch01_line/mod.rs";
    assert_errors(
        &with_slopes()
            .but(TEST, "#[test]\nfn slope()", "fn no()")
            .and(root, "\n#[test]\nfn slope() {}\n"),
        &["tests/ch01_line/mod.rs:6: test `slope` of the formula at src/ch01_line.md:5: \
         expected it in a file of tests/ch01_line that is named for its idea, and for no page"],
    );
}

#[test]
fn the_root_of_a_library_is_a_table_of_contents() {
    let message = |more: &str| {
        format!(
            "chapters/ch01_line/src/lib.rs:9: code in a table of contents{more}: expected only \
             docs, `mod` and `use` lines, and `#[cfg(test)] mod tests;`"
        )
    };
    let code = "\nfn code() {}\n";
    assert_errors(&with_slopes().and(LIBRARY, code), &[&message("")]);
    let code = "\nmod inner {}\n\nmacro_rules! m {\n    () => {};\n}\n";
    assert_errors(&with_slopes().and(LIBRARY, code), &[&message(" (and 1 more below)")]);
    let code = "\n#[cfg(test)]\nmod tests {}\n";
    assert_errors(&with_slopes().and(LIBRARY, code), &[&message("")]);
    assert_errors(&with_slopes().and(LIBRARY, "\n#[cfg(test)]\nmod tests;\n"), &[]);
}

#[test]
fn modules_stand_in_the_order_of_their_pages() {
    let book = with_module("climbs", "//! Climbs. Page: `more/climbs.md`.\n")
        .with("src/more/climbs.md", "# Climbs\n")
        .but("src/SUMMARY.md", "  - [More]", "  - [Climbs](more/climbs.md)\n  - [More]");
    assert_errors(
        &book,
        &["chapters/ch01_line/src/lib.rs:5: module `climbs` after `slopes`: expected the order \
         of their pages in SUMMARY.md"],
    );
    assert_errors(&with_module("first", "//! Of the first page.\n"), &[]);
}

#[test]
fn a_file_of_a_library_says_what_it_holds_and_names_its_page() {
    let slopes = "chapters/ch01_line/src/slopes.rs";
    assert_errors(
        &with_slopes().but(slopes, "//! Slopes. Page: `more/slopes.md`.", "// Slopes."),
        &["chapters/ch01_line/src/slopes.rs:1: a file of a library opens without a comment: \
         expected `//!` and a sentence on what it holds"],
    );
    assert_errors(
        &with_slopes().but(slopes, "more/slopes.md", "more/slope.md"),
        &[
            "chapters/ch01_line/src/slopes.rs:1: the comment `//!` does not name the page: expected \
         `more/slopes.md` in it",
        ],
    );
}

#[test]
fn a_file_of_a_library_is_short() {
    assert_errors(&with_slopes().and(CODE, &"\n".repeat(335)), &[]);
    assert_errors(
        &with_slopes().and(CODE, &"\n".repeat(336)),
        &["chapters/ch01_line/src/line.rs:351: it has 351 lines: expected at most 350 in a file \
         of a library"],
    );
    let deep = "chapters/ch01_line/src/tests/deep.rs";
    assert_errors(
        &with_slopes().with(deep, &"\n".repeat(400)),
        &["chapters/ch01_line/src/tests/deep.rs:351: it has 400 lines: expected at most 350 in a \
         file of a library"],
    );
}

#[test]
fn files_of_a_library_do_not_import_each_other() {
    for import in ["use crate::first::Second;", "use super::first::Second;", "use crate::Second;"] {
        let book = with_module(
            "first",
            "//! First.\n\nuse crate::line::Line;\n\npub(crate) struct Second;\n",
        )
        .and(LIBRARY, "use first::Second;\n")
        .but(CODE, "//! A line.\n", &format!("//! A line.\n{import}\n"));
        assert_errors(
            &book,
            &["chapters/ch01_line/src/first.rs:3: circle of imports: \
             chapters/ch01_line/src/first.rs:3 imports chapters/ch01_line/src/line.rs, \
             chapters/ch01_line/src/line.rs:2 imports chapters/ch01_line/src/first.rs; expected \
             that imports run one way"],
        );
    }
}

#[test]
fn a_longer_circle_is_told_as_a_path() {
    let book =
        with_module("first", "//! First.\n\nfn f() {\n    crate::second::g(m!(super::x));\n}\n")
            .but(LIBRARY, "pub mod first;\n", "pub mod first;\npub mod second;\npub mod third;\n")
            .with(
                "chapters/ch01_line/src/second.rs",
                "//! Second.\nuse super::{line::Line, third};\n",
            )
            .with(
                "chapters/ch01_line/src/third.rs",
                "//! Third.\n\nuse crate::*;\nuse crate::first as one;\n",
            );
    assert_errors(
        &book,
        &["chapters/ch01_line/src/first.rs:4: circle of imports: \
         chapters/ch01_line/src/first.rs:4 imports chapters/ch01_line/src/second.rs, \
         chapters/ch01_line/src/second.rs:2 imports chapters/ch01_line/src/third.rs, \
         chapters/ch01_line/src/third.rs:4 imports chapters/ch01_line/src/first.rs; expected that \
         imports run one way"],
    );
}

#[test]
fn imports_of_tests_are_free() {
    let tests = "\n#[cfg(test)]\nmod tests {\n    use crate::slopes::Slope;\n}\n";
    let slopes = "chapters/ch01_line/src/slopes.rs";
    assert_errors(&with_slopes().and(CODE, tests).and(slopes, "\nuse crate::Line;\n"), &[]);
}

#[test]
fn a_module_with_a_page_imports_only_from_above() {
    let code = "\nuse crate::later::Later;\n";
    let book = with_module("later", "//! Later.\n\npub(crate) struct Later;\n")
        .and("chapters/ch01_line/src/slopes.rs", code);
    assert_errors(
        &book,
        &[
            "chapters/ch01_line/src/slopes.rs:6: `slopes` imports `later`, which stands below it in \
         lib.rs: expected imports from modules above it only",
        ],
    );
    let book = with_module("later", "//! Later.\n\npub(crate) struct Later;\n").and(CODE, code);
    assert_errors(&book, &[]);
}

#[test]
fn files_of_a_program_do_not_import_each_other_and_its_root_is_one() {
    let book = with_slopes()
        .and("chapters/ch01_line/program/main.rs", "\nconst SEED: u64 = 1;\n")
        .but(DRAWING, "figure(", "figure(crate::SEED, ");
    assert_errors(
        &book,
        &["chapters/ch01_line/program/drawing.rs:4: circle of imports: \
         chapters/ch01_line/program/drawing.rs:4 imports chapters/ch01_line/program/main.rs, \
         chapters/ch01_line/program/main.rs:7 imports chapters/ch01_line/program/drawing.rs; \
         expected that imports run one way"],
    );
}

#[test]
fn files_of_a_crate_beside_the_pages_do_not_import_each_other() {
    let book = with_slopes()
        .with(
            "figures/src/lib.rs",
            "//! Figures.\nmod output;\nmod values;\npub use output::Output;\n",
        )
        .with("figures/src/output.rs", "use crate::values::Values;\npub struct Output;\n")
        .with("figures/src/values.rs", "struct Values;\nfn save(output: crate::Output) {}\n");
    assert_errors(
        &book,
        &["figures/src/output.rs:1: circle of imports: figures/src/output.rs:1 imports \
         figures/src/values.rs, figures/src/values.rs:2 imports figures/src/output.rs; expected \
         that imports run one way"],
    );
}

/// The files at the foot of a page, each after its kind.
fn foot(book: &SmallBook, page: &str) -> Vec<String> {
    let page = book.page(page);
    let Some((_, foot)) = page.split_once("\n\n<footer class=\"page-house\">") else {
        return Vec::new();
    };
    let (foot, after) = foot.split_once("</dl></footer>\n").expect("the end of the foot");
    assert!(after.starts_with("\n<nav class=\"page-cards\""), "{after}");
    let rows = foot.split("<dt>").skip(1);
    let plain = |file: &str| file.replace("<wbr>", "").split("</span>").next().map(str::to_owned);
    rows.map(|row| {
        let (kind, files) = row.split_once("</dt>").expect("a kind");
        let files = files.split("<span class=\"path\">").skip(1).filter_map(plain);
        format!("{kind}: {}", files.collect::<Vec<_>>().join(", "))
    })
    .collect()
}

#[test]
fn the_foot_of_a_page_names_the_files_that_it_comes_from() {
    let book = with_slopes().and(SLOPES, "\n{{#listing ch01_line::Line}}\n");
    assert_eq!(
        foot(&book, "more/slopes.md"),
        [
            "code: chapters/ch01_line/src/slopes.rs, chapters/ch01_line/program/slopes.rs, \
             chapters/ch01_line/src/line.rs",
            "figures and numbers: chapters/ch01_line/program/slopes.rs",
            "tests: tests/ch01_line/slopes.rs",
            "text: src/more/slopes.md",
        ]
    );
    assert_eq!(
        foot(&book, "ch01_line.md"),
        [
            "code: chapters/ch01_line/src/line.rs",
            "figures and numbers: chapters/ch01_line/program/drawing.rs",
            "tests: tests/ch01_line/line.rs",
            "text: src/ch01_line.md",
        ]
    );
}

#[test]
fn a_page_without_code_figures_and_formulas_has_no_foot() {
    assert_eq!(foot(&with_slopes(), "preface.md"), [""; 0]);
    assert_eq!(foot(&SmallBook::new(), "more/slopes.md"), [""; 0]);
}

#[test]
fn a_page_that_quotes_numbers_names_the_file_of_its_program() {
    let bare = "# Slopes\n\nBack to {{#eq slope}}.\n\n{{#exercise ch01_line/rise}}\n";
    let figure = "\n{{#figure ch01_line/steep}}\nSteep.\n\n";
    let book = with_slopes()
        .with(SLOPES, &format!("{bare}\n{{{{#value ch01_line.height}}}}\n"))
        .and(PAGE, figure)
        .but(DRAWING, "\"plot\"", "\"plot\", \"steep\"")
        .with(LIBRARY, "//! A chapter.\n\npub mod line;\n\npub use line::Line;\n")
        .with("tests/ch01_line/mod.rs", "mod line;\n")
        .without("tests/ch01_line/slopes.rs");
    let expected =
        ["figures and numbers: chapters/ch01_line/program/slopes.rs", "text: src/more/slopes.md"];
    assert_eq!(foot(&book, "more/slopes.md"), expected);
}

#[test]
fn the_files_at_the_foot_are_linked_if_the_book_names_its_repository() {
    let link = "<a href=\"https://example.org/book/blob/HEAD/tests/ch01_line/line.rs\">";
    let file = "<span class=\"path\">tests/<wbr>ch01_line/<wbr>line.rs</span>";
    let book = SmallBook::new();
    assert!(book.page("ch01_line.md").contains(&format!("<dd>{link}{file}</a></dd>")));
    let url = "git-repository-url = \"https://example.org/book\"";
    let page = book.but("book.toml", url, "").page("ch01_line.md");
    assert!(page.contains(&format!("<dd>{file}</dd>")) && !page.contains("example.org"), "{page}");
}
