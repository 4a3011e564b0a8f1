//! The widgets of chapter 3: forward and back on a graph, the gradient check, XOR learned.

pub mod chain_rule;
pub mod gradient_check;
pub mod xor_learned;
