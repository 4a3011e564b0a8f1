//! Each lock: what breaks the build, where it is said to be, and what is said.

mod small_book;

use small_book::{CODE, EXERCISES, LIBRARY, PAGE, SOLUTION, STUB, SmallBook, TEST};

/// Asserts that a book has exactly these errors.
fn assert_errors(book: &SmallBook, expected: &[&str]) {
    assert_eq!(book.errors(), expected);
}

#[test]
fn a_book_without_a_fault_has_no_errors() {
    let (_, problems) = SmallBook::new().press();
    assert_eq!(problems.to_string(), "");
}

#[test]
fn an_unknown_rust_path_is_an_error_with_the_nearest_name() {
    let book = SmallBook::new().but(PAGE, "::Line::height", "::Line::hight");
    assert_errors(
        &book,
        &[
            "chapters/ch01_line/src/line.rs:11: public method `ch01_line::Line::height` is shown on no \
         page: expected {{#listing ch01_line::Line::height}}, or no `pub`",
            "src/ch01_line.md:11: unknown Rust path `ch01_line::Line::hight`: no such item in the \
         chapters' crates; did you mean `ch01_line::Line::height`?",
        ],
    );
}

#[test]
fn an_unknown_crate_is_an_error_with_the_nearest_name() {
    let book = SmallBook::new().and(PAGE, "\n{{#listing ch01_lines::Line}}\n");
    assert_errors(
        &book,
        &["src/ch01_line.md:17: unknown Rust path `ch01_lines::Line`: there is \
         no crate `ch01_lines`; did you mean `ch01_line`?"],
    );
}

#[test]
fn what_is_no_rust_path_is_an_error() {
    let book = SmallBook::new().and(PAGE, "\n{{#listing the line}}\n");
    assert_errors(
        &book,
        &["src/ch01_line.md:17: `the line` is no Rust path: expected \
         crate::path::Item, crate::<Type as Trait>::method or crate::impl Trait for Type"],
    );
}

#[test]
fn an_ambiguous_rust_path_lists_its_candidates() {
    let library = CODE;
    let book = SmallBook::new()
        .and(library, "\nimpl Rise for Line {\n    fn rise(&self) {}\n}\n")
        .and(library, "\nimpl Fall for Line {\n    fn rise(&self) {}\n}\n")
        .and(PAGE, "\n{{#listing ch01_line::Line::rise}}\n");
    assert_errors(
        &book,
        &["src/ch01_line.md:17: ambiguous Rust path `ch01_line::Line::rise`: it \
         may be `ch01_line::line::<Line as Rise>::rise` (chapters/ch01_line/src/line.rs:18) or \
         `ch01_line::line::<Line as Fall>::rise` (chapters/ch01_line/src/line.rs:22)"],
    );
}

#[test]
fn a_chapter_that_is_not_rust_is_an_error() {
    let book = SmallBook::new().with("chapters/ch02_other/src/lib.rs", "//! Other.\n\npub fn {}\n");
    let errors = book.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("chapters/ch02_other/src/lib.rs:3: not Rust: "), "{errors:?}");
}

#[test]
fn a_formula_without_a_test_is_an_error_with_the_nearest_test() {
    let book = SmallBook::new().but(TEST, "fn slope", "fn slopes");
    assert_errors(
        &book,
        &[
            "src/ch01_line.md:5: formula `slope` without a test: expected a test `fn slope` in \
         tests/ch01_line; did you mean `slopes`?",
            "tests/ch01_line/line.rs:3: test `slopes` without a formula: expected ```math slopes on a page \
         of chapter 1; did you mean `slope`?",
        ],
    );
}

#[test]
fn a_formula_whose_test_does_not_run_is_an_error() {
    let test = TEST;
    let ignored = SmallBook::new().but(test, "#[test]", "#[test]\n#[ignore = \"slow\"]");
    assert_errors(
        &ignored,
        &["src/ch01_line.md:5: formula `slope` without a test: it is ignored \
         (tests/ch01_line/line.rs:3)"],
    );
    for (attribute, defect) in [
        ("#[cfg(any())]", "it runs on a condition (#[cfg])"),
        ("#[cfg_attr(all(), ignore)]", "it has attributes on a condition (#[cfg_attr])"),
        ("#[should_panic]", "it passes when it fails (#[should_panic])"),
    ] {
        let formula = "src/ch01_line.md:5: formula `slope` without a test: ";
        let expected = format!("{formula}{defect} (tests/ch01_line/line.rs:3)");
        let with = SmallBook::new().but(test, "#[test]", &format!("#[test]\n{attribute}"));
        assert_errors(&with, &[&expected]);
        let inside = format!("{attribute}\nmod inside {{\n#[test]\nfn slope() {{}}\n}}\n");
        let module = SmallBook::new().without(test).with(test, &inside);
        assert_errors(&module, &[&format!("{formula}{defect} (tests/ch01_line/line.rs:3)")]);
        let inside = format!("proptest! {{\n#[test]\n{attribute}\nfn slope(a in 0..1) {{}}\n}}\n");
        let macro_call = SmallBook::new().without(test).with(test, &inside);
        assert_errors(&macro_call, &[&format!("{formula}{defect} (tests/ch01_line/line.rs:2)")]);
    }
    let helper = SmallBook::new().but(test, "#[test]\n", "");
    assert_errors(
        &helper,
        &["src/ch01_line.md:5: formula `slope` without a test: it lacks \
         #[test] (tests/ch01_line/line.rs:3)"],
    );
}

