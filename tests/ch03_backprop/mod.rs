//! The formulas of chapter 3, each checked with numbers: a file for each page.

mod derivative;
mod chain_rule;
mod neuron;
mod layer;
mod losses;
mod network;
mod depth;
mod cost;
mod gradient_check;
mod tape;
mod wrong_gradients;
