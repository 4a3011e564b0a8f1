//! From a tree to a number.

use std::collections::HashMap;

use crate::expression::{Big, Chain, Expression, Known, Together};
use crate::names::Names;
use crate::refusal::Refusal;

/// The value of an expression.
pub fn evaluate(expression: &Expression, names: &Names<'_>) -> Result<f64, Refusal> {
    Evaluator { names, indices: HashMap::new() }.value(expression)
}

struct Evaluator<'a> {
    names: &'a Names<'a>,
    /// The values of the indices of the sums around this place.
    indices: HashMap<String, i64>,
}

impl Evaluator<'_> {
    fn value(&mut self, expression: &Expression) -> Result<f64, Refusal> {
        Ok(match expression {
            Expression::Number(number) => *number,
            Expression::Variable(name, offset) => match self.indices.get(name) {
                Some(index) => *index as f64,
                None => {
                    let unknown = || Refusal::new(*offset, format!("no value for `{name}`"));
                    self.names.number_of(name).ok_or_else(unknown)?
                }
            },
            Expression::Element(name, indices, offset) => {
                let mut whole = Vec::new();
                for index in indices {
                    whole.push(self.whole(index, *offset)?);
                }
                let unknown = || Refusal::new(*offset, format!("no entries for `{name}`"));
                self.names.entry(name, &whole).ok_or_else(unknown)?
            }
            Expression::Negative(inner) => -self.value(inner)?,
            Expression::Sum(one, other) => self.value(one)? + self.value(other)?,
            Expression::Difference(one, other) => self.value(one)? - self.value(other)?,
            Expression::Product(one, other) => self.value(one)? * self.value(other)?,
            Expression::Quotient(one, other) => self.value(one)? / self.value(other)?,
            Expression::Power(base, exponent) => power(self.value(base)?, self.value(exponent)?),
            Expression::Root(degree, inner) => {
                let (degree, inner) = (self.value(degree)?, self.value(inner)?);
                match degree {
                    2.0 => inner.sqrt(),
                    3.0 => inner.cbrt(),
                    degree => inner.powf(1.0 / degree),
                }
            }
            Expression::Known(known, arguments) => {
                let values = self.values(arguments)?;
                known_value(*known, &values)
            }
            Expression::Call(name, arguments, offset) => {
                let values = self.values(arguments)?;
                let unknown = || Refusal::new(*offset, format!("no function `{name}`"));
                self.names.call(name, &values).ok_or_else(unknown)?
            }
            Expression::Big(big) => self.big(big)?,
            Expression::Cases(cases, offset) => {
                for (value, condition) in cases {
                    let holds = match condition {
                        Some(condition) => self.holds(condition)?,
                        None => true,
                    };
                    if holds {
                        return self.value(value);
                    }
                }
                return Err(Refusal::new(*offset, "no case applies"));
            }
            Expression::Indicator(chain) => f64::from(self.holds(chain)?),
        })
    }

    fn values(&mut self, expressions: &[Expression]) -> Result<Vec<f64>, Refusal> {
        expressions.iter().map(|expression| self.value(expression)).collect()
    }

    fn whole(&mut self, expression: &Expression, offset: usize) -> Result<i64, Refusal> {
        let value = self.value(expression)?;
        if value.fract() != 0.0 || value.abs() > 1e9 {
            return Err(Refusal::new(offset, format!("{value} where a whole number is expected")));
        }
        Ok(value as i64)
    }

    fn holds(&mut self, chain: &Chain) -> Result<bool, Refusal> {
        let mut left = self.value(&chain.first)?;
        for (relation, expression) in &chain.others {
            let right = self.value(expression)?;
            if !relation.holds(left, right) {
                return Ok(false);
            }
            left = right;
        }
        Ok(true)
    }

    fn big(&mut self, big: &Big) -> Result<f64, Refusal> {
        let range = match &big.bounds {
            Some((first, last)) => {
                Some(self.whole(first, big.offset)?..=self.whole(last, big.offset)?)
            }
            None => None,
        };
        let mut values = Vec::new();
        self.terms(big, 0, range.as_ref(), &mut values)?;
        let values = values.into_iter();
        match big.together {
            Together::Sum => Ok(values.sum()),
            Together::Product => Ok(values.product()),
            Together::Max => Ok(values.fold(f64::NEG_INFINITY, f64::max)),
            Together::Min => Ok(values.fold(f64::INFINITY, f64::min)),
        }
    }

    /// The terms for all values of the indices from this one on.
    fn terms(
        &mut self,
        big: &Big,
        depth: usize,
        range: Option<&std::ops::RangeInclusive<i64>>,
        values: &mut Vec<f64>,
    ) -> Result<(), Refusal> {
        let Some(index) = big.indices.get(depth) else {
            let counts = match &big.condition {
                Some(condition) => self.holds(condition)?,
                None => true,
            };
            if counts {
                values.push(self.value(&big.body)?);
            }
            return Ok(());
        };
        let open = || Refusal::new(big.offset, format!("the range of `{index}` is not said"));
        let range = range.cloned().or_else(|| self.names.range_of(index)).ok_or_else(open)?;
        if range.clone().count() > 100_000 {
            return Err(Refusal::new(big.offset, format!("too many values of `{index}`")));
        }
        let outside = self.indices.get(index).copied();
        for value in range {
            self.indices.insert(index.clone(), value);
            self.terms(big, depth + 1, None, values)?;
        }
        match outside {
            Some(value) => self.indices.insert(index.clone(), value),
            None => self.indices.remove(index),
        };
        Ok(())
    }
}

/// A power; whole exponents are multiplied out.
fn power(base: f64, exponent: f64) -> f64 {
    if base == std::f64::consts::E {
        exponent.exp()
    } else if exponent.fract() == 0.0 && exponent.abs() <= f64::from(i32::MAX) {
        base.powi(exponent as i32)
    } else {
        base.powf(exponent)
    }
}

fn known_value(known: Known, values: &[f64]) -> f64 {
    let first = values[0];
    match known {
        Known::Absolute => first.abs(),
        Known::Floor => first.floor(),
        Known::Ceiling => first.ceil(),
        Known::Factorial if first >= 0.0 && first.fract() == 0.0 && first < 200.0 => {
            (1..=first as u32).map(f64::from).product()
        }
        Known::Factorial => f64::NAN,
        Known::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Known::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
        Known::Ln => first.ln(),
        Known::Exp => first.exp(),
        Known::Sin => first.sin(),
        Known::Cos => first.cos(),
        Known::Tanh => first.tanh(),
        Known::Cosh => first.cosh(),
    }
}
