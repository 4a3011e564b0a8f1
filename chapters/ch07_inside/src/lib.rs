//! Chapter 7: looking inside a trained network.
//!
//! What a neuron wants, which pixels an answer rests on, and how little has to change for another
//! answer. Each method here promises something that can be computed a second way, and a test holds it
//! to that. What is explained are networks of the earlier chapters, which are only looked at.
//!
//! The modules in the order of the chapter's pages:
//!
//! 1. [`neurons`], *What a neuron wants*: preferred inputs, contributions, when a neuron is on
//! 2. [`gradients`], *Gradients with respect to the input*: saliency, gradient × input, FullGrad, relevance
//! 3. [`paths`], *A path from nothing*: integrated gradients, by steps and exactly; SmoothGrad
//! 4. [`shapley`], *Fair shares*: Shapley values of all coalitions, and by sampling
//! 5. [`sanity`], *Four maps and two lies*: guided gradients, random layers, inputs on another scale
//! 6. [`deletion`], *Cover and delete*: occlusion, deletion and insertion, areas
//! 7. [`hidden`], *What the hidden layer knows*: principal components, t-SNE, probes, linear CKA
//! 8. [`landscape`], *The landscape*: lines, symmetries, matched neurons, sharpness
//! 9. [`adversaries`], *Adversaries*: attacks, bounds, training against them
//!
//! What is shown on a page is reached by its short path, such as `ch07_inside::relevance`.

pub mod neurons;
pub mod gradients;
pub mod paths;
pub mod shapley;
pub mod sanity;
pub mod deletion;
pub mod hidden;
pub mod landscape;
pub mod adversaries;

pub use adversaries::{Attack, Bounds, Hardened, hidden_bounds, loss_gradient, margin_bounds};
pub use deletion::{area_under, descending, occlusion, replace_in_order};
pub use gradients::{FullGradient, InputGradient, Sensitivities, gradient_times_input, relevance};
pub use hidden::{
    LinearProbe, PrincipalComponents, joint_probabilities, linear_cka, map_probabilities,
    nearest_neighbor_error, neighbor_probabilities, perplexity_of, tsne, tsne_gradient, tsne_loss,
};
pub use landscape::{
    assignment, barrier, between, filter_normalized, hessian_vector_product, inner_product,
    loss_of, matched_neurons, moved, random_direction, reordered_hidden, rescaled_hidden,
    sharpness,
};
pub use neurons::{contributions, firing_shares, preferred_image, preferred_input};
pub use paths::{
    integrated_gradients, integrated_gradients_by_slopes, integrated_gradients_exactly, mean_slope,
    smooth_gradient, smooth_gradient_exactly,
};
pub use sanity::{guided_gradient, rank_correlation, ranks, rescaled_inputs, with_layers_of};
pub use shapley::{coalition_values, sampled_shapley, shapley_values, squares};
