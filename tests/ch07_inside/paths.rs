//! The formulas of `ch07_inside/paths.md`.

use super::common::*;
use ch01_neuron::{normal_cdf, normal_density, relu, relu_derivative};
use ch02_forward::Network;
use ch07_inside::{
    InputGradient, integrated_gradients_by_slopes, integrated_gradients_exactly,
    smooth_gradient_exactly,
};
use formulas::*;
use ndarray::{Array1, Array2};
use rand_chacha::ChaCha8Rng;

/// A network with one hidden layer, what is explained of it, a baseline and an input.
fn a_path(generator: &mut ChaCha8Rng) -> (Network<f64>, Array2<f64>, Array2<f64>, Array2<f64>) {
    let network = network(&[6, 9, 4], generator);
    let c = output_weights(&network, generator);
    (network, c, matrix(1, 6, generator), matrix(1, 6, generator))
}

/// The integral, piece by piece: the gradient is constant between two kinks of the path, so one look in
/// the middle of each piece is exact.
fn piece_by_piece(
    network: &Network<f64>,
    c: &Array2<f64>,
    start: &Array2<f64>,
    end: &Array2<f64>,
) -> Array1<f64> {
    let first = &network.layers[0].dense;
    let (z0, z1) = (first.forward(start.view()), first.forward(end.view()));
    let crossings = z0.iter().zip(&z1).map(|(z0, z1)| z0 / (z0 - z1));
    let mut ends: Vec<f64> = crossings.filter(|u| (0.0..1.0).contains(u)).collect();
    ends.extend([0.0, 1.0]);
    ends.sort_by(f64::total_cmp);
    let mut sum = Array1::zeros(start.len());
    for pair in ends.windows(2) {
        let u = 0.5 * (pair[0] + pair[1]);
        let there = start + &((end - start) * u);
        sum += &(row(&network.input_gradient(there.view(), c.view())) * (pair[1] - pair[0]));
    }
    sum * row(&(end - start))
}

/// ```math integrated-gradients
/// \mathcal A_i = (x_i - x'_i) \int_0^1
/// \frac{\partial \mathcal F}{\partial x_i}\bigl(\mathbf x' + u \, (\mathbf x - \mathbf x')\bigr) \, du
/// ```
///
/// Integrated gradients are the integral of the gradient along the path: the library's midpoint rule
/// comes as near to the integral, taken piece by piece, as its steps are fine: within a few kinks' jumps
/// times the length of a step. The fast sum equals the plain one up to rounding.
#[test]
fn integrated_gradients() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..20 {
        let (network, c, start, end) = a_path(&mut generator);
        let integral = piece_by_piece(&network, &c, &start, &end);
        for steps in [1, 10, 1000] {
            let path = (start.view(), end.view());
            let plain = row(&ch07_inside::integrated_gradients(&network, path, c.view(), steps));
            let fast = row(&integrated_gradients_by_slopes(&network, path, c.view(), steps));
            assert_all_close(&plain, &fast, 1e-13);
            let error = (&plain - &integral).mapv(f64::abs).sum();
            assert_bound!(error < 60.0 / steps as f64, "{error} with {steps} steps");
        }
    }
}

/// ```math completeness
/// \sum_i \mathcal A_i = \mathcal F(\mathbf x) - \mathcal F(\mathbf x')
/// ```
///
/// Completeness: the attributions add up to what 𝓕 gains from the baseline to the input, 𝓕 from a
/// forward pass that is written out. Exactly, and for a deep network by steps, as fine as the steps.
#[test]
fn completeness() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..50 {
        let (network, c, start, end) = a_path(&mut generator);
        let exact = integrated_gradients_exactly(&network, (start.view(), end.view()), c.view());
        let gain = |network: &Network<f64>, start: &Array2<f64>, end: &Array2<f64>, c| {
            explained(network, &row(end), c) - explained(network, &row(start), c)
        };
        assert_close(total(&exact), gain(&network, &start, &end, &c), 1e-12);
        let deep = super::common::network(&[6, 8, 7, 4], &mut generator);
        let path = (start.view(), end.view());
        let sum = total(&integrated_gradients_by_slopes(&deep, path, c.view(), 500));
        let error = (sum - gain(&deep, &start, &end, &c)).abs();
        assert_bound!(error < 0.05, "two hidden layers, 500 steps: {error}");
    }
}

