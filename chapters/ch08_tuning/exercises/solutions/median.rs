//! A solution of the exercise `median`.

/// The mean of the first `epochs` losses of a curve.
pub fn mean_so_far(curve: &[f64], epochs: usize) -> f64 {
    curve[..epochs].iter().sum::<f64>() / epochs as f64
}

/// Whether to stop a training that has these losses so far, an entry for each epoch: if its lowest loss is
/// above the median, over the finished trainings, of their means so far. The median of an even number is the
/// mean of the middle two. With fewer than three finished trainings nothing is stopped.
pub fn stops(finished: &[Vec<f64>], running: &[f64]) -> bool {
    if finished.len() < 3 {
        return false;
    }
    let mut means: Vec<f64> =
        finished.iter().map(|curve| mean_so_far(curve, running.len())).collect();
    means.sort_by(f64::total_cmp);
    let middle = means.len() / 2;
    let median = match means.len() % 2 {
        1 => means[middle],
        _ => 0.5 * (means[middle - 1] + means[middle]),
    };
    running.iter().copied().fold(f64::INFINITY, f64::min) > median
}

#[path = "../tests/median.rs"]
mod tests;
