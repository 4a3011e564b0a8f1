//! Numbers as the pages print them.

use book_figures::{Format, Measured};

/// A number that every machine computes alike.
pub fn number(value: f64, decimals: usize) -> Measured {
    let digit = 10_f64.powi(-(decimals as i32));
    Measured::number(value, Format::Decimals(decimals)).within(0.5 * digit)
}
