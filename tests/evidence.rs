//! What the test of a formula has seen, and the committed record of it.
//!
//! A formula test begins with `let _formula = formula!();`. Until that value is dropped, each
//! comparison on this thread is counted, with the error that it found and the tolerance that it
//! allowed. At the end the test fails if nothing was compared, if a tolerance is above [`CEILING`]
//! and the test does not say why, or if the evidence is not the one that is committed in
//! `book/src/generated/evidence.json`: what the ✓ of the page says to the reader.
//!
//! `FORMULAS=record cargo test -p formulas` writes that file. An entry that still holds stays as it
//! is, so that another processor's last bits change nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// A tolerance above this one needs a reason: [`Guard::allowing`].
pub const CEILING: f64 = 1e-8;

/// An error may be this many times the recorded one, on a processor or with a library of
/// functions that rounds otherwise; and [`ROUNDING`] more.
pub const FACTOR: f64 = 10.0;

/// The error of a few roundings of numbers near 1.
pub const ROUNDING: f64 = 1e-15;

/// More tolerances of one measure than these are recorded as one: the largest.
const LISTED: usize = 3;

/// In which measure an error is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// |left − right| / max(|left|, |right|).
    Relative,
    /// |left − right| / max(1, |left|, |right|).
    Close,
    /// No error is allowed.
    Exact,
    /// An inequality, which has no error.
    Bound,
}

/// The comparisons of one measure and one tolerance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compared {
    /// In which measure.
    pub measure: Measure,
    /// How many.
    pub points: u64,
    /// The largest error found, rounded up to one digit in the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<f64>,
    /// The tolerance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<f64>,
}

/// What a test has seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Its comparisons, sorted by measure and tolerance.
    pub compared: Vec<Compared>,
    /// At how many points the page's own LaTeX was computed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub computed: u64,
    /// Why a tolerance is above [`CEILING`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The evidence of all formulas, by their names.
pub type Record = BTreeMap<String, Evidence>;

thread_local! {
    /// What the test on this thread has seen so far, with the name of its formula.
    static SEEN: RefCell<Option<(String, Evidence)>> = const { RefCell::new(None) };
}

/// Begins the evidence of the formula whose test this stands in: `let _formula = formula!();`.
#[macro_export]
macro_rules! formula {
    () => {{
        fn here() {}
        $crate::evidence::Guard::new($crate::evidence::path_of(here))
    }};
}

/// `assert_eq!` that counts as a comparison in which no error is allowed.
#[macro_export]
macro_rules! assert_exact {
    ($($argument:tt)*) => {{
        assert_eq!($($argument)*);
        $crate::evidence::note($crate::evidence::Measure::Exact, None, None);
    }};
}

/// `assert!` that counts as an inequality.
#[macro_export]
macro_rules! assert_bound {
    ($($argument:tt)*) => {{
        assert!($($argument)*);
        $crate::evidence::note($crate::evidence::Measure::Bound, None, None);
    }};
}

/// The path of a function.
pub fn path_of<F>(_: F) -> &'static str {
    std::any::type_name::<F>()
}

/// Counts a comparison that has passed, if a formula's test is under way on this thread.
pub fn note(measure: Measure, error: Option<f64>, allowed: Option<f64>) {
    SEEN.with_borrow_mut(|seen| {
        let Some((_, evidence)) = seen else { return };
        let same = |old: &&mut Compared| old.measure == measure && old.allowed == allowed;
        match evidence.compared.iter_mut().find(same) {
            Some(old) => {
                old.points += 1;
                old.error = old.error.max_with(error);
            }
            None => evidence.compared.push(Compared { measure, points: 1, error, allowed }),
        }
    });
}

/// Counts a point at which the page's own formula of this name was computed.
pub fn note_computed(formula: &str) {
    SEEN.with_borrow_mut(|seen| match seen {
        Some((name, evidence)) if name == formula => evidence.computed += 1,
        _ => {}
    });
}

trait MaxWith {
    fn max_with(self, other: Self) -> Self;
}

impl MaxWith for Option<f64> {
    fn max_with(self, other: Self) -> Self {
        match (self, other) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        }
    }
}

