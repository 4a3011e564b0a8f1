//! Draws the figures and measures the numbers of chapter 4: `cargo run -p ch04_optimizers`.

mod gradient_descent;
mod quadratics;
mod curvature;
mod momentum;
mod acceleration;
mod adaptive;
mod adam;
mod comparison;
mod noise;
mod schedules;
mod landscapes;
mod mean_task;
mod numbers;
mod paths;
mod ravine;
mod spirals;
mod study;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::Output;
use book_programs::print;
use clap::{Parser, Subcommand};

/// Optimizers: draws the figures of chapter 4 and measures its numbers.
///
/// Without a command it runs the whole chapter, in less than twenty seconds. The long experiment is
/// a command.
#[derive(Debug, Parser)]
#[command(name = "ch04_optimizers", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tune five rules on the two spirals, and compare them and range tests with ten seeds
    ///
    /// About 5,000 short runs, which take some 10 minutes on two cores. Replaces the record
    /// `chapters/ch04_optimizers/results/study.json`, which the plain run draws.
    Study {
        /// Go the same way with a few steps and seeds, and write nothing: to see that it works
        #[arg(long)]
        short: bool,
    },
}

fn main() -> ExitCode {
    book_programs::run(|arguments: Arguments| match arguments.command {
        None => run(),
        Some(Command::Study { short }) => study::run(short),
    })
}

fn run() -> Result<()> {
    let output = Output::chapter("ch04_optimizers")?;
    let mut values = output.values()?;
    values.retain(|_| false);
    gradient_descent::run(&output)?;
    quadratics::run(&output, &mut values)?;
    curvature::run(&output, &mut values)?;
    momentum::run(&output, &mut values)?;
    acceleration::run(&output, &mut values)?;
    adaptive::run(&output, &mut values)?;
    adam::run(&output, &mut values)?;
    comparison::run(&output, &mut values)?;
    noise::run(&output, &mut values)?;
    schedules::run(&output, &mut values)?;
    landscapes::run(&output, &mut values)?;
    values.save()?;
    print(format_args!("\nfigures and values: {}", output.path().display()))
}
