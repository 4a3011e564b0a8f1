//! Draws the figures and measures the numbers of chapter 4: `cargo run -p ch04_optimizers`.

mod bowls;
mod curvature;
mod landscapes;
mod memories;
mod noise;
mod paths;
mod range;
mod schedules;
mod spirals;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::{Output, Values};

fn main() -> ExitCode {
    book_programs::run_chapter(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of chapter 4 and measures its numbers",
        run,
    )
}

fn run(output: &Output, values: &mut Values) -> Result<()> {
    bowls::run(output, values)?;
    memories::run(output, values)?;
    noise::run(output, values)?;
    schedules::run(output, values)?;
    landscapes::run(output, values)?;
    range::run(output, values)?;
    curvature::run(output, values)?;
    Ok(())
}
