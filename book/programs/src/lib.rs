//! What the programs of the chapters share: how they print and fail, what a number on the command
//! line may be, how data are read and files are written.
//!
//! A program has one voice for errors: one line on standard error that names the file or the option,
//! what was expected and what was found.

pub mod arguments;
pub mod data;
pub mod files;
pub mod statistics;

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use book_figures::{Output, Values};
use clap::Parser;

/// Reads the command line, does the work, and tells how it went: 0 if well, 1 if the work failed, 2
/// if the command line was wrong.
pub fn run<A: Parser>(work: impl FnOnce(A) -> Result<()>) -> ExitCode {
    finish(A::try_parse(), work)
}

/// The same for a chapter whose program has no options: `work` draws all of its figures and sets all
/// of its values anew, which are then saved.
pub fn run_chapter(
    chapter: &'static str,
    about: &'static str,
    work: impl FnOnce(&Output, &mut Values) -> Result<()>,
) -> ExitCode {
    let command = clap::Command::new(chapter).about(about).no_binary_name(true);
    finish(command.try_get_matches_from(std::env::args_os().skip(1)), |_| {
        let output = Output::chapter(chapter)?;
        let mut values = output.values()?;
        values.retain(|_| false);
        work(&output, &mut values)?;
        values.save()?;
        print(format_args!("\nfigures and values: {}", output.path().display()))
    })
}

fn finish<A>(parsed: Result<A, clap::Error>, work: impl FnOnce(A) -> Result<()>) -> ExitCode {
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => error.exit(), // --help and --version
        Err(error) => return fail(&arguments::one_line(&error), 2),
    };
    match work(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&one_line(&error), 1),
    }
}

/// Prints a line. `println!` would panic where standard output is full; that is an error like any
/// other. A reader that has seen enough, such as `head`, is none.
///
/// # Errors
/// If standard output cannot be written to.
pub fn print(line: impl Display) -> Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output: expected to write to it"),
    }
}

/// The error and its causes, none of them twice: some say their cause themselves.
pub fn one_line(error: &anyhow::Error) -> String {
    let causes = error.chain().map(ToString::to_string);
    let line = causes.reduce(|line, cause| match line.ends_with(&cause) {
        true => line,
        false => format!("{line}: {cause}"),
    });
    line.unwrap_or_default().replace('\n', " ")
}

fn fail(message: &str, code: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {message}"); // where nobody can read it, nothing helps
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_with_each_cause_once() {
        let error = anyhow::anyhow!("no space\nleft").context("a.txt: no space\nleft");
        assert_eq!(one_line(&error), "a.txt: no space left");
        let error = anyhow::anyhow!("no space left").context("a.txt").context("weights");
        assert_eq!(one_line(&error), "weights: a.txt: no space left");
    }
}
