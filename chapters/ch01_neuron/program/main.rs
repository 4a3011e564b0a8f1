//! Draws the figures of chapter 1 and measures its numbers: `cargo run -p ch01_neuron`.

mod seed;
mod neuron;
mod perceptron;
mod activations;
mod trouble;
mod xor;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::{Output, Values};

fn main() -> ExitCode {
    book_programs::run_chapter(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of chapter 1 and measures its numbers",
        run,
    )
}

fn run(output: &Output, values: &mut Values) -> Result<()> {
    neuron::draw_walk(output)?;
    neuron::draw_line(output)?;
    neuron::draw_distance(output)?;
    perceptron::draw_learned(output, values)?;
    perceptron::draw_bound(output, values)?;
    activations::draw(output, values)?;
    trouble::measure_slopes(values)?;
    trouble::draw_saturation(output, values)?;
    trouble::draw_cancellation(output, values)?;
    trouble::draw_dead_unit(output, values)?;
    xor::draw_mistakes_by_pass(output, values)?;
    xor::draw_best(output, values)?;
    Ok(())
}
