//! How the chapter's program states a number.

use anyhow::Result;
use book_figures::{Format, Measured, Values};
use book_programs::statistics::{Estimate, t_interval};

/// Sets one value of trained networks, which differ a little from one processor to the next.
pub fn set(values: &mut Values, name: &str, value: f64, format: Format, note: &str) -> Result<()> {
    Ok(values.set(name, Measured::number(value, format).machine().note(note))?)
}

/// A mean over seeds, and half the width of its 95% interval, by Student's t.
pub fn mean_of(numbers: &[f64]) -> Estimate {
    t_interval(numbers, 0.95, 1)
}

/// Sets `name.mean` and `name.margin` of a mean over networks.
pub fn set_mean(
    values: &mut Values,
    name: &str,
    mean: Estimate,
    format: Format,
    note: &str,
) -> Result<()> {
    mean.set(values, name, note, |number| Measured::number(number, format).machine())
}
