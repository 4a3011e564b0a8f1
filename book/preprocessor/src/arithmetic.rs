//! The arithmetic of the pages: every equality of plain numbers is computed.

use book_latex::Names;

use crate::marks::Kind;
use crate::pages::Page;
use crate::problems::{Place, Problems, line_at};
use crate::sentences::{self, as_latex};

/// The comment before a table whose cells are arithmetic, as in `½ · 4 − 1 = 1`.
pub const MARK: &str = "<!-- arithmetic -->";

/// Computes the arithmetic of all pages, says what is wrong, and how many equalities there were.
pub fn check(pages: &[Page], problems: &mut Problems) -> usize {
    let mut checker = Checker { problems, functions: functions(), count: 0 };
    for page in pages {
        for mark in &page.marks {
            match &mark.kind {
                Kind::Math(math) => {
                    let line = page.place(mark.range.start).line;
                    checker.check(page, &math.latex, line);
                }
                Kind::Formula(block) => {
                    let line = line_at(&page.source, block.body);
                    checker.check(page, &block.latex, line);
                }
                _ => {}
            }
        }
        checker.check_tables(page);
        checker.check_sentences(page);
    }
    checker.count
}

/// The functions of the book that stand before a number, as in `\sigma(2)`.
fn functions() -> Names<'static> {
    let mut names = Names::new();
    let sigmoid = |z: &[f64]| 1.0 / (1.0 + (-z[0]).exp());
    let given = [
        names.function(r"\sigma", sigmoid),
        names.function(r"\operatorname{relu}", |z| z[0].max(0.0)),
        names.function(r"\operatorname{softplus}", |z| z[0].exp().ln_1p()),
    ];
    debug_assert!(given.iter().all(Result::is_ok));
    names
}

struct Checker<'a> {
    problems: &'a mut Problems,
    functions: Names<'static>,
    count: usize,
}

impl Checker<'_> {
    /// Computes what a piece of LaTeX says; gives how many equalities it has.
    fn check(&mut self, page: &Page, latex: &str, line: usize) -> usize {
        let found = book_latex::arithmetic(latex, &self.functions).unwrap_or_default();
        self.count += found.len();
        for it in found.iter().filter(|it| !it.holds) {
            let line = line + line_at(latex, it.offset) - 1;
            let place = Place::new(&page.file, line);
            self.problems.error(place, format!("wrong arithmetic in `{}`: {it}", one_line(latex)));
        }
        found.len()
    }

    /// Computes what sentences say in plain signs: `784 · 10 + 10 = 7,850`.
    fn check_sentences(&mut self, page: &Page) {
        for (start, latex) in sentences::arithmetic(&page.source) {
            self.check(page, &latex, page.place(start).line);
        }
    }

    /// Computes the cells of tables that are marked.
    fn check_tables(&mut self, page: &Page) {
        for (at, _) in page.source.match_indices(MARK) {
            let first = line_at(&page.source, at);
            let lines = page.source.lines().enumerate().skip(first);
            let mut lines = lines.skip_while(|(_, line)| line.trim().is_empty()).peekable();
            let is_row = |line: &str| line.trim_start().starts_with('|');
            if !lines.peek().is_some_and(|(_, line)| is_row(line)) {
                let message = format!("`{MARK}` without a table: expected one below it");
                self.problems.error(Place::new(&page.file, first), message);
                continue;
            }
            let mut found = 0;
            for (index, row) in lines.take_while(|(_, line)| is_row(line)) {
                for cell in row.split('|').filter(|cell| cell.contains(['=', '≈'])) {
                    found += self.check(page, &as_latex(cell), index + 1);
                }
            }
            if found == 0 {
                let message = format!(
                    "`{MARK}` before a table without arithmetic: expected cells such as \
                     `2 · 3 = 6`"
                );
                self.problems.error(Place::new(&page.file, first), message);
            }
        }
    }
}

/// LaTeX on one line, for a message.
fn one_line(latex: &str) -> String {
    latex.split_whitespace().collect::<Vec<_>>().join(" ")
}
