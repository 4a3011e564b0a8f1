//! The house: a page, the code that it shows, the program that draws it and the tests that hold it
//! bear one name.
//!
//! The first page of a chapter, `chNN_name.md`, gives no file its name: what it shows stands in
//! modules that are named for an idea, and for no other page.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

use crate::chapter::chapter_in;
use crate::circles;
use crate::figures::Figures;
use crate::formulas::Formulas;
use crate::library::{self, Named};
use crate::listing::Listed;
use crate::modules::{Chapter, Crates};
use crate::pages::Page;
use crate::problems::Problems;
use crate::project::{Project, unix};

/// A chapter and its pages.
struct Bound<'a> {
    chapter: &'a Chapter,
    pages: Vec<&'a Page>,
}

impl<'a> Bound<'a> {
    fn of(chapter: &'a Chapter, pages: &'a [Page]) -> Self {
        let number = chapter_in(&chapter.name);
        let pages = pages.iter().filter(|page| page.chapter.is_some() && page.chapter == number);
        Self { chapter, pages: pages.collect() }
    }

    /// Whether its names are bound to pages. The background has none of its own: what it draws is
    /// shown by pages that stand before the chapters.
    fn has_names(&self) -> bool {
        !self.pages.is_empty()
    }

    /// Whether a page belongs to the chapter.
    fn has(&self, page: &Page) -> bool {
        self.pages.iter().any(|own| own.path == page.path)
    }

    /// The name that a page gives its files; none if it is the first of its chapter.
    fn name_of<'p>(&self, page: &'p Page) -> Option<&'p str> {
        let stem = page.path.file_stem()?.to_str()?;
        (stem != self.chapter.name).then_some(stem)
    }

    /// The names of all pages but the first.
    fn names(&self) -> Vec<&'a str> {
        self.pages.iter().filter_map(|page| self.name_of(page)).collect()
    }

    /// The same with the paths of the pages.
    fn named_pages(&self) -> Vec<Named<'a>> {
        let named = |page: &&'a Page| Some((self.name_of(page)?, unix(&page.path)));
        self.pages.iter().filter_map(named).collect()
    }

    /// Where in a folder belongs what a page is the first to show.
    fn expected(&self, page: &Page, folder: PathBuf) -> Expected<'a> {
        match self.name_of(page) {
            Some(name) => Expected::File(folder.join(name).with_extension("rs")),
            None => Expected::Idea { folder, taken: self.names() },
        }
    }
}

/// Where something belongs.
enum Expected<'a> {
    /// In the file of its page.
    File(PathBuf),
    /// In a file that has the name of an idea, and of no page.
    Idea { folder: PathBuf, taken: Vec<&'a str> },
}

impl Expected<'_> {
    fn is_met_by(&self, file: &Path) -> bool {
        match self {
            Self::File(expected) => file == expected,
            Self::Idea { folder, taken } => {
                let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                let is_root = ["lib", "main", "mod"].contains(&stem);
                file.parent() == Some(folder) && !is_root && !taken.contains(&stem)
            }
        }
    }
}

impl Display for Expected<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => formatter.write_str(&unix(file)),
            Self::Idea { folder, .. } => {
                let folder = unix(folder);
                write!(formatter, "a file of {folder} that is named for its idea, and for no page")
            }
        }
    }
}

/// The whole book, as its house is built.
pub struct House<'a> {
    /// Where everything is.
    pub project: &'a Project,
    /// The pages.
    pub pages: &'a [Page],
    /// The crates.
    pub crates: &'a Crates,
    /// The listings, in the order of the book.
    pub listings: &'a [Listed<'a>],
    /// The figures.
    pub figures: &'a Figures,
    /// The formulas.
    pub formulas: &'a Formulas,
}

