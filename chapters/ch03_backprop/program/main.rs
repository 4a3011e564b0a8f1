//! Draws the figures and measures the numbers of chapter 3: `cargo run -p ch03_backprop`.

mod derivative;
mod chain_rule;
mod neuron;
mod layer;
mod losses;
mod network;
mod xor_learned;
mod depth;
mod cost;
mod gradient_check;
mod tape;
mod wrong_gradients;
mod example;
mod runs;

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
    derivative::run(output, values)?;
    chain_rule::run(output)?;
    neuron::run(output)?;
    layer::run(output)?;
    losses::run(output, values)?;
    network::run(output, values)?;
    xor_learned::run(output, values)?;
    depth::run(output, values)?;
    cost::run(output, values)?;
    gradient_check::run(output, values)?;
    tape::run(output, values)?;
    wrong_gradients::run(output, values)?;
    Ok(())
}