/// ```math path-dummy
/// \mathcal F \text{ does not depend on } x_i \;\Rightarrow\; \mathcal A_i = 0
/// ```
///
/// An input that 𝓕 does not depend on gets nothing: 𝓕 stays what it is when it changes, and its
/// attribution is 0. All but one weight away from it, the attribution is not 0.
#[test]
fn path_dummy() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..20 {
        let (mut network, c, start, end) = a_path(&mut generator);
        let exact = |network: &Network<f64>| {
            row(&integrated_gradients_exactly(network, (start.view(), end.view()), c.view()))
        };
        assert_bound!(exact(&network)[2] != 0.0);
        network.layers[0].dense.weights.row_mut(2).fill(0.0);
        let mut moved = end.clone();
        moved[[0, 2]] += 3.0;
        let value = |x: &Array2<f64>| explained(&network, &row(x), &c);
        assert_exact!(value(&end), value(&moved));
        assert_exact!(exact(&network)[2], 0.0);
    }
}

/// ```math path-symmetry
/// \begin{aligned}
/// &\mathcal F \text{ treats } x_i \text{ and } x_j \text{ alike}, \;\; x_i = x_j, \;\; x'_i = x'_j \\
/// &\quad\Rightarrow\; \mathcal A_i = \mathcal A_j
/// \end{aligned}
/// ```
///
/// Two inputs that 𝓕 cannot tell apart, and that are alike in the input and in the baseline, get the
/// same. That 𝓕 cannot tell them apart is checked by exchanging them.
#[test]
fn path_symmetry() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..20 {
        let (mut network, c, mut start, mut end) = a_path(&mut generator);
        let weights = &mut network.layers[0].dense.weights;
        let same = weights.row(1).to_owned();
        weights.row_mut(4).assign(&same);
        let mut exchanged = end.clone();
        exchanged.swap([0, 1], [0, 4]);
        let value = |x: &Array2<f64>| explained(&network, &row(x), &c);
        assert_close(value(&end), value(&exchanged), 1e-13);
        for x in [&mut start, &mut end] {
            x[[0, 4]] = x[[0, 1]];
        }
        let path = (start.view(), end.view());
        let exact = row(&integrated_gradients_exactly(&network, path, c.view()));
        assert_close(exact[1], exact[4], 1e-14);
    }
}

/// ```math mean-slope
/// \int_0^1 f'\bigl(z' + u \, (z - z')\bigr) \, du = \frac{f(z) - f(z')}{z - z'}
/// ```
///
/// The mean slope of a ReLU between two points: the integral of its slope on the way, piece by piece
/// from the slope alone; and where both points are the same, the slope there.
#[test]
fn mean_slope() {
    let _formula = formula!();
    for start in points() {
        for end in [-3.0, -1e-8, 0.0, 0.25, 2.0, start] {
            if start == end {
                assert_exact!(ch07_inside::mean_slope(start, end), relu_derivative(end));
                continue;
            }
            let kink = (start / (start - end)).clamp(0.0, 1.0);
            let slope_at = |u: f64| relu_derivative(start + u * (end - start));
            let integral = kink * slope_at(0.5 * kink) + (1.0 - kink) * slope_at(0.5 + 0.5 * kink);
            assert_close(
                ch07_inside::mean_slope(start, end),
                integral,
                1e-7_f64.min(1e-15 * start.abs().max(1e6)),
            );
        }
    }
}

/// ```math exact-integrated-gradients
/// \mathcal A_i = (x_i - x'_i) \sum_j w^{(1)}_{ij} \,
/// \frac{f(z_j) - f(z'_j)}{z_j - z'_j} \, w^{(2)}_{jk}
/// ```
///
/// The finite sum for one hidden layer, written out over indices, against the library; and both against
/// the integral piece by piece, to 1e-10.
#[test]
fn exact_integrated_gradients() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..50 {
        let (network, c, start, end) = a_path(&mut generator);
        let path = (start.view(), end.view());
        let exact = row(&integrated_gradients_exactly(&network, path, c.view()));
        let [first, second] = [0, 1].map(|layer: usize| &network.layers[layer].dense);
        let (z0, z1) = (first.forward(start.view()), first.forward(end.view()));
        for i in 0..6 {
            let neuron = |j: usize| {
                let v: f64 = (0..4).map(|k| second.weights[[j, k]] * c[[0, k]]).sum();
                let (z0, z1) = (z0[[0, j]], z1[[0, j]]);
                first.weights[[i, j]] * v * (relu(z1) - relu(z0)) / (z1 - z0)
            };
            let sum: f64 = (0..9).map(neuron).sum();
            assert_close(exact[i], (end[[0, i]] - start[[0, i]]) * sum, 1e-12);
        }
        assert_all_close(&exact, &piece_by_piece(&network, &c, &start, &end), 1e-10);
    }
}

