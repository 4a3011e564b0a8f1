//! Plants lies in a copy of the repository, one at a time, runs the cheapest check that ought to see
//! each, and prints which were caught: `cargo run -p book-preprocessor --example lies`.
//!
//! With a word, only lies with that word in their name or file are told: `-- record`. The lies about
//! exercises and about tests compile; `--quick` leaves them out. `--built` takes the programs as they
//! are.

mod list;
mod tree;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use book_figures::compare_generated;

use list::{Check, Lie};
use tree::Tree;

fn main() -> ExitCode {
    match tell_all() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all lies were caught, but for those that are known to pass.
fn tell_all() -> Result<bool> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let quick = words.iter().any(|word| word == "--quick");
    let wanted: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    let lies: Vec<Lie> = list::all()
        .into_iter()
        .filter(|lie| !quick || !lie.check.is_slow())
        .filter(|lie| {
            wanted.iter().all(|word| lie.name.contains(*word) || lie.file.contains(*word))
        })
        .collect();
    let built = words.iter().any(|word| word == "--built");
    let lab = Lab::open(&lies, built)?;
    lab.check_truth(&lies)?;
    let start = Instant::now();
    let (mut caught, mut expected, mut bad) = (0, 0, Vec::new());
    for (number, lie) in lies.iter().enumerate() {
        let begin = Instant::now();
        let outcome = lab.tell(lie).with_context(|| lie.name.to_owned())?;
        let seconds = begin.elapsed().as_secs_f64();
        let word = match (&outcome, lie.passes) {
            (Some(_), _) => "caught",
            (None, true) => "passes, as known",
            (None, false) => "NOT CAUGHT",
        };
        println!("{:3} {seconds:6.1} s  {word:16} {} ({})", number + 1, lie.name, lie.file);
        match outcome {
            Some(message) => {
                caught += 1;
                println!("                {message}");
            }
            None if lie.passes => expected += 1,
            None => bad.push(lie.name),
        }
    }
    println!(
        "{} lies in {:.0} s: {caught} caught, {expected} pass as known, {} not caught",
        lies.len(),
        start.elapsed().as_secs_f64(),
        bad.len()
    );
    Ok(bad.is_empty())
}

/// The copy of the repository, and the programs that judge it.
struct Lab {
    /// The repository.
    root: PathBuf,
    tree: Tree,
    /// What the programs of the chapters have drawn and measured, without a lie.
    fresh: PathBuf,
    /// The folder of the programs.
    programs: PathBuf,
}

impl Lab {
    /// Copies the repository, and builds and runs what the lies need.
    fn open(lies: &[Lie], built: bool) -> Result<Self> {
        let root = book_figures::root()?;
        let below = root.join("target/lies");
        let programs = std::env::current_exe()?;
        let programs = programs.ancestors().nth(2).context("no folder of programs")?.to_owned();
        let tree = Tree::copy(&root, &below.join("tree"))?;
        let lab = Self { fresh: below.join("fresh"), root, tree, programs };
        let needs = |check: Check| lies.iter().any(|lie| lie.check == check);
        let mut packages = vec!["book-preprocessor"];
        if needs(Check::Commands) || needs(Check::Generated) || needs(Check::Records) {
            packages.extend(list::PROGRAMS);
        }
        if !built {
            lab.cargo(&["build", "--quiet"], &packages)?;
        }
        if needs(Check::Generated) {
            lab.measure(lies)?;
        }
        Ok(lab)
    }

    fn cargo(&self, words: &[&str], packages: &[&str]) -> Result<()> {
        let named = packages.iter().flat_map(|package| ["-p", package]);
        let status =
            Command::new("cargo").args(words).args(named).current_dir(&self.root).status()?;
        ensure!(status.success(), "cargo {}: {status}", words.join(" "));
        Ok(())
    }

    /// Runs the programs of the chapters whose values and figures are lied about.
    fn measure(&self, lies: &[Lie]) -> Result<()> {
        let mut chapters: Vec<&str> = Vec::new();
        for lie in lies.iter().filter(|lie| lie.check == Check::Generated) {
            let chapter = lie.chapter();
            if !chapters.contains(&chapter) {
                chapters.push(chapter);
            }
        }
        let _ = std::fs::remove_dir_all(&self.fresh);
        for chapter in chapters {
            println!("running {chapter}");
            let output =
                self.program(chapter, &self.root).env("BOOK_GENERATED", &self.fresh).output()?;
            ensure!(output.status.success(), "{chapter}: {}", first_line(&output));
        }
        Ok(())
    }

