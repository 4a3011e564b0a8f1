//! The formulas of chapter 3, each checked with numbers.

use ch01_neuron::{Activation, Neuron};
use ch02_forward::{self as forward, Dense, Initialization, Layer, Loss, Network};
use ch03_backprop::{
    self as library, ActivationBackward, DenseBackward, LossBackward, NetworkBackward, Tape,
    Variable,
};
use formulas::*;
use ndarray::{Array1, Array2, Axis, array};

/// The slope of f(g(x)) is f′ at g(x) times g′ at x, for every pair of activation functions that
/// has slopes. 1e-9: slopes by five points, away from the kinks.
#[test]
fn chain_rule() {
    for (f, g) in Activation::ALL.into_iter().flat_map(|f| Activation::ALL.map(|g| (f, g))) {
        for x in points().into_iter().filter(|x| x.abs() > 0.01 && x.abs() < 30.0) {
            let chained = slope(|x| f.value(g.value(x)), x);
            let far_from_kink = g.value(x).abs() > 0.01 || g == Activation::Relu && x < 0.0;
            if far_from_kink {
                assert_close(f.derivative(g.value(x)) * g.derivative(x), chained, 1e-9);
            }
        }
    }
}

/// Two points give the slope of a parabola exactly, whatever h: the errors to the left and to the
/// right cancel. For other functions, small steps come close. 1e-12: rounding of values up to 3000,
/// divided by h = 0.1.
#[test]
fn central_difference() {
    for x in points().into_iter().filter(|x| x.abs() < 30.0) {
        let parabola = |x: f64| 3.0 * x * x - 2.0 * x + 1.0;
        let two_points = (parabola(x + 0.1) - parabola(x - 0.1)) / 0.2;
        assert_close(library::central_difference(parabola, x, 0.1), two_points, 1e-12);
        assert_close(library::central_difference(parabola, x, 0.1), 6.0 * x - 2.0, 1e-12);
        assert_close(library::central_difference(f64::sin, x, 1e-5), x.cos(), 1e-9);
    }
}

/// The error of the two-point slope is h²/6 times the third derivative: half of h, a quarter of the
/// error. Of exp, the third derivative is exp. 1 %: the next term is h²/20 of the first one.
#[test]
fn central_difference_error() {
    for x in [-2.0, -0.3, 0.0, 1.0, 3.0_f64] {
        for h in [0.2, 0.1, 0.05, 0.025, 0.0125] {
            let error = library::central_difference(f64::exp, x, h) - x.exp();
            assert_relative(error, h * h / 6.0 * x.exp(), 0.01);
        }
    }
}

/// Rounding adds about ε/h, so the two errors are about equal near h = ∛ε = 6e-6. It is 6e-6, as
/// printed, to 2 %. Over a thousand points, that h beats steps a hundred times larger and a hundred times smaller, by far.
#[test]
fn best_step() {
    let worst = |h: f64| {
        let error = |x: f64| (library::central_difference(f64::sin, x, h) - x.cos()).abs();
        points().into_iter().filter(|x| x.abs() < 10.0).map(error).fold(0.0, f64::max)
    };
    let best = f64::EPSILON.cbrt();
    assert_relative(best, 6e-6, 0.02);
    assert!(worst(best) < 1e-9);
    assert!(worst(100.0 * best) > 100.0 * worst(best), "too long: {:e}", worst(100.0 * best));
    assert!(worst(best / 100.0) > 10.0 * worst(best), "too short: {:e}", worst(best / 100.0));
}

/// The distance of two numbers as a fraction of the larger, or of the floor if both are smaller.
/// Exact: by hand. The order of the two does not matter.
#[test]
fn relative_error() {
    for (a, b, floor, by_hand) in [
        (4.0, 3.0, 1.0, 0.25),
        (-4.0, 4.0, 1.0, 2.0),
        (0.0, 0.0, 1.0, 0.0),
        (0.25, 0.125, 0.5, 0.25),
        (0.0, 1e-300, 1e-300, 1.0),
    ] {
        assert_eq!(library::relative_error(a, b, floor), by_hand);
        assert_eq!(library::relative_error(b, a, floor), by_hand);
    }
}

/// δ = ∂L/∂z = ∂L/∂a · f′(z), entry by entry, for a loss that is a weighted sum of all a: its ∂L/∂a
/// are the weights. 1e-9: slopes by five points; no z is close to a kink.
#[test]
fn delta() {
    let mut generator = generator();
    for (activation, (batch, outputs, _)) in
        Activation::ALL.into_iter().flat_map(|f| SHAPES.map(|shape| (f, shape)))
    {
        let z = matrix(batch, outputs, &mut generator).mapv(|z| z + 0.01_f64.copysign(z));
        let by_a = matrix(batch, outputs, &mut generator);
        let loss = |z: &Array2<f64>| (&by_a * &z.mapv(|z| activation.value(z))).sum();
        let delta = activation.backward(z.view(), by_a.clone());
        assert_all_close(&delta, &slopes(loss, &z), 1e-9);
    }
}

