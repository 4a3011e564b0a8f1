//! Chapter 1: the neuron.
//!
//! A neuron adds up its inputs, each times a weight, and sends the sum through an activation
//! function. This crate has the neuron, the activation functions with their derivatives, and the
//! perceptron rule, by which a neuron learns from its mistakes.
//!
//! The modules, in the order of the pages:
//!
//! 1. [`neuron`]: a weighted sum, then an activation function (*The neuron*), and [`real`]: the two
//!    types of numbers, under one name (the same page);
//! 2. [`perceptron`]: the perceptron rule, which learns from mistakes, and the gates that it learns
//!    (*Learning from mistakes*);
//! 3. [`activations`]: eight activation functions, each with its derivative (*Eight activation
//!    functions*).

pub mod neuron;
pub mod real;
pub mod perceptron;
pub mod activations;

pub use activations::{
    Activation, LEAKY_SLOPE, gelu, gelu_derivative, identity, identity_derivative, leaky_relu,
    leaky_relu_derivative, normal_cdf, normal_density, relu, relu_derivative, sigmoid,
    sigmoid_derivative, softplus, softplus_derivative, step, step_derivative, tanh,
    tanh_derivative,
};
pub use neuron::Neuron;
pub use perceptron::{Gate, PerceptronRun, mistake_bound, perceptron_step, train_perceptron};
pub use real::Real;
