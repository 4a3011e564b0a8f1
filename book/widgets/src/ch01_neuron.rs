//! The widgets of chapter 1: a neuron on the plane, a tangent on eight activation functions.

pub mod plane;
pub mod activations;
