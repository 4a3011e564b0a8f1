//! Commands on pages: what a reader types exists, and what it prints is what the page says.
//!
//! A check without a build knows packages, tests, files and the version of mdBook. What follows the
//! `--` of `cargo run -p …` is tried by the program itself: [`Tried`].

use std::collections::BTreeMap;
use std::path::Path;

use mdbook_renderer::MDBOOK_VERSION;

use crate::problems::{Place, Problems, did_you_mean};
use crate::project::Project;
use crate::prose::{Fence, Prose};
use crate::vocabulary::Vocabulary;

/// A command that somebody is to type.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// Its words.
    pub words: Vec<String>,
    /// Where it begins on its page.
    pub offset: usize,
    /// Whether it stands in a block of its own, and not in a sentence.
    pub block: bool,
}

/// Arguments for the program of a package, and where they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Arguments {
    /// The file and the line.
    pub place: Place,
    /// What follows `--`.
    pub words: Vec<String>,
}

/// The programs that pages call, with the arguments for each.
pub type Calls = BTreeMap<String, Vec<Arguments>>;

/// Programs whose words stand in a sentence.
const CALLED: [&str; 3] = ["cargo ", "mdbook ", "bash "];

/// Programs that a reader is expected to have.
const TOOLS: [&str; 14] = [
    "cd", "cp", "dd", "git", "gunzip", "gzip", "head", "mkdir", "printf", "python3", "truncate",
    "wc", "xxd", "zcat",
];

/// What the pages have cargo do, and the options of each that take a value (with `=`) or none.
const CARGO: [(&str, &str); 8] = [
    ("run", "-p= --package= --release -q --quiet --bin= --example="),
    ("test", "-p= --package= --test= --release -q --quiet --lib --doc --workspace"),
    ("bench", "-p= --package= --bench= -q --quiet"),
    ("install", "--locked --version= --path="),
    ("build", "-p= --release --workspace"),
    ("doc", "-p= --open --workspace --no-deps"),
    ("clippy", "-p= --workspace --all-targets"),
    ("mutants", "-p= -f= --copy-target= --test-package= --in-place"),
];

/// The commands of a page.
pub fn of(prose: &Prose) -> Vec<Typed> {
    let mut commands = Vec::new();
    for fence in &prose.fences {
        let is_console = match fence.language.as_deref() {
            Some("console" | "sh" | "bash" | "shell") => true,
            None => CALLED.iter().any(|program| fence.text.trim_start().starts_with(program)),
            Some(_) => false,
        };
        if is_console {
            commands.extend(lines(fence));
        }
    }
    for code in prose.blocks.iter().flat_map(|block| &block.codes) {
        let is_call = CALLED.iter().any(|program| code.text.starts_with(program));
        // A name of a chapter in general, or a command that is cut short.
        if is_call && !code.text.contains("chNN") && !code.text.contains('…') {
            commands.extend(split(&code.text, code.offset, false));
        }
    }
    commands
}

/// Whether code in a sentence is a command, whose words are no names.
pub fn is_call(code: &str) -> bool {
    let first = code.split_whitespace().next().unwrap_or_default();
    let rest = code.len() > first.len();
    CALLED.iter().any(|program| code.starts_with(program))
        || TOOLS.contains(&first) && (rest || first != "head")
        || first == "mdbook"
}

/// The commands of a block, a line each; a line may go on after `\`.
fn lines(fence: &Fence) -> Vec<Typed> {
    let mut commands = Vec::new();
    let mut line = String::new();
    let (mut begin, mut at) = (fence.body, fence.body);
    for piece in fence.text.split_inclusive('\n') {
        if line.is_empty() {
            begin = at;
        }
        at += piece.len();
        let piece = piece.trim_end();
        if let Some(start) = piece.strip_suffix('\\') {
            line.push_str(start);
            continue;
        }
        line.push_str(piece);
        commands.extend(split(&std::mem::take(&mut line), begin, true));
    }
    commands
}

/// The commands of a line, parted by `|` and `&&`.
fn split(line: &str, offset: usize, block: bool) -> Vec<Typed> {
    let line = line.trim().trim_start_matches("$ ");
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let parts = words.split(|word| ["|", "&&", ";"].contains(&word.as_str()));
    let parts = parts.filter(|words| !words.is_empty() && !words[0].starts_with('#'));
    parts.map(|words| Typed { words: words.to_vec(), offset, block }).collect()
}

