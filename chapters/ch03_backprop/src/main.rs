//! Draws the figures and measures the numbers of chapter 3: `cargo run -p ch03_backprop`.

mod check;
mod cost;
mod example;
mod graphs;
mod losses;
mod neuron;
mod passes;
mod shapes;
mod tape;
mod wrong;
mod xor;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::{Output, Values};

fn main() -> ExitCode {
    book_programs::run_chapter(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of chapter 3 and measures its numbers",
        run,
    )
}

fn run(output: &Output, values: &mut Values) -> Result<()> {
    neuron::run(output, values)?;
    graphs::run(output)?;
    shapes::run(output)?;
    losses::run(output, values)?;
    passes::run(output, values)?;
    xor::run(output, values)?;
    cost::run(output, values)?;
    check::run(output, values)?;
    tape::run(output)?;
    wrong::run(output, values)?;
    Ok(())
}
