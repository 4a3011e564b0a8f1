//! A recipe, what can be trained, and the one training loop of the book. Page: *The five steps*
//! (`ch05_mnist/training.md`).

use std::ops::ControlFlow;

use ch01_neuron::{Activation, Real};
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{Gradients, LossBackward, NetworkBackward};
use ch04_optimizers::{
    AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, Parameter, RmsProp, Schedule, Sgd,
    parameters,
};
use ndarray::{Array2, ArrayView2};
use rand::Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::data::{Dataset, shuffled};
use crate::files::CLASSES;

/// The optimizers by name, each with its usual constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptimizerName {
    /// [`Sgd`]
    Sgd,
    /// [`Momentum`], μ = 0.9
    Momentum,
    /// [`Nesterov`], μ = 0.9
    Nesterov,
    /// [`AdaGrad`]
    AdaGrad,
    /// [`RmsProp`]
    RmsProp,
    /// [`Adam`]
    Adam,
    /// [`AdamW`]
    AdamW,
}

impl OptimizerName {
    /// An optimizer that has not taken a step.
    pub fn optimizer<T: Real>(self) -> Box<dyn Optimizer<T>> {
        match self {
            Self::Sgd => Box::new(Sgd::default()),
            Self::Momentum => Box::new(Momentum::new(T::of(0.9))),
            Self::Nesterov => Box::new(Nesterov::new(T::of(0.9))),
            Self::AdaGrad => Box::new(AdaGrad::default()),
            Self::RmsProp => Box::new(RmsProp::default()),
            Self::Adam => Box::new(Adam::default()),
            Self::AdamW => Box::new(AdamW::default()),
        }
    }
}

/// All that is decided before training begins, except for chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// How many neurons each hidden layer has.
    pub hidden: Vec<usize>,
    /// How often each example is seen.
    pub epochs: usize,
    /// How many examples are seen between two steps.
    pub batch_size: usize,
    /// What makes a step of a gradient.
    pub optimizer: OptimizerName,
    /// How large a step is.
    pub learning_rate: f64,
    /// How that changes on the way.
    pub schedule: Schedule,
    /// Where the weights start.
    pub initialization: Initialization,
}

impl Recipe {
    /// A common Keras recipe, that of the documents: 128 hidden neurons, Adam with its usual rate, five epochs.
    pub fn documents() -> Self {
        Self {
            hidden: vec![128],
            epochs: 5,
            batch_size: 32,
            optimizer: OptimizerName::Adam,
            learning_rate: 0.001,
            schedule: Schedule::Constant,
            initialization: Initialization::Xavier,
        }
    }

    /// The same network and the same five epochs, with twice the rate, falling to 0 in a line.
    pub fn steady() -> Self {
        Self { learning_rate: 0.002, schedule: Schedule::Linear, ..Self::documents() }
    }

    /// Step 1, initialize the parameters: a network for images of `pixels` pixels, with ReLUs in
    /// its hidden layers and logits for outputs.
    pub fn network<T: Real>(&self, pixels: usize, generator: &mut impl Rng) -> Network<T> {
        let sizes = [&[pixels], &self.hidden[..], &[CLASSES]].concat();
        let activations = (Activation::Relu, Activation::Identity);
        Network::new(&sizes, activations, self.initialization, generator)
    }

    /// A trainer of such a network. All chance, first of the weights and then of the order of the
    /// examples, comes from `generator`.
    pub fn trainer<T: Real, R: Rng>(
        &self,
        pixels: usize,
        mut generator: R,
    ) -> Trainer<'_, T, Network<T>, R> {
        let network = self.network(pixels, &mut generator);
        Trainer::new(self, network, generator)
    }
}

/// What can be trained: a plain network, one with dropout, a convolutional one. The trainer asks for
/// nothing else.
pub trait Model<T: Real> {
    /// ∂L/∂θ for all parameters θ, in whatever form this model computes them.
    type Gradients;

