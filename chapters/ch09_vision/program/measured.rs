//! How the chapter's program states a number.

use anyhow::Result;
use book_figures::{Format, Measured, Values};
use book_programs::statistics::Estimate;

/// Sets `name.mean` and `name.margin` of a mean over seeds, from a record.
pub fn set_mean(
    values: &mut Values,
    name: &str,
    mean: Estimate,
    format: Format,
    (note, how): (&str, &str),
) -> Result<()> {
    mean.set(values, name, note, |number| Measured::number(number, format).experiment(how))
}

/// Sets a count that follows from shapes.
pub fn set_count(values: &mut Values, name: &str, count: usize, note: &str) -> Result<()> {
    Ok(values.set(name, Measured::count(count).note(note))?)
}