/// What is wrong with a command, as far as can be seen without running anything; and the call of a
/// program that it is.
pub fn examine(
    typed: &Typed,
    vocabulary: &Vocabulary,
) -> Result<Option<(String, Vec<String>)>, String> {
    let (program, rest) = typed.words.split_first().expect("a command has a word");
    match program.as_str() {
        "cargo" => cargo(rest, vocabulary),
        "mdbook" => mdbook(rest).map(|()| None),
        "bash" | "sh" => script(rest.first().map_or("", String::as_str), vocabulary),
        path if path.contains('/') => script(path, vocabulary),
        tool if TOOLS.contains(&tool) || !typed.block => Ok(None),
        other => {
            let meant = did_you_mean(other, TOOLS.iter().copied().chain(["cargo", "mdbook"]));
            Err(format!(
                "`{other}` is no program that a reader is told to have: expected cargo, mdbook or \
                 one of {}{meant}",
                TOOLS.join(", ")
            ))
        }
    }
}

fn script(path: &str, vocabulary: &Vocabulary) -> Result<Option<(String, Vec<String>)>, String> {
    match vocabulary.files.contains(path.trim_start_matches("./")) {
        true => Ok(None),
        false => {
            let meant = did_you_mean(path, vocabulary.files.iter().map(String::as_str));
            Err(format!("there is no file `{path}`{meant}"))
        }
    }
}

fn mdbook(words: &[String]) -> Result<(), String> {
    let known = ["serve", "build", "test", "watch", "clean"];
    let Some((command, options)) = words.split_first() else { return Ok(()) };
    if !known.contains(&command.as_str()) {
        let meant = did_you_mean(command, known);
        return Err(format!("mdbook has no command `{command}`{meant}"));
    }
    let known = ["--open", "-o", "--port", "-p", "--dest-dir", "-d", "--hostname", "-n"];
    let unknown = options.iter().find(|word| {
        word.starts_with('-') && !known.contains(&word.split('=').next().unwrap_or(word))
    });
    match unknown {
        Some(option) => {
            let meant = did_you_mean(option, known);
            Err(format!("`mdbook {command}` has no option `{option}`{meant}"))
        }
        None => Ok(()),
    }
}

fn cargo(
    words: &[String],
    vocabulary: &Vocabulary,
) -> Result<Option<(String, Vec<String>)>, String> {
    let Some((command, rest)) = words.split_first() else { return Ok(None) };
    let Some((_, options)) = CARGO.iter().find(|(name, _)| name == command) else {
        let meant = did_you_mean(command, CARGO.map(|(name, _)| name));
        return Err(format!("`cargo {command}` is not known to this check{meant}"));
    };
    let end = rest.iter().position(|word| word == "--").unwrap_or(rest.len());
    let (own, arguments) = rest.split_at(end);
    let (mut package, mut values, mut plain) = (None, BTreeMap::new(), Vec::new());
    let mut own = own.iter();
    while let Some(word) = own.next() {
        let (name, given) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        let takes = format!("{name}=");
        match options.split_whitespace().find(|option| *option == takes || *option == name) {
            Some(option) if option.ends_with('=') => {
                let value = given.or_else(|| own.next().cloned());
                let value = value.ok_or_else(|| format!("`{name}` without a value"))?;
                if ["-p", "--package"].contains(&name) {
                    package = Some(value.clone());
                }
                values.insert(name.to_owned(), value);
            }
            Some(_) => {}
            None if name.starts_with('-') => {
                let known = options.split_whitespace().map(|option| option.trim_end_matches('='));
                let meant = did_you_mean(name, known);
                return Err(format!("`cargo {command}` has no option `{name}`{meant}"));
            }
            None => plain.push(word.as_str()),
        }
    }
    if command == "install" {
        return install(&plain, values.get("--version")).map(|()| None);
    }
    let Some(name) = package else { return Ok(None) };
    let Some(found) = vocabulary.packages.get(&name) else {
        let meant = did_you_mean(&name, vocabulary.packages.keys().map(String::as_str));
        return Err(format!("there is no package `{name}`{meant}"));
    };
    let targets =
        [("--test", &found.tests), ("--bench", &found.benches), ("--bin", &found.programs)];
    for (option, known) in targets {
        if let Some(value) = values.get(option).filter(|value| !known.contains(*value)) {
            let meant = did_you_mean(value, known.iter().map(String::as_str));
            return Err(format!("package `{name}` has nothing for `{option} {value}`{meant}"));
        }
    }
    let named = values.get("-f").map(|file| file.trim_matches('\''));
    if let Some(file) = named.filter(|file| !vocabulary.has_file(file)) {
        let meant = did_you_mean(file, vocabulary.files.iter().map(String::as_str));
        return Err(format!("there is no file `{file}`{meant}"));
    }
    if let Some(example) = values.get("--example").filter(|name| !found.examples.contains(*name)) {
        let meant = did_you_mean(example, found.examples.iter().map(String::as_str));
        return Err(format!("package `{name}` has no example `{example}`{meant}"));
    }
    if command != "run" || values.contains_key("--example") {
        return Ok(None);
    }
    if found.programs.is_empty() {
        return Err(format!("package `{name}` has no program to run"));
    }
    if !plain.is_empty() {
        return Err(format!("`{}` before `--`: expected it behind", plain.join(" ")));
    }
    match values.get("--bin") {
        // A program beside the one of its package's name has its own arguments.
        Some(program) if *program != name => return Ok(None),
        None if !found.programs.contains(&name) && found.programs.len() > 1 => {
            let known: Vec<&str> = found.programs.iter().map(String::as_str).collect();
            return Err(format!(
                "package `{name}`: expected --bin with one of {}",
                known.join(", ")
            ));
        }
        _ => {}
    }
    Ok(Some((name, arguments.iter().skip(1).cloned().collect())))
}

