//! The widgets of chapter 1: a neuron on the plane.

pub mod plane;
