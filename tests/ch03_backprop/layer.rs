//! The formulas of *One layer*.

use ch01_neuron::Activation;
use ch02_forward::{self as forward, Dense};
use ch03_backprop::{self as library, ActivationBackward, DenseBackward};
use formulas::*;
use ndarray::{Array1, Array2, Axis, array};

/// ```math layer-delta
/// \boldsymbol\delta = \frac{\partial\mathcal L}{\partial\mathbf Z}
/// = \frac{\partial\mathcal L}{\partial\mathbf A} \odot f'(\mathbf Z)
/// ```
///
/// ∂L/∂Z is ∂L/∂A ⊙ f′(Z) also for a loss that mixes all the outputs of a batch, Σ ca + (Σ a)²/2,
/// whose ∂L/∂A is c + Σ a. 1e-8: four points, and sums of up to 64 outputs squared.
#[test]
fn layer_delta() {
    let _formula = formula!();
    let mut generator = generator();
    for (activation, (batch, outputs, _)) in
        Activation::ALL.into_iter().flat_map(|f| SHAPES.map(|shape| (f, shape)))
    {
        let z = matrix(batch, outputs, &mut generator).mapv(|z| z + 0.01_f64.copysign(z));
        let c = matrix(batch, outputs, &mut generator);
        let activate = |z: &Array2<f64>| z.mapv(|z| activation.value(z));
        let loss = |z: &Array2<f64>| (&c * &activate(z)).sum() + activate(z).sum().powi(2) / 2.0;
        let by_a = &c + activate(&z).sum();
        let printed = &by_a * &z.mapv(|z| activation.derivative(z));
        assert_all_close(&printed, &slopes(loss, &z), 1e-8);
        assert_all_close(&activation.backward(z.view(), by_a), &printed, 1e-13);
    }
}

/// A layer, its inputs, and numbers c for the loss Σ cZ, whose ∂L/∂Z is c.
fn layers() -> impl Iterator<Item = (Dense<f64>, Array2<f64>, Array2<f64>)> {
    let mut generator = generator();
    SHAPES.into_iter().map(move |(batch, inputs, outputs)| {
        let weights = matrix(inputs, outputs, &mut generator);
        let dense = Dense { weights, bias: vector(outputs, &mut generator) };
        let x = sparse_matrix(batch, inputs, &mut generator);
        (dense, x, matrix(batch, outputs, &mut generator))
    })
}

/// ```math pre-activation-slopes
/// \frac{\partial z_{rj}}{\partial w_{ij}} = x_{ri}, \quad
/// \frac{\partial z_{rj}}{\partial b_j} = 1, \quad
/// \frac{\partial z_{rj}}{\partial x_{ri}} = w_{ij}
/// ```
///
/// Of Z = XW + b, number z_rj changes with w_ij as x_ri, with b_j as 1, with x_ri as w_ij; and not
/// at all with the weights and biases of other neurons or the inputs of other examples. 1e-9: five
/// points. The largest shape is left out: it has too many pairs.
#[test]
fn pre_activation_slopes() {
    let _formula = formula!();
    for (dense, x, delta) in layers().take(5) {
        for (r, j) in ndarray::indices_of(&delta) {
            let z = |dense: &Dense<f64>, x: &Array2<f64>| dense.forward(x.view())[[r, j]];
            let only = |same: bool, slope: f64| if same { slope } else { 0.0 };
            let with = |weights: &Array2<f64>, bias: &Array1<f64>| {
                z(&Dense { weights: weights.clone(), bias: bias.clone() }, &x)
            };
            let by_w = slopes(|weights| with(weights, &dense.bias), &dense.weights);
            let by_b = slopes(|bias| with(&dense.weights, bias), &dense.bias);
            let by_x = slopes(|x| z(&dense, x), &x);
            by_w.indexed_iter()
                .for_each(|((i, k), &s)| assert_close(s, only(k == j, x[[r, i]]), 1e-9));
            by_b.indexed_iter().for_each(|(k, &s)| assert_close(s, only(k == j, 1.0), 1e-9));
            by_x.indexed_iter().for_each(|((n, i), &s)| {
                assert_close(s, only(n == r, dense.weights[[i, j]]), 1e-9);
            });
        }
    }
}

