//! The formulas of `ch08_tuning/transfer.md`.

use ch01_neuron::{Activation, normal_density};
use ch02_forward::{Dense, Initialization, Loss, Network};
use ch03_backprop::{LossBackward, NetworkBackward};
use ch04_optimizers::{Adam, Optimizer, Parameter, Sgd};
use ch05_mnist::{Model, train_step};
use ch08_tuning::Scaled;
use formulas::*;
use ndarray::{Array1, Array2};
use rand_chacha::ChaCha8Rng;

/// A network with two hidden layers of one width.
fn network(inputs: usize, width: usize, generator: &mut ChaCha8Rng) -> Network<f64> {
    let activations = (Activation::Relu, Activation::Identity);
    Network::new(&[inputs, width, width, 3], activations, Initialization::He, generator)
}

/// Some inputs with their targets.
fn batch(rows: usize, inputs: usize, generator: &mut ChaCha8Rng) -> (Array2<f64>, Array2<f64>) {
    let inputs = matrix(rows, inputs, generator);
    (inputs, Array2::from_shape_fn((rows, 3), |(r, j)| f64::from(u8::from(r % 3 == j))))
}

/// Adam without the small number that keeps its divisor from 0.
fn adam() -> Adam<f64> {
    Adam { epsilon: 0.0, ..Adam::default() }
}

/// ```math sign-step
/// \Delta z = - \eta \operatorname{sign}(\delta) \sum_{i=1}^{M} |x_i|
/// ```
///
/// A neuron's weights take Adam's first step by the gradient of one example, x δ; its pre-activation before
/// and after, against the page. Both signs of δ, tiny and huge ones; inputs of both signs, one input.
#[test]
fn sign_step() {
    let _formula = formula!();
    let mut generator = generator();
    for width in [1, 2, 32, 500] {
        for delta in [0.3, -2.0, 1e-9, -1e9] {
            for rate in [0.001, 0.5] {
                let inputs = vector(width, &mut generator);
                let weights = matrix(width, 1, &mut generator);
                let mut neuron = Dense { weights, bias: Array1::zeros(1) };
                let row = inputs.clone().insert_axis(ndarray::Axis(0));
                let before = neuron.forward(row.view())[[0, 0]];
                let gradient: Vec<f64> = inputs.iter().map(|x| x * delta).collect();
                let values = neuron.weights.as_slice_mut().unwrap();
                adam().step(rate, vec![Parameter::new(values, &gradient)]);
                let change = neuron.forward(row.view())[[0, 0]] - before;
                let named = [(r"\eta", rate), (r"\delta", delta), ("M", width as f64)];
                let page = page("sign-step")
                    .function(r"\operatorname{sign}", f64::signum)
                    .list("x", &inputs);
                // Numbers of up to 500 are subtracted: what is left is right to some 1e-13 of them.
                assert_close(page.value(1, &named), change, 1e-10);
            }
        }
    }
}

/// ```math aligned-terms
/// \operatorname{E} \Bigl( \sum_{i=1}^{M} w_i x_i \Bigr)^2 = \bigl( M + M (M - 1) \, \mathcal R \bigr) \operatorname{E} (w x)^2
/// ```
///
/// Terms that are 1 or −1, each independently the more often 1 the larger ℛ, so that the mean of the
/// product of two is ℛ: the mean square of their sum over all outcomes, by their probabilities. Independent
/// terms, equal ones, a single one.
#[test]
fn aligned_terms() {
    let _formula = formula!();
    for count in [1, 2, 5, 12_usize] {
        for correlation in [0.0, 0.01, 0.3, 0.9, 1.0_f64] {
            for size in [1.0, 0.02, 7.0] {
                let up = f64::midpoint(1.0, correlation.sqrt());
                let mean: f64 = (0..1_u32 << count)
                    .map(|outcome| {
                        let ups = outcome.count_ones() as i32;
                        let downs = count as i32 - ups;
                        let sum = size * f64::from(ups - downs);
                        up.powi(ups) * (1.0 - up).powi(downs) * sum * sum
                    })
                    .sum();
                let named = [
                    ("M", count as f64),
                    (r"\mathcal R", correlation),
                    (r"\operatorname{E} (w x)^2", size * size),
                ];
                assert_relative(page("aligned-terms").value(1, &named), mean, 1e-12);
            }
        }
    }
}

