//! Chapter 9: one kernel, step by step.

pub mod convolution;
