//! The formulas of *Where the walk back begins*.

use ch01_neuron::Activation;
use ch02_forward as forward;
use ch03_backprop as library;
use formulas::*;
use ndarray::{Array2, Axis, array};

/// ```math mean-squared-error-gradient
/// \frac{\partial\mathcal L}{\partial\mathbf A} = \frac{2}{N} \, (\mathbf A - \mathbf Y)
/// ```
///
/// ∂L/∂a = 2 (a − y) / N: the derivative of the mean squared error with respect to each output.
/// 1e-10: four points.
#[test]
fn mean_squared_error_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, outputs, _) in SHAPES {
        let a = matrix(batch, outputs, &mut generator);
        let y = matrix(batch, outputs, &mut generator);
        let gradient = library::mean_squared_error_gradient(a.view(), y.view());
        let printed = 2.0 * (&a - &y) / (batch * outputs) as f64;
        assert_all_close(&gradient, &printed, 1e-14);
        let page = page("mean-squared-error-gradient");
        for (index, &gradient) in gradient.indexed_iter() {
            let entry = (r"\frac{\partial\mathcal L}{\partial\mathbf A}", gradient);
            let count = ("N", (batch * outputs) as f64);
            let named = [entry, count, (r"\mathbf A", a[index]), (r"\mathbf Y", y[index])];
            page.assert_close(&named, 1e-14);
        }
        let loss = |a: &Array2<f64>| forward::mean_squared_error(a.view(), y.view());
        assert_all_close(&gradient, &slopes(loss, &a), 1e-10);
    }
}

/// ```math binary-cross-entropy-gradient
/// \frac{\partial\mathcal L}{\partial\mathbf Z} = \frac{1}{N} \, (\sigma(\mathbf Z) - \mathbf Y)
/// ```
///
/// ∂L/∂z = (σ(z) − y) / N: the derivative of the binary cross-entropy with respect to each logit.
/// 1e-10: four points; at ±1000 it is 0 for a right answer and ±1 for a wrong one.
#[test]
fn binary_cross_entropy_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, outputs, _) in SHAPES {
        let z = matrix(batch, outputs, &mut generator) * 3.0;
        let y = distributions(batch, outputs, &mut generator);
        let gradient = library::binary_cross_entropy_gradient(z.view(), y.view());
        let page = page("binary-cross-entropy-gradient");
        let page = page.function(r"\sigma", |z| Activation::Sigmoid.value(z));
        for (index, &gradient) in gradient.indexed_iter() {
            let entry = (r"\frac{\partial\mathcal L}{\partial\mathbf Z}", gradient);
            let count = ("N", (batch * outputs) as f64);
            let named = [entry, count, (r"\mathbf Z", z[index]), (r"\mathbf Y", y[index])];
            page.assert_close(&named, 1e-14);
        }
        let sigma = z.mapv(|z| 1.0 / (1.0 + (-z).exp()));
        assert_all_close(&gradient, &((sigma - &y) / (batch * outputs) as f64), 1e-14);
        let loss = |z: &Array2<f64>| forward::binary_cross_entropy(z.view(), y.view());
        assert_all_close(&gradient, &slopes(loss, &z), 1e-10);
    }
    let (z, y) = (array![[1000.0, -1000.0]], array![[1.0, 1.0]]);
    assert_exact!(library::binary_cross_entropy_gradient(z.view(), y.view()), array![[0.0, -0.5]]);
}

/// ```math squared-error-saturation
/// \frac{\partial}{\partial z} (\sigma(z) - y)^2
/// = 2 \, (\sigma(z) - y) \, \sigma'(z)
/// ```
///
/// The derivative of (σ(z) − y)² with respect to z has σ′ in it, by the chain rule. Where the
/// answer is most wrong it is nearly 0: at z = −20 for y = 1 below 1e-8, and the cross-entropy's is
/// −1. 1e-10: four points.
#[test]
fn squared_error_saturation() {
    let _formula = formula!();
    let (sigma, y) = (Activation::Sigmoid, array![[1.0]]);
    let page = page("squared-error-saturation").function(r"\sigma", |z| sigma.value(z));
    let page = page.function(r"\sigma'", |z| sigma.derivative(z));
    for (z, y) in points().into_iter().filter(|z| z.abs() < 50.0).flat_map(|z| [(z, 0.0), (z, 1.0)])
    {
        let printed = 2.0 * (sigma.value(z) - y) * sigma.derivative(z);
        let slope_of_square = slope(|z| (sigma.value(z) - y).powi(2), z);
        let named = [(r"\frac{\partial}{\partial z} (\sigma(z) - y)^2", slope_of_square)];
        page.assert_close(&[&named[..], &[("z", z), ("y", y)]].concat(), 1e-10);
        assert_close(slope(|z| (sigma.value(z) - y).powi(2), z), printed, 1e-10);
    }
    assert_bound!((2.0 * (sigma.value(-20.0_f64) - 1.0) * sigma.derivative(-20.0)).abs() < 1e-8);
    let entropy = library::binary_cross_entropy_gradient(array![[-20.0]].view(), y.view());
    assert_close(entropy[[0, 0]], -1.0, 1e-8);
}

