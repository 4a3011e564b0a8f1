//! A copy of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders that are no part of the repository.
const SKIPPED: [&str; 4] = ["target", ".git", "node_modules", "build"];

/// The copy.
pub struct Tree {
    /// Its root.
    pub folder: PathBuf,
}

impl Tree {
    /// Copies what belongs to the repository at `root`; what was in the folder is gone.
    pub fn copy(root: &Path, folder: &Path) -> Result<Self> {
        let name = || format!("{}: expected to write a copy there", folder.display());
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(name)?;
        }
        copy(root, folder).with_context(name)?;
        Ok(Self { folder: folder.to_owned() })
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, target) = (entry.file_name(), to.join(entry.file_name()));
        if SKIPPED.iter().any(|skipped| name == *skipped) {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => fs::copy(entry.path(), target).map(drop)?,
        }
    }
    Ok(())
}
