//! The formulas of chapter 2, each checked with numbers: a file for each page.

mod dense;
mod product;
mod network;
mod bumps;
mod softmax;
mod losses;
mod initialization;
