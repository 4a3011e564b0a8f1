//! The widgets of the module `curves`: points, planes and curves.

use crate::widget::Make;
use crate::{
    ch01_neuron, ch02_forward, ch03_backprop, ch04_optimizers, ch06_overfitting, ch08_tuning,
};

/// The figure that each widget stands over, and how it is made.
pub const WIDGETS: &[(&str, Make)] = &[
    ("ch01_neuron/line", ch01_neuron::plane::line),
    ("ch01_neuron/overview", ch01_neuron::activations::overview),
    ("ch02_forward/xor_hidden", ch02_forward::network::xor_hidden),
    ("ch02_forward/softmax", ch02_forward::softmax::softmax),
    ("ch03_backprop/graph", ch03_backprop::chain_rule::graph),
    ("ch03_backprop/steps", ch03_backprop::gradient_check::steps),
    ("ch03_backprop/xor-losses", ch03_backprop::xor_learned::losses),
    ("ch04_optimizers/zigzag", ch04_optimizers::quadratics::zigzag),
    ("ch04_optimizers/nesterov", ch04_optimizers::acceleration::nesterov),
    ("ch04_optimizers/saddle", ch04_optimizers::landscapes::saddle),
    ("ch04_optimizers/rosenbrock", ch04_optimizers::landscapes::rosenbrock),
    ("ch06_overfitting/polynomials", ch06_overfitting::polynomials::polynomials),
    ("ch06_overfitting/dropped-sum", ch06_overfitting::dropout::dropped_sum),
    ("ch08_tuning/range", ch08_tuning::range_test::range),
];
