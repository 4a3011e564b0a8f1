//! The widgets of chapter 2: softmax.

pub mod softmax;
