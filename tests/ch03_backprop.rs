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

/// Near a point the loss is a straight line in each parameter, with the gradient as its slope. What
/// the line misses shrinks with the square of the nudge: half of it, a quarter. 5 %: the cubic term
/// is about h of the square one.
#[test]
fn first_order_change() {
    let mut generator = generator();
    let functions = (Activation::Tanh, Activation::Identity);
    let network = Network::new(&[3, 4, 2], functions, Initialization::Xavier, &mut generator);
    let (x, y) = (matrix(5, 3, &mut generator), distributions(5, 2, &mut generator));
    let loss = |network: &Network<f64>| {
        Loss::SoftmaxCrossEntropy.value(network.forward(x.view()).view(), y.view())
    };
    let trace = network.trace(x.view());
    let by_output = Loss::SoftmaxCrossEntropy.gradient(trace.output(), y.view());
    let gradients = network.backward(x.view(), &trace, by_output);
    for (s, i) in library::all_entries(&network) {
        let missed = |h: f64| {
            let mut nudged = network.clone();
            nudged.parameters_mut()[s][i] += h;
            loss(&nudged) - loss(&network) - h * gradients.slices()[s][i]
        };
        assert!(missed(1e-3).abs() < 1e-6, "h² times a curvature of at most 1");
        if missed(1e-3).abs() > 1e-8 {
            assert_relative(missed(1e-3), 4.0 * missed(5e-4), 0.05);
        }
    }
}

/// What two inputs get from a gate: slopes of L = sin q by each of them, and cos q is ∂L/∂q.
fn gate(q: fn(f64, f64) -> f64, slopes: fn(f64, f64) -> (f64, f64)) {
    let mut generator = generator();
    for _ in 0..300 {
        let (x, y) = (number(&mut generator), number(&mut generator));
        if (x - y).abs() > 0.01 {
            let by_q = q(x, y).cos();
            let (by_x, by_y) = slopes(x, y);
            assert_close(slope(|x| q(x, y).sin(), x), by_x * by_q, 1e-9);
            assert_close(slope(|y| q(x, y).sin(), y), by_y * by_q, 1e-9);
        }
    }
}

/// A plus hands its gradient on to both. 1e-9: slopes by five points.
#[test]
fn sum_gate() {
    gate(|x, y| x + y, |_, _| (1.0, 1.0));
}

/// A times hands on its gradient times the other input.
#[test]
fn product_gate() {
    gate(|x, y| x * y, |x, y| (y, x));
}

/// A max gives its gradient to the larger input, and nothing to the other.
#[test]
fn max_gate() {
    gate(f64::max, |x, y| if x > y { (1.0, 0.0) } else { (0.0, 1.0) });
}

/// A neuron of three inputs and its loss (a − y)², as a list of its numbers: w, b, x; and its δ.
fn neurons() -> impl Iterator<Item = (Activation, [f64; 7], f64)> {
    let mut generator = generator();
    Activation::ALL.into_iter().flat_map(move |f| {
        let numbers: [f64; 7] = std::array::from_fn(|_| number(&mut generator));
        let z = pre_activation(&numbers);
        (z.abs() > 0.05).then(|| (f, numbers, 2.0 * (f.value(z) - 0.5) * f.derivative(z)))
    })
}

fn pre_activation([w1, w2, w3, b, x1, x2, x3]: &[f64; 7]) -> f64 {
    w1 * x1 + w2 * x2 + w3 * x3 + b
}

/// The slope of a neuron's loss by one of its numbers.
fn neuron_slope(f: Activation, numbers: [f64; 7], index: usize) -> f64 {
    let nudged = |number: f64| {
        let mut nudged = numbers;
        nudged[index] = number;
        (f.value(pre_activation(&nudged)) - 0.5).powi(2)
    };
    slope(nudged, numbers[index])
}

