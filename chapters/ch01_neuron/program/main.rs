//! Draws the figures of chapter 1 and measures its numbers: `cargo run -p ch01_neuron`.

mod activations;
mod gates;
mod trouble;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::{Output, Values};

/// The seed of everything random in this chapter.
const SEED: u64 = 1958;

fn main() -> ExitCode {
    book_programs::run_chapter(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of chapter 1 and measures its numbers",
        run,
    )
}

fn run(output: &Output, values: &mut Values) -> Result<()> {
    gates::draw_walk(output)?;
    gates::draw_line(output)?;
    gates::draw_distance(output)?;
    activations::draw(output, values)?;
    trouble::draw_lost_digits(output, values)?;
    trouble::draw_stuck(output, values)?;
    trouble::draw_dead(output, values)?;
    gates::draw_learned(output, values)?;
    gates::draw_bound(output, values)?;
    gates::draw_xor(output, values)?;
    Ok(())
}
