//! Chapter 7: looking inside a trained network.
//!
//! What a neuron wants, which pixels an answer rests on, and how little has to change for another
//! answer. Each method here promises something that can be computed a second way, and a test holds it
//! to that. What is explained are networks of the earlier chapters, which are only looked at.
//!
//! The modules in the order of the chapter's pages:
//!
//! 1. [`gradients`], *Gradients by the input*: saliency, gradient × input, FullGrad, relevance
//! 2. [`paths`], *A path from nothing*: integrated gradients, by steps and exactly; SmoothGrad
//!
//! What is shown on a page is reached by its short path, such as `ch07_inside::relevance`.

pub mod gradients;
pub mod paths;

pub use gradients::{
    FullGradient, InputGradient, Sensitivities, gradient_times_input, relevance,
};
pub use paths::{
    integrated_gradients, integrated_gradients_by_slopes, integrated_gradients_exactly,
    mean_slope, smooth_gradient, smooth_gradient_exactly,
};