/// ```math cross-entropy-gradient
/// \frac{\partial\mathcal L}{\partial p_{rk}} = -\frac{1}{n} \, \frac{y_{rk}}{p_{rk}}
/// ```
///
/// ∂L/∂p = −y / p / n, the derivative of the cross-entropy with respect to each probability alone;
/// 0 where y is 0. 1e-8: ln p bends so sharply near 0 that four points see it well only from p =
/// 0.2 on.
#[test]
fn cross_entropy_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let p = distributions(batch, classes, &mut generator).mapv(|p| 0.2 + 0.8 * p);
        let y = distributions(batch, classes, &mut generator);
        let gradient = library::cross_entropy_gradient(p.view(), y.view());
        let loss = |p: &Array2<f64>| forward::cross_entropy(p.view(), y.view());
        assert_all_close(&gradient, &slopes(loss, &p), 1e-8);
        assert_all_close(&gradient, &(-&y / &p / batch as f64), 1e-14);
        let page = page("cross-entropy-gradient").table("y", &y).table("p", &p);
        for ((r, k), &entry) in gradient.indexed_iter() {
            let named =
                [(r"\frac{\partial\mathcal L}{\partial p_{rk}}", entry), ("n", batch as f64)];
            let index = [("r", r as f64 + 1.0), ("k", k as f64 + 1.0)];
            page.assert_close(&[named, index].concat(), 1e-14);
        }
    }
    let (p, y) = (array![[0.0, 1.0]], array![[0.0, 1.0]]);
    assert_exact!(library::cross_entropy_gradient(p.view(), y.view()), array![[0.0, -1.0]]);
}

/// ```math softmax-quotient
/// \begin{aligned}
/// k \ne j: \quad \frac{\partial p_k}{\partial z_j}
/// &= \frac{0 \cdot q - e^{z_k} e^{z_j}}{q^2} = -p_k \, p_j \\
/// k = j: \quad \frac{\partial p_j}{\partial z_j}
/// &= \frac{e^{z_j} q - e^{z_j} e^{z_j}}{q^2} = p_j - p_j^2
/// \end{aligned}
/// ```
///
/// The rule for quotients, written out with p_k = e^z_k / q: both cases are the derivative of p_k
/// with respect to z_j, and what the probabilities say. And the two classes of the page. 1e-10:
/// slopes by four points; 1e-15: rounding.
#[test]
fn softmax_quotient() {
    let _formula = formula!().allowing(5e-4, "the page prints three digits");
    let mut generator = generator();
    for (_, classes, _) in SHAPES {
        let z = matrix(1, classes, &mut generator) * 2.0;
        let (e, p) = (z.mapv(f64::exp), forward::softmax(z.view()));
        let q = e.sum();
        for (k, j) in ndarray::indices((classes, classes)) {
            let slope_of_numerator = if k == j { e[[0, j]] } else { 0.0 };
            let quotient = (slope_of_numerator * q - e[[0, k]] * e[[0, j]]) / (q * q);
            let short = if k == j { p[[0, j]] - p[[0, j]].powi(2) } else { -p[[0, k]] * p[[0, j]] };
            let probability = |z_j: f64| {
                let mut nudged = z.clone();
                nudged[[0, j]] = z_j;
                forward::softmax(nudged.view())[[0, k]]
            };
            assert_close(quotient, short, 1e-15);
            assert_close(slope(probability, z[[0, j]]), quotient, 1e-10);
            let row = if k == j { 3 } else { 1 };
            let slope = match row {
                3 => r"\frac{\partial p_j}{\partial z_j}",
                _ => r"\frac{\partial p_k}{\partial z_j}",
            };
            let slope = [(slope, quotient), ("q", q), ("z_k", z[[0, k]]), ("z_j", z[[0, j]])];
            let named = [&slope[..], &[("p_k", p[[0, k]]), ("p_j", p[[0, j]])]].concat();
            page("softmax-quotient").statement(row).assert_close(&named, 1e-15);
        }
    }
    let p = forward::softmax(array![[1.0, 0.0]].view());
    assert_all_close(&p, &array![[0.731, 0.269]], 5e-4);
    assert_close(p[[0, 0]] - p[[0, 0]].powi(2), 0.197, 5e-4);
}

