//! The formulas of `ch07_inside/gradients.md`.

use super::common::*;
use ch02_forward::softmax;
use ch07_inside::{FullGradient, InputGradient, gradient_times_input, relevance};
use formulas::*;
use ndarray::Array2;

/// ```math pixel-gradient
/// \frac{\partial \mathcal F}{\partial x_i}
/// = \sum_j w^{(1)}_{ij} \, f'\bigl(z^{(1)}_j\bigr) \, w^{(2)}_{jk}
/// ```
///
/// The gradient by the input of a network with one hidden layer: the library's backward pass, sums over
/// indices, and finite differences of a forward pass that is written out, all three. A slope from five
/// points is good to 1e-10.
#[test]
fn pixel_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..30 {
        let network = network(&[6, 9, 4], &mut generator);
        let (x, c) =
            (smooth_point(&network, &mut generator), output_weights(&network, &mut generator));
        let found = row(&network.input_gradient(x.view(), c.view()));
        let [first, second] = [0, 1].map(|layer: usize| &network.layers[layer].dense);
        let z = first.forward(x.view());
        for i in 0..6 {
            let through = |j: usize| {
                let slope = f64::from(z[[0, j]] > 0.0);
                let behind: f64 = (0..4).map(|k| second.weights[[j, k]] * c[[0, k]]).sum();
                first.weights[[i, j]] * slope * behind
            };
            assert_close(found[i], (0..9).map(through).sum(), 1e-13);
        }
        assert_all_close(&found, &slopes(|x| explained(&network, x, &c), &row(&x)), 1e-10);
    }
}

/// ```math locally-linear
/// \mathcal F(\mathbf x + \mathbf d) = \mathcal F(\mathbf x) + \sum_i d_i \frac{\partial \mathcal F}{\partial x_i}
/// ```
///
/// While no ReLU changes sides, 𝓕 is a straight line: the gradient tells what any change does, exactly.
/// Small changes that cross no kink, and large ones that do, most of which must miss.
#[test]
fn locally_linear() {
    let _formula = formula!();
    let mut generator = generator();
    let (mut kept, mut crossed, mut missed) = (0, 0, 0);
    for round in 0..400 {
        let network = network(&[5, 8, 6, 3], &mut generator);
        let c = output_weights(&network, &mut generator);
        let x = smooth_point(&network, &mut generator);
        let d = matrix(1, 5, &mut generator) * if round % 2 == 0 { 0.01 } else { 2.0 };
        let moved = &x + &d;
        let sides = |x: &Array2<f64>| -> Vec<bool> {
            network.trace(x.view()).pre_activations[..2]
                .iter()
                .flatten()
                .map(|&z| z > 0.0)
                .collect()
        };
        let change = (network.input_gradient(x.view(), c.view()) * &d).sum();
        let truth = explained(&network, &row(&moved), &c);
        let claimed = explained(&network, &row(&x), &c) + change;
        if sides(&x) == sides(&moved) {
            assert_close(truth, claimed, 1e-12);
            kept += 1;
        } else {
            crossed += 1;
            missed += usize::from((truth - claimed).abs() > 1e-3);
        }
    }
    assert_bound!(kept > 100 && crossed > 100 && missed > crossed / 2, "{kept} {crossed} {missed}");
}

/// ```math euler
/// \mathcal F(\mathbf x) = \sum_i x_i \frac{\partial \mathcal F}{\partial x_i}
/// ```
///
/// Without biases a network of ReLUs grows in proportion to its input, so gradient × input adds up to
/// 𝓕: to 𝓕 from a forward pass that is written out. And to the slope of 𝓕 along the input, which is
/// what Euler's theorem says of such functions.
#[test]
fn euler() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..20 {
        for mut network in networks(&mut generator) {
            for layer in &mut network.layers {
                layer.dense.bias.fill(0.0);
            }
            let c = output_weights(&network, &mut generator);
            let x = smooth_point(&network, &mut generator);
            let sum = total(&gradient_times_input(&network, x.view(), c.view()));
            assert_close(sum, explained(&network, &row(&x), &c), 1e-12);
            assert_close(sum, slope(|s| explained(&network, &(s * row(&x)), &c), 1.0), 1e-10);
        }
    }
}

/// ```math full-gradient
/// \mathcal F(\mathbf x) = \sum_i x_i \frac{\partial \mathcal F}{\partial x_i}
/// + \sum_{l} \sum_j b^{(l)}_j \frac{\partial \mathcal F}{\partial z^{(l)}_j}
/// ```
///
/// With biases, theirs must be added: each times how 𝓕 changes with it, which here is measured by
/// moving the bias. The library's sums agree with that, and both with 𝓕.
#[test]
fn full_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..10 {
        for network in networks(&mut generator) {
            let c = output_weights(&network, &mut generator);
            let x = smooth_point(&network, &mut generator);
            let full = FullGradient::of(&network, x.view(), c.view());
            let value = explained(&network, &row(&x), &c);
            assert_close(full.sums()[0], value, 1e-12);
            let gradient = slopes(|x| explained(&network, x, &c), &row(&x));
            let mut sum = gradient.dot(&row(&x));
            for layer in 0..network.layers.len() {
                let with_bias = |bias: &ndarray::Array1<f64>| {
                    let mut moved = network.clone();
                    moved.layers[layer].dense.bias.assign(bias);
                    explained(&moved, &row(&x), &c)
                };
                let bias = &network.layers[layer].dense.bias;
                let measured = slopes(with_bias, bias) * bias;
                assert_all_close(&row(&full.biases[layer]), &measured, 1e-10);
                sum += measured.sum();
            }
            assert_close(sum, value, 1e-9);
        }
    }
}

