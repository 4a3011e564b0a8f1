//! The training step, fast. Page: *Where the time goes* (`ch05_mnist/speed.md`).
//!
//! [`Fast`] is a network that gives the same losses and takes the same steps as a plain
//! [`Network`], up to rounding: with the products of [`mod@crate::products`], with softmax and loss
//! in one pass, and with gradients that are computed row by row while the optimizer walks through
//! the weights. The plain one, of *The five steps*, is its judge.

use ch01_neuron::Real;
use ch02_forward::{Network, Trace};
use ch03_backprop::{ActivationBackward, DenseGradient, Gradients};
use ch04_optimizers::{Gradient, Parameter};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::Rng;

use crate::products::{Product, fast_product};
use crate::training::{Model, Recipe, Trainer};

/// A network that is trained fast, and used fast.
#[derive(Debug, Clone, PartialEq)]
pub struct Fast<T> {
    /// The network itself.
    pub network: Network<T>,
}

/// ∂L/∂W and ∂L/∂b of each layer; ∂L/∂W is a product that has not been carried out.
#[derive(Debug)]
pub struct FastGradients<T: Real> {
    /// In the order of the network's layers.
    pub layers: Vec<(Product<'static, T>, Array1<T>)>,
}

impl<T: Real> FastGradients<T> {
    /// The plain form, with all products carried out.
    pub fn carry_out(&self) -> Gradients<T> {
        let layers = self.layers.iter().map(|(weights, bias)| DenseGradient {
            weights: weights.carry_out(),
            bias: bias.clone(),
        });
        Gradients { layers: layers.collect() }
    }
}

/// The mean cross-entropy of softmax over a batch, and its gradient ∂L/∂Z = (P − Y) / n, in one
/// pass. Each row of `targets` adds up to 1. Both are `[batch × classes]`, and so is the gradient.
///
/// # Panics
/// If the shapes differ.
pub fn softmax_and_loss<T: Real>(logits: ArrayView2<T>, targets: ArrayView2<T>) -> (T, Array2<T>) {
    let (shape, target_shape) = (logits.dim(), targets.dim());
    assert!(shape == target_shape, "loss: logits {shape:?} and targets {target_shape:?} differ");
    let share = T::of(logits.nrows() as f64).recip();
    let (mut loss, mut gradient) = (T::zero(), logits.to_owned());
    for (mut row, targets) in gradient.rows_mut().into_iter().zip(targets.rows()) {
        let largest =
            row.fold(T::neg_infinity(), |largest, &z| if z <= largest { largest } else { z });
        let mut sum = T::zero();
        for (z, &y) in row.iter_mut().zip(targets) {
            let below = *z - largest; // first, so that what is left keeps its digits
            loss -= y * below;
            *z = below.exp();
            sum += *z;
        }
        loss += sum.ln(); // times Σ y, which is 1
        let normalizer = sum.recip();
        row.zip_mut_with(&targets, |p, &y| *p = (*p * normalizer - y) * share);
    }
    (loss * share, gradient)
}

/// What [`Network`] needs to be fast.
pub trait FastNetwork<T: Real> {
    /// [`Network::trace_with`], with fast products.
    fn fast_trace_with(
        &self,
        inputs: ArrayView2<T>,
        between: impl FnMut(usize, Array2<T>) -> Array2<T>,
    ) -> Trace<T>;

    /// [`NetworkBackward::backward_with`](ch03_backprop::NetworkBackward), with fast products; those
    /// of the weights' gradients are left to the optimizer.
    fn fast_backward_with(
        &self,
        inputs: ArrayView2<T>,
        trace: &Trace<T>,
        output_gradient: Array2<T>,
        between: impl FnMut(usize, Array2<T>) -> Array2<T>,
    ) -> FastGradients<T>;
}

impl<T: Real> FastNetwork<T> for Network<T> {
    fn fast_trace_with(
        &self,
        inputs: ArrayView2<T>,
        mut between: impl FnMut(usize, Array2<T>) -> Array2<T>,
    ) -> Trace<T> {
        let mut trace = Trace { pre_activations: Vec::new(), activations: Vec::new() };
        for (index, layer) in self.layers.iter().enumerate() {
            if let Some(activations) = trace.activations.pop() {
                trace.activations.push(between(index, activations));
            }
            let inputs = trace.inputs_of(index, inputs);
            let z = fast_product(inputs, layer.dense.weights.view()) + &layer.dense.bias;
            trace.activations.push(layer.activate(z.view()));
            trace.pre_activations.push(z);
        }
        trace
    }

    fn fast_backward_with(
        &self,
        inputs: ArrayView2<T>,
        trace: &Trace<T>,
        output_gradient: Array2<T>,
        mut between: impl FnMut(usize, Array2<T>) -> Array2<T>,
    ) -> FastGradients<T> {
        let mut activation_gradient = output_gradient;
        let mut layers = Vec::new();
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let pre_activations = trace.pre_activations[index].view();
            let delta = layer.activation.backward(pre_activations, activation_gradient);
            let weights = Product::transposed(trace.inputs_of(index, inputs), delta.view());
            layers.push((weights, delta.sum_axis(Axis(0))));
            if index == 0 {
                break; // nobody asks how the loss changes with the pixels
            }
            let weights = layer.dense.weights.t();
            activation_gradient = between(index, fast_product(delta.view(), weights));
        }
        layers.reverse();
        FastGradients { layers }
    }
}

/// The same model as a plain [`Network`], up to rounding.
impl<T: Real> Model<T> for Fast<T> {
    type Gradients = FastGradients<T>;

    fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        let mut trace = self.network.fast_trace_with(inputs, |_, activations| activations);
        trace.activations.pop().expect("a network has a layer")
    }

    fn loss_and_gradients(
        &self,
        (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
        _generator: &mut impl Rng,
    ) -> (T, FastGradients<T>) {
        let trace = self.network.fast_trace_with(inputs, |_, activations| activations);
        let (loss, gradient) = softmax_and_loss(trace.output(), targets);
        (loss, self.network.fast_backward_with(inputs, &trace, gradient, |_, gradient| gradient))
    }

    fn parameters(&self) -> Vec<&[T]> {
        self.network.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        self.network.parameters_mut()
    }

    fn with_gradients<'a>(&'a mut self, gradients: &'a FastGradients<T>) -> Vec<Parameter<'a, T>> {
        fast_parameters(&mut self.network, gradients)
    }
}

/// W and b of each layer of a network, each with its gradient; that of W is computed row by row.
pub fn fast_parameters<'a, T: Real>(
    network: &'a mut Network<T>,
    gradients: &'a FastGradients<T>,
) -> Vec<Parameter<'a, T>> {
    let (layers, given) = (network.layers.len(), gradients.layers.len());
    assert!(layers == given, "optimizer: a network of {layers} layers, gradients of {given}");
    let gradients = gradients.layers.iter().flat_map(|(weights, bias)| {
        let weights = Gradient::Rows { source: weights, rows: 0..weights.rows() };
        [weights, Gradient::Numbers(bias.as_slice().expect("standard layout"))]
    });
    let pairs = network.parameters_mut().into_iter().zip(gradients);
    pairs.map(|(values, gradient)| Parameter { values, gradient }).collect()
}

impl<T: Real> Fast<T> {
    /// [`Recipe::trainer`], with a fast network.
    pub fn trainer<R: Rng>(
        recipe: &Recipe,
        pixels: usize,
        mut generator: R,
    ) -> Trainer<'_, T, Self, R> {
        let network = recipe.network(pixels, &mut generator);
        Trainer::new(recipe, Self { network }, generator)
    }
}
