//! Whole networks against finite differences, parameter by parameter; and gradients with a mistake,
//! which the check must find.
//!
//! The step function is left out: its slope is 0 wherever it has one, so the gradients of all that
//! lies before it are 0 too. The check would confirm them, and yet no network learns by them.
//!
//! What a check can see is limited by rounding. A loss of about 1 is known to ε = 2e-16, a few times
//! that after the sums of a forward pass. Divided by 2h = 2.4e-5 this makes an error of about 3e-11
//! in a slope by two points, which is 1e-8 of a slope of 0.003. So slopes below 1/100 are compared by
//! their absolute difference, as if they were that large: 1/100 is the *floor*. Five points, with
//! h = 5e-4, see more, and put the floor at 1/1000.

use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss, Network, one_hot, softmax};
use ch03_backprop::{
    ActivationBackward, DenseBackward, DenseGradient, GradientCheck, GradientMismatch, Gradients,
    LossBackward, NetworkBackward, Tape, all_entries, cross_entropy_gradient, relative_error,
};
use formulas::*;
use ndarray::{Array1, Array2, Axis};
use rand::RngExt;

/// A network, a batch for it, and its loss.
struct Case {
    network: Network<f64>,
    inputs: Array2<f64>,
    targets: Array2<f64>,
    loss: Loss,
}

impl Case {
    fn loss_of(&self, network: &Network<f64>) -> f64 {
        self.loss.value(network.forward(self.inputs.view()).view(), self.targets.view())
    }

    fn gradients(&self) -> Gradients<f64> {
        let trace = self.network.trace(self.inputs.view());
        let output_gradient = self.loss.gradient(trace.output(), self.targets.view());
        self.network.backward(self.inputs.view(), &trace, output_gradient)
    }

    fn check(
        &self,
        check: GradientCheck<f64>,
        gradients: &Gradients<f64>,
    ) -> Result<f64, GradientMismatch> {
        let entries = all_entries(&self.network);
        check.network(&self.network, gradients, entries, |network| self.loss_of(network))
    }
}

/// Small networks with each activation function (but the step) in the hidden layers, and with it or
/// none in the last; each loss, with targets that suit it; batches of one and of six.
fn small_networks() -> Vec<(Activation, Case)> {
    let mut generator = generator();
    let mut cases = Vec::new();
    let activations = Activation::ALL.into_iter().filter(|&f| f != Activation::Step);
    for (f, loss, batch) in activations
        .flat_map(|f| Loss::ALL.map(|loss| (f, loss)))
        .flat_map(|(f, l)| [1, 6].map(|n| (f, l, n)))
    {
        for last in [f, Activation::Identity] {
            let start = Initialization::Normal(0.5);
            let mut network = Network::new(&[3, 5, 4, 3], (f, last), start, &mut generator);
            for layer in &mut network.layers {
                layer.dense.bias = vector(layer.dense.bias.len(), &mut generator) * 0.3;
            }
            let inputs = matrix(batch, 3, &mut generator) * 0.5;
            let targets = match loss {
                Loss::MeanSquaredError => matrix(batch, 3, &mut generator) * 0.5,
                Loss::BinaryCrossEntropy | Loss::SoftmaxCrossEntropy => {
                    distributions(batch, 3, &mut generator)
                }
            };
            cases.push((f, Case { network, inputs, targets, loss }));
        }
    }
    cases
}

fn has_kink(activation: Activation) -> bool {
    matches!(activation, Activation::Relu | Activation::LeakyRelu)
}

#[test]
fn every_parameter_of_small_networks_agrees_to_1e_8_where_the_activation_is_smooth() {
    let step = 2.0 * f64::EPSILON.cbrt(); // tanh bends little here: a longer step rounds less
    let check = GradientCheck { tolerance: 1e-8, floor: 1e-2, step };
    for (activation, case) in small_networks() {
        if !has_kink(activation) {
            let outcome = case.check(check, &case.gradients());
            assert!(outcome.is_ok(), "{activation:?}, {:?}: {}", case.loss, outcome.unwrap_err());
        }
    }
}

