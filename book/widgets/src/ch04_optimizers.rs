//! The widgets of chapter 4: paths of optimizers across a landscape.

pub mod acceleration;
pub mod landscapes;
pub mod paths;
pub mod quadratics;
