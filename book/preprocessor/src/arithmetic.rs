//! The arithmetic of the pages: every equality of plain numbers is computed.

use std::ops::Range;

use crate::marks::Kind;
use crate::pages::Page;
use crate::problems::{Place, Problems, line_at};

/// The comment before a table whose cells are arithmetic, as in `½ · 4 − 1 = 1`.
pub const MARK: &str = "<!-- arithmetic -->";

/// Computes the arithmetic of all pages, says what is wrong, and how many equalities there were.
pub fn check(pages: &[Page], problems: &mut Problems) -> usize {
    let mut checker = Checker { problems, count: 0 };
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
    }
    checker.count
}

struct Checker<'a> {
    problems: &'a mut Problems,
    count: usize,
}

impl Checker<'_> {
    /// Computes what a piece of LaTeX says; gives how many equalities it has.
    fn check(&mut self, page: &Page, latex: &str, line: usize) -> usize {
        let found = book_latex::arithmetic(latex).unwrap_or_default();
        self.count += found.len();
        for it in found.iter().filter(|it| !it.holds) {
            let line = line + line_at(latex, it.offset) - 1;
            let place = Place::new(&page.file, line);
            self.problems.error(place, format!("wrong arithmetic in `{}`: {it}", one_line(latex)));
        }
        found.len()
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

/// The arithmetic of a cell as LaTeX: math stays, signs of Unicode become commands.
fn as_latex(cell: &str) -> String {
    let mut result = String::new();
    let mut rest = cell;
    while let Some(range) = math(rest) {
        result.push_str(&plain(&rest[..range.start]));
        result.push_str(&rest[range.start + 2..range.end - 2]);
        rest = &rest[range.end..];
    }
    result + &plain(rest)
}

/// Where the first math in a sentence stands, with its signs.
fn math(text: &str) -> Option<Range<usize>> {
    let start = text.find("$`")?;
    let end = text[start + 2..].find("`$")?;
    Some(start..start + 2 + end + 2)
}

fn plain(text: &str) -> String {
    let mut result = String::new();
    for character in text.chars() {
        match character {
            '½' => result.push_str(r"\tfrac12 "),
            '¼' => result.push_str(r"\tfrac14 "),
            '¾' => result.push_str(r"\tfrac34 "),
            '⅓' => result.push_str(r"\tfrac13 "),
            '−' => result.push('-'),
            '·' => result.push_str(r" \cdot "),
            '×' => result.push_str(r" \times "),
            '≈' => result.push_str(r" \approx "),
            '²' => result.push_str("^2 "),
            '³' => result.push_str("^3 "),
            other => result.push(other),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_latex() {
        assert_eq!(as_latex(" ½ · 4 − 1 = $`x^2`$ "), r" \tfrac12   \cdot  4 - 1 = x^2 ");
        let found = book_latex::arithmetic(&as_latex("½ · 4 − 1² = 1")).unwrap();
        assert!(found.len() == 1 && found[0].holds);
    }
}