#[test]
fn a_test_in_a_file_that_cargo_does_not_compile_does_not_count() {
    let formula = "src/ch01_line.md:5: formula `slope` without a test: cargo does not run it, \
                   expected [[test]] with path = ";
    let expected = format!("{formula}\"main.rs\" in tests/Cargo.toml (tests/ch01_line/line.rs:3)");
    let (manifest, path) = ("tests/Cargo.toml", "\"main.rs\"");
    for other in [
        "\"man.rs\"",
        "\"main.rs\"\ntest = false",
        "\"main.rs\"\nharness = false",
        "\"main.rs\"\nrequired-features = [\"slow\"]",
    ] {
        assert_errors(&SmallBook::new().but(manifest, path, other), &[&expected]);
    }
    assert_errors(&SmallBook::new().without(manifest), &[&expected]);
}

#[test]
fn a_test_without_a_formula_is_an_error() {
    let book = SmallBook::new().and(TEST, "\n#[test]\nfn two_points() {}\n");
    assert_errors(
        &book,
        &["tests/ch01_line/line.rs:11: test `two_points` without a formula: expected \
         ```math two-points on a page of chapter 1"],
    );
}

#[test]
fn a_test_may_stand_in_a_macro_and_in_a_module() {
    let test = "mod random {\n    proptest! {\n        #![config(3)]\n        /// Any slope.\n        \
         #[test]\n        fn slope(a in -1.0..1.0f64) {\n            assert!(a < 2.0);\n        \
         }\n        fn helper(a: f64) {}\n    }\n}\n";
    let book = SmallBook::new().with(TEST, test);
    assert_errors(&book, &[]);
    let caption = "<wbr>line.rs</span>, <span class=\"lines\">lines 4–8</span>";
    assert!(book.page("ch01_line.md").contains(caption));
}

#[test]
fn the_tests_of_a_chapter_in_one_file_are_an_error() {
    assert_errors(
        &SmallBook::new().with("tests/ch01_line.rs", "#[test]\nfn slope() {}\n"),
        &["tests/ch01_line.rs:1: tests of a chapter in one file: expected the folder \
         tests/ch01_line"],
    );
}

#[test]
fn a_file_of_tests_to_which_no_module_leads_is_an_error() {
    let root = "tests/ch01_line/mod.rs";
    assert_errors(
        &SmallBook::new().but(root, "mod line;\n", ""),
        &[
            "src/ch01_line.md:5: formula `slope` without a test: expected a test `fn slope` in \
         tests/ch01_…",
            "tests/ch01_line/line.rs:1: no module leads here, so its tests never run: expected \
         `mod line;` in tests/ch01_line/mod.rs",
        ],
    );
    let deep = SmallBook::new().with("tests/ch01_line/line/steep.rs", "fn f() {}\n");
    assert_errors(
        &deep,
        &["tests/ch01_line/line/steep.rs:1: no module leads here, so its tests never run: \
         expected `mod steep;` in tests/ch01_line/mod.rs"],
    );
    assert_errors(&deep.and(TEST, "\nmod steep;\n"), &[]);
    assert_errors(
        &SmallBook::new().without(root),
        &[
            "src/ch01_line.md:5: formula `slope` without a test: expected a test `fn slope` in \
         tests/ch01_…",
            "tests/ch01_line/line.rs:1: cargo does not run its tests: expected \
         tests/ch01_line/mod.rs",
        ],
    );
}

#[test]
fn a_module_without_its_file_is_an_error() {
    let errors = SmallBook::new().and("tests/ch01_line/mod.rs", "mod x;\n").errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let place = "tests/ch01_line/x/mod.rs:1: cannot read the file: ";
    assert!(errors[0].starts_with(place), "{errors:?}");
}

#[test]
fn a_folder_of_tests_that_cargo_does_not_compile_does_not_count() {
    let program = "tests/main.rs";
    assert_errors(
        &SmallBook::new().but(program, "mod ch01_line;\n", ""),
        &["src/ch01_line.md:5: formula `slope` without a test: cargo does not run it, expected \
         `mod ch01_line;` in tests/main.rs (tests/ch01_line/line.rs:3)"],
    );
    for (before, after) in
        [("mod ch01_line", "#[cfg(any())]\nmod ch01_line"), ("//! All claims.", "#![cfg(any())]")]
    {
        assert_errors(
            &SmallBook::new().but(program, before, after),
            &[
                "src/ch01_line.md:5: formula `slope` without a test: it runs on a condition (#[cfg]) \
             (tests/ch01_line/line.rs:3)",
            ],
        );
    }
    let root = "tests/ch01_line/mod.rs";
    let ignored = SmallBook::new().but(root, "mod line", "#[cfg(any())]\nmod line");
    assert_errors(
        &ignored,
        &["src/ch01_line.md:5: formula `slope` without a test: it runs on a condition (#[cfg]) \
         (tests/ch01_line/line.rs:3)"],
    );
}

