//! The formulas of *One neuron*.

use ch01_neuron::{Activation, Neuron};
use ch03_backprop::ActivationBackward;
use formulas::*;
use ndarray::{Array1, Array2, Axis, array};

/// ```math delta
/// \delta = \frac{\partial\mathcal L}{\partial z} = \frac{\partial\mathcal L}{\partial a} \, f'(z)
/// ```
///
/// δ = ∂L/∂z = ∂L/∂a · f′(z), entry by entry, for a loss that is a weighted sum of all a: its ∂L/∂a
/// are the weights. 1e-9: slopes by four points; no z is close to a kink.
#[test]
fn delta() {
    let _formula = formula!();
    let mut generator = generator();
    for (activation, (batch, outputs, _)) in
        Activation::ALL.into_iter().flat_map(|f| SHAPES.map(|shape| (f, shape)))
    {
        let z = matrix(batch, outputs, &mut generator).mapv(|z| z + 0.01_f64.copysign(z));
        let by_a = matrix(batch, outputs, &mut generator);
        let loss = |z: &Array2<f64>| (&by_a * &z.mapv(|z| activation.value(z))).sum();
        let delta = activation.backward(z.view(), by_a.clone());
        let page = page("delta").function("f'", |z| activation.derivative(z));
        let by_z = slopes(loss, &z);
        for (index, &z) in z.indexed_iter() {
            let named = [
                (r"\delta", delta[index]),
                (r"\frac{\partial\mathcal L}{\partial z}", by_z[index]),
            ];
            let further = [(r"\frac{\partial\mathcal L}{\partial a}", by_a[index]), ("z", z)];
            page.assert_close(&[named, further].concat(), 1e-9);
        }
        assert_all_close(&delta, &slopes(loss, &z), 1e-9);
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
        assert_bound!(z.abs() > 0.01, "{z} is close to a kink");
        let delta = 2.0 * (activation.value(z) - y) * activation.derivative(z);
        (neuron, x, y, delta)
    })
}

/// ```math neuron-gradient
/// \frac{\partial\mathcal L}{\partial w_i} = \delta \, x_i, \qquad
/// \frac{\partial\mathcal L}{\partial b} = \delta
/// ```
///
/// The derivative of a neuron's loss (a − y)² with respect to a weight is δ times the weight's
/// input, and to the bias it is δ. 1e-9: slopes by four points.
#[test]
fn neuron_gradient() {
    let _formula = formula!();
    for (neuron, x, y, delta) in neurons() {
        let loss = |weights: &Array1<f64>, bias: f64| {
            let nudged = Neuron { weights: weights.clone(), bias, ..neuron.clone() };
            (nudged.output(x.view()) - y).powi(2)
        };
        let by_weights = slopes(|weights| loss(weights, neuron.bias), &neuron.weights);
        assert_all_close(&by_weights, &(delta * &x), 1e-9);
        let of_weight = page("neuron-gradient").statement(0);
        for (&by_weight, &x) in by_weights.iter().zip(&x) {
            let slope = (r"\frac{\partial\mathcal L}{\partial w_i}", by_weight);
            of_weight.assert_close(&[slope, (r"\delta", delta), ("x_i", x)], 1e-9);
        }
        let by_bias = slope(|bias| loss(&neuron.weights, bias), neuron.bias);
        let of_bias = [(r"\frac{\partial\mathcal L}{\partial b}", by_bias), (r"\delta", delta)];
        page("neuron-gradient").statement(1).assert_close(&of_bias, 1e-9);
        assert_close(slope(|bias| loss(&neuron.weights, bias), neuron.bias), delta, 1e-9);
    }
}

/// ```math neuron-input-gradient
/// \frac{\partial\mathcal L}{\partial x_i} = \delta \, w_i
/// ```
///
/// The derivative of a neuron's loss (a − y)² with respect to an input is δ times the input's
/// weight. 1e-9: slopes by four points.
#[test]
fn neuron_input_gradient() {
    let _formula = formula!();
    for (neuron, x, y, delta) in neurons() {
        let by_inputs = slopes(|x| (neuron.output(x.view()) - y).powi(2), &x);
        assert_all_close(&by_inputs, &(delta * &neuron.weights), 1e-9);
        for (&by_input, &w) in by_inputs.iter().zip(&neuron.weights) {
            let slope = (r"\frac{\partial\mathcal L}{\partial x_i}", by_input);
            page("neuron-input-gradient")
                .assert_close(&[slope, (r"\delta", delta), ("w_i", w)], 1e-9);
        }
    }
}

/// ```math misprinted-delta
/// \begin{aligned}
/// \text{printed:} \quad & \delta = \frac{\partial\mathcal L}{\partial z} \, f'(z)
/// = \frac{\partial\mathcal L}{\partial a} \, f'(z)^2 \\
/// \text{correct:} \quad & \delta = \frac{\partial\mathcal L}{\partial a} \, f'(z)
/// \end{aligned}
/// ```
///
/// The article's formula, ∂L/∂z · f′(z), is ∂L/∂a · f′(z)², with f′ once too often: it misses the
/// true slope by the factor f′(z), a quarter or less for a sigmoid. The correct one is the true
/// slope. Only where f′ is 0 or 1 are both the same. 1e-10: slopes by four points, away from the
/// kinks.
#[test]
fn misprinted_delta() {
    let _formula = formula!();
    let by_a = 0.7;
    for f in Activation::ALL {
        for z in points().into_iter().filter(|z| z.abs() < 5.0 && z.abs() > 0.002) {
            let (by_z, slope_of_f) = (slope(|z| by_a * f.value(z), z), slope(|z| f.value(z), z));
            let printed = by_z * slope_of_f;
            let correct = f.backward(array![[z]].view(), array![[by_a]])[[0, 0]];
            assert_close(correct, by_z, 1e-10);
            assert_close(printed, by_a * f.derivative(z).powi(2), 1e-10);
            match f {
                Activation::Step | Activation::Identity | Activation::Relu => {
                    assert_close(printed, by_z, 1e-10);
                }
                Activation::Sigmoid => {
                    assert_bound!(
                        printed > 0.0 && printed < 0.26 * by_z,
                        "at {z} it is nearly right"
                    );
                }
                _ => {}
            }
        }
    }
    for f in [Activation::Tanh, Activation::LeakyRelu, Activation::Softplus, Activation::Gelu] {
        let z: f64 = if f == Activation::LeakyRelu { -1.0 } else { 1.0 };
        let error = (f.derivative(z).powi(2) - f.derivative(z)).abs();
        assert_bound!(error > 0.009, "{f:?} does not show the mistake: {error}");
    }
}
