//! Chapter 6: overfitting.
//!
//! A network that knows its examples by heart need not know anything else. This crate measures that,
//! and holds what is done about it: weight decay, a largest norm, dropout, early stopping, more
//! examples out of those there are. What it needs of the earlier chapters it extends by traits; what
//! it draws at random comes from the generator it is handed.

use ch01_neuron::{Activation, Real};
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{ActivationBackward, DenseBackward, Gradients, LossBackward};
use ch04_optimizers::{Adam, Optimizer, Schedule, parameters};
use ch05_mnist::{CLASSES, Dataset, shuffled};
use ndarray::{Array1, Array2, ArrayView2};
use rand::{Rng, RngExt};

// --------------------------------------------------------------------------------- weight decay --

/// What [`Network`] needs to keep its weights small. The biases are left alone: they do not decide
/// how steep the network's function is.
pub trait SmallWeights<T> {
    /// λ/2 · Σ w² over the weights of all layers: the penalty that is added to the loss.
    fn penalty(&self, lambda: T) -> T;

    /// Adds the penalty's gradient, λW, to the gradient of each layer's W.
    fn add_penalty_gradient(&self, lambda: T, gradients: &mut Gradients<T>);

    /// W ← (1 − `share`) W in each layer: decay that no gradient and no optimizer has seen.
    fn decay(&mut self, share: T);

    /// Shortens the weights of each neuron (a column of W) to length `largest`, if they are longer
    /// (Srebro and Shraibman 2005).
    fn limit_norms(&mut self, largest: T);
}

impl<T: Real> SmallWeights<T> for Network<T> {
    fn penalty(&self, lambda: T) -> T {
        let weights = self.layers.iter().flat_map(|layer| &layer.dense.weights);
        T::of(0.5) * lambda * weights.map(|&weight| weight * weight).sum::<T>()
    }

    fn add_penalty_gradient(&self, lambda: T, gradients: &mut Gradients<T>) {
        for (layer, gradient) in self.layers.iter().zip(&mut gradients.layers) {
            gradient.weights.scaled_add(lambda, &layer.dense.weights);
        }
    }

    fn decay(&mut self, share: T) {
        for layer in &mut self.layers {
            layer.dense.weights *= T::one() - share;
        }
    }

    fn limit_norms(&mut self, largest: T) {
        for layer in &mut self.layers {
            let weights = &mut layer.dense.weights; // [inputs × outputs]
            let mut squares = Array1::<T>::zeros(weights.ncols()); // [outputs]
            for row in weights.rows() {
                squares.zip_mut_with(&row, |sum, &weight| *sum += weight * weight);
            }
            if squares.iter().any(|&square| square > largest * largest) {
                let factors = squares.mapv(|square| (largest / square.sqrt()).min(T::one()));
                *weights *= &factors; // column j times factor j
            }
        }
    }
}

// -------------------------------------------------------------------------------------- dropout --

/// Which share of the units a training step keeps; the rest are silent in it (Srivastava et al.
/// 2014).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// p, the probability of keeping a unit, above 0 and at most 1.
    pub keep: f64,
}

impl Dropout {
    /// A mask: each entry is 1/p with probability p, and 0 otherwise, so that its mean is 1.
    ///
    /// # Panics
    /// If p is not above 0 and at most 1.
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
        let (shape, given) = (mask.dim(), gradient.dim());
        assert!(shape == given, "dropout: mask {shape:?} and gradient {given:?} differ");
        gradient * mask
    }
}

/// Dropout in a network: on its inputs, and on the outputs of each hidden layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropouts {
    /// Usually keeps 0.8: an input that is missing is missed.
    pub inputs: Dropout,
    /// Usually keeps 0.5.
    pub hidden: Dropout,
}

impl Dropouts {
    /// Every unit is kept.
    pub const NONE: Self = Self { inputs: Dropout { keep: 1.0 }, hidden: Dropout { keep: 1.0 } };
    /// The shares of the paper: 0.8 of the inputs, 0.5 of the hidden units.
    pub const PAPER: Self = Self { inputs: Dropout { keep: 0.8 }, hidden: Dropout { keep: 0.5 } };
}

/// What a forward pass with masks computed on its way, for the backward pass.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskedTrace<T> {
    /// M of what each layer is given, `[batch × inputs]`
    pub masks: Vec<Array2<T>>,
    /// A ⊙ M, what each layer is given, `[batch × inputs]`
    pub inputs: Vec<Array2<T>>,
    /// Z of each layer, `[batch × outputs]`
    pub pre_activations: Vec<Array2<T>>,
    /// What the network answered, `[batch × outputs]`
    pub output: Array2<T>,
}

/// What [`Network`] needs to be trained with dropout.
pub trait MaskedNetwork<T> {
    /// A mask for what each layer is given, the network's inputs first.
    fn masks(&self, batch: usize, dropouts: Dropouts, generator: &mut impl Rng) -> Vec<Array2<T>>;

    /// The forward pass through the units that the masks leave.
    fn masked_trace(&self, inputs: ArrayView2<T>, masks: Vec<Array2<T>>) -> MaskedTrace<T>;

    /// The backward pass through the same units; `output_gradient` is ∂L/∂A of the last layer,
    /// `[batch × outputs]`.
    fn masked_backward(&self, trace: &MaskedTrace<T>, output_gradient: Array2<T>) -> Gradients<T>;
}

impl<T: Real> MaskedNetwork<T> for Network<T> {
    fn masks(&self, batch: usize, dropouts: Dropouts, generator: &mut impl Rng) -> Vec<Array2<T>> {
        let mut dropout = dropouts.inputs;
        let mask = |layer: &ch02_forward::Layer<T>| {
            let mask = dropout.mask((batch, layer.dense.weights.nrows()), generator);
            dropout = dropouts.hidden;
            mask
        };
        self.layers.iter().map(mask).collect()
    }

