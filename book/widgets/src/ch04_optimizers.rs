//! The widgets of chapter 4: paths of optimizers across a landscape.

pub mod landscapes;
pub mod momentum;
pub mod paths;
pub mod quadratics;