#[test]
fn a_formula_without_a_test_names_the_file_of_its_page() {
    let page = "src/more/slopes.md";
    assert_errors(
        &SmallBook::new().and(page, "\n```math steep\ny = x\n```\n"),
        &["src/more/slopes.md:7: formula `steep` without a test: expected a test `fn steep` in \
         tests/ch01_line/slopes.rs"],
    );
}

#[test]
fn two_tests_of_one_name_are_an_error() {
    let twin = "\nmod steep;\n";
    let book = SmallBook::new()
        .and("tests/ch01_line/mod.rs", twin)
        .with("tests/ch01_line/steep.rs", "#[test]\nfn slope() {}\n");
    assert_errors(
        &book,
        &["tests/ch01_line/steep.rs:1: test `slope` is already at tests/ch01_line/line.rs:3: \
         expected another name"],
    );
}

#[test]
fn a_test_of_another_chapter_does_not_count() {
    let book = SmallBook::new()
        .without("tests/ch01_line")
        .with("tests/ch02_other/mod.rs", "#[test]\nfn slope() {}\n");
    assert_errors(
        &book,
        &[
            "src/ch01_line.md:5: formula `slope` without a test: expected a test `fn slope` in \
         tests/ch01_…",
            "tests/ch02_other/mod.rs:1: test `slope` without a formula: expected ```math slope on a page \
         of chapter 2",
        ],
    );
}

#[test]
fn a_duplicate_formula_name_is_an_error_that_names_the_first() {
    let book = SmallBook::new().and(PAGE, "\n```math slope\ny = x a\n```\n");
    assert_errors(
        &book,
        &["src/ch01_line.md:17: formula `slope` is already at src/ch01_line.md:5"],
    );
}

#[test]
fn a_formula_needs_a_name_in_words_with_hyphens() {
    let book = SmallBook::new().and(PAGE, "\n```math\ny\n```\n\n```math The_slope\ny\n```\n");
    assert_errors(
        &book,
        &[
            "src/ch01_line.md:17: formula without a name: expected ```math name-of-the-formula",
            "src/ch01_line.md:21: `The_slope` is no name of a formula: expected lower-case words with \
         hyphens, as in ```math weight-gradient",
        ],
    );
}

#[test]
fn a_formula_on_a_page_without_a_chapter_is_an_error() {
    let book = SmallBook::new().and("src/preface.md", "\n```math early\ny\n```\n");
    assert_errors(
        &book,
        &["src/preface.md:3: displayed formula on a page without a chapter: \
         expected a page with a number in SUMMARY.md or chNN in its path"],
    );
}

#[test]
fn latex_that_does_not_parse_is_an_error_on_its_line() {
    let book = SmallBook::new().but(PAGE, "y = a x", "y =\n  a \\tims x");
    assert_errors(
        &book,
        &["src/ch01_line.md:7: LaTeX does not parse: Unknown command \"\\tims\" at `\\tims`"],
    );
    let inline = SmallBook::new().and(PAGE, "\nIn a\nsentence $`\\frac{1}`$.\n");
    let errors = inline.errors();
    assert!(errors[0].starts_with("src/ch01_line.md:18: LaTeX does not parse: "), "{errors:?}");
}

#[test]
fn a_macro_that_does_not_parse_is_an_error() {
    let macros = "[preprocessor.book.macros]\nbad = \"\\\\nonsense\"\n";
    let book = SmallBook::new().and("book.toml", macros);
    let errors = book.errors();
    assert!(errors[0].starts_with("book.toml:1: macro `bad` = `\\nonsense`"), "{errors:?}");
}

#[test]
fn a_stray_dollar_sign_is_an_error() {
    let book = SmallBook::new().and(PAGE, "\nIt costs $5, and $x$ is raw,\nand $`x` is open.\n");
    let message = "stray dollar sign: math is written $`…`$ in a sentence and as a fenced block \
         ```math name on its own; a dollar of money is written \\$";
    let expected = [17, 18].map(|line| format!("src/ch01_line.md:{line}: {message}"));
    assert_eq!(book.errors(), expected);
}

#[test]
fn a_dollar_sign_in_html_is_an_error() {
    let book = SmallBook::new().and(PAGE, "\n<div title=\"$\">\n$`x`$ <!-- $ -->\n</div>\n");
    let errors = book.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].starts_with("src/ch01_line.md:18: dollar sign in an HTML block"),
        "{errors:?}"
    );
}

#[test]
fn unknown_names_are_errors_with_the_nearest_name() {
    let text = "\nA {{#value ch01_line.hight}}, {{#eq slop}} and {{#cite euclidd}}.\n\n\
         {{#figure ch01_line/plots}}\nA caption.\n";
    assert_errors(
        &SmallBook::new().and(PAGE, text),
        &[
            "src/ch01_line.md:17: unknown formula `slop`; did you mean `slope`?",
            "src/ch01_line.md:17: unknown reference `euclidd`: src/references.bib has no such entry; \
         did you mean `euclid`?",
            "src/ch01_line.md:17: unknown value `ch01_line.hight`: no values.json has it; did you \
         mean `ch01_line.height`?",
            "src/ch01_line.md:19: unknown figure `ch01_line/plots`: there is no \
         src/generated/ch01_line/plots.svg; did you mean `ch01_line/plot`?",
        ],
    );
}

