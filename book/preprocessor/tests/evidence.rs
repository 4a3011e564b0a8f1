//! The locks of the formulas: a test states the formula of its page, compares in a way that counts,
//! and has seen what is recorded; and the arithmetic of a page is right.

mod small_book;

use small_book::{PAGE, SmallBook, TEST};

const RECORD: &str = "src/generated/evidence.json";

/// The test of the small book's formula, as it ought to be.
const GOOD: &str = "//! The claims of chapter 1.

/// ```math slope
/// y = a x
/// ```
///
/// Rise over run.
#[test]
fn slope() {
    let _formula = formula!();
    assert_close(2.0 * 3.0, height(3.0), 1e-12);
}
";

/// The record of what it has seen.
const SEEN: &str = "{
  \"slope\": {\"compared\": [{\"measure\": \"close\", \"points\": 1000, \"error\": 3e-15, \
     \"allowed\": 1e-12}, {\"measure\": \"exact\", \"points\": 1}], \"computed\": 7}
}
";

/// The small book with evidence for its formula.
fn book() -> SmallBook {
    let book = SmallBook::new().but("book.toml", "without-evidence = true\n", "");
    book.with(TEST, GOOD).with(RECORD, SEEN)
}

#[test]
fn a_test_that_states_its_formula_and_counts_has_no_errors() {
    assert_eq!(book().errors(), [""; 0]);
}

#[test]
fn a_check_says_what_the_test_has_seen() {
    let page = book().page("ch01_line.md");
    let short = "1,000 points, largest error 3·10⁻¹⁵, allowed 10⁻¹²";
    assert!(page.contains(&format!(": {short}; computed from this very formula</span>")), "{page}");
    let rest = "1 point, equal to the last bit; the formula itself was computed at 7 points";
    assert!(page.contains(&format!("Seen: {short}; {rest}.")), "{page}");
    assert!(book().page("register.md").contains(short));
}

#[test]
fn numbers_about_all_evidence_can_be_quoted() {
    let quoted = "\n{{#value evidence.comparisons}} and {{#value evidence.arithmetic}}\n";
    let page = book().and(PAGE, quoted).page("ch01_line.md");
    assert!(page.contains("1&#44;001</span> and <span"), "{page}");
}

#[test]
fn a_formula_that_its_test_does_not_state_is_an_error() {
    let book = book().but(TEST, "/// y = a x", "/// y = a x + b");
    assert_eq!(
        book.errors(),
        [
            "tests/ch01_line/line.rs:4: test `slope` states another formula than src/ch01_line.md:6: \
             expected `y = a x`, found `y = a x + b`"
        ]
    );
}

#[test]
fn a_sign_changed_on_the_page_is_an_error() {
    let errors = book().but(PAGE, "y = a x", "y = -a x").errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("tests/ch01_line/line.rs:4: test `slope` states another"));
}

#[test]
fn blanks_and_line_ends_of_a_stated_formula_do_not_count() {
    assert_eq!(book().but(TEST, "/// y = a x", "/// y  =\n/// a x").errors(), [""; 0]);
}

#[test]
fn a_test_without_a_statement_is_an_error_with_both_places() {
    let block = "/// ```math slope\n/// y = a x\n/// ```\n///\n";
    assert_eq!(
        book().but(TEST, block, "").errors(),
        [
            "tests/ch01_line/line.rs:3: test `slope` does not state its formula: expected ```math slope \
             in its doc comment, as at src/ch01_line.md:5"
        ]
    );
    let errors = book().but(TEST, "```math slope", "```math slip").errors();
    assert!(errors[0].ends_with("as at src/ch01_line.md:5, found `slip`"), "{errors:?}");
}

