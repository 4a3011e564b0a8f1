//! The formulas of `ch08_tuning/estimate.md`.

use ch01_neuron::normal_cdf;
use formulas::*;

/// ```math expected-best
/// \operatorname{E} \max_{k \le Q} \, u_k = Q \int_{-\infty}^{\infty} u \, \varphi(u) \, \Phi(u)^{Q - 1} \, du
/// ```
///
/// The library's integral against another one: that of how likely the largest exceeds u, minus how likely
/// it stays below −u. And what is known exactly: 0, 1/√π and 3/(2√π) for one, two and three.
#[test]
fn expected_best() {
    let _formula = formula!();
    let root = std::f64::consts::PI.sqrt();
    for (count, known) in [(1, 0.0), (2, 1.0 / root), (3, 1.5 / root)] {
        assert_close(ch08_tuning::expected_best(count), known, 1e-9);
    }
    for count in [1, 2, 3, 10, 27, 100, 1000] {
        let below = |u: f64| normal_cdf(u).powi(count as i32);
        let above = integral(|u| 1.0 - below(u), 10.0) - integral(|u| below(-u), 10.0);
        assert_close(ch08_tuning::expected_best(count), above, 1e-8);
    }
}

/// All outcomes of `count` coins, each 1 or −1: numbers of mean 0 and variance 1, all outcomes alike.
fn coins(count: usize) -> Vec<Vec<f64>> {
    let sign = |bits: usize, coin: usize| if bits >> coin & 1 == 1 { 1.0 } else { -1.0 };
    let all = (0..1_usize << count).map(|bits| (0..count).map(|coin| sign(bits, coin)).collect());
    all.collect()
}

/// Scores with common luck: of the first coin all have √ℛ, of a coin of its own each has √(1 − ℛ). So
/// their variance is 1, and the correlation of any two of them ℛ.
fn scores(coins: &[f64], correlation: f64) -> Vec<f64> {
    let common = correlation.sqrt() * coins[0];
    coins[1..].iter().map(|own| common + (1.0 - correlation).sqrt() * own).collect()
}

/// The mean of a number over all outcomes.
fn mean(outcomes: &[Vec<f64>], number: impl Fn(&[f64]) -> f64) -> f64 {
    outcomes.iter().map(|outcome| number(outcome)).sum::<f64>() / outcomes.len() as f64
}

fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn average(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

const CORRELATIONS: [f64; 5] = [0.0, 0.2, 0.5, 0.9, 1.0];

/// ```math correlated-best
/// \operatorname{E} \max_{k \le Q} \bigl( \sqrt{\mathcal R} \, u_0 + \sqrt{1 - \mathcal R} \, u_k \bigr) = \sqrt{1 - \mathcal R} \; \operatorname{E} \max_{k \le Q} u_k
/// ```
///
/// Both means over all outcomes of up to eight coins: the formula holds for any luck of mean 0. No
/// correlation, complete correlation, a single contender.
#[test]
fn correlated_best() {
    let _formula = formula!();
    for count in [1, 2, 3, 7] {
        let outcomes = coins(count + 1);
        let alone = mean(&outcomes, |coins| largest(&coins[1..]));
        for correlation in CORRELATIONS {
            let found = mean(&outcomes, |coins| largest(&scores(coins, correlation)));
            assert_close(found, (1.0 - correlation).sqrt() * alone, 1e-12);
        }
    }
}

/// ```math paired-variance
/// \operatorname{Var}(\mathcal E_1 - \mathcal E_2) = 2 \, (1 - \mathcal R) \operatorname{Var} \mathcal E
/// ```
///
/// Over all outcomes of three coins, with scores of any scale.
#[test]
fn paired_variance() {
    let _formula = formula!();
    let outcomes = coins(3);
    for scale in [1.0, 0.01, 30.0] {
        for correlation in CORRELATIONS {
            let difference = |coins: &[f64]| {
                let scores = scores(coins, correlation);
                scale * (scores[0] - scores[1])
            };
            assert_close(mean(&outcomes, difference), 0.0, 1e-12);
            let found = mean(&outcomes, |coins| difference(coins).powi(2));
            let of_one = mean(&outcomes, |coins| (scale * scores(coins, correlation)[0]).powi(2));
            assert_close(found, 2.0 * (1.0 - correlation) * of_one, 1e-12);
        }
    }
}

/// ```math folds-variance
/// \operatorname{Var} \bar{\mathcal E} = \frac{1 + (\mathcal N - 1) \, \mathcal R}{\mathcal N} \operatorname{Var} \mathcal E
/// ```
///
/// The mean of up to eight correlated scores, its variance over all outcomes.
#[test]
fn folds_variance() {
    let _formula = formula!();
    for count in [1, 2, 5, 8] {
        let outcomes = coins(count + 1);
        for correlation in CORRELATIONS {
            let found = mean(&outcomes, |coins| average(&scores(coins, correlation)).powi(2));
            let named = [
                (r"\mathcal N", count as f64),
                (r"\mathcal R", correlation),
                (r"\operatorname{Var} \mathcal E", 1.0),
            ];
            assert_close(page("folds-variance").value(1, &named), found, 1e-12);
        }
    }
}

/// ```math corrected-variance
/// \operatorname{Var} \bar{\mathcal E} = \Bigl( \frac{1}{\mathcal N} + \frac{D'}{D} \Bigr) \operatorname{E} \mathcal W^2
/// ```
///
/// If two splits' scores are correlated by the share that is held out, D′/(D + D′), then the mean of the
/// sample variance over all outcomes, corrected by the library, is the variance of the mean. Without the
/// correction it is too small, for ten splits with a tenth held out by more than half.
#[test]
fn corrected_variance() {
    let _formula = formula!();
    for (count, training, held_out) in [(2, 1, 1), (5, 4, 1), (8, 90, 10), (3, 2, 7)] {
        let correlation = f64::from(held_out) / f64::from(held_out + training);
        let outcomes = coins(count + 1);
        let sample = |coins: &[f64]| {
            let scores = scores(coins, correlation);
            let middle = average(&scores);
            scores.iter().map(|score| (score - middle).powi(2)).sum::<f64>() / (count - 1) as f64
        };
        let variance = mean(&outcomes, sample);
        let truth = mean(&outcomes, |coins| average(&scores(coins, correlation)).powi(2));
        let sizes = (training as usize, held_out as usize);
        assert_close(ch08_tuning::corrected_variance(variance, count, sizes), truth, 1e-12);
        assert_bound!(variance / count as f64 <= truth);
    }
}