#[test]
fn an_unknown_symbol_of_a_formula_is_an_error() {
    let book = SmallBook::new().but(PAGE, "y = a x", "y = \\mathbf a x + \\hat y - a");
    let message = |symbol| {
        format!(
            "src/ch01_line.md:5: unknown symbol `{symbol}` in the formula `slope`: expected an \
             entry [[symbol]] with its tex and meaning in src/notation.toml"
        )
    };
    assert_eq!(book.errors(), [message("y\u{302}"), message("𝐚")]);
}

#[test]
fn a_register_that_cannot_be_read_is_an_error() {
    let file = "src/notation.toml";
    let book = SmallBook::new().but(file, "shape", "shap");
    let errors = book.errors();
    assert!(errors[0].contains("not a register of symbols: unknown field `shap`"), "{errors:?}");
    assert_errors(
        &SmallBook::new().and(file, "\n[[symbol]]\ntex = 'x'\nmeaning = \"twice\"\n"),
        &["src/notation.toml:15: symbol `x` is registered twice: the place"],
    );
}

#[test]
fn an_uncited_reference_is_an_error() {
    let entry = "\n@misc{gauss,\n  author = {Gauss}, title = {Theory}, year = 1809}\n";
    assert_errors(
        &SmallBook::new().and("src/references.bib", entry),
        &["src/references.bib:3: \
         reference `gauss` is cited on no page: expected {{#cite gauss}}, or no entry"],
    );
}

#[test]
fn a_bibliography_that_cannot_be_read_is_an_error() {
    let file = "src/references.bib";
    let errors = SmallBook::new().with(file, "\n@book{euclid, author = }").errors();
    assert!(errors[0].starts_with("src/references.bib:2: not BibTeX: "), "{errors:?}");
    assert_eq!(errors.len(), 1, "citations are not at fault: {errors:?}");
    assert_errors(
        &SmallBook::new().but(file, ", year = 1482", ""),
        &["src/references.bib:1: reference `euclid` without year"],
    );
}

#[test]
fn a_file_that_cannot_be_read_is_told_once_with_the_cause() {
    for (file, expected) in [
        ("src/references.bib", "expected a bibliography: "),
        ("src/notation.toml", "expected a register: "),
    ] {
        let cause = std::fs::read_to_string("no such file").unwrap_err();
        let missing = SmallBook::new().without(file);
        assert_errors(&missing, &[&format!("{file}:1: {expected}{cause}")]);
        let book = SmallBook::new();
        std::fs::write(book.root().join(file), [0xff]).unwrap();
        let cause = std::fs::read_to_string(book.root().join(file)).unwrap_err();
        assert_errors(&book, &[&format!("{file}:1: {expected}{cause}")]);
    }
    let values = "src/generated/ch01_line/values.json";
    for content in [&b"{"[..], b"[]", br#"{"height": 6.0}"#, &[0xff]] {
        let book = SmallBook::new();
        std::fs::write(book.root().join(values), content).unwrap();
        let errors = book.errors();
        assert!(errors.iter().any(|error| error.starts_with(values)), "{errors:?}");
    }
}

#[test]
fn a_citation_needs_a_page_of_references() {
    let book = SmallBook::new().but("src/register.md", "{{#references}}", "");
    assert_errors(
        &book,
        &["src/ch01_line.md:3: citation, but no page has {{#references}} to \
         list it"],
    );
}

#[test]
fn a_public_item_that_no_page_shows_is_an_error() {
    let items = "\n/// Forgotten.\npub const ZERO: f64 = 0.0;\n\nfn private() {}\n\n\
         pub(crate) struct Inner;\n\nimpl Inner {\n    pub fn new() -> Self {\n        Self\n    \
         }\n}\n\n#[cfg(test)]\nmod tests {\n    pub fn helper() {}\n}\n";
    let book = SmallBook::new().and(CODE, items);
    assert_errors(
        &book,
        &["chapters/ch01_line/src/line.rs:17: public constant `ch01_line::ZERO` \
         is shown on no page: expected {{#listing ch01_line::ZERO}}, or no `pub`"],
    );
}

#[test]
fn an_item_is_shown_when_what_holds_it_is() {
    let library = CODE;
    let book = SmallBook::new().but(PAGE, "ch01_line::Line::height", "ch01_line::impl Line");
    assert_errors(&book, &[]);
    let module = "\npub mod extra {\n    /// In it.\n    pub fn inner() {}\n}\n";
    let book = SmallBook::new().and(library, module).and(PAGE, "\n{{#listing ch01_line::extra}}\n");
    assert_errors(&book, &[]);
}

