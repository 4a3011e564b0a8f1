//! What every optimizer is given and what it does: one interface for all rules. Page: *Optimizers*
//! (`ch04_optimizers.md`).

use std::borrow::Cow;

use ch01_neuron::Real;
use ch02_forward::{Network, TransposedProduct};
use ch03_backprop::Gradients;

/// Parameters that may change, and how the loss changes with each of them.
#[derive(Debug)]
pub struct Parameter<'a, T> {
    /// θ
    pub values: &'a mut [T],
    /// g = ∂L/∂θ, of the same length
    pub gradient: Gradient<'a, T>,
}

/// How the loss changes with each of some parameters.
#[derive(Debug, Clone, Copy)]
pub enum Gradient<'a, T> {
    /// As numbers.
    Numbers(&'a [T]),
    /// As a product that has not been carried out, whose numbers stand row after row.
    Product(&'a TransposedProduct<'a, T>),
}

impl<'a, T: Real> Gradient<'a, T> {
    /// All the numbers.
    pub fn numbers(&self) -> Cow<'a, [T]> {
        match self {
            Self::Numbers(numbers) => Cow::Borrowed(numbers),
            Self::Product(product) => Cow::Owned(product.carry_out().into_iter().collect()),
        }
    }
}

impl<'a, T> Parameter<'a, T> {
    /// Parameters whose gradient is there, number by number.
    pub fn new(values: &'a mut [T], gradient: &'a [T]) -> Self {
        Self { values, gradient: Gradient::Numbers(gradient) }
    }
}

/// W and b of each layer of a network, each with its gradient.
pub fn parameters<'a, T: Real>(
    network: &'a mut Network<T>,
    gradients: &'a Gradients<T>,
) -> Vec<Parameter<'a, T>> {
    let (layers, given) = (network.layers.len(), gradients.layers.len());
    assert!(layers == given, "optimizer: a network of {layers} layers, gradients of {given}");
    let pairs = network.parameters_mut().into_iter().zip(gradients.slices());
    pairs.map(|(values, gradient)| Parameter::new(values, gradient)).collect()
}

/// A rule that changes parameters so that the loss falls.
pub trait Optimizer<T> {
    /// One step, of a size that `learning_rate` sets.
    ///
    /// An optimizer keeps a state for each parameter, made at the first step. It must be given
    /// the same parameters in the same order at every step.
    ///
    /// # Panics
    /// If a parameter and its gradient, or its state, are not of one length.
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>);

    /// A copy of the state.
    fn snapshot(&self) -> Snapshot<T>;

    /// Goes back to the state of a snapshot, which an optimizer of the same rule has given.
    ///
    /// # Panics
    /// If the snapshot has other vectors than this rule keeps.
    fn restore(&mut self, snapshot: Snapshot<T>);
}

/// The state of an optimizer, whatever its rule: enough to go on with an interrupted training.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot<T> {
    /// How many steps there have been.
    pub steps: i32,
    /// The state's vectors, parameter by parameter. Before the first step there are none.
    pub slots: Vec<Vec<T>>,
}
