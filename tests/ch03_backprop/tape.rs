//! The formulas of *A tape*.

use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{LossBackward, NetworkBackward, Tape, Variable};
use formulas::*;
use ndarray::Array2;

/// ```math tape-operations
/// \begin{aligned}
/// q &= q_1 + q_2: & \frac{\partial q}{\partial q_1} &= 1, & \frac{\partial q}{\partial q_2} &= 1 \\
/// q &= q_1 - q_2: & \frac{\partial q}{\partial q_1} &= 1, & \frac{\partial q}{\partial q_2} &= -1 \\
/// q
/// &= q_1 \, q_2: & \frac{\partial q}{\partial q_1} &= q_2, & \frac{\partial q}{\partial q_2} &= q_1 \\
/// q
/// &= q_1 / q_2: & \frac{\partial q}{\partial q_1} &= \frac{1}{q_2}, & \frac{\partial q}{\partial
/// q_2} &= -\frac{q}{q_2} \\
/// q &= -q_1: & \frac{\partial q}{\partial q_1} &= -1 \\
/// q &= e^{q_1}: & \frac{\partial q}{\partial q_1} &= q \\
/// q &= \ln q_1: & \frac{\partial q}{\partial q_1} &= \frac{1}{q_1} \\
/// q &= q_1^k: & \frac{\partial q}{\partial q_1} &= k \, q_1^{k-1} \\
/// q &= f(q_1): & \frac{\partial q}{\partial q_1} &= f'(q_1)
/// \end{aligned}
/// ```
///
/// A plus hands its gradient on, a times swaps its inputs, a quotient and the functions of one
/// number follow their rules: each against the slope of its operation. 1e-8: four points, of powers
/// and exponentials of up to a few hundred.
#[test]
fn tape_operations() {
    let _formula = formula!().allowing(1e-7, "slopes of fifth powers of numbers up to 5");
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
        for k in -2..=5 {
            let gradient = u.powi(k).backward();
            assert_close(gradient.with_respect_to(u), slope(|x| x.powi(k), x), 1e-7);
        }
        for f in Activation::ALL {
            let gradient = v.activate(f).backward();
            assert_close(gradient.with_respect_to(v), slope(|y| f.value(y), y), 1e-8);
        }
    }
}

/// ```math tape-agrees-with-layers
/// \begin{gathered}
/// \left.\frac{\partial\mathcal L}{\partial\theta}\right|_{\text{tape}}
/// = \left.\frac{\partial\mathcal L}{\partial\theta}\right|_{\text{layers}} \\
/// \text{for every weight and bias } \theta
/// \end{gathered}
/// ```
///
/// The tape, which knows only single numbers, finds the gradient that the layers' matrix formulas
/// give. Two walks back along it give the same. 1e-13: rounding in another order.
#[test]
fn tape_agrees_with_layers() {
    let _formula = formula!();
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
            assert_exact!(first.with_respect_to(parameter), second.with_respect_to(parameter));
        }
    }
}
