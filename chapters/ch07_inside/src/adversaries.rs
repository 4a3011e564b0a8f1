//! Inputs that are changed to mislead a network, and bounds that no change can break. Page:
//! *Adversaries* (`ch07_inside/adversaries.md`).
//!
//! An adversary may change each pixel by at most ε, and pixels stay between 0 and 1.

use ch01_neuron::Real;
use ch02_forward::{Loss, Network, product};
use ch03_backprop::{Gradients, LossBackward};
use ch04_optimizers::{Parameter, parameters};
use ch05_mnist::Model;
use ndarray::{Array2, ArrayView2, Axis, Zip};
use rand::Rng;

use crate::gradients::InputGradient;

/// The gradient of the cross-entropy of each row by its inputs, `[batch × inputs]`.
pub fn loss_gradient<T: Real>(
    network: &Network<T>,
    inputs: ArrayView2<T>,
    targets: ArrayView2<T>,
) -> Array2<T> {
    let trace = network.trace(inputs);
    let output_gradient = Loss::SoftmaxCrossEntropy.gradient(trace.output(), targets);
    network.sensitivities(&trace, output_gradient).inputs
}

/// An adversary: how far each pixel may move, in how many steps of which length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attack {
    /// ε, the largest change of a pixel.
    pub radius: f64,
    /// How many steps it takes.
    pub steps: usize,
    /// How far each step moves a pixel.
    pub step: f64,
}

impl Attack {
    /// The fast gradient sign method, one step of length ε (Goodfellow, Shlens and Szegedy 2015).
    pub fn fast(radius: f64) -> Self {
        Self { radius, steps: 1, step: radius }
    }

    /// The same in `steps` steps, each of which may go two and a half times its share of the way
    /// (projected gradient descent, Madry et al. 2018, from the image itself).
    pub fn iterated(radius: f64, steps: usize) -> Self {
        Self { radius, steps, step: 2.5 * radius / steps as f64 }
    }

    /// The images as the adversary hands them over, `[batch × inputs]`: each step goes by the sign of
    /// the gradient of the loss, and back to where it may be.
    pub fn apply<T: Real>(
        &self,
        network: &Network<T>,
        inputs: ArrayView2<T>,
        targets: ArrayView2<T>,
    ) -> Array2<T> {
        let (radius, step) = (T::of(self.radius), T::of(self.step));
        let mut moved = inputs.to_owned();
        for _ in 0..self.steps {
            let gradient = loss_gradient(network, moved.view(), targets);
            Zip::from(&mut moved).and(&gradient).and(&inputs).for_each(|x, &g, &start| {
                let sign = if g == T::zero() { g } else { g.signum() };
                let [low, high] = reach(start, radius);
                *x = (*x + step * sign).max(low).min(high);
            });
        }
        moved
    }
}

/// How low and how high an adversary may set a pixel.
fn reach<T: Real>(pixel: T, radius: T) -> [T; 2] {
    [(pixel - radius).max(T::zero()), (pixel + radius).min(T::one())]
}

/// The lowest and the highest that every entry of a batch can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds<T> {
    /// `[batch × columns]`
    pub lower: Array2<T>,
    /// `[batch × columns]`
    pub upper: Array2<T>,
}

impl<T: Real> Bounds<T> {
    /// All images within `radius` of these.
    fn around(inputs: ArrayView2<T>, radius: T) -> Self {
        let [lower, upper] = [0, 1].map(|end| inputs.mapv(|x| reach(x, radius)[end]));
        Self { lower, upper }
    }

    /// The bounds of some rows.
    fn of(&self, rows: &[usize]) -> Self {
        let [lower, upper] = [&self.lower, &self.upper].map(|end| end.select(Axis(0), rows));
        Self { lower, upper }
    }

    /// What a weighted sum can be, from the middle and half the width of what it is given: the middle
    /// goes through W, the half width through |W|.
    fn through(&self, weights: ArrayView2<T>) -> Self {
        let half = T::of(0.5);
        let middle = product(((&self.lower + &self.upper) * half).view(), weights);
        let width = ((&self.upper - &self.lower) * half).mapv(|w| w.max(T::zero()));
        let width = product(width.view(), weights.mapv(T::abs).view());
        Self { lower: &middle - &width, upper: middle + width }
    }
}

/// What the last layer may be given, over all images within `radius`: layer by layer, each interval
/// through W and b, and both of its ends through the activation function, which must not fall anywhere.
pub fn hidden_bounds<T: Real>(network: &Network<T>, inputs: ArrayView2<T>, radius: T) -> Bounds<T> {
    let hidden = &network.layers[..network.layers.len() - 1];
    hidden.iter().fold(Bounds::around(inputs, radius), |bounds, layer| {
        let z = bounds.through(layer.dense.weights.view());
        let [lower, upper] =
            [z.lower, z.upper].map(|z| layer.activate((z + &layer.dense.bias).view()));
        Bounds { lower, upper }
    })
}

/// A lower bound of z_y − z_k for each class k, over all images within `radius`: the hidden layers by
/// intervals, the last by the differences of its columns. `[batch × classes]`, 0 at the label y.
///
/// Where all others are above 0, no change within the radius makes the network answer otherwise.
pub fn margin_bounds<T: Real>(
    network: &Network<T>,
    inputs: ArrayView2<T>,
    labels: &[u8],
    radius: T,
) -> Array2<T> {
    let bounds = hidden_bounds(network, inputs, radius);
    let last = &network.layers[network.layers.len() - 1].dense;
    let mut margins = Array2::zeros((inputs.nrows(), last.bias.len()));
    for class in 0..last.bias.len() {
        let is_class = |r: &usize| usize::from(labels[*r]) == class;
        let rows: Vec<usize> = (0..labels.len()).filter(is_class).collect();
        let own = last.weights.column(class).insert_axis(Axis(1));
        let differences = &own - &last.weights; // [hidden × classes]
        let bias = last.bias.mapv(|b| last.bias[class] - b);
        let lower = bounds.of(&rows).through(differences.view()).lower + &bias;
        for (&r, row) in rows.iter().zip(lower.rows()) {
            margins.row_mut(r).assign(&row);
        }
    }
    margins
}

/// A network that is trained on what an adversary makes of its images, and used as it is: a
/// [`Model`].
#[derive(Debug, Clone, PartialEq)]
pub struct Hardened<T> {
    /// The network itself.
    pub network: Network<T>,
    /// Who changes its images.
    pub attack: Attack,
}

impl<T: Real> Model<T> for Hardened<T> {
    type Gradients = Gradients<T>;

    fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        self.network.forward(inputs)
    }

    fn loss_and_gradients(
        &self,
        (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
        generator: &mut impl Rng,
    ) -> (T, Gradients<T>) {
        let moved = self.attack.apply(&self.network, inputs, targets);
        Model::loss_and_gradients(&self.network, (moved.view(), targets), generator)
    }

    fn parameters(&self) -> Vec<&[T]> {
        self.network.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        self.network.parameters_mut()
    }

    fn with_gradients<'a>(&'a mut self, gradients: &'a Gradients<T>) -> Vec<Parameter<'a, T>> {
        parameters(&mut self.network, gradients)
    }
}