/// The article's formula, ∂L/∂z · f′(z), is ∂L/∂a · f′(z)², with f′ once too often: it misses the true
/// slope by the factor f′(z), a quarter or less for a sigmoid. The mended one is the true slope. Only
/// where f′ is 0 or 1 are both the same. 1e-10: slopes by five points, away from the kinks.
#[test]
fn delta_as_printed() {
    let by_a = 0.7;
    for f in Activation::ALL {
        for z in points().into_iter().filter(|z| z.abs() < 5.0 && z.abs() > 0.002) {
            let (by_z, slope_of_f) = (slope(|z| by_a * f.value(z), z), slope(|z| f.value(z), z));
            let printed = by_z * slope_of_f;
            let mended = f.backward(array![[z]].view(), array![[by_a]])[[0, 0]];
            assert_close(mended, by_z, 1e-10);
            assert_close(printed, by_a * f.derivative(z).powi(2), 1e-10);
            match f {
                Activation::Step | Activation::Identity | Activation::Relu => {
                    assert_close(printed, by_z, 1e-10);
                }
                Activation::Sigmoid => {
                    assert!(printed > 0.0 && printed < 0.26 * by_z, "at {z} it is nearly right");
                }
                _ => {}
            }
        }
    }
    for f in [Activation::Tanh, Activation::LeakyRelu, Activation::Softplus, Activation::Gelu] {
        let z: f64 = if f == Activation::LeakyRelu { -1.0 } else { 1.0 };
        let error = (f.derivative(z).powi(2) - f.derivative(z)).abs();
        assert!(error > 0.009, "{f:?} does not show the mistake: {error}");
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

/// ∂L/∂w_ij is the sum over the batch of x_ri δ_rj, which is entry (i, j) of Xᵀδ; and it is the
/// slope of the loss by that weight. 1e-13: sixteen roundings; 1e-9: slopes by five points.
#[test]
fn weight_gradient() {
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

/// ∂L/∂b_j is the sum over the batch of δ_rj: the bias is used once by every example. And it is the
/// slope of the loss by that bias.
#[test]
fn bias_gradient() {
    for (dense, x, delta) in layers() {
        let gradient = dense.backward(x.view(), delta.view()).bias;
        let by_indices = Array1::from_shape_fn(dense.bias.len(), |j| {
            (0..x.nrows()).map(|r| delta[[r, j]]).sum::<f64>()
        });
        assert_all_close(&gradient, &by_indices, 1e-13);
        let loss = |bias: &Array1<f64>| {
            let dense = Dense { weights: dense.weights.clone(), bias: bias.clone() };
            (&delta * &dense.forward(x.view())).sum()
        };
        assert_all_close(&gradient, &slopes(loss, &dense.bias), 1e-9);
    }
}

/// ∂L/∂x_ri is the sum over the neurons of δ_rj w_ij, which is entry (r, i) of δWᵀ; and it is the
/// slope of the loss by that input.
#[test]
fn input_gradient() {
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

/// ∂p_k/∂z_j = p_k (1 if k = j, else 0, minus p_j). The library's backward pass gives row k of it
/// when the loss is p_k itself. 1e-10: slopes by five points.
#[test]
fn softmax_jacobian() {
    let mut generator = generator();
    for (_, classes, _) in SHAPES {
        let z = matrix(1, classes, &mut generator) * 2.0;
        let p = forward::softmax(z.view());
        for k in 0..classes {
            let printed = Array2::from_shape_fn((1, classes), |(_, j)| {
                p[[0, k]] * (if k == j { 1.0 } else { 0.0 } - p[[0, j]])
            });
            let of_k = Array2::from_shape_fn((1, classes), |(_, j)| f64::from(u8::from(j == k)));
            let probability = |z: &Array2<f64>| forward::softmax(z.view())[[0, k]];
            assert_all_close(&printed, &slopes(probability, &z), 1e-10);
            assert_all_close(&library::softmax_backward(p.view(), of_k.view()), &printed, 1e-15);
        }
    }
}

/// The rule for quotients, written out with p_k = e^z_k / q: both cases are the slope of p_k by z_j,
/// and what the probabilities say. And the two classes of the page. 1e-10: slopes by five points;
/// 1e-15: rounding.
#[test]
fn softmax_quotient() {
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
        }
    }
    let p = forward::softmax(array![[1.0, 0.0]].view());
    assert_all_close(&p, &array![[0.731, 0.269]], 5e-4);
    assert_close(p[[0, 0]] - p[[0, 0]].powi(2), 0.197, 5e-4);
}

/// Backward through softmax, each row takes its gradient g to p ⊙ (g − Σ pg), which is g times the
/// Jacobian, written out here with all its entries. 1e-14: rounding.
#[test]
fn softmax_backward() {
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

/// ∂L/∂p = −y / p / n, the slope of the cross-entropy by each probability alone; 0 where y is 0.
/// 1e-8: ln p bends so sharply near 0 that five points see it well only from p = 0.2 on.
#[test]
fn cross_entropy_gradient() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let p = distributions(batch, classes, &mut generator).mapv(|p| 0.2 + 0.8 * p);
        let y = distributions(batch, classes, &mut generator);
        let gradient = library::cross_entropy_gradient(p.view(), y.view());
        let loss = |p: &Array2<f64>| forward::cross_entropy(p.view(), y.view());
        assert_all_close(&gradient, &slopes(loss, &p), 1e-8);
        assert_all_close(&gradient, &(-&y / &p / batch as f64), 1e-14);
    }
    let (p, y) = (array![[0.0, 1.0]], array![[0.0, 1.0]]);
    assert_eq!(library::cross_entropy_gradient(p.view(), y.view()), array![[0.0, -1.0]]);
}

/// Softmax and cross-entropy together collapse: the long way, through ∂L/∂p and the Jacobian, ends
/// at (p − y) / n. Both agree with the slope by each logit. 1e-13: rounding; 1e-10: five points.
#[test]
fn softmax_cross_entropy_gradient() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let z = matrix(batch, classes, &mut generator) * 3.0;
        let y = distributions(batch, classes, &mut generator);
        let p = forward::softmax(z.view());
        let short = library::softmax_cross_entropy_gradient(z.view(), y.view());
        assert_all_close(&short, &((&p - &y) / batch as f64), 1e-15);
        let by_p = library::cross_entropy_gradient(p.view(), y.view());
        assert_all_close(&short, &library::softmax_backward(p.view(), by_p.view()), 1e-13);
        let loss = |z: &Array2<f64>| forward::softmax_cross_entropy(z.view(), y.view());
        assert_all_close(&short, &slopes(loss, &z), 1e-10);
    }
}

/// ∂L/∂a = 2 (a − y) / N: the slope of the mean squared error by each output. 1e-10: five points.
#[test]
fn mean_squared_error_gradient() {
    let mut generator = generator();
    for (batch, outputs, _) in SHAPES {
        let a = matrix(batch, outputs, &mut generator);
        let y = matrix(batch, outputs, &mut generator);
        let gradient = library::mean_squared_error_gradient(a.view(), y.view());
        let printed = 2.0 * (&a - &y) / (batch * outputs) as f64;
        assert_all_close(&gradient, &printed, 1e-14);
        let loss = |a: &Array2<f64>| forward::mean_squared_error(a.view(), y.view());
        assert_all_close(&gradient, &slopes(loss, &a), 1e-10);
    }
}

