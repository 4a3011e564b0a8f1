//! What can go wrong while a figure or a value is written.

use std::path::{Path, PathBuf};

use plotters::drawing::DrawingAreaErrorKind;

/// An error of this crate. What a caller did wrong is named together with what was expected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or a folder could not be read or written.
    #[error("{}: cannot {action}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What was tried: "read", "write", "create".
        action: &'static str,
        /// The reason that the operating system gave.
        source: std::io::Error,
    },
    /// No checkout around the program.
    #[error(
        "{}: expected a folder of the checkout of the book, found no book.toml in it or around it",
        start.display()
    )]
    NoRoot {
        /// Where it was looked for.
        start: PathBuf,
    },
    /// A `values.json` that is not one.
    #[error("{}: not a file of values: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why the text could not be understood.
        source: serde_json::Error,
    },
    /// A figure that could not be drawn, with the file that it was meant for.
    #[error("{}: {source}", path.display())]
    Figure {
        /// The file that would have been written.
        path: PathBuf,
        /// What is wrong with the figure.
        source: Box<Error>,
    },
    /// A value that `values.json` may not hold, with the file that it was meant for.
    #[error("{}: value `{name}`: {problem}", path.display())]
    Value {
        /// The file of values.
        path: PathBuf,
        /// The dotted name of the value.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The name of a chapter, a figure or a value holds characters that it may not hold.
    #[error("the name `{name}` may only hold {allowed}")]
    Name {
        /// The name.
        name: String,
        /// The characters that are allowed.
        allowed: &'static str,
    },
    /// A text that every figure needs is empty.
    #[error("the {0} is empty")]
    NoText(String),
    /// There is nothing to draw.
    #[error("{0}: there is nothing to draw")]
    NoData(String),
    /// A number that cannot be drawn: not finite, or not above zero on a logarithmic axis.
    #[error("{what}: {value} at index {index} is not {expected}")]
    Number {
        /// The series, bar or matrix that holds the number.
        what: String,
        /// Where in it the number stands, counted from 0.
        index: usize,
        /// The number.
        value: f64,
        /// What it should have been.
        expected: &'static str,
    },
    /// Two things that belong together have different sizes.
    #[error("{what}: expected {expected}, found {found}")]
    Size {
        /// What was counted.
        what: String,
        /// How many there should be.
        expected: String,
        /// How many there are.
        found: String,
    },
    /// An image could not be encoded.
    #[error("PNG: {0}")]
    Image(String),
    /// plotters could not draw.
    #[error("plotters: {0}")]
    Plotters(String),
}

impl Error {
    /// Attaches a path and an action to an error of the operating system.
    pub(crate) fn file(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), action, source }
    }

    /// `what` has a size other than the one it needs.
    pub(crate) fn size(
        what: impl Into<String>,
        expected: impl ToString,
        found: impl ToString,
    ) -> Self {
        Self::Size { what: what.into(), expected: expected.to_string(), found: found.to_string() }
    }
}

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for Error {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self::Plotters(error.to_string())
    }
}

/// Checks that all numbers of `what` are finite.
pub(crate) fn all_finite<'a>(
    what: &str,
    numbers: impl IntoIterator<Item = &'a f64>,
) -> Result<(), Error> {
    match numbers.into_iter().enumerate().find(|(_, number)| !number.is_finite()) {
        None => Ok(()),
        Some((index, &value)) => {
            Err(Error::Number { what: what.to_owned(), index, value, expected: "finite" })
        }
    }
}