    /// What the model answers when it is in use: from `[batch × inputs]` to `[batch × outputs]`.
    fn forward(&self, inputs: ArrayView2<T>) -> Array2<T>;

    /// Steps 2 and 3, the forward and the backward pass: the mean loss of a batch of `inputs` and
    /// `targets`, a row each for an example, and its gradient with respect to every parameter.
    /// Whatever is drawn at random on the way, such as a dropout mask, comes from `generator`.
    fn loss_and_gradients(
        &self,
        batch: (ArrayView2<T>, ArrayView2<T>),
        generator: &mut impl Rng,
    ) -> (T, Self::Gradients);

    /// The parameters, a slice for each array of them, always in the same order.
    fn parameters(&self) -> Vec<&[T]>;

    /// The same slices, to be changed.
    fn parameters_mut(&mut self) -> Vec<&mut [T]>;

    /// Each of these slices with its gradient, for an optimizer.
    fn with_gradients<'a>(&'a mut self, gradients: &'a Self::Gradients) -> Vec<Parameter<'a, T>>;

    /// Steps 2 to 4 for one batch: [`train_step`], unless a model knows a faster way to the same
    /// parameters.
    fn step(
        &mut self,
        optimizer: &mut dyn Optimizer<T>,
        learning_rate: T,
        batch: (ArrayView2<T>, ArrayView2<T>),
        generator: &mut impl Rng,
    ) -> T
    where
        Self: Sized,
    {
        train_step(self, optimizer, learning_rate, batch, generator)
    }

    /// What happens to the parameters before the optimizer's step: nothing, unless a model says so.
    fn before_step(&mut self, _learning_rate: T) {}

    /// What happens to them after it.
    fn after_step(&mut self) {}
}

/// A network that classifies: its outputs are logits, and its loss is the cross-entropy of their
/// softmax.
impl<T: Real> Model<T> for Network<T> {
    type Gradients = Gradients<T>;

    fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        self.forward(inputs)
    }

    fn loss_and_gradients(
        &self,
        (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
        _generator: &mut impl Rng,
    ) -> (T, Gradients<T>) {
        let loss = Loss::SoftmaxCrossEntropy;
        let trace = self.trace(inputs); // 2. forward pass
        let output_gradient = loss.gradient(trace.output(), targets);
        let gradients = self.backward(inputs, &trace, output_gradient); // 3. backward pass
        (loss.value(trace.output(), targets), gradients)
    }

    fn parameters(&self) -> Vec<&[T]> {
        self.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        self.parameters_mut()
    }

    fn with_gradients<'a>(&'a mut self, gradients: &'a Gradients<T>) -> Vec<Parameter<'a, T>> {
        parameters(self, gradients)
    }
}

/// Steps 2 to 4 for one batch of inputs and targets, a row each for an example; gives the loss before
/// the step.
pub fn train_step<T: Real, M: Model<T>>(
    model: &mut M,
    optimizer: &mut dyn Optimizer<T>,
    learning_rate: T,
    batch: (ArrayView2<T>, ArrayView2<T>),
    generator: &mut impl Rng,
) -> T {
    let (loss, gradients) = model.loss_and_gradients(batch, generator); // 2. and 3.
    model.before_step(learning_rate);
    optimizer.step(learning_rate, model.with_gradients(&gradients)); // 4. update the parameters
    model.after_step();
    loss
}

/// Where a trainer takes its batches from.
pub trait Examples<T> {
    /// How many examples there are.
    fn count(&self) -> usize;

    /// The examples with these indices, as a model wants them: inputs, `[batch × inputs]`, and
    /// targets, `[batch × outputs]`. Where examples are varied at random each time that they are
    /// seen, chance comes from `generator`.
    fn batch(&self, indices: &[usize], generator: &mut impl Rng) -> (Array2<T>, Array2<T>);
}

impl<T: Real> Examples<T> for Dataset {
    fn count(&self) -> usize {
        self.len()
    }

    fn batch(&self, indices: &[usize], _generator: &mut impl Rng) -> (Array2<T>, Array2<T>) {
        self.batch(indices)
    }
}

