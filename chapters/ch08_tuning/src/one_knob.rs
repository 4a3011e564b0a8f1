//! The best value of a single knob, and how sure of it we can be. Page: *One knob*
//! (`ch08_tuning/one_knob.md`).

/// The lowest point of the parabola through three points at `middle - step`, `middle` and
/// `middle + step`, whose heights are given in this order (formula `parabola-minimum`); nothing if
/// it is not inside, that is if the middle is not the lowest.
pub fn parabola_minimum(middle: f64, step: f64, [left, low, right]: [f64; 3]) -> Option<f64> {
    let bend = left - 2.0 * low + right;
    let inside = low <= left && low <= right && bend > 0.0;
    inside.then(|| middle + 0.5 * step * (left - right) / bend)
}

/// The best rate of one curve of losses, `(rate, loss)` by rising rate with one factor from each rate
/// to the next: refined by a parabola over the logarithm of the rate; nothing if the lowest loss is
/// at an edge. A loss that is no number counts as infinite.
pub fn best_rate(curve: &[(f64, f64)]) -> Option<f64> {
    let height =
        |index: usize| if curve[index].1.is_nan() { f64::INFINITY } else { curve[index].1 };
    let lowest = (0..curve.len()).min_by(|&a, &b| height(a).total_cmp(&height(b)))?;
    if lowest == 0 || lowest + 1 == curve.len() {
        return None;
    }
    let step = (curve[lowest + 1].0 / curve[lowest].0).ln();
    let around = [lowest - 1, lowest, lowest + 1].map(height);
    if !around.iter().all(|height| height.is_finite()) {
        return Some(curve[lowest].0); // beside the cliff there is no parabola
    }
    parabola_minimum(curve[lowest].0.ln(), step, around).map(f64::exp)
}

/// The mean of positive numbers on a log scale (formula `geometric-mean`).
pub fn geometric_mean(numbers: &[f64]) -> f64 {
    (numbers.iter().map(|number| number.ln()).sum::<f64>() / numbers.len() as f64).exp()
}

/// The rates around the lowest loss of a curve whose losses are at most `factor` times the lowest:
/// the first and the last of them.
pub fn plateau(curve: &[(f64, f64)], factor: f64) -> (f64, f64) {
    let lowest = curve.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let at = curve.iter().position(|point| point.1 == lowest).expect("a curve has a lowest point");
    let is_low = |index: &usize| curve[*index].1 <= factor * lowest;
    let first = (0..=at).rev().take_while(is_low).last().unwrap_or(at);
    let last = (at..curve.len()).take_while(is_low).last().unwrap_or(at);
    (curve[first].0, curve[last].0)
}
