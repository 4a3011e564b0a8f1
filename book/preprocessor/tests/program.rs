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

#[test]
fn another_mdbook_is_told_with_both_versions() {
    let old =
        r#"[{"root":"/","config":{},"renderer":"html","mdbook_version":"0.4.40"},{"sections":[]}]"#;
    let output = run(&[], old);
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && output.stdout.is_empty());
    assert_eq!(report, "error: expected the input of mdBook 0.5.4, found mdBook 0.4.40's\n");
    let old = r#"{"version":"0.4.40","root":"/","book":{"sections":[]},"config":{}}"#;
    let report = String::from_utf8_lossy(&run(&["search"], old).stderr).into_owned();
    assert_eq!(report, "error: expected the input of mdBook 0.5.4, found mdBook 0.4.40's\n");
    for broken in ["", "{", "[]", r#"[{"mdbook_version":"0.5.4"}]"#] {
        let report = String::from_utf8_lossy(&run(&[], broken).stderr).into_owned();
        assert!(report.starts_with("error: mdBook's input is not understood: "), "{report}");
    }
}

/// mdBook starts it in the folder of the pages, which may lie anywhere: it must name its package.
#[cfg(unix)]
#[test]
fn the_renderer_of_the_search_index_starts_in_any_folder() {
    use std::os::unix::fs::PermissionsExt;
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("run by Cargo");
    let root = std::path::Path::new(&package).join("../..").canonicalize().expect("the checkout");
    let settings = std::fs::read_to_string(root.join("book.toml")).expect("book.toml");
    let settings: toml::Table = settings.parse().expect("TOML");
    let command = settings["output"]["search"]["command"].as_str().expect("a command");
    let folder = tempfile::tempdir().expect("a folder");
    let cargo = folder.path().join("cargo");
    std::fs::write(&cargo, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n").expect("a file");
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&cargo, all).expect("a program");
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let mut process = std::process::Command::new(root.join(command));
    let output = process.current_dir(folder.path()).env("PATH", path).output().expect("a program");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let manifest = said.lines().skip_while(|word| *word != "--manifest-path").nth(1);
    let manifest = manifest.map(|path| folder.path().join(path).canonicalize().expect("a file"));
    assert_eq!(manifest, Some(root.join("book/preprocessor/Cargo.toml")), "{said}");
    assert!(said.ends_with("--\nsearch\n"), "{said}");
}
