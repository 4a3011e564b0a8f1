//! The widgets of chapter 6: a polynomial through twenty noisy points.

pub mod polynomials;
