//! A solution of the exercise `paths`.

/// Attributions along a path of corners: from each corner to the next only what differs is moved, and
/// each input gets what the value gains on the legs on which it moves alone.
///
/// Inputs move one at a time in this order, from `baseline` to `input`.
pub fn along_edges(
    value: impl Fn(&[f64]) -> f64,
    baseline: &[f64],
    input: &[f64],
    order: &[usize],
) -> Vec<f64> {
    let mut at = baseline.to_vec();
    let mut attributions = vec![0.0; input.len()];
    for &i in order {
        let before = value(&at);
        at[i] = input[i];
        attributions[i] = value(&at) - before;
    }
    attributions
}

/// The mean of two such attributions: in this order, and in the order turned around.
pub fn there_and_back(
    value: impl Fn(&[f64]) -> f64,
    baseline: &[f64],
    input: &[f64],
    order: &[usize],
) -> Vec<f64> {
    let mut back = order.to_vec();
    back.reverse();
    let one = along_edges(&value, baseline, input, order);
    let other = along_edges(&value, baseline, input, &back);
    one.iter().zip(&other).map(|(one, other)| 0.5 * (one + other)).collect()
}

#[path = "../tests/paths.rs"]
mod tests;
