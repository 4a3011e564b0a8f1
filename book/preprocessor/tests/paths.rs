//! Rust paths: what a listing can name, and which lines it shows.

mod small_book;

use small_book::{PAGE, SmallBook};

const LIBRARY: &str = "chapters/ch01_line/src/lib.rs";

const MORE: &str = "
/// Rises.
trait Rise<T> {
    /// How far.
    const STEP: u8;

    /// Goes up.
    fn rise(&self, by: T) -> u8 {
        1
    }
}

impl Rise<f32> for Line {
    const STEP: u8 = 2;

    fn rise(&self, _: f32) -> u8 {
        2
    }
}

impl Rise<f64> for Line {
    const STEP: u8 = 3;

    fn rise(&self, _: f64) -> u8 {
        3
    }
}

enum Kind<'a> {
    One(&'a str),
}

impl<'a> Rise<u8> for Kind<'a> {
    const STEP: u8 = 4;

    #[inline]
    /// Of a kind.
    fn rise(&self, _: u8) -> u8 { 4 } // the end
}

macro_rules! line {
    () => {};
}
";

/// The lines that a listing shows: as in its caption, or why there is none.
fn lines(path: &str) -> String {
    let listing = format!("\n{{{{#listing {path}}}}}\n");
    let book = SmallBook::new().and(LIBRARY, MORE).and(PAGE, &listing);
    if let Some(error) = book.errors().pop() {
        return error;
    }
    let page = book.page("ch01_line.md");
    let (_, last) = page.rsplit_once(">lines ").expect("a caption");
    last.split('<').next().unwrap_or_default().to_owned()
}

#[test]
fn items_of_every_kind_are_found_with_their_comments_and_attributes() {
    assert_eq!(lines("ch01_line::Line"), "3–8");
    assert_eq!(lines("ch01_line::Rise"), "17–26");
    assert_eq!(lines("ch01_line::Rise::rise"), "22–25");
    assert_eq!(lines("ch01_line::Kind"), "44–46");
    assert_eq!(lines("ch01_line::line"), "56–58");
    assert_eq!(lines("ch01_line::Kind::rise"), "51–53");
}

#[test]
fn methods_of_traits_are_found_by_type_and_trait() {
    assert_eq!(lines("ch01_line::<Line as Rise<f32>>::rise"), "31–33");
    assert_eq!(lines("ch01_line::<Line as Rise<f64>>::rise"), "39–41");
    assert_eq!(lines("<ch01_line::Kind as Rise>::rise"), "51–53");
    assert_eq!(lines("ch01_line::impl Rise<f64> for Line"), "36–42");
    assert_eq!(lines("ch01_line::impl Rise for Kind"), "48–54");
    assert_eq!(lines("ch01_line::impl Line"), "10–15");
    let ambiguous = lines("ch01_line::<Line as Rise>::rise");
    assert!(ambiguous.contains("it may be `ch01_line::<Line as Rise<f32>>::rise`"), "{ambiguous}");
}

#[test]
fn a_method_of_the_type_goes_before_one_of_a_trait() {
    let own =
        "\nimpl Other for Line {\n    fn height(&self, _: f64) -> f64 {\n        0.0\n    }\n}\n";
    let book = SmallBook::new().and(LIBRARY, own);
    assert!(book.page("ch01_line.md").contains("lines 11–14"));
}

#[test]
fn a_listing_shows_whole_lines_without_their_indentation() {
    let listing = "\n{{#listing ch01_line::Kind::rise}}\n";
    let page = SmallBook::new().and(LIBRARY, MORE).and(PAGE, listing).page("ch01_line.md");
    let code = "#[inline]&#10;/// Of a kind.&#10;fn rise(&#38;self, _: u8) -&#62; u8 &#123; 4 \
         &#125; // the end</code>";
    assert!(page.contains(code), "{page}");
}

#[test]
fn the_program_of_a_chapter_is_its_module_main() {
    let book = SmallBook::new()
        .with("chapters/ch01_line/src/main.rs", "fn main() {\n    draw();\n}\n\npub fn draw() {}\n")
        .and(PAGE, "\n{{#listing ch01_line::main::draw}}\n");
    let page = book.page("ch01_line.md");
    let link = "https://example.org/book/blob/HEAD/chapters/ch01_line/src/main.rs#L5-L5";
    assert!(page.contains(link), "{page}");
}

#[test]
fn a_path_may_go_through_an_export_of_another_chapter() {
    let book = SmallBook::new()
        .with("chapters/ch02_more/src/lib.rs", "pub use ch01_line::Line;\npub use ch01_line::*;\n")
        .and(PAGE, "\n{{#listing ch02_more::Line::height}}\n");
    assert!(book.page("ch01_line.md").matches("lines 11–14").count() == 2);
}
