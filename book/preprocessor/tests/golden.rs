//! One page with everything on it, compared with what it became when someone last looked.
//!
//! After a change that is meant, `BLESS=1 cargo test -p book-preprocessor --test golden` writes
//! the file anew; look at the difference before you commit it.

mod small_book;

use std::path::Path;

use small_book::{EXERCISES, PAGE, SmallBook};

#[test]
fn a_page_with_everything_becomes_what_it_was() {
    let folder = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("run by Cargo"))
        .join("tests/golden");
    let page = std::fs::read_to_string(folder.join("page.md")).expect("the page");
    let book = SmallBook::new().with(PAGE, &page).with(EXERCISES, "# Slopes\n");
    let pressed = book.page("ch01_line.md");
    let file = folder.join("pressed.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &pressed).expect("a file");
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    for (number, (found, expected)) in pressed.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of {}", number + 1, file.display());
    }
    assert_eq!(pressed.lines().count(), expected.lines().count());
}
