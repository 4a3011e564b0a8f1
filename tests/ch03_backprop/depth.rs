//! The formulas of *What many layers do*.

use ch01_neuron::Activation;
use ch02_forward::{Dense, Initialization, Network};
use ch03_backprop::{ActivationBackward, DenseBackward, Tape};
use formulas::*;
use ndarray::{Array1, Array2};

/// ```math vanishing-gradient
/// \left|\frac{\partial\mathcal L}{\partial z^{(1)}}\right| \le
/// \left|\frac{\partial\mathcal L}{\partial z^{(L)}}\right| \, \prod_{l=2}^{L} \frac{|w^{(l)}|}{4}
/// ```
///
/// Down a chain of single sigmoid neurons, δ shrinks by |w|/4 or more at each: found on the tape, for
/// chains of 1 to 12. Where all z are 0, by exactly that. 1e-12: rounding.
#[test]
fn vanishing_gradient() {
    let _formula = formula!();
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
        assert_bound!(first <= bound * (1.0 + 1e-12), "{first} > {bound}");
        if at_zero {
            assert_relative(first, bound, 1e-12);
        }
    }
}

/// The mean of the squares.
fn mean_square(matrix: &Array2<f64>) -> f64 {
    matrix.iter().map(|x| x * x).sum::<f64>() / matrix.len() as f64
}

/// ```math backward-variance
/// \begin{aligned}
/// \operatorname{E} {\bigl( \delta^{(l)} \bigr)}^2
/// &= M_{l+1} \operatorname{Var} w^{(l+1)} \\
/// &\quad \cdot \operatorname{E} f'(z^{(l)})^2 \, \operatorname{E} {\bigl( \delta^{(l+1)} \bigr)}^2 \\
/// &= \frac{M_{l+1}}{M_l} \, \operatorname{E} {\bigl( \delta^{(l+1)} \bigr)}^2 \\
/// &\quad \text{for ReLU with } \operatorname{Var} w^{(l+1)} = \frac{2}{M_l}
/// \end{aligned}
/// ```
///
/// One step back multiplies the mean square of δ by the neurons of the later layer, the variance of
/// its weights and the mean square of the slopes, if δ and the slopes know nothing of the weights:
/// the mean over 2,000 draws of the weights, at widths that differ, for three functions and both
/// initializations. With ReLU and He's weights the factor is the quotient of the widths. 5 %: four
/// standard errors of such a mean are 1 to 4 %.
#[test]
fn backward_variance() {
    let _formula = formula!().allowing(0.06, "four standard errors of the mean over 2,000 draws");
    let mut generator = generator();
    for (here, later) in [(40, 10), (10, 40), (25, 25)] {
        for f in [Activation::Relu, Activation::Tanh, Activation::Sigmoid] {
            for start in [Initialization::He, Initialization::Xavier] {
                let (mut before, mut after, mut slopes) = (0.0, 0.0, 0.0);
                for _ in 0..2000 {
                    let weights: Array2<f64> = start.weights(here, later, &mut generator);
                    let dense = Dense { weights, bias: Array1::zeros(later) };
                    let (delta, z) =
                        (matrix(1, later, &mut generator), matrix(1, here, &mut generator));
                    let back = f.backward(z.view(), dense.input_gradient(delta.view()));
                    before += mean_square(&delta);
                    after += mean_square(&back);
                    slopes += mean_square(&z.mapv(|z| f.derivative(z)));
                }
                let [m, n] = [here as f64, later as f64];
                let variance = match start {
                    Initialization::He => 2.0 / m,
                    _ => 2.0 / (m + n),
                };
                assert_relative(after, n * variance * slopes / 2000.0 * before, 0.05);
                if (f, start) == (Activation::Relu, Initialization::He) {
                    assert_relative(after, n / m * before, 0.06);
                }
            }
        }
    }
    // a whole network: the factors of the layers between multiply to M_L / M_1
    let (sizes, functions) = ([30, 80, 40, 20], (Activation::Relu, Activation::Relu));
    let mut ratio = 0.0;
    for _ in 0..2000 {
        let network: Network<f64> =
            Network::new(&sizes, functions, Initialization::He, &mut generator);
        let x = matrix(1, sizes[0], &mut generator);
        let trace = network.trace(x.view());
        let last = matrix(1, sizes[3], &mut generator);
        let mut delta = last.clone();
        for l in [1, 0] {
            let by_a = network.layers[l + 1].dense.input_gradient(delta.view());
            delta = Activation::Relu.backward(trace.pre_activations[l].view(), by_a);
        }
        ratio += mean_square(&delta) / 2000.0;
    }
    assert_relative(ratio, 20.0 / 80.0, 0.06);
}
