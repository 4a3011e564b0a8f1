//! The formulas of *The forward pass*.

use ch01_neuron::Activation;
use ch02_forward::{Dense, Initialization, Network};
use formulas::*;
use ndarray::{Array2, Axis, array};

/// ```math dense-forward
/// \begin{aligned}
/// z_{rj} &= \sum_i x_{ri} \, w_{ij} + b_j \\
/// \mathbf Z &= \mathbf X \mathbf W + \mathbf b
/// \end{aligned}
/// ```
///
/// Z = XW + b by indices: neuron j, for example r, adds up x_ri w_ij and its bias. 1e-13: at most
/// thirty products are added.
#[test]
fn dense_forward() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, inputs, outputs) in SHAPES {
        let weights = matrix(inputs, outputs, &mut generator);
        let dense = Dense { weights, bias: vector(outputs, &mut generator) };
        let x = matrix(batch, inputs, &mut generator);
        let z = Array2::from_shape_fn((batch, outputs), |(r, j)| {
            (0..inputs).map(|i| x[[r, i]] * dense.weights[[i, j]]).sum::<f64>() + dense.bias[j]
        });
        assert_all_close(&dense.forward(x.view()), &z, 1e-13);
        let page = page("dense-forward").statement(0).over("i", inputs).table("x", &x);
        let page = page.table("w", &dense.weights).list("b", &dense.bias);
        let page = page.table("z", &dense.forward(x.view()));
        for (r, j) in ndarray::indices_of(&z) {
            page.assert_close(&[("r", r as f64 + 1.0), ("j", j as f64 + 1.0)], 1e-13);
        }
        let (whole, product) =
            (formulas::page("dense-forward").statement(1), x.dot(&dense.weights));
        for ((r, j), &z) in dense.forward(x.view()).indexed_iter() {
            let named = [(r"\mathbf Z", z), (r"\mathbf X \mathbf W", product[[r, j]])];
            let bias = (r"\mathbf b", dense.bias[j]);
            whole.assert_close(&[&named[..], &[bias]].concat(), 1e-13);
        }
    }
}

/// ```math four-days
/// \begin{aligned}
/// &\begin{pmatrix} 1 & 0.5 \\ 0.2 & 0.1 \\ -1 & 1 \\ 0.5 & -0.5 \end{pmatrix}
/// \begin{pmatrix} 3 & -1 & 0 \\ 4 & 2 & 5 \end{pmatrix} \\
/// &\quad + \begin{pmatrix} -2 & 1 & -1 \end{pmatrix} \\
/// &\quad = \begin{pmatrix} 3 & 1 & 1.5 \\ -1 & 1 & -0.5 \\ -1 & 4 & 4 \\
/// -2.5 & -0.5 & -3.5 \end{pmatrix}
/// \end{aligned}
/// ```
///
/// The four days of the page as the layer computes them, and the table on the right, which was
/// filled in by hand. 1e-15: one rounding or two of numbers up to 4.
#[test]
fn four_days() {
    let _formula = formula!();
    let days = array![[1.0, 0.5], [0.2, 0.1], [-1.0, 1.0], [0.5, -0.5]];
    let weights = array![[3.0, -1.0, 0.0], [4.0, 2.0, 5.0]];
    let dense = Dense { weights, bias: array![-2.0, 1.0, -1.0] };
    let by_hand = array![[3.0, 1.0, 1.5], [-1.0, 1.0, -0.5], [-1.0, 4.0, 4.0], [-2.5, -0.5, -3.5]];
    assert_all_close(&dense.forward(days.view()), &by_hand, 1e-15);
}

/// ```math layer-activation
/// a_{rj} = f(z_{rj})
/// \qquad\text{or}\qquad
/// \mathbf A = f(\mathbf Z)
/// ```
///
/// A = f(Z), number by number, with the eight functions written down once more. 1e-15: rounding;
/// GELU's Φ is an integral here, by Simpson's rule, good to 1e-13.
#[test]
fn layer_activation() {
    let _formula = formula!();
    let phi =
        |z: f64| 0.5 + integral(|u| (-u * u / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt(), z);
    let functions: [(Activation, &dyn Fn(f64) -> f64); 8] = [
        (Activation::Identity, &|z| z),
        (Activation::Step, &|z| if z < 0.0 { 0.0 } else { 1.0 }),
        (Activation::Sigmoid, &|z| 1.0 / (1.0 + (-z).exp())),
        (Activation::Tanh, &|z| (z.exp() - (-z).exp()) / (z.exp() + (-z).exp())),
        (Activation::Relu, &|z| (z + z.abs()) / 2.0),
        (Activation::LeakyRelu, &|z| z.max(0.01 * z)),
        (Activation::Softplus, &|z| z.exp().ln_1p()),
        (Activation::Gelu, &|z| z * phi(z)),
    ];
    let mut generator = generator();
    let x = matrix(5, 4, &mut generator);
    for (activation, f) in functions {
        let both = (activation, activation);
        let network = Network::new(&[4, 3], both, Initialization::He, &mut generator);
        let z = x.dot(&network.layers[0].dense.weights); // the biases are zero
        let tolerance = if activation == Activation::Gelu { 1e-13 } else { 1e-15 };
        assert_all_close(&network.layers[0].activate(z.view()), &z.mapv(f), tolerance);
        let a = network.layers[0].activate(z.view());
        let page = page("layer-activation").statement(0).table("a", &a).table("z", &z);
        let page = page.function("f", f);
        for (r, j) in ndarray::indices_of(&z) {
            page.assert_close(&[("r", r as f64 + 1.0), ("j", j as f64 + 1.0)], tolerance);
        }
        assert_all_close(&network.forward(x.view()), &z.mapv(f), 10.0 * tolerance);
    }
}

/// ```math batch-rows
/// \bigl[ f(\mathbf X \mathbf W + \mathbf b) \bigr]_r = f(\mathbf x_r \mathbf W + \mathbf b)
/// ```
///
/// The rows of a batch know nothing of each other: each gives what it gives alone. Exact: a row's
/// sums are added in the same order, whatever stands in the other rows.
#[test]
fn batch_rows() {
    let _formula = formula!();
    let mut generator = generator();
    let functions = (Activation::Gelu, Activation::Tanh);
    let network = Network::new(&[30, 9, 4], functions, Initialization::Xavier, &mut generator);
    let x = sparse_matrix(16, 30, &mut generator);
    let together = network.forward(x.view());
    for r in 0..16 {
        let alone = network.forward(x.row(r).insert_axis(Axis(0)));
        assert_exact!(together.row(r), alone.row(0));
    }
}
