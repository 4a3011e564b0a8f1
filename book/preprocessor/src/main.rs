//! The program: a preprocessor of mdBook, and a check for authors. See the library for what it
//! does.

use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode, Stdio};

use anyhow::{Context, Result};
use book_preprocessor::{
    Problem, Problems, Project, RENDERER, exercise_commands, index_words, is_served, load, press,
    try_calls, try_outputs, typing,
};
use clap::{Parser, Subcommand};
use mdbook_renderer::{MDBOOK_VERSION, RenderContext};

/// Pulls code, formulas, figures and numbers into the pages of the book.
///
/// Without a command it is a preprocessor: it reads mdBook's book from the standard input and
/// writes it with all directives expanded.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Tells mdBook whether a renderer is supported.
    Supports {
        /// The name of the renderer.
        renderer: String,
    },
    /// Reads a rendered book from mdBook and takes formulas and figures out of its search index:
    /// behind the back of `mdbook serve`, which shows an edited page without waiting for it.
    Search {
        /// Also `mdbook serve` waits.
        #[arg(long)]
        wait: bool,
    },
    /// Tries all locks without building the book.
    Check {
        /// The folder of book.toml.
        #[arg(default_value = ".")]
        root: PathBuf,
        /// Shows only problems with this word in their file or message, such as ch03.
        #[arg(long)]
        about: Option<String>,
    },
    /// Tries the commands of the pages: each program says whether it takes its arguments, and what a
    /// page shows as printed is printed. It builds and runs programs.
    Commands {
        /// The folder of book.toml.
        #[arg(default_value = ".")]
        root: PathBuf,
        /// Runs nothing whose output a page shows.
        #[arg(long)]
        arguments_only: bool,
        /// Tries only outputs with these words in their text or place, and no arguments.
        #[arg(long, value_name = "WORDS", conflicts_with = "arguments_only")]
        outputs_about: Option<String>,
    },
    /// Prints the command of each exercise, as its page shows it.
    Exercises {
        /// The folder of book.toml.
        #[arg(default_value = ".")]
        root: PathBuf,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Some(Command::Supports { renderer }) => Ok(["html", RENDERER].contains(&renderer.as_str())),
        Some(Command::Search { wait }) => search(wait),
        Some(Command::Check { root, about }) => check(&root, about.as_deref()),
        Some(Command::Commands { root, arguments_only, outputs_about }) => {
            commands(&root, arguments_only, outputs_about.as_deref())
        }
        Some(Command::Exercises { root }) => exercises(&root),
        None => preprocess(),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Reads a book from mdBook and writes it, unless something is wrong with it.
fn preprocess() -> Result<bool> {
    let input = io::read_to_string(io::stdin().lock()).context("mdBook's input is not text")?;
    let (context, mut book) = mdbook_preprocessor::parse_input(input.as_bytes())
        .map_err(|error| not_understood(&input, "/0/mdbook_version", &error))?;
    let project = Project::new(&context.root, &context.config)?;
    let problems = press(&project, &mut book);
    eprint!("{}", Problems { warnings: Vec::new(), ..problems.clone() });
    // The pages come twice, and warnings once.
    if !problems.warnings.is_empty() && context.renderer != RENDERER {
        eprintln!(
            "{}: `book-preprocessor check` shows them",
            counted(&problems.warnings, "warning")
        );
    }
    if problems.errors.is_empty() {
        let mut output = io::stdout().lock();
        serde_json::to_writer(&mut output, &book)?;
        output.flush()?;
    } else {
        eprintln!("{}: the book is not built", counted(&problems.errors, "error"));
    }
    Ok(problems.errors.is_empty())
}

/// Why mdBook's input is not understood: most often, it is another mdBook, which says its version at
/// a place of its own.
fn not_understood(input: &str, place: &str, error: &impl Display) -> anyhow::Error {
    let value: serde_json::Value = serde_json::from_str(input).unwrap_or_default();
    match value.pointer(place).and_then(|version| version.as_str()) {
        Some(found) if found != MDBOOK_VERSION => {
            anyhow::anyhow!("expected the input of mdBook {MDBOOK_VERSION}, found mdBook {found}'s")
        }
        _ => anyhow::anyhow!("mdBook's input is not understood: {error:#}"),
    }
}

/// Rewrites the search index of the book that mdBook has just rendered.
fn search(wait: bool) -> Result<bool> {
    let input = io::read_to_string(io::stdin().lock()).context("mdBook's input is not text")?;
    let context = RenderContext::from_json(input.as_bytes())
        .map_err(|error| not_understood(&input, "/version", &error))?;
    if is_served(&context) && !wait {
        search_in_the_background(&input).context("the search index is not rewritten")?;
        return Ok(true);
    }
    if context.version != MDBOOK_VERSION {
        let version = &context.version;
        eprintln!("warning: mdBook {version}, but a search index of mdBook {MDBOOK_VERSION}");
    }
    index_words(context).context("the search index is not rewritten")?;
    Ok(true)
}

/// Starts a process that goes on when this one ends, and hands it what mdBook said.
fn search_in_the_background(input: &str) -> Result<()> {
    let mut process = process::Command::new(env::current_exe()?)
        .args(["search", "--wait"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let mut pipe = process.stdin.take().context("no pipe to the process")?;
    pipe.write_all(input.as_bytes())?;
    Ok(())
}

/// Tries all locks on the book in a folder.
fn check(root: &Path, about: Option<&str>) -> Result<bool> {
    let (project, _) = Project::from_disk(root)?;
    let mut book = load(&project)?;
    let mut problems = press(&project, &mut book);
    if let Some(word) = about {
        problems.keep(word);
    }
    eprint!("{problems}");
    let (errors, warnings) = (&problems.errors, &problems.warnings);
    let pages = book.chapters().count();
    print(format_args!(
        "{pages} pages, {}, {}",
        counted(errors, "error"),
        counted(warnings, "warning")
    ))?;
    Ok(errors.is_empty())
}

/// Tries the commands of the pages.
fn commands(root: &Path, arguments_only: bool, about: Option<&str>) -> Result<bool> {
    let (project, _) = Project::from_disk(root)?;
    let book = load(&project)?;
    let (mut typing, _) = typing(&project, &book); // what else is wrong is the check's to say
    let mut problems = Problems::default();
    let own = |words: &[String]| {
        let tried =
            Arguments::try_parse_from(std::iter::once("").chain(words.iter().map(|w| &**w)));
        let error = tried.err().filter(clap::Error::use_stderr)?.to_string();
        error.lines().next().map(str::to_owned)
    };
    if let Some(words) = about {
        typing.calls.clear();
        typing.printed.retain(|printed| {
            printed.text.contains(words) || printed.place.to_string().contains(words)
        });
    }
    try_calls(root, &typing.calls, env!("CARGO_PKG_NAME"), own, &mut problems)?;
    if !arguments_only {
        try_outputs(root, &typing.printed, &mut problems)?;
    }
    eprint!("{problems}");
    let calls: usize = typing.calls.values().map(Vec::len).sum();
    let errors = counted(&problems.errors, "error");
    print(format_args!("{calls} commands of {} programs, {errors}", typing.calls.len()))?;
    Ok(problems.errors.is_empty())
}

/// Prints what a reader types for each exercise.
fn exercises(root: &Path) -> Result<bool> {
    let (project, _) = Project::from_disk(root)?;
    match exercise_commands(&project) {
        Ok(commands) => commands.iter().try_for_each(print)?,
        Err(problems) => {
            eprint!("{problems}");
            return Ok(false);
        }
    }
    Ok(true)
}

/// Prints a line. A reader that has seen enough, such as `head`, is no error.
fn print(line: impl Display) -> Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output: expected to write to it"),
    }
}

/// A number of problems in words.
fn counted(problems: &[Problem], word: &str) -> String {
    match problems.len() {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    }
}