/// ```math weight-gradient-by-index
/// \frac{\partial\mathcal L}{\partial w_{ij}} = \sum_r x_{ri} \, \delta_{rj}
/// ```
///
/// ∂L/∂w_ij = Σ_r x_ri δ_rj: the sum written out is the derivative with respect to that weight
/// alone. And the table of the page. 1e-9: slopes by four points; 1e-15: rounding.
#[test]
fn weight_gradient_by_index() {
    let _formula = formula!();
    for (dense, x, delta) in layers() {
        for (i, j) in (0..x.ncols()).flat_map(|i| (0..dense.bias.len()).map(move |j| (i, j))) {
            let sum: f64 = (0..x.nrows()).map(|r| x[[r, i]] * delta[[r, j]]).sum();
            let page = page("weight-gradient-by-index").over("r", x.nrows()).table("x", &x);
            let gradient = dense.backward(x.view(), delta.view()).weights[[i, j]];
            let entry = (r"\frac{\partial\mathcal L}{\partial w_{ij}}", gradient);
            page.table(r"\delta", &delta)
                .assert_close(&[entry, ("i", i as f64 + 1.0), ("j", j as f64 + 1.0)], 1e-13);
            let loss = |w: f64| {
                let mut nudged = dense.clone();
                nudged.weights[[i, j]] = w;
                (&delta * &nudged.forward(x.view())).sum()
            };
            assert_close(slope(loss, dense.weights[[i, j]]), sum, 1e-9);
        }
    }
    let (x, delta) = (array![[1.0, 3.0], [0.0, 1.0], [2.0, -1.0]], array![[0.5], [-1.0], [0.1]]);
    let dense = Dense { weights: array![[0.0], [0.0]], bias: array![0.0] };
    let gradient = dense.backward(x.view(), delta.view()).weights;
    assert_all_close(&gradient, &array![[0.7], [0.4]], 1e-15);
}

/// ```math weight-gradient
/// \frac{\partial\mathcal L}{\partial\mathbf W} = \mathbf X^\top \boldsymbol\delta
/// ```
///
/// ∂L/∂w_ij is the sum over the batch of x_ri δ_rj, which is entry (i, j) of Xᵀδ; and it is the
/// derivative of the loss with respect to that weight. 1e-13: sixteen roundings; 1e-9: slopes by
/// four points.
#[test]
fn weight_gradient() {
    let _formula = formula!();
    for (dense, x, delta) in layers() {
        let gradient = dense.backward(x.view(), delta.view()).weights;
        let by_indices = Array2::from_shape_fn(dense.weights.dim(), |(i, j)| {
            (0..x.nrows()).map(|r| x[[r, i]] * delta[[r, j]]).sum::<f64>()
        });
        assert_all_close(&gradient, &by_indices, 1e-13);
        let loss = |weights: &Array2<f64>| {
            let dense = Dense { weights: weights.clone(), bias: dense.bias.clone() };
            (&delta * &dense.forward(x.view())).sum()
        };
        assert_all_close(&gradient, &slopes(loss, &dense.weights), 1e-9);
    }
}

/// ```math sum-of-examples
/// \mathbf X^\top \boldsymbol\delta = \sum_r \mathbf x_r^\top \, \boldsymbol\delta_r
/// ```
///
/// The gradient of a batch is the sum of what its examples give, each a batch of one: a column x_rᵀ
/// times a row δ_r, also written out. 1e-13: sixteen roundings.
#[test]
fn sum_of_examples() {
    let _formula = formula!();
    for (dense, x, delta) in layers() {
        let (mut by_hand, mut one_by_one) =
            (Array2::zeros(dense.weights.dim()), Array2::zeros(dense.weights.dim()));
        for r in 0..x.nrows() {
            by_hand += &Array2::from_shape_fn(by_hand.dim(), |(i, j)| x[[r, i]] * delta[[r, j]]);
            let alone = |batch: &Array2<f64>| batch.row(r).to_owned().insert_axis(Axis(0));
            one_by_one += &dense.backward(alone(&x).view(), alone(&delta).view()).weights;
        }
        assert_all_close(&x.t().dot(&delta), &by_hand, 1e-13);
        assert_all_close(&dense.backward(x.view(), delta.view()).weights, &one_by_one, 1e-13);
    }
}

