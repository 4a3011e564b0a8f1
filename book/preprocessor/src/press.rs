//! From the pages as authors typed them to the pages that mdBook renders.

use std::ops::Range;

use mdbook_preprocessor::book::Book;

use crate::arithmetic;
use crate::claims::{self, Claim};
use crate::directive::{self, BLOCK, Directive, MDBOOK};
use crate::errata::Errata;
use crate::evidence::Record;
use crate::exercises::Exercises;
use crate::figures::Figures;
use crate::footer;
use crate::formulas::{self, Formulas};
use crate::glossary::Glossary;
use crate::house::House;
use crate::html::inline_text;
use crate::includes;
use crate::items::Items;
use crate::listing::{self, Listed};
use crate::machine;
use crate::marks::{InlineMath, Kind, Mark};
use crate::math::Converter;
use crate::modules::Crates;
use crate::notation::Notation;
use crate::pages::{self, Page};
use crate::problems::{Place, Problems};
use crate::project::Project;
use crate::references::References;
use crate::steps;
use crate::values::Values;
use crate::vocabulary::Vocabulary;
use crate::vouched::{self, Typing};
use crate::widgets::Widgets;

/// What is to be written in place of a range of a page.
type Edit = (Range<usize>, String);

/// Everything that pages may name.
struct Catalog<'a> {
    project: &'a Project,
    pages: &'a [Page],
    converter: Converter,
    claims: Vec<Claim>,
    crates: Crates,
    items: Items,
    formulas: Formulas,
    record: Record,
    figures: Figures,
    exercises: Exercises,
    values: Values,
    references: References,
    notation: Notation,
    glossary: Glossary,
    errata: Errata,
    widgets: Widgets,
}

/// Expands all directives and all math of a book, and tries all locks.
///
/// If there is an error among the problems, then the book must not be shown to anyone.
pub fn press(project: &Project, book: &mut Book) -> Problems {
    let mut problems = Problems::default();
    let pages = pages::read(project, book, &mut problems);
    let catalog = Catalog::gather(project, &pages, &mut problems);
    let listings = listing::all(&catalog.items, &pages);
    let Catalog { crates, figures, formulas, .. } = &catalog;
    let pages = pages.as_slice();
    let house = House { project, pages, crates, listings: &listings, figures, formulas };
    let mut pressed = Vec::new();
    for (index, page) in pages.iter().enumerate() {
        let text = catalog.press_page(index, page, &mut problems);
        let text = pages::with_foot(text, &footer::render(&house, index));
        pressed.push(pages::with_foot(text, &steps::foot(pages, index)));
        includes::report_missing(project, page, &mut problems);
    }
    house.report(&mut problems);
    catalog.try_locks(&listings, &mut problems);
    catalog.try_prose(&mut problems);
    let mut next = pressed.into_iter();
    put_back(&mut book.items, &mut next);
    problems.sort();
    problems
}

/// What the pages call and print, for a check that runs programs.
pub fn typing(project: &Project, book: &Book) -> (Typing, Problems) {
    let mut problems = Problems::default();
    let pages = pages::read(project, book, &mut problems);
    let crates = Crates::read(project, &mut problems);
    let vocabulary = Vocabulary::gather(project, &crates, &Items::of(&crates), &pages);
    (vouched::report(project, &pages, &vocabulary, &mut problems), problems)
}

/// Puts the pages back into the book, in the order in which they were read.
fn put_back(
    items: &mut [mdbook_preprocessor::book::BookItem],
    pressed: &mut impl Iterator<Item = String>,
) {
    for item in items {
        let mdbook_preprocessor::book::BookItem::Chapter(chapter) = item else { continue };
        if chapter.path.is_some() {
            chapter.content = pressed.next().unwrap_or_default();
        }
        put_back(&mut chapter.sub_items, pressed);
    }
}

/// How many directives of these names the pages have.
fn count(pages: &[Page], names: &[&str]) -> u64 {
    let marks = pages.iter().flat_map(|page| &page.marks);
    let named = |mark: &&Mark| match &mark.kind {
        Kind::Directive(directive) => names.contains(&directive.name.as_str()),
        _ => false,
    };
    marks.filter(named).count() as u64
}

impl<'a> Catalog<'a> {
    fn gather(project: &'a Project, pages: &'a [Page], problems: &mut Problems) -> Self {
        let converter = Converter::new(&project.settings.macros).unwrap_or_else(|message| {
            problems.error(Place::new("book.toml", 1), message);
            Converter::plain()
        });
        let crates = Crates::read(project, problems);
        let claims = claims::read(project, problems);
        let formulas = Formulas::gather(project, pages, &claims, &converter, problems);
        let notation = Notation::gather(project, pages, &converter, problems);
        let record = Record::read(project, problems);
        let mut values = Values::gather(project, problems);
        for (name, count) in record.totals(arithmetic::check(pages, problems)) {
            values.count(&format!("evidence.{name}"), count);
        }
        for (name, count) in vouched::counts(project, pages) {
            values.count(&format!("tried.{name}"), count);
        }
        for (name, directives) in [
            ("listings", &["listing"][..]),
            ("figures", &["figure", "widget"]),
            ("values", &["value"]),
        ] {
            values.count(&format!("evidence.{name}"), count(pages, directives));
        }
        Self {
            project,
            pages,
            claims,
            items: Items::of(&crates),
            crates,
            formulas,
            figures: Figures::gather(project, pages, problems),
            exercises: Exercises::gather(project, pages, problems),
            values,
            record,
            references: References::gather(project, pages, problems),
            notation,
            glossary: Glossary::gather(project, pages, problems),
            errata: Errata::gather(project, pages, problems),
            widgets: Widgets::gather(project, pages),
            converter,
        }
    }