/// ∂L/∂z = (σ(z) − y) / N: the slope of the binary cross-entropy by each logit. 1e-10: five points;
/// at ±1000 it is 0 for a right answer and ±1 for a wrong one.
#[test]
fn binary_cross_entropy_gradient() {
    let mut generator = generator();
    for (batch, outputs, _) in SHAPES {
        let z = matrix(batch, outputs, &mut generator) * 3.0;
        let y = distributions(batch, outputs, &mut generator);
        let gradient = library::binary_cross_entropy_gradient(z.view(), y.view());
        let sigma = z.mapv(|z| 1.0 / (1.0 + (-z).exp()));
        assert_all_close(&gradient, &((sigma - &y) / (batch * outputs) as f64), 1e-14);
        let loss = |z: &Array2<f64>| forward::binary_cross_entropy(z.view(), y.view());
        assert_all_close(&gradient, &slopes(loss, &z), 1e-10);
    }
    let (z, y) = (array![[1000.0, -1000.0]], array![[1.0, 1.0]]);
    assert_eq!(library::binary_cross_entropy_gradient(z.view(), y.view()), array![[0.0, -0.5]]);
}

/// The four formulas of backpropagation, from the last layer to the first: δ of the last layer from
/// the loss, δ of each layer from the next one's, and from δ and the layer's inputs both gradients.
/// Written out here with ndarray's products, and by nudging. 1e-13: rounding in three layers; 1e-10:
/// slopes by five points.
#[test]
fn backpropagation() {
    let mut generator = generator();
    let (functions, x) = ((Activation::Tanh, Activation::Sigmoid), matrix(6, 5, &mut generator));
    let network = Network::new(&[5, 4, 4, 3], functions, Initialization::Xavier, &mut generator);
    let y = matrix(6, 3, &mut generator);
    let trace = network.trace(x.view());
    let output_gradient = Loss::MeanSquaredError.gradient(trace.output(), y.view());
    let [a1, a2, a3] = [0, 1, 2].map(|l| &trace.activations[l]);
    let [w2, w3] = [1, 2].map(|l| &network.layers[l].dense.weights);
    let delta3 = &output_gradient * &a3.mapv(|a| a * (1.0 - a));
    let delta2 = delta3.dot(&w3.t()) * a2.mapv(|a| 1.0 - a * a);
    let delta1 = delta2.dot(&w2.t()) * a1.mapv(|a| 1.0 - a * a);
    let gradients = network.backward(x.view(), &trace, output_gradient.clone());
    let by_hand = [(&x, delta1), (a1, delta2), (a2, delta3)];
    for (layer, (inputs, delta)) in gradients.layers.iter().zip(by_hand) {
        assert_all_close(&layer.weights, &inputs.t().dot(&delta), 1e-13);
        assert_all_close(&layer.bias, &delta.sum_axis(Axis(0)), 1e-13);
    }
    for (l, layer) in gradients.layers.iter().enumerate() {
        let loss = |change: &dyn Fn(&mut Dense<f64>)| {
            let mut nudged = network.clone();
            change(&mut nudged.layers[l].dense);
            Loss::MeanSquaredError.value(nudged.forward(x.view()).view(), y.view())
        };
        let dense = &network.layers[l].dense;
        let by_weights = slopes(|w| loss(&|dense| dense.weights.assign(w)), &dense.weights);
        assert_all_close(&layer.weights, &by_weights, 1e-10);
        let by_bias = slopes(|b| loss(&|dense| dense.bias.assign(b)), &dense.bias);
        assert_all_close(&layer.bias, &by_bias, 1e-10);
    }
}

/// A plus hands its gradient on, a times swaps its inputs, a quotient and the functions of one
/// number follow their rules: each against the slope of its operation. 1e-8: five points, of powers
/// and exponentials of up to a few hundred.
#[test]
fn tape_operations() {
    let mut generator = generator();
    for _ in 0..200 {
        let (x, y) = (1.0 + number(&mut generator).abs(), 1.5 + number(&mut generator).abs());
        let tape = Tape::new();
        let (u, v) = (tape.variable(x), tape.variable(y));
        for (result, f) in [
            (u + v, (|x, y| x + y) as fn(f64, f64) -> f64),
            (u - v, |x, y| x - y),
            (u * v, |x, y| x * y),
            (u / v, |x, y| x / y),
            (-u, |x, _| -x),
            (u.exp(), |x, _| x.exp()),
            (u.ln(), |x, _| x.ln()),
            (u.powi(3), |x, _| x * x * x),
            (v.activate(Activation::Tanh), |_, y| y.tanh()),
        ] {
            let gradient = result.backward();
            assert_close(result.value, f(x, y), 1e-14);
            assert_close(gradient.with_respect_to(u), slope(|x| f(x, y), x), 1e-8);
            assert_close(gradient.with_respect_to(v), slope(|y| f(x, y), y), 1e-8);
        }
    }
}

/// Where a number is used more than once, its gradient is the sum over all paths to the result:
/// of x·x + x·sigmoid(x) it is 2x + σ + xσ′. 1e-14: rounding.
#[test]
fn sum_over_paths() {
    for value in points() {
        let tape = Tape::new();
        let x = tape.variable(value);
        let result = x * x + x * x.activate(Activation::Sigmoid);
        let (sigma, slope) =
            (Activation::Sigmoid.value(value), Activation::Sigmoid.derivative(value));
        assert_close(
            result.backward().with_respect_to(x),
            2.0 * value + sigma + value * slope,
            1e-14,
        );
    }
}

