//! The search index: what is in it, and that nothing else of it changes.

mod small_book;

use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::thread::sleep;
use std::time::{Duration, Instant};

use book_preprocessor::Project;
use mdbook_html::HtmlHandlebars;
use mdbook_renderer::{RenderContext, Renderer};
use serde_json::Value;
use small_book::{EXERCISES, PAGE, SmallBook, run};

/// What mdBook sends for a book to the renderer of a name.
fn context(book: &SmallBook, renderer: &str) -> RenderContext {
    let (_, config) = Project::from_disk(book.root()).expect("book.toml");
    let build = book.root().join("build").join(renderer);
    fs::create_dir_all(&build).expect("a folder");
    RenderContext::new(book.root(), book.press().0, config, build)
}

/// The pages as mdBook renders them, before this program sees them.
fn rendered(book: SmallBook) -> SmallBook {
    HtmlHandlebars::new().render(&context(&book, "html")).expect("pages");
    book
}

/// What the program says and does when its turn comes.
fn search(book: &SmallBook) -> Output {
    run(&["search"], &serde_json::to_string(&context(book, "search")).expect("JSON"))
}

/// The file of the search index.
fn file(book: &SmallBook) -> Option<PathBuf> {
    let pages = fs::read_dir(book.root().join("build/html")).expect("pages");
    let mut paths = pages.map(|entry| entry.expect("a file").path());
    paths.find(|path| path.to_string_lossy().contains("searchindex"))
}

/// The search index.
fn index(book: &SmallBook) -> Value {
    let script = fs::read_to_string(file(book).expect("an index")).expect("an index");
    let start = script.find("JSON.parse('").expect("JSON") + "JSON.parse('".len();
    let end = script.rfind("')").expect("the end of the JSON");
    let json = script[start..end].replace("\\'", "'").replace("\\\\", "\\");
    serde_json::from_str(&json).expect("JSON")
}

/// The section at an address.
fn section<'a>(index: &'a Value, address: &str) -> &'a Value {
    let addresses = index["doc_urls"].as_array().expect("addresses");
    let number = addresses.iter().position(|found| found == address).expect("the address");
    &index["index"]["documentStore"]["docs"][number.to_string()]
}

/// Asserts that the program fails and says something.
fn assert_error(book: &SmallBook, expected: &str) {
    let output = search(book);
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && report.contains(expected), "{report}");
}

#[test]
fn words_captions_and_listings_are_in_the_index_and_debris_is_not() {
    let book = rendered(SmallBook::new());
    let before = section(&index(&book), "ch01_line.html#a-line")["body"].to_string();
    assert!(before.contains("checked by") && before.contains("It rises."), "{before}");
    assert!(search(&book).status.success());
    let after = section(&index(&book), "ch01_line.html#a-line")["body"].to_string();
    assert!(
        after
            .starts_with("\"The height is …, says Euclid\u{a0}1482; it is 6.0\u{a0}m high. (1.1) "),
        "{after}"
    );
    assert!(after.contains("pub fn height(&self, x: f64)"), "{after}");
    assert!(after.contains("Figure 1.1. The line rises, see (1.1)."), "{after}");
    for debris in ["checked by", "It rises.", "fn slope", "in the repository"] {
        assert!(!after.contains(debris), "{after}");
    }
}

#[test]
fn addresses_and_options_stay_as_mdbook_wrote_them() {
    let book = rendered(SmallBook::new().and(PAGE, "\n## Why $`y`$ rises\n\nIt's \"so\\\\\".\n"));
    let before = index(&book);
    assert!(search(&book).status.success());
    let after = index(&book);
    for part in ["doc_urls", "results_options", "search_options"] {
        assert_eq!(before[part], after[part]);
    }
    for part in ["version", "fields", "pipeline", "ref"] {
        assert_eq!(before["index"][part], after["index"][part]);
    }
    let section = section(&after, "ch01_line.html#why-y-rises");
    assert_eq!(section["breadcrumbs"], "A line » Why … rises");
}

#[test]
fn a_page_keeps_its_words_loses_the_ways_around_it_and_nothing_is_left_aside() {
    let book = rendered(SmallBook::new().with(EXERCISES, "# Slopes\n\nBack to {{#eq slope}}.\n"));
    let mut section_before = section(&index(&book), "more/slopes.html#slopes").clone();
    let body = section_before["body"].take().to_string();
    assert!(body.contains("1 min Back to (1.1). Previous 1 A line"), "{body}");
    assert!(search(&book).status.success());
    section_before["body"] = "Back to (1.1).".into();
    assert_eq!(&section_before, section(&index(&book), "more/slopes.html#slopes"));
    assert_eq!(fs::read_dir(book.root().join("build/search")).expect("a folder").count(), 0);
}

#[test]
fn a_served_book_is_not_kept_waiting_and_gets_its_index_a_moment_later() {
    let book = rendered(SmallBook::new());
    let before = fs::read(file(&book).expect("an index")).expect("an index");
    let mut context = context(&book, "search");
    context.config.set("output.html.live-reload-endpoint", "__livereload").expect("a setting");
    let output = run(&["search"], &serde_json::to_string(&context).expect("JSON"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let patience = Instant::now();
    while fs::read(file(&book).expect("an index")).expect("an index") == before {
        assert!(patience.elapsed() < Duration::from_secs(60), "no new index in a minute");
        sleep(Duration::from_millis(20));
    }
    while fs::read_dir(book.root().join("build/search")).expect("a folder").count() > 0 {
        assert!(patience.elapsed() < Duration::from_secs(60), "something is left aside");
        sleep(Duration::from_millis(20));
    }
    let after = section(&index(&book), "ch01_line.html#a-line")["body"].to_string();
    assert!(!after.contains("checked by"), "{after}");
}

#[test]
fn without_search_there_is_nothing_to_do() {
    for setting in ["enable = false", "copy-js = false"] {
        let setting = format!("\n[output.html.search]\n{setting}\n");
        let book = rendered(SmallBook::new().and("book.toml", &setting));
        assert!(search(&book).status.success());
        assert_eq!(file(&book), None);
    }
}

#[test]
fn pages_with_unexpanded_directives_are_an_error() {
    let book = rendered(SmallBook::new().and("book.toml", "renderers = [\"html\"]\n"));
    assert_error(&book, "expected \"search\" among them");
}

#[test]
fn an_index_without_pages_is_an_error() {
    assert_error(&SmallBook::new(), "expected the tables [output.html] and [output.search]");
}

#[test]
fn input_that_is_no_rendered_book_is_an_error() {
    let output = run(&["search"], "nonsense");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("mdBook's input is not understood"));
}
