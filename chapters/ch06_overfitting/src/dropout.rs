//! Dropout of single units and of a whole network. Page: *Dropout* (`ch06_overfitting/dropout.md`).

use ch01_neuron::Real;
use ch02_forward::{Layer, Network, Trace};
use ch03_backprop::{Gradients, NetworkBackward};
use ndarray::{Array2, ArrayView2};
use rand::{Rng, RngExt};

/// Which fraction of the units is kept; the others are 0 for one example of one step (Hinton et al.
/// 2012, Srivastava et al. 2014).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// ν, the keep probability of a unit, above 0 and at most 1.
    pub keep: f64,
}

impl Dropout {
    /// A mask: each entry is 1/ν with probability ν, and 0 otherwise, so that its mean is 1.
    ///
    /// # Panics
    /// If ν is not above 0 and at most 1.
    pub fn mask<T: Real>(self, shape: (usize, usize), generator: &mut impl Rng) -> Array2<T> {
        let keep = self.keep;
        assert!(keep > 0.0 && keep <= 1.0, "dropout: keep {keep} must be above 0 and at most 1");
        if keep == 1.0 {
            return Array2::ones(shape);
        }
        let kept = T::of(1.0 / keep);
        let entry = || if f64::from(generator.random::<f32>()) < keep { kept } else { T::zero() };
        Array2::from_shape_simple_fn(shape, entry)
    }

    /// A ⊙ M with a new mask M, and the mask, which the backward pass needs; all are
    /// `[batch × units]`.
    pub fn forward<T: Real>(
        self,
        activations: ArrayView2<T>,
        generator: &mut impl Rng,
    ) -> (Array2<T>, Array2<T>) {
        let mask = self.mask(activations.dim(), generator);
        (&activations * &mask, mask)
    }

    /// ∂L/∂A = M ⊙ ∂L/∂(A ⊙ M), for the mask M of the forward pass; all are `[batch × units]`.
    ///
    /// # Panics
    /// If the shapes differ.
    pub fn backward<T: Real>(mask: ArrayView2<T>, gradient: Array2<T>) -> Array2<T> {
        masked("gradient", gradient, mask)
    }
}

/// Numbers times a mask that was drawn before; panics, with the name of the numbers, if the shapes
/// differ.
fn masked<T: Real>(name: &str, numbers: Array2<T>, mask: ArrayView2<T>) -> Array2<T> {
    let (shape, given) = (mask.dim(), numbers.dim());
    assert!(shape == given, "dropout: mask {shape:?} and {name} {given:?} differ");
    numbers * mask
}

/// Dropout in a network: on its inputs, and on the outputs of each hidden layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetworkDropout {
    /// Usually keeps 0.8: an input that is missing is missed.
    pub inputs: Dropout,
    /// Usually keeps 0.5.
    pub hidden: Dropout,
}

impl NetworkDropout {
    /// Every unit is kept.
    pub const NONE: Self = Self { inputs: Dropout { keep: 1.0 }, hidden: Dropout { keep: 1.0 } };
    /// The keep probabilities of the paper: 0.8 of the inputs, 0.5 of the hidden units.
    pub const PAPER: Self = Self { inputs: Dropout { keep: 0.8 }, hidden: Dropout { keep: 0.5 } };

    /// That of what layer `index` is given: the network's inputs for layer 0, then hidden units.
    pub fn before(self, index: usize) -> Dropout {
        if index == 0 { self.inputs } else { self.hidden }
    }
}

/// What a forward pass with masks computed on its way, for the backward pass.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskedTrace<T> {
    /// M of what each layer is given, `[batch × inputs]`
    pub masks: Vec<Array2<T>>,
    /// X ⊙ M of the first layer, `[batch × inputs]`
    pub inputs: Array2<T>,
    /// The rest of the pass; its activations are what the next layer was given, A ⊙ M.
    pub trace: Trace<T>,
}

/// What [`Network`] needs to be trained with dropout.
pub trait MaskedNetwork<T> {
    /// A mask for what each layer is given, the network's inputs first.
    fn masks(
        &self,
        batch: usize,
        dropout: NetworkDropout,
        generator: &mut impl Rng,
    ) -> Vec<Array2<T>>;

    /// The forward pass through the units that the masks leave.
    fn masked_trace(&self, inputs: ArrayView2<T>, masks: Vec<Array2<T>>) -> MaskedTrace<T>;

    /// The backward pass through the same units; `output_gradient` is ∂L/∂A of the last layer,
    /// `[batch × outputs]`.
    fn masked_backward(&self, masked: &MaskedTrace<T>, output_gradient: Array2<T>) -> Gradients<T>;
}

impl<T: Real> MaskedNetwork<T> for Network<T> {
    fn masks(
        &self,
        batch: usize,
        dropout: NetworkDropout,
        generator: &mut impl Rng,
    ) -> Vec<Array2<T>> {
        let mask = |(index, layer): (usize, &Layer<T>)| {
            dropout.before(index).mask((batch, layer.dense.weights.nrows()), generator)
        };
        self.layers.iter().enumerate().map(mask).collect()
    }

    fn masked_trace(&self, inputs: ArrayView2<T>, masks: Vec<Array2<T>>) -> MaskedTrace<T> {
        let (layers, given) = (self.layers.len(), masks.len());
        assert!(layers == given, "dropout: a network of {layers} layers, {given} masks");
        let inputs = masked("inputs", inputs.to_owned(), masks[0].view());
        let trace = self.trace_with(inputs.view(), |layer, activations| {
            masked("activations", activations, masks[layer].view())
        });
        MaskedTrace { masks, inputs, trace }
    }

    fn masked_backward(&self, masked: &MaskedTrace<T>, output_gradient: Array2<T>) -> Gradients<T> {
        let MaskedTrace { masks, inputs, trace } = masked;
        self.backward_with(inputs.view(), trace, output_gradient, |layer, gradient| {
            Dropout::backward(masks[layer].view(), gradient)
        })
    }
}
