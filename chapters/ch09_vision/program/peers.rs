//! The same epoch in other libraries, as `peers/compare.sh` has timed it.

use anyhow::Result;
use book_figures::{BarChart, Values};
use book_programs::arguments::PeersArguments;
use book_programs::peers::Comparison;
use book_programs::print;
use book_programs::records::Record;

use crate::journal;

/// The key of the runs to which all others are compared.
const REFERENCE: &str = "blocks";

/// What `--record` has written.
pub fn recorded() -> Result<Record<Comparison>> {
    journal::recorded("peers")
}

/// Prints what the script has timed, and records it.
pub fn run(arguments: &PeersArguments) -> Result<()> {
    let comparison = Comparison::read(&arguments.runs, REFERENCE)?;
    print(comparison.table(REFERENCE))?;
    if arguments.record {
        let command = "chapters/ch09_vision/peers/compare.sh --record";
        Record::today(command, &comparison)?.write(&journal::path("peers")?)?;
    }
    Ok(())
}

/// Sets what has been recorded, and gives it as a chart, with how it came about.
pub fn chart(values: &mut Values) -> Result<(BarChart, String)> {
    let mut record = recorded()?;
    record.outcome.set(REFERENCE, &record.how(), values)?;
    record.outcome.peers.retain(|peer| !peer.key.starts_with("burn")); // beside it, no other bar is seen
    let chart = record.outcome.chart("The same epoch in other libraries", REFERENCE);
    Ok((chart, record.how()))
}
