//! Exercise: what a smaller budget would have found. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch08_tuning --test budget
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

/// How likely the loss at each place of a rising list of `count` is the lowest of `trials` draws with
/// replacement: the probabilities, which add up to 1.
pub fn chances_of_being_lowest(count: usize, trials: i32) -> Vec<f64> {
    todo!()
}

/// The mean of the lowest loss that `trials` draws from these losses, in any order, would have found.
pub fn expected_lowest(losses: &[f64], trials: i32) -> f64 {
    todo!()
}

#[path = "tests/budget.rs"]
mod tests;
