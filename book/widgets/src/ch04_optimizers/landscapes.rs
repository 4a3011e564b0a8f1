//! Three rules where a loss is no bowl: beside a saddle, and in a bent valley. Page: *Where bowls
//! end* (`ch04_optimizers/landscapes.md`).

use crate::ch04_optimizers::paths::{Landscape, Paths, Run};
use crate::widget::Widget;

/// Over the figure `ch04_optimizers/saddle`.
pub fn saddle() -> Box<dyn Widget> {
    let runs = ["SGD", "momentum", "Adam"].map(|rule| Run::new(rule, 0.1));
    Box::new(Paths::new("A saddle", Landscape::Saddle, 100, runs))
}

/// Over the figure `ch04_optimizers/rosenbrock`: the rates are the best of 51 for a thousand steps.
pub fn rosenbrock() -> Box<dyn Widget> {
    let rate = |tenths: i32| 10_f64.powf(f64::from(tenths) / 10.0);
    let runs =
        [Run::new("SGD", rate(-26)), Run::new("momentum", rate(-25)), Run::new("Adam", rate(-3))];
    Box::new(Paths::new("Rosenbrock’s valley", Landscape::Rosenbrock, 1000, runs))
}
