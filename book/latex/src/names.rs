//! The quantities that have names, given by whoever asks for a value.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use crate::refusal::Refusal;
use crate::token::{Token, tokens};

/// Numbers, functions, arrays and ranges by the LaTeX of their names.
///
/// A name may be a letter, a letter with an index or an accent, or any piece of LaTeX that the
/// formula treats as one quantity, such as `\operatorname{Var} w`.
#[derive(Default)]
pub struct Names<'a> {
    known: Vec<Known>,
    numbers: HashMap<String, f64>,
    functions: HashMap<String, Function<'a>>,
    arrays: HashMap<String, Array<'a>>,
    ranges: HashMap<String, RangeInclusive<i64>>,
}

type Function<'a> = Box<dyn Fn(&[f64]) -> f64 + 'a>;
type Array<'a> = Box<dyn Fn(&[i64]) -> f64 + 'a>;

/// A name, and what it is the name of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    /// As it was given.
    pub name: String,
    pub tokens: Vec<Token>,
    pub kind: Kind,
}

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Function,
    Array,
}

impl<'a> Names<'a> {
    /// No names.
    pub fn new() -> Self {
        Self::default()
    }

    fn know(&mut self, name: &str, kind: Kind) -> Result<(), Refusal> {
        let tokens: Vec<Token> = tokens(name)?.into_iter().map(|(_, token)| token).collect();
        if tokens.is_empty() {
            return Err(Refusal::new(0, "a name without letters"));
        }
        let same = |known: &&Known| known.tokens == tokens;
        // An array has an index behind it, so that its name may be that of another thing too.
        let clashes =
            |known: &Known| known.kind != kind && ![known.kind, kind].contains(&Kind::Array);
        if self.known.iter().filter(same).any(clashes) {
            return Err(Refusal::new(0, format!("`{name}` is the name of two things")));
        }
        if !self.known.iter().filter(same).any(|known| known.kind == kind) {
            self.known.push(Known { name: name.to_owned(), tokens, kind });
        }
        // The longest first: `x_i` before `x`.
        self.known.sort_by_key(|known| std::cmp::Reverse(known.tokens.len()));
        Ok(())
    }

    /// Gives a number.
    pub fn number(&mut self, name: &str, value: f64) -> Result<(), Refusal> {
        self.know(name, Kind::Number)?;
        self.numbers.insert(name.to_owned(), value);
        Ok(())
    }

    /// Gives a function, which stands before its arguments.
    pub fn function(
        &mut self,
        name: &str,
        function: impl Fn(&[f64]) -> f64 + 'a,
    ) -> Result<(), Refusal> {
        self.know(name, Kind::Function)?;
        self.functions.insert(name.to_owned(), Box::new(function));
        Ok(())
    }

    /// Gives an array by its entries, which stand at its indices.
    pub fn array(&mut self, name: &str, entry: impl Fn(&[i64]) -> f64 + 'a) -> Result<(), Refusal> {
        self.know(name, Kind::Array)?;
        self.arrays.insert(name.to_owned(), Box::new(entry));
        Ok(())
    }

    /// Gives the values of an index, where the formula leaves them open.
    pub fn range(&mut self, index: &str, values: RangeInclusive<i64>) {
        self.ranges.insert(index.to_owned(), values);
    }

    /// The names, the longest first.
    pub(crate) fn known(&self) -> &[Known] {
        &self.known
    }

    pub(crate) fn number_of(&self, name: &str) -> Option<f64> {
        self.numbers.get(name).copied()
    }

    pub(crate) fn call(&self, name: &str, arguments: &[f64]) -> Option<f64> {
        Some(self.functions.get(name)?(arguments))
    }

    pub(crate) fn entry(&self, name: &str, indices: &[i64]) -> Option<f64> {
        Some(self.arrays.get(name)?(indices))
    }

    pub(crate) fn range_of(&self, index: &str) -> Option<RangeInclusive<i64>> {
        self.ranges.get(index).cloned()
    }
}