#[test]
fn an_item_of_a_private_module_is_public_when_it_is_exported() {
    let book = SmallBook::new().and(LIBRARY, "\nmod idx;\npub use idx::Reader;\n").with(
        "chapters/ch01_line/src/idx.rs",
        "//! Reads.\npub struct Reader;\npub struct Other;\n",
    );
    assert_errors(
        &book,
        &["chapters/ch01_line/src/idx.rs:2: public struct \
         `ch01_line::Reader` is shown on no page: expected {{#listing \
         ch01_line::Reader}}, or no `pub`"],
    );
    assert_errors(&book.and(PAGE, "\n{{#listing ch01_line::Reader}}\n"), &[]);
}

#[test]
fn an_item_with_two_public_paths_is_one_item() {
    let code = "//! Reads.\npub struct Reader;\n\nimpl Reader {\n    /// Reads on.\n    \
         pub fn read(&self) {}\n}\n";
    let book = SmallBook::new()
        .and(LIBRARY, "\npub mod idx;\npub use idx::Reader;\n")
        .with("chapters/ch01_line/src/idx.rs", code);
    let message = |line: usize, kind: &str, path: &str| {
        format!(
            "chapters/ch01_line/src/idx.rs:{line}: public {kind} `{path}` is shown on no page: \
             expected {{{{#listing {path}}}}}, or no `pub`"
        )
    };
    let (item, method) = ("ch01_line::Reader", "ch01_line::Reader::read");
    assert_eq!(book.errors(), [message(2, "struct", item), message(5, "method", method)]);
    for path in ["ch01_line::Reader", "ch01_line::idx::Reader"] {
        let book = SmallBook::new()
            .and(LIBRARY, "\npub mod idx;\npub use idx::Reader;\n")
            .with("chapters/ch01_line/src/idx.rs", code)
            .and(PAGE, &format!("\n{{{{#listing {path}}}}}\n"));
        assert_eq!(book.errors(), [message(5, "method", method)]);
        assert_errors(&book.and(PAGE, &format!("\n{{{{#listing {path}::read}}}}\n")), &[]);
    }
}

#[test]
fn a_figure_without_a_caption_is_an_error() {
    let caption = "\nThe line rises, see {{#eq slope}}.\n";
    let message = "src/ch01_line.md:13: figure `ch01_line/plot` without a caption: expected it on \
         the next line, without a blank line between";
    assert_errors(&SmallBook::new().but(PAGE, caption, ""), &[message]);
    // The caption is gone, and the next paragraph is none.
    let next = "\n\nThe line rises, see {{#eq slope}}.\n";
    assert_errors(&SmallBook::new().but(PAGE, caption, next), &[message]);
    assert_errors(&SmallBook::new().but(PAGE, caption, "\n## A heading\n"), &[message]);
    assert_errors(&SmallBook::new().but(PAGE, caption, "\n\n{{#formulas}}\n"), &[message]);
}

#[test]
fn a_figure_without_a_description_is_an_error() {
    let file = "src/generated/ch01_line/plot.svg";
    let book = SmallBook::new().but(file, "<desc>It rises.</desc>", "");
    assert_errors(
        &book,
        &["src/ch01_line.md:13: src/generated/ch01_line/plot.svg: picture \
         without a description: expected a <desc>"],
    );
}

#[test]
fn a_figure_that_no_page_shows_is_an_error() {
    let book = SmallBook::new().with("src/generated/ch01_line/other.svg", "<svg/>");
    assert_errors(
        &book,
        &["src/generated/ch01_line/other.svg:1: figure `ch01_line/other` is \
         shown on no page: expected {{#figure ch01_line/other}}, or a program that does not draw \
         it"],
    );
}

#[test]
fn a_figure_that_is_shown_twice_is_an_error() {
    let book = SmallBook::new().and(PAGE, "\n{{#figure ch01_line/plot}}\nAgain.\n");
    assert_errors(
        &book,
        &["src/ch01_line.md:17: figure `ch01_line/plot` is already shown at \
         src/ch01_line.md:13"],
    );
}

#[test]
fn an_unknown_exercise_is_an_error_with_the_nearest_name() {
    assert_errors(
        &SmallBook::new().but(EXERCISES, "ch01_line/rise", "ch01_line/rice"),
        &[
            "chapters/ch01_line/exercises/rise.rs:1: exercise `ch01_line/rise` is shown on no page: \
         expected {{#exercise ch01_line/rise}}",
            "src/more/slopes.md:5: unknown exercise `ch01_line/rice`: there is no \
         chapters/ch01_line/exercises/rice.rs; did you mean `ch01_line/rise`?",
        ],
    );
}

#[test]
fn an_exercise_that_is_shown_twice_is_an_error() {
    assert_errors(
        &SmallBook::new().and(EXERCISES, "\n{{#exercise ch01_line/rise}}\n"),
        &["src/more/slopes.md:7: exercise `ch01_line/rise` is already shown at \
         src/more/slopes.md:5"],
    );
}

#[test]
fn an_exercise_without_tests_or_solution_is_an_error_and_so_is_a_solution_without_a_stub() {
    let book = SmallBook::new().without(SOLUTION);
    let errors = book.errors();
    let expected = "chapters/ch01_line/exercises/rise.rs:1: exercise without solutions: expected \
         chapters/ch01_line/exercises/solutions/rise.rs";
    assert_eq!(errors[0], expected, "{errors:?}");
    let book = SmallBook::new().without(STUB).but(EXERCISES, "{{#exercise ch01_line/rise}}", "");
    let message = |part| {
        format!(
            "chapters/ch01_line/exercises/{part}/rise.rs:1: no stub: expected \
             chapters/ch01_line/exercises/rise.rs"
        )
    };
    assert_eq!(book.errors(), [message("solutions"), message("tests")]);
}

