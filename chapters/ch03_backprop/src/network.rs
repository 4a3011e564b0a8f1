//! The backward pass of a network. Page: *The whole network* (`ch03_backprop/network.md`).

use ch01_neuron::Real;
use ch02_forward::{Layer, Network, Trace};
use ndarray::{Array2, ArrayView2};

use crate::layer::{DenseBackward, DenseGradient};
use crate::neuron::ActivationBackward;

/// How the loss changes with every parameter of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients<T> {
    /// In the order of the network's layers.
    pub layers: Vec<DenseGradient<T>>,
}

impl<T: Real> Gradients<T> {
    /// The gradients with respect to W and b of each layer in turn, each as one vector, in the order
    /// of [`Network::parameters_mut`].
    pub fn slices(&self) -> Vec<&[T]> {
        let layers = self.layers.iter();
        let slices = layers.flat_map(|layer| [layer.weights.as_slice(), layer.bias.as_slice()]);
        slices.map(|slice| slice.expect("gradients are kept in standard layout")).collect()
    }
}

/// What [`Network`] needs to learn.
pub trait NetworkBackward<T> {
    /// Goes from the outputs back to the inputs, and collects the gradient of each layer.
    ///
    /// `inputs: [batch × inputs]` and `trace` are those of the forward pass, `output_gradient` is
    /// ∂L/∂A of the last layer, `[batch × outputs]`. The network and the trace stay as they are.
    fn backward(
        &self,
        inputs: ArrayView2<T>,
        trace: &Trace<T>,
        output_gradient: Array2<T>,
    ) -> Gradients<T> {
        self.backward_with(inputs, trace, output_gradient, |_, gradient| gradient)
    }

    /// The same for a forward pass with something between the layers, [`Network::trace_with`]:
    /// `between(index, gradient)` turns the gradient with respect to what layer `index` was given,
    /// from 1 on, into that with respect to the activations of the layer before it.
    fn backward_with(
        &self,
        inputs: ArrayView2<T>,
        trace: &Trace<T>,
        output_gradient: Array2<T>,
        between: impl FnMut(usize, Array2<T>) -> Array2<T>,
    ) -> Gradients<T>;

    /// The walk alone: δ of each layer, `[batch × outputs]`, the first layer first.
    fn deltas_with(
        &self,
        trace: &Trace<T>,
        output_gradient: Array2<T>,
        between: impl FnMut(usize, Array2<T>) -> Array2<T>,
    ) -> Vec<Array2<T>>;
}

impl<T: Real> NetworkBackward<T> for Network<T> {
    fn backward_with(
        &self,
        inputs: ArrayView2<T>,
        trace: &Trace<T>,
        output_gradient: Array2<T>,
        between: impl FnMut(usize, Array2<T>) -> Array2<T>,
    ) -> Gradients<T> {
        let deltas = self.deltas_with(trace, output_gradient, between);
        let layers = self.layers.iter().zip(deltas).enumerate();
        let gradient = |(index, (layer, delta)): (usize, (&Layer<T>, Array2<T>))| {
            layer.dense.backward(trace.inputs_of(index, inputs), delta.view())
        };
        Gradients { layers: layers.map(gradient).collect() }
    }

    fn deltas_with(
        &self,
        trace: &Trace<T>,
        output_gradient: Array2<T>,
        mut between: impl FnMut(usize, Array2<T>) -> Array2<T>,
    ) -> Vec<Array2<T>> {
        let mut activation_gradient = output_gradient;
        let mut deltas = Vec::new();
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let pre_activations = trace.pre_activations[index].view();
            let delta = layer.activation.backward(pre_activations, activation_gradient);
            deltas.push(delta);
            if index == 0 {
                break; // nobody asks how the loss changes with the pixels
            }
            let delta = deltas[deltas.len() - 1].view();
            activation_gradient = between(index, layer.dense.input_gradient(delta));
        }
        deltas.reverse();
        deltas
    }
}
