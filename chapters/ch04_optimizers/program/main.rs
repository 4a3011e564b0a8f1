//! Draws the figures and measures the numbers of chapter 4: `cargo run -p ch04_optimizers`.

mod arguments;
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

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    book_programs::run(|arguments: Arguments| match arguments.command {
        None => run(),
        Some(Command::Study { short }) => study::run(short),
        Some(Command::Records) => {
            study::load()?;
            print("all records are as they were recorded")
        }
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
