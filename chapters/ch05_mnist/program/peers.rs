//! Page *Beside other libraries*: what `peers/compare.sh` has timed, read, printed as a table and drawn.

use std::fmt;
use std::fs;
use std::num::NonZero;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use book_figures::{Axis, BarChart, Figure, Format, Measured, Output, Values};
use book_programs::records::Record;
use serde::{Deserialize, Serialize};

use crate::recorded;

/// The key of the runs to which all others are compared.
const REFERENCE: &str = "documents";

/// All runs of one program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Peer {
    /// What the values call it.
    pub key: String,
    /// What the reader calls it.
    pub name: String,
    /// How often it ran.
    pub runs: usize,
    /// Of each run; where not all of them were kept, the shortest, the median and the longest.
    pub seconds: Vec<f64>,
    /// Of each run, on the test images; or their mean.
    pub accuracies: Vec<f64>,
}

impl Peer {
    /// The median of its seconds.
    pub fn median(&self) -> f64 {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        let (below, above) = ((seconds.len() - 1) / 2, seconds.len() / 2);
        (seconds[below] + seconds[above]) / 2.0
    }

    /// Its shortest run.
    pub fn fastest(&self) -> f64 {
        self.seconds.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Its longest run.
    pub fn slowest(&self) -> f64 {
        self.seconds.iter().copied().fold(0.0, f64::max)
    }

    /// The mean of its accuracies.
    pub fn accuracy(&self) -> f64 {
        self.accuracies.iter().sum::<f64>() / self.accuracies.len() as f64
    }
}

/// The programs in the order of their first runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Comparison {
    /// The cores of the machine.
    pub cores: usize,
    /// At least the reference.
    pub peers: Vec<Peer>,
}

impl Comparison {
    /// Reads lines of the form `key|name|seconds|accuracy`, one for each run.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("{}: expected the runs of compare.sh", path.display()))?;
        let mut peers: Vec<Peer> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let (key, name, seconds, accuracy) = run(line).with_context(|| {
                let place = format!("{}:{}", path.display(), number + 1);
                format!("{place}: expected `key|name|seconds|accuracy`, found `{line}`")
            })?;
            let known = peers.iter().position(|peer| peer.key == key);
            let place = known.unwrap_or_else(|| {
                let (key, name) = (key.to_owned(), name.to_owned());
                peers.push(Peer { key, name, runs: 0, seconds: vec![], accuracies: vec![] });
                peers.len() - 1
            });
            peers[place].runs += 1;
            peers[place].seconds.push(seconds);
            peers[place].accuracies.push(accuracy);
        }
        let path = path.display();
        let reference = peers.iter().any(|peer| peer.key == REFERENCE);
        ensure!(reference, "{path}: expected a run with the key `{REFERENCE}`, found none");
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self { cores, peers })
    }

    /// How many times as long as the documents' recipe here.
    pub fn times(&self, peer: &Peer) -> f64 {
        let reference = self.peers.iter().find(|peer| peer.key == REFERENCE);
        peer.median() / reference.expect("checked when it was read").median()
    }
}

fn run(line: &str) -> Option<(&str, &str, f64, f64)> {
    let parts: Vec<&str> = line.split('|').collect();
    let &[key, name, seconds, accuracy] = parts.as_slice() else {
        return None;
    };
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0);
    Some((key, name, number(seconds)?, number(accuracy)?))
}

/// A Markdown table.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| program | runs | fit, median | shortest to longest | times as long | accuracy |"
        )?;
        write!(f, "| --- | ---: | ---: | ---: | ---: | ---: |")?;
        for peer in &self.peers {
            write!(
                f,
                "\n| {} | {} | {:.2} s | {:.2} to {:.2} s | {:.1} | {:.2} % |",
                peer.name,
                peer.runs,
                peer.median(),
                peer.fastest(),
                peer.slowest(),
                self.times(peer),
                100.0 * peer.accuracy()
            )?;
        }
        Ok(())
    }
}

/// Draws and sets what has been recorded.
pub fn draw_records(output: &Output, values: &mut Values) -> Result<()> {
    draw_peers(&recorded::record("peers")?, output, values)
}

/// Sets medians, ratios and accuracies of the record of `peers`, and draws the figure.
fn draw_peers(record: &Record<Comparison>, output: &Output, values: &mut Values) -> Result<()> {
    let (comparison, how, cores) = (&record.outcome, record.how(), record.outcome.cores);
    for peer in &comparison.peers {
        let note = format!("median of {} runs in turn, on {cores} cores", peer.runs);
        let mut set = |what: &str, measured: Measured| {
            let measured = measured.note(&note).experiment(&how);
            values.set(&format!("peers.{}.{what}", peer.key), measured)
        };
        set("seconds", Measured::number(peer.median(), Format::Seconds(1)))?;
        set("times", Measured::number(comparison.times(peer), Format::Decimals(1)))?;
        set("accuracy", Measured::number(peer.accuracy(), Format::Percent(1)))?;
    }
    output.figure("peers", &recorded::exact(peers_chart(comparison)).experiment(&how))?;
    Ok(())
}

fn peers_chart(comparison: &Comparison) -> BarChart {
    let slowest = comparison.peers.iter().max_by(|a, b| a.median().total_cmp(&b.median()));
    let slowest = slowest.expect("there is at least the reference");
    let description = format!(
        "Seconds of training for {} programs, medians of {} runs each. The longest, {}, is {:.1} \
         times as long as the documents' recipe in this chapter's program.",
        comparison.peers.len(),
        slowest.runs,
        slowest.name,
        comparison.times(slowest)
    );
    let title = "The same five epochs in other libraries";
    let mut chart = BarChart::new(title, description, Axis::new("training, seconds"))
        .horizontal()
        .print(Format::Decimals(1));
    for peer in &comparison.peers {
        let spread = (peer.fastest(), peer.slowest());
        chart = chart.bar_with_spread(&peer.name, peer.median(), spread);
    }
    chart
}
