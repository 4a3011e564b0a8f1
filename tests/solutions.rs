//! The solutions of the exercises pass the tests that the readers' programs have to pass.

#[path = "../chapters/ch01_neuron/exercises/solutions/pocket.rs"]
mod ch01_pocket;
#[path = "../chapters/ch01_neuron/exercises/solutions/swish.rs"]
mod ch01_swish;
