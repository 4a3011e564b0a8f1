//! The formulas of `ch07_inside/sanity.md`.

use super::common::*;
use ch02_forward::Network;
use ch07_inside::{InputGradient, gradient_times_input, guided_gradient, ranks, rescaled_inputs};
use formulas::*;
use ndarray::{Array1, Array2};
use rand_chacha::ChaCha8Rng;

/// ```math guided-backpropagation
/// \mathcal A_i = \sum_j w^{(1)}_{ij} \, f'\bigl(z^{(1)}_j\bigr)
/// \operatorname{relu}\bigl(w^{(2)}_{jk}\bigr)
/// ```
///
/// Guided backpropagation of a network with one hidden layer, against sums over indices: whatever
/// the last layer's weights below zero are, they change nothing.
#[test]
fn guided_backpropagation() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..30 {
        let network = network(&[6, 9, 4], &mut generator);
        let x = smooth_point(&network, &mut generator);
        for k in 0..4 {
            let one_hot = Array2::from_shape_fn((1, 4), |(_, other)| f64::from(other == k));
            let found = row(&guided_gradient(&network, x.view(), one_hot.view()));
            let [first, second] = [0, 1].map(|layer: usize| &network.layers[layer].dense);
            for i in 0..6 {
                let through = |j: usize| {
                    let z: f64 = (0..6).map(|i| x[[0, i]] * first.weights[[i, j]]).sum();
                    let on = f64::from(z + first.bias[j] > 0.0);
                    first.weights[[i, j]] * on * second.weights[[j, k]].max(0.0)
                };
                assert_close(found[i], (0..9).map(through).sum(), 1e-13);
            }
            let mut changed = network.clone();
            changed.layers[1].dense.weights.mapv_inplace(|w| if w < 0.0 { 7.0 * w } else { w });
            let same = row(&guided_gradient(&changed, x.view(), one_hot.view()));
            assert_all_close(&found, &same, 1e-13);
        }
    }
}

/// ```math rank-correlation
/// \rho_s = 1 - \frac{6 \sum_i \Delta_i^2}{M_0 \, (M_0^2 - 1)}
/// ```
///
/// The correlation of the ranks, against the sum of squared differences of ranks that are counted
/// here by comparing each value with all others. With ties the two are different, so there are
/// none.
#[test]
fn rank_correlation() {
    let _formula = formula!();
    let mut generator = generator();
    for count in [2, 3, 10, 784] {
        let (left, right) = (vector(count, &mut generator), vector(count, &mut generator));
        let related = &left + &(&right * 0.3);
        for (left, right) in [(&left, &right), (&left, &related), (&left, &left)] {
            let rank = |values: &Array1<f64>, i: usize| {
                values.iter().filter(|&&value| value <= values[i]).count() as f64
            };
            let delta = |i: usize| rank(left, i) - rank(right, i);
            let squares: f64 = (0..count).map(|i| delta(i).powi(2)).sum();
            let m = count as f64;
            let claimed = 1.0 - 6.0 * squares / (m * (m * m - 1.0));
            let found = ch07_inside::rank_correlation(left.view(), right.view()).expect("no ties");
            assert_close(found, claimed, 1e-12);
            assert_all_close(
                &ranks(left.view()),
                &Array1::from_shape_fn(count, |i| rank(left, i)),
                0.0,
            );
        }
        let falling = left.mapv(|value| -value.powi(3));
        let found = ch07_inside::rank_correlation(left.view(), falling.view());
        assert_close(found.expect("no ties"), -1.0, 1e-12);
    }
}

/// A network, an input and another scale, `d` higher: all that the formulas of the shift speak of.
struct Shift {
    network: Network<f64>,
    c: Array2<f64>,
    x: Array2<f64>,
    d: Array1<f64>,
    /// The network for inputs on the other scale.
    shifted: Network<f64>,
    /// The input on the other scale.
    there: Array2<f64>,
}

fn shifts(generator: &mut ChaCha8Rng) -> Vec<Shift> {
    let mut shifts = Vec::new();
    for _ in 0..20 {
        for network in networks(generator) {
            let c = output_weights(&network, generator);
            let x = smooth_point(&network, generator);
            let d = vector(x.ncols(), generator);
            let shifted = rescaled_inputs(&network, d.view(), 1.0);
            let there = &x + &d;
            shifts.push(Shift { network, c, x, d, shifted, there });
        }
    }
    shifts
}

/// ```math shifted-network
/// b'_j = b_j - \sum_i d_i \, w_{ij} \;\Rightarrow\; \mathcal F'(\mathbf x + \mathbf d) = \mathcal F(\mathbf x)
/// ```
///
/// The shifted network by the library at the shifted input, against a forward pass of the first one
/// that is written out. And its gradient there is the old one here.
#[test]
fn shifted_network() {
    let _formula = formula!();
    let mut generator = generator();
    for Shift { network, c, x, d, shifted, there } in shifts(&mut generator) {
        let first = &network.layers[0].dense;
        for j in 0..first.bias.len() {
            let moved: f64 = (0..d.len()).map(|i| d[i] * first.weights[[i, j]]).sum();
            assert_close(shifted.layers[0].dense.bias[j], first.bias[j] - moved, 1e-13);
        }
        let value = (shifted.forward(there.view()) * &c).sum();
        assert_close(value, explained(&network, &row(&x), &c), 1e-12);
        let gradient = row(&shifted.input_gradient(there.view(), c.view()));
        assert_all_close(&gradient, &slopes(|x| explained(&network, x, &c), &row(&x)), 1e-9);
    }
}

/// ```math shifted-map
/// \mathcal A'_i = \mathcal A_i + d_i \frac{\partial \mathcal F}{\partial x_i}
/// ```
///
/// Gradient × input of the shifted network at the shifted input, against that of the first one, and
/// the shift times a finite difference.
#[test]
fn shifted_map() {
    let _formula = formula!();
    let mut generator = generator();
    for Shift { network, c, x, d, shifted, there } in shifts(&mut generator) {
        let map = row(&gradient_times_input(&shifted, there.view(), c.view()));
        let slopes = slopes(|x| explained(&network, x, &c), &row(&x));
        let before = row(&gradient_times_input(&network, x.view(), c.view()));
        assert_all_close(&map, &(before + &d * &slopes), 1e-9);
    }
}