/// Between two kinks a ReLU network is smooth too. But a step that carries some pre-activation over
/// its kink compares the gradient with a mixture of two slopes; see `GradientCheck::entry`.
#[test]
fn every_parameter_of_small_networks_agrees_to_1e_6_where_the_activation_has_a_kink() {
    let check = GradientCheck { tolerance: 1e-6, floor: 1e-3, ..GradientCheck::default() };
    for (activation, case) in small_networks() {
        if has_kink(activation) {
            let outcome = case.check(check, &case.gradients());
            assert!(outcome.is_ok(), "{activation:?}, {:?}: {}", case.loss, outcome.unwrap_err());
        }
    }
}

/// The sharper check: with slopes from five points, relative errors stay below 1e-8 for all
/// gradients from 1/1000 upward, without any help from the library's own check.
#[test]
fn five_points_confirm_every_smooth_gradient_down_to_a_thousandth() {
    for (activation, case) in small_networks().into_iter().filter(|(f, _)| !has_kink(*f)) {
        let gradients = case.gradients();
        let mut nudged = case.network.clone();
        for (s, i) in all_entries(&case.network) {
            let (parameter, gradient) = (case.network.parameters()[s][i], gradients.slices()[s][i]);
            let by_points = slope(
                |x| {
                    nudged.parameters_mut()[s][i] = x;
                    case.loss_of(&nudged)
                },
                parameter,
            );
            nudged.parameters_mut()[s][i] = parameter;
            let error = relative_error(gradient, by_points, 1e-3);
            assert!(error < 1e-8, "{activation:?}, {:?}, list {s}[{i}]: {error:e}", case.loss);
        }
    }
}

