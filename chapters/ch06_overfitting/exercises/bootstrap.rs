//! Exercise: the bootstrap. Put your code in place of each `todo!()`, then run
//!
//! ```console
//! cargo test -p ch06_overfitting --test bootstrap
//! ```
#![allow(unused_variables, unused_imports, reason = "a stub does not use what it is given yet")]

use rand::{Rng, RngExt};

/// An exam made out of another: as many numbers of images as it has, each drawn from 0 to
/// `images` − 1, all equally likely, whatever was drawn before.
pub fn redraw(images: usize, generator: &mut impl Rng) -> Vec<usize> {
    todo!()
}

/// The standard deviation of what `measure` finds on `times` redrawn exams. It is told which
/// images are in the exam.
pub fn bootstrap(
    images: usize,
    times: usize,
    generator: &mut impl Rng,
    measure: impl Fn(&[usize]) -> f64,
) -> f64 {
    todo!()
}

/// By how much the share of misread images falls from one network to another, and how much that
/// spreads over `times` redrawn exams. The lists say of each image whether a network misreads it.
pub fn gain(before: &[bool], after: &[bool], times: usize, generator: &mut impl Rng) -> (f64, f64) {
    todo!()
}

#[path = "tests/bootstrap.rs"]
mod tests;