#[test]
fn a_test_that_does_not_count_is_an_error() {
    for (old, new, expected) in [
        ("let _formula = formula!();", "", "nothing that it compares is counted"),
        ("let _formula =", "let _ =", "nothing that it compares is counted"),
        (
            "assert_close(2.0 * 3.0, height(3.0), 1e-12);",
            "assert!(1 < 2);",
            "`assert!` is not counted",
        ),
        ("assert_close(", "assert_eq!(", "`assert_eq!` is not counted"),
        ("2.0 * 3.0", "height(3.0)", "`height (3.0)` is compared with itself"),
    ] {
        let errors = book().but(TEST, old, new).errors();
        assert!(errors.len() == 1 && errors[0].contains(expected), "{new}: {errors:?}");
        assert!(errors[0].starts_with("tests/ch01_line/line.rs:"), "{errors:?}");
    }
}

#[test]
fn a_formula_without_evidence_and_evidence_without_a_formula_are_errors() {
    let errors = book().but(RECORD, "\"slope\"", "\"slop\"").errors();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("src/ch01_line.md:5: formula `slope` without evidence"));
    assert!(
        errors[1].starts_with("src/generated/evidence.json:2: evidence for `slop`, which is no")
    );
    let errors = book().without(RECORD).errors();
    assert!(errors[0].contains("FORMULAS=record cargo test -p formulas"), "{errors:?}");
    let errors = book().but(RECORD, "\"points\"", "\"point\"").errors();
    assert!(errors.iter().any(|error| error.contains("not a record of evidence")), "{errors:?}");
}

#[test]
fn wrong_arithmetic_in_a_sentence_is_an_error() {
    for (right, wrong) in [
        (r"6 \cdot 7 = 42", r"6 \cdot 7 = 43"),
        (r"x = 2 \cdot 0.1 - 1 = -0.8", r"x = 2 \cdot 0.1 - 1 = 0.8"),
        (r"\ln 10 \approx 2.303", r"\ln 10 \approx 2.302"),
        (r"1/3 \approx 0.33", r"1/3 = 0.33"),
        (r"\tfrac12 + \tfrac14 = \tfrac34", r"\tfrac12 + \tfrac14 = \tfrac14"),
        (r"28 \cdot 28 = 784", r"28 \cdot 28 = 748"),
        (r"1{,}000 \cdot 2 = 2{,}000", r"1{,}000 \cdot 2 = 3{,}000"),
        (r"0.1 < 0.2", r"0.2 < 0.1"),
        (r"\sum_{k=1}^{4} k = 10", r"\sum_{k=1}^{4} k = 11"),
    ] {
        let with = |math: &str| book().and(PAGE, &format!("\nText,\nand $`{math}`$.\n")).errors();
        let missing = |errors: Vec<String>| {
            errors.into_iter().filter(|e| e.contains("arithmetic")).collect::<Vec<_>>()
        };
        assert_eq!(missing(with(right)), [""; 0], "{right}");
        let errors = missing(with(wrong));
        assert_eq!(errors.len(), 1, "{wrong}: {errors:?}");
        assert!(errors[0].starts_with("src/ch01_line.md:18: wrong arithmetic in `"), "{errors:?}");
    }
}

#[test]
fn wrong_arithmetic_in_a_marked_table_is_an_error() {
    let table =
        |cell: &str| format!("\n<!-- arithmetic -->\n\n| a | b |\n| - | - |\n| 1 | {cell} |\n");
    assert_eq!(book().and(PAGE, &table("½ · 4 − 1 = 1")).errors(), [""; 0]);
    let errors = book().and(PAGE, &table("½ · 4 − 1 = 2")).errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("src/ch01_line.md:21: wrong arithmetic"), "{errors:?}");
    let errors = book().and(PAGE, &table("nothing")).errors();
    assert!(errors[0].contains("without arithmetic"), "{errors:?}");
    let errors = book().and(PAGE, "\n<!-- arithmetic -->\n\nNo table.\n").errors();
    assert!(errors[0].contains("without a table"), "{errors:?}");
}

#[test]
fn what_is_no_arithmetic_is_passed_by() {
    for math in
        ["x = 3", r"[2 \times 3]", r"\mathbf W = 0", r"784, 128, 10", r"O(n^2)", "y_1 = 2 y_2"]
    {
        let errors = book().and(PAGE, &format!("\n$`{math}`$\n")).errors();
        assert!(!errors.iter().any(|error| error.contains("arithmetic")), "{math}: {errors:?}");
    }
}
