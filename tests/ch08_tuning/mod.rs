//! The formulas of chapter 8, each checked with numbers, a file for each page.

mod space;
mod one_knob;
mod range_test;
mod two_knobs;
mod sampling;
mod halving;
mod surrogate;
mod estimate;
mod transfer;
