//! The formulas of chapter 7, each checked with numbers, a file for each page.

mod gradients;
mod paths;
mod common;
