//! What the runs of several pages share: their seeds, and what is told of five of them.

/// The seeds of the networks that begin with random weights.
pub const SEEDS: std::ops::Range<u64> = 0..5;

/// Student's t for four degrees of freedom: 95% of its values lie between −t and t.
const T: f64 = 2.776;

/// The lowest, the middle and the highest of what several runs have at one place.
pub fn spread(runs: &[Vec<f64>], place: usize) -> [f64; 3] {
    let mut numbers: Vec<f64> = runs.iter().map(|run| run[place]).collect();
    numbers.sort_by(f64::total_cmp);
    [numbers[0], numbers[numbers.len() / 2], numbers[numbers.len() - 1]]
}

/// The lowest and the highest of some numbers.
pub fn range(numbers: &[f64]) -> (f64, f64) {
    let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    (low, numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}

/// The interval of 95% for the mean of five numbers.
pub fn interval(numbers: &[f64; 5]) -> (f64, f64) {
    let mean = numbers.iter().sum::<f64>() / 5.0;
    let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / 4.0;
    let half = T * (variance / 5.0).sqrt();
    (mean - half, mean + half)
}
