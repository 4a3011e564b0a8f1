//! Tables that are marked as arithmetic, and what is said about their columns.
//!
//! `<!-- arithmetic -->` above a table has its cells computed, as in `½ · 4 − 1 = 1`. What follows a
//! colon are rules about the columns `a`, `b`, `c`, …, in LaTeX, with semicolons between them:
//! `<!-- arithmetic: d = b c; c \approx 0.9 c' -->`. `c'` is the cell above.

use book_latex::{Formula, Names, Relation};

use crate::sentences::as_latex;

/// How the comment above a marked table begins.
const OPENING: &str = "<!-- arithmetic";

/// A marked table.
pub struct Table {
    /// The line of the mark.
    pub line: usize,
    /// What is said about its columns.
    pub rules: Vec<String>,
    /// Its rows without their heads: lines and cells.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// The marked tables of a page.
pub fn marked(source: &str) -> Vec<Table> {
    let lines: Vec<&str> = source.lines().collect();
    let mut tables = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(mark) = line.trim_start_matches([' ', '>']).strip_prefix(OPENING) else {
            continue;
        };
        let Some(rules) = mark.trim_end().strip_suffix("-->") else { continue };
        let rules = rules.trim().trim_start_matches(':').split(';');
        let rules = rules.map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty());
        let below = lines.iter().enumerate().skip(index + 1);
        let rows = below
            .skip_while(|(_, line)| line.trim_matches([' ', '>']).is_empty())
            .take_while(|(_, line)| line.trim_start_matches([' ', '>']).starts_with('|'))
            .skip(2)
            .map(|(index, line)| (index + 1, cells(line)));
        tables.push(Table { line: index + 1, rules: rules.collect(), rows: rows.collect() });
    }
    tables
}

/// The cells of a row, without marks of emphasis.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim_matches([' ', '>']);
    let row = row.strip_prefix('|').unwrap_or(row);
    let row = row.strip_suffix('|').unwrap_or(row);
    row.split('|').map(|cell| cell.replace('*', "").trim().to_owned()).collect()
}

impl Table {
    /// What a rule says of each row to which it applies: its line, and an equality in LaTeX.
    pub fn applied(&self, rule: &str) -> Result<Vec<(usize, String)>, String> {
        let refused = |error| format!("rule `{rule}`: {error}");
        let formula = Formula::parse(rule).map_err(refused)?;
        let [statement] = formula.statements() else {
            return Err(format!("rule `{rule}`: expected one equality"));
        };
        let relation = match statement.relations() {
            [Relation::Equal] => "=",
            [Relation::About] => r"\approx",
            _ => return Err(format!(r"rule `{rule}`: expected one = or \approx")),
        };
        let target = rule.chars().next().and_then(column);
        let target = target.ok_or(format!("rule `{rule}`: expected a column before the sign"))?;
        let (mut found, mut above): (_, &[String]) = (Vec::new(), &[]);
        let mut missing: Option<String> = None;
        for (line, cells) in &self.rows {
            let mut names = Names::new();
            for (cells, mark) in [(&cells[..], ""), (above, "'")] {
                for (index, value) in cells.iter().map(|cell| value(cell)).enumerate() {
                    if let Some(value) = value {
                        names
                            .number(&format!("{}{mark}", letter(index)), value)
                            .map_err(refused)?;
                    }
                }
            }
            above = cells;
            let Some(cell) = cells.get(target).filter(|cell| value(cell).is_some()) else {
                continue;
            };
            match statement.value(1, &names) {
                Ok(value) => found.push((*line, format!("{value} {relation} {}", printed(cell)))),
                // A column that is empty here, or words.
                Err(refusal) if refusal.message.starts_with("unknown letter") => {
                    missing.get_or_insert(refusal.message);
                }
                Err(refusal) => return Err(refused(refusal)),
            }
        }
        let missing = missing.unwrap_or("no row has all of its columns as numbers".to_owned());
        if found.is_empty() { Err(format!("rule `{rule}`: {missing}")) } else { Ok(found) }
    }
}

/// The index of the column that a letter names.
fn column(letter: char) -> Option<usize> {
    letter.is_ascii_lowercase().then(|| letter as usize - 'a' as usize)
}

fn letter(column: usize) -> char {
    char::from(b'a' + u8::try_from(column).unwrap_or(25).min(25))
}

/// The last member of a cell, as LaTeX.
fn printed(cell: &str) -> String {
    as_latex(cell.rsplit(['=', '≈']).next().unwrap_or(cell).trim())
}

/// The number of a cell.
fn value(cell: &str) -> Option<f64> {
    let formula = Formula::parse(&printed(cell)).ok()?;
    match formula.statements() {
        [statement] if statement.members() == 1 => statement.value(0, &Names::new()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
<!-- arithmetic: c = a b; b = 2 b' -->

| how much | times | product |
| --- | ---: | ---: |
| 1 | ½ | **0.5** |
| 3 | 0.5 + 0.5 = 1 | 3 |
| words | | 4 |
";

    #[test]
    fn rules_apply_to_the_rows_that_have_their_columns() {
        let table = &marked(PAGE)[0];
        assert_eq!((table.line, table.rows.len()), (1, 3));
        let applied = |rule: &str| table.applied(rule);
        assert_eq!(applied("c = a b"), Ok(vec![(5, "0.5 = 0.5".into()), (6, "3 = 3".into())]));
        assert_eq!(applied(r"b \approx 2 b'"), Ok(vec![(6, r"1 \approx 1".into())]));
    }

    #[test]
    fn a_rule_that_says_nothing_is_refused() {
        let table = &marked(PAGE)[0];
        for (rule, message) in [
            ("c = b d", "rule `c = b d`: unknown letter `d`"),
            ("c a", "rule `c a`: expected one = or \\approx"),
            (r"c = \foo", r"rule `c = \foo`: `\foo` is not understood, at byte 4"),
            (r"\alpha = a", r"rule `\alpha = a`: expected a column before the sign"),
            ("f = a", "rule `f = a`: no row has all of its columns as numbers"),
        ] {
            assert_eq!(table.applied(rule).unwrap_err(), message);
        }
    }
}