/// The documents' two formulas: ∂L/∂w = δx and ∂L/∂b = δ. 1e-9: slopes by five points.
#[test]
fn neuron_gradient() {
    for (f, numbers, delta) in neurons() {
        for i in 0..3 {
            assert_close(neuron_slope(f, numbers, i), delta * numbers[4 + i], 1e-9);
        }
        assert_close(neuron_slope(f, numbers, 3), delta, 1e-9);
    }
}

/// ∂L/∂x = δw: what the neuron before this one is told. 1e-9: slopes by five points.
#[test]
fn neuron_input_gradient() {
    for (f, numbers, delta) in neurons() {
        for i in 0..3 {
            assert_close(neuron_slope(f, numbers, 4 + i), delta * numbers[i], 1e-9);
        }
    }
}

/// δ of a layer is δ of each neuron for each example: entry by entry, whatever the shape. For the
/// loss Σ cA, ∂L/∂A is c. 1e-15: two roundings.
#[test]
fn layer_delta() {
    let mut generator = generator();
    for (f, (batch, outputs, _)) in
        Activation::ALL.into_iter().flat_map(|f| SHAPES.map(|shape| (f, shape)))
    {
        let (z, c) =
            (matrix(batch, outputs, &mut generator), matrix(batch, outputs, &mut generator));
        let delta = f.backward(z.view(), c.clone());
        for ((index, &delta), &z) in delta.indexed_iter().zip(&z) {
            assert_close(delta, c[index] * f.derivative(z), 1e-15);
        }
    }
}

/// z_rj changes with w_ij by x_ri, with b_j by 1, with x_ri by w_ij; and not at all with the weights
/// of another neuron, nor with another example. 1e-9: slopes by five points.
#[test]
fn pre_activation_slopes() {
    for (dense, x, _) in layers() {
        let (r, i, j) = (x.nrows() - 1, x.ncols() - 1, dense.bias.len() - 1);
        let z = |dense: &Dense<f64>, x: &Array2<f64>| dense.forward(x.view())[[r, j]];
        let by_weights = slopes(
            |weights| z(&Dense { weights: weights.clone(), bias: dense.bias.clone() }, &x),
            &dense.weights,
        );
        let by_bias = slopes(
            |bias| z(&Dense { weights: dense.weights.clone(), bias: bias.clone() }, &x),
            &dense.bias,
        );
        let by_inputs = slopes(|x| z(&dense, x), &x);
        assert_close(by_weights[[i, j]], x[[r, i]], 1e-9);
        assert_close(by_bias[j], 1.0, 1e-9);
        assert_close(by_inputs[[r, i]], dense.weights[[i, j]], 1e-9);
        for k in 0..j {
            assert_close(by_weights[[i, k]], 0.0, 1e-9);
        }
        for other in 0..r {
            assert_close(by_inputs[[other, i]], 0.0, 1e-9);
        }
    }
}

/// ∂L/∂w_ij = Σ_r x_ri δ_rj: the sum written out is the slope by that weight alone. 1e-9: slopes by
/// five points.
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
}

/// ∂L/∂x_ri = Σ_j δ_rj w_ij: the sum written out is the slope by that input alone.
#[test]
fn input_gradient_by_index() {
    for (dense, x, delta) in layers() {
        for (r, i) in (0..x.nrows()).flat_map(|r| (0..x.ncols()).map(move |i| (r, i))) {
            let sum: f64 =
                (0..dense.bias.len()).map(|j| delta[[r, j]] * dense.weights[[i, j]]).sum();
            let loss = |number: f64| {
                let mut nudged = x.clone();
                nudged[[r, i]] = number;
                (&delta * &dense.forward(nudged.view())).sum()
            };
            assert_close(slope(loss, x[[r, i]]), sum, 1e-9);
        }
    }
}