#[test]
fn stub_and_solution_must_have_the_same_public_items() {
    let book = SmallBook::new().but(SOLUTION, "rise(x: f64)", "rise(x: f32)");
    assert_errors(
        &book,
        &[
            "chapters/ch01_line/exercises/rise.rs:3: expected the public `fn rise` of \
         chapters/ch01_line/exercises/solutions/rise.rs with the same signature",
            "chapters/ch01_line/exercises/solutions/rise.rs:3: expected the public `fn rise` of \
         chapters/ch01_line/exercises/rise.rs with the same signature",
        ],
    );
    let helped = SmallBook::new().but(SOLUTION, "#[path", "fn helper() {}\n\n#[path");
    assert_errors(&helped, &[]);
}

#[test]
fn an_exercise_that_its_command_would_not_run_is_an_error() {
    let expected = "chapters/ch01_line/Cargo.toml:1: exercise `ch01_line/rise` is not run: expected \
         [[test]] with name = \"rise\", path = \"exercises/rise.rs\" and test = false";
    let manifest = "chapters/ch01_line/Cargo.toml";
    assert_errors(&SmallBook::new().but(manifest, "test = false", ""), &[expected]);
    assert_errors(&SmallBook::new().but(manifest, "\"rise\"", "\"rice\""), &[expected]);
}

#[test]
fn a_stub_or_a_solution_without_the_tests_is_an_error() {
    let other = "\n#[path = \"tests/rice.rs\"]";
    assert_errors(
        &SmallBook::new().but(STUB, "\n#[path = \"tests/rise.rs\"]", other),
        &["chapters/ch01_line/exercises/rise.rs:1: no tests: expected #[path = \
         \"tests/rise.rs\"] mod tests;"],
    );
    let book = SmallBook::new().but(SOLUTION, "#[path = \"../tests/rise.rs\"]\nmod tests;", "");
    assert_errors(
        &book,
        &["chapters/ch01_line/exercises/solutions/rise.rs:1: no tests: expected #[path = \
         \"../tests/rise.rs\"] mod tests;"],
    );
}

#[test]
fn a_solution_that_is_not_tested_is_an_error() {
    assert_errors(
        &SmallBook::new().with("tests/solutions.rs", "//! None.\n"),
        &["tests/solutions.rs:1: the solution of `ch01_line/rise` is not tested: expected \
         #[path = \"../chapters/ch01_line/exercises/solutions/rise.rs\"] before a module"],
    );
}

#[test]
fn a_stub_that_the_reader_has_filled_in_is_no_error() {
    let filled = SmallBook::new()
        .but(STUB, "todo!()", "helper(x)")
        .but(STUB, "(x: f64)", "(mut x: f64)")
        .but(STUB, "#[path", "fn helper(x: f64) -> f64 {\n    x + x\n}\n\n#[path");
    assert_errors(&filled, &[]);
}

#[test]
fn an_image_without_a_description_is_an_error() {
    let book = SmallBook::new().and(PAGE, "\n![](a.png) and ![a cat](b.png)\n");
    assert_errors(
        &book,
        &["src/ch01_line.md:17: image without a description: expected ![what it \
         shows](file)"],
    );
}

#[test]
fn an_unknown_directive_is_an_error_with_the_nearest_name() {
    let book = SmallBook::new().and(PAGE, "\n{{#listng a::b}}\n");
    assert_errors(
        &book,
        &["src/ch01_line.md:17: unknown directive `listng`: expected one of \
         listing, figure, widget, exercise, references, formulas, notation, glossary, errata, value, eq, \
         cite, term; did you mean \
         `listing`?"],
    );
}

#[test]
fn a_directive_must_be_closed_and_a_block_stand_alone() {
    let text = "\nSee {{#eq slope\n}} and {{#listing ch01_line::Line}}.\n";
    assert_errors(
        &SmallBook::new().and(PAGE, text),
        &[
            "src/ch01_line.md:17: directive without its closing braces: expected }} on the same line",
            "src/ch01_line.md:18: {{#listing}} inside a paragraph: expected a paragraph of its own",
        ],
    );
}

#[test]
fn a_directive_where_nothing_expands_it_is_an_error() {
    let text = "\n<p>\n{{#eq slope}}\n</p>\n\n[text](<{{#eq slope}}>)\n\n<!-- {{#eq no}} -->\n";
    let errors = SmallBook::new().and(PAGE, text).errors();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("src/ch01_line.md:18: directive `eq` in HTML"), "{errors:?}");
    assert!(errors[1].starts_with("src/ch01_line.md:21: directive `eq` in HTML"), "{errors:?}");
}

