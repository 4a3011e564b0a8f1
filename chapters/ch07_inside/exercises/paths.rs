//! Exercise: a path along the edges. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch07_inside --test paths
//! ```
#![allow(unused_variables, reason = "a stub does not use its arguments yet")]

/// Attributions along a path of corners: from each corner to the next only what differs is moved, and
/// each input gets what the value gains on the legs on which it moves alone.
///
/// Inputs move one at a time in this order, from `baseline` to `input`.
pub fn along_edges(
    value: impl Fn(&[f64]) -> f64,
    baseline: &[f64],
    input: &[f64],
    order: &[usize],
) -> Vec<f64> {
    todo!()
}

/// The mean of two such attributions: in this order, and in the order turned around.
pub fn there_and_back(
    value: impl Fn(&[f64]) -> f64,
    baseline: &[f64],
    input: &[f64],
    order: &[usize],
) -> Vec<f64> {
    todo!()
}

#[path = "tests/paths.rs"]
mod tests;
