//! The formulas of chapter 1, each checked with numbers: a file for each page.

mod neuron;
mod activations;
mod trouble;
mod perceptron;
mod xor;