#[test]
fn pasted_rust_is_an_error() {
    let text = "\n```rust\ntodo!()\n```\n\n> ```rust,ignore\n> fn f() {}\n> ```\n";
    let message = |line| {
        format!(
            "src/ch01_line.md:{line}: Rust pasted on the page: expected {{{{#listing \
             crate::path::Item}}}}, or {{{{#exercise chapter/name}}}}"
        )
    };
    assert_eq!(SmallBook::new().and(PAGE, text).errors(), [17, 21].map(message));
}

#[test]
fn a_missing_include_is_an_error() {
    let text = "\n```text typed\n{{#include prefac.md}}\n{{#include preface.md:start}}\n```\n\
         \\{{#include nothing}}\n\n{{#include preface.md}}\n";
    assert_errors(
        &SmallBook::new().and(PAGE, text),
        &[
            "src/ch01_line.md:18: included file `prefac.md` cannot be read; did you mean \
         `preface.md`?",
            "src/ch01_line.md:19: included file `preface.md` has no line with `ANCHOR: start`",
        ],
    );
}

#[test]
fn a_page_with_two_chapter_numbers_is_an_error() {
    let summary = "- [Zero](zero.md)\n- [A line](ch01_line.md)\n";
    let book = SmallBook::new().with("src/zero.md", "# Zero\n").with("src/SUMMARY.md", summary);
    let errors = book.errors();
    let expected = "src/ch01_line.md:1: chapter 2 in SUMMARY.md, but chapter 1 in the name of its \
         file: expected one number";
    assert!(errors.contains(&expected.to_owned()), "{errors:?}");
}

#[test]
fn all_errors_of_a_book_are_reported_at_once() {
    let book = SmallBook::new()
        .and("src/preface.md", "\n$x$ {{#eq a}}\n")
        .and(PAGE, "\n{{#listing a::b}}\n")
        .and(TEST, "\n#[test]\nfn two_points() {}\n");
    assert_eq!(book.errors().len(), 4, "{:?}", book.errors());
}

#[test]
fn locks_on_unfinished_pages_can_be_loosened() {
    let settings = "coverage = \"warn\"\ntest-without-formula = \"warn\"\nunshown-figure = \
         \"warn\"\nunshown-exercise = \"warn\"\nunregistered-symbol = \"warn\"\nuncited-reference = \"warn\"\n";
    let book = SmallBook::new().and("book.toml", settings).with(PAGE, "# Nothing yet\n").but(
        "src/more/slopes.md",
        "{{#eq slope}}.\n\n{{#exercise ch01_line/rise}}",
        "",
    );
    assert_errors(&book, &[]);
    assert_eq!(book.warnings().len(), 9, "{:?}", book.warnings());
}

#[test]
fn a_misspelt_setting_is_an_error() {
    let book = SmallBook::new().and("book.toml", "covrage = \"warn\"\n");
    let error = book_preprocessor::Project::from_disk(book.root()).err().expect("an error");
    assert!(format!("{error:#}").contains("covrage"), "{error:#}");
}

/// A register with one term, which the page of the first chapter defines, and a glossary.
fn with_term() -> SmallBook {
    SmallBook::new()
        .with("src/terms.toml", TERM)
        .but(PAGE, "# A line\n", "# A line\n\nIt has a {{#term slope: Slope}}.\n")
        .and("src/register.md", "\n{{#glossary}}\n")
}

const TERM: &str = "[[term]]\nname = \"slope\"\nchinese = \"斜率\"\n\
                    definition = \"Rise over *run*.\"\npage = \"ch01_line.md\"\n";

#[test]
fn a_term_is_set_where_it_is_defined_and_listed_in_the_glossary() {
    let defined = "It has a <dfn class=\"term\" id=\"term-slope\"><a href=\"register.md#gloss-slope\" \
         data-note=\"斜率 · Rise over run.\">Slope</a></dfn>.";
    let page = with_term().page("ch01_line.md");
    assert!(page.contains(defined), "{page}");
    let listed = "<div id=\"gloss-slope\"><dt>slope <span class=\"chinese\" lang=\"zh\">斜率</span></dt>\
         <dd>Rise over <em>run</em>. <a class=\"where\" href=\"ch01_line.md#term-slope\">1 A line</a></dd></div>";
    let register = with_term().page("register.md");
    assert!(register.contains(listed), "{register}");
}

#[test]
fn an_unknown_term_is_an_error_with_the_nearest_name() {
    let book = with_term().and(PAGE, "\nA {{#term slop}}.\n");
    assert_errors(
        &book,
        &["src/ch01_line.md:19: unknown term `slop`: src/terms.toml has no such entry; did you \
         mean `slope`?"],
    );
}

#[test]
fn a_term_is_defined_once_on_its_own_page() {
    let message =
        "src/ch01_line.md:19: term `slope` is defined twice on this page: expected it once";
    assert_errors(&with_term().and(PAGE, "\nA {{#term slope}}.\n"), &[message]);
    let elsewhere = "src/preface.md:3: term `slope` is defined on a page that is not its own: \
                     expected it on src/ch01_line.md, as src/terms.toml says";
    assert_errors(&with_term().and("src/preface.md", "\nA {{#term slope}}.\n"), &[elsewhere]);
}