/// ```math blind-spot
/// x_i = x'_i \;\Rightarrow\; \mathcal A_i = 0
/// ```
///
/// Where input and baseline agree the attribution is 0, although 𝓕 depends on the input there: moving
/// it changes 𝓕.
#[test]
fn blind_spot() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..20 {
        let (network, c, start, mut end) = a_path(&mut generator);
        end[[0, 3]] = start[[0, 3]];
        let path = (start.view(), end.view());
        assert_exact!(integrated_gradients_exactly(&network, path, c.view())[[0, 3]], 0.0);
        assert_exact!(ch07_inside::integrated_gradients(&network, path, c.view(), 7)[[0, 3]], 0.0);
        let mut moved = end.clone();
        moved[[0, 3]] += 5.0;
        let value = |x: &Array2<f64>| explained(&network, &row(x), &c);
        assert_bound!((value(&moved) - value(&end)).abs() > 1e-3);
    }
}

/// ```math smooth-gradient
/// \operatorname{E} \, \frac{\partial \mathcal F}{\partial x_i}(\mathbf x + \mathbf d)
/// = \frac{\partial}{\partial x_i} \operatorname{E} \, \mathcal F(\mathbf x + \mathbf d)
/// ```
///
/// The mean gradient is the gradient of the mean: SmoothGrad's limit is the slope of 𝓕 blurred by the
/// noise. For one hidden layer the blurred 𝓕 is known, each ReLU becoming z Φ(z/s) + s φ(z/s) with
/// s = σ|w|; its slopes are measured. 20,000 samples of the library come within five standard errors.
#[test]
fn smooth_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for deviation in [0.1, 0.7, 3.0] {
        let (network, c, _, x) = a_path(&mut generator);
        let [first, second] = [0, 1].map(|layer: usize| &network.layers[layer].dense);
        let behind = second.weights.dot(&row(&c));
        let blurred = |x: &Array1<f64>| {
            let neuron = |j: usize| {
                let w = first.weights.column(j);
                let (z, s) = (w.dot(x) + first.bias[j], deviation * w.dot(&w).sqrt());
                behind[j] * (z * normal_cdf(z / s) + s * normal_density(z / s))
            };
            (0..9).map(neuron).sum::<f64>() + second.bias.dot(&row(&c))
        };
        let exact = row(&smooth_gradient_exactly(&network, x.view(), c.view(), deviation));
        assert_all_close(&exact, &slopes(blurred, &row(&x)), 1e-8);
        let noise = (deviation, 20_000);
        let drawn =
            row(&ch07_inside::smooth_gradient(&network, x.view(), c.view(), noise, &mut generator));
        let most: f64 =
            (0..9).map(|j| (behind[j] * first.weights.column(j).mapv(f64::abs).sum()).abs()).sum();
        let error = (&drawn - &exact).mapv(f64::abs);
        assert_bound!(error.iter().all(|e| *e < 5.0 * 0.5 * most / 20_000_f64.sqrt()), "{error}");
    }
}

/// ```math open-share
/// \operatorname{E} f'(z + \mathbf w \cdot \mathbf d) = \Phi\left(\frac{z}{\sigma_d |\mathbf w|}\right)
/// ```
///
/// For one hidden layer, the mean over all noise replaces each slope by Φ: the share of noisy copies at
/// which the neuron is on, counted here by drawing the neuron's own sum, 100,000 times, within five
/// standard errors.
#[test]
fn open_share() {
    let _formula = formula!();
    let mut generator = generator();
    for deviation in [0.2, 1.0] {
        let w = vector(6, &mut generator);
        for z in [-1.5, -0.2, 0.0, 0.4, 2.0] {
            let spread = deviation * w.dot(&w).sqrt();
            let mut on = 0.0;
            for _ in 0..100_000 {
                let noise: f64 = w.iter().map(|w| w * deviation * number(&mut generator)).sum();
                on += f64::from(z + noise > 0.0);
            }
            let claimed: f64 = normal_cdf(z / spread);
            let error = 5.0 * (claimed * (1.0 - claimed) / 1e5).sqrt() + 1e-4;
            assert_bound!((on / 1e5 - claimed).abs() < error, "{on} at {z} of {spread}");
        }
    }
}
