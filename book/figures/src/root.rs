//! Where the checkout is that a program runs in.

use std::env;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The folder of the checkout, found when the program runs: a checkout may have been moved or renamed
/// since the program was compiled.
///
/// It is the one of the package that Cargo runs, or else the one around the current folder, or else
/// the one that the program itself lies in.
///
/// # Errors
/// If there is none.
pub fn root() -> Result<PathBuf, Error> {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let starts = [package, env::current_dir().ok(), env::current_exe().ok()];
    let found = starts.iter().flatten().find_map(|start| root_around(start));
    found.ok_or_else(|| Error::NoRoot { start: env::current_dir().unwrap_or_default() })
}

/// The nearest folder around a path that holds the book and its chapters.
fn root_around(path: &Path) -> Option<PathBuf> {
    let is_root = |folder: &&Path| {
        folder.join("book.toml").is_file() && folder.join("chapters/ch05_mnist").is_dir()
    };
    path.ancestors().find(is_root).map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn checkout(folder: &Path) {
        fs::create_dir_all(folder.join("chapters/ch05_mnist/src")).unwrap();
        fs::write(folder.join("book.toml"), "").unwrap();
    }

    #[test]
    fn the_checkout_of_this_test_is_found() {
        let root = root().unwrap();
        assert!(root.join("book/figures/src/root.rs").is_file(), "{}", root.display());
    }

    #[test]
    fn a_renamed_checkout_is_found_under_its_new_name() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two and größer"));
        checkout(&one);
        fs::rename(&one, &two).unwrap();
        assert_eq!(root_around(&two.join("chapters/ch05_mnist/src")), Some(two.clone()));
        assert_eq!(root_around(&two.join("target/debug/ch05_mnist")), Some(two.clone()));
        assert_eq!(root_around(&two), Some(two));
        assert_eq!(root_around(&one), None);
        assert_eq!(root_around(folder.path()), None);
    }

    #[test]
    fn a_checkout_inside_of_another_is_the_nearer_one() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("target/copy");
        checkout(folder.path());
        checkout(&inner);
        assert_eq!(root_around(&inner.join("book/src")), Some(inner));
    }
}