/// Holds what a test sees until the test ends, and judges it then.
#[must_use = "bind it to `_formula`: what is compared after it is dropped does not count"]
pub struct Guard {
    allowing: Option<(f64, &'static str)>,
    record: Where,
}

/// What happens to the evidence.
enum Where {
    /// It is compared with what is committed, or recorded where `FORMULAS=record`.
    Committed,
    /// It is compared with this record, for tests of the tests.
    Given(Record),
}

impl Guard {
    /// Begins the evidence of the test at this path, `ch01_neuron::neuron::step::here`.
    pub fn new(path: &str) -> Self {
        let is_name = |part: &&str| *part != "here" && !part.starts_with('{');
        let function = path.rsplit("::").find(is_name).unwrap_or(path);
        let begun = SEEN.replace(Some((function.replace('_', "-"), Evidence::default())));
        assert!(begun.is_none(), "{function}: expected one formula!() in a test");
        Self { allowing: None, record: Where::Committed }
    }

    /// Allows tolerances up to this one, for a reason.
    pub fn allowing(mut self, tolerance: f64, because: &'static str) -> Self {
        self.allowing = Some((tolerance, because));
        self
    }

    /// Compares with this record in place of the committed one.
    pub fn against(mut self, record: Record) -> Self {
        self.record = Where::Given(record);
        self
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some((name, seen)) = SEEN.take() else { return };
        if std::thread::panicking() {
            return;
        }
        let evidence = seen.tidied(self.allowing.map(|(_, because)| because));
        if let Err(message) = evidence.judged(self.allowing) {
            panic!("{name}: {message}");
        }
        let verdict = match &self.record {
            Where::Given(record) => evidence.agrees(record.get(&name)),
            Where::Committed if is_recording() => {
                write(&name, &evidence);
                Ok(())
            }
            Where::Committed => evidence.agrees(committed().get(&name)),
        };
        if let Err(message) = verdict {
            panic!("{name}: {message} ({ADVICE})");
        }
    }
}

const ADVICE: &str =
    "if that is meant, `FORMULAS=record cargo test -p formulas` writes it to evidence.json";

impl Evidence {
    /// Sorted, with few tolerances of one measure, and errors of one digit.
    fn tidied(mut self, because: Option<&str>) -> Self {
        for measure in [Measure::Relative, Measure::Close] {
            let of_measure = |compared: &Compared| compared.measure == measure;
            if self.compared.iter().filter(|compared| of_measure(compared)).count() > LISTED {
                let mut whole = Compared { measure, points: 0, error: None, allowed: None };
                for part in self.compared.extract_if(.., |compared| of_measure(compared)) {
                    whole.points += part.points;
                    whole.error = whole.error.max_with(part.error);
                    whole.allowed = whole.allowed.max_with(part.allowed);
                }
                self.compared.push(whole);
            }
        }
        for compared in &mut self.compared {
            compared.error = compared.error.map(rounded_up);
            // 2.0000000000000003e-12 is 2e-12, times 1 on another machine.
            compared.allowed = compared.allowed.map(|allowed| short(allowed, 2));
        }
        self.compared.sort_by(|one, other| {
            let tolerance = |compared: &Compared| compared.allowed.unwrap_or(0.0);
            one.measure.cmp(&other.measure).then(tolerance(one).total_cmp(&tolerance(other)))
        });
        self.because = because.unwrap_or_default().to_owned();
        self
    }

