//! The arithmetic of the pages: every equality of plain numbers is computed.

use book_latex::Names;

use crate::marks::Kind;
use crate::pages::Page;
use crate::problems::{Place, Problems, line_at};
use crate::sentences::{self, as_latex};
use crate::tables;

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

    /// Computes the cells of tables that are marked, and the rules about their columns.
    fn check_tables(&mut self, page: &Page) {
        for table in tables::marked(&page.source) {
            let place = Place::new(&page.file, table.line);
            if table.rows.is_empty() {
                let message = "a mark of arithmetic without a table: expected one below it";
                self.problems.error(place, message);
                continue;
            }
            let mut found = 0;
            for (line, cell) in
                table.rows.iter().flat_map(|(line, cells)| cells.iter().map(|c| (*line, c)))
            {
                if cell.contains(['=', '≈']) {
                    found += self.check(page, &as_latex(cell), line);
                }
            }
            for rule in &table.rules {
                match table.applied(rule) {
                    Ok(applied) => {
                        for (line, latex) in applied {
                            found += self.check(page, &latex, line);
                        }
                    }
                    Err(message) => self.problems.error(place.clone(), message),
                }
            }
            if found == 0 && table.rules.is_empty() {
                let message = "a mark of arithmetic above a table without any: expected cells such \
                     as `2 · 3 = 6`, or rules such as <!-- arithmetic: c = a b -->";
                self.problems.error(place, message);
            }
        }
    }
}

/// LaTeX on one line, for a message.
fn one_line(latex: &str) -> String {
    latex.split_whitespace().collect::<Vec<_>>().join(" ")
}
