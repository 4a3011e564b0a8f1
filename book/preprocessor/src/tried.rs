//! Commands of the pages, tried: by the programs' own parsers, and by running them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::commands::{Arguments, Calls, Origin, Printed, has_words};
use crate::problems::Problems;

/// The environment variable that has a program of the book try command lines instead of running.
const TRY: &str = "BOOK_TRY_COMMAND_LINES";

/// The environment variable that names a folder of programs that are built already.
const PROGRAMS: &str = "BOOK_PROGRAMS";

/// Has each program say whether it takes the arguments that pages give it. The program of the
/// package `own` is this one, which `try_own` asks.
///
/// # Errors
/// If a program cannot be built or does not answer.
pub fn try_calls(
    root: &Path,
    calls: &Calls,
    own: &str,
    try_own: impl Fn(&[String]) -> Option<String>,
    problems: &mut Problems,
) -> Result<()> {
    for (package, lines) in calls {
        let answers = match package == own {
            true => lines.iter().map(|line| try_own(&line.words).unwrap_or_default()).collect(),
            false => {
                ask(root, package, lines).with_context(|| format!("cargo run -p {package}"))?
            }
        };
        for (line, answer) in lines.iter().zip(answers).filter(|(_, answer)| !answer.is_empty()) {
            let words = line.words.join(" ");
            let message = format!("`cargo run -p {package} -- {words}`: {answer}");
            problems.error(line.place.clone(), message);
        }
    }
    problems.sort();
    Ok(())
}

/// The answer of a program to each line: nothing, or what is wrong.
fn ask(root: &Path, package: &str, lines: &[Arguments]) -> Result<Vec<String>> {
    let mut command = match std::env::var_os(PROGRAMS) {
        Some(folder) => Command::new(Path::new(&folder).join(package)),
        None => Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())),
    };
    if std::env::var_os(PROGRAMS).is_none() {
        command.args(["run", "--quiet", "-p", package]);
    }
    let mut child = command
        .current_dir(root)
        .env(TRY, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("no pipe to the program")?;
    for line in lines {
        writeln!(input, "{}", serde_json::to_string(&line.words)?)?;
    }
    drop(input);
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "expected success, found {}", output.status);
    let answers = String::from_utf8(output.stdout)?;
    let answers: Vec<String> = answers.lines().map(str::to_owned).collect();
    let (expected, found) = (lines.len(), answers.len());
    ensure!(expected == found, "expected an answer to each of {expected} lines, found {found}");
    Ok(answers)
}

/// Runs the commands whose output pages show, and says where it is another one.
///
/// # Errors
/// If there is no `bash` to run them.
pub fn try_outputs(root: &Path, printed: &[Printed], problems: &mut Problems) -> Result<()> {
    for Printed { text, origin, place } in printed {
        let Origin::Output(commands) = origin else { continue };
        if commands.is_empty() {
            let message = "no commands before it in its section: expected ```console, or ```text \
                           output COMMAND";
            problems.error(place.clone(), message);
            continue;
        }
        let found = run(root, commands)?;
        if !text_is_in(&found, text) {
            let last: Vec<&str> = found.lines().rev().take(3).collect();
            let last: Vec<&str> = last.into_iter().rev().collect();
            let message = format!(
                "`{}` does not print this; it ends with: {}",
                commands.last().map_or("", String::as_str),
                last.join(" / ")
            );
            problems.error(place.clone(), message);
        }
    }
    problems.sort();
    Ok(())
}

/// Each error that the page shows is a line of its own; other text is compared as a whole.
fn text_is_in(found: &str, text: &str) -> bool {
    let starts: Vec<usize> = text.match_indices("error: ").map(|(at, _)| at).collect();
    if starts.len() < 2 {
        return has_words(found, text);
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).all(|(&start, end)| has_words(found, &text[start..end]))
}

/// What commands print, standard output and error together. Folders that they make below `target`
/// are new, and gone afterwards.
fn run(root: &Path, commands: &[String]) -> Result<String> {
    let made = commands.iter().filter_map(|line| line.trim().strip_prefix("mkdir target/"));
    let made: Vec<_> = made.map(|name| root.join("target").join(name.trim())).collect();
    std::fs::create_dir_all(root.join("target"))?;
    let clear =
        || made.iter().filter(|folder| folder.is_dir()).try_for_each(std::fs::remove_dir_all);
    clear()?;
    let script = format!("exec 2>&1\n{}\n", commands.join("\n"));
    let output = Command::new("bash").args(["-c", &script]).current_dir(root).output();
    clear()?;
    Ok(String::from_utf8_lossy(&output.context("bash")?.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problems::Place;

    fn problems_of(commands: &[&str], text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let commands = commands.iter().map(|&line| line.to_owned()).collect();
        let (text, origin) = (text.to_owned(), Origin::Output(commands));
        let printed = Printed { text, origin, place: Place::new("page.md", 7) };
        let mut problems = Problems::default();
        try_outputs(folder.path(), &[printed], &mut problems).unwrap();
        problems.errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_a_command_prints_is_compared_word_by_word() {
        assert_eq!(problems_of(&["printf 'a b c\\nd'"], "b\nc …"), [""; 0]);
        assert_eq!(problems_of(&["mkdir target/x", "echo a >&2"], "a"), [""; 0]);
        let errors = problems_of(&["echo a", "echo c"], "a b");
        assert_eq!(errors, ["page.md:7: `echo c` does not print this; it ends with: a / c"]);
        assert!(problems_of(&[], "a b")[0].contains("no commands before it"));
    }
}
