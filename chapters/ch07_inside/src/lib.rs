//! Chapter 7: looking inside a trained network.
//!
//! What a neuron wants, which pixels an answer rests on, and how little has to change for another
//! answer. Each method here promises something that can be computed a second way, and a test holds it
//! to that. What is explained are networks of the earlier chapters, which are only looked at.
//!
//! The modules in the order of the chapter's pages:
//!
//! 1. [`neurons`], *What a neuron wants*: preferred inputs, contributions, when a neuron is on
//! 2. [`gradients`], *Gradients by the input*: saliency, gradient × input, FullGrad, relevance
//! 3. [`paths`], *A path from nothing*: integrated gradients, by steps and exactly; SmoothGrad
//! 4. [`shapley`], *Fair shares*: Shapley values of all coalitions, and by sampling
//! 5. [`adversaries`], *Adversaries*: attacks, bounds, training against them
//!
//! What is shown on a page is reached by its short path, such as `ch07_inside::relevance`.

pub mod neurons;
pub mod gradients;
pub mod paths;
pub mod shapley;
pub mod adversaries;

pub use adversaries::{Attack, Bounds, Hardened, hidden_bounds, loss_gradient, margin_bounds};
pub use gradients::{FullGradient, InputGradient, Sensitivities, gradient_times_input, relevance};
pub use neurons::{contributions, firing_shares, preferred_image, preferred_input};
pub use paths::{
    integrated_gradients, integrated_gradients_by_slopes, integrated_gradients_exactly, mean_slope,
    smooth_gradient, smooth_gradient_exactly,
};
pub use shapley::{coalition_values, sampled_shapley, shapley_values, squares};
