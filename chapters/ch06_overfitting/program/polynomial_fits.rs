//! Noisy points of a sine wave, polynomials through them, and how wrong these are.

use std::f64::consts::PI;

use ch06_overfitting::{least_squares, polynomial, powers};
use ndarray::Array1;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// The deviation of the noise.
pub const NOISE: f64 = 0.3;

/// How many points a fit is made of.
pub const POINTS: usize = 20;

pub fn truth(x: f64) -> f64 {
    (PI * x).sin()
}

/// Targets for the points: the truth and noise.
pub fn noisy(x: &Array1<f64>, generator: &mut impl Rng) -> Array1<f64> {
    x.mapv(|x| {
        let noise: f64 = StandardNormal.sample(generator);
        truth(x) + NOISE * noise
    })
}

pub fn fit(x: &Array1<f64>, y: &Array1<f64>, degree: usize) -> Array1<f64> {
    least_squares(powers(x.view(), degree).view(), y.view())
}

/// The points of a grid, and a polynomial there.
pub fn curve(weights: &Array1<f64>) -> Vec<(f64, f64)> {
    grid().into_iter().map(|x| (x, polynomial(weights.view(), x))).collect()
}

pub fn grid() -> Array1<f64> {
    Array1::linspace(-1.0, 1.0, 201)
}

fn root_mean_square(differences: &Array1<f64>) -> f64 {
    (differences.dot(differences) / differences.len() as f64).sqrt()
}

/// How far a fit is from the points that it was made of, and from new noisy ones: the second is
/// computed from the distance to the truth on the grid.
pub fn errors(x: &Array1<f64>, y: &Array1<f64>, weights: &Array1<f64>) -> (f64, f64) {
    let at = |x: &Array1<f64>| x.mapv(|x| polynomial(weights.view(), x));
    let from_truth = root_mean_square(&(at(&grid()) - grid().mapv(truth)));
    (root_mean_square(&(at(x) - y)), from_truth.hypot(NOISE))
}

pub fn largest_weight(weights: &Array1<f64>) -> f64 {
    weights.iter().fold(0.0, |largest, weight| largest.max(weight.abs()))
}

/// Two lists of examples: to learn from, and to validate with.
pub type Pair = (Vec<usize>, Vec<usize>);

/// The root mean squared error that folds find for a way to fit.
pub fn validated(
    (x, y): (&Array1<f64>, &Array1<f64>),
    pairs: &[Pair],
    fit: impl Fn(&Array1<f64>, &Array1<f64>) -> Array1<f64>,
) -> f64 {
    let mut squares = 0.0;
    for (training, held_out) in pairs {
        let pick = |all: &Array1<f64>| training.iter().map(|&i| all[i]).collect();
        let weights = fit(&pick(x), &pick(y));
        let square = |&i: &usize| (polynomial(weights.view(), x[i]) - y[i]).powi(2);
        squares += held_out.iter().map(square).sum::<f64>();
    }
    (squares / x.len() as f64).sqrt()
}
