//! What the library of the chapter promises, a file for each module.

mod space;
mod one_knob;
mod range_test;
mod sampling;
mod halving;
mod surrogate;
mod estimate;
mod transfer;
