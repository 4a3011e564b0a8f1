//! The formulas of chapter 3, each checked with numbers.

use ch01_neuron::Activation;
use ch02_forward::{self as forward, Dense, Initialization, Loss, Network};
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
/// right cancel. For other functions, small steps come close. 1e-13: rounding, divided by h = 0.1.
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

/// Rounding adds about ε/h, so the two errors are about equal near h = ∛ε = 6e-6. Over a thousand
/// points, that h beats steps a hundred times larger and a hundred times smaller, by far.
#[test]
fn best_step() {
    let worst = |h: f64| {
        let error = |x: f64| (library::central_difference(f64::sin, x, h) - x.cos()).abs();
        points().into_iter().filter(|x| x.abs() < 10.0).map(error).fold(0.0, f64::max)
    };
    let best = f64::EPSILON.cbrt();
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

/// The formula as it is often printed, δ = ∂L/∂z · f′(z), has f′(z) once too often: it is the true
/// slope times f′(z), a quarter of it or less for a sigmoid. Only where f′ = 1 are both the same.
#[test]
fn delta_as_printed() {
    let (by_a, f) = (0.7, Activation::Sigmoid);
    for z in points().into_iter().filter(|z| z.abs() < 5.0) {
        let by_z = slope(|z| by_a * f.value(z), z);
        let printed = by_z * f.derivative(z);
        let mended = f.backward(array![[z]].view(), array![[by_a]])[[0, 0]];
        assert_close(mended, by_z, 1e-10);
        assert!(printed.abs() < 0.26 * by_z.abs(), "at {z} the printed formula is nearly right");
        assert_eq!(Activation::Identity.backward(array![[z]].view(), array![[by_a]])[[0, 0]], by_a);
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

/// ∂L/∂w_ij is the sum over the batch of x_ni δ_nj, which is entry (i, j) of Xᵀδ; and it is the
/// slope of the loss by that weight. 1e-13: sixteen roundings; 1e-9: slopes by five points.
#[test]
fn weight_gradient() {
    for (dense, x, delta) in layers() {
        let gradient = dense.backward(x.view(), delta.view()).weights;
        let by_indices = Array2::from_shape_fn(dense.weights.dim(), |(i, j)| {
            (0..x.nrows()).map(|n| x[[n, i]] * delta[[n, j]]).sum::<f64>()
        });
        assert_all_close(&gradient, &by_indices, 1e-13);
        let loss = |weights: &Array2<f64>| {
            let dense = Dense { weights: weights.clone(), bias: dense.bias.clone() };
            (&delta * &dense.forward(x.view())).sum()
        };
        assert_all_close(&gradient, &slopes(loss, &dense.weights), 1e-9);
    }
}

/// ∂L/∂b_j is the sum over the batch of δ_nj: the bias is used once by every example. And it is the
/// slope of the loss by that bias.
#[test]
fn bias_gradient() {
    for (dense, x, delta) in layers() {
        let gradient = dense.backward(x.view(), delta.view()).bias;
        let by_indices = Array1::from_shape_fn(dense.bias.len(), |j| {
            (0..x.nrows()).map(|n| delta[[n, j]]).sum::<f64>()
        });
        assert_all_close(&gradient, &by_indices, 1e-13);
        let loss = |bias: &Array1<f64>| {
            let dense = Dense { weights: dense.weights.clone(), bias: bias.clone() };
            (&delta * &dense.forward(x.view())).sum()
        };
        assert_all_close(&gradient, &slopes(loss, &dense.bias), 1e-9);
    }
}

/// ∂L/∂x_ni is the sum over the neurons of δ_nj w_ij, which is entry (n, i) of δWᵀ; and it is the
/// slope of the loss by that input.
#[test]
fn input_gradient() {
    for (dense, x, delta) in layers() {
        let gradient = dense.input_gradient(delta.view());
        let by_indices = Array2::from_shape_fn(x.dim(), |(n, i)| {
            (0..delta.ncols()).map(|j| delta[[n, j]] * dense.weights[[i, j]]).sum::<f64>()
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

/// Backward through softmax, each row takes its gradient g to p ⊙ (g − Σ pg), which is g times the
/// Jacobian, written out here with all its entries. 1e-14: rounding.
#[test]
fn softmax_backward() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let p = distributions(batch, classes, &mut generator);
        let g = matrix(batch, classes, &mut generator);
        let backward = library::softmax_backward(p.view(), g.view());
        for (n, p) in p.rows().into_iter().enumerate() {
            let column = p.to_owned().insert_axis(Axis(1));
            let jacobian = Array2::from_diag(&p) - &column * &column.t();
            assert_all_close(&backward.row(n), &g.row(n).dot(&jacobian), 1e-14);
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
/// Written out here with ndarray's products. 1e-13: rounding in three layers.
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
}

/// A plus hands its gradient on, a times swaps its inputs, a quotient and the functions of one
/// number follow their rules: each against the slope of its operation. 1e-9: five points.
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
            assert_close(gradient.by(u), slope(|x| f(x, y), x), 1e-8);
            assert_close(gradient.by(v), slope(|y| f(x, y), y), 1e-8);
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
        assert_close(result.backward().by(x), 2.0 * value + sigma + value * slope, 1e-14);
    }
}

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

/// The tape, which knows only single numbers, finds the gradient that the layers' matrix formulas
/// give. Two walks back along it give the same. 1e-13: rounding in another order.
#[test]
fn tape_agrees_with_layers() {
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
            assert_close(first.by(parameter), layers, 1e-13);
            assert_eq!(first.by(parameter), second.by(parameter));
        }
    }
}
