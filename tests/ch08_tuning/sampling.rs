//! The formulas of `ch08_tuning/sampling.md`.

use ch08_tuning::{grid, halton, sobol, star_discrepancy};
use formulas::*;
use ndarray::{Array1, Array2, Axis, array};
use rand::RngExt;

/// ```math random-trials
/// \mathcal C = 1 - (1 - \xi)^Q
/// ```
///
/// How likely at least one of Q trials is among the best share ξ: the page's right side against the sum
/// over all numbers of good trials from one on, by binomial probabilities.
#[test]
fn random_trials() {
    let _formula = formula!();
    for share in [0.01, 0.05, 0.3, 0.9_f64] {
        for count in [1, 2, 10, 59, 100] {
            let mut probability = (1.0 - share).powi(count); // of no good trial
            let mut some = 0.0;
            for good in 1..=count {
                probability *=
                    share / (1.0 - share) * f64::from(count - good + 1) / f64::from(good);
                some += probability;
            }
            let named = [(r"\xi", share), ("Q", f64::from(count))];
            assert_close(page("random-trials").value(1, &named), some, 1e-12);
        }
    }
}

/// ```math trials-needed
/// Q \ge \frac{\ln (1 - \mathcal C)}{\ln (1 - \xi)}
/// ```
///
/// The first count at which the chance of having only bad trials, multiplied up trial by trial, is no more
/// than what may remain; the page's bound and the library's count. For 95% and the best 5%: 59.
#[test]
fn trials_needed() {
    let _formula = formula!();
    for share in [0.01, 0.05, 0.1, 0.33] {
        for certainty in [0.5, 0.9, 0.95, 0.999] {
            let (mut bad, mut count) = (1.0, 0);
            while bad > 1.0 - certainty {
                bad *= 1.0 - share;
                count += 1;
            }
            assert_exact!(ch08_tuning::trials_needed(share, certainty), count);
            let bound =
                page("trials-needed").value(1, &[(r"\mathcal C", certainty), (r"\xi", share)]);
            assert_bound!(count as f64 >= bound && (count as f64) < bound + 1.0);
        }
    }
    assert_exact!(ch08_tuning::trials_needed(0.05, 0.95), 59);
}

/// ```math expected-share
/// \operatorname{E} \min_{k \le Q} \, \mathcal U_k = \frac{1}{Q + 1}
/// ```
///
/// The mean of the smallest of Q even numbers is the integral of the chance that all of them are larger; by
/// Simpson's rule, against the page's right side.
#[test]
fn expected_share() {
    let _formula = formula!();
    for count in [1, 2, 5, 27, 59] {
        let mean = integral(|u| (1.0 - u).powi(count), 1.0);
        let value = page("expected-share").value(1, &[("Q", f64::from(count))]);
        assert_close(value, mean, 1e-10);
    }
}

/// ```math grid-trials
/// Q = \mathcal Q^{\mathcal K}
/// ```
///
/// The rows of a grid, all different, are counted; and each knob has only 𝒬 places in all of them.
#[test]
fn grid_trials() {
    let _formula = formula!();
    for (per_knob, knobs) in [(1, 3), (2, 1), (3, 2), (3, 3), (2, 6), (5, 3)] {
        let points = grid(per_knob, knobs);
        let mut rows: Vec<Vec<f64>> = points.rows().into_iter().map(|row| row.to_vec()).collect();
        rows.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
        rows.dedup();
        let named = [(r"\mathcal Q", per_knob as f64), (r"\mathcal K", knobs as f64)];
        assert_exact!(page("grid-trials").value(1, &named), rows.len() as f64);
        for column in points.columns() {
            let mut places = column.to_vec();
            places.sort_by(f64::total_cmp);
            places.dedup();
            assert_exact!(places.len(), per_knob);
        }
    }
}

/// ```math radical-inverse
/// i = \sum_{k \ge 0} \mathcal Z_k \, \mathcal P^k \;\Rightarrow\; \mathcal U = \sum_{k \ge 0} \mathcal Z_k \, \mathcal P^{-k-1}
/// ```
///
/// The digits of an index are written as text by repeated subtraction of powers, and read backward behind
/// the point; against the library. And the first 𝒫ᵐ points hit each of as many equal parts once.
#[test]
fn radical_inverse() {
    let _formula = formula!();
    for base in [2_u64, 3, 5, 7, 19] {
        for index in [0, 1, 2, 6, 19, 100, 4095, 123_456] {
            let (mut left, mut mirrored) = (index, 0.0);
            for power in (0..40).rev().filter_map(|k| Some((k, base.checked_pow(k)?))) {
                while left >= power.1 {
                    left -= power.1;
                    mirrored += (base as f64).powi(-(power.0 as i32) - 1);
                }
            }
            assert_close(ch08_tuning::radical_inverse(index, base), mirrored, 1e-14);
        }
        let count = base.pow(2);
        let part = |index| (ch08_tuning::radical_inverse(index, base) * count as f64 + 1e-9) as u64;
        let mut parts: Vec<u64> = (0..count).map(part).collect();
        parts.sort_unstable();
        assert_exact!(parts, (0..count).collect::<Vec<u64>>());
    }
}

