//! All regularizers of the chapter in one model, which the trainer of chapter 5 trains. Page: *Which
//! regularizer helps?* (`ch06_overfitting/regularization.md`).

use ch01_neuron::Real;
use ch02_forward::Network;
use ch03_backprop::Gradients;
use ch04_optimizers::{Parameter, parameters};
use ch05_mnist::{Dataset, FastGradients, FastNetwork, Model, fast_parameters, softmax_and_loss};
use ndarray::{Array2, ArrayView2};
use rand::Rng;

use crate::augmentation::{Augmentation, Augmented};
use crate::dropout::{MaskedNetwork, NetworkDropout};
use crate::weight_decay::WeightDecay;

/// What keeps a network from memorizing its examples. It joins a recipe, which says all the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regularization {
    /// λ of the penalty λ/2 · Σ w², 0 for none.
    pub l2: f64,
    /// λ of the decay that is kept out of the gradient, 0 for none.
    pub weight_decay: f64,
    /// How many units a step keeps.
    pub dropout: NetworkDropout,
    /// The largest length of a neuron's weights, if there is one, as it is with masks of 0 and 1. With
    /// masks of 0 and 1/ν it is ν times as long, ν being the keep probability of its inputs.
    pub max_norm: Option<f64>,
    /// What is done to the images, each time that they are seen.
    pub augmentation: Augmentation,
}

impl Regularization {
    /// None at all.
    pub const NONE: Self = Self {
        l2: 0.0,
        weight_decay: 0.0,
        dropout: NetworkDropout::NONE,
        max_norm: None,
        augmentation: Augmentation::None,
    };

    /// The examples as the trainer is to see them.
    pub fn examples<'a>(&self, data: &'a Dataset) -> Augmented<'a> {
        Augmented { data, augmentation: self.augmentation }
    }
}

/// A network that is trained with regularization, and used without: a [`Model`].
#[derive(Debug, Clone, PartialEq)]
pub struct Regularized<T> {
    /// The network itself.
    pub network: Network<T>,
    /// What is done to it in a step.
    pub regularization: Regularization,
}

/// The gradients of such a network: numbers with those of the penalty, or, without one, products that
/// the optimizer carries out.
#[derive(Debug)]
pub enum RegularizedGradients<T: Real> {
    /// With the gradient of the L2 penalty.
    Penalized(Gradients<T>),
    /// Of the loss alone.
    Unpenalized(FastGradients<T>),
}

impl<T: Real> Model<T> for Regularized<T> {
    type Gradients = RegularizedGradients<T>;

    fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        self.network.fast_trace_with(inputs, |_, a| a).activations.pop().expect("a layer")
    }

    /// Gives the loss without the penalty, whose gradient joins that of the loss.
    fn loss_and_gradients(
        &self,
        (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
        generator: &mut impl Rng,
    ) -> (T, RegularizedGradients<T>) {
        let Regularization { dropout, l2, .. } = self.regularization;
        let masks = match dropout {
            NetworkDropout::NONE => Vec::new(),
            _ => self.network.masks(inputs.nrows(), dropout, generator),
        };
        let masked = |layer: usize, numbers: Array2<T>| match masks.get(layer) {
            Some(mask) => numbers * mask,
            None => numbers,
        };
        let inputs = masked(0, inputs.to_owned());
        let trace = self.network.fast_trace_with(inputs.view(), masked);
        let (loss, gradient) = softmax_and_loss(trace.output(), targets);
        let fast = self.network.fast_backward_with(inputs.view(), &trace, gradient, masked);
        if l2 == 0.0 {
            return (loss, RegularizedGradients::Unpenalized(fast));
        }
        let mut gradients = fast.carry_out();
        self.network.add_l2_gradient(T::of(l2), &mut gradients);
        (loss, RegularizedGradients::Penalized(gradients))
    }

    fn parameters(&self) -> Vec<&[T]> {
        self.network.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        self.network.parameters_mut()
    }

    fn with_gradients<'a>(
        &'a mut self,
        gradients: &'a RegularizedGradients<T>,
    ) -> Vec<Parameter<'a, T>> {
        match gradients {
            RegularizedGradients::Penalized(gradients) => parameters(&mut self.network, gradients),
            RegularizedGradients::Unpenalized(fast) => fast_parameters(&mut self.network, fast),
        }
    }

    /// Decay comes before the optimizer's step, which neither sees it nor adds to it.
    fn before_step(&mut self, learning_rate: T) {
        if self.regularization.weight_decay > 0.0 {
            self.network.decay(learning_rate * T::of(self.regularization.weight_decay));
        }
    }

    /// The max-norm constraint holds for what the step has made.
    fn after_step(&mut self) {
        let Regularization { max_norm, dropout, .. } = self.regularization;
        if let Some(max_norm) = max_norm {
            let of_layer = |index| T::of(max_norm * dropout.before(index).keep);
            self.network.constrain_norms(of_layer);
        }
    }
}
