//! Draws the figures of chapter 1 and measures its numbers: `cargo run -p ch01_neuron`.

mod activations;
mod gates;
mod trouble;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::Output;
use book_programs::print;

/// The seed of everything random in this chapter.
const SEED: u64 = 1958;

fn main() -> ExitCode {
    book_programs::run_plain(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of chapter 1 and measures its numbers",
        run,
    )
}

fn run() -> Result<()> {
    let output = Output::chapter("ch01_neuron")?;
    let mut values = output.values()?;
    gates::draw_walk(&output)?;
    gates::draw_line(&output)?;
    gates::draw_distance(&output)?;
    activations::draw(&output, &mut values)?;
    trouble::draw_lost_digits(&output, &mut values)?;
    trouble::draw_stuck(&output, &mut values)?;
    trouble::draw_dead(&output, &mut values)?;
    gates::draw_learned(&output, &mut values)?;
    gates::draw_bound(&output, &mut values)?;
    gates::draw_xor(&output, &mut values)?;
    values.save()?;
    print(format_args!("\nfigures and values: {}", output.path().display()))?;
    Ok(())
}
