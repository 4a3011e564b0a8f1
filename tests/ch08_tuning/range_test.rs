//! The formulas of `ch08_tuning/range_test.md`.

use ch08_tuning::{rising_rates, smoothed};
use formulas::*;
use ndarray::Array1;
use rand::RngExt;

/// ```math rising-rate
/// \eta_k = \eta_1 \left( \frac{\eta_Q}{\eta_1} \right)^{(k - 1) / (Q - 1)}
/// ```
///
/// The library's rates, against one factor multiplied again and again, whose product over all steps leads
/// from the lowest rate to the highest; and the page's formula.
#[test]
fn rising_rate() {
    let _formula = formula!();
    let mut generator = generator();
    for round in 0..100 {
        let count = if round == 0 { 2 } else { generator.random_range(2..400) };
        let low = 10_f64.powf(-6.0 + 3.0 * generator.random::<f64>());
        let high = low * 10_f64.powf(4.0 * generator.random::<f64>());
        let rates = rising_rates([low, high], count);
        let factor = ((high.ln() - low.ln()) / (count - 1) as f64).exp();
        let mut rate = low;
        for (k, &found) in rates.iter().enumerate() {
            assert_relative(found, rate, 1e-11);
            let (k, steps) = ((k + 1) as f64, count as f64);
            let named = [("k", k), ("Q", steps), (r"\eta_1", low), (r"\eta_Q", high)];
            assert_relative(page("rising-rate").value(1, &named), rate, 1e-11);
            rate *= factor;
        }
        assert_relative(rates[count - 1], high, 1e-12);
    }
}

/// ```math smoothed-loss
/// \tilde{\mathcal L}_k = \frac{\sum_{i=1}^{k} \beta^{k-i} \mathcal L_i}{\sum_{i=1}^{k} \beta^{k-i}}
/// ```
///
/// The library's running sums, against Adam's moving average with its correction, m / (1 − βᵏ); and the
/// page's formula. The smoothed losses of equal losses are equal, with no start from 0.
#[test]
fn smoothed_loss() {
    let _formula = formula!();
    let mut generator = generator();
    for round in 0..60 {
        let beta = if round == 0 { 0.5 } else { 0.99 * generator.random::<f64>() };
        let count = generator.random_range(1..60);
        let losses: Vec<f64> = (0..count).map(|_| number(&mut generator)).collect();
        let mut average = 0.0;
        let list = Array1::from(losses.clone());
        for (k, found) in smoothed(&losses, beta).into_iter().enumerate() {
            average = beta * average + (1.0 - beta) * losses[k];
            let expected = average / (1.0 - beta.powi(k as i32 + 1));
            assert_close(found, expected, 1e-11);
            let formula = page("smoothed-loss").list(r"\mathcal L", &list);
            let value = formula.value(1, &[(r"\beta", beta), ("k", (k + 1) as f64)]);
            assert_close(value, expected, 1e-11);
        }
        let same = smoothed(&vec![losses[0]; count], beta);
        assert_close(same[count - 1], losses[0], 1e-12);
    }
}
