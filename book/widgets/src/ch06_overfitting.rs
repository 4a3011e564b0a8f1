//! The widgets of chapter 6: a polynomial through twenty noisy points, masks of dropout.

pub mod polynomials;
pub mod dropout;
