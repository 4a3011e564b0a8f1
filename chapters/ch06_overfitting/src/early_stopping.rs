//! The epoch after which to stop. Page: *Early stopping* (`ch06_overfitting/early_stopping.md`).

use std::ops::ControlFlow;

/// Watches a number that ought to fall, and keeps the model with which it was lowest.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlyStopping<M> {
    /// How many times in a row the number may fail to fall before it is enough, at least 1.
    pub patience: usize,
    /// The lowest number so far, and the model it belongs to; none if nothing was a number.
    pub best: Option<(f64, M)>,
    /// How many times in a row it has failed.
    pub failures: usize,
}

impl<M> EarlyStopping<M> {
    /// Nothing seen yet.
    ///
    /// # Panics
    /// If there is no patience at all.
    pub fn new(patience: usize) -> Self {
        assert!(patience > 0, "early stopping: patience {patience} must be at least 1");
        Self { patience, best: None, failures: 0 }
    }

    /// Takes note of a number, such as the validation loss after an epoch; `model` is asked for its
    /// weights only if it is the best so far. Says whether training may go on.
    pub fn observe(&mut self, number: f64, model: impl FnOnce() -> M) -> ControlFlow<()> {
        let better = match &self.best {
            None => !number.is_nan(),
            Some((lowest, _)) => number < *lowest,
        };
        if better {
            (self.best, self.failures) = (Some((number, model())), 0);
        } else {
            self.failures += 1;
        }
        if self.failures < self.patience {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}