/// The hidden layer's weights in use, before and after one step by `optimizer`, and their gradient; the
/// multipliers are what they are.
fn stepped(
    model: &Scaled<f64>,
    optimizer: &mut dyn Optimizer<f64>,
    rate: f64,
    generator: &mut ChaCha8Rng,
) -> [Array2<f64>; 3] {
    let (inputs, targets) = batch(6, 4, generator);
    let network = model.network();
    let trace = network.trace(inputs.view());
    let output = Loss::SoftmaxCrossEntropy.gradient(trace.output(), targets.view());
    let gradients = network.backward(inputs.view(), &trace, output);
    let mut moved = model.clone();
    train_step(&mut moved, optimizer, rate, (inputs.view(), targets.view()), generator);
    let weights = |network: Network<f64>| network.layers[1].dense.weights.clone();
    [weights(network), weights(moved.network()), gradients.layers[1].weights.clone()]
}

/// A model whose hidden layer has this multiplier and He's weights in use.
fn with_multiplier(multiplier: f64, generator: &mut ChaCha8Rng) -> Scaled<f64> {
    let mut model = Scaled::standard(network(4, 8, generator));
    model.trained.layers[1].dense.weights /= multiplier;
    model.multipliers[1] = multiplier;
    model
}

/// ```math multiplier-step
/// \Delta w = \mathcal J \, \Delta \tilde w = - \mathcal J \, \eta \operatorname{sign}(g)
/// ```
///
/// The library's model and Adam's first step, against the sign of the gradient of the network in use, by
/// chapter 3; weights without a gradient (a neuron that is off) stay.
#[test]
fn multiplier_step() {
    let _formula = formula!();
    let mut generator = generator();
    for multiplier in [1.0, 0.03, 5.0] {
        let model = with_multiplier(multiplier, &mut generator);
        let mut optimizer = Adam { epsilon: 1e-300, ..Adam::default() }; // 0/0 is not wanted
        let [before, after, gradient] = stepped(&model, &mut optimizer, 0.01, &mut generator);
        for ((before, after), gradient) in before.iter().zip(&after).zip(&gradient) {
            let named = [(r"\mathcal J", multiplier), (r"\eta", 0.01), ("g", *gradient)];
            let expected = page("multiplier-step")
                .function(r"\operatorname{sign}", f64::signum)
                .value(2, &named);
            assert_close(if *gradient == 0.0 { 0.0 } else { expected }, after - before, 1e-12);
        }
    }
}

/// ```math multiplier-squared
/// \Delta w = \mathcal J \, \Delta \tilde w = - \mathcal J^2 \, \eta \, g
/// ```
///
/// The same with plain gradient descent.
#[test]
fn multiplier_squared() {
    let _formula = formula!();
    let mut generator = generator();
    for multiplier in [1.0, 0.03, 5.0] {
        let model = with_multiplier(multiplier, &mut generator);
        let mut optimizer = Sgd::default();
        let [before, after, gradient] = stepped(&model, &mut optimizer, 0.2, &mut generator);
        for ((before, after), gradient) in before.iter().zip(&after).zip(&gradient) {
            let named = [(r"\mathcal J", multiplier), (r"\eta", 0.2), ("g", *gradient)];
            let expected = page("multiplier-squared").value(2, &named);
            assert_close(expected, after - before, 1e-12);
        }
    }
}

