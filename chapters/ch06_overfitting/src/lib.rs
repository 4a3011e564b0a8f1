//! Chapter 6: overfitting.
//!
//! A network that has memorized its examples need not know anything else. This crate measures that,
//! and holds what is done about it: weight decay, the max-norm constraint, early stopping, dropout,
//! augmentation. What it needs of the earlier chapters it extends by traits, and the trainer is that
//! of chapter 5; what it draws at random comes from the generator it is handed.
//!
//! The modules in the order of the chapter's pages:
//!
//! 1. [`polynomials`], *Twenty points*: least squares, bias and variance
//! 2. [`three_sets`], *Three sets*: splits and folds
//! 3. [`memorization`], *Learned by heart*: random labels, temperature scaling
//! 4. [`weight_decay`], *Weight decay*: ridge regression, L2 penalty, decay, max-norm
//! 5. [`early_stopping`], *Early stopping*: the epoch after which to stop
//! 6. [`dropout`], *Dropout*: masks on a unit, on a layer, on a network
//! 7. [`augmentation`], *More examples out of old ones*: shifts and elastic deformations
//! 8. [`regularization`], *Which regularizer helps?*: all of them in one model
//!
//! What is shown on a page is reached by its short path, such as `ch06_overfitting::Dropout`.

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
pub use regularization::{Regularization, Regularized, RegularizedGradients};
pub use three_sets::{folds, split, standard_error, subset};
pub use weight_decay::{WeightDecay, ridge};
