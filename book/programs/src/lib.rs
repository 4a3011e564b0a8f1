//! What the programs of the chapters share: how they print and fail, what a number on the command
//! line may be, how data are read and files are written.
//!
//! A program has one voice for errors: one line on standard error that names the file or the option,
//! what was expected and what was found.

pub mod arguments;
pub mod data;
pub mod files;
pub mod peers;
pub mod pictures;
pub mod progress;
pub mod records;
pub mod statistics;

use std::fmt::{self, Display};
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use book_figures::{Output, Values};
use clap::Parser;

/// The environment variable that has a program try command lines instead of running.
pub const TRY: &str = "BOOK_TRY_COMMAND_LINES";

/// Reads the command line, does the work, and tells how it went: 0 if well, 1 if the work failed, 2
/// if the command line was wrong.
///
/// Where the environment variable [`TRY`] is set, it tries the command lines on standard input
/// instead, each a JSON array of words, and prints for each what is wrong with it, or an empty line.
pub fn run<A: Parser>(work: impl FnOnce(A) -> Result<()>) -> ExitCode {
    if std::env::var_os(TRY).is_some() {
        return try_lines(&A::command());
    }
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
    if std::env::var_os(TRY).is_some() {
        return try_lines(&command);
    }
    finish(command.try_get_matches_from(std::env::args_os().skip(1)), |_| {
        let output = Output::chapter(chapter)?;
        let mut values = output.values()?;
        values.retain(|_| false);
        work(&output, &mut values)?;
        values.save()?;
        print(format_args!("\nfigures and values: {}", output.path().display()))
    })
}

/// Tries each command line of the standard input.
fn try_lines(command: &clap::Command) -> ExitCode {
    let command = command.clone().no_binary_name(true);
    for line in io::stdin().lines() {
        let tried = line.map_err(anyhow::Error::from).and_then(|line| try_line(&command, &line));
        if let Err(error) = tried.and_then(print) {
            return fail(&one_line(&error), 1);
        }
    }
    ExitCode::SUCCESS
}

/// What is wrong with a command line, a JSON array of words; nothing if the program takes it.
fn try_line(command: &clap::Command, line: &str) -> Result<String> {
    let words: Vec<String> = serde_json::from_str(line)
        .with_context(|| format!("expected a JSON array of words, found {line}"))?;
    Ok(match command.clone().try_get_matches_from(words) {
        Err(error) if error.use_stderr() => arguments::one_line(&error),
        _ => String::new(), // or --help
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
        Err(error) if error.is::<Reported>() => ExitCode::from(1),
        Err(error) => fail(&one_line(&error), 1),
    }
}

/// The error of work that has told its errors already, one by one.
#[derive(Debug)]
pub struct Reported;

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("see the errors above")
    }
}

impl std::error::Error for Reported {}

/// Does some work for each of many things, such as files. An error is told and the others go on; the
/// work then ends with [`Reported`].
///
/// # Errors
/// If there was an error.
pub fn for_each<I>(
    things: impl IntoIterator<Item = I>,
    mut work: impl FnMut(I) -> Result<()>,
) -> Result<()> {
    let mut complete = true;
    for thing in things {
        if let Err(error) = work(thing) {
            fail(&one_line(&error), 1);
            complete = false;
        }
    }
    if complete { Ok(()) } else { Err(Reported.into()) }
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
    fn a_command_line_is_tried_without_running_anything() {
        let speed = clap::Arg::new("speed").long("speed").value_parser(arguments::positive);
        let command = clap::Command::new("x").no_binary_name(true).arg(speed);
        let tried = |line| try_line(&command, line).unwrap();
        assert_eq!((tried("[]"), tried("[\"--speed\", \"3\"]")), (String::new(), String::new()));
        assert_eq!(tried("[\"--help\"]"), "");
        assert!(tried("[\"--sped\", \"3\"]").contains("'--sped'"), "{}", tried("[\"--sped\"]"));
        assert!(tried("[\"--speed\", \"0\"]").contains("expected a whole number"));
        assert!(try_line(&command, "--speed").is_err());
    }

    #[test]
    fn an_error_is_one_line_with_each_cause_once() {
        let error = anyhow::anyhow!("no space\nleft").context("a.txt: no space\nleft");
        assert_eq!(one_line(&error), "a.txt: no space left");
        let error = anyhow::anyhow!("no space left").context("a.txt").context("weights");
        assert_eq!(one_line(&error), "weights: a.txt: no space left");
    }
}
