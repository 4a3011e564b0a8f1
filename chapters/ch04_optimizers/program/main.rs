//! Draws the figures and measures the numbers of chapter 4: `cargo run -p ch04_optimizers`.

mod gradient_descent;
mod quadratics;
mod momentum;
mod adaptive;
mod noise;
mod landscapes;
mod numbers;
mod paths;
mod ravine;
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
    gradient_descent::run(output)?;
    quadratics::run(output, values)?;
    momentum::run(output, values)?;
    adaptive::run(output, values)?;
    noise::run(output, values)?;
    landscapes::run(output, values)?;
    Ok(())
}
