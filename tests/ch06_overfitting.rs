//! The formulas of chapter 6, each checked with numbers.

use ch01_neuron::{Activation, normal_cdf, normal_density};
use ch02_forward::{Dense, Layer, Loss, Network, one_hot, softmax};
use ch03_backprop::{DenseGradient, Gradients, LossBackward};
use ch04_optimizers::{Bowl, Optimizer, Parameter, Sgd};
use ch05_mnist::{CLASSES, Dataset, Images};
use ch06_overfitting::{
    Displacement, Dropout, Dropouts, MaskedNetwork, SmallWeights, bilinear, cooling, decompose,
    folds, gaussian_kernel, least_squares, polynomial, powers, randomize_labels, ridge, shift,
    smooth, standard_error,
};
use formulas::*;
use ndarray::{Array1, Array2, Axis};
use rand::RngExt;

/// Every list of `count` numbers that are each −1 or 1.
fn signs(count: usize) -> impl Iterator<Item = Array1<f64>> {
    let sign = |bits: u32, k: usize| if bits >> k & 1 == 1 { 1.0 } else { -1.0 };
    (0..1 << count).map(move |bits| (0..count).map(|k| sign(bits, k)).collect())
}

/// Every mask of `count` entries that dropout can draw, with its probability.
fn masks(count: usize, keep: f64) -> impl Iterator<Item = (Array1<f64>, f64)> {
    signs(count).map(move |signs| {
        let probability = signs.mapv(|sign| if sign > 0.0 { keep } else { 1.0 - keep }).product();
        (signs.mapv(|sign| if sign > 0.0 { 1.0 / keep } else { 0.0 }), probability)
    })
}

/// A matrix whose columns are of length 1 and at right angles: a mirror.
fn mirror(size: usize, generator: &mut rand_chacha::ChaCha8Rng) -> Array2<f64> {
    let v = vector(size, generator);
    let outer = Array2::from_shape_fn((size, size), |(i, j)| v[i] * v[j]);
    Array2::eye(size) - outer * (2.0 / v.dot(&v))
}

/// A bowl of known curvatures along known axes (columns of the second part).
fn bowl(curvatures: &[f64]) -> (Bowl<f64>, Array2<f64>) {
    let mut generator = generator();
    let axes = mirror(curvatures.len(), &mut generator);
    let scaled = &axes * &Array1::from(curvatures.to_vec()); // column k times curvature k
    let lowest = vector(curvatures.len(), &mut generator);
    (Bowl { curvature: scaled.dot(&axes.t()), lowest }, axes)
}

/// Gradient descent on a bowl from the origin.
fn descend(bowl: &Bowl<f64>, rate: f64, weight_decay: f64, steps: usize) -> Array1<f64> {
    let mut point = Array1::zeros(bowl.lowest.len());
    let mut sgd = Sgd { weight_decay, ..Sgd::default() };
    for _ in 0..steps {
        let gradient = bowl.gradient(point.view()).to_vec();
        let values = point.as_slice_mut().expect("contiguous");
        sgd.step(rate, vec![Parameter { values, gradient: &gradient }]);
    }
    point
}

fn layer(weights: Array2<f64>, bias: Array1<f64>) -> Layer<f64> {
    Layer { dense: Dense { weights, bias }, activation: Activation::Identity }
}

fn squared_length(numbers: &Array1<f64>) -> f64 {
    numbers.dot(numbers)
}

// ---------------------------------------------------------------------------------- polynomials --

/// A polynomial is the weighted sum of the powers of x, so a neuron without activation whose inputs
/// are the powers. Relative to the sum of the sizes of its terms; some thirty roundings.
#[test]
fn polynomial_as_weighted_sum() {
    let mut generator = generator();
    for degree in [0, 1, 3, 15] {
        let weights = vector(degree + 1, &mut generator);
        let x = 1.5 * vector(20, &mut generator);
        let features = powers(x.view(), degree);
        for (row, &x) in features.rows().into_iter().zip(&x) {
            let terms: Array1<f64> =
                weights.iter().enumerate().map(|(k, w)| w * x.powi(k as i32)).collect();
            let size = terms.mapv(f64::abs).sum();
            assert_close(polynomial(weights.view(), x) / size, terms.sum() / size, 1e-14);
            assert_close(row.dot(&weights) / size, terms.sum() / size, 1e-14);
        }
    }
}

/// Where |Xw − y|² is smallest, its gradient 2Xᵀ(Xw − y) is 0, which is XᵀXw = Xᵀy. The weights come
/// from singular values, the gradient from finite differences: 1e-8, their rounding.
#[test]
fn normal_equations() {
    let mut generator = generator();
    for (points, weights) in [(1, 1), (5, 5), (9, 4), (30, 6)] {
        let (x, y) = (matrix(points, weights, &mut generator), vector(points, &mut generator));
        let distance = |w: &Array1<f64>| squared_length(&(x.dot(w) - &y));
        let best = least_squares(x.view(), y.view());
        assert_all_close(&slopes(distance, &best), &Array1::zeros(weights), 1e-8);
        assert_all_close(&x.t().dot(&x.dot(&best)), &x.t().dot(&y), 1e-9);
        let anywhere = vector(weights, &mut generator);
        let gradient = 2.0 * x.t().dot(&(x.dot(&anywhere) - &y));
        assert_all_close(&slopes(distance, &anywhere), &gradient, 1e-8);
    }
}

/// With as many weights as points, the fit goes through every point: it is Lagrange's polynomial,
/// which is written down without solving anything. 1e-7: the powers of ten points between −1 and 1
/// are almost dependent, which costs half of the digits.
#[test]
fn exact_fit() {
    let mut generator = generator();
    for points in [1, 2, 5, 10] {
        let x: Array1<f64> =
            (0..points).map(|i| (2 * i + 1) as f64 / points as f64 - 1.0).collect();
        let y = vector(points, &mut generator);
        let weights = least_squares(powers(x.view(), points - 1).view(), y.view());
        let lagrange = |at: f64| {
            let basis = |i: usize| {
                let others = (0..points).filter(|&j| j != i);
                others.map(|j| (at - x[j]) / (x[i] - x[j])).product::<f64>()
            };
            (0..points).map(|i| y[i] * basis(i)).sum::<f64>()
        };
        for i in 0..points {
            assert_close(polynomial(weights.view(), x[i]), y[i], 1e-9);
        }
        for at in [-0.95, -0.3, 0.01, 0.77] {
            assert_close(polynomial(weights.view(), at), lagrange(at), 1e-7);
        }
    }
}