    fn masked_trace(&self, inputs: ArrayView2<T>, masks: Vec<Array2<T>>) -> MaskedTrace<T> {
        let (layers, given) = (self.layers.len(), masks.len());
        assert!(layers == given, "dropout: a network of {layers} layers, {given} masks");
        let (mut layer_inputs, mut pre_activations) = (Vec::new(), Vec::new());
        let mut activations = inputs.to_owned();
        for (layer, mask) in self.layers.iter().zip(&masks) {
            let kept = Dropout::backward(mask.view(), activations); // forward is the same product
            let z = layer.dense.forward(kept.view());
            activations = layer.activate(z.view());
            layer_inputs.push(kept);
            pre_activations.push(z);
        }
        MaskedTrace { masks, inputs: layer_inputs, pre_activations, output: activations }
    }

    fn masked_backward(&self, trace: &MaskedTrace<T>, output_gradient: Array2<T>) -> Gradients<T> {
        let mut activation_gradient = output_gradient;
        let mut layers = Vec::new();
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let z = trace.pre_activations[index].view();
            let delta = layer.activation.backward(z, activation_gradient);
            layers.push(layer.dense.backward(trace.inputs[index].view(), delta.view()));
            if index == 0 {
                break;
            }
            let gradient = layer.dense.input_gradient(delta.view());
            activation_gradient = Dropout::backward(trace.masks[index].view(), gradient);
        }
        layers.reverse();
        Gradients { layers }
    }
}

// ------------------------------------------------------------------------------------- training --

/// What holds a network back from learning its examples by heart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Restraints {
    /// λ of the penalty λ/2 · Σ w², 0 for none.
    pub penalty: f64,
    /// λ of the decay that is kept out of the gradient, 0 for none.
    pub decay: f64,
    /// How many units a step keeps.
    pub dropouts: Dropouts,
    /// The largest length of the weights of a neuron, if there is one.
    pub largest_norm: Option<f64>,
}

impl Restraints {
    /// Nothing holds the network back.
    pub const NONE: Self =
        Self { penalty: 0.0, decay: 0.0, dropouts: Dropouts::NONE, largest_norm: None };
}

/// All that is decided before training begins, except for chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// How many neurons each hidden layer has.
    pub hidden: Vec<usize>,
    /// How often each example is seen.
    pub epochs: usize,
    /// How many examples are seen between two steps.
    pub batch_size: usize,
    /// How large a step of Adam is at first.
    pub learning_rate: f64,
    /// How that changes on the way.
    pub schedule: Schedule,
    /// What holds the network back.
    pub restraints: Restraints,
}

/// A network and its optimizer, on their way through a course.
#[derive(Debug, Clone, PartialEq)]
pub struct Learner<T> {
    /// The network as it is now.
    pub network: Network<T>,
    /// Knows how many steps there have been.
    pub adam: Adam<T>,
}

impl<T: Real> Learner<T> {
    /// A new network of ReLUs for images of `pixels` pixels, with logits for outputs.
    pub fn new(course: &Course, pixels: usize, generator: &mut impl Rng) -> Self {
        let sizes = [&[pixels], &course.hidden[..], &[CLASSES]].concat();
        let activations = (Activation::Relu, Activation::Identity);
        let network = Network::new(&sizes, activations, Initialization::He, generator);
        Self { network, adam: Adam::default() }
    }

    /// One pass through all the examples, in a new order; gives their mean loss, each example's as
    /// it was when its turn came, through the units that were kept. Calls `after_batch` after each
    /// batch.
    pub fn epoch(
        &mut self,
        course: &Course,
        data: &Dataset,
        generator: &mut impl Rng,
        mut after_batch: impl FnMut(),
    ) -> f64 {
        let total_steps = course.epochs * data.len().div_ceil(course.batch_size);
        let mut total_loss = 0.0;
        for indices in shuffled(data.len(), generator).chunks(course.batch_size) {
            let factor = course.schedule.factor(self.adam.memory.steps as usize, total_steps);
            let rate = T::of(course.learning_rate * factor);
            let (inputs, targets) = data.batch(indices);
            let batch = (inputs.view(), targets.view());
            let loss = self.step(&course.restraints, rate, batch, generator);
            total_loss += loss.as_f64() * indices.len() as f64;
            after_batch();
        }
        total_loss / data.len() as f64
    }

    /// One step with all restraints; gives the loss before the step, without the penalty.
    ///
    /// `inputs: [batch × pixels]`, `targets: [batch × classes]`.
    pub fn step(
        &mut self,
        restraints: &Restraints,
        learning_rate: T,
        (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
        generator: &mut impl Rng,
    ) -> T {
        let (network, loss) = (&mut self.network, Loss::SoftmaxCrossEntropy);
        let masks = network.masks(inputs.nrows(), restraints.dropouts, generator);
        let trace = network.masked_trace(inputs, masks);
        let output_gradient = loss.gradient(trace.output.view(), targets);
        let mut gradients = network.masked_backward(&trace, output_gradient);
        if restraints.penalty > 0.0 {
            network.add_penalty_gradient(T::of(restraints.penalty), &mut gradients);
        }
        if restraints.decay > 0.0 {
            network.decay(learning_rate * T::of(restraints.decay));
        }
        self.adam.step(learning_rate, parameters(network, &gradients));
        if let Some(largest) = restraints.largest_norm {
            network.limit_norms(T::of(largest));
        }
        loss.value(trace.output.view(), targets)
    }
}