#[test]
fn a_term_that_no_page_defines_is_an_error() {
    let book = with_term().but(PAGE, "{{#term slope: Slope}}", "slope");
    assert_errors(
        &book,
        &["src/terms.toml:1: term `slope` is defined on no page: expected {{#term slope}} on \
         ch01_line.md, or no entry"],
    );
}

#[test]
fn a_register_of_terms_says_what_is_wrong_with_it() {
    let file = "src/terms.toml";
    let twice = "src/terms.toml:7: term `slope` is registered twice: also in line 1";
    assert_errors(&with_term().and(file, &format!("\n{TERM}")), &[twice]);
    let page = "src/terms.toml:1: term `slope`: unknown page `ch01_lines.md`: SUMMARY.md has no \
                such file; did you mean `ch01_line.md`?";
    assert_errors(&with_term().but(file, "ch01_line", "ch01_lines"), &[page]);
    let part =
        "src/terms.toml:1: term `slope` without a part: expected name, chinese and definition";
    assert_errors(&with_term().but(file, "斜率", " "), &[part]);
    let stop = "src/terms.toml:1: term `slope`: expected a definition that ends with a full stop";
    assert_errors(&with_term().but(file, "run*.", "run*"), &[stop]);
    let errors = with_term().but(file, "chinese", "chinees").errors();
    assert!(errors[0].contains("not a register: unknown field `chinees`"), "{errors:?}");
}

#[test]
fn terms_need_a_glossary_and_only_one() {
    let none = "src/ch01_line.md:3: term, but no page has {{#glossary}} to list it";
    assert_errors(&with_term().but("src/register.md", "{{#glossary}}", ""), &[none]);
    let two = "src/register.md:11: the terms are listed twice";
    assert_errors(&with_term().and("src/register.md", "\n{{#glossary}}\n"), &[two]);
}

/// A register with one erratum.
fn with_erratum() -> SmallBook {
    let entry = "[[entry]]\nedition = \"before May 2\"\npage = \"ch01_line.md\"\n\
                 said = \"The line falls.\"\nright = \"It *rises*.\"\nfound = \"By `look`.\"\n";
    SmallBook::new().with("src/errata.toml", entry).and("src/register.md", "\n{{#errata}}\n")
}

#[test]
fn errata_are_listed_under_their_page() {
    let register = with_erratum().page("register.md");
    let shown = "<section><h2><a href=\"ch01_line.md\">1 A line</a></h2><dl><div><dt>Said before May 2\
         </dt><dd>The line falls.</dd></div><div><dt>Right is</dt><dd>It <em>rises</em>.</dd></div><div>\
         <dt>Found by</dt><dd>By <code>look</code>.</dd></div></dl></section>";
    assert!(register.contains(shown), "{register}");
}

#[test]
fn what_a_page_still_says_is_no_erratum() {
    let book = with_erratum().and(PAGE, "\nThe line\n*falls*, we know.\n");
    assert_errors(
        &book,
        &["src/errata.toml:1: src/ch01_line.md still says what is an erratum: The line falls."],
    );
}

#[test]
fn a_register_of_errata_says_what_is_wrong_with_it() {
    let file = "src/errata.toml";
    let book = with_erratum().but(file, "It *rises*.", "");
    let part = "src/errata.toml:1: entry without a part: expected edition, said, right and found";
    assert_errors(&book, &[part]);
    let page = "src/errata.toml:1: unknown page `ch01_lin.md`: SUMMARY.md has no such file; did you \
                mean `ch01_line.md`?";
    assert_errors(&with_erratum().but(file, "ch01_line", "ch01_lin"), &[page]);
    let entry = "\n[[entry]]\nedition = \"x\"\npage = \"ch01_line.md\"\nsaid = \"The line falls.\"\n\
                 right = \"y\"\nfound = \"z\"\n";
    let two = "src/errata.toml:8: two entries for one statement: The line falls.";
    assert_errors(&with_erratum().and(file, entry), &[two]);
}

#[test]
fn a_page_says_where_one_is_what_awaits_and_where_it_goes_on() {
    let page = SmallBook::new().page("more/slopes.md");
    let head = "<p class=\"page-above\"><a href=\"../ch01_line.md\">1 A line</a> › 1.1</p>\n\n# Slopes\n\n\
                <p class=\"page-facts\">1 min</p>\n";
    assert!(page.starts_with(head), "{page}");
    let next = "<a class=\"card-next\" rel=\"next\" href=\"../register.md\"><span class=\"card-word\">Next\
                </span> <span class=\"card-title\">Register</span> </a></nav>\n";
    assert!(page.ends_with(next), "{page}");
    let preface = SmallBook::new().page("preface.md");
    assert!(preface.starts_with("# Preface\n\n<nav class=\"page-cards\""), "{preface}");
}

#[test]
fn a_sentence_that_became_a_list_is_an_error() {
    let text = "\nSmall on a parabola of curvature\n1. On one of curvature 100 it is not.\n";
    assert_errors(
        &SmallBook::new().and(PAGE, text),
        &[
            "src/ch01_line.md:18: a list of one item: expected more of them, or `1\\.` where the line \
         only begins with a number",
        ],
    );
    assert_errors(&SmallBook::new().and(PAGE, "\n1. One\n2. Two\n"), &[]);
}
