//! Chapter 3: backpropagation.
//!
//! How much does the loss change when one weight changes a little? The backward pass answers this
//! for all the weights at once, layer by layer from the last to the first. A gradient always has
//! the shape of what it is taken with respect to. Then come two ways not to believe any of it: a
//! check by finite differences, and a tape that finds the same gradients by itself.
//!
//! The modules, in the order of the chapter's pages:
//!
//! 1. [`neuron`], the backward pass of an activation function
//! 2. [`layer`], that of a dense layer
//! 3. [`losses`], the gradients of the losses, with which it begins
//! 4. [`network`], all of it
//! 5. [`gradient_check`], the comparison with finite differences
//! 6. [`tape`], reverse-mode automatic differentiation
//!
//! All that they hold can be had from the crate itself: [`Tape`] is [`tape::Tape`].

pub mod gradient_check;
pub mod layer;
pub mod losses;
pub mod network;
pub mod neuron;
pub mod tape;

pub use gradient_check::{
    GradientCheck, GradientMismatch, all_entries, central_difference, relative_error,
};
pub use layer::{DenseBackward, DenseGradient};
pub use losses::{
    LossBackward, binary_cross_entropy_gradient, cross_entropy_gradient,
    mean_squared_error_gradient, softmax_backward, softmax_cross_entropy_gradient,
};
pub use network::{Gradients, NetworkBackward};
pub use neuron::ActivationBackward;
pub use tape::{Tape, TapeGradient, Variable};

#[cfg(test)]
mod tests;
