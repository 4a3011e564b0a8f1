//! Losses by learning rate, and rates averaged over seeds: what several pages do with their trainings.

use book_programs::statistics::{mean, t_interval};

/// The mean loss of each rate, out of trainings `(rate, seed, loss)` in which those of one rate follow one
/// another: of one seed, or of all.
pub fn by_rate(
    trainings: impl IntoIterator<Item = (f64, u64, f64)>,
    seed: Option<u64>,
) -> Vec<(f64, f64)> {
    let chosen = |training: &(f64, u64, f64)| seed.is_none_or(|seed| training.1 == seed);
    let trainings: Vec<_> = trainings.into_iter().filter(chosen).collect();
    let point = |of_rate: &[(f64, u64, f64)]| {
        let losses: Vec<f64> = of_rate.iter().map(|training| training.2).collect();
        (of_rate[0].0, mean(&losses))
    };
    trainings.chunk_by(|one, other| one.0 == other.0).map(point).collect()
}

/// The geometric mean of rates, and the ends of its 95 % interval: a t interval of their logarithms.
pub fn rate_interval(rates: &[f64]) -> [f64; 3] {
    let logs: Vec<f64> = rates.iter().map(|rate| rate.ln()).collect();
    let found = t_interval(&logs, 0.95, 1);
    [found.value, found.value - found.margin, found.value + found.margin].map(f64::exp)
}
