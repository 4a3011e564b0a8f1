//! The program, as mdBook and as an author call it.

mod small_book;

use book_preprocessor::{Project, load};
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;
use small_book::{PAGE, SmallBook, run};

/// What mdBook sends for a book.
fn input(book: &SmallBook) -> String {
    input_for("html", book)
}

/// What mdBook sends for a book and a renderer.
fn input_for(renderer: &str, book: &SmallBook) -> String {
    let (project, config) = Project::from_disk(book.root()).expect("book.toml");
    let pages = load(&project).expect("the pages");
    let context = PreprocessorContext::new(book.root().to_owned(), config, renderer.to_owned());
    serde_json::to_string(&(context, pages)).expect("JSON")
}

#[test]
fn pages_and_the_search_index_are_supported_and_nothing_else() {
    assert!(run(&["supports", "html"], "").status.success());
    assert!(run(&["supports", "search"], "").status.success());
    assert!(!run(&["supports", "epub"], "").status.success());
}

#[test]
fn a_right_book_comes_back_with_its_directives_expanded() {
    let output = run(&[], &input(&SmallBook::new()));
    assert!(output.status.success());
    let book: Book = serde_json::from_slice(&output.stdout).expect("a book");
    let pages: Vec<&str> = book.chapters().map(|chapter| chapter.content.as_str()).collect();
    assert_eq!(pages.len(), 4);
    assert!(pages.iter().all(|page| !page.contains("{{#")), "{pages:?}");
}

#[test]
fn a_wrong_book_fails_with_its_errors_and_gives_no_pages() {
    let book = SmallBook::new().and(PAGE, "\n$x$ and {{#eq no}}\n");
    let output = run(&[], &input(&book));
    assert!(!output.status.success() && output.stdout.is_empty());
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(report.contains("src/ch01_line.md:17: unknown formula `no`"), "{report}");
    assert!(report.ends_with("2 errors: the book is not built\n"), "{report}");
}

#[test]
fn a_check_needs_no_mdbook() {
    let root = |book: &SmallBook| book.root().to_string_lossy().into_owned();
    let book = SmallBook::new();
    let output = run(&["check", &root(&book)], "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "4 pages, no errors, no warnings\n");
    let book = book.and(PAGE, "\n$\n");
    assert_eq!(run(&["check", &root(&book)], "").status.code(), Some(1));
    let book = book.without("src/more/slopes.md");
    let report = String::from_utf8_lossy(&run(&["check", &root(&book)], "").stderr).into_owned();
    assert!(report.contains("SUMMARY.md names `more/slopes.md`"), "{report}");
}

#[test]
fn a_check_can_be_about_one_chapter() {
    let book = SmallBook::new().and(PAGE, "\n$\n").and("src/preface.md", "\n$\n");
    let root = book.root().to_string_lossy().into_owned();
    let output = run(&["check", &root, "--about", "preface"], "");
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(report.starts_with("src/preface.md:3: stray"), "{report}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "4 pages, 1 error, no warnings\n");
}

#[test]
fn warnings_are_counted_once_while_mdbook_builds() {
    let book = SmallBook::new()
        .and("book.toml", "coverage = \"warn\"\n")
        .and(small_book::CODE, "\n/// Two.\npub const TWO: u8 = 2;\n");
    let output = run(&[], &input(&book));
    assert!(output.status.success());
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(report, "1 warning: `book-preprocessor check` shows them\n");
    let output = run(&[], &input_for("search", &book));
    assert!(output.status.success() && output.stderr.is_empty());
}

#[test]
fn the_commands_of_the_exercises_are_those_of_their_pages() {
    let book = SmallBook::new();
    let output = run(&["exercises", &book.root().to_string_lossy()], "");
    let command = "cargo test -p ch01_line --test rise";
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{command}\n"));
    assert!(book.page("more/slopes.md").contains(command));
    let book = book.without("chapters/ch01_line/exercises/tests/rise.rs");
    let output = run(&["exercises", &book.root().to_string_lossy()], "");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("exercise without tests"));
}

#[test]
fn input_that_is_no_book_is_an_error() {
    let output = run(&[], "nonsense");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("mdBook's input is not understood"));
}
