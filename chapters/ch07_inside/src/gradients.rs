//! How a network's answer changes with its input, and what that gradient adds up to. Page:
//! *Gradients with respect to the input* (`ch07_inside/gradients.md`).
//!
//! What is explained is one number F for each row of a batch: Σₖ cₖ zₖ over the network's outputs.
//! The row c of `output_weights` is one-hot for a single logit, and has a 1 and a −1 for the
//! difference of two.

use ch01_neuron::Real;
use ch02_forward::{Network, Trace};
use ch03_backprop::{ActivationBackward, DenseBackward};
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

/// How F changes with what a forward pass computed, and with its inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivities<T> {
    /// ∂F/∂Z of each layer, `[batch × outputs]`
    pub deltas: Vec<Array2<T>>,
    /// ∂F/∂X, `[batch × inputs]`
    pub inputs: Array2<T>,
}

/// What [`Network`] needs to say which inputs matter.
pub trait InputGradient<T> {
    /// The backward pass of chapter 3 without the gradients of the weights, and one layer further:
    /// to the inputs. `output_weights` are ∂F/∂A of the last layer, `[batch × outputs]`.
    fn sensitivities(&self, trace: &Trace<T>, output_weights: Array2<T>) -> Sensitivities<T>;

    /// ∂F/∂X at `inputs`, `[batch × inputs]`: the saliency map of each row.
    fn input_gradient(&self, inputs: ArrayView2<T>, output_weights: ArrayView2<T>) -> Array2<T>;
}

impl<T: Real> InputGradient<T> for Network<T> {
    fn sensitivities(&self, trace: &Trace<T>, output_weights: Array2<T>) -> Sensitivities<T> {
        let (mut gradient, mut deltas) = (output_weights, Vec::new());
        for (layer, z) in self.layers.iter().zip(&trace.pre_activations).rev() {
            let delta = layer.activation.backward(z.view(), gradient); // [batch × outputs]
            gradient = layer.dense.input_gradient(delta.view()); // [batch × inputs]
            deltas.push(delta);
        }
        deltas.reverse();
        Sensitivities { deltas, inputs: gradient }
    }

    fn input_gradient(&self, inputs: ArrayView2<T>, output_weights: ArrayView2<T>) -> Array2<T> {
        self.sensitivities(&self.trace(inputs), output_weights.to_owned()).inputs
    }
}

/// Gradient × input, xᵢ ∂F/∂xᵢ, `[batch × inputs]`.
pub fn gradient_times_input<T: Real>(
    network: &Network<T>,
    inputs: ArrayView2<T>,
    output_weights: ArrayView2<T>,
) -> Array2<T> {
    network.input_gradient(inputs, output_weights) * inputs
}

/// FullGrad: what the inputs and what the biases contribute to F (Srinivas and Fleuret 2019).
#[derive(Debug, Clone, PartialEq)]
pub struct FullGradient<T> {
    /// xᵢ ∂F/∂xᵢ, `[batch × inputs]`
    pub inputs: Array2<T>,
    /// bⱼ ∂F/∂zⱼ of each layer, `[batch × outputs]`
    pub biases: Vec<Array2<T>>,
}

impl<T: Real> FullGradient<T> {
    /// At `inputs`, `[batch × inputs]`.
    pub fn of(network: &Network<T>, inputs: ArrayView2<T>, output_weights: ArrayView2<T>) -> Self {
        let trace = network.trace(inputs);
        let Sensitivities { deltas, inputs: gradient } =
            network.sensitivities(&trace, output_weights.to_owned());
        let layers = network.layers.iter().zip(deltas);
        let biases = layers.map(|(layer, delta)| delta * &layer.dense.bias).collect();
        Self { inputs: gradient * inputs, biases }
    }

    /// What all of it adds up to, `[batch]`: F itself, if every activation is a ReLU or the identity.
    pub fn sums(&self) -> Array1<T> {
        let biases = self.biases.iter().map(|bias| bias.sum_axis(Axis(1)));
        biases.fold(self.inputs.sum_axis(Axis(1)), |sum, bias| sum + bias)
    }
}

/// Layer-wise relevance with the ε-rule (Bach et al. 2015): F is handed back layer by layer, to each
/// input of a neuron in proportion to aᵢ wᵢⱼ, as a share of zⱼ + ε sign zⱼ. `[batch × inputs]`
pub fn relevance<T: Real>(
    network: &Network<T>,
    inputs: ArrayView2<T>,
    output_weights: ArrayView2<T>,
    epsilon: T,
) -> Array2<T> {
    let trace = network.trace(inputs);
    let mut relevance = &trace.output() * &output_weights;
    for (index, layer) in network.layers.iter().enumerate().rev() {
        let mut shares = relevance; // R / (z + ε sign z), and nothing where nothing is to share
        Zip::from(&mut shares).and(&trace.pre_activations[index]).for_each(|share, &z| {
            let sign = if z < T::zero() { -T::one() } else { T::one() };
            let divisor = z + epsilon * sign;
            *share = if *share == T::zero() { T::zero() } else { *share / divisor };
        });
        let given = trace.inputs_of(index, inputs);
        relevance = layer.dense.input_gradient(shares.view()) * given; // [batch × inputs]
    }
    relevance
}
