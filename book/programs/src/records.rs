//! Records of long experiments: what was measured, as it was measured, with the command and the date
//! that made it. Figures and numbers are made from them by every run of a chapter.
//!
//! A digest tells whether somebody has changed a record by hand, and the program's own parser tells
//! whether its command still exists.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::files;

/// An experiment as it was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record<T> {
    /// What was typed: `cargo run -p chNN_name -- …`, or a script of the repository.
    pub command: String,
    /// When, as far as that is known.
    pub date: String,
    /// What was measured.
    pub outcome: T,
    /// SHA-256 of the command, the date and the outcome.
    sha256: String,
}

impl<T: Serialize> Record<T> {
    /// A record of today.
    ///
    /// # Errors
    /// If the outcome cannot be written as JSON.
    pub fn today(command: impl Into<String>, outcome: T) -> Result<Self> {
        let (command, date) = (command.into(), files::today());
        let sha256 = digest(&command, &date, &outcome)?;
        Ok(Self { command, date, outcome, sha256 })
    }

    /// Command and date, as values and figures say them.
    pub fn how(&self) -> String {
        format!("{} ({})", self.command, self.date)
    }

    /// Writes the record to a file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{}: expected a folder", folder.display()))?;
        }
        files::write(path, (serde_json::to_string_pretty(self)? + "\n").as_bytes())
    }
}

/// Reads a record of a program whose arguments are `A`.
///
/// # Errors
/// If there is none; if it is not what was recorded; if the program no longer takes its command.
pub fn read<A: Parser, T: Serialize + DeserializeOwned>(path: &Path) -> Result<Record<T>> {
    let name = || format!("{}: expected what `--record` writes", path.display());
    let json = std::fs::read_to_string(path).with_context(name)?;
    let record: Record<T> = serde_json::from_str(&json).with_context(name)?;
    let expected = digest(&record.command, &record.date, &record.outcome)?;
    ensure!(
        record.sha256 == expected,
        "{}: it is not what was recorded: expected the SHA-256 {expected}, found {}; record it anew by \
         `{}`",
        path.display(),
        record.sha256,
        record.command
    );
    // The file is chapters/chNN_name/results/….json.
    let root = path.ancestors().nth(4).unwrap_or(path);
    check_command::<A>(&record.command, root)
        .with_context(|| format!("{}: `{}`", path.display(), record.command))?;
    Ok(record)
}

/// Whether the program still takes the command that made a record, or the script is still there, in
/// the repository at `root`.
///
/// # Errors
/// If not.
pub fn check_command<A: Parser>(command: &str, root: &Path) -> Result<()> {
    match command.strip_prefix("cargo run -p ") {
        Some(rest) => {
            let words = rest.split_whitespace().skip_while(|word| *word != "--").skip(1);
            let tried = A::try_parse_from(std::iter::once("").chain(words));
            tried.map(drop).map_err(|error| anyhow::anyhow!(crate::arguments::one_line(&error)))
        }
        None => {
            let script = command.split_whitespace().next().unwrap_or_default();
            ensure!(root.join(script).is_file(), "expected a file of the repository");
            Ok(())
        }
    }
}

fn digest(command: &str, date: &str, outcome: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string(&(command, date, serde_json::to_value(outcome)?))?;
    Ok(Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Parser)]
    struct Arguments {
        #[arg(long)]
        seeds: Option<usize>,
        #[arg(long)]
        record: bool,
    }

    const COMMAND: &str = "cargo run -p chapter -- --seeds 2 --record";

    fn written(folder: &tempfile::TempDir, command: &str) -> std::path::PathBuf {
        let path = folder.path().join("chapters/ch01_line/results/study.json");
        Record::today(command, vec![0.1 + 0.2, 1.0]).unwrap().write(&path).unwrap();
        path
    }

    fn error(path: &Path) -> String {
        crate::one_line(&read::<Arguments, Vec<f64>>(path).unwrap_err())
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let record = read::<Arguments, Vec<f64>>(&written(&folder, COMMAND)).unwrap();
        assert_eq!((record.outcome[0], record.outcome[1]), (0.1 + 0.2, 1.0));
        assert_eq!(record.how(), format!("{COMMAND} ({})", files::today()));
    }

    #[test]
    fn a_record_that_was_edited_by_hand_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (old, new) in
            [("1.0", "1.1"), ("--seeds 2", "--seeds 3"), ("\"date\": \"2", "\"date\": \"3")]
        {
            let path = written(&folder, COMMAND);
            let edited = std::fs::read_to_string(&path).unwrap().replacen(old, new, 1);
            std::fs::write(&path, edited).unwrap();
            assert!(error(&path).contains("it is not what was recorded"), "{}", error(&path));
        }
    }

    #[test]
    fn a_record_whose_command_is_gone_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(&folder, "cargo run -p chapter -- --seed 2");
        assert!(error(&path).contains("unexpected argument '--seed'"), "{}", error(&path));
        let path = written(&folder, "peers/none.sh --record");
        assert!(error(&path).contains("expected a file of the repository"), "{}", error(&path));
        let root = folder.path();
        check_command::<Arguments>("chapters/ch01_line/results/study.json x", root).unwrap();
    }
}
