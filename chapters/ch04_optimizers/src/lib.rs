//! Chapter 4: optimizers.
//!
//! A gradient says which way is down; an optimizer decides how far to go. Here are seven rules, each
//! written as what happens to one weight; schedules, which change the learning rate from step to
//! step; and quadratic functions, on which the curvature alone tells how fast a rule can be.
//!
//! The modules, in the order of the pages:
//!
//! 1. [`optimizer`]: one interface for all rules (*Optimizers*), and [`sgd`]: the first of them (the
//!    same page);
//! 2. [`quadratics`]: quadratic functions, on which the curvature alone tells how fast a rule can be
//!    (*Bowls and ravines*);
//! 3. [`momentum`]: momentum, Nesterov's momentum, and where a rule keeps its state (*Momentum*);
//! 4. [`adaptive`]: rules with a learning rate for each weight (*A rate for each weight*);
//! 5. [`noise`]: schedules, which change the learning rate (*Noise and schedules*);
//! 6. [`landscapes`]: a loss that is no quadratic, Rosenbrock's valley (*Where bowls end*).

pub mod optimizer;
pub mod sgd;
pub mod quadratics;
pub mod momentum;
pub mod adaptive;
pub mod noise;
pub mod landscapes;

pub use adaptive::{AdaGrad, Adam, AdamW, RmsProp};
pub use landscapes::{rosenbrock, rosenbrock_gradient};
pub use momentum::{Momentum, Nesterov, OptimizerState};
pub use noise::Schedule;
pub use optimizer::{Gradient, GradientRows, Optimizer, Parameter, Snapshot, parameters};
pub use quadratics::Quadratic;
pub use sgd::Sgd;

#[cfg(test)]
mod tests;
