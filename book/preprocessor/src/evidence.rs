//! What the tests of the formulas have seen: at how many points, how far off, and how far is allowed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::html::block_text;
use crate::problems::{Place, Problems, did_you_mean};
use crate::project::Project;

/// How the record is written.
const COMMAND: &str = "FORMULAS=record cargo test -p formulas";

/// The comparisons of one measure and one tolerance.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compared {
    measure: Measure,
    points: u64,
    error: Option<f64>,
    allowed: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Measure {
    Relative,
    Close,
    Exact,
    Bound,
}

/// What the test of a formula has seen.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    compared: Vec<Compared>,
    /// At how many points the page's own LaTeX was computed.
    #[serde(default)]
    computed: u64,
    #[serde(default)]
    because: String,
}

/// The evidence of all formulas, as the tests have recorded it.
#[derive(Debug, Default)]
pub struct Record {
    file: PathBuf,
    by_name: BTreeMap<String, Evidence>,
    /// The source, for the lines of the names.
    source: String,
}

impl Record {
    /// Reads `evidence.json` in the folder of what programs write.
    pub fn read(project: &Project, problems: &mut Problems) -> Self {
        let file = project.generated().join("evidence.json");
        let source = std::fs::read_to_string(project.root.join(&file)).unwrap_or_default();
        let by_name = match source.is_empty() {
            true => BTreeMap::new(),
            false => serde_json::from_str(&source).unwrap_or_else(|error| {
                let message = format!("not a record of evidence: {error}; `{COMMAND}` writes it");
                problems.error(Place::new(&file, error.line()), message);
                BTreeMap::new()
            }),
        };
        Self { file, by_name, source }
    }

    /// The evidence for a formula.
    pub fn of(&self, formula: &str) -> Option<&Evidence> {
        self.by_name.get(formula)
    }

    /// What to say about a formula without evidence.
    pub fn missing(&self, formula: &str) -> String {
        let file = self.file.display();
        format!("formula `{formula}` without evidence in {file}: `{COMMAND}` writes it")
    }

    /// Says which evidence has no formula of these names.
    pub fn report_idle(&self, names: &[&str], problems: &mut Problems) {
        for name in self.by_name.keys().filter(|name| !names.contains(&name.as_str())) {
            let meant = did_you_mean(name, names.iter().copied());
            let at = self.source.find(&format!("\"{name}\"")).unwrap_or(0);
            let message =
                format!("evidence for `{name}`, which is no formula{meant}; `{COMMAND}` drops it");
            problems.error(Place::at(&self.file, &self.source, at), message);
        }
    }

    /// Numbers about the whole record that a page may name, with their values.
    pub fn totals(&self, arithmetic: usize) -> Vec<(&'static str, u64)> {
        let all = || self.by_name.values();
        let compared = || all().flat_map(|evidence| &evidence.compared);
        let loose = |compared: &&Compared| compared.allowed.is_some_and(|allowed| allowed > 1e-8);
        vec![
            ("formulas", all().count() as u64),
            ("comparisons", compared().map(|compared| compared.points).sum()),
            ("computed", all().filter(|evidence| evidence.computed > 0).count() as u64),
            ("computed_points", all().map(|evidence| evidence.computed).sum()),
            ("loose", all().filter(|it| it.compared.iter().any(|c| loose(&c))).count() as u64),
            ("arithmetic", arithmetic as u64),
        ]
    }
}

impl Evidence {
    /// What most of its points say: `1,000 points, largest relative error 3·10⁻¹⁵, allowed 10⁻¹²`.
    pub fn short(&self) -> String {
        let largest = self.compared.iter().max_by_key(|compared| {
            // Numbers with a tolerance say more than exact ones, and those more than bounds.
            let rank = match compared.measure {
                Measure::Relative | Measure::Close => 2,
                Measure::Exact => 1,
                Measure::Bound => 0,
            };
            (rank, compared.points)
        });
        block_text(&largest.map(Compared::words).unwrap_or_default())
    }

    /// Whether the page's own LaTeX was computed.
    pub fn is_computed(&self) -> bool {
        self.computed > 0
    }

    /// All of it, in sentences.
    pub fn long(&self) -> String {
        let mut parts: Vec<String> = self.compared.iter().map(Compared::words).collect();
        if self.computed > 0 {
            let points = counted(self.computed, "point");
            parts.push(format!("the formula itself was computed at {points}"));
        }
        if !self.because.is_empty() {
            parts.push(format!("more than 10⁻⁸ is allowed because: {}", self.because));
        }
        block_text(&parts.join("; "))
    }
}

impl Compared {
    fn words(&self) -> String {
        let points = counted(self.points, "point");
        let measure = match self.measure {
            Measure::Relative => "relative error",
            Measure::Close => "error",
            Measure::Exact => return format!("{points}, equal to the last bit"),
            Measure::Bound if self.points == 1 => return "1 inequality".to_owned(),
            Measure::Bound => return format!("{} inequalities", grouped(self.points)),
        };
        let (error, allowed) = (self.error.unwrap_or(0.0), self.allowed.unwrap_or(0.0));
        match (error, allowed) {
            (_, 0.0) => format!("{points}, equal to the last bit"),
            (0.0, allowed) => format!("{points}, no error, allowed {}", number(allowed)),
            _ => {
                let (error, allowed) = (number(error), number(allowed));
                format!("{points}, largest {measure} {error}, allowed {allowed}")
            }
        }
    }
}

fn counted(count: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A whole number with its groups of three digits: `10,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut result = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    result
}

/// A small number as a reader writes it: `3·10⁻¹⁵`, `10⁻¹²`, `0.02`.
fn number(number: f64) -> String {
    if number >= 1e-3 {
        return number.to_string();
    }
    let text = format!("{number:e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let raised = |character: char| match character {
        '-' => '⁻',
        digit => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize - '0' as usize],
    };
    let power: String = power.chars().map(raised).collect();
    if digits == "1" { format!("10{power}") } else { format!("{digits}·10{power}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(json: &str) -> Evidence {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn numbers_are_written_as_readers_write_them() {
        assert_eq!([3e-15, 1e-12, 0.02, 4.4e-2].map(number), ["3·10⁻¹⁵", "10⁻¹²", "0.02", "0.044"]);
        assert_eq!([7, 999, 1000, 1_234_567].map(grouped), ["7", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn evidence_says_its_points_its_error_and_its_tolerance() {
        let evidence = evidence(
            r#"{"compared": [
                {"measure": "relative", "points": 1000, "error": 3e-15, "allowed": 1e-12},
                {"measure": "exact", "points": 2},
                {"measure": "bound", "points": 5000}
            ], "computed": 17}"#,
        );
        let short = "1,000 points, largest relative error 3·10⁻¹⁵, allowed 10⁻¹²";
        assert_eq!(evidence.short(), short);
        let rest = "2 points, equal to the last bit; 5,000 inequalities; the formula itself was \
             computed at 17 points";
        assert_eq!(evidence.long(), format!("{short}; {rest}"));
    }
}
