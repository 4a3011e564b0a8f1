//! Three rules in a ravine: one without a memory, two with. Page: *Momentum*
//! (`ch04_optimizers/momentum.md`).

use crate::ch04_optimizers::paths::{Landscape, Paths, Run, ravine};
use crate::widget::Widget;

/// Over the figure `ch04_optimizers/momentum`.
pub fn momentum() -> Box<dyn Widget> {
    let bowl = ravine();
    let ((rate, mu), (ahead_rate, ahead_mu)) = (bowl.best_momentum(), bowl.best_nesterov());
    let runs = [
        Run::new("SGD", bowl.best_rate()),
        Run::new("momentum", rate).with_momentum(mu),
        Run::new("Nesterov", ahead_rate).with_momentum(ahead_mu),
    ];
    Box::new(Paths::new("Momentum in a ravine", Landscape::Ravine, 25, runs))
}
