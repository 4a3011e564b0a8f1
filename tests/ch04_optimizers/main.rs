//! The formulas of chapter 4, each checked with numbers: a file for each page.

mod gradient_descent;
mod quadratics;
mod momentum;
mod adaptive;
mod noise;
mod landscapes;
