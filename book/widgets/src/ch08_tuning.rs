//! Chapter 8: one training with a rate that rises.

pub mod images;
pub mod range_test;
