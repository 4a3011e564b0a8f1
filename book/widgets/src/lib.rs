//! The pages that live: a state machine for each widget, over the chapters' crates.
//!
//! A widget stands over a figure and bears its name. It opens in the state that the figure shows; an
//! [`Event`] changes the state, and a [`View`] is all that is seen of it. What it computes comes from
//! the chapters' libraries. Compiled to WebAssembly (`module.rs`), the widgets of a list in `list` are a
//! module, which `book/theme/widgets.js` loads and draws.
//!
//! Below `chNN_name` there is a file for each page with a widget, which bears the page's name.

pub mod view;
pub mod plot;
pub mod widget;
pub mod data;
pub mod ch01_neuron;
pub mod ch02_forward;
pub mod ch03_backprop;
pub mod ch04_optimizers;
pub mod ch05_mnist;
pub mod ch06_overfitting;
pub mod ch07_inside;
pub mod ch08_tuning;
pub mod ch09_vision;
pub mod list;
#[cfg(target_arch = "wasm32")]
mod module;

pub use list::{Live, MODULES, widgets};
pub use view::View;
pub use widget::{Event, Unreadable, Widget};
