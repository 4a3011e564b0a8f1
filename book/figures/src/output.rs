//! The folder of a chapter's generated files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::figure::Figure;
use crate::root::root;
use crate::values::Values;
use crate::write::write_if_changed;

/// The folder `book/src/generated/chNN_name/`, into which one chapter's program writes.
#[derive(Debug, Clone)]
pub struct Output {
    chapter: String,
    folder: PathBuf,
}

impl Output {
    /// Opens (and creates) the folder of a chapter in the book, or in `$BOOK_GENERATED` if that
    /// environment variable is set.
    ///
    /// # Errors
    /// If the name is not like `ch05_mnist`, the folder cannot be created, or there is no checkout.
    pub fn chapter(chapter: &str) -> Result<Self, Error> {
        Self::folder(&generated(std::env::var_os("BOOK_GENERATED"))?, chapter)
    }

    /// Opens (and creates) the folder of a chapter inside `generated`.
    ///
    /// # Errors
    /// If the name is not like `ch05_mnist` or the folder cannot be created.
    pub fn folder(generated: &Path, chapter: &str) -> Result<Self, Error> {
        check_name(chapter)?;
        let folder = generated.join(chapter);
        std::fs::create_dir_all(&folder).map_err(Error::file(&folder, "create"))?;
        Ok(Self { chapter: chapter.to_owned(), folder })
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Draws a figure and writes `<name>.svg`, unless the file already holds the same.
    ///
    /// # Errors
    /// If the figure cannot be drawn or the file cannot be written; the error names the file.
    pub fn figure(&self, name: &str, figure: &impl Figure) -> Result<PathBuf, Error> {
        check_name(name)?;
        let path = self.folder.join(format!("{name}.svg"));
        match figure.svg(&format!("{}-{name}", self.chapter)) {
            Ok(svg) => write_if_changed(&path, &svg).map(|()| path),
            Err(source) => Err(Error::Figure { path, source: Box::new(source) }),
        }
    }

    /// The chapter's `values.json`: what it holds already, or nothing yet.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn values(&self) -> Result<Values, Error> {
        Values::load_or_new(self.folder.join("values.json"))
    }
}

/// The folder of all generated files: the one that an environment variable names, or the book's.
fn generated(variable: Option<OsString>) -> Result<PathBuf, Error> {
    let in_book = || Ok(root()?.join("book/src/generated"));
    variable.map_or_else(in_book, |folder| Ok(PathBuf::from(folder)))
}

/// Names become file names, ids and directives, so they are plain.
fn check_name(name: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        return Ok(());
    }
    let allowed = "small letters, digits, `_` and `-`, and at least one of them";
    Err(Error::Name { name: name.to_owned(), allowed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chart, Series};

    fn chart(points: Vec<(f64, f64)>) -> Chart {
        Chart::new("Title", "Description.").series(Series::line("line", points))
    }

    #[test]
    fn a_figure_goes_into_the_folder_of_its_chapter() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::folder(folder.path(), "ch01_neuron").unwrap();
        let path = output.figure("sigmoid", &chart(vec![(0.0, 0.0), (1.0, 1.0)])).unwrap();
        assert_eq!(path, folder.path().join("ch01_neuron/sigmoid.svg"));
        assert!(std::fs::read_to_string(path).unwrap().contains("ch01_neuron-sigmoid-desc"));
    }

    #[test]
    fn figures_go_into_the_book_unless_the_environment_names_another_folder() {
        assert!(generated(None).unwrap().ends_with("book/src/generated"));
        assert_eq!(generated(Some("elsewhere".into())).unwrap(), PathBuf::from("elsewhere"));
    }

    #[test]
    fn an_error_names_the_file_that_would_have_been_written() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::folder(folder.path(), "ch01_neuron").unwrap();
        let error = output.figure("empty", &chart(vec![])).unwrap_err().to_string();
        assert!(error.contains("ch01_neuron/empty.svg"), "{error}");
    }

    #[test]
    fn a_name_that_leaves_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Output::folder(folder.path(), "../x").is_err());
        assert!(Output::folder(folder.path(), "").is_err());
    }
}