    /// The locks that concern the whole book.
    fn try_locks(&self, listings: &[Listed<'_>], problems: &mut Problems) {
        let Self { project, .. } = self;
        if !project.settings.without_evidence {
            self.formulas.report_tests(&self.record, problems);
        }
        formulas::report_idle_tests(project, &self.formulas, &self.claims, problems);
        listing::report_unshown(project, &self.items, listings, problems);
        self.figures.report_unshown(project, problems);
        self.widgets.report_unshown(problems);
        self.exercises.report_unshown(project, problems);
        self.references.report_uncited(project, problems);
        self.glossary.report_undefined(problems);
        self.notation.report_unregistered(project, &self.formulas, problems);
    }

    /// What the prose says by itself, and the names that the register of symbols gives.
    fn try_prose(&self, problems: &mut Problems) {
        let Self { project, pages, crates, items, .. } = self;
        let vocabulary = Vocabulary::gather(project, crates, items, pages);
        let typing = vouched::report(project, pages, &vocabulary, problems);
        vouched::report_quotes(project, &typing, problems);
        vouched::report_readme(project, &self.values, problems);
        items.report_hidden(problems);
        machine::report(project, &self.values, &self.figures, problems);
        self.notation.report_idle(project, &vocabulary, problems);
        self.notation.report_unregistered_inline(project, pages, &self.converter, problems);
    }

    /// A page with all its marks replaced.
    fn press_page(&self, index: usize, page: &Page, problems: &mut Problems) -> String {
        let mut edits = steps::head(self.pages, index);
        for mark in &page.marks {
            match self.press_mark(index, page, mark) {
                Ok(more) => edits.extend(more),
                Err(message) => problems.error(page.place(mark.range.start), message),
            }
        }
        pages::replaced(&page.source, edits)
    }

    fn press_mark(&self, index: usize, page: &Page, mark: &Mark) -> Result<Vec<Edit>, String> {
        let range = mark.range.clone();
        match &mark.kind {
            Kind::Math(math) => Ok(vec![(range, self.inline_math(math)?)]),
            Kind::Formula(_) => {
                let formula = self.formulas.at(index, range.start);
                let html = formula.map(|formula| {
                    let legend = self.notation.legend(&formula.mathml);
                    formula.render(self.project, &self.record, &legend)
                });
                let html = html.unwrap_or_default();
                Ok(vec![(range.clone(), pages::block(&page.source, &range, &html))])
            }
            Kind::Directive(directive) => self.press_directive(index, page, range, directive),
            Kind::HeadingId(id) => Ok(vec![(range, format!(" {{#{id}}}"))]),
            Kind::Vouch => Ok(vec![(range, String::new())]),
            Kind::Fault(message) => Err(message.clone()),
        }
    }

    /// Math in a sentence with its punctuation, which a line must not part.
    fn inline_math(&self, math: &InlineMath) -> Result<String, String> {
        let InlineMath { latex, before, after } = math;
        let mathml = self
            .converter
            .inline(latex)
            .map_err(|bad| format!("LaTeX does not parse: {}", bad.message))?;
        let (before, after) = (inline_text(before), inline_text(after));
        Ok(format!(r#"<span class="inline-math">{before}{mathml}{after}</span>"#))
    }

    fn press_directive(
        &self,
        index: usize,
        page: &Page,
        range: Range<usize>,
        directive: &Directive,
    ) -> Result<Vec<Edit>, String> {
        let Directive { name, argument, alone, caption, caption_is_apart } = directive;
        let block = BLOCK.contains(&name.as_str());
        if block && !alone {
            return Err(format!(
                "{{{{#{name}}}}} inside a paragraph: expected a paragraph of its own"
            ));
        }
        let html = match name.as_str() {
            "value" => {
                self.values.check_words(argument, &page.source[range.end..])?;
                self.values.render(argument)?
            }
            "eq" => self.formulas.named(argument)?.link(page, self.pages),
            "cite" => self.references.cite(argument, page, &range, self.pages)?,
            "term" => self.glossary.define(argument, page, range.start, self.pages)?,
            "listing" => listing::render(self.project, &self.items, argument)?,
            "exercise" => self.exercises.render(self.project, argument)?,
            "references" => self.references.render(page, self.pages, &self.converter)?,
            "formulas" => self.formulas.index(page, self.pages, self.project, &self.record),
            "notation" => self.notation.render(page, self.pages),
            "glossary" => self.glossary.render(page, self.pages),
            "errata" => self.errata.render(page, self.pages),
            "figure" | "widget" => {
                let mut frame = self.figures.render(self.project, index, range.start, argument)?;
                if name == "widget" {
                    frame = frame.with_attributes(&self.widgets.attributes(argument, page)?);
                }
                // A paragraph of its own may be any that follows where the caption is gone.
                let caption = caption.clone().filter(|_| !caption_is_apart).ok_or_else(|| {
                    format!(
                        "figure `{argument}` without a caption: expected it on the next line, \
                         without a blank line between"
                    )
                })?;
                return Ok(frame.edits(&page.source, range, caption));
            }
            known if MDBOOK.contains(&known) => return Ok(Vec::new()),
            unknown => return Err(directive::unknown(unknown)),
        };
        let html = if block { pages::block(&page.source, &range, &html) } else { html };
        Ok(vec![(range, html)])
    }
}
