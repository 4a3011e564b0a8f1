//! How well a chosen setting will do, in truth. Page: *How well will it do?*
//! (`ch08_tuning/estimate.md`).

use ch01_neuron::{normal_cdf, normal_density};
use ch06_overfitting::folds;
use rand::Rng;

/// The mean of the largest of `count` independent normal numbers of mean 0 and variance 1 (formula
/// `expected-best`), by Simpson's rule.
pub fn expected_best(count: usize) -> f64 {
    let below = |u: f64| normal_cdf(u).powi(count as i32 - 1);
    let at = |u: f64| count as f64 * u * normal_density(u) * below(u);
    let (first, pieces, step) = (-10.0, 2000, 0.01);
    let weight = |i: usize| if i == 0 || i == pieces { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
    let sum: f64 = (0..=pieces).map(|i| weight(i) * at(first + step * i as f64)).sum();
    sum * step / 3.0
}

/// The first of the settings, ordered from the one that you would rather have, whose mean error is
/// within one standard error of the lowest (Breiman et al. 1984): `(mean, standard error)` for each.
pub fn one_standard_error(errors: &[(f64, f64)]) -> usize {
    let best = errors.iter().min_by(|a, b| a.0.total_cmp(&b.0)).expect("a setting");
    errors.iter().position(|error| error.0 <= best.0 + best.1).expect("the best is one")
}

/// The squared standard error of a mean of differences over splits of one data set, whose training
/// parts overlap: the sample variance times 1/splits + held-out/training examples (Nadeau and Bengio
/// 2003; formula `corrected-variance`).
pub fn corrected_variance(
    variance: f64,
    splits: usize,
    (training, held_out): (usize, usize),
) -> f64 {
    variance * (1.0 / splits as f64 + held_out as f64 / training as f64)
}

/// Nested cross-validation: for each outer fold `choose` is handed pairs of training and validation
/// indices without the held-out examples, and gives a setting; `error` then tells how a training on
/// all but the held-out examples does on them. Gives the mean error of what was chosen.
pub fn nested<S>(
    count: usize,
    (outer, inner): (usize, usize),
    choose: impl Fn(&[(Vec<usize>, Vec<usize>)]) -> S,
    error: impl Fn(&S, &[usize], &[usize]) -> f64,
    generator: &mut impl Rng,
) -> f64 {
    let mut sum = 0.0;
    for (training, held_out) in folds(count, outer, generator) {
        let of = |indices: Vec<usize>| indices.into_iter().map(|i| training[i]).collect();
        let pairs = folds(training.len(), inner, generator);
        let pairs: Vec<_> = pairs.into_iter().map(|(t, v)| (of(t), of(v))).collect();
        let chosen = choose(&pairs); // has not seen the held-out examples
        sum += error(&chosen, &training, &held_out) * held_out.len() as f64;
    }
    sum / count as f64
}