/// The tape, which knows only single numbers, finds the gradient that the layers' matrix formulas
/// give. Two walks back along it give the same. 1e-13: rounding in another order.
#[test]
fn tape_agrees_with_layers() {
    /// The mean squared error of a network, number by number on a tape; and its parameters there, in
    /// the order of `Network::parameters`.
    fn loss_on_tape<'t>(
        tape: &'t Tape<f64>,
        network: &Network<f64>,
        (x, y): (&Array2<f64>, &Array2<f64>),
    ) -> (Variable<'t, f64>, Vec<Variable<'t, f64>>) {
        let numbers = network.parameters().concat();
        let parameters: Vec<_> = numbers.into_iter().map(|number| tape.variable(number)).collect();
        let mut loss = tape.variable(0.0);
        for (x, y) in x.rows().into_iter().zip(y.rows()) {
            let mut a: Vec<_> = x.iter().map(|&x| tape.variable(x)).collect();
            let mut rest = &parameters[..];
            for layer in &network.layers {
                let (weights, others) = rest.split_at(layer.dense.weights.len());
                let (bias, others) = others.split_at(layer.dense.bias.len());
                let neuron = |j: usize| {
                    let add = |z, i: usize| z + a[i] * weights[i * bias.len() + j];
                    (0..a.len()).fold(bias[j], add).activate(layer.activation)
                };
                (a, rest) = ((0..bias.len()).map(neuron).collect(), others);
            }
            for (a, &y) in a.into_iter().zip(y) {
                loss = loss + (a - tape.variable(y)).powi(2);
            }
        }
        (loss / tape.variable(y.len() as f64), parameters)
    }

    let mut generator = generator();
    for activation in Activation::ALL {
        let functions = (activation, Activation::Identity);
        let network = Network::new(&[3, 4, 2], functions, Initialization::Xavier, &mut generator);
        let (x, y) = (matrix(5, 3, &mut generator), matrix(5, 2, &mut generator));
        let trace = network.trace(x.view());
        let output_gradient = Loss::MeanSquaredError.gradient(trace.output(), y.view());
        let gradients = network.backward(x.view(), &trace, output_gradient).slices().concat();

        let tape = Tape::new();
        let (loss, parameters) = loss_on_tape(&tape, &network, (&x, &y));
        let (first, second) = (loss.backward(), loss.backward());
        for (parameter, layers) in parameters.into_iter().zip(gradients) {
            assert_close(first.with_respect_to(parameter), layers, 1e-13);
            assert_eq!(first.with_respect_to(parameter), second.with_respect_to(parameter));
        }
    }
}

/// Nudged by h, the loss of a network changes by h times the derivative: for each parameter what is
/// left over is below h² in size, and half of h leaves a quarter of it. 3 %: the next term, h³.
#[test]
fn first_order_change() {
    let mut generator = generator();
    let functions = (Activation::Tanh, Activation::Identity);
    let network = Network::new(&[4, 5, 3], functions, Initialization::Xavier, &mut generator);
    let (x, y) = (matrix(6, 4, &mut generator), matrix(6, 3, &mut generator));
    let loss = |network: &Network<f64>| {
        forward::mean_squared_error(network.forward(x.view()).view(), y.view())
    };
    let trace = network.trace(x.view());
    let output_gradient = Loss::MeanSquaredError.gradient(trace.output(), y.view());
    let gradients = network.backward(x.view(), &trace, output_gradient);
    let total = |h: f64| {
        let mut total = 0.0;
        for (list, slopes) in gradients.slices().into_iter().enumerate() {
            for (entry, by_theta) in slopes.iter().enumerate() {
                let mut nudged = network.clone();
                nudged.parameters_mut()[list][entry] += h;
                let left_over = loss(&nudged) - (loss(&network) + h * by_theta);
                assert!(left_over.abs() <= 2.0 * h * h, "{left_over} for {h}");
                total += left_over.abs();
            }
        }
        total
    };
    for h in [0.04, 0.01, 0.0025] {
        assert_relative(total(h / 2.0), total(h) / 4.0, 0.03);
    }
}

/// Slopes of a smooth loss by q, and by both inputs of the gate that makes q, by five points.
fn gate_slopes(gate: fn(f64, f64) -> f64, (q1, q2): (f64, f64)) -> [f64; 3] {
    let loss = |q: f64| (0.3 * q).sin() + 0.1 * q * q;
    [
        slope(loss, gate(q1, q2)),
        slope(|q1| loss(gate(q1, q2)), q1),
        slope(|q2| loss(gate(q1, q2)), q2),
    ]
}

/// The gradients that the tape brings to q and to both inputs of the gate that makes it, from q³.
fn gate_gradients(
    gate: for<'t> fn(Variable<'t, f64>, Variable<'t, f64>) -> Variable<'t, f64>,
    (q1, q2): (f64, f64),
) -> [f64; 3] {
    let tape = Tape::new();
    let (q1, q2) = (tape.variable(q1), tape.variable(q2));
    let q = gate(q1, q2);
    let gradient = q.powi(3).backward();
    [q, q1, q2].map(|variable| gradient.with_respect_to(variable))
}

/// Two hundred pairs of numbers, with some zeros.
fn pairs() -> Vec<(f64, f64)> {
    let mut generator = generator();
    let mut pairs = vec![(0.0, 0.0), (0.0, 2.0), (-3.0, 0.0)];
    pairs.extend((0..200).map(|_| (2.0 * number(&mut generator), 2.0 * number(&mut generator))));
    pairs
}

/// A plus hands its gradient on to both inputs. On the tape exactly; 1e-9: slopes by five points.
#[test]
fn sum_gate() {
    for pair in pairs() {
        let [by_q, by_q1, by_q2] = gate_slopes(|q1, q2| q1 + q2, pair);
        assert_close(by_q1, by_q, 1e-9);
        assert_close(by_q2, by_q, 1e-9);
        let [by_q, by_q1, by_q2] = gate_gradients(|q1, q2| q1 + q2, pair);
        assert_eq!([by_q1, by_q2], [by_q; 2]);
    }
}

/// A times gives each input the gradient times the other one. On the tape exactly; 1e-9: slopes by
/// five points.
#[test]
fn product_gate() {
    for (q1, q2) in pairs() {
        let [by_q, by_q1, by_q2] = gate_slopes(|q1, q2| q1 * q2, (q1, q2));
        assert_close(by_q1, q2 * by_q, 1e-9);
        assert_close(by_q2, q1 * by_q, 1e-9);
        let [by_q, by_q1, by_q2] = gate_gradients(|q1, q2| q1 * q2, (q1, q2));
        assert_eq!([by_q1, by_q2], [q2 * by_q, q1 * by_q]);
    }
}

/// A max gives all to the larger input; on the tape it is relu(q₁ − q₂) + q₂. Away from q₁ = q₂,
/// where there is no slope. 1e-9: slopes by five points; on the tape the loser gets g − g.
#[test]
fn max_gate() {
    for (q1, q2) in pairs().into_iter().filter(|(q1, q2)| (q1 - q2).abs() > 0.01) {
        let wins = |won: bool, by_q: f64| if won { by_q } else { 0.0 };
        let [by_q, by_q1, by_q2] = gate_slopes(f64::max, (q1, q2));
        assert_close(by_q1, wins(q1 > q2, by_q), 1e-9);
        assert_close(by_q2, wins(q2 > q1, by_q), 1e-9);
        let [by_q, by_q1, by_q2] =
            gate_gradients(|q1, q2| (q1 - q2).activate(Activation::Relu) + q2, (q1, q2));
        assert_eq!([by_q1, by_q2], [wins(q1 > q2, by_q), wins(q2 > q1, by_q)]);
    }
}