/// A model on its way through the epochs of a recipe.
pub struct Trainer<'a, T, M, R> {
    /// The model as it is now.
    pub model: M,
    /// What makes a step of a gradient, and what it keeps from step to step.
    pub optimizer: Box<dyn Optimizer<T>>,
    /// Where all chance comes from: the order of the examples, and what the model and the examples
    /// draw.
    pub generator: R,
    /// What was seen in each epoch so far.
    pub history: Vec<EpochRecord>,
    recipe: &'a Recipe,
}

/// What was seen in one pass through the examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The mean loss of the examples, each as it was when its turn came.
    pub train_loss: f64,
    /// How many steps had been taken at its end, from the first epoch on.
    pub steps: usize,
}

/// A training whose loss is no number any more.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error(
    "training with learning rate {learning_rate}: expected a finite loss, found {train_loss} in \
     epoch {epoch}; a smaller rate may help"
)]
pub struct Diverged {
    /// The learning rate of the recipe.
    pub learning_rate: f64,
    /// In which epoch, counted from 1.
    pub epoch: usize,
    /// What the loss was.
    pub train_loss: f64,
}

impl<'a, T: Real, M: Model<T>, R: Rng> Trainer<'a, T, M, R> {
    /// A trainer that has taken no step yet.
    pub fn new(recipe: &'a Recipe, model: M, generator: R) -> Self {
        let optimizer = recipe.optimizer.optimizer();
        Self { model, optimizer, generator, history: Vec::new(), recipe }
    }

    /// One pass through all the examples, in a new order; gives their mean loss, which also enters
    /// the history. Calls `after_batch` after each batch.
    pub fn epoch(&mut self, examples: &impl Examples<T>, after_batch: impl FnMut()) -> f64 {
        let order = shuffled(examples.count(), &mut self.generator);
        self.pass(examples, &order, after_batch)
    }

    /// The same in an order that is given.
    pub fn pass(
        &mut self,
        examples: &impl Examples<T>,
        order: &[usize],
        mut after_batch: impl FnMut(),
    ) -> f64 {
        let recipe = self.recipe;
        let total_steps = recipe.epochs * order.len().div_ceil(recipe.batch_size);
        let mut steps = self.history.last().map_or(0, |epoch| epoch.steps);
        let mut total_loss = 0.0;
        for indices in order.chunks(recipe.batch_size) {
            let factor = recipe.schedule.factor(steps, total_steps);
            let rate = T::of(recipe.learning_rate * factor);
            let (inputs, targets) = examples.batch(indices, &mut self.generator);
            let batch = (inputs.view(), targets.view());
            let loss = self.model.step(&mut *self.optimizer, rate, batch, &mut self.generator);
            total_loss += loss.as_f64() * indices.len() as f64;
            steps += 1;
            after_batch();
        }
        let train_loss = total_loss / order.len() as f64;
        self.history.push(EpochRecord { train_loss, steps });
        train_loss
    }

    /// Step 5, repeat: the epochs of the recipe that are left. After each, `after_epoch` is handed the
    /// trainer and the record of the epoch: to look at the model, to write a checkpoint, to say that
    /// it is enough.
    ///
    /// # Errors
    /// If the loss of an epoch is infinite or not a number.
    pub fn train(
        &mut self,
        examples: &impl Examples<T>,
        mut after_batch: impl FnMut(),
        mut after_epoch: impl FnMut(&mut Self, EpochRecord) -> ControlFlow<()>,
    ) -> Result<(), Diverged> {
        while self.history.len() < self.recipe.epochs {
            let train_loss = self.epoch(examples, &mut after_batch);
            let (epoch, learning_rate) = (self.history.len(), self.recipe.learning_rate);
            if !train_loss.is_finite() {
                return Err(Diverged { learning_rate, epoch, train_loss });
            }
            let record = self.history[epoch - 1];
            if after_epoch(self, record).is_break() {
                break;
            }
        }
        Ok(())
    }
}
