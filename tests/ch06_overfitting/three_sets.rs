//! The formulas of `ch06_overfitting/three_sets.md`.

use super::common::*;
use ch01_neuron::normal_cdf;
use ch06_overfitting::{folds, least_squares, standard_error};
use formulas::*;
use ndarray::{Array1, Array2, Axis};

/// ```math k-fold
/// \text{error} = \frac1D \sum_{r=1}^{D} \left( y_r - \hat y_r^{(-r)} \right)^2
/// ```
///
/// The mean error of k-fold validation: every example is judged once, by the fit that has not seen
/// it. Left: a new fit for each fold. Right: one fit of all examples and no other. With the leverages
/// H of the examples F of a fold among themselves, and what that one fit leaves over on them, e, the
/// fit without F leaves over (1 − H)⁻¹e: leave-one-out, for several at once. 1e-10: leverages near 1
/// cost digits.
#[test]
fn k_fold() {
    let _formula = formula!();
    let mut generator = generator();
    let (x, y) = (matrix(17, 3, &mut generator), vector(17, &mut generator));
    let left_over = &y - &x.dot(&least_squares(x.view(), y.view()));
    let unit = |k: usize| Array1::from_shape_fn(17, |r| f64::from(u8::from(r == k)));
    for k in [2, 5, 17] {
        let mut by_example = Array1::from_elem(17, f64::NAN);
        let mut from_one_fit = 0.0;
        for (training, held_out) in folds(17, k, &mut generator) {
            assert_exact!(training.len() + held_out.len(), 17);
            assert_bound!(held_out.len() == 17 / k || held_out.len() == 17 / k + 1);
            let (x_training, y_training) =
                (x.select(Axis(0), &training), y.select(Axis(0), &training));
            let weights = least_squares(x_training.view(), y_training.view());
            for &r in &held_out {
                assert_bound!(by_example[r].is_nan() && !training.contains(&r));
                by_example[r] = (x.row(r).dot(&weights) - y[r]).powi(2);
            }
            let leverage = |(r, k): (usize, usize)| {
                x.row(held_out[r]).dot(&least_squares(x.view(), unit(held_out[k]).view()))
            };
            let size = (held_out.len(), held_out.len());
            let rest = Array2::eye(held_out.len()) - Array2::from_shape_fn(size, leverage);
            let e = left_over.select(Axis(0), &held_out);
            from_one_fit += squared_length(&least_squares(rest.view(), e.view()));
        }
        let mean = by_example.mean().expect("17 examples");
        assert_close(mean, from_one_fit / 17.0, 1e-10);
    }
}

/// ```math leave-one-out
/// y_r - \hat y_r^{(-r)} = \frac{y_r - \hat y_r}{1 - h_{rr}}
/// ```
///
/// Leaving out one example after the other needs no new fit: its error is that of the one fit, over
/// 1 minus its leverage. The left side fits again for each example. 1e-9: leverages near 1 cost
/// digits.
#[test]
fn leave_one_out() {
    let _formula = formula!();
    let mut generator = generator();
    let (x, y) = (matrix(9, 4, &mut generator), vector(9, &mut generator));
    let fit = x.dot(&least_squares(x.view(), y.view()));
    for i in 0..9 {
        let others: Vec<usize> = (0..9).filter(|&j| j != i).collect();
        let (x_others, y_others) = (x.select(Axis(0), &others), y.select(Axis(0), &others));
        let left_out = y[i] - x.row(i).dot(&least_squares(x_others.view(), y_others.view()));
        let unit = Array1::from_shape_fn(9, |j| f64::from(u8::from(i == j)));
        let leverage = x.row(i).dot(&least_squares(x.view(), unit.view()));
        assert_close(left_out, (y[i] - fit[i]) / (1.0 - leverage), 1e-9);
        let without = ("y_r", y[i]);
        let named = [without, (r"\hat y_r^{(-r)}", y[i] - left_out), (r"\hat y_r", fit[i])];
        page("leave-one-out").assert_close(&[&named[..], &[("h_{rr}", leverage)]].concat(), 1e-9);
    }
}

/// ```math standard-error-of-a-share
/// \sqrt{\frac{(1 - \rho) \, \rho}{D}}
/// ```
///
/// The standard error of a measured share of mistakes, from the whole distribution of the number of
/// mistakes among D examples: the sum over all outcomes of their squared distance from the mean.
#[test]
fn standard_error_of_a_share() {
    let _formula = formula!();
    for (error, examples) in [(0.5, 1), (0.02, 100), (0.3, 37), (0.013, 500)] {
        let mut probabilities = vec![1.0]; // of 0, 1, 2, … mistakes
        for _ in 0..examples {
            let right: Vec<f64> = probabilities.iter().map(|p| p * (1.0 - error)).collect();
            let wrong = probabilities.iter().map(|p| p * error);
            let shifted = std::iter::once(0.0).chain(wrong);
            probabilities =
                right.into_iter().chain([0.0]).zip(shifted).map(|(a, b)| a + b).collect();
        }
        let share = |mistakes: usize| mistakes as f64 / examples as f64;
        let square = |(k, p): (usize, &f64)| p * (share(k) - error).powi(2);
        let variance: f64 = probabilities.iter().enumerate().map(square).sum();
        assert_close(standard_error(error, examples), variance.sqrt(), 1e-12);
        let named = [(r"\rho", error), ("D", f64::from(examples as u32))];
        let value = page("standard-error-of-a-share").value(0, &named);
        assert_close(value, variance.sqrt(), 1e-12);
    }
}

/// ```math best-of-many
/// \operatorname{E} \max_{k \le Q} \, u_k \le \sqrt{2 \ln Q}
/// ```
///
/// The best of Q equal models looks better than it is: the largest of Q normal numbers of mean 0
/// and variance 1 is in the mean at most √(2 ln Q). The mean is the integral of how likely it is
/// that the largest exceeds u, minus that it stays below −u. For two it is known: 1/√π. For many
/// the bound is nearly reached.
#[test]
fn best_of_many() {
    let _formula = formula!().allowing(0.005, "the page prints two decimals");
    let mean = |k: i32| {
        let above = integral(|u| 1.0 - normal_cdf(u).powi(k), 10.0);
        above - integral(|u| normal_cdf(-u).powi(k), 10.0)
    };
    assert_close(mean(1), 0.0, 1e-9);
    assert_close(mean(2), 1.0 / std::f64::consts::PI.sqrt(), 1e-9);
    for k in [2, 3, 10, 100, 1000, 100_000] {
        let bound = (2.0 * f64::from(k).ln()).sqrt();
        assert_close(page("best-of-many").value(1, &[("Q", f64::from(k))]), bound, 1e-15);
        assert_bound!(mean(k) <= bound && mean(k) > 0.45 * bound, "{k}: {} and {bound}", mean(k));
    }
    assert_bound!(mean(100_000) > 0.9 * (2.0 * 100_000_f64.ln()).sqrt()); // no smaller factor would do
    for (k, quoted) in [(2, 0.56), (100, 2.51), (10_000, 3.85), (100_000, 4.38)] {
        assert_close(mean(k), quoted, 0.005); // as the page has them
    }
}
