//! The formulas of the book, each checked with numbers: a folder for each chapter, in it a file for each
//! page. One program for all of them is soon compiled; `cargo test --test book ch03_backprop::tape`
//! runs those of a page.

mod ch01_neuron;
mod ch02_forward;
mod ch03_backprop;
mod ch04_optimizers;
mod ch05_mnist;
mod ch06_overfitting;
mod ch07_inside;
mod ch08_tuning;
mod ch09_vision;

/// Not one formula, but whole networks: every parameter against finite differences.
mod gradient_check;
/// The helpers of the tests, which must fail where they ought to.
mod helpers;
/// The same numbers, computed by PyTorch.
mod oracle;
/// The README quotes measured numbers.
mod readme;
/// The exercises, solved: each solution with the tests that wait for the reader's.
mod solutions;
