//! Measures and draws what chapter 8 shows. `cargo run -p ch08_tuning -- --help` tells the rest.

mod arguments;
mod contest;
mod curves;
mod disk;
mod estimate;
mod halving;
mod measured;
mod one_knob;
mod optuna;
mod ourselves;
mod plan;
mod pool;
mod range_test;
mod recipe;
mod remedies;
mod results;
mod rules;
mod sampling;
mod scales;
mod search;
mod space_file;
mod strategies;
mod surface;
mod surrogate;
mod transfer;
mod two_knobs;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::Output;
use book_programs::print;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    ch05_mnist::keep_freed_memory();
    book_programs::run(|arguments: Arguments| match arguments.command {
        None => run(),
        Some(Command::Search(arguments)) => search::run(&arguments),
        Some(Command::Trial(arguments)) => search::trial(&arguments),
        Some(Command::Gather(arguments)) => search::gather(&arguments),
        Some(Command::Pool(arguments)) => pool::run(&arguments),
        Some(Command::Rates(arguments)) => one_knob::run(&arguments),
        Some(Command::Strategies(arguments)) => strategies::run(&arguments),
        Some(Command::Recipe(arguments)) => recipe::run(&arguments),
        Some(Command::Transfer(arguments)) => transfer::run(&arguments),
        Some(Command::Rules(arguments)) => rules::run(&arguments),
        Some(Command::Remedies(arguments)) => remedies::run(&arguments),
        Some(Command::Batches(arguments)) => two_knobs::run(&arguments),
        Some(Command::Optuna(arguments)) => optuna::run(&arguments),
        Some(Command::Records) => {
            optuna::recorded()?;
            recipe::recorded()?;
            remedies::recorded()?;
            rules::recorded()?;
            transfer::recorded()?;
            two_knobs::recorded()?;
            pool::recorded()?;
            one_knob::recorded()?;
            strategies::recorded()?;
            print("all records are as they were recorded")
        }
    })
}

/// The chapter as one run: all figures, and all numbers of the pages.
fn run() -> Result<()> {
    let output = Output::chapter("ch08_tuning")?;
    let mut values = output.values()?;
    values.retain(|_| false);
    scales::draw(&output, &mut values)?;
    one_knob::draw(&output, &mut values)?;
    range_test::draw(&output, &mut values)?;
    two_knobs::draw(&output, &mut values)?;
    sampling::draw(&output, &mut values)?;
    halving::draw(&output, &mut values)?;
    surrogate::draw(&output, &mut values)?;
    estimate::draw(&output, &mut values)?;
    transfer::draw(&output, &mut values)?;
    recipe::draw(&output, &mut values)?;
    ourselves::draw(&output, &mut values)?;
    values.save()?;
    print(format_args!("figures and values: {}", output.path().canonicalize()?.display()))
}
