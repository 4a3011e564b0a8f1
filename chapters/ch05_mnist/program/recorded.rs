//! What long experiments have recorded, in the folder `results`.

use std::path::PathBuf;

use anyhow::Result;
use book_figures::Figure;
use book_programs::records::{self, Record};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::arguments::Arguments;

/// The file in which an experiment keeps what it has measured.
fn record_file(name: &str) -> Result<PathBuf> {
    let folder = book_figures::root()?.join("chapters/ch05_mnist/results");
    Ok(folder.join(name).with_extension("json"))
}

/// What an experiment has recorded.
pub fn record<T: Serialize + DeserializeOwned>(name: &str) -> Result<Record<T>> {
    records::read::<Arguments, T>(&record_file(name)?)
}

/// Records an experiment, with the options that were given besides `--record`.
pub fn write_record(name: &str, options: &str, outcome: &impl Serialize) -> Result<()> {
    let command = format!("cargo run -p ch05_mnist -- {name} {options}--record");
    Record::today(command, outcome)?.write(&record_file(name)?)
}

/// Records what a script has measured.
pub fn write_peers(outcome: &impl Serialize) -> Result<()> {
    let command = "chapters/ch05_mnist/peers/compare.sh --record";
    Record::today(command, outcome)?.write(&record_file("peers")?)
}

/// A figure that is made from a record: every machine draws the same.
pub fn exact(figure: impl Figure) -> impl Figure {
    figure.tolerance(0.1)
}