/// ```math discrepancy
/// \operatorname{disc} = \sup_{\mathcal X} \, \bigl| \text{share of the points in } \mathcal X - \text{volume of } \mathcal X \bigr|
/// ```
///
/// The library tries the boxes that end at coordinates of points. Here 40,000 other boxes are tried, on a
/// fine lattice: none is worse, and the worst of them is nearly as bad. Random points, grids, Halton's and
/// Sobol's points, one point.
#[test]
fn discrepancy() {
    let _formula = formula!().allowing(0.01, "boxes on a lattice of 200 steps");
    let mut generator = generator();
    let of_sobol = Array2::from_shape_fn((16, 2), |(index, knob)| sobol(index as u32, 2)[knob]);
    let random = Array2::from_shape_simple_fn((20, 2), || generator.random::<f64>());
    for points in [array![[0.3, 0.6]], grid(4, 2), halton(20, 2), of_sobol, random] {
        let found = star_discrepancy(points.view());
        let mut worst = 0.0_f64;
        for (a, b) in (1..=200).flat_map(|a| (1..=200).map(move |b| (a, b))) {
            let (x, y) = (f64::from(a) / 200.0, f64::from(b) / 200.0);
            let inside = points.rows().into_iter().filter(|point| point[0] < x && point[1] < y);
            let share = inside.count() as f64 / points.nrows() as f64;
            worst = worst.max((share - x * y).abs());
        }
        assert_bound!(worst <= found + 1e-12);
        assert_close(found, worst, 0.01);
    }
}

/// ```math discrepancy-line
/// \operatorname{disc} = \frac{1}{2 Q} + \max_{k \le Q} \, \Bigl| \, \mathcal U_k - \frac{2 k - 1}{2 Q} \Bigr|
/// ```
///
/// For one knob, sorted places: the library's search over boxes against the page's formula, written out.
/// Even points in the middles of Q parts reach the least that is possible, 1/2Q.
#[test]
fn discrepancy_line() {
    let _formula = formula!();
    let mut generator = generator();
    for count in [1, 2, 7, 30] {
        let even = Array1::from_shape_fn(count, |k| (k as f64 + 0.5) / count as f64);
        let random = Array1::from_shape_simple_fn(count, || generator.random::<f64>());
        for places in [even, random] {
            let mut sorted = places.to_vec();
            sorted.sort_by(f64::total_cmp);
            let (q, far) = (count as f64, |k: usize, u: f64| {
                (u - (2 * k + 1) as f64 / 2.0 / count as f64).abs()
            });
            let farthest = sorted.iter().enumerate().map(|(k, &u)| far(k, u)).fold(0.0, f64::max);
            let found = star_discrepancy(places.insert_axis(Axis(1)).view());
            assert_close(found, 0.5 / q + farthest, 1e-12);
        }
    }
}

/// ```math koksma
/// \Bigl| \frac{1}{Q} \sum_{k=1}^{Q} \mathcal F(\mathcal U_k) - \int_0^1 \mathcal F(u) \, du \Bigr| \le \operatorname{disc} \cdot \int_0^1 \bigl| \mathcal F'(u) \bigr| \, du
/// ```
///
/// Both sides for functions whose integrals and variations are known: a line, a parabola, an exponential, a
/// wave that goes up and down. Random points, Halton's points, and points that are all the same. A line
/// with its points in the middles of equal parts has a left side of 0.
#[test]
fn koksma() {
    let _formula = formula!();
    let mut generator = generator();
    type Case = (fn(f64) -> f64, f64, f64);
    let cases: [Case; 4] = [
        (|u| u, 0.5, 1.0),
        (|u| u * u, 1.0 / 3.0, 1.0),
        (f64::exp, std::f64::consts::E - 1.0, std::f64::consts::E - 1.0),
        (|u| (std::f64::consts::TAU * u).sin(), 0.0, 4.0),
    ];
    for (function, area, variation) in cases {
        assert_close(integral(function, 1.0), area, 1e-11);
        let climbed: f64 = (0..1000)
            .map(|k| (function((f64::from(k) + 1.0) / 1e3) - function(f64::from(k) / 1e3)).abs())
            .sum();
        assert_close(climbed, variation, 1e-10);
        for count in [1, 4, 33] {
            let random = Array2::from_shape_simple_fn((count, 1), || generator.random::<f64>());
            let same = Array2::from_elem((count, 1), 0.2);
            for points in [random, halton(count, 1), same, grid(count, 1)] {
                let mean = points.iter().map(|&u| function(u)).sum::<f64>() / count as f64;
                let bound = star_discrepancy(points.view()) * variation;
                assert_bound!((mean - area).abs() <= bound + 1e-12);
            }
        }
    }
}
