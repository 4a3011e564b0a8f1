//! Chapter 4: optimizers.
//!
//! A gradient says which way is down; an optimizer decides how far to go. Here are seven rules, each
//! written as what happens to one weight; schedules, which change the learning rate from step to
//! step; and quadratic functions, on which the curvature alone tells how fast a rule can be.
//!
//! The modules, in the order of the chapter's pages:
//!
//! 1. [`optimizer`], one interface for all rules, and [`sgd`], the first of them
//! 2. [`quadratics`], quadratic functions and their curvatures
//! 3. [`momentum`], momentum, Nesterov's momentum, and where a rule keeps its state
//! 4. [`adaptive`], AdaGrad, RMSProp, Adam and AdamW
//! 5. [`noise`], schedules
//! 6. [`landscapes`], Rosenbrock's valley
//!
//! All that they hold can be had from the crate itself: [`Adam`] is [`adaptive::Adam`].

pub mod adaptive;
pub mod landscapes;
pub mod momentum;
pub mod noise;
pub mod optimizer;
pub mod quadratics;
pub mod sgd;

pub use adaptive::{AdaGrad, Adam, AdamW, RmsProp};
pub use landscapes::{rosenbrock, rosenbrock_gradient};
pub use momentum::{Momentum, Nesterov, OptimizerState};
pub use noise::Schedule;
pub use optimizer::{Optimizer, Parameter, Snapshot, parameters};
pub use quadratics::Quadratic;
pub use sgd::Sgd;

#[cfg(test)]
mod tests;
