//! The same job by Captum: what `peers/compare.sh` has timed, read, printed as a table, and recorded.

use std::fmt;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use book_figures::{Format, Measured, Values};
use book_programs::arguments::PeersArguments;
use book_programs::print;
use book_programs::records::{self, Record};
use serde::{Deserialize, Serialize};

use crate::arguments::Arguments;

/// All runs of one contender.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Peer {
    /// What the values call it.
    pub key: String,
    /// What the reader calls it.
    pub name: String,
    /// Of each run.
    pub seconds: Vec<f64>,
    /// How many processes wanted a core after each run, on the average of a minute.
    pub loads: Vec<f64>,
}

impl Peer {
    fn median(&self) -> f64 {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        let (below, above) = ((seconds.len() - 1) / 2, seconds.len() / 2);
        (seconds[below] + seconds[above]) / 2.0
    }
}

/// The contenders in the order of their first runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Comparison {
    /// The cores of the machine.
    pub cores: usize,
    pub peers: Vec<Peer>,
}

impl Comparison {
    /// Reads lines of the form `key|name|seconds|load`, one for each run.
    fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("{}: expected the runs of compare.sh", path.display()))?;
        let mut peers: Vec<Peer> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let place = || {
                let place = format!("{}:{}", path.display(), number + 1);
                format!("{place}: expected `key|name|seconds|load`, found `{line}`")
            };
            let (key, name, seconds, load) = run(line).with_context(place)?;
            let known = peers.iter().position(|peer| peer.key == key);
            let known = known.unwrap_or_else(|| {
                let (key, name) = (key.to_owned(), name.to_owned());
                peers.push(Peer { key, name, seconds: Vec::new(), loads: Vec::new() });
                peers.len() - 1
            });
            peers[known].seconds.push(seconds);
            peers[known].loads.push(load);
        }
        ensure!(!peers.is_empty(), "{}: expected runs, found none", path.display());
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self { cores, peers })
    }

    /// The highest load after a run.
    fn load(&self) -> f64 {
        self.peers.iter().flat_map(|peer| &peer.loads).copied().fold(0.0, f64::max)
    }

    /// How many times as long as the sum by slopes with as many threads, where there is one.
    fn times(&self, peer: &Peer) -> Option<f64> {
        let threads = peer.key.rsplit_once('_')?.1;
        let key = format!("by_slopes_{threads}");
        let ours = self.peers.iter().find(|peer| peer.key == key)?;
        Some(peer.median() / ours.median())
    }
}

fn run(line: &str) -> Option<(&str, &str, f64, f64)> {
    let parts: Vec<&str> = line.split('|').collect();
    let &[key, name, seconds, load] = parts.as_slice() else {
        return None;
    };
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    Some((key, name, number(seconds).filter(|seconds| *seconds > 0.0)?, number(load)?))
}

/// A Markdown table.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| contender | runs | median | shortest to longest | times as long |")?;
        write!(f, "| --- | ---: | ---: | ---: | ---: |")?;
        for peer in &self.peers {
            let ends = [f64::min, f64::max].map(|end| peer.seconds.iter().copied().reduce(end));
            let [shortest, longest] = ends.map(Option::unwrap_or_default);
            let times = self.times(peer).map_or_else(String::new, |times| format!("{times:.1}"));
            write!(
                f,
                "\n| {} | {} | {:.3} s | {shortest:.3} to {longest:.3} s | {times} |",
                peer.name,
                peer.seconds.len(),
                peer.median(),
            )?;
        }
        write!(f, "\n\nload: {:.1} at most, {} cores", self.load(), self.cores)
    }
}

fn file() -> Result<PathBuf> {
    Ok(book_figures::root()?.join("chapters/ch07_inside/results/captum.json"))
}

/// What was recorded.
pub fn recorded() -> Result<Record<Comparison>> {
    records::read::<Arguments, _>(&file()?)
}

/// The command `peers`.
pub fn compare(arguments: &PeersArguments) -> Result<()> {
    let comparison = Comparison::read(&arguments.runs)?;
    print(&comparison)?;
    if arguments.record {
        Record::today("chapters/ch07_inside/peers/compare.sh --record", comparison)?
            .write(&file()?)?;
    }
    Ok(())
}

/// Sets medians and ratios.
pub fn set(values: &mut Values) -> Result<()> {
    let record = recorded()?;
    let (comparison, how) = (&record.outcome, record.how());
    for peer in &comparison.peers {
        let (runs, load, cores) = (peer.seconds.len(), comparison.load(), comparison.cores);
        let note = format!("median of {runs} runs in turn, {cores} cores, load at most {load:.1}");
        let seconds = Measured::number(peer.median(), Format::Seconds(3)).machine();
        let name = format!("paths.captum.{}", peer.key);
        values.set(&format!("{name}.seconds"), seconds.note(&note).experiment(&how))?;
        if let Some(times) = comparison.times(peer) {
            let times = Measured::number(times, Format::Decimals(1)).machine();
            values.set(&format!("{name}.times"), times.note(&note).experiment(&how))?;
        }
    }
    Ok(())
}
