//! The formula of *Backpropagation*.

use ch01_neuron::Activation;
use ch02_forward::{self as forward, Initialization, Loss, Network};
use ch03_backprop::{LossBackward, NetworkBackward};
use formulas::*;

/// ```math first-order-change
/// \mathcal L(\theta + h) \approx \mathcal L(\theta) + h \, \frac{\partial \mathcal L}{\partial \theta}
/// ```
///
/// Nudged by h, the loss of a network changes by h times the derivative: for each parameter what is
/// left over is below h² in size, and half of h leaves a quarter of it. 3 %: the next term, h³.
#[test]
fn first_order_change() {
    let _formula = formula!().allowing(0.03, "the next term of the loss is of third order");
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
                assert_bound!(left_over.abs() <= 2.0 * h * h, "{left_over} for {h}");
                total += left_over.abs();
            }
        }
        total
    };
    for h in [0.04, 0.01, 0.0025] {
        assert_relative(total(h / 2.0), total(h) / 4.0, 0.03);
    }
}
