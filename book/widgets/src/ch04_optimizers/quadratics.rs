//! Gradient descent in a ravine, at three learning rates. Page: *Bowls and ravines*
//! (`ch04_optimizers/quadratics.md`).

use crate::ch04_optimizers::paths::{Landscape, Paths, Run, ravine};
use crate::widget::Widget;

/// Over the figure `ch04_optimizers/zigzag`.
pub fn zigzag() -> Box<dyn Widget> {
    let bowl = ravine();
    let (best, largest) = (bowl.best_rate(), bowl.largest_stable_rate());
    let runs = [0.2 * largest, best, 0.99 * largest].map(|rate| Run::new("SGD", rate));
    Box::new(Paths::new("Gradient descent in a ravine", Landscape::Ravine, 25, runs))
}
