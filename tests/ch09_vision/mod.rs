//! The formulas of chapter 9, each checked with numbers, a file for each page.

mod pixels;
mod convolution;
mod backward;
mod pooling;
mod fast;
mod normalization;
mod lecun1989;
mod sees;
mod deeper;
mod transfer;
mod common;
