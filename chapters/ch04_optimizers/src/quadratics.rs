//! Quadratic functions, on which the curvature alone tells how fast a rule can be. Page: *Bowls and
//! ravines* (`ch04_optimizers/quadratics.md`).

use ch01_neuron::Real;
use nalgebra::{DMatrix, SymmetricEigen};
use ndarray::{Array1, Array2, ArrayView1};

/// A quadratic function, L(θ) = ½ (θ − c)ᵀ H (θ − c).
#[derive(Debug, Clone, PartialEq)]
pub struct Quadratic<T> {
    /// H, `[n × n]`, symmetric: the curvature. Only with positive eigenvalues is c a minimum.
    pub curvature: Array2<T>,
    /// c, `[n]`: where the gradient is 0.
    pub minimum: Array1<T>,
}

impl<T: Real> Quadratic<T> {
    /// L at `point: [n]`.
    pub fn value(&self, point: ArrayView1<T>) -> T {
        let offset = &point - &self.minimum;
        T::of(0.5) * offset.dot(&self.curvature.dot(&offset))
    }

    /// H (θ − c), `[n]`
    pub fn gradient(&self, point: ArrayView1<T>) -> Array1<T> {
        self.curvature.dot(&(&point - &self.minimum))
    }

    /// The curvatures along the axes, smallest first: the eigenvalues of H.
    pub fn eigenvalues(&self) -> Vec<T> {
        let numbers = self.curvature.iter().map(|number| number.as_f64());
        let matrix = DMatrix::from_iterator(self.minimum.len(), self.minimum.len(), numbers);
        let mut eigenvalues: Vec<f64> =
            SymmetricEigen::new(matrix).eigenvalues.iter().copied().collect();
        eigenvalues.sort_by(f64::total_cmp);
        eigenvalues.into_iter().map(T::of).collect()
    }

    /// The smallest and the largest eigenvalue.
    pub(crate) fn extreme_eigenvalues(&self) -> (T, T) {
        let eigenvalues = self.eigenvalues();
        (eigenvalues[0], eigenvalues[eigenvalues.len() - 1])
    }

    /// κ = λₘₐₓ / λₘᵢₙ: how much the curvatures differ.
    pub fn condition_number(&self) -> T {
        let (smallest, largest) = self.extreme_eigenvalues();
        largest / smallest
    }

    /// Above 2 / λₘₐₓ, gradient descent diverges.
    pub fn largest_stable_rate(&self) -> T {
        T::of(2.0) / self.extreme_eigenvalues().1
    }

    /// What one step of gradient descent leaves of the distance along the slowest axis:
    /// maxₖ |1 − ηλₖ|.
    pub fn contraction(&self, learning_rate: T) -> T {
        let left = |eigenvalue: T| (T::one() - learning_rate * eigenvalue).abs();
        self.eigenvalues().into_iter().map(left).fold(T::zero(), T::max)
    }

    /// The learning rate with the smallest contraction: 2 / (λₘᵢₙ + λₘₐₓ). It leaves
    /// (κ − 1) / (κ + 1) of the distance.
    pub fn best_rate(&self) -> T {
        let (smallest, largest) = self.extreme_eigenvalues();
        T::of(2.0) / (smallest + largest)
    }
}
