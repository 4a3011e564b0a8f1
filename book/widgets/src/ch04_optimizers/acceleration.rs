//! Three rules in a ravine: one without momentum, two with. Page: *How fast momentum is*
//! (`ch04_optimizers/acceleration.md`).

use crate::ch04_optimizers::paths::{Landscape, Paths, Run, ravine};
use crate::widget::Widget;

/// Over the figure `ch04_optimizers/nesterov`.
pub fn nesterov() -> Box<dyn Widget> {
    let bowl = ravine();
    let ((rate, mu), (ahead_rate, ahead_mu)) = (bowl.best_momentum(), bowl.best_nesterov());
    let runs = [
        Run::new("SGD", bowl.best_rate()),
        Run::new("momentum", rate).with_momentum(mu),
        Run::new("Nesterov", ahead_rate).with_momentum(ahead_mu),
    ];
    Box::new(Paths::new("Two kinds of momentum in a ravine", Landscape::Ravine, 25, runs))
}
