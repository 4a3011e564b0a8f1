//! The formulas of chapter 5, each checked with numbers, a file for each page.

mod parameters;
mod data;
mod training;
mod results;
mod mistakes;
mod speed;
mod weights;
mod ink;
mod your_digit;
mod certainty;
mod common;
