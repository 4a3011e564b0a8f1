//! The formulas of *Networks*.

use ch01_neuron::Activation;
use ch02_forward::{self as library, Dense, Initialization, Layer, Network};
use formulas::*;
use ndarray::Array2;

/// ```math network-composition
/// \begin{aligned}
/// \mathbf A^{(0)} &= \mathbf X \\
/// \mathbf A^{(l)} &= f^{(l)}\bigl( \mathbf A^{(l-1)} \mathbf W^{(l)} + \mathbf b^{(l)} \bigr)
/// \end{aligned}
/// ```
///
/// A network is its layers, one inside the other: f₃(f₂(f₁(X)W₂ + b₂)W₃ + b₃), with ndarray's own
/// products here. 1e-12: three sums of up to nine roundings, each passed on through a layer.
#[test]
fn network_composition() {
    let _formula = formula!();
    let mut generator = generator();
    let functions = (Activation::Softplus, Activation::Sigmoid);
    let mut network =
        Network::new(&[4, 9, 5, 3], functions, Initialization::Normal(1.0), &mut generator);
    for layer in &mut network.layers {
        layer.dense.bias = vector(layer.dense.bias.len(), &mut generator);
    }
    let x = matrix(7, 4, &mut generator);
    let [one, two, three] = [0, 1, 2].map(|l| &network.layers[l].dense);
    let softplus = |z: f64| z.exp().ln_1p();
    let a1 = (x.dot(&one.weights) + &one.bias).mapv(softplus);
    let a2 = (a1.dot(&two.weights) + &two.bias).mapv(softplus);
    let a3 = (a2.dot(&three.weights) + &three.bias).mapv(|z| 1.0 / (1.0 + (-z).exp()));
    assert_all_close(&network.forward(x.view()), &a3, 1e-12);
}

/// ```math parameter-count
/// P = \sum_{l=1}^{L} (M_{l-1} + 1) \, M_l
/// ```
///
/// A layer has a weight for each pair of input and neuron, and a bias for each neuron: for
/// 784-128-10 that makes 101,770 numbers. Exact.
#[test]
fn parameter_count() {
    let _formula = formula!();
    let functions = (Activation::Relu, Activation::Identity);
    for (sizes, by_hand) in
        [(&[784, 128, 10][..], 101_770), (&[2, 2, 1], 9), (&[1, 1], 2), (&[3, 2, 2, 5], 29)]
    {
        let mut network =
            Network::<f64>::new(sizes, functions, Initialization::Zeros, &mut generator());
        assert_exact!(network.parameter_count(), by_hand);
        let page = page("parameter-count").entries("M", |l| sizes[l[0] as usize] as f64);
        let layers = (sizes.len() - 1) as f64;
        page.assert_exact(&[("P", network.parameter_count() as f64), ("L", layers)]);
        let kept: usize = network.parameters_mut().iter().map(|list| list.len()).sum();
        assert_exact!(kept, by_hand);
    }
}

/// ```math three-factors
/// \begin{aligned}
/// &\sum_k \Bigl( \sum_i x_{ri} \, w^{(1)}_{ik} \Bigr) w^{(2)}_{kj} \\
/// &\quad= \sum_k \sum_i x_{ri} \, w^{(1)}_{ik} \, w^{(2)}_{kj} \\
/// &\quad= \sum_i x_{ri} \Bigl( \sum_k w^{(1)}_{ik} \, w^{(2)}_{kj} \Bigr)
/// \end{aligned}
/// ```
///
/// Brackets in a product of three may be moved: the two double sums of the page, with loops for
/// both, and the library's products in both orders. 1e-12: up to 270 products of three numbers.
#[test]
fn three_factors() {
    let _formula = formula!();
    let mut generator = generator();
    for (n, m, k) in SHAPES {
        let x = matrix(n, m, &mut generator);
        let (one, two) = (matrix(m, k, &mut generator), matrix(k, 4, &mut generator));
        let left_first = Array2::from_shape_fn((n, 4), |(r, j)| {
            let inner = |c: usize| (0..m).map(|i| x[[r, i]] * one[[i, c]]).sum::<f64>();
            (0..k).map(|c| inner(c) * two[[c, j]]).sum::<f64>()
        });
        let right_first = Array2::from_shape_fn((n, 4), |(r, j)| {
            let inner = |i: usize| (0..k).map(|c| one[[i, c]] * two[[c, j]]).sum::<f64>();
            (0..m).map(|i| x[[r, i]] * inner(i)).sum::<f64>()
        });
        assert_all_close(&left_first, &right_first, 1e-12);
        let page = page("three-factors").over("i", m).over("k", k).table("x", &x);
        let page = page.table("w^{(1)}", &one).table("w^{(2)}", &two);
        for ((r, j), &entry) in left_first.indexed_iter() {
            let named = [("r", r as f64 + 1.0), ("j", j as f64 + 1.0)];
            page.assert_close(&named, 1e-12);
            assert_close(page.value(1, &named), entry, 1e-12);
        }
        let product = |a: &Array2<f64>, b: &Array2<f64>| library::product(a.view(), b.view());
        assert_all_close(&product(&product(&x, &one), &two), &left_first, 1e-12);
        assert_all_close(&product(&x, &product(&one, &two)), &right_first, 1e-12);
    }
}

/// ```math linear-network
/// \begin{aligned}
/// &(\mathbf X \mathbf W^{(1)} + \mathbf b^{(1)}) \mathbf W^{(2)} + \mathbf b^{(2)} \\
/// &\quad= \mathbf X (\mathbf W^{(1)} \mathbf W^{(2)}) \\
/// &\qquad + (\mathbf b^{(1)} \mathbf W^{(2)} + \mathbf b^{(2)}) \\
/// &\mathbf A^{(3)} = \mathbf X \mathbf W + \mathbf b \quad\text{with} \\
/// &\quad \mathbf W = \mathbf W^{(1)} \mathbf W^{(2)} \mathbf W^{(3)}, \\
/// &\quad \mathbf b = (\mathbf b^{(1)} \mathbf W^{(2)} + \mathbf b^{(2)}) \mathbf W^{(3)} \\
/// &\qquad + \mathbf b^{(3)}
/// \end{aligned}
/// ```
///
/// Without activation functions, two layers collapse into one, and three: with W = W₁W₂W₃ and
/// b = (b₁W₂ + b₂)W₃ + b₃, XW + b is the whole network. 1e-12: numbers up to 100 here.
#[test]
fn linear_network() {
    let _formula = formula!();
    let mut generator = generator();
    let layers: Vec<_> = [(4, 9), (9, 5), (5, 3)]
        .map(|(inputs, outputs)| Dense {
            weights: matrix(inputs, outputs, &mut generator),
            bias: vector(outputs, &mut generator),
        })
        .map(|dense| Layer { dense, activation: Activation::Identity })
        .into();
    let [one, two, three] = [0, 1, 2].map(|l| &layers[l].dense);
    let weights = one.weights.dot(&two.weights).dot(&three.weights);
    let bias = (one.bias.dot(&two.weights) + &two.bias).dot(&three.weights) + &three.bias;
    let x = matrix(7, 4, &mut generator);
    let two_layers =
        x.dot(&one.weights.dot(&two.weights)) + (one.bias.dot(&two.weights) + &two.bias);
    let network = Network { layers: layers.clone() };
    assert_all_close(&network.trace(x.view()).activations[1], &two_layers, 1e-12);
    assert_all_close(&network.forward(x.view()), &(x.dot(&weights) + &bias), 1e-12);
}