impl House<'_> {
    /// Tries all locks of the house.
    pub fn report(&self, problems: &mut Problems) {
        for chapter in &self.crates.chapters {
            let bound = Bound::of(chapter, self.pages);
            if bound.has_names() {
                self.report_listings(&bound, problems);
                self.report_figures(&bound, problems);
                self.report_formulas(&bound, problems);
            }
            if let Some(library) = &chapter.library {
                let names = bound.names();
                library::report(self.project, library, &bound.named_pages(), problems);
                circles::report_downward(library, &names, problems);
                circles::report(library, problems);
            }
            chapter.program.iter().for_each(|program| circles::report(program, problems));
        }
        self.crates.shared.iter().for_each(|shared| circles::report(shared, problems));
    }

    /// Says which items of a chapter do not stand where they are shown first.
    fn report_listings(&self, bound: &Bound<'_>, problems: &mut Problems) {
        for (index, listed) in self.listings.iter().enumerate() {
            let (item, page) = (listed.item, &self.pages[listed.page]);
            let (excerpt, name) = (&item.excerpt, &bound.chapter.name);
            let is_known = |other: &Listed<'_>| {
                other.item.excerpt.contains(excerpt) || excerpt.contains(&other.item.excerpt)
            };
            if item.krate() != name || self.listings[..index].iter().any(is_known) {
                continue;
            }
            let (path, place) = (&listed.path, page.place(listed.offset));
            if !bound.has(page) {
                let message = format!(
                    "`{path}` is shown here first: expected a page of {name} to show it before"
                );
                problems.error(place, message);
                continue;
            }
            let folder = if item.is_of_program() { "program" } else { "src" };
            let expected = bound.expected(page, self.folder_of(bound).join(folder));
            if !expected.is_met_by(&excerpt.file) {
                let message =
                    format!("`{path}` is shown first at {place}: expected it in {expected}");
                problems.error(excerpt.place(), message);
            }
        }
    }

    /// Says which figures of a chapter are not drawn where their page's name is.
    fn report_figures(&self, bound: &Bound<'_>, problems: &mut Problems) {
        for shown in self.figures.shown() {
            let Some((chapter, text)) = shown.name.split_once('/') else { continue };
            if chapter != bound.chapter.name || !self.figures.is_drawn(&shown.name) {
                continue;
            }
            let (name, page, place) = (&shown.name, &self.pages[shown.page], &shown.place);
            if !bound.has(page) {
                let message = format!(
                    "figure `{name}` of another chapter: expected it on a page of {chapter}"
                );
                problems.error(place.clone(), message);
                continue;
            }
            let expected = bound.expected(page, self.folder_of(bound).join("program"));
            let drawn = bound.chapter.drawn_at(text);
            match drawn.first() {
                _ if drawn.iter().any(|drawn| expected.is_met_by(&drawn.file)) => {}
                Some(drawn) => {
                    let message = format!(
                        "figure `{name}` is shown at {place}: expected \"{text}\" in {expected}"
                    );
                    problems.error(drawn.clone(), message);
                }
                None => {
                    let message = format!(
                        "no program names the figure `{name}`: expected \"{text}\" in {expected}"
                    );
                    problems.error(place.clone(), message);
                }
            }
        }
    }

    /// Says which formulas of a chapter have their test in a file of another name.
    fn report_formulas(&self, bound: &Bound<'_>, problems: &mut Problems) {
        for formula in &self.formulas.all {
            let page = &self.pages[formula.page];
            let Some(check) = formula.check.as_ref().filter(|_| bound.has(page)) else { continue };
            let expected = bound.expected(page, self.project.tests().join(&bound.chapter.name));
            if !expected.is_met_by(&check.excerpt.file) {
                let (name, place) = (&check.name, &formula.place);
                let message =
                    format!("test `{name}` of the formula at {place}: expected it in {expected}");
                problems.error(check.excerpt.place(), message);
            }
        }
    }

    /// The file that draws a figure of a page.
    pub fn drawn_in(&self, page: &Page, figure: &str) -> Option<PathBuf> {
        let (chapter, text) = figure.split_once('/')?;
        let chapter = self.crates.chapters.iter().find(|found| found.name == chapter)?;
        let bound = Bound::of(chapter, self.pages);
        let expected = bound.expected(page, self.folder_of(&bound).join("program"));
        let mut drawn = chapter.drawn_at(text);
        let best = drawn.iter().position(|place| expected.is_met_by(&place.file));
        (!drawn.is_empty()).then(|| drawn.swap_remove(best.unwrap_or_default()).file)
    }

    /// The chapter of a page, and the file of its program that has the name of the page.
    pub fn program_of(&self, page: &Page) -> Option<(&str, &Path)> {
        let is_own = |chapter: &&Chapter| page.chapter == chapter_in(&chapter.name);
        let chapter =
            self.crates.chapters.iter().filter(|_| page.chapter.is_some()).find(is_own)?;
        let bound = Bound::of(chapter, self.pages);
        let name = bound.name_of(page)?;
        let mut modules = chapter.program.iter().flat_map(|program| &program.modules);
        let found = modules.find(|module| module.path == name)?;
        Some((&chapter.name, &found.file))
    }

    fn folder_of(&self, bound: &Bound<'_>) -> PathBuf {
        self.project.chapters().join(&bound.chapter.name)
    }
}