    /// What is wrong with the evidence itself.
    fn judged(&self, allowing: Option<(f64, &str)>) -> Result<(), String> {
        if self.compared.is_empty() {
            return Err("expected at least one comparison, found none".to_owned());
        }
        let largest = self.compared.iter().filter_map(|it| it.allowed).fold(0.0, f64::max);
        match allowing {
            None if largest > CEILING => Err(format!(
                "a tolerance of {largest:e} is above {CEILING:e}: expected a reason, \
                 `formula!().allowing({largest:e}, \"…\")`"
            )),
            Some((allowed, because)) if because.split_whitespace().count() < 3 => {
                Err(format!("allowing {allowed:e}: expected a reason, found `{because}`"))
            }
            Some((allowed, _)) if short(allowed, 2) != largest || largest <= CEILING => {
                Err(format!("allowing {allowed:e}, but the largest tolerance is {largest:e}"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the evidence is the recorded one, up to the last bits of another processor.
    fn agrees(&self, recorded: Option<&Self>) -> Result<(), String> {
        let recorded = recorded.ok_or("no evidence is recorded")?;
        let (found, old) = (&self.compared, &recorded.compared);
        let kind = |it: &Compared| (it.measure, it.points, it.allowed);
        if !found.iter().map(kind).eq(old.iter().map(kind)) {
            return Err(format!("found {self}, recorded is {recorded}"));
        }
        for (found, old) in found.iter().zip(old) {
            let (Some(error), Some(before)) = (found.error, old.error) else { continue };
            if error > FACTOR * before + ROUNDING {
                return Err(format!("an error of {error:e}, recorded is {before:e}"));
            }
            let many = found.points >= 100 && error == 0.0 && before >= 1e-16;
            if many || before > ROUNDING && error < before / 1000.0 {
                return Err(format!(
                    "an error of only {error:e}, recorded is {before:e}: are both sides still \
                     computed in two ways?"
                ));
            }
        }
        if (self.computed, &self.because) != (recorded.computed, &recorded.because) {
            return Err(format!("found {self}, recorded is {recorded}"));
        }
        Ok(())
    }
}

impl Display for Evidence {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for Compared { measure, points, allowed, .. } in &self.compared {
            write!(formatter, "{separator}{points} {measure:?}")?;
            if let Some(allowed) = allowed {
                write!(formatter, " within {allowed:e}")?;
            }
            separator = ", ";
        }
        write!(formatter, ", {} computed from the page", self.computed)?;
        if !self.because.is_empty() {
            write!(formatter, ", because {}", self.because)?;
        }
        Ok(())
    }
}

/// A number with so many digits.
fn short(number: f64, digits: usize) -> f64 {
    format!("{number:.*e}", digits - 1).parse().expect("a number that was formatted")
}

/// A number, up to one digit.
fn rounded_up(number: f64) -> f64 {
    let rounded = short(number, 1);
    if rounded >= number {
        return rounded;
    }
    let text = format!("{rounded:e}");
    let (digit, power) = text.split_once('e').expect("an exponent");
    let digit: u8 = digit.parse().expect("one digit");
    format!("{}e{power}", digit + 1).parse().expect("a number")
}

fn is_recording() -> bool {
    std::env::var("FORMULAS").is_ok_and(|word| word == "record")
}

/// The folder of `book.toml`, above the one in which the tests run.
pub fn root() -> PathBuf {
    let here = std::env::current_dir().expect("a current folder");
    let above = here.ancestors().find(|folder| folder.join("book.toml").is_file());
    above.expect("book.toml in a folder above").to_owned()
}

fn file() -> PathBuf {
    root().join("book/src/generated/evidence.json")
}

/// The record that is committed.
fn committed() -> &'static Record {
    static COMMITTED: OnceLock<Record> = OnceLock::new();
    COMMITTED.get_or_init(|| match std::fs::read_to_string(file()) {
        Ok(text) => parsed(&text, &file()),
        Err(_) => Record::new(),
    })
}

fn parsed(text: &str, file: &Path) -> Record {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Puts the evidence of a formula into the record, and takes out what no page has any more.
fn write(name: &str, evidence: &Evidence) {
    let path = file();
    let options =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = options.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    file.lock().expect("no one else writes the record"); // the tests run side by side
    let mut text = String::new();
    file.read_to_string(&mut text).expect("a text");
    let mut record = if text.is_empty() { Record::new() } else { parsed(&text, &path) };
    if evidence.agrees(record.get(name)).is_err() {
        record.insert(name.to_owned(), evidence.clone());
    }
    record.retain(|name, _| crate::page::is_formula(name));
    replace(&mut file, &printed(&record));
}

fn replace(file: &mut File, text: &str) {
    file.set_len(0).and_then(|()| file.rewind()).expect("an empty file");
    file.write_all(text.as_bytes()).expect("to write the record");
}

/// The record with a line for each formula.
fn printed(record: &Record) -> String {
    let line = |(name, evidence): (&String, &Evidence)| {
        let evidence = serde_json::to_string(evidence).expect("JSON");
        format!("  {name:?}: {evidence}")
    };
    let lines: Vec<String> = record.iter().map(line).collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}
