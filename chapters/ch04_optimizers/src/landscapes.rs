//! A loss that is no quadratic: Rosenbrock's valley. Page: *Where bowls end*
//! (`ch04_optimizers/landscapes.md`).

use ch01_neuron::Real;

/// Rosenbrock's valley, (1 − x)² + 100 (y − x²)², with its minimum at (1, 1) (Rosenbrock 1960).
pub fn rosenbrock<T: Real>([x, y]: [T; 2]) -> T {
    (T::one() - x).powi(2) + T::of(100.0) * (y - x * x).powi(2)
}

/// The slopes of [`rosenbrock`] along x and y.
pub fn rosenbrock_gradient<T: Real>([x, y]: [T; 2]) -> [T; 2] {
    let beside = T::of(200.0) * (y - x * x); // of the steep term by y
    [T::of(-2.0) * (T::one() - x) - T::of(2.0) * x * beside, beside]
}
