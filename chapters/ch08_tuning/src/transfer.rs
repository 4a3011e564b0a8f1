//! Weights that are trained on another scale, so that a learning rate keeps its meaning as a network
//! grows wider: maximal update parametrization. Page: *What transfers* (`ch08_tuning/transfer.md`).

use ch01_neuron::Real;
use ch02_forward::Network;
use ch03_backprop::Gradients;
use ch04_optimizers::{Adam, Parameter, parameters};
use ch05_mnist::{Model, train_step};
use ndarray::{Array2, ArrayView2};
use rand::Rng;

/// A network whose weights are not trained themselves: the weights of each layer are a multiplier
/// times the numbers that are. A [`Model`].
#[derive(Debug, Clone, PartialEq)]
pub struct Scaled<T> {
    /// The numbers that are trained, w̃, in the shape of the network; its biases are those in use.
    pub trained: Network<T>,
    /// J of each layer: its weights are w = J w̃.
    pub multipliers: Vec<T>,
}

impl<T: Real> Scaled<T> {
    /// The standard parametrization: what is trained are the weights.
    pub fn standard(network: Network<T>) -> Self {
        let multipliers = vec![T::one(); network.layers.len()];
        Self { trained: network, multipliers }
    }

    /// Maximal update parametrization for Adam (formula `mup-scales`; Yang et al. 2022), from a
    /// network as He's initialization draws it, whose hidden layers are all equally wide. At width
    /// `base` it is the standard one.
    pub fn maximal_update(network: Network<T>, base: usize) -> Self {
        let mut scaled = Self::standard(network);
        let last = scaled.multipliers.len() - 1;
        for index in 1..=last {
            let weights = &mut scaled.trained.layers[index].dense.weights; // [width × outputs]
            let multiplier = T::of(base as f64 / weights.nrows() as f64);
            let start = if index == last { multiplier.sqrt() } else { T::one() };
            *weights *= start / multiplier; // the output layer starts smaller, hidden ones do not
            scaled.multipliers[index] = multiplier;
        }
        scaled
    }

    /// The network in use.
    pub fn network(&self) -> Network<T> {
        let mut network = self.trained.clone();
        for (layer, &multiplier) in network.layers.iter_mut().zip(&self.multipliers) {
            layer.dense.weights *= multiplier;
        }
        network
    }
}

impl<T: Real> Model<T> for Scaled<T> {
    type Gradients = Gradients<T>;

    fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        self.network().forward(inputs)
    }

    /// By the chain rule ∂L/∂w̃ = J ∂L/∂w.
    fn loss_and_gradients(
        &self,
        batch: (ArrayView2<T>, ArrayView2<T>),
        generator: &mut impl Rng,
    ) -> (T, Gradients<T>) {
        let (loss, mut gradients) = self.network().loss_and_gradients(batch, generator);
        for (gradient, &multiplier) in gradients.layers.iter_mut().zip(&self.multipliers) {
            gradient.weights *= multiplier;
        }
        (loss, gradients)
    }

    fn parameters(&self) -> Vec<&[T]> {
        self.trained.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        self.trained.parameters_mut()
    }

    fn with_gradients<'a>(&'a mut self, gradients: &'a Gradients<T>) -> Vec<Parameter<'a, T>> {
        parameters(&mut self.trained, gradients)
    }
}

/// The coordinate check: how far the pre-activations of each layer move on a batch, in so many steps of
/// Adam on that batch; the mean of |Δz| over neurons and examples, a number for each layer.
pub fn coordinate_changes<T: Real>(
    model: &Scaled<T>,
    (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
    (steps, learning_rate): (usize, T),
    generator: &mut impl Rng,
) -> Vec<f64> {
    let (mut moved, mut adam) = (model.clone(), Adam::default());
    for _ in 0..steps {
        train_step(&mut moved, &mut adam, learning_rate, (inputs, targets), generator);
    }
    let [before, after] = [model, &moved].map(|model| model.network().trace(inputs));
    let change = |(z, new): (&Array2<T>, &Array2<T>)| {
        (new - z).mapv(|change| change.abs().as_f64()).mean().expect("a batch has an entry")
    };
    before.pre_activations.iter().zip(&after.pre_activations).map(change).collect()
}

/// With which power of the width a number grows: the slope of the least-squares line through
/// (ln width, ln number). 0 is flat, 1 in proportion.
pub fn growth_exponent(points: &[(f64, f64)]) -> f64 {
    let logs = points.iter().map(|&(width, number)| (width.ln(), number.ln()));
    let count = points.len() as f64;
    let sums = logs.clone().fold((0.0, 0.0), |sums, (x, y)| (sums.0 + x, sums.1 + y));
    let (middle, level) = (sums.0 / count, sums.1 / count);
    let along: f64 = logs.clone().map(|(x, y)| (x - middle) * (y - level)).sum();
    let spread: f64 = logs.map(|(x, _)| (x - middle).powi(2)).sum();
    along / spread
}