/// A function of one number multiplies the gradient by its slope at what went in: the activation
/// functions, and powers. 1e-8, and 1e-7 for the cubes on the tape: slopes by five points, away from
/// the kinks.
#[test]
fn function_gate() {
    for (q1, _) in pairs().into_iter().filter(|(q1, _)| q1.abs() > 0.01) {
        let tape = Tape::new();
        let input = tape.variable(q1);
        let activated = Activation::ALL.map(|f| {
            (input.activate(f), Box::new(move |q: f64| f.value(q)) as Box<dyn Fn(f64) -> f64>)
        });
        let powers = [2, 3]
            .map(|n| (input.powi(n), Box::new(move |q: f64| q.powi(n)) as Box<dyn Fn(f64) -> f64>));
        for (q, f) in activated.into_iter().chain(powers) {
            let loss = |q: f64| (0.3 * q).sin() + 0.1 * q * q;
            let by_q = slope(loss, f(q1));
            assert_close(slope(|q1| loss(f(q1)), q1), slope(&f, q1) * by_q, 1e-8);
            let gradient = (q * q * q).backward();
            assert_close(
                gradient.with_respect_to(input),
                slope(&f, q1) * gradient.with_respect_to(q),
                1e-7,
            );
        }
    }
}

/// A neuron, its inputs (some of them 0), a target, and δ = 2 (a − y) f′(z) for the loss (a − y)²;
/// z is not close to a kink.
fn neurons() -> impl Iterator<Item = (Neuron<f64>, Array1<f64>, f64, f64)> {
    let mut generator = generator();
    let cases = Activation::ALL.into_iter().flat_map(|f| [1, 2, 7].map(|inputs| (f, inputs)));
    cases.map(move |(activation, inputs)| {
        let (weights, bias) = (vector(inputs, &mut generator), number(&mut generator));
        let neuron = Neuron { weights, bias, activation };
        let (x, y) = (sparse_matrix(1, inputs, &mut generator).remove_axis(Axis(0)), 0.3);
        let z = neuron.pre_activation(x.view());
        assert!(z.abs() > 0.01, "{z} is close to a kink");
        let delta = 2.0 * (activation.value(z) - y) * activation.derivative(z);
        (neuron, x, y, delta)
    })
}

/// The slope of a neuron's loss (a − y)² by a weight is δ times the weight's input, and by the bias
/// it is δ. 1e-9: slopes by five points.
#[test]
fn neuron_gradient() {
    for (neuron, x, y, delta) in neurons() {
        let loss = |weights: &Array1<f64>, bias: f64| {
            let nudged = Neuron { weights: weights.clone(), bias, ..neuron.clone() };
            (nudged.output(x.view()) - y).powi(2)
        };
        let by_weights = slopes(|weights| loss(weights, neuron.bias), &neuron.weights);
        assert_all_close(&by_weights, &(delta * &x), 1e-9);
        assert_close(slope(|bias| loss(&neuron.weights, bias), neuron.bias), delta, 1e-9);
    }
}

/// The slope of a neuron's loss (a − y)² by an input is δ times the input's weight. 1e-9: slopes by
/// five points.
#[test]
fn neuron_input_gradient() {
    for (neuron, x, y, delta) in neurons() {
        let by_inputs = slopes(|x| (neuron.output(x.view()) - y).powi(2), &x);
        assert_all_close(&by_inputs, &(delta * &neuron.weights), 1e-9);
    }
}

