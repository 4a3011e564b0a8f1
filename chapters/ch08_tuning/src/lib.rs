//! Chapter 8: tuning without fooling yourself.
//!
//! Which settings to try, how to spend trainings on them, and how well the winner will do in truth. The
//! trainings themselves are those of chapter 5, with the regularization of chapter 6.
//!
//! The modules in the order of the chapter's pages:
//!
//! 1. [`space`], the chapter's first page: knobs with their ranges and scales
//! 2. [`one_knob`], *One knob*: the best learning rate, its plateau and its interval
//! 3. [`range_test`], *A range test*: one training with a rate that rises
//! 4. [`sampling`], *Grid, random, quasi-random*: points in the unit cube, and how even they are
//! 5. [`halving`], *Spend where it pays*: successive halving, Hyperband
//! 6. [`surrogate`], *A model of the surface*: Gaussian processes, expected improvement
//! 7. [`estimate`], *How well will it do?*: the winner's curse, nested cross-validation
//! 8. [`transfer`], *What transfers*: maximal update parametrization, the coordinate check
//!
//! What is shown on a page is reached by its short path, such as `ch08_tuning::Knob`.

pub mod space;
pub mod one_knob;
pub mod range_test;
pub mod sampling;
pub mod halving;
pub mod surrogate;
pub mod estimate;
pub mod transfer;

pub use estimate::{corrected_variance, expected_best, nested, one_standard_error};
pub use halving::{Rung, cost, hyperband, rungs, survivors};
pub use one_knob::{best_rate, geometric_mean, parabola_minimum, plateau};
pub use range_test::{RangeTest, rising_rates, smoothed, turning_rate};
pub use sampling::{
    grid, halton, radical_inverse, random_points, shifted, sobol, star_discrepancy, trials_needed,
};
pub use space::Knob;
pub use surrogate::{
    GaussianProcess, Kernel, expected_improvement, improvement_gradient, suggestion,
};
pub use transfer::{Scaled, coordinate_changes, growth_exponent};
