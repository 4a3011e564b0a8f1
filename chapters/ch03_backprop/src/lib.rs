//! Chapter 3: backpropagation.
//!
//! How much does the loss change when one weight changes a little? The backward pass answers this
//! for all the weights at once, layer by layer from the last to the first. A gradient always has
//! the shape of what it is taken with respect to. Then come two ways not to believe any of it: a
//! check by finite differences, and a tape that finds the same gradients by itself.
//!
//! The modules, in the order of the pages:
//!
//! 1. [`neuron`]: the backward pass of an activation function (*One neuron*);
//! 2. [`layer`]: the backward pass of a dense layer (*One layer*);
//! 3. [`losses`]: the gradients of the losses, with which a backward pass begins (*Where the walk
//!    back begins*);
//! 4. [`network`]: the backward pass of a network (*The whole network*);
//! 5. [`gradient_check`]: the comparison of a backward pass with finite differences (*The gradient
//!    check*);
//! 6. [`tape`]: a record of a computation that can be run backward (*A tape*).

pub mod neuron;
pub mod layer;
pub mod losses;
pub mod network;
pub mod gradient_check;
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