/// ∂L/∂Z is ∂L/∂A ⊙ f′(Z) also for a loss that mixes all the outputs of a batch, Σ ca + (Σ a)²/2,
/// whose ∂L/∂A is c + Σ a. 1e-8: five points, and sums of up to 64 outputs squared.
#[test]
fn layer_delta() {
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

/// Of Z = XW + b, number z_rj changes with w_ij as x_ri, with b_j as 1, with x_ri as w_ij; and not
/// at all with the weights and biases of other neurons or the inputs of other examples. 1e-9: five
/// points. The largest shape is left out: it has too many pairs.
#[test]
fn pre_activation_slopes() {
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

/// ∂L/∂w_ij = Σ_r x_ri δ_rj: the sum written out is the slope by that weight alone. And the table of
/// the page. 1e-9: slopes by five points; 1e-15: rounding.
#[test]
fn weight_gradient_by_index() {
    for (dense, x, delta) in layers() {
        for (i, j) in (0..x.ncols()).flat_map(|i| (0..dense.bias.len()).map(move |j| (i, j))) {
            let sum: f64 = (0..x.nrows()).map(|r| x[[r, i]] * delta[[r, j]]).sum();
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

/// The slope of the mean squared error of a layer's Z by x_ri is the sum over the neurons of
/// δ_rj w_ij, with δ = ∂L/∂Z. 1e-8: slopes by five points.
#[test]
fn input_gradient_by_index() {
    for (dense, x, y) in layers() {
        let loss =
            |x: &Array2<f64>| forward::mean_squared_error(dense.forward(x.view()).view(), y.view());
        let delta = library::mean_squared_error_gradient(dense.forward(x.view()).view(), y.view());
        let by_index = Array2::from_shape_fn(x.dim(), |(r, i)| {
            (0..y.ncols()).map(|j| delta[[r, j]] * dense.weights[[i, j]]).sum::<f64>()
        });
        assert_all_close(&slopes(loss, &x), &by_index, 1e-8);
    }
}

/// The gradient of a batch is the sum of what its examples give, each a batch of one: a column x_rᵀ
/// times a row δ_r, also written out. 1e-13: sixteen roundings.
#[test]
fn sum_of_examples() {
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

/// The gradients of a row of logits add up to 0; for adding the same number to all of them changes
/// no probability, and the slope by that number is their sum. 1e-15: rounding; 1e-10: five points.
#[test]
fn logit_gradients_cancel() {
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

/// The slope of (σ(z) − y)² by z has σ′ in it, by the chain rule. Where the answer is most wrong it
/// is nearly 0: at z = −20 for y = 1 below 1e-8, and the cross-entropy's is −1. 1e-10: five points.
#[test]
fn squared_error_stalls() {
    let (sigma, y) = (Activation::Sigmoid, array![[1.0]]);
    for (z, y) in points().into_iter().filter(|z| z.abs() < 50.0).flat_map(|z| [(z, 0.0), (z, 1.0)])
    {
        let printed = 2.0 * (sigma.value(z) - y) * sigma.derivative(z);
        assert_close(slope(|z| (sigma.value(z) - y).powi(2), z), printed, 1e-10);
    }
    assert!((2.0 * (sigma.value(-20.0_f64) - 1.0) * sigma.derivative(-20.0)).abs() < 1e-8);
    let entropy = library::binary_cross_entropy_gradient(array![[-20.0]].view(), y.view());
    assert_close(entropy[[0, 0]], -1.0, 1e-8);
}

/// Down a chain of single sigmoid neurons, δ shrinks by |w|/4 or more at each: found on the tape, for
/// chains of 1 to 12. Where all z are 0, by exactly that. 1e-12: rounding.
#[test]
fn vanishing_gradient() {
    let mut generator = generator();
    for (case, layers) in (0..600).map(|case| (case, 1 + case % 12)) {
        let at_zero = case < 12;
        let w = vector(layers, &mut generator) * 3.0;
        let tape = Tape::new();
        let mut z = vec![tape.variable(if at_zero { 0.0 } else { 2.0 * number(&mut generator) })];
        for l in 1..layers {
            let b = if at_zero { -w[l] / 2.0 } else { number(&mut generator) };
            let a = z[l - 1].activate(Activation::Sigmoid);
            z.push(tape.variable(w[l]) * a + tape.variable(b));
        }
        let a = z[layers - 1].activate(Activation::Sigmoid);
        let gradient = (a - tape.variable(0.9)).powi(2).backward();
        let bound = w
            .iter()
            .skip(1)
            .fold(gradient.with_respect_to(z[layers - 1]).abs(), |d, w| d * w.abs() / 4.0);
        let first = gradient.with_respect_to(z[0]).abs();
        assert!(first <= bound * (1.0 + 1e-12), "{first} > {bound}");
        if at_zero {
            assert_relative(first, bound, 1e-12);
        }
    }
}

/// The layers' numbers along one road: δ at its end, times the weights and the slopes on it.
fn road(network: &Network<f64>, z: &[Array2<f64>], last_delta: &Array2<f64>, js: &[usize]) -> f64 {
    let end = last_delta[[0, js[js.len() - 1]]];
    (1..js.len()).fold(end, |product, l| {
        let slope = network.layers[l - 1].activation.derivative(z[l - 1][[0, js[l - 1]]]);
        product * network.layers[l].dense.weights[[js[l - 1], js[l]]] * slope
    })
}

/// All the roads from neuron `first` of the first layer: one neuron of each layer.
fn roads(network: &Network<f64>, first: usize) -> Vec<Vec<usize>> {
    network.layers[1..].iter().fold(vec![vec![first]], |roads, layer| {
        let longer =
            |road: Vec<usize>| (0..layer.dense.bias.len()).map(move |j| [&road[..], &[j]].concat());
        roads.into_iter().flat_map(longer).collect()
    })
}

/// The slope by a weight of the first layer is the sum over all roads from its neuron to the end:
/// δ there, times the weights and slopes on the way, times the input. The library's walk finds the
/// same, and so does nudging. There are as many roads as the widths of the later layers multiply to.
/// And the four roads of the page: 4, 6, 2 and −1. 1e-13: rounding; 1e-10: slopes by five points.
#[test]
fn sum_of_roads() {
    let (mut generator, functions) = (generator(), (Activation::Tanh, Activation::Sigmoid));
    for sizes in [&[3, 4][..], &[2, 3, 2], &[3, 4, 3, 2, 2]] {
        let network = Network::new(sizes, functions, Initialization::Xavier, &mut generator);
        let x = matrix(1, sizes[0], &mut generator);
        let y = matrix(1, sizes[sizes.len() - 1], &mut generator);
        let trace = network.trace(x.view());
        let by_a = Loss::MeanSquaredError.gradient(trace.output(), y.view());
        let gradients = network.backward(x.view(), &trace, by_a.clone());
        let z = &trace.pre_activations;
        let last_delta =
            network.layers[z.len() - 1].activation.backward(z[z.len() - 1].view(), by_a);
        for (i, first) in ndarray::indices((sizes[0], sizes[1])) {
            let all = roads(&network, first);
            assert_eq!(all.len(), sizes[2..].iter().product::<usize>());
            let sum: f64 = all.iter().map(|js| road(&network, z, &last_delta, js)).sum();
            assert_close(gradients.layers[0].weights[[i, first]], sum * x[[0, i]], 1e-13);
            let loss = |w: f64| {
                let mut nudged = network.clone();
                nudged.layers[0].dense.weights[[i, first]] = w;
                Loss::MeanSquaredError.value(nudged.forward(x.view()).view(), y.view())
            };
            let nudged = slope(loss, network.layers[0].dense.weights[[i, first]]);
            assert_close(nudged, sum * x[[0, i]], 1e-10);
        }
    }
    let weights = [
        array![[4.0, 1.0]],
        array![[2.0, 1.0], [1.0, 1.0]],
        array![[1.0, 3.0], [1.0, -1.0]],
        array![[2.0], [1.0]],
    ];
    let layer = |weights: Array2<f64>| Layer {
        dense: Dense { bias: Array1::zeros(weights.ncols()), weights },
        activation: Activation::Relu,
    };
    let network = Network { layers: weights.map(layer).into() };
    let trace = network.trace(array![[2.0]].view());
    assert!(trace.pre_activations.iter().flatten().all(|&z| z > 0.0), "all neurons are on");
    let products: Vec<f64> = roads(&network, 0)
        .iter()
        .map(|js| road(&network, &trace.pre_activations, &array![[1.0]], js))
        .collect();
    assert_eq!(products, [4.0, 6.0, 2.0, -1.0]);
    let gradients = network.backward(array![[2.0]].view(), &trace, array![[1.0]]);
    assert_eq!(gradients.layers[0].weights[[0, 0]], 22.0);
    let deltas: Vec<Vec<f64>> = gradients.layers.iter().map(|layer| layer.bias.to_vec()).collect();
    assert_eq!(deltas[1..], [vec![5.0, 1.0], vec![2.0, 1.0], vec![1.0]]);
}

/// A product by three plain loops, which counts its multiplications.
fn counted(left: &Array2<f64>, right: &Array2<f64>, count: &mut usize) -> Array2<f64> {
    assert_eq!(left.ncols(), right.nrows());
    let mut product = Array2::zeros((left.nrows(), right.ncols()));
    for (r, j) in ndarray::indices_of(&product) {
        for i in 0..left.ncols() {
            product[[r, j]] += left[[r, i]] * right[[i, j]];
            *count += 1;
        }
    }
    product
}

/// The outputs of all layers, with the inputs before them, by counted products.
fn counted_forward(network: &Network<f64>, x: &Array2<f64>, count: &mut usize) -> Vec<Array2<f64>> {
    let mut outputs = vec![x.clone()];
    for layer in &network.layers {
        let z =
            counted(outputs.last().expect("x"), &layer.dense.weights, count) + &layer.dense.bias;
        outputs.push(z.mapv(|z| layer.activation.value(z)));
    }
    outputs
}

/// A network of tanh, the numbers M of its inputs and of the neurons in its layers, and a batch.
struct Counted {
    sizes: Vec<usize>,
    network: Network<f64>,
    x: Array2<f64>,
    y: Array2<f64>,
}

/// Networks of one to three layers, with batches of one to five.
fn counted_cases() -> Vec<Counted> {
    let (mut generator, functions) = (generator(), (Activation::Tanh, Activation::Tanh));
    let cases: [(usize, &[usize]); 4] =
        [(1, &[1, 1]), (4, &[3, 2]), (5, &[2, 4, 3]), (3, &[4, 1, 6, 2])];
    let case = |(n, sizes): (usize, &[usize])| {
        let network = Network::new(sizes, functions, Initialization::Xavier, &mut generator);
        let (inputs, outputs) = (sizes[0], sizes[sizes.len() - 1]);
        let (x, y) = (matrix(n, inputs, &mut generator), matrix(n, outputs, &mut generator));
        Counted { sizes: sizes.to_vec(), network, x, y }
    };
    cases.map(case).into()
}

/// A forward pass on n examples multiplies n Σ M_{l−1} M_l times: counted, in loops that compute what
/// the library computes. 1e-13: rounding.
#[test]
fn forward_cost() {
    for Counted { sizes, network, x, .. } in counted_cases() {
        let mut count = 0;
        let outputs = counted_forward(&network, &x, &mut count);
        assert_all_close(outputs.last().expect("outputs"), &network.forward(x.view()), 1e-13);
        let formula: usize = sizes.windows(2).map(|m| m[0] * m[1]).sum();
        assert_eq!(count, x.nrows() * formula);
    }
}

/// The backward pass multiplies twice as often as the forward pass, less n M₀ M₁: counted in a walk
/// back that finds the library's gradients. 1e-13: rounding.
#[test]
fn backward_cost() {
    for Counted { sizes, network, x, y } in counted_cases() {
        let (mut forward, mut count) = (0, 0);
        let outputs = counted_forward(&network, &x, &mut forward);
        let trace = network.trace(x.view());
        let mut by_a = Loss::MeanSquaredError.gradient(trace.output(), y.view());
        let gradients = network.backward(x.view(), &trace, by_a.clone());
        for l in (0..network.layers.len()).rev() {
            let delta = &by_a * &outputs[l + 1].mapv(|a| 1.0 - a * a); // the slope of tanh
            let by_weights = counted(&outputs[l].t().to_owned(), &delta, &mut count);
            assert_all_close(&gradients.layers[l].weights, &by_weights, 1e-13);
            if l > 0 {
                by_a = counted(&delta, &network.layers[l].dense.weights.t().to_owned(), &mut count);
            }
        }
        assert_eq!(count, 2 * forward - x.nrows() * sizes[0] * sizes[1]);
    }
}

/// To nudge each of P parameters takes one forward pass without a nudge and one for each: counted
/// while finding the library's gradient. 1e-5: one-sided differences with h = 1e-6.
#[test]
fn nudging_cost() {
    for Counted { network, x, y, .. } in counted_cases() {
        let (mut one_pass, mut count) = (0, 0);
        counted_forward(&network, &x, &mut one_pass);
        let trace = network.trace(x.view());
        let by_a = Loss::MeanSquaredError.gradient(trace.output(), y.view());
        let gradients = network.backward(x.view(), &trace, by_a);
        let mut loss = |network: &Network<f64>| {
            let outputs = counted_forward(network, &x, &mut count);
            forward::mean_squared_error(outputs[outputs.len() - 1].view(), y.view())
        };
        let (before, mut nudged) = (loss(&network), network.clone());
        for (list, slopes) in gradients.slices().into_iter().enumerate() {
            for (entry, &by_theta) in slopes.iter().enumerate() {
                nudged.parameters_mut()[list][entry] += 1e-6;
                assert_close((loss(&nudged) - before) / 1e-6, by_theta, 1e-5);
                nudged.parameters_mut()[list][entry] = network.parameters()[list][entry];
            }
        }
        assert_eq!(count, (network.parameter_count() + 1) * one_pass);
    }
}

/// The error of a slope by one nudge is h/2 times the second derivative: of exp, exp; of sin, −sin.
/// 1 %: the next term is h/3 of the first one, or less than h/2 where the sine is large.
#[test]
fn one_sided_difference_error() {
    for h in [0.02, 0.01, 0.001, 1e-4] {
        for x in [-2.0, -0.3, 0.0, 1.0, 3.0_f64] {
            assert_relative(((x + h).exp() - x.exp()) / h - x.exp(), h / 2.0 * x.exp(), 0.01);
        }
        for x in [-2.0, -1.0, 1.0, 1.5, 2.5_f64] {
            assert_relative(((x + h).sin() - x.sin()) / h - x.cos(), h / 2.0 * -x.sin(), 0.01);
        }
    }
}

/// For tiny steps the error is that of rounding: each of the two values is off by half of ε|f| or a
/// little more, their difference by about ε|f|, and it is divided by 2h. The claim has twice that;
/// the error does reach a quarter of the claim.
#[test]
fn rounding_error() {
    let mut largest: f64 = 0.0;
    for x in points().into_iter().filter(|x| x.abs() < 5.0) {
        for h in [1e-8, 1e-9, 1e-10, 1e-11] {
            let error = library::central_difference(f64::exp, x, h) - x.exp();
            let claim = f64::EPSILON * x.exp() / h;
            assert!(error.abs() <= claim, "at {x}, {h:e}: {error:e}");
            largest = largest.max(error.abs() / claim);
        }
    }
    assert!(largest > 0.25, "the claim is too weak: at most {largest} of it was seen");
}

/// The sum of both errors is smallest at h = ∛(3ε|f| / |f‴|): on a grid of steps from a thousandth to
/// a thousand times that, each 1 % longer, no step does better. For any |f| and |f‴|.
#[test]
fn best_step_derived() {
    let mut generator = generator();
    for _ in 0..100 {
        let [size, third] = [(); 2].map(|()| (5.0 * number(&mut generator)).exp());
        let total = |h: f64| h * h / 6.0 * third + f64::EPSILON * size / h;
        let best = (3.0 * f64::EPSILON * size / third).cbrt();
        for percent in -700..=700 {
            let other = total(best * 1.01_f64.powi(percent));
            assert!(other >= total(best) * (1.0 - 1e-14), "{percent} % is better");
        }
    }
}

/// Less than h from the kink of ReLU, two points see the slope (x + h) / 2h, a mixture of 0 and 1; on
/// the kink ½. Farther off they see 0 or 1. 1e-13: rounding of x ± h, divided by h.
#[test]
fn kink_mixture() {
    for h in [1.0, 1e-3, 1e-6] {
        let seen = |x: f64| library::central_difference(|x| Activation::Relu.value(x), x, h);
        for x in (-99..100).map(|percent| h * f64::from(percent) / 100.0) {
            assert_close(seen(x), (x + h) / (2.0 * h), 1e-13);
        }
        assert_eq!(seen(0.0), 0.5);
        assert_close(seen(1.5 * h), 1.0, 1e-13);
        assert_eq!(seen(-1.5 * h), 0.0);
    }
}

/// The slopes of the loss of three neurons in a row by their three weights, each product written
/// out to its end. 1e-9: slopes by five points, away from the kinks.
#[test]
fn three_neurons() {
    let mut generator = generator();
    for f in Activation::ALL {
        let [x, y] = [0.7, 0.2];
        let biases: [f64; 3] = std::array::from_fn(|_| number(&mut generator));
        let weights: [f64; 3] = std::array::from_fn(|_| number(&mut generator));
        let pass = |weights: [f64; 3]| {
            let (mut z, mut a) = ([0.0; 3], [0.0; 3]);
            for l in 0..3 {
                z[l] = weights[l] * if l == 0 { x } else { a[l - 1] } + biases[l];
                a[l] = f.value(z[l]);
            }
            (z, a)
        };
        let (z, a) = pass(weights);
        if z.iter().any(|z| z.abs() < 0.01) {
            continue;
        }
        let [s1, s2, s3] = z.map(|z| f.derivative(z));
        let (by_a3, [_, w2, w3]) = (2.0 * (a[2] - y), weights);
        let printed =
            [by_a3 * s3 * w3 * s2 * w2 * s1 * x, by_a3 * s3 * w3 * s2 * a[0], by_a3 * s3 * a[1]];
        for (l, printed) in printed.into_iter().enumerate() {
            let loss = |w: f64| {
                let mut nudged = weights;
                nudged[l] = w;
                (pass(nudged).1[2] - y).powi(2)
            };
            assert_close(slope(loss, weights[l]), printed, 1e-9);
        }
    }
}

/// A small step against any list ĝ changes the loss by −η ĝ·g, which is −η |ĝ| |g| cos ψ; here ĝ is g
/// with its parts turned about by chance, from nearly right to wrong. Of what is left, half the step
/// leaves a quarter. Below 90° the loss falls, above it rises. 2 %: the next term of the loss.
#[test]
fn wrong_direction() {
    let mut generator = generator();
    let functions = (Activation::Tanh, Activation::Identity);
    let network = Network::new(&[4, 5, 3], functions, Initialization::Xavier, &mut generator);
    let (x, y) = (matrix(6, 4, &mut generator), matrix(6, 3, &mut generator));
    let loss = |network: &Network<f64>| {
        forward::mean_squared_error(network.forward(x.view()).view(), y.view())
    };
    let trace = network.trace(x.view());
    let output_gradient = Loss::MeanSquaredError.gradient(trace.output(), y.view());
    let g = Array1::from(network.backward(x.view(), &trace, output_gradient).slices().concat());
    let length = |list: &Array1<f64>| list.dot(list).sqrt();
    let (mut falls, mut rises) = (0, 0);
    for turned in [0.0, 0.3, 1.0, 3.0, 30.0].into_iter().flat_map(|by| [by; 20]) {
        let noise = vector(g.len(), &mut generator) * (length(&g) / (g.len() as f64).sqrt());
        let wrong = &g + turned * &noise;
        let change = |eta: f64| {
            let mut stepped = network.clone();
            let mut numbers = wrong.iter();
            for list in stepped.parameters_mut() {
                list.iter_mut().zip(&mut numbers).for_each(|(theta, g)| *theta -= eta * g);
            }
            loss(&stepped) - loss(&network)
        };
        let cosine = wrong.dot(&g) / (length(&wrong) * length(&g));
        let eta = 1e-3 / length(&wrong);
        let printed = |eta: f64| -eta * length(&wrong) * length(&g) * cosine;
        assert_close(printed(eta), -eta * wrong.dot(&g), 1e-15);
        let missed = |eta: f64| change(eta) - printed(eta);
        assert!(missed(eta).abs() < 1e-5, "η² times a curvature of at most 10");
        assert_relative(missed(eta), 4.0 * missed(eta / 2.0), 0.02);
        if cosine.abs() > 0.05 {
            assert_eq!(change(eta / 10.0) < 0.0, cosine > 0.0, "at the cosine {cosine}");
            *(if cosine > 0.0 { &mut falls } else { &mut rises }) += 1;
        }
    }
    assert!(falls > 40 && rises > 0, "{falls} and {rises} cases");
}
