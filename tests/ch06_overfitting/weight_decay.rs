//! The formulas of `ch06_overfitting/weight_decay.md`.

use super::common::*;
use ch01_neuron::normal_density;
use ch02_forward::{Layer, Network};
use ch03_backprop::{DenseGradient, Gradients};
use ch04_optimizers::{Optimizer, Sgd};
use ch06_overfitting::{BiasVariance, WeightDecay, least_squares, ridge};
use formulas::*;
use ndarray::{Array1, Array2};
use rand::RngExt;

/// ```math ridge-equations
/// (\mathbf X^\top \mathbf X + \lambda \mathbf I) \, \mathbf w = \mathbf X^\top \mathbf y
/// ```
///
/// Ridge: the gradient of |Xw − y|² + λ|w|² vanishes, so (XᵀX + λI)w = Xᵀy. By finite differences and
/// by putting the weights in; with more weights than points too.
#[test]
fn ridge_equations() {
    let _formula = formula!();
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

/// ```math gaussian-prior
/// \begin{aligned}
/// &\prod_r \frac{1}{\sigma_{\text{noise}}} \, \varphi\!\left( \frac{y_r - \hat y_r}{\sigma_{\text{noise}}} \right)
/// \prod_i \frac{1}{\sigma_w} \, \varphi\!\left( \frac{w_i}{\sigma_w} \right) \\
/// &\quad \text{is largest where} \\
/// &\sum_r (y_r - \hat y_r)^2 + \lambda \sum_i w_i^2 \\
/// &\quad \text{is smallest}, \quad \lambda = \frac{\sigma_{\text{noise}}^2}{\sigma_w^2}
/// \end{aligned}
/// ```
///
/// Ridge is what is likeliest if noise is normal of deviation ϱ and weights are normal of deviation
/// ϑ beforehand, with λ = ϱ²/ϑ². The likelihood times the prior is multiplied out here from normal
/// densities; its logarithm is flat at the ridge weights, and lower everywhere else.
#[test]
fn gaussian_prior() {
    let _formula = formula!();
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
            assert_bound!(log_posterior(&other) < log_posterior(&best));
        }
    }
}

/// ```math ridge-shrinkage
/// \mathbf u_k^\top \hat{\mathbf w}_\lambda
/// = \frac{\lambda_k}{\lambda_k + \lambda} \; \mathbf u_k^\top \hat{\mathbf w}
/// ```
///
/// The penalty shrinks the weights most where the data say least: along axis k of XᵀX, of eigenvalue
/// λₖ, the factor λₖ / (λₖ + λ) is left of least squares. X is put together from known axes.
#[test]
fn ridge_shrinkage() {
    let _formula = formula!();
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
            let named = [
                (r"\mathbf u_k^\top \hat{\mathbf w}_\lambda", after),
                (r"\mathbf u_k^\top \hat{\mathbf w}", before),
                (r"\lambda_k", *eigenvalue),
                (r"\lambda", lambda),
            ];
            page("ridge-shrinkage").assert_close(&named, 1e-10);
        }
    }
}

/// ```math ridge-variance
/// \frac1D \sum_{r=1}^{D} \operatorname{Var} \hat y_r
/// = \frac{\sigma_{\text{noise}}^2}{D} \sum_k \left( \frac{\lambda_k}{\lambda_k + \lambda} \right)^2
/// ```
///
/// With the penalty, axis k of XᵀX costs (λₖ / (λₖ + λ))² of what a weight costs without it. Left: the
/// variance over all 64 training sets that noise of ±0.3 can make for six points. X is put together
/// from known axes. 1e-12: rounding.
#[test]
fn ridge_variance() {
    let _formula = formula!();
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
        let variance = BiasVariance::of(fits.view(), truth.view()).variance;
        let paid: f64 = eigenvalues.iter().map(|own| (own / (own + lambda)).powi(2)).sum();
        assert_close(variance, 0.09 / 6.0 * paid, 1e-12);
        let page = page("ridge-variance").over("k", 3);
        let page = page.list(r"\lambda", &ndarray::aview1(&eigenvalues));
        let named = [(r"\sigma_{\text{noise}}", 0.3), ("D", 6.0), (r"\lambda", lambda)];
        assert_close(variance, page.value(1, &named), 1e-12);
    }
}

/// ```math penalty-gradient
/// \frac{\partial}{\partial \mathbf W} \, \frac\lambda2 \sum w^2 = \lambda \mathbf W
/// ```
///
/// The gradient of λ/2 Σw² is λW in each layer, and the biases are free. By finite differences of
/// the library's penalty.
#[test]
fn penalty_gradient() {
    let _formula = formula!();
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
    network.add_l2_gradient(0.7, &mut gradients);
    for index in 0..2 {
        let penalty = |weights: &Array2<f64>| {
            let mut nudged = network.clone();
            nudged.layers[index].dense.weights.assign(weights);
            nudged.l2_penalty(0.7)
        };
        let weights = &network.layers[index].dense.weights;
        assert_all_close(&gradients.layers[index].weights, &slopes(penalty, weights), 1e-9);
        assert_all_close(&gradients.layers[index].weights, &(0.7 * weights), 1e-15);
        for slope in &gradients.layers[index].bias {
            assert_exact!(*slope, 0.0);
        }
    }
}

