//! Displayed formulas: each has a number, a name, an anchor and the test that checks it.

use crate::claims::{self, Claim};
use crate::evidence::Record;
use crate::html::{attribute, block_text, rust_code, section, table};
use crate::marks::{DisplayedMath, Kind};
use crate::math::Converter;
use crate::pages::Page;
use crate::problems::{Place, Problems, did_you_mean, line_at};
use crate::project::Project;
use crate::registers;
use crate::stated::difference;

/// A displayed formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// Its name, unique in the book.
    pub name: String,
    /// The number of its chapter.
    pub chapter: u32,
    /// Its number in the chapter.
    pub number: usize,
    /// The index of its page.
    pub page: usize,
    /// Where its block begins in the page.
    pub offset: usize,
    /// Its file and line.
    pub place: Place,
    /// Its LaTeX, line by line, each with its number in the page.
    pub lines: Vec<(usize, String)>,
    /// It, typeset; empty if its LaTeX is wrong.
    pub mathml: String,
    /// The test that checks it, if there is one.
    pub check: Option<Claim>,
}

impl Formula {
    /// Its number as the reader sees it: `3.7`.
    pub fn label(&self) -> String {
        format!("{}.{}", self.chapter, self.number)
    }

    /// Its anchor.
    pub fn anchor(&self) -> String {
        format!("eq-{}", self.name)
    }

    /// Its name as words.
    fn words(&self) -> String {
        self.name.replace('-', " ")
    }

