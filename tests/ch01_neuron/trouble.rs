//! The formula of *When a neuron stops learning*.

use ch01_neuron::{Activation, Neuron};
use formulas::*;

/// ```math neuron-bias-gradient
/// \frac{d}{d b} \, \tfrac12 (a - y)^2 = (a - y) \, f'(z)
/// ```
///
/// The derivative of ½(a − y)² with respect to the bias is (a − y) f′(z), for every activation
/// function. Where f′ is 0, nothing pulls. 1e-9: slopes by four points, away from the kinks.
#[test]
fn neuron_bias_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for (activation, y) in Activation::ALL.into_iter().flat_map(|f| [0.0, 1.0].map(|y| (f, y))) {
        for bias in points().into_iter().filter(|bias| bias.abs() < 30.0) {
            let (weights, x) = (vector(3, &mut generator), vector(3, &mut generator));
            let neuron = |bias: f64| Neuron { weights: weights.clone(), bias, activation };
            let half_square = |bias: f64| 0.5 * (neuron(bias).output(x.view()) - y).powi(2);
            let z = neuron(bias).pre_activation(x.view());
            if z.abs() > 0.01 {
                let printed = (activation.value(z) - y) * activation.derivative(z);
                assert_close(slope(half_square, bias), printed, 1e-9);
                let page =
                    page("neuron-bias-gradient").function("f'", |z| activation.derivative(z));
                let slope = (r"\frac{d}{d b} \, \tfrac12 (a - y)^2", slope(half_square, bias));
                page.assert_close(&[slope, ("a", activation.value(z)), ("y", y), ("z", z)], 1e-9);
            }
        }
    }
}