/// 784-128-10, ReLU, softmax and cross-entropy, at its start, on a batch of eight with four in five
/// pixels 0: three hundred parameters of each matrix of weights and each vector of biases, or all if
/// there are fewer. Of a weight of the first layer whose pixel is 0 in all eight images, gradient and
/// slope are both 0.
#[test]
fn hundreds_of_each_kind_of_parameter_of_the_documents_network_agree_to_1e_6() {
    let mut generator = generator();
    let functions = (Activation::Relu, Activation::Identity);
    let network = Network::new(&[784, 128, 10], functions, Initialization::He, &mut generator);
    let inputs = sparse_matrix(8, 784, &mut generator).mapv(|x| x.abs().min(1.0));
    let targets = one_hot(&labels(8, 10, &mut generator), 10);
    let case = Case { network, inputs, targets, loss: Loss::SoftmaxCrossEntropy };

    let gradients = case.gradients();
    let mut entries = Vec::new();
    for (s, slice) in case.network.parameters().into_iter().enumerate() {
        match slice.len() {
            ..=300 => entries.extend((0..slice.len()).map(|i| (s, i))),
            count => entries.extend((0..300).map(|_| (s, generator.random_range(0..count)))),
        }
    }
    let check = GradientCheck { tolerance: 1e-6, floor: 1e-3, ..GradientCheck::default() };
    let outcome = check.network(&case.network, &gradients, entries.iter().copied(), |network| {
        case.loss_of(network)
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    let not_zero = entries.iter().filter(|(s, i)| gradients.slices()[*s][*i] != 0.0).count();
    assert!(not_zero > 250, "only {not_zero} of {} gradients are not 0", entries.len());
}

/// A ReLU with one weight, one input of 1, and a bias of 0: z is the weight.
fn one_relu(weight: f64) -> Case {
    let functions = (Activation::Relu, Activation::Relu);
    let mut network = Network::new(&[1, 1], functions, Initialization::Zeros, &mut generator());
    network.layers[0].dense.weights.fill(weight);
    let (inputs, targets) = (Array2::ones((1, 1)), Array2::from_elem((1, 1), -1.0));
    Case { network, inputs, targets, loss: Loss::MeanSquaredError }
}

/// At 2e-7 from the kink, the usual step of 6e-6 sees half of the slope right of it and half of the
/// slope left of it. The step that is a hundred times smaller stays on one side.
#[test]
fn a_kink_near_by_does_not_disturb_the_check() {
    for weight in [2e-7, -2e-7] {
        let case = one_relu(weight);
        assert!(case.check(GradientCheck::default(), &case.gradients()).is_ok());
    }
}

/// Where z is 0 itself, there is no slope to compare with: right of it the loss climbs, left of it
/// it does not, and two points always see the mean of both. No correct gradient could pass.
#[test]
fn a_parameter_on_a_kink_cannot_be_checked() {
    let case = one_relu(0.0);
    let mismatch = case.check(GradientCheck::default(), &case.gradients()).unwrap_err();
    assert_eq!((mismatch.analytic, mismatch.parameter.as_str()), (0.0, "weights of layer 0[0, 0]"));
    assert_close(mismatch.numeric, 1.0, 1e-4); // half of the slope 2 (a + 1) = 2
}

// -------------------------------------------------------------------------- broken on purpose --

/// What can go wrong in a backward pass that still looks right.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mistake {
    /// None at all: to show that the pass below is right otherwise.
    Nothing,
    /// δW in place of δWᵀ; the weights are square, so the shapes agree.
    DroppedTranspose,
    /// The sum over the batch in place of the mean.
    MissingMean,
    /// `=` in place of `+=` in the sum over the batch, so that only its last example counts.
    LastExampleOfWeights,
    /// The same for the bias.
    LastExampleOfBias,
    /// ∂L/∂P handed on as if it were ∂L/∂Z: softmax without its Jacobian.
    NoJacobian,
    /// The documents' δ = ∂L/∂z · f′(z): the slope of the activation once too often.
    PrintedDelta,
    /// δ = ∂L/∂a: the slope of the activation forgotten.
    ForgottenSlope,
    /// f′(a) in place of f′(z).
    SlopeOfOutput,
    /// The gradients of the first two layers in the wrong order.
    SwappedLayers,
    /// y − p in place of p − y.
    WrongSign,
}

/// The backward pass of a network with softmax and cross-entropy, written out, with one mistake.
fn backward_with(mistake: Mistake, case: &Case) -> Gradients<f64> {
    let (network, targets) = (&case.network, case.targets.view());
    let trace = network.trace(case.inputs.view());
    let mut by_a = case.loss.gradient(trace.output(), targets);
    match mistake {
        Mistake::MissingMean => by_a *= targets.nrows() as f64,
        Mistake::NoJacobian => {
            by_a = cross_entropy_gradient(softmax(trace.output()).view(), targets);
        }
        Mistake::WrongSign => by_a = -by_a,
        _ => {}
    }
    let mut layers = Vec::new();
    for (index, layer) in network.layers.iter().enumerate().rev() {
        let (f, z) = (layer.activation, &trace.pre_activations[index]);
        let delta = match mistake {
            Mistake::PrintedDelta => f.backward(z.view(), f.backward(z.view(), by_a)),
            Mistake::ForgottenSlope => by_a,
            Mistake::SlopeOfOutput => f.backward(trace.activations[index].view(), by_a),
            _ => f.backward(z.view(), by_a),
        };
        let inputs = trace.inputs_of(index, case.inputs.view());
        let last = |rows: Array2<f64>| rows.row(rows.nrows() - 1).insert_axis(Axis(0)).to_owned();
        let weights = match mistake {
            Mistake::LastExampleOfWeights => last(inputs.to_owned())
                .t()
                .dot(&last(delta.clone()))
                .as_standard_layout()
                .into_owned(),
            _ => inputs.t().dot(&delta).as_standard_layout().into_owned(),
        };
        let bias: Array1<f64> = match mistake {
            Mistake::LastExampleOfBias => delta.row(delta.nrows() - 1).to_owned(),
            _ => delta.sum_axis(Axis(0)),
        };
        layers.push(DenseGradient { weights, bias });
        by_a = match mistake {
            Mistake::DroppedTranspose => delta.dot(&layer.dense.weights),
            _ => layer.dense.input_gradient(delta.view()),
        };
    }
    layers.reverse();
    if mistake == Mistake::SwappedLayers {
        layers.swap(0, 1);
    }
    Gradients { layers }
}

/// What the usual check says of a backward pass with this mistake: a network whose weights are all
/// 4 × 4, softmax and cross-entropy, a batch of five.
fn outcome(mistake: Mistake) -> Result<f64, GradientMismatch> {
    let mut generator = generator();
    let functions = (Activation::Sigmoid, Activation::Identity);
    let network =
        Network::new(&[4, 4, 4, 4], functions, Initialization::Normal(1.0), &mut generator);
    let inputs = matrix(5, 4, &mut generator);
    let targets = distributions(5, 4, &mut generator);
    let case = Case { network, inputs, targets, loss: Loss::SoftmaxCrossEntropy };
    case.check(GradientCheck::default(), &backward_with(mistake, &case))
}

/// Fails unless the check names a parameter that begins so, and is far from satisfied.
#[track_caller]
fn assert_found(mistake: Mistake, parameter: &str) {
    let mismatch = outcome(mistake).expect_err("a broken gradient passed the check");
    assert!(mismatch.parameter.starts_with(parameter), "{mistake:?}: {mismatch}");
    assert!(mismatch.relative_error > 1e-3, "{mistake:?}: {mismatch}");
    assert!(mismatch.to_string().contains(&mismatch.parameter));
}

#[test]
fn the_pass_that_the_mistakes_are_put_into_is_right() {
    assert!(outcome(Mistake::Nothing).is_ok());
}

#[test]
fn a_dropped_transpose_is_found_even_where_the_shapes_agree() {
    assert_found(Mistake::DroppedTranspose, "weights of layer 0[0, 0]");
}

#[test]
fn a_missing_mean_over_the_batch_is_found() {
    assert_found(Mistake::MissingMean, "weights of layer 0[0, 0]");
}

#[test]
fn a_sum_over_the_batch_with_equals_for_plus_equals_is_found() {
    assert_found(Mistake::LastExampleOfWeights, "weights of layer 0[0, 0]");
    assert_found(Mistake::LastExampleOfBias, "bias of layer 0[0]");
}

#[test]
fn softmax_without_its_jacobian_is_found() {
    assert_found(Mistake::NoJacobian, "weights of layer 0[0, 0]");
}

#[test]
fn the_delta_that_the_documents_print_is_found() {
    assert_found(Mistake::PrintedDelta, "weights of layer 0[0, 0]");
}

#[test]
fn a_forgotten_slope_of_the_activation_is_found() {
    assert_found(Mistake::ForgottenSlope, "weights of layer 0[0, 0]");
    assert_found(Mistake::SlopeOfOutput, "weights of layer 0[0, 0]");
}

#[test]
fn gradients_of_layers_in_the_wrong_order_are_found() {
    assert_found(Mistake::SwappedLayers, "weights of layer 0[0, 0]");
}

#[test]
fn a_wrong_sign_is_found() {
    assert_found(Mistake::WrongSign, "weights of layer 0[0, 0]");
}

/// x is used twice in x · eˣ. With `=` for `+=` on the tape, the path that comes last wins.
#[test]
fn a_tape_that_forgets_the_first_use_of_a_variable_is_found() {
    let value = 0.8;
    let tape = Tape::new();
    let x = tape.variable(value);
    let result = x * x.exp();
    let overwritten = result.value / value; // what the factor x hands on, without that of eˣ
    let check = |analytic: f64| {
        GradientCheck::default().entry(|| "x".into(), analytic, value, |x| x * x.exp())
    };
    assert!(check(result.backward().with_respect_to(x)).is_ok());
    assert_eq!(check(overwritten).unwrap_err().parameter, "x");
}