/// ```math penalty-on-a-bowl
/// \mathbf u_k^\top \boldsymbol\theta
/// = \frac{\lambda_k}{\lambda_k + \lambda} \; \mathbf u_k^\top \mathbf c
/// ```
///
/// On a bowl with the penalty λ/2 |θ|², gradient descent ends where λₖ / (λₖ + λ) of the way to the
/// lowest point is done along axis k. The left side walks there.
#[test]
fn penalty_on_a_bowl() {
    let _formula = formula!();
    let curvatures = [3.0, 0.5, 0.02];
    let (bowl, axes) = bowl(&curvatures);
    for lambda in [0.01, 0.1, 1.0] {
        let end = descend(&bowl, 0.4, lambda, 5_000); // 0.988^5000 of the way is left
        for (k, curvature) in curvatures.iter().enumerate() {
            let share = curvature / (curvature + lambda);
            let (end, lowest) = (axes.column(k).dot(&end), axes.column(k).dot(&bowl.minimum));
            assert_close(end, share * lowest, 1e-12);
            let named = [
                (r"\mathbf u_k^\top \boldsymbol\theta", end),
                (r"\mathbf u_k^\top \mathbf c", lowest),
                (r"\lambda_k", *curvature),
                (r"\lambda", lambda),
            ];
            page("penalty-on-a-bowl").assert_close(&named, 1e-12);
        }
    }
}

/// ```math decay-is-penalty
/// (1 - \eta\lambda) \, w - \eta g = w - \eta \, (g + \lambda w)
/// ```
///
/// Plain gradient descent cannot tell a penalty from decay: η(g + λw) is taken off, or first ηλw and
/// then ηg. The library's decay with a plain step, and the library's penalty in the gradient.
#[test]
fn decay_is_penalty() {
    let _formula = formula!();
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
        penalized.add_l2_gradient(lambda, &mut gradients);
        Sgd::default().step(rate, ch04_optimizers::parameters(&mut penalized, &gradients));
        let weights = |network: &Network<f64>| network.layers[0].dense.weights.clone();
        assert_all_close(&weights(&decayed), &weights(&penalized), 1e-14);
    }
    assert_exact!(decayed.layers[0].dense.bias, penalized.layers[0].dense.bias);
}

/// ```math decay-fades
/// (1 - \eta\lambda)^t \approx e^{-\eta\lambda t}
/// ```
///
/// A weight that no gradient holds fades: after t steps (1 − ηλ)ᵗ of it is left, a little less than
/// e^(−ηλt).
#[test]
fn decay_fades() {
    let _formula = formula!();
    for (share, steps) in [(0.1_f64, 7), (0.01, 100), (1e-4, 1_000)] {
        let layers = vec![layer(Array2::from_elem((2, 2), 5.0), Array1::ones(2))];
        let mut network = Network { layers };
        for _ in 0..steps {
            network.decay(share);
        }
        let left = network.layers[0].dense.weights[[1, 0]] / 5.0;
        let (t, curve) = (f64::from(steps), (-share * f64::from(steps)).exp());
        assert_close(left, (1.0 - share).powi(steps), 1e-12);
        let named = [(r"\eta", 1.0), (r"\lambda", share), ("t", t)];
        assert_close(left, page("decay-fades").value(0, &named), 1e-12);
        assert_close(curve, page("decay-fades").value(1, &named), 1e-14);
        assert_bound!(left < curve && left > curve * (1.0 - t * share * share), "{left}, {curve}");
        assert_exact!(network.layers[0].dense.bias[0], 1.0);
    }
}

/// ```math max-norm
/// \mathbf w \leftarrow \mathbf w \, \min\!\left( 1, \frac{\Psi}{|\mathbf w|} \right)
/// ```
///
/// A neuron's weights that are longer than Ψ are shortened to Ψ, and that is the nearest point
/// within reach: no other list of weights of length at most Ψ is nearer. Shorter ones stay.
#[test]
fn max_norm() {
    let _formula = formula!();
    let mut generator = generator();
    for scale in [0.01, 0.3, 1.0, 50.0] {
        let weights = scale * matrix(4, 6, &mut generator);
        let mut network = Network { layers: vec![layer(weights.clone(), Array1::zeros(6))] };
        network.constrain_norms(|_| 1.2);
        for (before, after) in
            weights.columns().into_iter().zip(network.layers[0].dense.weights.columns())
        {
            let length = before.dot(&before).sqrt();
            for (&before, &after) in before.iter().zip(&after) {
                let named = [(r"\mathbf w", before), (r"|\mathbf w|", length), (r"\Psi", 1.2)];
                assert_close(after, page("max-norm").value(1, &named), 1e-15);
            }
            assert_all_close(&after, &(&before * (1.2 / length).min(1.0)), 1e-15);
            let moved = (&before - &after).mapv(|x| x * x).sum();
            for _ in 0..200 {
                let mut other = vector(4, &mut generator);
                other *= 1.2 * generator.random::<f64>() / squared_length(&other).sqrt();
                assert_bound!((&before - &other).mapv(|x| x * x).sum() >= moved - 1e-12);
            }
        }
    }
}
