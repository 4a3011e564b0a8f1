//! Layers in a row, and the forward pass through them. Page: *Networks*
//! (`ch02_forward/network.md`).
//!
//! A [`Network`] is built from its layers; [`Network::new`] draws their first weights. The forward
//! pass gives the outputs alone, or a [`Trace`] of everything that the backward pass needs.

use ch01_neuron::Real;
use ndarray::{Array2, ArrayView2};

use crate::dense::Layer;

/// Layers in a row: each takes what the one before it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Network<T> {
    /// From the side of the inputs to the side of the outputs.
    pub layers: Vec<Layer<T>>,
}

/// What a forward pass computed on its way. The backward pass will need all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace<T> {
    /// Z of each layer, `[batch × outputs]`
    pub pre_activations: Vec<Array2<T>>,
    /// A = f(Z) of each layer, as the next layer was given it, `[batch × outputs]`
    pub activations: Vec<Array2<T>>,
}

impl<T: Real> Network<T> {
    /// The outputs, and everything on the way to them: from `[batch × inputs]`.
    pub fn trace(&self, inputs: ArrayView2<T>) -> Trace<T> {
        self.trace_with(inputs, |_, activations| activations)
    }

    /// The same pass with something between the layers: `between(index, activations)` is what layer
    /// `index` is given, from 1 on, in place of the activations of the layer before it.
    ///
    /// Neither the network's own inputs nor its outputs are handed to `between`.
    pub fn trace_with(
        &self,
        inputs: ArrayView2<T>,
        mut between: impl FnMut(usize, Array2<T>) -> Array2<T>,
    ) -> Trace<T> {
        let mut trace = Trace { pre_activations: Vec::new(), activations: Vec::new() };
        for (index, layer) in self.layers.iter().enumerate() {
            if let Some(activations) = trace.activations.pop() {
                trace.activations.push(between(index, activations));
            }
            let z = layer.dense.forward(trace.inputs_of(index, inputs));
            trace.activations.push(layer.activate(z.view()));
            trace.pre_activations.push(z);
        }
        trace
    }

    /// The outputs alone: from `[batch × inputs]` to `[batch × outputs]`.
    pub fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        self.trace(inputs).activations.pop().expect("a network has a layer")
    }

    /// W and b of each layer in turn, each as one slice (W row by row).
    pub fn parameters(&self) -> Vec<&[T]> {
        let dense = self.layers.iter().map(|layer| &layer.dense);
        let slices = dense.flat_map(|dense| [dense.weights.as_slice(), dense.bias.as_slice()]);
        slices.map(|slice| slice.expect("weights are kept in standard layout")).collect()
    }

    /// The same slices, to change.
    pub fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        let dense = self.layers.iter_mut().map(|layer| &mut layer.dense);
        let slices =
            dense.flat_map(|dense| [dense.weights.as_slice_mut(), dense.bias.as_slice_mut()]);
        slices.map(|slice| slice.expect("weights are kept in standard layout")).collect()
    }

    /// How many numbers there are to learn.
    pub fn parameter_count(&self) -> usize {
        self.parameters().into_iter().map(<[T]>::len).sum()
    }
}

impl<T: Real> Trace<T> {
    /// What layer `index` was given: the activations of the layer before it, or the network's
    /// `inputs`, which the trace does not copy.
    pub fn inputs_of<'a>(&'a self, index: usize, inputs: ArrayView2<'a, T>) -> ArrayView2<'a, T> {
        if index == 0 { inputs } else { self.activations[index - 1].view() }
    }

    /// What the network answered, `[batch × outputs]`.
    pub fn output(&self) -> ArrayView2<'_, T> {
        self.activations.last().expect("a network has a layer").view()
    }
}
