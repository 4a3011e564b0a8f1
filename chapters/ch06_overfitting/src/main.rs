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

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => error.exit(), // --help and --version
        Err(error) => return fail(&arguments::one_line(&error), 2),
    };
    let outcome = match arguments.command {
        None => chapter::run(),
        Some(Command::Table(arguments)) => table::run(&arguments),
        Some(Command::Study(arguments)) => study::run(&arguments),
        Some(Command::Tune(arguments)) => study::tune(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&one_line(&error), 1),
    }
}

/// The error and its causes, none of them twice: some say their cause themselves.
fn one_line(error: &anyhow::Error) -> String {
    let causes = error.chain().map(ToString::to_string);
    let line = causes.reduce(|line, cause| match line.ends_with(&cause) {
        true => line,
        false => format!("{line}: {cause}"),
    });
    line.unwrap_or_default().replace('\n', " ")
}

/// Prints a line. `println!` would panic where standard output is full; that is an error like any
/// other. A reader that has seen enough, such as `head`, is none.
pub fn print(line: impl Display) -> Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output: expected to write to it"),
    }
}

fn fail(message: &str, code: u8) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(code)
}
