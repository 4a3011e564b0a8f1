//! The library of a chapter: its root is a table of contents, its files are short and say what they
//! hold.

use std::path::Path;

use syn::Item as Syntax;

use crate::modules::{Crate, Module};
use crate::problems::{Place, Problems};
use crate::project::{Project, file_name, files_in, folders_in};
use crate::source::Excerpt;

/// How many lines a file of a library may have.
const LONGEST: usize = 350;

/// A page with a name of its own: that name, and its path as its module names it.
pub type Named<'a> = (&'a str, String);

/// Tries the locks on a library, whose chapter has these pages; the file of its root tells where it
/// is.
pub fn report(project: &Project, library: &Crate, pages: &[Named<'_>], problems: &mut Problems) {
    let Some(root) = library.root() else { return };
    report_code(root, problems);
    report_order(library, pages, problems);
    for module in library.modules.iter().filter(|module| !module.inline) {
        report_silent(module, pages, problems);
    }
    if let Some(folder) = root.file.parent() {
        report_long(project, folder, problems);
    }
}

/// Says what stands in the root of a library that is no line of a table of contents.
fn report_code(root: &Module, problems: &mut Problems) {
    let is_tests = |item: &Syntax| matches!(item, Syntax::Mod(module) if module.ident == "tests" && module.content.is_none());
    let is_line = |item: &Syntax| match item {
        Syntax::Mod(module) => module.content.is_none(),
        other => matches!(other, Syntax::Use(_)),
    };
    let code = root.items.iter().filter(|item| !is_line(item));
    let code = code.chain(root.tests.iter().filter(|item| !is_tests(item)));
    let places = code.map(|item| Excerpt::of(&root.file, &root.source, item).place());
    let places: Vec<Place> = places.collect();
    if let Some(first) = places.iter().min() {
        let more = match places.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more below)"),
        };
        let message = format!(
            "code in a table of contents{more}: expected only docs, `mod` and `use` lines, and \
             `#[cfg(test)] mod tests;`"
        );
        problems.error(first.clone(), message);
    }
}

/// Says which modules do not stand in the order of their pages.
fn report_order(library: &Crate, pages: &[Named<'_>], problems: &mut Problems) {
    let Some(root) = library.root() else { return };
    let rank = |name: &str| pages.iter().position(|(page, _)| *page == name);
    let modules = root.items.iter().filter_map(|item| match item {
        Syntax::Mod(module) => Some((module.ident.to_string(), item)),
        _ => None,
    });
    let modules: Vec<_> =
        modules.filter_map(|(name, item)| Some((rank(&name)?, name, item))).collect();
    for pair in modules.windows(2) {
        let [(before, first, _), (after, second, item)] = pair else { continue };
        if before > after {
            let message = format!(
                "module `{second}` after `{first}`: expected the order of their pages in SUMMARY.md"
            );
            problems.error(Excerpt::of(&root.file, &root.source, *item).place(), message);
        }
    }
}

/// Says which files do not say what they hold, and for which page.
fn report_silent(module: &Module, pages: &[Named<'_>], problems: &mut Problems) {
    let comment: Vec<&str> =
        module.source.lines().take_while(|line| line.starts_with("//!")).collect();
    let place = Place::new(&module.file, 1);
    if comment.is_empty() {
        let message = "a file of a library opens without a comment: expected `//!` and a sentence \
             on what it holds";
        return problems.error(place, message);
    }
    let page = pages.iter().find(|(name, _)| *name == module.path);
    if let Some((_, page)) = page.filter(|(_, page)| !comment.join("\n").contains(page)) {
        let message = format!("the comment `//!` does not name the page: expected `{page}` in it");
        problems.error(place, message);
    }
}

/// Says which files below a folder are too long.
fn report_long(project: &Project, folder: &Path, problems: &mut Problems) {
    for inner in folders_in(&project.root.join(folder)) {
        report_long(project, &folder.join(file_name(&inner)), problems);
    }
    for path in files_in(&project.root.join(folder), "rs") {
        let file = folder.join(file_name(&path));
        let lines = std::fs::read_to_string(path).map_or(0, |text| text.lines().count());
        if lines > LONGEST {
            let message =
                format!("it has {lines} lines: expected at most {LONGEST} in a file of a library");
            problems.error(Place::new(file, LONGEST + 1), message);
        }
    }
}