/// The gradient of a batch is the sum of those of its examples, each of them a column times a row.
/// 1e-13: sixteen roundings.
#[test]
fn sum_of_examples() {
    for (dense, x, delta) in layers() {
        let mut sum = Array2::zeros(dense.weights.dim());
        for (x, delta) in x.rows().into_iter().zip(delta.rows()) {
            let column = x.insert_axis(Axis(1));
            sum = sum + column.dot(&delta.insert_axis(Axis(0)));
        }
        assert_all_close(&dense.backward(x.view(), delta.view()).weights, &sum, 1e-13);
    }
}

/// The gradients by the logits of a row add up to 0, since softmax does not change when all of them
/// rise together; also for logits of ±1000. 1e-15: rounding of numbers below 1.
#[test]
fn logit_gradients_cancel() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let y = distributions(batch, classes, &mut generator);
        for scale in [0.0, 1.0, 1000.0] {
            let z = matrix(batch, classes, &mut generator) * scale;
            let gradient = library::softmax_cross_entropy_gradient(z.view(), y.view());
            for row in gradient.rows() {
                assert_close(row.sum(), 0.0, 1e-15);
            }
        }
    }
}

/// The squared error of a sigmoid has the slope 2 (σ − y) σ′. Where the answer is as wrong as it can
/// be, at z = −20 for the target 1, it is nearly 0; the cross-entropy pulls with −1. 1e-10: five
/// points.
#[test]
fn squared_error_stalls() {
    let (sigma, y) = (Activation::Sigmoid, 1.0);
    let formula = |z: f64| 2.0 * (sigma.value(z) - y) * sigma.derivative(z);
    for z in points().into_iter().filter(|z| z.abs() < 50.0) {
        assert_close(formula(z), slope(|z| (sigma.value(z) - y).powi(2), z), 1e-10);
    }
    assert!(formula(-20.0).abs() < 1e-8);
    let (z, y) = (array![[-20.0]], array![[1.0]]);
    let cross_entropy = library::binary_cross_entropy_gradient(z.view(), y.view())[[0, 0]];
    assert_close(cross_entropy, -1.0, 1e-8);
}

/// In a chain of single sigmoid neurons δ shrinks by |w| / 4 or more at each layer. Both deltas by
/// five points: nudging the bias of a layer is nudging its z.
#[test]
fn vanishing_gradient() {
    let mut generator = generator();
    for _ in 0..100 {
        let depth = 6;
        let weights: Vec<f64> = (0..depth).map(|_| 2.0 * number(&mut generator)).collect();
        let biases: Vec<f64> = (0..depth).map(|_| number(&mut generator)).collect();
        let loss = |layer: usize, nudge: f64| {
            let through = |a: f64, l: usize| {
                let z = weights[l] * a + biases[l] + if l == layer { nudge } else { 0.0 };
                Activation::Sigmoid.value(z)
            };
            (0..depth).fold(0.7, through).powi(2)
        };
        let delta = |layer: usize| slope(|nudge| loss(layer, nudge), 0.0);
        let bound: f64 = weights[1..].iter().map(|w| w.abs() / 4.0).product();
        assert!(delta(0).abs() <= delta(depth - 1).abs() * bound + 1e-10);
    }
}

/// The multiplications of a product of two matrices by its definition, counted one by one.
fn multiplications(left: (usize, usize), right: (usize, usize)) -> usize {
    assert_eq!(left.1, right.0);
    let mut count = 0;
    for _entry in 0..left.0 * right.1 {
        for _inner in 0..left.1 {
            count += 1;
        }
    }
    count
}

/// Sizes of networks, a batch for each, and what a pass multiplies: forward XW in each layer;
/// backward Xᵀδ in each layer, and δWᵀ in each but the first.
fn counted() -> impl Iterator<Item = (Vec<usize>, usize, usize, usize)> {
    let sizes = [vec![3, 2], vec![2, 16, 16, 3], vec![784, 128, 10]];
    sizes.into_iter().zip([1, 5, 2]).map(|(sizes, n)| {
        let (mut forward, mut backward) = (0, 0);
        for (l, pair) in sizes.windows(2).enumerate() {
            forward += multiplications((n, pair[0]), (pair[0], pair[1]));
            backward += multiplications((pair[0], n), (n, pair[1]));
            if l > 0 {
                backward += multiplications((n, pair[1]), (pair[1], pair[0]));
            }
        }
        (sizes, n, forward, backward)
    })
}

