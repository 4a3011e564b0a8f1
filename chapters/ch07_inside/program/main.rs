//! Measures and draws what chapter 7 shows. `cargo run -p ch07_inside -- --help` tells the rest.

mod cover;
mod disk;
mod gradients;
mod measured;
mod networks;
mod paths;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::Output;
use book_programs::print;

fn main() -> ExitCode {
    book_programs::run_chapter("ch07_inside", "Looking inside a trained network", |output, values| {
        run(output, values)
    })
}

/// The chapter as one run: all figures, and all numbers of the pages that no long experiment made.
fn run(output: &Output, values: &mut book_figures::Values) -> Result<()> {
    let (train, test) = disk::load()?;
    let networks = networks::train(&train)?;
    print("five networks: trained")?;
    gradients::draw(&networks, &test, output, values)?;
    print("gradients: done")?;
    paths::draw(&networks, (&train, &test), output, values)?;
    print("paths: done")
}
