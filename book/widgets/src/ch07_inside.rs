//! The widgets of chapter 7: maps of a network with random layers, a covered patch, an adversary.

pub mod sanity;
pub mod deletion;
pub mod adversaries;
