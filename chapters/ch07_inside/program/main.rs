//! Measures and draws what chapter 7 shows. `cargo run -p ch07_inside -- --help` tells the rest.

mod adversaries;
mod arguments;
mod cover;
mod disk;
mod explain;
mod gradients;
mod measured;
mod networks;
mod neurons;
mod paths;
mod shapley;
mod study;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::Output;
use book_programs::print;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    book_programs::run(|arguments: Arguments| match arguments.command {
        None => run(),
        Some(Command::Explain(arguments)) => explain::run(&arguments),
        Some(Command::Adversaries(arguments)) => study::run(&arguments),
    })
}

/// The chapter as one run: all figures, and all numbers of the pages.
fn run() -> Result<()> {
    let output = Output::chapter("ch07_inside")?;
    let mut values = output.values()?;
    values.retain(|_| false);
    let (train, test) = disk::load()?;
    let networks = networks::train(&train)?;
    print("five networks: trained")?;
    neurons::draw(&networks, (&train, &test), &output, &mut values)?;
    print("neurons: done")?;
    gradients::draw(&networks, &test, &output, &mut values)?;
    print("gradients: done")?;
    paths::draw(&networks, (&train, &test), &output, &mut values)?;
    print("paths: done")?;
    shapley::draw(&networks, &test, &output, &mut values)?;
    print("Shapley values: done")?;
    adversaries::draw(&networks[0], &test, &output, &mut values)?;
    values.save()?;
    print(format_args!("\nfigures and values: {}", output.path().canonicalize()?.display()))
}