/// ```math aligned-output
/// \operatorname{E} \sum_{i=1}^{M} |w_i| = M \sqrt{\frac{2}{\pi} \operatorname{Var} w}
/// ```
///
/// The mean of the absolute value of a normal number by an integral over its density. With He's variance
/// the sum grows with the root of the width; with that of the page, 2 M_base / M², it does not.
#[test]
fn aligned_output() {
    let _formula = formula!();
    let of_one = |deviation: f64| {
        integral(|u| (deviation * u).abs() * normal_density(u), 12.0)
            + integral(|u| (deviation * u).abs() * normal_density(u), 12.0)
    };
    let sum = |width: f64, variance: f64| {
        let named =
            [("M", width), (r"\operatorname{Var} w", variance), (r"\pi", std::f64::consts::PI)];
        page("aligned-output").value(1, &named)
    };
    for width in [1.0, 32.0, 1024.0] {
        for variance in [2.0 / width, 64.0 / (width * width), 1e-6] {
            assert_relative(sum(width, variance), width * of_one(variance.sqrt()), 1e-8);
        }
    }
    assert_relative(sum(1024.0, 2.0 / 1024.0) / sum(64.0, 2.0 / 64.0), 4.0, 1e-12);
    assert_relative(sum(1024.0, 64.0 / 1024_f64.powi(2)), sum(32.0, 64.0 / 32_f64.powi(2)), 1e-12);
}

/// ```math mup-scales
/// \mathcal J = \frac{M_{\text{base}}}{M}, \qquad \operatorname{Var} w_{\text{hidden}} = \frac{2}{M}, \qquad \operatorname{Var} w_{\text{out}} = \frac{2 M_{\text{base}}}{M^2}
/// ```
///
/// The library's multipliers, and the mean square of the weights in use over 40 networks each; what is
/// trained starts at the same size times 1/J.
#[test]
fn mup_scales() {
    let _formula = formula!().allowing(0.1, "mean squares of at least 3,840 random weights");
    let mut generator = generator();
    for (width, base) in [(32, 32), (64, 32), (256, 32), (16, 64)] {
        let named = [("M", width as f64), (r"M_{\text{base}}", base as f64)];
        let of = |statement: usize| page("mup-scales").statement(statement).value(1, &named);
        let mut squares = [0.0; 2];
        let networks = if width > 100 { 4 } else { 80 };
        for _ in 0..networks {
            let model = Scaled::maximal_update(network(2, width, &mut generator), base);
            assert_exact!(model.multipliers[0], 1.0);
            for layer in [1, 2] {
                assert_close(model.multipliers[layer], of(0), 1e-15);
                let weights = &model.network().layers[layer].dense.weights;
                let mean = weights.mapv(|weight| weight * weight).mean().unwrap();
                squares[layer - 1] += mean / f64::from(networks);
            }
        }
        assert_relative(squares[0], of(1), 0.1);
        assert_relative(squares[1], of(2), 0.1);
    }
}

/// ```math mup-change
/// \Delta z = - \operatorname{sign}(\delta) \, \eta \, M_{\text{base}} \cdot \frac{1}{M} \sum_{i=1}^{M} |a_i|
/// ```
///
/// A neuron of the second hidden layer, one example, one step of Adam on the numbers that are trained; only
/// its own weights are moved. The change of its pre-activation by the library's model, against the page: no
/// factor of the width but the mean of what comes in.
#[test]
fn mup_change() {
    let _formula = formula!();
    let mut generator = generator();
    for width in [32, 64, 512] {
        let model = Scaled::maximal_update(network(5, width, &mut generator), 32);
        let (inputs, targets) = batch(1, 5, &mut generator);
        let trace = model.network().trace(inputs.view());
        let (_, gradients) =
            model.loss_and_gradients((inputs.view(), targets.view()), &mut generator);
        let mut moved = model.clone();
        let gradient = gradients.layers[1].weights.as_slice().unwrap();
        let values = moved.trained.layers[1].dense.weights.as_slice_mut().unwrap();
        let mut optimizer = Adam { epsilon: 1e-300, ..Adam::default() };
        optimizer.step(0.01, vec![Parameter::new(values, gradient)]);
        let after = moved.network().trace(inputs.view());
        for neuron in 0..width {
            let delta = gradients.layers[1].bias[neuron]; // of one example
            if delta == 0.0 {
                continue; // it is off
            }
            let change = (&after.pre_activations[1] - &trace.pre_activations[1])[[0, neuron]];
            let activations = trace.activations[0].row(0);
            let page = page("mup-change")
                .function(r"\operatorname{sign}", f64::signum)
                .list("a", &activations);
            let named = [
                (r"\delta", delta),
                (r"\eta", 0.01),
                ("M", width as f64),
                (r"M_{\text{base}}", 32.0),
            ];
            assert_close(page.value(1, &named), change, 1e-10);
        }
    }
}
