//! How the chapter's programs state a number.

use anyhow::Result;
use book_figures::{Format, Measured, Values};

/// A share such as a test error, of a network that another machine trains a little differently.
pub fn share(share: f64) -> Measured {
    Measured::number(share, Format::Percent(0)).within(0.01)
}

/// A loss of such a network.
pub fn loss(loss: f64) -> Measured {
    Measured::number(loss, Format::Decimals(1)).within(0.1)
}

/// Sets one value with a note.
pub fn set(values: &mut Values, name: &str, measured: Measured, note: &str) -> Result<()> {
    Ok(values.set(name, measured.note(note))?)
}
