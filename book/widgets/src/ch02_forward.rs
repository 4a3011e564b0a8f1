//! The widgets of chapter 2: the two planes of XOR, softmax.

pub mod network;
pub mod softmax;