/// ```math bias-gradient
/// \frac{\partial\mathcal L}{\partial b_j} = \sum_r \delta_{rj}
/// ```
///
/// ∂L/∂b_j is the sum over the batch of δ_rj: the bias is used once by every example. And it is the
/// derivative of the loss with respect to that bias.
#[test]
fn bias_gradient() {
    let _formula = formula!();
    for (dense, x, delta) in layers() {
        let gradient = dense.backward(x.view(), delta.view()).bias;
        let by_indices = Array1::from_shape_fn(dense.bias.len(), |j| {
            (0..x.nrows()).map(|r| delta[[r, j]]).sum::<f64>()
        });
        assert_all_close(&gradient, &by_indices, 1e-13);
        for (j, &gradient) in gradient.indexed_iter() {
            let page = page("bias-gradient").over("r", x.nrows()).table(r"\delta", &delta);
            let entry = (r"\frac{\partial\mathcal L}{\partial b_j}", gradient);
            page.assert_close(&[entry, ("j", j as f64 + 1.0)], 1e-13);
        }
        let loss = |bias: &Array1<f64>| {
            let dense = Dense { weights: dense.weights.clone(), bias: bias.clone() };
            (&delta * &dense.forward(x.view())).sum()
        };
        assert_all_close(&gradient, &slopes(loss, &dense.bias), 1e-9);
    }
}

/// ```math input-gradient-by-index
/// \frac{\partial\mathcal L}{\partial x_{ri}} = \sum_j \delta_{rj} \, w_{ij}
/// ```
///
/// The derivative of the mean squared error of a layer's Z with respect to x_ri is the sum over the
/// neurons of δ_rj w_ij, with δ = ∂L/∂Z. 1e-8: slopes by four points.
#[test]
fn input_gradient_by_index() {
    let _formula = formula!();
    for (dense, x, y) in layers() {
        let loss =
            |x: &Array2<f64>| forward::mean_squared_error(dense.forward(x.view()).view(), y.view());
        let delta = library::mean_squared_error_gradient(dense.forward(x.view()).view(), y.view());
        let by_index = Array2::from_shape_fn(x.dim(), |(r, i)| {
            (0..y.ncols()).map(|j| delta[[r, j]] * dense.weights[[i, j]]).sum::<f64>()
        });
        assert_all_close(&slopes(loss, &x), &by_index, 1e-8);
        let page = page("input-gradient-by-index").over("j", y.ncols()).table(r"\delta", &delta);
        let page = page.table("w", &dense.weights);
        for ((r, i), &gradient) in dense.input_gradient(delta.view()).indexed_iter() {
            let entry = (r"\frac{\partial\mathcal L}{\partial x_{ri}}", gradient);
            page.assert_close(&[entry, ("r", r as f64 + 1.0), ("i", i as f64 + 1.0)], 1e-13);
        }
    }
}

