//! Schedules, which change the learning rate from step to step. Page: *Schedules*
//! (`ch04_optimizers/schedules.md`).

/// How the learning rate changes on the way.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// It does not.
    Constant,
    /// Times `factor` after every `every` steps.
    Step {
        /// The steps between two changes, at least 1.
        every: usize,
        /// What a change multiplies the rate by.
        factor: f64,
    },
    /// Down to 0 along a straight line.
    Linear,
    /// Down to 0 along half a wave of the cosine (Loshchilov and Hutter 2017).
    Cosine,
    /// Up from near 0 in the first `steps` steps, along a straight line; from there on as in `then`,
    /// which begins where the warm-up ends.
    WarmUp {
        /// How long the warm-up takes.
        steps: usize,
        /// What comes after it.
        then: Box<Schedule>,
    },
}

impl Schedule {
    /// What the base learning rate is multiplied by at `step` (from 0) of `total`.
    ///
    /// The rate of a linear or cosine schedule is 0 from step `total` on, which is not taken.
    pub fn factor(&self, step: usize, total: usize) -> f64 {
        let progress = (step as f64 / total.max(1) as f64).min(1.0);
        match self {
            Self::Constant => 1.0,
            Self::Step { every, factor } => factor.powf((step / every.max(&1)) as f64),
            Self::Linear => 1.0 - progress,
            Self::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()),
            Self::WarmUp { steps, .. } if step < *steps => (step + 1) as f64 / *steps as f64,
            Self::WarmUp { steps, then } => then.factor(step - steps, total.saturating_sub(*steps)),
        }
    }
}
