//! Measures and draws what chapter 7 shows. `cargo run -p ch07_inside -- --help` tells the rest.

mod adversaries;
mod arguments;
mod cover;
mod deletion;
mod disk;
mod explain;
mod gradients;
mod hidden;
mod landscape;
mod measured;
mod networks;
mod neurons;
mod paths;
mod peers;
mod sanity;
mod shapley;
mod study;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::Output;
use book_programs::print;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    ch05_mnist::keep_freed_memory();
    book_programs::run(|arguments: Arguments| match arguments.command {
        None => run(),
        Some(Command::Explain(arguments)) => explain::run(&arguments),
        Some(Command::Adversaries(arguments)) => study::run(&arguments),
        Some(Command::Speed(arguments)) => paths::print_speed(&arguments),
        Some(Command::Peers(arguments)) => peers::compare(&arguments),
        Some(Command::Records) => {
            study::recorded()?;
            peers::recorded()?;
            print("all records are as they were recorded")
        }
    })
}

/// The chapter as one run: all figures, and all numbers of the pages.
fn run() -> Result<()> {
    let output = Output::chapter("ch07_inside")?;
    let mut values = output.values()?;
    values.retain(|_| false);
    let (train, test) = disk::load()?;
    let epochs = networks::train(&train)?;
    let networks = networks::trained(&epochs);
    print("five networks: trained")?;
    neurons::draw(&networks, (&train, &test), &output, &mut values)?;
    print("neurons: done")?;
    gradients::draw(&networks, &test, &output, &mut values)?;
    print("gradients: done")?;
    paths::draw(&networks, (&train, &test), &output, &mut values)?;
    print("paths: done")?;
    shapley::draw(&networks, &test, &output, &mut values)?;
    print("Shapley values: done")?;
    sanity::draw(&networks, (&train, &test), &output, &mut values)?;
    print("sanity checks: done")?;
    deletion::draw(&networks, &test, &output, &mut values)?;
    print("cover and delete: done")?;
    hidden::draw(&epochs, (&train, &test), &output, &mut values)?;
    print("hidden layer: done")?;
    landscape::draw(&epochs, (&train, &test), &output, &mut values)?;
    print("landscape: done")?;
    adversaries::draw(&networks[0], &test, &output, &mut values)?;
    values.save()?;
    print(format_args!("\nfigures and values: {}", output.path().canonicalize()?.display()))
}