/// ```math softmax-jacobian
/// \frac{\partial p_k}{\partial z_j} = p_k \, ([k = j] - p_j)
/// ```
///
/// ∂p_k/∂z_j = p_k (1 if k = j, else 0, minus p_j). The library's backward pass gives row k of it
/// when the loss is p_k itself. 1e-10: slopes by four points.
#[test]
fn softmax_jacobian() {
    let _formula = formula!();
    let mut generator = generator();
    for (_, classes, _) in SHAPES {
        let z = matrix(1, classes, &mut generator) * 2.0;
        let p = forward::softmax(z.view());
        for k in 0..classes {
            let printed = Array2::from_shape_fn((1, classes), |(_, j)| {
                p[[0, k]] * (if k == j { 1.0 } else { 0.0 } - p[[0, j]])
            });
            let of_k = Array2::from_shape_fn((1, classes), |(_, j)| f64::from(u8::from(j == k)));
            for j in 0..classes {
                let slope = (r"\frac{\partial p_k}{\partial z_j}", printed[[0, j]]);
                let named = [slope, ("p_k", p[[0, k]]), ("p_j", p[[0, j]])];
                let index = [("k", k as f64), ("j", j as f64)];
                page("softmax-jacobian").assert_close(&[&named[..], &index].concat(), 1e-15);
            }
            let probability = |z: &Array2<f64>| forward::softmax(z.view())[[0, k]];
            assert_all_close(&printed, &slopes(probability, &z), 1e-10);
            assert_all_close(&library::softmax_backward(p.view(), of_k.view()), &printed, 1e-15);
        }
    }
}

/// ```math softmax-backward
/// \frac{\partial\mathcal L}{\partial z_j}
/// = p_j \, \Bigl(\frac{\partial\mathcal L}{\partial p_j}
/// - \sum_k p_k \, \frac{\partial\mathcal L}{\partial p_k}\Bigr)
/// ```
///
/// Backward through softmax, each row takes ∂L/∂p to p ⊙ (∂L/∂p − Σ p ∂L/∂p), which is ∂L/∂p times
/// the Jacobian, written out here with all its entries. 1e-14: rounding.
#[test]
fn softmax_backward() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let p = distributions(batch, classes, &mut generator);
        let g = matrix(batch, classes, &mut generator);
        let backward = library::softmax_backward(p.view(), g.view());
        for (r, p) in p.rows().into_iter().enumerate() {
            let column = p.to_owned().insert_axis(Axis(1));
            let jacobian = Array2::from_diag(&p) - &column * &column.t();
            assert_all_close(&backward.row(r), &g.row(r).dot(&jacobian), 1e-14);
        }
    }
}

/// ```math softmax-cross-entropy-gradient
/// \frac{\partial\mathcal L}{\partial\mathbf Z} = \frac{1}{n} \, (\mathbf P - \mathbf Y)
/// ```
///
/// Softmax and cross-entropy together collapse: the long way, through ∂L/∂p and the Jacobian, ends
/// at (p − y) / n. Both agree with the derivative with respect to each logit. 1e-13: rounding;
/// 1e-10: four points.
#[test]
fn softmax_cross_entropy_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let z = matrix(batch, classes, &mut generator) * 3.0;
        let y = distributions(batch, classes, &mut generator);
        let p = forward::softmax(z.view());
        let short = library::softmax_cross_entropy_gradient(z.view(), y.view());
        assert_all_close(&short, &((&p - &y) / batch as f64), 1e-15);
        for (index, &short) in short.indexed_iter() {
            let entry = (r"\frac{\partial\mathcal L}{\partial\mathbf Z}", short);
            let named = [entry, (r"\mathbf P", p[index]), (r"\mathbf Y", y[index])];
            page("softmax-cross-entropy-gradient")
                .assert_close(&[&named[..], &[("n", batch as f64)]].concat(), 1e-15);
        }
        let by_p = library::cross_entropy_gradient(p.view(), y.view());
        assert_all_close(&short, &library::softmax_backward(p.view(), by_p.view()), 1e-13);
        let loss = |z: &Array2<f64>| forward::softmax_cross_entropy(z.view(), y.view());
        assert_all_close(&short, &slopes(loss, &z), 1e-10);
    }
}

/// ```math logit-gradients-cancel
/// \sum_j \frac{\partial\mathcal L}{\partial z_{rj}} = 0
/// ```
///
/// The gradients of a row of logits add up to 0; for adding the same number to all of them changes
/// no probability, and the derivative with respect to that number is their sum. 1e-15: rounding;
/// 1e-10: four points.
#[test]
fn logit_gradients_cancel() {
    let _formula = formula!();
    let mut generator = generator();
    for (classes, size) in
        [1, 2, 4, 10].into_iter().flat_map(|c| [1.0, 10.0, 1000.0].map(|s| (c, s)))
    {
        let z = matrix(5, classes, &mut generator) * size;
        let y = distributions(5, classes, &mut generator);
        let gradient = library::softmax_cross_entropy_gradient(z.view(), y.view());
        gradient.sum_axis(Axis(1)).iter().for_each(|&sum| assert_close(sum, 0.0, 1e-15));
        for r in (0..5).filter(|_| size < 100.0) {
            let shifted = |tau: f64| {
                let mut z = z.clone();
                z.row_mut(r).mapv_inplace(|z| z + tau);
                forward::softmax_cross_entropy(z.view(), y.view())
            };
            assert_close(slope(shifted, 0.0), 0.0, 1e-10);
        }
    }
}