/// Six points of a sine with noise ±0.3, and all 64 training sets that this noise can make: fits of
/// one degree at six points, `[training sets × points]`; the targets they were fitted to; the truth.
fn all_fits(degree: usize) -> (Array2<f64>, Array2<f64>, Array1<f64>) {
    let x = Array1::linspace(-1.0, 1.0, 6);
    let truth = x.mapv(|x: f64| (3.0 * x).sin());
    let features = powers(x.view(), degree);
    let (mut fits, mut targets) = (Array2::zeros((64, 6)), Array2::zeros((64, 6)));
    for (set, signs) in signs(6).enumerate() {
        let y = &truth + 0.3 * signs;
        fits.row_mut(set).assign(&features.dot(&least_squares(features.view(), y.view())));
        targets.row_mut(set).assign(&y);
    }
    (fits, targets, truth)
}

/// The mean squared error on new points is bias² + variance + the noise's own variance. The left side
/// is a plain mean over all training sets, all points and both signs of the new point's noise.
/// 1e-12: a thousand terms near 1.
#[test]
fn bias_variance() {
    for degree in 0..6 {
        let (fits, _, truth) = all_fits(degree);
        let (mut sum, mut count) = (0.0, 0.0);
        for fit in fits.rows() {
            for (prediction, truth) in fit.iter().zip(&truth) {
                for noise in [-0.3, 0.3] {
                    sum += (prediction - (truth + noise)).powi(2);
                    count += 1.0;
                }
            }
        }
        let parts = decompose(fits.view(), truth.view());
        assert_close(sum / count, parts.bias_squared + parts.variance + 0.09, 1e-12);
    }
    let (fits, _, truth) = all_fits(0); // a constant: bias without bound, little variance
    assert!(decompose(fits.view(), truth.view()).bias_squared > 0.3);
}

/// The variance of a fit, in the mean over its own points, is the noise's variance times the weights
/// for each point. Exact for any noise; 1e-12 for rounding.
#[test]
fn fit_variance() {
    for degree in 0..6 {
        let (fits, _, truth) = all_fits(degree);
        let variance = decompose(fits.view(), truth.view()).variance;
        assert_close(variance, 0.09 * (degree + 1) as f64 / 6.0, 1e-12);
    }
}

/// How much better a fit looks on its own targets than on new ones at the same points: twice the
/// noise's variance times the weights for each point.
#[test]
fn training_gap() {
    for degree in 0..6 {
        let (fits, targets, truth) = all_fits(degree);
        let on_training = (&fits - &targets).mapv(|x| x * x).mean().expect("not empty");
        let on_new = (&fits - &truth).mapv(|x| x * x).mean().expect("not empty") + 0.09;
        assert_close(on_new - on_training, 2.0 * 0.09 * (degree + 1) as f64 / 6.0, 1e-12);
    }
}

