//! Page *Beside other libraries*: what `peers/compare.sh` has timed, printed as a table, and drawn.

use anyhow::Result;
use book_figures::{Figure, Output, Values};
use book_programs::arguments::PeersArguments;
use book_programs::peers::Comparison;
use book_programs::print;

use crate::recorded;

/// The key of the runs to which all others are compared.
const REFERENCE: &str = "documents";

/// Prints what the script has timed, and records it.
pub fn run(arguments: &PeersArguments) -> Result<()> {
    let comparison = Comparison::read(&arguments.runs, REFERENCE)?;
    print(comparison.table(REFERENCE))?;
    if arguments.record {
        recorded::write_peers(&comparison)?;
    }
    Ok(())
}

/// Sets and draws what has been recorded.
pub fn draw_records(output: &Output, values: &mut Values) -> Result<()> {
    let record = recorded::record::<Comparison>("peers")?;
    record.outcome.set(REFERENCE, &record.how(), values)?;
    let chart = record.outcome.chart("The same five epochs in other libraries", REFERENCE);
    output.figure("peers", &recorded::exact(chart).experiment(record.how()))?;
    Ok(())
}
