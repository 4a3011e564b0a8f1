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
//! 3. [`momentum`]: momentum, and where a rule keeps its state (*Momentum*);
//! 4. [`acceleration`]: Nesterov's momentum, and the best settings of both (*How fast momentum is*);
//! 5. [`adaptive`]: AdaGrad and RMSProp, which have a learning rate for each weight (*A rate for each
//!    weight*);
//! 6. [`adam`]: Adam and AdamW (*Adam*);
//! 7. [`schedules`]: how a learning rate changes during training (*Schedules*);
//! 8. [`landscapes`]: a loss that is not quadratic, Rosenbrock's valley (*Saddles, valleys and rates*).

pub mod optimizer;
pub mod sgd;
pub mod quadratics;
pub mod momentum;
pub mod acceleration;
pub mod adaptive;
pub mod adam;
pub mod schedules;
pub mod landscapes;

pub use acceleration::Nesterov;
pub use adam::{Adam, AdamW};
pub use adaptive::{AdaGrad, RmsProp};
pub use landscapes::{rosenbrock, rosenbrock_gradient};
pub use momentum::{Momentum, OptimizerState};
pub use optimizer::{Gradient, Optimizer, Parameter, Snapshot, parameters};
pub use quadratics::Quadratic;
pub use schedules::Schedule;
pub use sgd::Sgd;
