//! What may be chosen: knobs, each with its range and its scale. Page: the first of the chapter
//! (`ch08_tuning.md`).

/// A hyperparameter that a search may turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Knob {
    /// Any number from `low` to `high`, all alike.
    Linear {
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
    },
    /// Any number from `low` to `high`, both above 0: each factor of ten alike.
    Log {
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
    },
    /// Whole numbers from `low` to `high`, both at least 1: each factor alike, then rounded.
    Whole {
        /// The smallest value.
        low: u32,
        /// The largest value.
        high: u32,
    },
    /// One of so many words, by its number from 0.
    Choice {
        /// How many words there are.
        count: usize,
    },
}

impl Knob {
    /// The value at a place from 0 to 1. Places that are spread evenly give values that are spread
    /// evenly on the knob's scale (formula `log-scale`).
    pub fn at(self, place: f64) -> f64 {
        let log = |low: f64, high: f64| low.powf(1.0 - place) * high.powf(place);
        match self {
            Self::Linear { low, high } => low + place * (high - low),
            Self::Log { low, high } => log(low, high).clamp(low, high),
            Self::Whole { low, high } => {
                let (low, high) = (f64::from(low), f64::from(high));
                log(low - 0.5, high + 0.5).round().clamp(low, high)
            }
            Self::Choice { count } => (place * count as f64).floor().min(count as f64 - 1.0),
        }
    }
}