/// A forward pass multiplies each number that goes into a layer with each of its neurons.
#[test]
fn forward_cost() {
    for (sizes, n, forward, _) in counted() {
        let formula: usize = sizes.windows(2).map(|pair| pair[0] * pair[1]).sum();
        assert_eq!(forward, n * formula);
    }
}

/// The way back multiplies twice as much, but for the gradient by the network's inputs.
#[test]
fn backward_cost() {
    for (sizes, n, forward, backward) in counted() {
        assert_eq!(backward, 2 * forward - n * sizes[0] * sizes[1]);
    }
}

/// Nudging needs a forward pass for each parameter, and one more: counted in the loss itself.
#[test]
fn nudging_cost() {
    let mut generator = generator();
    let functions = (Activation::Tanh, Activation::Identity);
    let mut network = Network::new(&[2, 4, 3], functions, Initialization::Xavier, &mut generator);
    let (x, y) = (matrix(5, 2, &mut generator), distributions(5, 3, &mut generator));
    let mut passes = 0;
    let mut loss = |network: &Network<f64>| {
        passes += 1;
        Loss::SoftmaxCrossEntropy.value(network.forward(x.view()).view(), y.view())
    };
    let before = loss(&network);
    for (s, i) in library::all_entries(&network) {
        network.parameters_mut()[s][i] += 1e-5;
        let _slope = (loss(&network) - before) / 1e-5;
        network.parameters_mut()[s][i] -= 1e-5;
    }
    assert_eq!(passes, network.parameter_count() + 1);
}

/// To one side the error is h/2 times the second derivative: half of h, half of the error. Of exp,
/// the second derivative is exp. 1 %: the next term is h/3 of the first one.
#[test]
fn one_sided_difference_error() {
    for x in [-2.0, -0.3, 0.0, 1.0, 3.0_f64] {
        for h in [0.02, 0.01, 0.005, 0.0025] {
            let error = ((x + h).exp() - x.exp()) / h - x.exp();
            assert_relative(error, h / 2.0 * x.exp(), 0.01);
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

/// The sum of both errors, by brute force over a grid of steps: no step is better than the formula's,
/// and the best of the grid lies beside it. 1 %: the grid.
#[test]
fn best_step_derived() {
    for (size, third) in [(1.0, 1.0), (0.5, 0.1), (100.0, 1e-3), (1e-3, 50.0)] {
        let total = |h: f64| h * h / 6.0 * third + f64::EPSILON * size / h;
        let best = (3.0 * f64::EPSILON * size / third).cbrt();
        let grid = (-8000..=0).map(|k| 10f64.powf(f64::from(k) / 1000.0));
        let found = grid.min_by(|&g, &h| total(g).total_cmp(&total(h))).unwrap();
        assert_relative(found, best, 0.01);
        assert!(total(best) <= total(found));
    }
}

/// Two points on different sides of the kink of a ReLU see a share of its slope 1: (x + h) / 2h.
#[test]
fn kink_mixture() {
    for h in [1.0, 1e-3, 1e-6] {
        for share in [-0.999, -0.5, 0.0, 0.3, 0.999] {
            let x = share * h;
            let seen = library::central_difference(ch01_neuron::relu, x, h);
            assert_close(seen, (x + h) / (2.0 * h), 1e-9);
        }
        assert_eq!(library::central_difference(ch01_neuron::relu, 2.0 * h, h), 1.0);
        assert_eq!(library::central_difference(ch01_neuron::relu, -2.0 * h, h), 0.0);
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
