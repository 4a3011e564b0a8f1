//! What a formula says, as a tree.

use std::fmt::{self, Display, Formatter};

/// Something that has a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A number as it is printed.
    Number(f64),
    /// A quantity that has a name, given by whoever asks, and where it stands.
    Variable(String, usize),
    /// An entry of an array: `x_{ri}`.
    Element(String, Vec<Expression>, usize),
    /// −x.
    Negative(Box<Expression>),
    /// A sum of two.
    Sum(Box<Expression>, Box<Expression>),
    /// A difference.
    Difference(Box<Expression>, Box<Expression>),
    /// A product.
    Product(Box<Expression>, Box<Expression>),
    /// A quotient.
    Quotient(Box<Expression>, Box<Expression>),
    /// A power.
    Power(Box<Expression>, Box<Expression>),
    /// A root: its degree and what stands under it.
    Root(Box<Expression>, Box<Expression>),
    /// A function that school teaches.
    Known(Known, Vec<Expression>),
    /// A function that has a name, given by whoever asks.
    Call(String, Vec<Expression>, usize),
    /// A sum, product, maximum or minimum over indices.
    Big(Box<Big>),
    /// Values with conditions; the last may have none.
    Cases(Vec<(Expression, Option<Chain>)>, usize),
    /// 1 where the chain holds, and 0 where not.
    Indicator(Chain),
}

/// A function that needs no name from whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The absolute value.
    Absolute,
    /// The largest whole number that is not larger.
    Floor,
    /// The smallest whole number that is not smaller.
    Ceiling,
    /// n!
    Factorial,
    /// The largest of several.
    Max,
    /// The smallest of several.
    Min,
    /// The natural logarithm.
    Ln,
    /// The exponential.
    Exp,
    /// The sine of an angle in radians.
    Sin,
    /// The cosine.
    Cos,
    /// The hyperbolic tangent.
    Tanh,
    /// The hyperbolic cosine.
    Cosh,
}

/// How the terms of a [`Big`] come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// ∑
    Sum,
    /// ∏
    Product,
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

/// A sum, product, maximum or minimum over indices.
#[derive(Debug, Clone, PartialEq)]
pub struct Big {
    /// How the terms come together.
    pub together: Together,
    /// The indices.
    pub indices: Vec<String>,
    /// The first and last value of a single index, where the formula says them.
    pub bounds: Option<(Expression, Expression)>,
    /// Which values of the indices count, if not all.
    pub condition: Option<Chain>,
    /// The terms.
    pub body: Expression,
    /// Where it stands.
    pub offset: usize,
}

/// Expressions with relations between them: `a < b = c`.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// The first one.
    pub first: Box<Expression>,
    /// The others, each with the relation before it.
    pub others: Vec<(Relation, Expression)>,
}

/// What stands between two members of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// =
    Equal,
    /// ≈
    About,
    /// ≠
    Different,
    /// <
    Less,
    /// ≤
    AtMost,
    /// >
    Greater,
    /// ≥
    AtLeast,
    /// ←
    Becomes,
}

impl Relation {
    /// The relation of a command or a sign.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "=" => Self::Equal,
            "approx" => Self::About,
            "ne" | "neq" => Self::Different,
            "<" | "lt" => Self::Less,
            "le" | "leq" => Self::AtMost,
            ">" | "gt" => Self::Greater,
            "ge" | "geq" => Self::AtLeast,
            "leftarrow" => Self::Becomes,
            _ => return None,
        })
    }

    /// Whether it holds between two numbers that are computed exactly.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Equal | Self::About | Self::Becomes => left == right,
            Self::Different => left != right,
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

impl Display for Relation {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Equal => "=",
            Self::About => "≈",
            Self::Different => "≠",
            Self::Less => "<",
            Self::AtMost => "≤",
            Self::Greater => ">",
            Self::AtLeast => "≥",
            Self::Becomes => "←",
        })
    }
}
