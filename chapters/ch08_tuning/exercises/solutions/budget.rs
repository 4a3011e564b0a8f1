//! A solution of the exercise `budget`.

/// How likely the loss at each place of a rising list of `count` is the lowest of `trials` draws with
/// replacement: the probabilities, which add up to 1.
pub fn chances_of_being_lowest(count: usize, trials: i32) -> Vec<f64> {
    // All draws are at place k or behind it, but not all of them behind it.
    let behind = |k: usize| ((count - k) as f64 / count as f64).powi(trials);
    (0..count).map(|k| behind(k) - behind(k + 1)).collect()
}

/// The mean of the lowest loss that `trials` draws from these losses, in any order, would have found.
pub fn expected_lowest(losses: &[f64], trials: i32) -> f64 {
    let mut sorted = losses.to_vec();
    sorted.sort_by(f64::total_cmp);
    let chances = chances_of_being_lowest(sorted.len(), trials);
    sorted.iter().zip(chances).map(|(loss, chance)| loss * chance).sum()
}

#[path = "../tests/budget.rs"]
mod tests;