    /// The block on its page.
    pub fn render(&self, project: &Project, record: &Record, legend: &str) -> String {
        let (anchor, label, words) = (self.anchor(), self.label(), self.words());
        let check =
            self.check.as_ref().map(|check| self.rendered_check(check, project, record, legend));
        let math = format!(r#"<div class="formula-math">{}</div>"#, self.mathml);
        let link = format!(r##"href="#{anchor}" aria-label="Formula ({label})""##);
        let number = format!(r#"<a class="formula-number" {link}>({label})</a>"#);
        let name = format!(r#"id="{anchor}" role="group" aria-label="Formula {label}: {words}""#);
        let content = math + &number + &check.unwrap_or_default();
        format!(r#"<div class="formula" {name}>{content}</div>"#)
    }

    /// A link to it in a sentence. One to another page brings the formula along, for its note.
    pub fn link(&self, from: &Page, pages: &[Page]) -> String {
        let elsewhere = from.path != pages[self.page].path;
        let math = format!(r#" data-math="{}""#, attribute(&self.mathml));
        self.link_with(if elsewhere { &math } else { "" }, from, pages)
    }

    fn link_with(&self, more: &str, from: &Page, pages: &[Page]) -> String {
        let address = attribute(&from.address_of(&pages[self.page]));
        let (anchor, label, words) = (self.anchor(), self.label(), self.words());
        let name = format!(r#"title="{words}""#);
        format!(r#"<a class="formula-link" href="{address}#{anchor}" {name}{more}>({label})</a>"#)
    }

    /// Its row in the index of formulas.
    fn row(&self, from: &Page, pages: &[Page], project: &Project, record: &Record) -> String {
        let test = self.check.as_ref().map_or(String::new(), |check| {
            let name = block_text(&check.name);
            let evidence = record.of(&self.name).map(|evidence| {
                format!(r#"<br><span class="check-evidence">{}</span>"#, evidence.row())
            });
            let (link, evidence) = (check.excerpt.link(project), evidence.unwrap_or_default());
            format!("<code>{name}</code><br>{link}{evidence}")
        });
        let (link, words) = (self.link_with("", from, pages), self.words());
        let mathml = &self.mathml;
        let formula = format!(r#"{words}<div class="formula-math">{mathml}</div>"#);
        format!("<td>{link}</td><td>{formula}</td><td>{test}</td>")
    }

    /// The ✓ that says what the test has seen, and unfolds its source.
    fn rendered_check(
        &self,
        check: &Claim,
        project: &Project,
        record: &Record,
        legend: &str,
    ) -> String {
        let (name, code) = (block_text(&check.name), rust_code(&check.excerpt.text()));
        let link = check.excerpt.link(project);
        let mark = r#"<span class="check-mark" aria-hidden="true">✓</span>"#;
        let label = format!(r#"<span class="check-label">checked by <code>{name}</code></span>"#);
        let (mut short, mut long) = (String::new(), String::new());
        if let Some(evidence) = record.of(&self.name) {
            short = format!(r#"<span class="check-evidence">: {}</span>"#, evidence.short());
            long = format!(r#"<p class="check-evidence">Seen: {}.</p>"#, evidence.long());
        }
        let source = format!(r#"<p class="check-source">{link}</p>"#);
        let summary = format!("<summary>{mark} {label}{short}</summary>");
        format!(r#"<details class="check">{summary}{legend}{code}{long}{source}</details>"#)
    }

    /// Says where its test states another formula, or compares in a way that does not count.
    fn report_test(&self, problems: &mut Problems) {
        let Some(check) = &self.check else { return };
        let (file, name, place) = (&check.excerpt.file, &self.name, &self.place);
        for fault in &check.faults {
            let message = format!("test `{}`: {}", check.name, fault.message);
            problems.error(Place::new(file, fault.line), message);
        }
        let Some(stated) = check.stated.as_ref().filter(|stated| stated.name == *name) else {
            let found = check.stated.as_ref().map(|stated| format!(", found `{}`", stated.name));
            let message = format!(
                "test `{}` does not state its formula: expected ```math {name} in its doc \
                 comment, as at {place}{}",
                check.name,
                found.unwrap_or_default()
            );
            return problems.error(check.excerpt.place(), message);
        };
        if let Some([(line, expected), (at, found)]) = difference(&self.lines, &stated.lines) {
            let page = Place::new(&place.file, line);
            let message = format!(
                "test `{}` states another formula than {page}: expected `{expected}`, found \
                 `{found}`",
                check.name
            );
            problems.error(Place::new(file, at.max(stated.line)), message);
        }
    }
}

/// All displayed formulas of the book.
#[derive(Debug, Default)]
pub struct Formulas {
    /// They, in the order of the book.
    pub all: Vec<Formula>,
}

impl Formulas {
    /// Numbers the formulas of all pages and finds their tests.
    pub fn gather(
        project: &Project,
        pages: &[Page],
        claims: &[Claim],
        converter: &Converter,
        problems: &mut Problems,
    ) -> Self {
        let mut gatherer = Gatherer { project, claims, converter, problems, all: Vec::new() };
        for (index, page) in pages.iter().enumerate() {
            for mark in &page.marks {
                if let Kind::Formula(block) = &mark.kind {
                    gatherer.add(index, page, mark.range.start, block);
                }
            }
        }
        Self { all: gatherer.all }
    }

    /// The formula at a place of a page.
    pub fn at(&self, page: usize, offset: usize) -> Option<&Formula> {
        self.all.iter().find(|formula| formula.page == page && formula.offset == offset)
    }

    /// The formula of a name.
    pub fn named(&self, name: &str) -> Result<&Formula, String> {
        let formula = self.all.iter().find(|formula| formula.name == name);
        formula.ok_or_else(|| {
            let names = self.all.iter().map(|formula| formula.name.as_str());
            format!("unknown formula `{name}`{}", did_you_mean(name, names))
        })
    }

    /// Says which tests do not state their formula, or compare in a way that does not count.
    pub fn report_tests(&self, record: &Record, problems: &mut Problems) {
        for formula in &self.all {
            formula.report_test(problems);
            if formula.check.is_some() && record.of(&formula.name).is_none() {
                problems.error(formula.place.clone(), record.missing(&formula.name));
            }
        }
        let names: Vec<&str> = self.all.iter().map(|formula| formula.name.as_str()).collect();
        record.report_idle(&names, problems);
    }

    /// The index of all formulas.
    pub fn index(&self, from: &Page, pages: &[Page], project: &Project, record: &Record) -> String {
        let row = |formula: &Formula| formula.row(from, pages, project, record);
        let mut sections = String::new();
        for opener in pages.iter().filter(|page| !page.section.contains('.')) {
            let here = self.all.iter().filter(|formula| Some(formula.chapter) == opener.chapter);
            let rows: Vec<String> = here.map(row).collect();
            if !rows.is_empty() {
                let heads = ["Number", "Formula", "Checked by"];
                sections.push_str(&section(
                    &format!("chapter-{}", opener.chapter.unwrap_or_default()),
                    registers::name_of(opener).trim(),
                    &table("formulas", &heads, &rows),
                ));
            }
        }
        sections
    }
}

/// What is needed to take in one formula after the other.
struct Gatherer<'a> {
    project: &'a Project,
    claims: &'a [Claim],
    converter: &'a Converter,
    problems: &'a mut Problems,
    all: Vec<Formula>,
}

impl Gatherer<'_> {
    fn add(&mut self, index: usize, page: &Page, offset: usize, block: &DisplayedMath) {
        let place = page.place(offset);
        let mathml = self.mathml(page, block);
        if let Err(message) = self.check_name(&block.name) {
            return self.problems.error(place, message);
        }
        let Some(chapter) = page.chapter else {
            let message = "displayed formula on a page without a chapter: expected a page with a \
                 number in SUMMARY.md or chNN in its path";
            return self.problems.error(place, message);
        };
        let check = self.check_of(page, chapter, &block.name, &place);
        let number = 1 + self.all.iter().filter(|formula| formula.chapter == chapter).count();
        let (name, page_index) = (block.name.clone(), index);
        let first = line_at(&page.source, block.body);
        let lines = block.latex.lines().enumerate();
        let lines = lines.map(|(index, line)| (first + index, line.trim().to_owned())).collect();
        let page = page_index;
        self.all.push(Formula { name, chapter, number, page, offset, place, lines, mathml, check });
    }

    fn mathml(&mut self, page: &Page, block: &DisplayedMath) -> String {
        self.converter.display(&block.latex).unwrap_or_else(|bad| {
            let line = line_at(&page.source, block.body) + line_at(&block.latex, bad.offset) - 1;
            let message = format!("LaTeX does not parse: {}", bad.message);
            self.problems.error(Place::new(&page.file, line), message);
            String::new()
        })
    }

    fn check_name(&self, name: &str) -> Result<(), String> {
        let letters = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if name.is_empty() {
            return Err("formula without a name: expected ```math name-of-the-formula".into());
        }
        if !name.split('-').all(letters) || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(format!(
                "`{name}` is no name of a formula: expected lower-case words with hyphens, as in \
                 ```math weight-gradient"
            ));
        }
        match self.all.iter().find(|formula| formula.name == name) {
            Some(other) => Err(format!("formula `{name}` is already at {}", other.place)),
            None => Ok(()),
        }
    }

    /// The test of a formula; says what is wrong if there is none.
    fn check_of(&mut self, page: &Page, chapter: u32, name: &str, place: &Place) -> Option<Claim> {
        let function = name.replace('-', "_");
        let of_chapter = || self.claims.iter().filter(|claim| claim.chapter == chapter);
        let found = of_chapter().find(|claim| claim.name == function);
        if let Some(claim) = found.filter(|claim| claim.is_test()) {
            return Some(claim.clone());
        }
        let file = claims::expected_file(self.project, self.claims, page, chapter);
        let expected = format!("expected a test `fn {function}` in {}", file.display());
        let message =
            match found.and_then(|claim| claim.defect.as_ref().map(|defect| (claim, defect))) {
                Some((claim, defect)) => {
                    format!("formula `{name}` without a test: {defect} ({})", claim.excerpt.place())
                }
                None => {
                    let tests = of_chapter().filter(|claim| claim.is_test());
                    let meant = did_you_mean(&function, tests.map(|claim| claim.name.as_str()));
                    format!("formula `{name}` without a test: {expected}{meant}")
                }
            };
        self.problems.error(place.clone(), message);
        None
    }
}

/// Says which tests check no formula of their chapter.
pub fn report_idle_tests(
    project: &Project,
    formulas: &Formulas,
    claims: &[Claim],
    problems: &mut Problems,
) {
    for claim in claims.iter().filter(|claim| claim.is_test()) {
        let name = claim.name.replace('_', "-");
        let of_chapter = || formulas.all.iter().filter(|formula| formula.chapter == claim.chapter);
        if of_chapter().any(|formula| formula.name.replace('-', "_") == claim.name) {
            continue;
        }
        let free = of_chapter().filter(|formula| formula.check.is_none());
        let meant = did_you_mean(&name, free.map(|formula| formula.name.as_str()));
        let (test, chapter) = (&claim.name, claim.chapter);
        let message = format!(
            "test `{test}` without a formula: expected ```math {name} on a page of chapter \
             {chapter}{meant}"
        );
        problems.add(project.settings.test_without_formula, claim.excerpt.place(), message);
    }
}
