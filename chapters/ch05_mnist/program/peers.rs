//! The same job in other libraries: what `peers/compare.sh` has timed, read and printed as a table.

use std::fmt;
use std::fs;
use std::num::NonZero;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

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
