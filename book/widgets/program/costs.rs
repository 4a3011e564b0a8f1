//! Writes what the widgets cost, for the page *How these pages live*:
//!
//!     node .ci/pages/check.mjs --widgets book/build/html
//!     node .ci/pages/paint.mjs book/build/html
//!     cargo run -p book-widgets --bin costs
//!
//! Sizes are those of the committed scripts, times those that the check of the pages measured in
//! Chromium and left in `target/widgets`. Without these files the recorded times stay.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use book_figures::{Format, Measured, Values};
use book_programs::data::Set;
use book_programs::{files, print};
use book_widgets::ch05_mnist::weights::{Digits, NAME};
use book_widgets::{MODULES, data};
use ch05_mnist::evaluate;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;

mod mnist;

const TIMES: &str = "target/widgets/times.json";
const PAINTS: &str = "target/widgets/paint.json";

/// What the check of the pages measured.
#[derive(Debug, Deserialize)]
struct Times {
    /// The median for each widget, in milliseconds.
    medians: BTreeMap<String, f64>,
    /// How many processes wanted a core meanwhile, on the average of the last minutes.
    load: f64,
    cores: usize,
}

/// How soon pages with widgets show their first text, in milliseconds.
#[derive(Debug, Deserialize)]
struct Paints {
    with: f64,
    without: f64,
    /// How many loads each is the median of.
    loads: usize,
}

fn main() -> Result<()> {
    let root = book_figures::root()?;
    let mut values = Values::load_or_new(root.join("book/src/generated/widgets/values.json"))?;
    let today = files::today();
    let recorded = |measured: Measured| {
        measured.experiment(format!("cargo run -p book-widgets --bin costs ({today})"))
    };
    let kilobytes = |bytes: usize| {
        recorded(Measured::number(bytes as f64 / 1000.0, Format::Unit(0, "kB")).machine())
    };
    values.forget("module");
    for name in MODULES {
        let module = payload(&root.join(format!("book/src/widgets/{name}.js")))?;
        let mut small = GzEncoder::new(Vec::new(), Compression::best());
        small.write_all(&module)?;
        let compressed = small.finish()?.len();
        values.set(&format!("module.{name}.size"), kilobytes(module.len()))?;
        values.set(&format!("module.{name}.compressed"), kilobytes(compressed))?;
        print(format_args!("{name} has {} bytes, {compressed} compressed", module.len()))?;
    }
    let digits = payload(&root.join("book/src/widgets/digits.js"))?;
    values.set("digits.size", kilobytes(digits.len()))?;
    let training = payload(&root.join("book/src/widgets/training.js"))?;
    values.set("training.size", kilobytes(training.len()))?;
    let network = data::payload(NAME, &digits).and_then(Digits::read);
    let network = network.context("digits.js: expected a network and images")?.network;
    let test = mnist::load(Set::Test)?;
    let accuracy = evaluate(&network, &test).accuracy;
    let accuracy = Measured::number(accuracy, Format::Percent(2)).machine();
    values.set("digits.accuracy", recorded(accuracy.note("all 10,000 test images")))?;
    if root.join(TIMES).is_file() {
        let times: Times =
            serde_json::from_str(&fs::read_to_string(root.join(TIMES))?).context(TIMES)?;
        write_times(&times, &mut values, recorded)?;
    }
    if root.join(PAINTS).is_file() {
        let paints: Paints =
            serde_json::from_str(&fs::read_to_string(root.join(PAINTS))?).context(PAINTS)?;
        for (name, paint) in [("with", paints.with), ("without", paints.without)] {
            print(format_args!("first paint {name}: {paint:.0} ms"))?;
            let note = format!("median of {} loads in Chromium", paints.loads);
            let paint = Measured::number(paint, Format::Unit(0, "ms")).machine().note(&note);
            values.set(&format!("paint.{name}"), recorded(paint))?;
        }
    }
    values.save()?;
    Ok(())
}

fn write_times(
    times: &Times,
    values: &mut Values,
    recorded: impl Fn(Measured) -> Measured,
) -> Result<()> {
    let note = format!("median in Chromium, {} cores, load {:.1}", times.cores, times.load);
    values.forget("time");
    for (name, &median) in &times.medians {
        print(format_args!("{name}: {median:.1} ms"))?;
        let time = Measured::number(median, Format::Unit(1, "ms")).machine().note(&note);
        values.set(&format!("time.{}", name.replace('/', ".")), recorded(time))?;
    }
    values.set("time.cores", recorded(Measured::count(times.cores).machine()))?;
    let load = Measured::number(times.load, Format::Integer).machine();
    values.set("time.load", recorded(load))?;
    let slowest = times.medians.values().copied().fold(0.0, f64::max);
    let slowest = Measured::number(slowest, Format::Unit(0, "ms")).machine().note(&note);
    values.set("time.slowest", recorded(slowest))?;
    Ok(())
}

/// The bytes that a script hands to the page, in base64.
fn payload(script: &Path) -> Result<Vec<u8>> {
    let wrong = || format!("{}: expected a script of book/widgets/build.sh", script.display());
    let text = fs::read_to_string(script).with_context(wrong)?;
    let (_, rest) = text.split_once("\", \"").with_context(wrong)?;
    let (letters, _) = rest.split_once('"').with_context(wrong)?;
    let digit = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut bytes = Vec::new();
    for four in letters.trim_end_matches('=').as_bytes().chunks(4) {
        let digits: Option<Vec<u8>> = four.iter().map(|&letter| digit(letter)).collect();
        let word =
            digits.with_context(wrong)?.iter().fold(0_u32, |word, &d| 64 * word + u32::from(d));
        let word = word << (6 * (4 - four.len()));
        bytes.extend(&word.to_be_bytes()[1..four.len()]);
    }
    Ok(bytes)
}
