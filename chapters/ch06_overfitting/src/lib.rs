//! Chapter 6: overfitting.
//!
//! A network that has memorized its examples need not know anything else. This crate measures that,
//! and holds what is done about it: weight decay, the max-norm constraint, early stopping, dropout,
//! augmentation. What it needs of the earlier chapters it extends by traits, and the trainer is that
//! of chapter 5; what it draws at random comes from the generator it is handed.
//!
//! The modules stand in the order of the chapter's pages.

pub mod polynomials;

pub mod three_sets;

pub mod memorization;

pub mod weight_decay;

pub mod early_stopping;

pub mod dropout;

pub mod augmentation;

pub mod regularization;

pub use augmentation::{
    Augmentation, Augmented, Displacement, bilinear, gaussian_kernel, shift, smooth,
};
pub use dropout::{Dropout, MaskedNetwork, MaskedTrace, NetworkDropout};
pub use early_stopping::EarlyStopping;
pub use memorization::{MAX_INVERSE_TEMPERATURE, randomize_labels, temperature};
pub use polynomials::{BiasVariance, least_squares, polynomial, powers};
pub use regularization::{Regularization, Regularized};
pub use three_sets::{folds, split, standard_error, subset};
pub use weight_decay::{WeightDecay, ridge};
