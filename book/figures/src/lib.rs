//! One look for every figure of the book, and the file of the numbers that its pages quote.
//!
//! A chapter's program opens its [`Output`], writes figures and measured values into it, and the
//! book's preprocessor puts them into the pages. [`compare_generated`] tells whether a fresh run
//! of the programs still gives what is committed.
//!
//! ```
//! use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series};
//!
//! # fn main() -> Result<(), book_figures::Error> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let output = Output::folder(folder.path(), "ch05_mnist")?;
//! # if false {
//! let output = Output::chapter("ch05_mnist")?;
//! # }
//! let losses = vec![(1.0, 0.42), (2.0, 0.21), (3.0, 0.15)];
//! let chart = Chart::new("Loss by epoch", "The loss falls from 0.42 to 0.15 in three epochs.")
//!     .x_axis(Axis::new("epoch").integers())
//!     .y_axis(Axis::new("cross-entropy [nats]").from_zero())
//!     .series(Series::line("training", losses).markers());
//! output.figure("loss", &chart)?;
//!
//! let mut values = output.values()?;
//! let accuracy = Measured::number(0.9761, Format::Percent(1)).within(0.001).note("seed 0");
//! values.set("documents.test_accuracy", accuracy)?;
//! values.save()?;
//! # Ok(())
//! # }
//! ```

mod bar_chart;
mod chart;
mod compare;
mod computation_graph;
mod contour_map;
mod decision_regions;
mod error;
mod figure;
mod heat_map;
mod image_grid;
mod network_diagram;
mod output;
mod palette;
mod plot;
mod png;
mod root;
mod svg;
mod values;
mod write;

pub use bar_chart::BarChart;
pub use chart::{Chart, Series};
pub use compare::{Difference, compare_generated};
pub use computation_graph::{ComputationGraph, Node};
pub use contour_map::ContourMap;
pub use decision_regions::DecisionRegions;
pub use error::Error;
pub use figure::{Figure, Head};
pub use heat_map::HeatMap;
pub use image_grid::ImageGrid;
pub use network_diagram::NetworkDiagram;
pub use output::Output;
pub use plot::Axis;
pub use root::root;
pub use svg::{Canvas, Element};
pub use values::{Format, Measured, Tolerance, Value, Values};