/// ```math relevance-rule
/// R_i = \sum_j \frac{a_i \, w_{ij}}{z_j + \epsilon \operatorname{sign} z_j} \, R_j
/// ```
///
/// One layer of the ε-rule, against sums over indices; 1e-12 of numbers that may be large where a sum
/// is small, so they are kept away from zero.
#[test]
fn relevance_rule() {
    let _formula = formula!();
    let mut generator = generator();
    for epsilon in [0.0, 0.01, 1.0] {
        let network = network(&[6, 4], &mut generator);
        let c = output_weights(&network, &mut generator);
        let x = smooth_point(&network, &mut generator);
        let found = row(&relevance(&network, x.view(), c.view(), epsilon));
        let dense = &network.layers[0].dense;
        for i in 0..6 {
            let share = |j: usize| {
                let parts: f64 = (0..6).map(|k| x[[0, k]] * dense.weights[[k, j]]).sum();
                let z = parts + dense.bias[j];
                x[[0, i]] * dense.weights[[i, j]] / (z + epsilon * z.signum()) * c[[0, j]] * z
            };
            assert_close(found[i], (0..4).map(share).sum(), 1e-12);
        }
    }
}

/// ```math relevance-limit
/// \lim_{\epsilon \to 0} R_i = x_i \frac{\partial \mathcal F}{\partial x_i}
/// ```
///
/// As ε goes to 0, relevance becomes gradient × input, here by finite differences. At ε = 0 it is that;
/// at small ε the distance shrinks in proportion to ε, to within a tenth.
#[test]
fn relevance_limit() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..10 {
        for network in networks(&mut generator) {
            let c = output_weights(&network, &mut generator);
            let x = smooth_point(&network, &mut generator);
            let target = slopes(|x| explained(&network, x, &c), &row(&x)) * row(&x);
            let at = |epsilon| row(&relevance(&network, x.view(), c.view(), epsilon));
            assert_all_close(&at(0.0), &target, 1e-9);
            let exact = at(0.0);
            let distance = |epsilon| (at(epsilon) - &exact).mapv(f64::abs).sum();
            let (near, nearer) = (distance(1e-6), distance(1e-7));
            assert_bound!(near == 0.0 || (near / nearer - 10.0).abs() < 1.0, "{near} {nearer}");
        }
    }
}

/// ```math probability-gradient
/// \frac{\partial p_k}{\partial x_i}
/// = p_k \sum_j p_j \left( \frac{\partial z_k}{\partial x_i} - \frac{\partial z_j}{\partial x_i} \right)
/// ```
///
/// The gradient of a probability is that of its logit less that of all logits, weighted by their
/// probabilities, and times itself: the right side from the library's gradients of single logits, the
/// left by finite differences of the softmax. A probability of nearly 1 has hardly any gradient.
#[test]
fn probability_gradient() {
    let _formula =
        formula!().allowing(1e-5, "steep logits bend within the step of the finite difference");
    let mut generator = generator();
    for scale in [1.0, 30.0] {
        for _ in 0..10 {
            let mut network = network(&[6, 9, 4], &mut generator);
            network.layers[1].dense.weights *= scale;
            let x = smooth_point(&network, &mut generator);
            let logits = network.forward(x.view());
            let p = row(&softmax(logits.view()));
            let one_hot = |j: usize| Array2::from_shape_fn((1, 4), |(_, k)| f64::from(j == k));
            let gradient = |j: usize| row(&network.input_gradient(x.view(), one_hot(j).view()));
            for k in 0..4 {
                let probability = |x: &ndarray::Array1<f64>| {
                    let logits: Vec<f64> =
                        (0..4).map(|j| explained(&network, x, &one_hot(j))).collect();
                    let largest = logits.iter().copied().fold(f64::MIN, f64::max);
                    let parts: Vec<f64> = logits.iter().map(|z| (z - largest).exp()).collect();
                    parts[k] / parts.iter().sum::<f64>()
                };
                let mut claimed = ndarray::Array1::zeros(6);
                for j in 0..4 {
                    claimed += &((gradient(k) - gradient(j)) * p[j]);
                }
                claimed *= p[k];
                // Steep logits bend within the step of the finite difference.
                let tolerance = if scale > 1.0 { 1e-5 } else { 1e-9 };
                assert_all_close(&claimed, &slopes(probability, &row(&x)), tolerance);
                let largest = gradient(k).iter().fold(0.0_f64, |most, g| most.max(g.abs()));
                if p[k] > 1.0 - 1e-9 {
                    assert_bound!(claimed.iter().all(|g| g.abs() < 1e-6 * largest.max(1.0)));
                }
            }
        }
    }
}
