//! The chapter as one run: all figures, and all numbers of the pages that no long experiment made.

use anyhow::Result;
use book_figures::{Format, Measured, Output, Values};

use crate::{files, fits, outcomes, pictures, print, thousand};

/// Measures and draws.
pub fn run() -> Result<()> {
    let output = Output::chapter("ch06_overfitting")?;
    let mut values = output.values()?;
    fits::draw(&output, &mut values)?;
    print("polynomials: done")?;
    let (train, test) = files::load(None, 60_000)?;
    pictures::draw(&train, &output, &mut values)?;
    print("masks and bent digits: done")?;
    thousand::draw(&train, &test, &output, &mut values)?;
    print("networks on a thousand images: done")?;
    outcomes::draw(&output, &mut values)?;
    values.save()?;
    print(format_args!("\nfigures and values: {}", output.path().canonicalize()?.display()))
}

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
