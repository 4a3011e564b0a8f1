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
use book_figures::Output;
use book_programs::print;

fn main() -> ExitCode {
    book_programs::run_plain(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of chapter 3 and measures its numbers",
        run,
    )
}

fn run() -> Result<()> {
    let output = Output::chapter("ch03_backprop")?;
    let mut values = output.values()?;
    values.retain(|_| false);
    neuron::run(&output, &mut values)?;
    graphs::run(&output)?;
    shapes::run(&output)?;
    losses::run(&output, &mut values)?;
    passes::run(&output, &mut values)?;
    xor::run(&output, &mut values)?;
    cost::run(&output, &mut values)?;
    check::run(&output, &mut values)?;
    tape::run(&output)?;
    wrong::run(&output, &mut values)?;
    values.save()?;
    print(format_args!("\nfigures and values: {}", output.path().display()))?;
    Ok(())
}
