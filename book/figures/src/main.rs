//! Runs the program of every chapter into a folder of its own, and compares what they draw and
//! measure with what is committed: `cargo run -p book-figures`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use book_figures::{Difference, compare_generated};

const HELP: &str = "\
Runs the chapters' programs and compares what they draw and measure with what is committed.

Usage: cargo run -p book-figures [-- CHAPTER...]

CHAPTER is a chapter such as ch03_backprop; without one, all of them run.";

fn main() -> ExitCode {
    if env::var_os("BOOK_TRY_COMMAND_LINES").is_some() {
        return try_lines();
    }
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

/// Says of each line of the standard input, a JSON array of words, what is wrong with it as
/// arguments, or nothing.
fn try_lines() -> ExitCode {
    let root = book_figures::root().map_err(|error| error.to_string());
    let Ok(programs) = root.and_then(|root| programs(&root.join("chapters"))) else {
        return ExitCode::FAILURE;
    };
    for line in io::stdin().lines().map_while(Result::ok) {
        let Ok(words) = serde_json::from_str::<Vec<String>>(&line) else {
            return ExitCode::FAILURE;
        };
        println!("{}", unknown_in(&words, &programs).unwrap_or_default());
    }
    ExitCode::SUCCESS
}

/// What is wrong with the names of chapters.
fn unknown_in(words: &[String], programs: &[String]) -> Option<String> {
    let is_help = |word: &&String| ["-h", "--help"].contains(&word.as_str());
    let unknown = words.iter().find(|name| !programs.contains(name) && !is_help(name))?;
    Some(format!("{unknown}: expected one of {}", programs.join(", ")))
}

/// How many differences there are, each printed.
fn check(only: &[String]) -> Result<usize, String> {
    let root = book_figures::root().map_err(|error| error.to_string())?;
    let programs = programs(&root.join("chapters"))?;
    if let Some(problem) = unknown_in(only, &programs) {
        return Err(problem);
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
    let mut differences = differences.concat();
    // What stands beside the chapters' folders is written by the tests of the formulas, and the folder
    // of the widgets by what measures them.
    let chapters = root.join("chapters");
    let is_of_chapter = |difference: &Difference| {
        let mut parts = difference.file.iter();
        let chapter = parts.next().is_some_and(|folder| chapters.join(folder).is_dir());
        chapter && parts.next().is_some()
    };
    differences.retain(|difference| !only.is_empty() || is_of_chapter(difference));
    let pages = pages(&root);
    for difference in &differences {
        eprintln!("{difference}");
        for place in users(difference, only, &pages) {
            eprintln!("  used at {place}");
        }
    }
    Ok(differences.len())
}

/// The pages and the README: their names and their texts.
fn pages(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("book/src")];
    let mut files = vec![PathBuf::from("README.md")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).into_iter().flatten().flatten() {
            let path = folder.join(entry.file_name());
            match root.join(&path).is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|kind| kind == "md") => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    for file in files {
        let text = fs::read_to_string(root.join(&file)).unwrap_or_default();
        found.push((file.display().to_string(), text));
    }
    found
}

/// The lines of pages that use the value or the figure of a difference.
fn users(difference: &Difference, only: &[String], pages: &[(String, String)]) -> Vec<String> {
    // Of a chapter alone, files are named without its folder.
    let file = difference.file.display().to_string();
    let file = match only {
        [chapter] if !file.contains('/') => format!("{chapter}/{file}"),
        _ => file,
    };
    let Some((chapter, name)) = file.rsplit_once('/') else { return Vec::new() };
    let wanted = match name.strip_suffix(".svg") {
        Some(figure) => format!("{chapter}/{figure}"),
        None => {
            let value = difference.problem.strip_prefix("value `");
            let value = value.and_then(|rest| rest.split('`').next());
            format!("{chapter}.{}", value.unwrap_or_default())
        }
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let uses = |line: &str| {
        line.match_indices(&wanted).any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + wanted.len()..]);
            !before.ends_with(is_name) && !after.starts_with(is_name)
        })
    };
    let mut places = Vec::new();
    for (file, text) in pages {
        let lines = text.lines().enumerate().filter(|(_, line)| uses(line));
        places.extend(lines.map(|(index, _)| format!("{file}:{}", index + 1)));
    }
    places
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_the_lines_that_use_it() {
        let text = "x\n{{#value ch05_mnist.a.b as share}}, {{#value ch05_mnist.a.bc}}\n\
                    {{#figure ch05_mnist/loss}}\n<!-- ch05_mnist.a.b -->5<!-- -->\n";
        let pages = [("a.md".to_owned(), text.to_owned())];
        let difference = |file: &str, problem: &str| Difference {
            file: file.into(),
            problem: problem.to_owned(),
        };
        let value = difference("ch05_mnist/values.json", "value `a.b`: off");
        assert_eq!(users(&value, &[], &pages), ["a.md:2", "a.md:4"]);
        let figure = difference("loss.svg", "different");
        assert_eq!(users(&figure, &["ch05_mnist".to_owned()], &pages), ["a.md:3"]);
        let other = difference("ch05_mnist/values.json", "cannot be read");
        assert!(users(&other, &[], &pages).is_empty());
    }
}
