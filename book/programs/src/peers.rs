//! One job in several libraries: what a chapter's `peers/compare.sh` has timed, read, printed as a table
//! and drawn.

use std::fs;
use std::num::NonZero;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use book_figures::{Axis, BarChart, Format, Measured, Values};
use serde::{Deserialize, Serialize};

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
    /// Reads lines of the form `key|name|seconds|accuracy`, one for each run; `reference` is the key of
    /// those to which all others are compared.
    ///
    /// # Errors
    /// If the file cannot be read, a line has another form, or no run is the reference's.
    pub fn read(path: &Path, reference: &str) -> Result<Self> {
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
        let known = peers.iter().any(|peer| peer.key == reference);
        ensure!(known, "{path}: expected a run with the key `{reference}`, found none");
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self { cores, peers })
    }

    /// How many times as long as the reference.
    pub fn times(&self, peer: &Peer, reference: &str) -> f64 {
        let reference = self.peers.iter().find(|peer| peer.key == reference);
        peer.median() / reference.expect("checked when it was read").median()
    }

    /// A Markdown table.
    pub fn table(&self, reference: &str) -> String {
        let mut lines = vec![
            "| program | runs | fit, median | shortest to longest | times as long | accuracy |"
                .to_owned(),
            "| --- | ---: | ---: | ---: | ---: | ---: |".to_owned(),
        ];
        lines.extend(self.peers.iter().map(|peer| {
            format!(
                "| {} | {} | {:.2} s | {:.2} to {:.2} s | {:.1} | {:.2} % |",
                peer.name,
                peer.runs,
                peer.median(),
                peer.fastest(),
                peer.slowest(),
                self.times(peer, reference),
                100.0 * peer.accuracy()
            )
        }));
        lines.join("\n")
    }

    /// Sets `peers.KEY.seconds`, `.times` and `.accuracy`: medians, their ratios to the reference, means.
    ///
    /// # Errors
    /// If a value has that name already.
    pub fn set(&self, reference: &str, how: &str, values: &mut Values) -> Result<()> {
        for peer in &self.peers {
            let note = format!("median of {} runs in turn, on {} cores", peer.runs, self.cores);
            let mut set = |what: &str, measured: Measured| {
                let measured = measured.note(&note).experiment(how);
                values.set(&format!("peers.{}.{what}", peer.key), measured)
            };
            set("seconds", Measured::number(peer.median(), Format::Seconds(2)))?;
            let times = self.times(peer, reference);
            set("times", Measured::number(times, Format::Decimals(1)))?;
            set("accuracy", Measured::number(peer.accuracy(), Format::Percent(1)))?;
        }
        Ok(())
    }

    /// A bar for each program.
    pub fn chart(&self, title: &str, reference: &str) -> BarChart {
        let slowest = self.peers.iter().max_by(|a, b| a.median().total_cmp(&b.median()));
        let slowest = slowest.expect("there is at least the reference");
        let description = format!(
            "Seconds of training for {} programs, medians of their runs. The longest, {}, is {:.1} times as \
             long as this chapter's program.",
            self.peers.len(),
            slowest.name,
            self.times(slowest, reference)
        );
        let mut chart = BarChart::new(title, description, Axis::new("training, seconds"))
            .horizontal()
            .print(Format::Decimals(1));
        for peer in &self.peers {
            chart =
                chart.bar_with_spread(&peer.name, peer.median(), (peer.fastest(), peer.slowest()));
        }
        chart
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
