//! Ridge regression, the L2 penalty, decoupled weight decay, and the max-norm constraint. Page: *Weight
//! decay* (`ch06_overfitting/weight_decay.md`).

use ch01_neuron::Real;
use ch02_forward::Network;
use ch03_backprop::Gradients;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use crate::polynomials::least_squares;

/// The weights with the smallest |Xw − y|² + λ|w|².
///
/// The penalty is a sum of squares too, so it is least squares again, with a row for each weight
/// below X: √λ for this weight, 0 for the others, and the target 0. λ is at least 0. Shapes and
/// panics are those of [`least_squares`] (Hoerl and Kennard 1970).
pub fn ridge<T: Real>(inputs: ArrayView2<T>, targets: ArrayView1<T>, lambda: T) -> Array1<T> {
    let ((points, weights), count) = (inputs.dim(), targets.len());
    assert!(points == count, "ridge: inputs {:?} and targets [{count}] differ", inputs.dim());
    let mut all_inputs = Array2::zeros((points + weights, weights));
    let mut all_targets = Array1::zeros(points + weights);
    for row in 0..points {
        all_inputs.row_mut(row).assign(&inputs.row(row));
        all_targets[row] = targets[row];
    }
    for weight in 0..weights {
        all_inputs[[points + weight, weight]] = lambda.sqrt();
    }
    least_squares(all_inputs.view(), all_targets.view())
}

/// What [`Network`] needs to keep its weights small. The biases are left alone: they do not decide
/// how steep the network's function is.
pub trait WeightDecay<T> {
    /// The L2 penalty, λ/2 · Σ w² over the weights of all layers, which is added to the loss.
    fn l2_penalty(&self, lambda: T) -> T;

    /// Adds the penalty's gradient, λW, to the gradient of each layer's W.
    fn add_l2_gradient(&self, lambda: T, gradients: &mut Gradients<T>);

    /// W ← (1 − `fraction`) W in each layer: decay that no gradient and no optimizer has seen.
    fn decay(&mut self, fraction: T);

    /// Shortens the weights of each neuron (a column of W) of layer `index` to length
    /// `max_norm(index)`, if they are longer (Hinton et al. 2012).
    fn constrain_norms(&mut self, max_norm: impl Fn(usize) -> T);
}

impl<T: Real> WeightDecay<T> for Network<T> {
    fn l2_penalty(&self, lambda: T) -> T {
        let weights = self.layers.iter().flat_map(|layer| &layer.dense.weights);
        T::of(0.5) * lambda * weights.map(|&weight| weight * weight).sum::<T>()
    }

    fn add_l2_gradient(&self, lambda: T, gradients: &mut Gradients<T>) {
        for (layer, gradient) in self.layers.iter().zip(&mut gradients.layers) {
            gradient.weights.scaled_add(lambda, &layer.dense.weights);
        }
    }

    fn decay(&mut self, fraction: T) {
        for layer in &mut self.layers {
            layer.dense.weights *= T::one() - fraction;
        }
    }

    fn constrain_norms(&mut self, max_norm: impl Fn(usize) -> T) {
        for (index, layer) in self.layers.iter_mut().enumerate() {
            let max_norm = max_norm(index);
            let weights = &mut layer.dense.weights; // [inputs × outputs]
            let mut squares = Array1::<T>::zeros(weights.ncols()); // [outputs]
            for row in weights.rows() {
                squares.zip_mut_with(&row, |sum, &weight| *sum += weight * weight);
            }
            if squares.iter().any(|&square| square > max_norm * max_norm) {
                let factors = squares.mapv(|square| (max_norm / square.sqrt()).min(T::one()));
                *weights *= &factors; // column j times factor j
            }
        }
    }
}