fn install(packages: &[&str], version: Option<&String>) -> Result<(), String> {
    match (packages, version) {
        (["mdbook"], Some(version)) if version != MDBOOK_VERSION => Err(format!(
            "mdBook {version}: expected {MDBOOK_VERSION}, for which the preprocessor is built"
        )),
        (["mdbook"], None) => Err(format!("expected `--version {MDBOOK_VERSION}`")),
        _ => Ok(()),
    }
}

/// Says where the gate installs another mdBook.
pub fn report_gate(project: &Project, problems: &mut Problems) {
    let file = Path::new(".ci/run");
    let text = std::fs::read_to_string(project.root.join(file)).unwrap_or_default();
    for (index, line) in text.lines().enumerate() {
        let Some((_, rest)) = line.split_once("cargo install mdbook") else { continue };
        if !rest.split_whitespace().any(|word| word == MDBOOK_VERSION) {
            let message = format!("expected `--version {MDBOOK_VERSION}` of mdBook");
            problems.error(Place::new(file, index + 1), message);
        }
    }
}

/// What a `text` block says about where its text comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// The commands of the block of commands before it print it, or this command does.
    Output(Vec<String>),
    /// It stands in a file, such as that of a test.
    In(String),
    /// Its author vouches for it.
    Typed,
}

/// A block of text, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Printed {
    /// The text.
    pub text: String,
    /// What makes it.
    pub origin: Origin,
    /// Where it stands.
    pub place: Place,
}

/// The `text` blocks of a page; `info` gives the rest of the line of a fence.
pub fn printed(
    source: &str,
    prose: &Prose,
    place: impl Fn(usize) -> Place,
    problems: &mut Problems,
) -> Vec<Printed> {
    let mut printed = Vec::new();
    let mut commands: Vec<String> = Vec::new();
    let mut section = 0;
    for fence in &prose.fences {
        let begin = source[..fence.offset].rfind("\n#").unwrap_or_default();
        if begin != section {
            commands.clear();
            section = begin;
        }
        match fence.language.as_deref() {
            Some("console") => commands.extend(fence.text.lines().map(str::to_owned)),
            Some("text") => {
                let line = source[fence.offset..].lines().next().unwrap_or_default();
                let info = line.trim_start_matches(['`', '~']).trim();
                let rest = info.strip_prefix("text").unwrap_or(info).trim();
                let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                let origin = match word {
                    "output" if rest.is_empty() => Origin::Output(commands.clone()),
                    "output" => Origin::Output(vec![rest.to_owned()]),
                    "in" => Origin::In(rest.trim().to_owned()),
                    "typed" => Origin::Typed,
                    _ => {
                        problems.error(place(fence.offset), NO_ORIGIN);
                        continue;
                    }
                };
                printed.push(Printed {
                    text: fence.text.clone(),
                    origin,
                    place: place(fence.offset),
                });
            }
            _ => {}
        }
    }
    printed
}

const NO_ORIGIN: &str = "a block of text does not say where it comes from: expected ```text output \
     (of the commands before it), ```text output COMMAND, ```text in FILE, or ```text typed";

/// Whether a text holds all words of another in their order; `…` stands for any.
pub fn has_words(text: &str, wanted: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    wanted.split('…').all(|part| {
        let part: Vec<&str> = part.split_whitespace().collect();
        part.is_empty() || words.windows(part.len()).any(|window| window == part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_go_on_and_hold_several_commands() {
        let source =
            "```console\ncargo test -p a \\\n  --test b\nx | y -z\n```\n\n`cargo run` `run`\n";
        let prose = crate::prose::read(source, &mdbook_markdown::MarkdownOptions::default());
        let found: Vec<String> = of(&prose).iter().map(|typed| typed.words.join(" ")).collect();
        assert_eq!(found, ["cargo test -p a --test b", "x", "y -z", "cargo run"]);
    }

    #[test]
    fn words_are_compared_without_their_line_ends() {
        assert!(has_words("a b\n c d", "b c"));
        assert!(has_words("a b\n c d e", "a … d"));
        assert!(!has_words("a b c", "a c"));
    }
}
