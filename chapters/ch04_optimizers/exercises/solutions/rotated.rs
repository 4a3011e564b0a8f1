//! A solution of the exercise `rotated`.

use ch04_optimizers::{Optimizer, Parameter, Quadratic};
use ndarray::{Array1, array};

/// A quadratic of two parameters with its minimum at 0 and these two curvatures, whose axes were
/// rotated counterclockwise by `angle`, in radians: at 0 the first curvature is that along the
/// first parameter.
///
/// With the vectors u = (cos, sin) and v = (−sin, cos) along its axes, H = a u uᵀ + b v vᵀ.
pub fn rotated_quadratic([a, b]: [f64; 2], angle: f64) -> Quadratic<f64> {
    let (sin, cos) = angle.sin_cos();
    let mixed = (a - b) * sin * cos;
    let curvature = array![
        [a * cos * cos + b * sin * sin, mixed], //
        [mixed, a * sin * sin + b * cos * cos]
    ];
    Quadratic { curvature, minimum: Array1::zeros(2) }
}

/// How many steps with `learning_rate` an optimizer takes from `start` until it is at most a
/// thousandth of the start's distance away from the minimum, or none if `limit` steps are too few.
pub fn steps_needed(
    optimizer: &mut dyn Optimizer<f64>,
    learning_rate: f64,
    quadratic: &Quadratic<f64>,
    start: [f64; 2],
    limit: usize,
) -> Option<usize> {
    let mut point = Array1::from(start.to_vec());
    let distance = |point: &Array1<f64>| (point - &quadratic.minimum).mapv(|x| x * x).sum().sqrt();
    let goal = distance(&point) / 1000.0;
    for step in 0..=limit {
        if distance(&point) <= goal {
            return Some(step);
        }
        let gradient = quadratic.gradient(point.view()).to_vec();
        let values = point.as_slice_mut().expect("a vector lies in one piece");
        optimizer.step(learning_rate, vec![Parameter::new(values, &gradient)]);
    }
    None
}

#[path = "../tests/rotated.rs"]
mod tests;