    /// The program of a chapter, as if it belonged to the repository at `root`.
    fn program(&self, chapter: &str, root: &Path) -> Command {
        let mut command = Command::new(self.programs.join(chapter));
        command.current_dir(root);
        command.env("CARGO_MANIFEST_DIR", root.join("chapters").join(chapter));
        command
    }

    /// Without a lie, every check must pass.
    fn check_truth(&self, lies: &[Lie]) -> Result<()> {
        let mut tried: Vec<(Check, &str)> = Vec::new();
        for lie in lies {
            let chapter = match lie.check {
                Check::Generated | Check::Records => lie.chapter(),
                _ => "",
            };
            if tried.contains(&(lie.check, chapter)) {
                continue;
            }
            tried.push((lie.check, chapter));
            if let Some(message) = self.judge(lie)? {
                bail!("{:?} without a lie: {message}", lie.check);
            }
        }
        Ok(())
    }

    /// Plants a lie, and says what the check said; nothing if it saw nothing.
    fn tell(&self, lie: &Lie) -> Result<Option<String>> {
        let path = self.tree.folder.join(lie.file);
        let truth = std::fs::read_to_string(&path).with_context(|| lie.file.to_owned())?;
        let told = (lie.edit)(&truth);
        let told = told.filter(|told| *told != truth);
        let told = told.with_context(|| format!("{}: there is nothing to lie about", lie.file))?;
        std::fs::write(&path, told)?;
        let outcome = self.judge(lie);
        std::fs::write(&path, truth)?;
        outcome
    }

    fn judge(&self, lie: &Lie) -> Result<Option<String>> {
        let tree = &self.tree.folder;
        let preprocessor = || Command::new(self.programs.join("book-preprocessor"));
        let output = match lie.check {
            Check::Pages => preprocessor().arg("check").arg(tree).output()?,
            Check::Commands => {
                let mut command = preprocessor();
                command.args(["commands", "--arguments-only"]).arg(tree);
                command.env("BOOK_PROGRAMS", &self.programs).output()?
            }
            Check::Printed(word) => {
                let mut command = preprocessor();
                command.args(["commands", "--outputs-about", word]).arg(tree).output()?
            }
            Check::Records => {
                let mut command = self.program(lie.chapter(), tree);
                let fresh = self.fresh.with_file_name("records");
                command.env("BOOK_GENERATED", &fresh).arg("records").output()?
            }
            Check::Generated => return Ok(self.compare(lie.chapter())),
            Check::Solutions => self.test("solutions").output()?,
            Check::Tests(chapter) => self.test(chapter).output()?,
        };
        Ok((!output.status.success()).then(|| first_line(&output)))
    }

    /// A file of tests of the copy.
    fn test(&self, name: &str) -> Command {
        let mut command = Command::new("cargo");
        command.args(["test", "--quiet", "-p", "formulas", "--test", name]);
        command.env("CARGO_TARGET_DIR", self.fresh.with_file_name("target"));
        command.current_dir(&self.tree.folder);
        command
    }

    /// What is different between the committed and the fresh files of a chapter.
    fn compare(&self, chapter: &str) -> Option<String> {
        let committed = self.tree.folder.join("book/src/generated").join(chapter);
        let differences = compare_generated(&committed, &self.fresh.join(chapter)).err()?;
        differences.first().map(ToString::to_string)
    }
}

/// The first line that says what is wrong.
fn first_line(output: &Output) -> String {
    let text = [&output.stderr[..], &output.stdout[..]].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    let says = |line: &&str| {
        ["error", ".md:", ".rs:", ".toml:", ".json:", ".svg:", "panicked", "expected"]
            .iter()
            .any(|word| line.contains(word))
    };
    let line = text.lines().find(says).or(text.lines().next()).unwrap_or_default();
    line.chars().take(160).collect()
}
