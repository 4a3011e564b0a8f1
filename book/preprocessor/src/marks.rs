//! What can be found on a page, each with its bytes.

use std::ops::Range;

use crate::directive::Directive;

/// Something on a page that this preprocessor replaces or complains about.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The bytes of the page that it takes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What can be marked on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Math in a sentence, with the punctuation that must stay on its line.
    Math(InlineMath),
    /// A displayed formula.
    Formula(DisplayedMath),
    /// A directive in double braces.
    Directive(Directive),
    /// A place at the end of a heading with math, where it gets an identifier made from its text.
    HeadingId(String),
    /// The mark `<!-- typed -->`, which the reader is not shown.
    Vouch,
    /// Something that should not be there.
    Fault(String),
}

/// Math in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct InlineMath {
    /// The LaTeX between the backticks.
    pub latex: String,
    /// Opening punctuation before it.
    pub before: String,
    /// Closing punctuation, or the end of a word, after it.
    pub after: String,
}

/// A fenced block of math.
#[derive(Debug, Clone, PartialEq)]
pub struct DisplayedMath {
    /// What follows `math` on the line of the fence.
    pub name: String,
    /// The LaTeX between the fences.
    pub latex: String,
    /// Where the LaTeX begins in the page.
    pub body: usize,
}
