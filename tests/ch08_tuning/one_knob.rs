//! The formulas of `ch08_tuning/one_knob.md`.

use ch08_tuning::best_rate;
use formulas::*;
use ndarray::{Array1, array};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Three losses, the middle one the lowest.
fn valley(generator: &mut ChaCha8Rng) -> [f64; 3] {
    let low = number(generator);
    [low + 0.1 + generator.random::<f64>(), low, low + 0.1 + generator.random::<f64>()]
}

/// The parabola through three heights at −1, 0 and 1, as Lagrange writes it.
fn lagrange(x: f64, [left, middle, right]: [f64; 3]) -> f64 {
    0.5 * x * (x - 1.0) * left + (1.0 - x * x) * middle + 0.5 * x * (x + 1.0) * right
}

/// ```math parabola-minimum
/// c = \ln \eta_2 + \frac{h}{2} \cdot \frac{\mathcal L_1 - \mathcal L_3}{\mathcal L_1 - 2 \mathcal L_2 + \mathcal L_3}
/// ```
///
/// The page's formula and the library's function, against the place where the slope of the parabola is
/// zero: the slope of Lagrange's form by differences at two places, and a straight line between them.
#[test]
fn parabola_minimum() {
    let _formula = formula!();
    let mut generator = generator();
    for round in 0..200 {
        let losses = if round == 0 { [1.0, 0.0, 1.0] } else { valley(&mut generator) };
        let (middle, step) = (-5.0 + number(&mut generator), 0.1 + generator.random::<f64>());
        let [left, right] = [-1.0, 1.0].map(|x| slope(|x| lagrange(x, losses), x));
        let zero = middle + step * (-1.0 - 2.0 * left / (right - left));
        let found = ch08_tuning::parabola_minimum(middle, step, losses);
        assert_close(found.expect("the middle is lowest"), zero, 1e-9);
        let curve = [-1.0, 0.0, 1.0].map(|k| (middle + k * step).exp());
        let curve: Vec<(f64, f64)> = curve.into_iter().zip(losses).collect();
        assert_close(best_rate(&curve).expect("a middle").ln(), zero, 1e-9);
        let named = [(r"\eta_2", middle.exp()), ("h", step)];
        let losses = array![losses[0], losses[1], losses[2]];
        let value = page("parabola-minimum").list(r"\mathcal L", &losses).value(1, &named);
        assert_close(value, zero, 1e-9);
    }
}

/// ```math factor-cost
/// \mathcal L(\omega \eta^*) - \mathcal L(\eta^*) = \frac{\mathcal L_1 - 2 \mathcal L_2 + \mathcal L_3}{2 h^2} \, \ln^2 \omega
/// ```
///
/// What a rate that is wrong by a factor costs on the parabola: its height there less that of its lowest
/// point, by Lagrange's form, against the page's right side.
#[test]
fn factor_cost() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..200 {
        let (losses, step) = (valley(&mut generator), 0.1 + generator.random::<f64>());
        let lowest = ch08_tuning::parabola_minimum(0.0, step, losses).expect("a lowest point");
        let at = |log_rate: f64| lagrange(log_rate / step, losses);
        for factor in [0.1, 0.5, 1.0, 3.0, 10.0_f64] {
            let cost = at(lowest + factor.ln()) - at(lowest);
            let bend = losses[0] - 2.0 * losses[1] + losses[2];
            assert_close(cost, bend / (2.0 * step * step) * factor.ln().powi(2), 1e-10);
        }
    }
}

/// ```math geometric-mean
/// \Bigl( \prod_{k=1}^{Q} \eta_k \Bigr)^{1/Q} = \exp \Bigl( \frac{1}{Q} \sum_{k=1}^{Q} \ln \eta_k \Bigr)
/// ```
///
/// The root of the product against the library's mean of logarithms. Rates of very different sizes, equal
/// ones, a single one; and two rates whose mean is known: 0.001 and 0.1 give 0.01.
#[test]
fn geometric_mean() {
    let _formula = formula!();
    let mut generator = generator();
    for count in [1, 2, 5, 10] {
        for spread in [0.0, 1.0, 5.0] {
            let rates: Array1<f64> = vector(count, &mut generator).mapv(|u| (u * spread).exp());
            let root = rates.product().powf(1.0 / count as f64);
            let rates = rates.to_vec();
            assert_relative(ch08_tuning::geometric_mean(&rates), root, 1e-12);
        }
    }
    assert_relative(ch08_tuning::geometric_mean(&[0.001, 0.1]), 0.01, 1e-12);
}

/// ```math edge-by-chance
/// \text{chance} = \frac{2}{Q}
/// ```
///
/// If the rates do not matter, all orders of their losses are equally likely. In which share of all orders
/// is the lowest at an edge, where the library finds no best rate?
#[test]
fn edge_by_chance() {
    let _formula = formula!();
    for count in [2, 3, 4, 5, 6, 7] {
        let orders = orders(count);
        let at_edge = |order: &&Vec<usize>| {
            let curve: Vec<(f64, f64)> =
                order.iter().zip(0..).map(|(&loss, k)| (2f64.powi(k), loss as f64)).collect();
            best_rate(&curve).is_none()
        };
        let share = orders.iter().filter(at_edge).count() as f64 / orders.len() as f64;
        assert_close(page("edge-by-chance").value(1, &[("Q", count as f64)]), share, 1e-12);
    }
}