/// The mean error of k-fold validation: every example is judged once, by the fit that has not seen
/// it. Left: a new fit for each fold. Right: one fit of all examples and no other. With the leverages
/// H of the examples F of a fold among themselves, and what that one fit leaves over on them, e, the
/// fit without F leaves over (1 − H)⁻¹e: leave-one-out, for several at once. 1e-10: leverages near 1
/// cost digits.
#[test]
fn k_fold() {
    let mut generator = generator();
    let (x, y) = (matrix(17, 3, &mut generator), vector(17, &mut generator));
    let left_over = &y - &x.dot(&least_squares(x.view(), y.view()));
    let unit = |k: usize| Array1::from_shape_fn(17, |r| f64::from(u8::from(r == k)));
    for k in [2, 5, 17] {
        let mut by_example = Array1::from_elem(17, f64::NAN);
        let mut from_one_fit = 0.0;
        for (training, held_out) in folds(17, k, &mut generator) {
            assert_eq!(training.len() + held_out.len(), 17);
            assert!(held_out.len() == 17 / k || held_out.len() == 17 / k + 1);
            let (x_training, y_training) =
                (x.select(Axis(0), &training), y.select(Axis(0), &training));
            let weights = least_squares(x_training.view(), y_training.view());
            for &r in &held_out {
                assert!(by_example[r].is_nan() && !training.contains(&r));
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

/// Leaving out one example after the other needs no new fit: its error is that of the one fit, over
/// 1 minus its leverage. The left side fits again for each example. 1e-9: leverages near 1 cost
/// digits.
#[test]
fn leave_one_out() {
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
    }
}

/// The standard error of a measured share of mistakes, from the whole distribution of the number of
/// mistakes among n examples: the sum over all outcomes of their squared distance from the mean.
#[test]
fn standard_error_of_a_share() {
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
    }
}

/// The best of K equal models looks better than it is: the largest of K normal numbers of mean 0 and
/// variance 1 is in the mean at most √(2 ln K). The mean is the integral of how likely it is that the
/// largest exceeds u, minus that it stays below −u. For two it is known: 1/√π. For many the bound is
/// nearly reached.
#[test]
fn best_of_many() {
    let mean = |k: i32| {
        let above = integral(|u| 1.0 - normal_cdf(u).powi(k), 10.0);
        above - integral(|u| normal_cdf(-u).powi(k), 10.0)
    };
    assert_close(mean(1), 0.0, 1e-9);
    assert_close(mean(2), 1.0 / std::f64::consts::PI.sqrt(), 1e-9);
    for k in [2, 3, 10, 100, 1000, 100_000] {
        let bound = (2.0 * f64::from(k).ln()).sqrt();
        assert!(mean(k) <= bound && mean(k) > 0.45 * bound, "{k}: {} and {bound}", mean(k));
    }
    assert!(mean(100_000) > 0.9 * (2.0 * 100_000_f64.ln()).sqrt()); // no smaller factor would do
    for (k, quoted) in [(2, 0.56), (100, 2.51), (10_000, 3.85), (100_000, 4.38)] {
        assert_close(mean(k), quoted, 0.005); // as the page has them
    }
}

// --------------------------------------------------------------------------------- weight decay --

/// Ridge: the gradient of |Xw − y|² + λ|w|² vanishes, so (XᵀX + λI)w = Xᵀy. By finite differences and
/// by putting the weights in; with more weights than points too.
#[test]
fn ridge_equations() {
    let mut generator = generator();
    for (points, weights) in [(1, 1), (9, 4), (4, 9)] {
        for lambda in [1e-3, 0.5, 40.0] {
            let (x, y) = (matrix(points, weights, &mut generator), vector(points, &mut generator));
            let cost =
                |w: &Array1<f64>| squared_length(&(x.dot(w) - &y)) + lambda * squared_length(w);
            let best = ridge(x.view(), y.view(), lambda);
            assert_all_close(&slopes(cost, &best), &Array1::zeros(weights), 1e-8);
            let left = x.t().dot(&x.dot(&best)) + lambda * &best;
            assert_all_close(&left, &x.t().dot(&y), 1e-9);
        }
    }
}

/// Ridge is what is likeliest if noise is normal of deviation s and weights are normal of deviation
/// τ beforehand, with λ = s²/τ². The likelihood times the prior is multiplied out here from normal
/// densities; its logarithm is flat at the ridge weights, and lower everywhere else.
#[test]
fn gaussian_prior() {
    let mut generator = generator();
    let (x, y) = (matrix(7, 3, &mut generator), vector(7, &mut generator));
    for (noise, prior) in [(1.0, 1.0), (0.5, 2.0), (2.0, 0.3)] {
        let log_posterior = |w: &Array1<f64>| {
            let residuals = (x.dot(w) - &y).into_iter();
            let likelihood: f64 = residuals.map(|r| normal_density(r / noise) / noise).product();
            let prior: f64 = w.iter().map(|w| normal_density(w / prior) / prior).product();
            (likelihood * prior).ln()
        };
        let best = ridge(x.view(), y.view(), (noise / prior).powi(2));
        assert_all_close(&slopes(log_posterior, &best), &Array1::zeros(3), 1e-8);
        for _ in 0..100 {
            let other = &best + &(0.1 * vector(3, &mut generator));
            assert!(log_posterior(&other) < log_posterior(&best));
        }
    }
}

/// The penalty shrinks the weights most where the data say least: along axis k of XᵀX, of eigenvalue
/// λₖ, the factor λₖ / (λₖ + λ) is left of least squares. X is put together from known axes.
#[test]
fn ridge_shrinkage() {
    let mut generator = generator();
    let eigenvalues: [f64; 4] = [100.0, 4.0, 0.25, 1e-4];
    let (left, axes) = (mirror(6, &mut generator), mirror(4, &mut generator));
    let mut x = Array2::zeros((6, 4));
    for k in 0..4 {
        let outer = |(i, j): (usize, usize)| left[[i, k]] * axes[[j, k]] * eigenvalues[k].sqrt();
        x = x + Array2::from_shape_fn((6, 4), outer);
    }
    let y = vector(6, &mut generator);
    let plain = least_squares(x.view(), y.view());
    for lambda in [1e-3, 1.0, 10.0] {
        let shrunk = ridge(x.view(), y.view(), lambda);
        for (k, eigenvalue) in eigenvalues.iter().enumerate() {
            let (before, after) = (axes.column(k).dot(&plain), axes.column(k).dot(&shrunk));
            let factor = eigenvalue / (eigenvalue + lambda);
            assert_close(after, factor * before, 1e-10); // plain weights are near 100 here
        }
    }
}

/// With the penalty, axis k of XᵀX costs (λₖ / (λₖ + λ))² of what a weight costs without it. Left: the
/// variance over all 64 training sets that noise of ±0.3 can make for six points. X is put together
/// from known axes. 1e-12: rounding.
#[test]
fn ridge_variance() {
    let mut generator = generator();
    let eigenvalues: [f64; 3] = [9.0, 0.5, 1e-3];
    let (left, axes) = (mirror(6, &mut generator), mirror(3, &mut generator));
    let entry = |(r, i): (usize, usize)| {
        (0..3).map(|k| left[[r, k]] * axes[[i, k]] * eigenvalues[k].sqrt()).sum()
    };
    let x = Array2::from_shape_fn((6, 3), entry);
    let truth = vector(6, &mut generator);
    for lambda in [1e-6, 0.01, 1.0, 30.0] {
        let mut fits = Array2::zeros((64, 6));
        for (set, signs) in signs(6).enumerate() {
            let y = &truth + 0.3 * signs;
            fits.row_mut(set).assign(&x.dot(&ridge(x.view(), y.view(), lambda)));
        }
        let variance = decompose(fits.view(), truth.view()).variance;
        let paid: f64 = eigenvalues.iter().map(|own| (own / (own + lambda)).powi(2)).sum();
        assert_close(variance, 0.09 / 6.0 * paid, 1e-12);
    }
}

/// The gradient of λ/2 Σw² is λW in each layer, and the biases are free. By finite differences of
/// the library's penalty.
#[test]
fn penalty_gradient() {
    let mut generator = generator();
    let layers = vec![
        layer(matrix(3, 4, &mut generator), vector(4, &mut generator)),
        layer(matrix(4, 2, &mut generator), vector(2, &mut generator)),
    ];
    let network = Network { layers };
    let zero = |layer: &Layer<f64>| {
        let (weights, bias) = (layer.dense.weights.dim(), layer.dense.bias.dim());
        DenseGradient { weights: Array2::zeros(weights), bias: Array1::zeros(bias) }
    };
    let mut gradients = Gradients { layers: network.layers.iter().map(zero).collect() };
    network.add_penalty_gradient(0.7, &mut gradients);
    for index in 0..2 {
        let penalty = |weights: &Array2<f64>| {
            let mut nudged = network.clone();
            nudged.layers[index].dense.weights.assign(weights);
            nudged.penalty(0.7)
        };
        let weights = &network.layers[index].dense.weights;
        assert_all_close(&gradients.layers[index].weights, &slopes(penalty, weights), 1e-9);
        assert_all_close(&gradients.layers[index].weights, &(0.7 * weights), 1e-15);
        assert!(gradients.layers[index].bias.iter().all(|&slope| slope == 0.0));
    }
}

/// On a bowl with the penalty λ/2 |θ|², gradient descent ends where λₖ / (λₖ + λ) of the way to the
/// lowest point is done along axis k. The left side walks there.
#[test]
fn penalty_on_a_bowl() {
    let curvatures = [3.0, 0.5, 0.02];
    let (bowl, axes) = bowl(&curvatures);
    for lambda in [0.01, 0.1, 1.0] {
        let end = descend(&bowl, 0.4, lambda, 5_000); // 0.988^5000 of the way is left
        for (k, curvature) in curvatures.iter().enumerate() {
            let share = curvature / (curvature + lambda);
            let (end, lowest) = (axes.column(k).dot(&end), axes.column(k).dot(&bowl.lowest));
            assert_close(end, share * lowest, 1e-12);
        }
    }
}

/// Plain gradient descent cannot tell a penalty from decay: η(g + λw) is taken off, or first ηλw and
/// then ηg. The library's decay with a plain step, and the library's penalty in the gradient.
#[test]
fn decay_is_penalty() {
    let mut generator = generator();
    let (rate, lambda) = (0.1, 0.3);
    let (weights, bias) = (matrix(5, 3, &mut generator), vector(3, &mut generator));
    let start = Network { layers: vec![layer(weights, bias)] };
    let loss_gradient = || DenseGradient {
        weights: Array2::from_shape_fn((5, 3), |(i, j)| (i as f64 - 2.0) * (j as f64 + 0.5)),
        bias: Array1::from_elem(3, 0.25),
    };
    let (mut decayed, mut penalized) = (start.clone(), start);
    for _ in 0..10 {
        let mut gradients = Gradients { layers: vec![loss_gradient()] };
        decayed.decay(rate * lambda);
        Sgd::default().step(rate, ch04_optimizers::parameters(&mut decayed, &gradients));
        penalized.add_penalty_gradient(lambda, &mut gradients);
        Sgd::default().step(rate, ch04_optimizers::parameters(&mut penalized, &gradients));
        let weights = |network: &Network<f64>| network.layers[0].dense.weights.clone();
        assert_all_close(&weights(&decayed), &weights(&penalized), 1e-14);
    }
    assert_eq!(decayed.layers[0].dense.bias, penalized.layers[0].dense.bias);
}

/// A weight that no gradient holds fades: after t steps (1 − ηλ)ᵗ of it is left, a little less than
/// e^(−ηλt).
#[test]
fn decay_fades() {
    for (share, steps) in [(0.1_f64, 7), (0.01, 100), (1e-4, 1_000)] {
        let layers = vec![layer(Array2::from_elem((2, 2), 5.0), Array1::ones(2))];
        let mut network = Network { layers };
        for _ in 0..steps {
            network.decay(share);
        }
        let left = network.layers[0].dense.weights[[1, 0]] / 5.0;
        let (t, curve) = (f64::from(steps), (-share * f64::from(steps)).exp());
        assert_close(left, (1.0 - share).powi(steps), 1e-12);
        assert!(left < curve && left > curve * (1.0 - t * share * share), "{left}, {curve}");
        assert_eq!(network.layers[0].dense.bias[0], 1.0);
    }
}

/// A neuron's weights that are longer than c are shortened to c, and that is the nearest point within
/// reach: no other list of weights of length at most c is nearer. Shorter ones stay.
#[test]
fn max_norm() {
    let mut generator = generator();
    for scale in [0.01, 0.3, 1.0, 50.0] {
        let weights = scale * matrix(4, 6, &mut generator);
        let mut network = Network { layers: vec![layer(weights.clone(), Array1::zeros(6))] };
        network.limit_norms(|_| 1.2);
        for (before, after) in
            weights.columns().into_iter().zip(network.layers[0].dense.weights.columns())
        {
            let length = before.dot(&before).sqrt();
            assert_all_close(&after, &(&before * (1.2 / length).min(1.0)), 1e-15);
            let moved = (&before - &after).mapv(|x| x * x).sum();
            for _ in 0..200 {
                let mut other = vector(4, &mut generator);
                other *= 1.2 * generator.random::<f64>() / squared_length(&other).sqrt();
                assert!((&before - &other).mapv(|x| x * x).sum() >= moved - 1e-12);
            }
        }
    }
}

// -------------------------------------------------------------------------------- early stopping --

/// Gradient descent from the origin has after t steps gone the share 1 − (1 − ηλₖ)ᵗ of the way along
/// axis k: steep axes first.
#[test]
fn stopped_descent() {
    let curvatures = [3.0, 0.5, 0.02];
    let (bowl, axes) = bowl(&curvatures);
    for steps in [0, 1, 10, 200] {
        let point = descend(&bowl, 0.3, 0.0, steps);
        for (k, curvature) in curvatures.iter().enumerate() {
            let share = 1.0 - (1.0 - 0.3 * curvature).powi(steps as i32);
            let (reached, lowest) = (axes.column(k).dot(&point), axes.column(k).dot(&bowl.lowest));
            assert_close(reached, share * lowest, 1e-13);
        }
    }
}

/// Along one axis, stopping after t steps ends where a penalty ends that is λ = λₖrᵗ / (1 − rᵗ) strong,
/// r being 1 − ηλₖ. Left: a walk that stops. Right: a walk with the penalty, to its end.
#[test]
fn stopping_is_decay() {
    for (curvature, steps) in [(0.02, 5), (0.5, 3), (1.0, 10)] {
        let (bowl, _) = bowl(&[curvature]);
        let left = (1.0_f64 - 0.3 * curvature).powi(steps);
        let lambda = curvature * left / (1.0 - left);
        let stopped = descend(&bowl, 0.3, 0.0, steps as usize);
        let penalized = descend(&bowl, 0.3, lambda, 5_000);
        assert_all_close(&stopped, &penalized, 1e-12);
    }
}

/// Along flat axes the strength of that penalty is about 1 / (ηt), whatever the curvature: for ηλₖ
/// below 1, ληt is less than 1, and more than 1 − ηλₖt; after one step it is 1 − ηλₖ exactly (1e-12:
/// where r is almost 1, 1 − r loses digits). Beyond ηλₖ = 1 it fails.
#[test]
fn stopping_strength() {
    let strength = |reach: f64, steps: i32| {
        let left = (1.0 - reach).powi(steps);
        reach * left / (1.0 - left) * f64::from(steps) // ληt, for ηλₖ = reach
    };
    for reach in [3e-4, 0.01, 0.3, 0.9] {
        assert_close(strength(reach, 1), 1.0 - reach, 1e-12);
        for steps in [2, 10, 100] {
            let product = strength(reach, steps);
            assert!(product < 1.0, "{product} at {reach}, {steps} steps");
            assert!(product > 1.0 - reach * f64::from(steps), "{product} at {reach}, {steps}");
        }
    }
    assert!(strength(1.9, 2) > 1.0 && strength(1.5, 3) < 0.0);
    for (curvature, steps) in [(0.01, 10), (0.1, 2), (1.0, 5)] {
        let (bowl, _) = bowl(&[curvature]);
        let lambda = strength(0.3 * curvature, steps) / (0.3 * f64::from(steps));
        let stopped = descend(&bowl, 0.3, 0.0, steps as usize);
        assert_all_close(&stopped, &descend(&bowl, 0.3, lambda, 5_000), 1e-12);
    }
}

// -------------------------------------------------------------------------------------- dropout --

/// What dropout does to an activation: a/ν with probability ν, 0 otherwise, and nothing else. Of
/// 200,000 entries the kept share must be within five standard errors of ν.
#[test]
fn dropout_mask() {
    let mut generator = generator();
    for keep in [0.1, 0.5, 0.8, 1.0] {
        let a = matrix(400, 500, &mut generator);
        let (dropped, mask) = Dropout { keep }.forward(a.view(), &mut generator);
        let mut kept = 0;
        for ((&a, &dropped), &m) in a.iter().zip(&dropped).zip(&mask) {
            assert!(m == 0.0 || m == 1.0 / keep);
            assert_eq!(dropped, if m == 0.0 { 0.0 * a } else { a * (1.0 / keep) });
            kept += usize::from(m != 0.0);
        }
        let spread = standard_error(keep, 200_000);
        assert!((kept as f64 / 2e5 - keep).abs() <= 5.0 * spread, "{kept} of 200000 at {keep}");
    }
}

/// The mean of a dropped activation is the activation. From both outcomes with their probabilities,
/// and from 100,000 draws, within five standard errors.
#[test]
fn dropout_mean() {
    let mut generator = generator();
    for keep in [0.2, 0.5, 0.8] {
        for a in [-3.0, 0.7] {
            let mean: f64 =
                masks(1, keep).map(|(mask, probability)| probability * mask[0] * a).sum();
            assert_close(mean, a, 1e-15);
            let draws = Array2::from_elem((1, 100_000), a);
            let drawn = Dropout { keep }.forward(draws.view(), &mut generator).0.mean();
            let spread = f64::abs(a) * ((1.0 - keep) / keep / 1e5).sqrt();
            assert!((drawn.expect("not empty") - a).abs() < 5.0 * spread);
        }
    }
}

/// The variance of a dropped activation is a² (1 − ν) / ν. From both outcomes, and from 100,000 draws
/// within 3 %, which is far more than their spread.
#[test]
fn dropout_variance() {
    let mut generator = generator();
    for keep in [0.2, 0.5, 0.8] {
        for a in [-3.0, 0.7] {
            let claimed = a * a * (1.0 - keep) / keep;
            let square = |(mask, p): (Array1<f64>, f64)| p * (mask[0] * a - a).powi(2);
            assert_close(masks(1, keep).map(square).sum(), claimed, 1e-14);
            let draws = Array2::from_elem((1, 100_000), a);
            let drawn = Dropout { keep }.forward(draws.view(), &mut generator).0;
            assert_relative(drawn.var(0.0), claimed, 0.03);
        }
    }
}

/// A neuron's weighted sum keeps its mean under dropout, and gets the variance (1 − ν)/ν Σ(wa)²: over
/// all 256 masks of eight inputs, each through the library's forward pass.
#[test]
fn dropped_sum_variance() {
    let mut generator = generator();
    let (a, w) = (vector(8, &mut generator), vector(8, &mut generator));
    let weights = w.clone().insert_axis(Axis(1));
    let network = Network { layers: vec![layer(weights, Array1::from_elem(1, 0.3))] };
    for keep in [0.3, 0.5, 0.9] {
        let (mut mean, mut square) = (0.0, 0.0);
        for (mask, probability) in masks(8, keep) {
            let mask = mask.insert_axis(Axis(0));
            let trace = network.masked_trace(a.view().insert_axis(Axis(0)), vec![mask]);
            mean += probability * trace.output[[0, 0]];
            square += probability * trace.output[[0, 0]].powi(2);
        }
        assert_close(mean, a.dot(&w) + 0.3, 1e-13);
        let claimed = (1.0 - keep) / keep * (&a * &w).mapv(|x| x * x).sum();
        assert_close(square - mean * mean, claimed, 1e-11);
    }
}

/// The backward pass of dropout hands a gradient on through the units that were kept, times the same
/// 1/ν. Finite differences of a loss behind the mask. Then the mean over both masks of one unit, for
/// L = ã²/2: the slope of the mean loss, a²/(2ν), is a/ν. A second mask in place of the first would
/// give a, and so would no mask at all.
#[test]
fn dropout_backward() {
    let mut generator = generator();
    for keep in [0.3, 0.8, 1.0] {
        let (a, y) = (matrix(4, 6, &mut generator), distributions(4, 6, &mut generator));
        let (dropped, mask) = Dropout { keep }.forward(a.view(), &mut generator);
        let loss = Loss::SoftmaxCrossEntropy;
        let behind = loss.gradient(dropped.view(), y.view());
        let before = Dropout::backward(mask.view(), behind);
        let value = |a: &Array2<f64>| loss.value((a * &mask).view(), y.view());
        assert_all_close(&before, &slopes(value, &a), 1e-10);
    }
    let (a, keep) = (0.7, 0.5);
    let back = |mask: &Array1<f64>, gradient: f64| {
        let mask = mask.view().insert_axis(Axis(0));
        Dropout::backward(mask, Array2::from_elem((1, 1), gradient))[[0, 0]]
    };
    let mean_loss = |a: f64| -> f64 {
        masks(1, keep).map(|(mask, probability)| probability * (mask[0] * a).powi(2) / 2.0).sum()
    };
    let (mut same, mut new) = (0.0, 0.0);
    for (mask, probability) in masks(1, keep) {
        let behind = mask[0] * a; // the slope of ã²/2
        same += probability * back(&mask, behind);
        for (other, its_probability) in masks(1, keep) {
            new += probability * its_probability * back(&other, behind);
        }
    }
    assert_close(same, slope(mean_loss, a), 1e-9);
    assert_close(same, a / keep, 1e-14);
    assert_close(new, a, 1e-14);
}

/// For a linear neuron, dropout is a penalty that data choose: the mean squared distance over all
/// masks is the plain one, and (1 − ν)/ν wⱼ² Σᵢ xᵢⱼ² more for each input. All 4096 masks of three
/// examples of four inputs.
#[test]
fn dropout_penalty() {
    let mut generator = generator();
    let (x, w) = (matrix(3, 4, &mut generator), vector(4, &mut generator));
    let y = vector(3, &mut generator);
    for keep in [0.3, 0.5, 0.9] {
        let distance = |(mask, probability): (Array1<f64>, f64)| {
            let mask = mask.into_shape_with_order((3, 4)).expect("twelve entries");
            probability * squared_length(&((&x * &mask).dot(&w) - &y))
        };
        let over_masks: f64 = masks(12, keep).map(distance).sum();
        let input = |j: usize| w[j].powi(2) * x.column(j).mapv(|x| x * x).sum();
        let penalty = (1.0 - keep) / keep * (0..4).map(input).sum::<f64>();
        assert_close(over_masks, squared_length(&(x.dot(&w) - &y)) + penalty, 1e-11);
    }
}

/// For one layer of softmax, the network without dropout is the ensemble of all thinned networks: its
/// probabilities are their geometric mean, each counted by the probability of its mask, scaled to add
/// up to 1. All 256 networks of eight inputs.
#[test]
fn geometric_ensemble() {
    let mut generator = generator();
    let weights = matrix(8, 3, &mut generator);
    let network = Network { layers: vec![layer(weights, vector(3, &mut generator))] };
    let x = vector(8, &mut generator).insert_axis(Axis(0));
    for keep in [0.3, 0.5, 0.8] {
        let mut logarithms = Array2::<f64>::zeros((1, 3));
        for (mask, probability) in masks(8, keep) {
            let trace = network.masked_trace(x.view(), vec![mask.insert_axis(Axis(0))]);
            logarithms += &(probability * softmax(trace.output.view()).mapv(f64::ln));
        }
        let means = logarithms.mapv(f64::exp);
        let whole = softmax(network.forward(x.view()).view());
        assert_all_close(&(&means / means.sum()), &whole, 1e-12);
    }
}

/// The paper's masks are 0 or 1, and its weights shrink to νW when training is over; ours are 0 or
/// 1/ν, and the weights stay. With our weights ν times theirs, layer by layer, each pair of masks
/// gives the same outputs while training, through a hidden layer of ReLUs and biases, and the whole
/// network gives the same afterward. And their largest norm c is νc for us: 0.8c behind the inputs,
/// 0.5c behind the hidden units.
#[test]
fn paper_masks() {
    let mut generator = generator();
    let dropouts = Dropouts::PAPER;
    let keeps = [dropouts.inputs.keep, dropouts.hidden.keep];
    let sizes = [(6, 7), (7, 3)];
    let mut layers = sizes.map(|(inputs, outputs)| {
        layer(matrix(inputs, outputs, &mut generator), vector(outputs, &mut generator))
    });
    layers[0].activation = Activation::Relu;
    let times = |network: &Network<f64>, factors: [f64; 2]| {
        let mut network = network.clone();
        for (layer, factor) in network.layers.iter_mut().zip(factors) {
            layer.dense.weights *= factor;
        }
        network
    };
    let mut theirs = Network { layers: layers.to_vec() };
    let mut ours = times(&theirs, keeps);
    let x = matrix(5, 6, &mut generator);
    for limited in [false, true] {
        if limited {
            let before = theirs.clone();
            theirs.limit_norms(|_| 0.9);
            assert!(before.layers.iter().zip(&theirs.layers).all(|(old, new)| old != new));
            ours.limit_norms(|index| [0.8, 0.5][index] * 0.9);
        }
        let our_masks = ours.masks(5, dropouts, &mut generator);
        let zeros_and_ones = |mask: &Array2<f64>| mask.mapv(|m| if m == 0.0 { 0.0 } else { 1.0 });
        let their_masks = our_masks.iter().map(zeros_and_ones).collect();
        let their_outputs = theirs.masked_trace(x.view(), their_masks).output;
        let our_outputs = ours.masked_trace(x.view(), our_masks).output;
        assert_all_close(&our_outputs, &their_outputs, 1e-13);
        let shrunk = times(&theirs, keeps);
        assert_all_close(&ours.forward(x.view()), &shrunk.forward(x.view()), 1e-13);
    }
}

// --------------------------------------------------------------------------------- more examples --

/// Images to try: one pixel, a row, a column, and more.
fn images() -> Vec<Array2<f64>> {
    let mut generator = generator();
    let shapes = [(1, 1), (1, 7), (6, 1), (5, 8), (28, 28)];
    shapes.map(|(height, width)| matrix(height, width, &mut generator)).to_vec()
}

/// A pixel, 0 outside.
fn at(image: &Array2<f64>, i: isize, j: isize) -> f64 {
    let inside = i >= 0 && j >= 0 && i < image.nrows() as isize && j < image.ncols() as isize;
    if inside { image[[i as usize, j as usize]] } else { 0.0 }
}

/// A moved image shows at (i, j) what was at (i − down, j − right).
#[test]
fn shifted_image() {
    for image in images() {
        for (down, right) in [(0, 0), (1, -2), (-3, 1), (30, 0)] {
            let moved = shift(image.view(), down, right);
            for ((i, j), &value) in moved.indexed_iter() {
                assert_eq!(value, at(&image, i as isize - down, j as isize - right));
            }
        }
    }
}

/// Between four pixels: each counts by the area of the rectangle opposite to it. At whole places it
/// is the pixel; where brightness is a + bi + cj + dij, it is exact.
#[test]
fn bilinear_interpolation() {
    let mut generator = generator();
    for image in images() {
        let (height, width) = image.dim();
        for _ in 0..100 {
            let i = generator.random_range(-2.0..height as f64 + 1.0);
            let j = generator.random_range(-2.0..width as f64 + 1.0);
            let (top, left) = (i.floor(), j.floor());
            let (d, r) = (i - top, j - left);
            let p =
                |down: isize, right: isize| at(&image, top as isize + down, left as isize + right);
            let areas = (1.0 - d) * ((1.0 - r) * p(0, 0) + r * p(0, 1))
                + d * ((1.0 - r) * p(1, 0) + r * p(1, 1));
            assert_close(bilinear(image.view(), i, j), areas, 1e-14);
        }
        assert_eq!(bilinear(image.view(), 0.0, 0.0), image[[0, 0]]);
    }
    let saddle = |i: f64, j: f64| 0.3 + 2.0 * i - j + 0.5 * i * j;
    let image = Array2::from_shape_fn((5, 5), |(i, j)| saddle(i as f64, j as f64));
    assert_close(bilinear(image.view(), 2.3, 1.8), saddle(2.3, 1.8), 1e-14);
}

/// The kernel's entries go like exp(−k²/2σ²), add up to 1, and their variance is σ², but for what is
/// cut off beyond 3σ (3 % of it) and for whole distances.
#[test]
fn gaussian_kernel_entries() {
    for width in [0.4, 1.0, 4.0, 7.5] {
        let kernel = gaussian_kernel::<f64>(width);
        let reach = kernel.len() as isize / 2;
        assert_eq!((kernel.len() % 2, reach), (1, (3.0 * width).ceil() as isize));
        assert_close(kernel.sum(), 1.0, 1e-14);
        let distance = |index: usize| index as f64 - reach as f64;
        for (index, &entry) in kernel.iter().enumerate() {
            let claimed = (-distance(index).powi(2) / (2.0 * width * width)).exp();
            assert_relative(entry / kernel[reach as usize], claimed, 1e-12);
        }
        let variance: f64 = kernel.iter().enumerate().map(|(i, k)| k * distance(i).powi(2)).sum();
        assert!(width < 1.0 || (variance / (width * width) - 1.0).abs() < 0.03);
    }
}

/// Smoothing by rows and then by columns is smoothing by the bell curve of the plane, whose weights
/// are products; what lies outside is 0.
#[test]
fn smoothing() {
    for field in images() {
        for width in [0.4, 1.0, 3.0] {
            let kernel = gaussian_kernel(width);
            let reach = kernel.len() as isize / 2;
            let smoothed = smooth(field.view(), kernel.view());
            for ((i, j), &value) in smoothed.indexed_iter() {
                let mut sum = 0.0;
                for k in -reach..=reach {
                    for l in -reach..=reach {
                        let weight = kernel[(k + reach) as usize] * kernel[(l + reach) as usize];
                        sum += weight * at(&field, i as isize + k, j as isize + l);
                    }
                }
                assert_close(value, sum, 1e-13);
            }
        }
    }
}

/// How far an elastic field moves a pixel: the deviation is α / (2σ√(3π)). First the exact variance
/// far from the edges, α²/3 (Σ g²)², to 2 %: the curve is cut off at 3σ. Then drawn fields, to 6 %.
#[test]
fn displacement_size() {
    let mut generator = generator();
    for (strength, width) in [(34.0, 4.0), (8.0, 2.0)] {
        let claimed = strength / (2.0 * width * (3.0 * std::f64::consts::PI).sqrt());
        let squares = gaussian_kernel(width).mapv(|g| g * g).sum();
        assert_relative(strength * squares / f64::sqrt(3.0), claimed, 0.02);
        let mut squared = 0.0;
        for _ in 0..200 {
            let shape = (61, 61);
            let field = Displacement::elastic(shape, (strength, width), &mut generator);
            squared += field.rows[[20, 20]].powi(2) + field.columns[[20, 20]].powi(2);
            squared += field.rows[[40, 40]].powi(2) + field.columns[[40, 40]].powi(2);
            squared += field.rows[[20, 40]].powi(2) + field.columns[[40, 20]].powi(2);
        }
        assert_relative((squared / 1200.0).sqrt(), claimed, 0.06);
    }
}

/// An elastic image shows at each pixel what is where its field points, between four pixels. With a
/// field of whole numbers, it is the moved image.
#[test]
fn displaced_image() {
    let mut generator = generator();
    for image in images() {
        let field = Displacement {
            rows: 2.0 * matrix(image.nrows(), image.ncols(), &mut generator),
            columns: 2.0 * matrix(image.nrows(), image.ncols(), &mut generator),
        };
        for ((i, j), &value) in field.apply(image.view()).indexed_iter() {
            let (row, column) = (i as f64 + field.rows[[i, j]], j as f64 + field.columns[[i, j]]);
            let mut sum = 0.0;
            for near in -12..42 {
                for beside in -12..42 {
                    let down = (1.0 - (row - near as f64).abs()).max(0.0);
                    let right = (1.0 - (column - beside as f64).abs()).max(0.0);
                    sum += down * right * at(&image, near, beside);
                }
            }
            assert_close(value, sum, 1e-12);
        }
        let constant = |value: f64| Array2::from_elem(image.dim(), value);
        let moved = Displacement { rows: constant(-1.0), columns: constant(2.0) };
        assert_all_close(&moved.apply(image.view()), &shift(image.view(), 1, -2), 1e-15);
    }
}

// ---------------------------------------------------------------------------------- memorization --

/// Of K classes, a label at random is wrong with probability 1 − 1/K; so a share of random labels
/// makes that share times 9/10 of wrong ones. 100,000 labels, within five standard errors.
#[test]
fn random_labels() {
    let mut generator = generator();
    for share in [0.0, 0.3, 1.0] {
        let labels = labels(100_000, CLASSES as u8, &mut generator);
        let images = Images { pixels: Array2::zeros((100_000, 1)), height: 1, width: 1 };
        let mut data = Dataset::new(images, labels.clone()).expect("as many of both");
        randomize_labels(&mut data, share, &mut generator);
        let wrong = data.labels.iter().zip(&labels).filter(|(new, old)| new != old).count();
        let claimed: f64 = share * (1.0 - 1.0 / CLASSES as f64);
        let spread = standard_error(claimed, 100_000);
        assert!((wrong as f64 / 1e5 - claimed).abs() <= 5.0 * spread, "{wrong} at {share}");
    }
}

/// A single layer learns any labels by heart, if there are at most as many examples as inputs, and
/// no example is a mixture of others: the weights of least squares give the targets back. With one
/// example more than there are weights, they do not. Nor do they if one of few examples is a mixture
/// of two others, unless its target is the same mixture.
#[test]
fn any_labels() {
    let mut generator = generator();
    let farthest = |x: &Array2<f64>, y: &Array2<f64>| {
        let distances = y.columns().into_iter().map(|targets| {
            let weights = least_squares(x.view(), targets);
            (x.dot(&weights) - targets).mapv(f64::abs).iter().copied().fold(0.0, f64::max)
        });
        distances.fold(0.0, f64::max)
    };
    for (examples, fits) in [(10, true), (20, true), (21, false), (30, false)] {
        let x = matrix(examples, 20, &mut generator);
        let y = one_hot::<f64>(&labels(examples, 10, &mut generator), 10);
        let farthest = farthest(&x, &y);
        assert!(if fits { farthest < 1e-9 } else { farthest > 0.01 }, "{examples}: {farthest}");
    }
    let mut x = matrix(10, 20, &mut generator);
    let mixture = 0.4 * &x.row(1) + 0.6 * &x.row(2);
    x.row_mut(0).assign(&mixture);
    let mut y = one_hot::<f64>(&[7, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10);
    assert!(farthest(&x, &y) > 0.1, "the target of the mixture is decided already");
    let mixture = 0.4 * &y.row(1) + 0.6 * &y.row(2);
    y.row_mut(0).assign(&mixture);
    assert!(farthest(&x, &y) < 1e-9);
}

/// As a network grows surer of itself, with logits κ times as large, the loss of an example that it
/// misreads grows in proportion: κ times the distance from the true logit to the largest, and at most
/// ln K more. The loss of an example that it reads right goes to 0.
#[test]
fn confident_mistakes() {
    let mut generator = generator();
    for _ in 0..50 {
        let z = matrix(1, 10, &mut generator);
        let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for label in 0..10 {
            let y = one_hot::<f64>(&[label], 10);
            for scale in [1.0, 10.0, 1e4] {
                let loss = Loss::SoftmaxCrossEntropy.value((scale * &z).view(), y.view());
                let gap = scale * (largest - z[[0, usize::from(label)]]);
                assert!(loss >= gap * (1.0 - 1e-12) && loss <= gap + 10_f64.ln() + 1e-9);
            }
            let loss = |scale: f64| Loss::SoftmaxCrossEntropy.value((scale * &z).view(), y.view());
            let gap = largest - z[[0, usize::from(label)]];
            if gap == 0.0 {
                let second = z.iter().copied().filter(|&z| z < largest).fold(f64::MIN, f64::max);
                let scale = 100.0 / (largest - second); // the others have e^(−100) or less of it
                assert!(loss(scale) < 1e-6 && loss(scale) <= loss(1.0), "read right");
            } else {
                let scale = 1e4 / gap; // ln 10 is nothing beside 10,000
                assert_relative(loss(10.0 * scale) / loss(scale), 10.0, 1e-3);
            }
        }
    }
}

/// At the factor that the library finds, the mean over the examples of the logit that the network
/// expects, Σ pz, is the mean of the logit of the true class. That is where the loss, as a function
/// of the factor, has the slope 0: by finite differences, and by trying factors around it. 1e-5: the
/// bottom of a bowl is flat, so rounding hides its lowest point. No answer changes. If the network is
/// not too sure, the factor stays 1.
#[test]
fn cooling_by_one_factor() {
    let mut generator = generator();
    let (z, labels) = (matrix(200, 10, &mut generator), labels(200, 10, &mut generator));
    let y = one_hot::<f64>(&labels, 10);
    let logits = 4.0 * &z + 2.5 * &y; // often right, and far too sure
    let loss = |factor: f64| Loss::SoftmaxCrossEntropy.value((factor * &logits).view(), y.view());
    let factor = cooling(logits.view(), y.view());
    assert!(factor > 0.05 && factor < 0.95, "{factor}");
    assert_close(slope(loss, factor), 0.0, 1e-5);
    for other in [0.0, 0.5 * factor, 0.99 * factor, 1.01 * factor, 1.0] {
        assert!(loss(other) > loss(factor));
    }
    let cooled = factor * &logits;
    let expected = (softmax(cooled.view()) * &cooled).sum() / 200.0;
    assert_close(expected, (&y * &cooled).sum() / 200.0, 1e-5);
    let timid = 0.1 * &y;
    assert_close(cooling(timid.view(), y.view()), 1.0, 1e-9);
}

/// A power law is a straight line for logarithms: least squares on (ln n, ln error) gives its factor
/// and its exponent back.
#[test]
fn power_law() {
    let sizes = Array1::from(vec![100.0, 300.0, 1e3, 3e3, 1e4]);
    for (factor, exponent) in [(2.0_f64, 0.5), (0.8, 0.1), (30.0, 1.0)] {
        let errors = sizes.mapv(|n: f64| factor * n.powf(-exponent));
        let logarithms = powers(sizes.mapv(f64::ln).view(), 1);
        let line = least_squares(logarithms.view(), errors.mapv(f64::ln).view());
        assert_close(line[0].exp(), factor, 1e-10);
        assert_close(-line[1], exponent, 1e-10);
    }
}
