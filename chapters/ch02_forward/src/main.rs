//! Draws the figures of chapter 2 and measures its numbers: `cargo run -p ch02_forward`.

mod bumps;
mod networks;
mod numbers;
mod pass;
mod products;
mod starts;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::{Output, Values};

/// The seed of everything random in this chapter.
const SEED: u64 = 1986;

fn main() -> ExitCode {
    book_programs::run_chapter(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of chapter 2 and measures its numbers",
        run,
    )
}

fn run(output: &Output, values: &mut Values) -> Result<()> {
    products::measure(output, values)?;
    products::measure_definition(values)?;
    products::measure_batch(values)?;
    networks::draw_layer(output)?;
    networks::draw_xor(output, values)?;
    networks::draw_depth(output, values)?;
    networks::draw_mnist(output, values)?;
    bumps::draw(output, values)?;
    numbers::draw_softmax(output, values)?;
    numbers::draw_overflow(output, values)?;
    numbers::draw_losses(output, values)?;
    starts::draw(output, values)?;
    pass::draw(output, values)?;
    Ok(())
}
