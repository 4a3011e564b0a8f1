//! The formulas of chapter 1, each checked with numbers: a file for each page.

mod neuron;
mod perceptron;
mod activations;
mod trouble;
mod xor;
