//! The formulas of chapter 7, each checked with numbers, a file for each page.

mod neurons;
mod gradients;
mod paths;
mod shapley;
mod sanity;
mod deletion;
mod hidden;
mod landscape;
mod adversaries;
mod common;
