//! The widgets of chapter 3: forward and back on a graph.

pub mod chain_rule;
