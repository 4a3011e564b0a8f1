//! The formulas of chapter 6, each checked with numbers, a file for each page.

mod polynomials;
mod three_sets;
mod memorization;
mod weight_decay;
mod early_stopping;
mod dropout;
mod augmentation;
mod common;
