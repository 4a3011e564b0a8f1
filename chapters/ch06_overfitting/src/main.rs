//! Measures and draws what chapter 6 shows. `cargo run -p ch06_overfitting -- --help` tells the rest.

mod arguments;
mod chapter;
mod checkpoint;
mod files;
mod fits;
mod outcomes;
mod pictures;
mod study;
mod table;
mod thousand;

use std::process::ExitCode;

pub use book_programs::print;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    book_programs::run(|arguments: Arguments| match arguments.command {
        None => chapter::run(),
        Some(Command::Table(arguments)) => table::run(&arguments),
        Some(Command::Study(arguments)) => study::run(&arguments),
        Some(Command::Tune(arguments)) => study::tune(&arguments),
    })
}
