//! Rust paths: what a listing can name, and which lines it shows.

mod small_book;

use small_book::{CODE, LIBRARY, PAGE, SmallBook};

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
    let book = SmallBook::new().and(CODE, MORE).and(PAGE, &listing);
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
    assert!(
        ambiguous.contains("it may be `ch01_line::line::<Line as Rise<f32>>::rise`"),
        "{ambiguous}"
    );
}

#[test]
fn a_method_of_the_type_goes_before_one_of_a_trait() {
    let own =
        "\nimpl Other for Line {\n    fn height(&self, _: f64) -> f64 {\n        0.0\n    }\n}\n";
    let book = SmallBook::new().and(CODE, own);
    assert!(book.page("ch01_line.md").contains("lines 11–14"));
}

#[test]
fn a_listing_shows_whole_lines_without_their_indentation() {
    let listing = "\n{{#listing ch01_line::Kind::rise}}\n";
    let page = SmallBook::new().and(CODE, MORE).and(PAGE, listing).page("ch01_line.md");
    let code = "#[inline]&#10;/// Of a kind.&#10;fn rise(&#38;self, _: u8) -&#62; u8 &#123; 4 \
         &#125; // the end</code>";
    assert!(page.contains(code), "{page}");
}

#[test]
fn the_program_of_a_chapter_is_its_module_main() {
    let book = SmallBook::new().and(PAGE, "\n{{#listing ch01_line::main::drawing::draw}}\n");
    let link = "https://example.org/book/blob/HEAD/chapters/ch01_line/program/drawing.rs#L3-L5";
    assert!(book.page("ch01_line.md").contains(link));
}

#[test]
fn a_path_may_go_through_an_export_of_another_chapter() {
    let book = SmallBook::new()
        .with("chapters/ch02_more/src/lib.rs", "//! More.\npub use ch01_line::{Line, *};\n")
        .and(PAGE, "\n{{#listing ch02_more::Line::height}}\n");
    assert!(book.page("ch01_line.md").matches("lines 11–14").count() == 2);
}

/// The book with a library of modules, all exported by its root.
fn with_modules() -> SmallBook {
    SmallBook::new()
        .with(
            LIBRARY,
            "//! A chapter.\npub mod line;\npub mod rise;\npub use line::{Line, other, self as lines};\n\
             pub use rise::Rise;\n#[cfg(test)]\nmod tests;\n",
        )
        .with("chapters/ch01_line/src/line.rs", LINE)
        .with("chapters/ch01_line/src/rise.rs", RISE)
        .with("chapters/ch01_line/src/tests/mod.rs", "not Rust at all")
}

const LINE: &str = "//! A line.
struct Node;

impl Node {
    fn new() {}
}

pub struct Line;

impl Line {
    pub fn height() {}
}

pub fn other() {}
";

const RISE: &str = "//! Rises.
use crate::Line;

pub trait Rise {
    fn rise();
}

impl Line {
    pub fn run() {}
}

impl Rise for Line {
    fn rise() {}
}

impl Rise for ch02_more::Far {
    fn rise() {}
}
";

/// The listing of an item of a library of modules: its file and lines, or what is wrong.
fn listed(path: &str) -> String {
    let page = format!(
        "# A line\n\n{{{{#cite euclid}}}}\n\n```math slope\ny = a x\n```\n\n\
         {{{{#figure ch01_line/plot}}}}\nA line.\n\n\n\
         ALL\n\n{{{{#listing {path}}}}}\n"
    );
    let all = ["Line", "other", "Line::height", "Line::run", "Rise"];
    let all = all.map(|name| format!("\n{{{{#listing ch01_line::{name}}}}}\n")).concat();
    let book = with_modules().with(PAGE, &page.replace("ALL", &all));
    if let Some(error) = book.errors().pop() {
        return error;
    }
    let page = book.page("ch01_line.md");
    let (page, _) = page.split_once("<footer").expect("a foot");
    let (_, link) = page.rsplit_once("HEAD/chapters/ch01_line/src/").expect("a link");
    link.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn what_the_root_exports_is_found_by_its_short_path() {
    for (path, place) in [
        ("ch01_line::Line", "line.rs#L8-L8"),
        ("ch01_line::line::Line", "line.rs#L8-L8"),
        ("ch01_line::lines::Line", "line.rs#L8-L8"),
        ("ch01_line::other", "line.rs#L14-L14"),
        ("ch01_line::Rise", "rise.rs#L4-L6"),
        ("ch01_line::Rise::rise", "rise.rs#L5-L5"),
        ("ch01_line::Line::height", "line.rs#L11-L11"),
        ("ch01_line::line::Line::height", "line.rs#L11-L11"),
        ("ch01_line::line::Node", "line.rs#L2-L2"),
    ] {
        assert_eq!(listed(path), place, "{path}");
    }
}

#[test]
fn an_impl_is_found_in_any_module_of_its_crate() {
    for (path, place) in [
        ("ch01_line::Line::run", "rise.rs#L9-L9"),
        ("ch01_line::line::Line::run", "rise.rs#L9-L9"),
        ("ch01_line::Line::rise", "rise.rs#L13-L13"),
        ("ch01_line::<Line as Rise>::rise", "rise.rs#L13-L13"),
        ("ch01_line::impl Rise for Line", "rise.rs#L12-L14"),
        ("ch01_line::impl Rise for Far", "rise.rs#L16-L18"),
        ("ch01_line::<Far as Rise>::rise", "rise.rs#L17-L17"),
        ("ch01_line::Far::rise", "rise.rs#L17-L17"),
        ("ch01_line::line::impl Line", "line.rs#L10-L12"),
        ("ch01_line::rise::impl Line", "rise.rs#L8-L10"),
    ] {
        assert_eq!(listed(path), place, "{path}");
    }
}

#[test]
fn an_impl_that_stands_in_several_modules_is_ambiguous() {
    assert_eq!(
        listed("ch01_line::impl Line"),
        "src/ch01_line.md:25: ambiguous Rust path `ch01_line::impl Line`: it may be \
         `ch01_line::line::impl Line` (chapters/ch01_line/src/line.rs:10) or \
         `ch01_line::rise::impl Line` (chapters/ch01_line/src/rise.rs:8)"
    );
}

#[test]
fn what_the_root_does_not_export_needs_its_module() {
    for (path, meant) in
        [("Node", "line::Node"), ("Node::new", "line::Node::new"), ("impl Node", "line::impl Node")]
    {
        let error = listed(&format!("ch01_line::{path}"));
        let meant = format!("did you mean `ch01_line::{meant}`?");
        assert!(error.ends_with(&meant), "{error}");
    }
}