/// ```math vector-chain-rule
/// \begin{aligned}
/// \frac{\partial\mathcal L}{\partial\mathbf x}
/// &= \mathbf J^\top \, \frac{\partial\mathcal L}{\partial\mathbf q} \\
/// \text{with} \quad \mathbf J_{ki} &= \frac{\partial q_k}{\partial x_i}
/// \end{aligned}
/// ```
///
/// What goes back through any operation is its Jacobian, transposed, times what arrived: for an
/// activation function, softmax, and a layer, with respect to its inputs, its weights and its
/// biases. The Jacobian is measured, entry by entry, from four points; the other side is the
/// library's backward pass. 1e-8: four points.
#[test]
fn vector_chain_rule() {
    let _formula = formula!();
    let mut generator = generator();
    let row = |numbers: &Array1<f64>| numbers.clone().insert_axis(Axis(0));
    type Operation<'a> = Box<dyn Fn(&Array1<f64>) -> Array1<f64> + 'a>;
    /// An operation, where, what arrives, and what the library hands back.
    type Case<'a> = (Operation<'a>, Array1<f64>, &'a Array1<f64>, Array1<f64>);
    for (inputs, outputs) in [(1, 1), (3, 5), (4, 4), (6, 2)] {
        let x = vector(inputs, &mut generator).mapv(|x| x + 0.01_f64.copysign(x));
        let weights = matrix(inputs, outputs, &mut generator);
        let dense = Dense { weights, bias: vector(outputs, &mut generator) };
        let [wide, narrow] = [outputs, inputs].map(|size| vector(size, &mut generator));
        let layer = dense.backward(row(&x).view(), row(&wide).view());
        let with_weights = |weights: &Array1<f64>| {
            let weights = weights.clone().into_shape_with_order(dense.weights.dim());
            let weights = weights.expect("as many numbers");
            Dense { weights, bias: dense.bias.clone() }.forward(row(&x).view()).row(0).to_owned()
        };
        let with_bias = |bias: &Array1<f64>| {
            let dense = Dense { weights: dense.weights.clone(), bias: bias.clone() };
            dense.forward(row(&x).view()).row(0).to_owned()
        };
        let probabilities = |z: &Array1<f64>| forward::softmax(row(z).view()).row(0).to_owned();
        let by_logits =
            library::softmax_backward(row(&probabilities(&x)).view(), row(&narrow).view());
        let flat = |matrix: &Array2<f64>| matrix.iter().copied().collect::<Array1<f64>>();
        let mut cases: Vec<Case> = vec![
            (
                Box::new(|x| dense.forward(row(x).view()).row(0).to_owned()),
                x.clone(),
                &wide,
                flat(&dense.input_gradient(row(&wide).view())),
            ),
            (Box::new(with_weights), flat(&dense.weights), &wide, flat(&layer.weights)),
            (Box::new(with_bias), dense.bias.clone(), &wide, layer.bias.clone()),
            (Box::new(probabilities), x.clone(), &narrow, flat(&by_logits)),
        ];
        for f in Activation::ALL {
            let back = f.backward(row(&x).view(), row(&narrow));
            cases.push((
                Box::new(move |x| x.mapv(|x| f.value(x))),
                x.clone(),
                &narrow,
                flat(&back),
            ));
        }
        for (operation, at, upstream, downstream) in cases {
            // [outputs × inputs]: entry (k, i) is how output k changes with input i
            let mut jacobian = Array2::zeros((upstream.len(), at.len()));
            for (k, mut slopes_of_k) in jacobian.rows_mut().into_iter().enumerate() {
                slopes_of_k.assign(&slopes(|x| operation(x)[k], &at));
            }
            assert_all_close(&downstream, &jacobian.t().dot(upstream), 1e-8);
        }
    }
}

/// ```math input-gradient
/// \frac{\partial\mathcal L}{\partial\mathbf X} = \boldsymbol\delta \, \mathbf W^\top
/// ```
///
/// ∂L/∂x_ri is the sum over the neurons of δ_rj w_ij, which is entry (r, i) of δWᵀ; and it is the
/// derivative of the loss with respect to that input.
#[test]
fn input_gradient() {
    let _formula = formula!();
    for (dense, x, delta) in layers() {
        let gradient = dense.input_gradient(delta.view());
        let by_indices = Array2::from_shape_fn(x.dim(), |(r, i)| {
            (0..delta.ncols()).map(|j| delta[[r, j]] * dense.weights[[i, j]]).sum::<f64>()
        });
        assert_all_close(&gradient, &by_indices, 1e-13);
        let loss = |x: &Array2<f64>| (&delta * &dense.forward(x.view())).sum();
        assert_all_close(&gradient, &slopes(loss, &x), 1e-9);
    }
}
