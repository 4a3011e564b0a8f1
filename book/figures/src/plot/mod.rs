//! What plots with axes share: plotters draws them through our pen.

mod axis;
mod clip;
mod frame;
mod grid;
mod labels;
mod pen;

pub use axis::Axis;
pub(crate) use axis::{Coordinate, tick_label};
pub(crate) use clip::clip;
pub(crate) use frame::{Frame, Margins, Plot};
pub(crate) use grid::Grid;
pub(crate) use labels::{EndLabel, draw_end_labels, draw_legend, end_label_width};
pub(crate) use pen::{fine, units};
