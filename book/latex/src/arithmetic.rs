//! The arithmetic of a page: equalities of plain numbers.

use std::fmt::{self, Display, Formatter};

use crate::expression::Relation;
use crate::formula::{Formula, Statement};
use crate::names::Names;
use crate::refusal::Refusal;
use crate::token::{Placed, Token};

/// How far two numbers may be apart that ought to be equal, as a share of the larger one: the
/// rounding of the computation.
const ROUNDING: f64 = 1e-12;

/// Two members of a chain that are plain numbers, compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Arithmetic {
    /// The byte of the LaTeX at which the second one begins.
    pub offset: usize,
    /// What the first one is.
    pub left: f64,
    /// What the page says between them.
    pub relation: Relation,
    /// What the second one is.
    pub right: f64,
    /// Whether what the page says is true.
    pub holds: bool,
}

/// All members of a formula that are plain numbers, each compared with the one before it.
///
/// `=` wants the same number, up to the rounding of the computation. `≈` wants the same number in
/// the digits that are printed. What is no number, or is not understood, is passed by.
pub fn arithmetic(latex: &str) -> Result<Vec<Arithmetic>, Refusal> {
    let formula = Formula::parse(latex)?;
    Ok(formula.statements().iter().flat_map(compared).collect())
}

/// The members of a chain that are plain numbers, each compared with the one before.
fn compared(statement: &Statement) -> Vec<Arithmetic> {
    let mut result = Vec::new();
    let mut before: Option<(usize, Plain)> = None;
    for member in 0..statement.members() {
        let Some(plain) = Plain::of(statement, member) else { continue };
        if let Some((index, left)) = before.replace((member, plain.clone()))
            && let Some(relation) = relation_between(&statement.relations()[index..member])
        {
            let holds = holds(&left, relation, &plain);
            let (offset, left, right) = (plain.offset, left.value, plain.value);
            result.push(Arithmetic { offset, left, relation, right, holds });
        }
    }
    result
}

/// A member that is a plain number.
#[derive(Debug, Clone)]
struct Plain {
    offset: usize,
    value: f64,
    /// The value of a unit in the last digit, if the member is a number as it is printed.
    unit: Option<f64>,
}

impl Plain {
    fn of(statement: &Statement, member: usize) -> Option<Self> {
        let value = statement.value(member, &Names::new()).ok()?;
        let tokens = statement.member(member);
        let (offset, _) = tokens.first()?;
        Some(Self { offset: *offset, value, unit: unit(tokens) })
    }
}

/// The unit in the last printed digit of `3.14`, `-0.5`, `6 \cdot 10^{-6}` or `97.6\%`.
fn unit(tokens: &[Placed]) -> Option<f64> {
    let tokens: Vec<&Token> = tokens.iter().map(|(_, token)| token).collect();
    let tokens = match tokens.split_first() {
        Some((Token::Sign('-'), rest)) => rest,
        _ => &tokens[..],
    };
    let (Token::Number(digits), rest) = tokens.split_first()? else { return None };
    let places = digits.split_once('.').map_or(0, |(_, places)| places.len());
    let unit = 10_f64.powi(-(places as i32));
    match rest {
        [] => Some(unit),
        [Token::Command(percent)] if percent == "%" => Some(unit / 100.0),
        [Token::Command(dot), Token::Number(ten), Token::Sign('^'), exponent @ ..]
            if (dot == "cdot" || dot == "times") && ten == "10" =>
        {
            Some(unit * 10_f64.powi(whole(exponent)?))
        }
        _ => None,
    }
}

/// The exponent `6` or `{-6}`.
fn whole(tokens: &[&Token]) -> Option<i32> {
    match tokens {
        [Token::Number(digits)] | [Token::Sign('{'), Token::Number(digits), Token::Sign('}')] => {
            digits.parse().ok()
        }
        [Token::Sign('{'), Token::Sign('-'), Token::Number(digits), Token::Sign('}')] => {
            digits.parse::<i32>().ok().map(|power| -power)
        }
        _ => None,
    }
}

/// What a chain says between two of its members: `a = b ≈ c` says that a ≈ c.
fn relation_between(relations: &[Relation]) -> Option<Relation> {
    use Relation::{About, AtLeast, AtMost, Different, Equal, Greater, Less};
    let mut result = Equal;
    for relation in relations {
        result = match (result, *relation) {
            (Equal, other) => other,
            (other, Equal) => other,
            (About, About) => About,
            (Less | AtMost, Less) | (Less, AtMost) => Less,
            (AtMost, AtMost) => AtMost,
            (Greater | AtLeast, Greater) | (Greater, AtLeast) => Greater,
            (AtLeast, AtLeast) => AtLeast,
            _ => return None,
        };
    }
    let known = [Equal, About, Different, Less, AtMost, Greater, AtLeast];
    known.contains(&result).then_some(result)
}

fn holds(left: &Plain, relation: Relation, right: &Plain) -> bool {
    let (one, other) = (left.value, right.value);
    let rounding = ROUNDING * one.abs().max(other.abs());
    let same = (one - other).abs() <= rounding;
    match relation {
        Relation::Equal => same,
        // The coarser of two printed numbers says how near they are; without one, a hundredth.
        Relation::About => {
            let unit = match (left.unit, right.unit) {
                (Some(one), Some(other)) => one.max(other),
                (one, other) => one.or(other).unwrap_or(0.02 * one_of(left, right)),
            };
            (one - other).abs() <= unit / 2.0 + rounding
        }
        Relation::AtMost => one <= other || same,
        Relation::AtLeast => one >= other || same,
        relation => relation.holds(one, other),
    }
}

fn one_of(left: &Plain, right: &Plain) -> f64 {
    left.value.abs().max(right.value.abs())
}

impl Display for Arithmetic {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { left, relation, right, .. } = self;
        write!(formatter, "{left} {relation} {right} does not hold")?;
        let near = (left - right).abs() < 0.05 * left.abs().max(right.abs());
        match relation {
            Relation::Equal if near => {
                write!(formatter, ": expected {left}, or ≈ if it is rounded")
            }
            Relation::Equal | Relation::About => write!(formatter, ": expected {left}"),
            _ => Ok(()),
        }
    }
}
