//! Runs the program of every chapter into a folder of its own, and compares what they draw and
//! measure with what is committed: `cargo run -p book-figures`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use book_figures::compare_generated;

const HELP: &str = "\
Runs the chapters' programs and compares what they draw and measure with what is committed.

Usage: cargo run -p book-figures [-- CHAPTER...]

CHAPTER is a chapter such as ch03_backprop; without one, all of them run.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.iter().any(|argument| ["-h", "--help"].contains(&argument.as_str())) {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match check(&arguments) {
        Ok(0) => {
            println!("all figures and values are up to date");
            ExitCode::SUCCESS
        }
        Ok(differences) => {
            eprintln!(
                "error: {differences} differences; run the chapter's program, look at what has \
                 changed, and commit book/src/generated"
            );
            ExitCode::FAILURE
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// How many differences there are, each printed.
fn check(only: &[String]) -> Result<usize, String> {
    let root = book_figures::root().map_err(|error| error.to_string())?;
    let programs = programs(&root.join("chapters"))?;
    if let Some(unknown) = only.iter().find(|name| !programs.contains(name)) {
        return Err(format!("{unknown}: expected one of {}", programs.join(", ")));
    }
    let fresh = root.join("target/fresh");
    empty(&fresh).map_err(|error| format!("{}: {error}", fresh.display()))?;
    let committed = root.join("book/src/generated");
    let chosen = |name: &&String| only.is_empty() || only.contains(*name);
    for chapter in programs.iter().filter(chosen) {
        run(chapter, &root, &fresh)?;
    }
    let mut differences = Vec::new();
    if only.is_empty() {
        differences.extend(compare_generated(&committed, &fresh).err());
    }
    for chapter in only {
        differences.extend(compare_generated(&committed.join(chapter), &fresh.join(chapter)).err());
    }
    let differences = differences.concat();
    for difference in &differences {
        eprintln!("{difference}");
    }
    Ok(differences.len())
}

/// Makes a folder, or empties it.
fn empty(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}

/// The names of the chapters that have a program, in their order.
fn programs(chapters: &Path) -> Result<Vec<String>, String> {
    let unreadable = |error: io::Error| format!("{}: {error}", chapters.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(chapters).map_err(unreadable)? {
        let path: PathBuf = entry.map_err(unreadable)?.path();
        if path.join("program/main.rs").is_file() {
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// Runs a chapter's program as a reader would, except for where it writes.
fn run(chapter: &str, root: &Path, fresh: &Path) -> Result<(), String> {
    println!("== cargo run -p {chapter}");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "-p", chapter]).current_dir(root);
    match command.env("BOOK_GENERATED", fresh).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("cargo run -p {chapter}: expected success, found {status}")),
        Err(error) => Err(format!("cargo run -p {chapter}: {error}")),
    }
}
