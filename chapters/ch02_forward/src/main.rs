//! Draws the figures of chapter 2 and measures its numbers: `cargo run -p ch02_forward`.

mod bumps;
mod networks;
mod numbers;
mod pass;
mod products;
mod starts;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::Output;
use book_programs::print;

/// The seed of everything random in this chapter.
const SEED: u64 = 1986;

fn main() -> ExitCode {
    book_programs::run_plain(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of chapter 2 and measures its numbers",
        run,
    )
}

fn run() -> Result<()> {
    let output = Output::chapter("ch02_forward")?;
    let mut values = output.values()?;
    products::measure(&output, &mut values)?;
    products::measure_definition(&mut values)?;
    products::measure_batch(&mut values)?;
    networks::draw_layer(&output)?;
    networks::draw_xor(&output, &mut values)?;
    networks::draw_depth(&output, &mut values)?;
    networks::draw_mnist(&output, &mut values)?;
    bumps::draw(&output, &mut values)?;
    numbers::draw_softmax(&output, &mut values)?;
    numbers::draw_overflow(&output, &mut values)?;
    numbers::draw_losses(&output, &mut values)?;
    starts::draw(&output, &mut values)?;
    pass::draw(&output, &mut values)?;
    values.save()?;
    print(format_args!("\nfigures and values: {}", output.path().display()))?;
    Ok(())
}
