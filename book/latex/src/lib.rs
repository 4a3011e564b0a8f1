//! Computes the formulas that the pages show, from the very LaTeX that is typeset.
//!
//! It reads the subset of LaTeX in which the book writes its formulas: numbers; letters with
//! indices, accents and marks; `+ - / \cdot`, products without a sign, `\frac`, powers, roots,
//! `|x|`; functions, some known and others given by whoever asks; `\sum`, `\prod` and `\max` over
//! ranges; `cases`; and rows of statements, each a chain of members with `=`, `\le`, `\approx` or
//! `\leftarrow` between them. What it does not understand it refuses, by name and with the byte at
//! which it stands. It never guesses.
//!
//! ```
//! use book_latex::{Formula, Names};
//!
//! let formula = Formula::parse(r"\sigma(z) = \frac{1}{1 + e^{-z}}").unwrap();
//! let mut names = Names::new();
//! names.number("z", 2.0).unwrap();
//! let value = formula.statements()[0].value(1, &names).unwrap();
//! assert_eq!(value, 1.0 / (1.0 + (-2.0_f64).exp()));
//! ```
//!
//! MathML, into which the preprocessor has every formula typeset, would spare a parser of its own.
//! But MathML says how a formula looks: it has lost which digits belong to one number and which
//! bytes of the page a sign came from, and a sum there has no end. So this reads the LaTeX.
//!
//! [`arithmetic`] finds the equalities of plain numbers in a formula, and judges them.

mod arithmetic;
mod evaluate;
mod expression;
mod formula;
mod names;
mod parse;
mod refusal;
mod token;

pub use arithmetic::{Arithmetic, arithmetic};
pub use expression::Relation;
pub use formula::{Formula, Statement};
pub use names::Names;
pub use refusal::Refusal;
