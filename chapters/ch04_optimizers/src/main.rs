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
use book_figures::Output;
use book_programs::print;

fn main() -> ExitCode {
    book_programs::run_plain(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of chapter 4 and measures its numbers",
        run,
    )
}

fn run() -> Result<()> {
    let output = Output::chapter("ch04_optimizers")?;
    let mut values = output.values()?;
    values.retain(|_| false);
    bowls::run(&output, &mut values)?;
    memories::run(&output, &mut values)?;
    noise::run(&output, &mut values)?;
    schedules::run(&output, &mut values)?;
    landscapes::run(&output, &mut values)?;
    range::run(&output, &mut values)?;
    curvature::run(&output, &mut values)?;
    values.save()?;
    print(format_args!("\nfigures and values: {}", output.path().display()))?;
    Ok(())
}
