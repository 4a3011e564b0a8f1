//! Polynomials on noisy points: fits, errors, bias and variance, ridge; and the paths of a descent
//! that stops early and of a penalty that fades.

use std::f64::consts::PI;

use anyhow::Result;
use book_figures::{Axis, Chart, ContourMap, Format, Measured, Output, Series, Values};
use ch04_optimizers::{Bowl, Optimizer, Parameter, Sgd};
use ch06_overfitting::{Decomposition, decompose, folds, least_squares, polynomial, powers, ridge};
use nalgebra::DMatrix;
use ndarray::{Array1, Array2, array};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::chapter::set;

/// The deviation of the noise.
const NOISE: f64 = 0.3;
/// How many points a fit is made of.
const POINTS: usize = 20;
/// How many training sets bias and variance are measured with.
const SETS: usize = 500;

pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let mut generator = ChaCha8Rng::seed_from_u64(6);
    let x = Array1::linspace(-1.0, 1.0, POINTS);
    let y = noisy(&x, &mut generator);
    output.figure("polynomials", &three_fits(&x, &y))?;
    output.figure("polynomial-errors", &errors_by_degree(&x, &y, values)?)?;
    output.figure("bias-variance", &bias_and_variance(&x, values, &mut generator)?)?;
    let pairs = folds(POINTS, 5, &mut generator);
    output.figure("ridge", &ridge_errors((&x, &y), &pairs, values)?)?;
    output.figure("k-fold", &chosen_degree((&x, &y), &pairs, values)?)?;
    output.figure("stopping-path", &stopping_path())?;
    Ok(())
}

fn truth(x: f64) -> f64 {
    (PI * x).sin()
}

/// Targets for the points: the truth and noise.
fn noisy(x: &Array1<f64>, generator: &mut impl Rng) -> Array1<f64> {
    x.mapv(|x| {
        let noise: f64 = StandardNormal.sample(generator);
        truth(x) + NOISE * noise
    })
}

fn fit(x: &Array1<f64>, y: &Array1<f64>, degree: usize) -> Array1<f64> {
    least_squares(powers(x.view(), degree).view(), y.view())
}

/// The points of a grid, and a polynomial there.
fn curve(weights: &Array1<f64>) -> Vec<(f64, f64)> {
    grid().into_iter().map(|x| (x, polynomial(weights.view(), x))).collect()
}

fn grid() -> Array1<f64> {
    Array1::linspace(-1.0, 1.0, 201)
}

fn root_mean_square(differences: &Array1<f64>) -> f64 {
    (differences.dot(differences) / differences.len() as f64).sqrt()
}

/// How far a fit is from the points that it was made of, and from new noisy ones: the second is
/// computed from the distance to the truth on the grid.
fn errors(x: &Array1<f64>, y: &Array1<f64>, weights: &Array1<f64>) -> (f64, f64) {
    let at = |x: &Array1<f64>| x.mapv(|x| polynomial(weights.view(), x));
    let from_truth = root_mean_square(&(at(&grid()) - grid().mapv(truth)));
    (root_mean_square(&(at(x) - y)), from_truth.hypot(NOISE))
}

fn largest_weight(weights: &Array1<f64>) -> f64 {
    weights.iter().fold(0.0, |largest, weight| largest.max(weight.abs()))
}

fn three_fits(x: &Array1<f64>, y: &Array1<f64>) -> Chart {
    let description = format!(
        "Twenty noisy points of a sine wave from −1 to 1. The line of degree 1 misses its bends, the \
         curve of degree 3 follows them, and the curve of degree 15 misses the points by {:.2} on \
         average and swings between them, up to {:.1} in size.",
        errors(x, y, &fit(x, y, 15)).0,
        curve(&fit(x, y, 15)).iter().map(|(_, y)| y.abs()).fold(0.0, f64::max)
    );
    let mut chart = Chart::new("Polynomials on noisy points", description)
        .x_axis(Axis::new("x"))
        .y_axis(Axis::new("y").range(-2.0, 2.0))
        .series(Series::scatter("points", x.iter().copied().zip(y.iter().copied())))
        .series(Series::line("truth", grid().into_iter().map(|x| (x, truth(x)))));
    for degree in [1, 3, 15] {
        chart = chart.series(Series::line(format!("degree {degree}"), curve(&fit(x, y, degree))));
    }
    chart.legend()
}

fn errors_by_degree(x: &Array1<f64>, y: &Array1<f64>, values: &mut Values) -> Result<Chart> {
    let degrees: Vec<usize> = (0..POINTS - 4).collect();
    let errors = degrees.iter().map(|&degree| errors(x, y, &fit(x, y, degree)));
    let (training, new): (Vec<f64>, Vec<f64>) = errors.unzip();
    let best = (0..new.len()).min_by(|&a, &b| new[a].total_cmp(&new[b])).expect("degrees");
    let note = "20 points, noise of deviation 0.3, seed 6";
    for (degree, format) in [(3, Format::Decimals(1)), (15, Format::Scientific(1))] {
        let largest = largest_weight(&fit(x, y, degree));
        let measured = Measured::number(largest, format).within(0.1);
        set(values, &format!("polynomials.degree_{degree}.largest_weight"), measured, note)?;
    }
    for degree in [1, 3, 5, 15] {
        let number = |error: f64| Measured::number(error, Format::Decimals(2)).within(0.001);
        let name = |what: &str| format!("polynomials.degree_{degree}.{what}");
        set(values, &name("training"), number(training[degree]), note)?;
        set(values, &name("new"), number(new[degree]), note)?;
    }
    set(values, "polynomials.best_degree", Measured::count(best), note)?;
    let description = format!(
        "On the twenty points of the fit the error falls with every degree, to {:.2} at degree 15. \
         On new points it is lowest, {:.2}, at degree {best}, and {:.2} at degree 15.",
        training[15], new[best], new[15]
    );
    let line = |name: &str, errors: &[f64]| {
        let points = degrees.iter().zip(errors).map(|(&degree, &error)| (degree as f64, error));
        Series::line(name, points).markers()
    };
    Ok(Chart::new("Error by degree", description)
        .x_axis(Axis::new("degree").integers())
        .y_axis(Axis::new("root mean squared error").log())
        .series(line("new points", &new))
        .series(line("points of the fit", &training))
        .horizontal_rule(NOISE, "noise"))
}

fn bias_and_variance(
    x: &Array1<f64>,
    values: &mut Values,
    generator: &mut impl Rng,
) -> Result<Chart> {
    let targets: Vec<Array1<f64>> = (0..SETS).map(|_| noisy(x, generator)).collect();
    let degrees: Vec<usize> = (0..=14).collect();
    let parts: Vec<Decomposition<f64>> = degrees
        .iter()
        .map(|&degree| {
            let mut predictions = Array2::zeros((SETS, grid().len()));
            for (mut row, y) in predictions.rows_mut().into_iter().zip(&targets) {
                row.assign(&powers(grid().view(), degree).dot(&fit(x, y, degree)));
            }
            decompose(predictions.view(), grid().mapv(truth).view())
        })
        .collect();
    let note =
        format!("{SETS} training sets of {POINTS} points, noise of deviation {NOISE}, seed 6");
    for degree in [3, 14] {
        let mut fits = Array2::zeros((SETS, POINTS));
        for (mut row, y) in fits.rows_mut().into_iter().zip(&targets) {
            row.assign(&powers(x.view(), degree).dot(&fit(x, y, degree)));
        }
        let at_points = decompose(fits.view(), x.mapv(truth).view()).variance;
        let at_points = Measured::number(at_points, Format::Decimals(3)).within(1e-3);
        set(values, &format!("bias_variance.degree_{degree}.at_points"), at_points, &note)?;
    }
    for degree in [1, 3, 9, 14] {
        let number = |part: f64| Measured::number(part, Format::Decimals(3)).within(1e-3);
        let name = |what: &str| format!("bias_variance.degree_{degree}.{what}");
        set(values, &name("bias_squared"), number(parts[degree].bias_squared), &note)?;
        set(values, &name("variance"), number(parts[degree].variance), &note)?;
    }
    let line = |name: &str, part: &dyn Fn(&Decomposition<f64>) -> f64| {
        let points = degrees.iter().map(|&degree| (degree as f64, part(&parts[degree])));
        Series::line(name, points.collect::<Vec<_>>()).markers()
    };
    let description = format!(
        "Squared error by degree, from {SETS} training sets. Bias falls from {:.2} at degree 1 to \
         {:.4} at degree 5; variance grows from {:.3} at degree 1 to {:.2} at degree 14; the noise is \
         0.09 at all degrees.",
        parts[1].bias_squared, parts[5].bias_squared, parts[1].variance, parts[14].variance
    );
    Ok(Chart::new("Bias, variance and noise", description)
        .x_axis(Axis::new("degree").integers())
        .y_axis(Axis::new("squared error").range(0.0, 0.7))
        .series(line("sum", &|part| part.bias_squared + part.variance + NOISE * NOISE))
        .series(line("variance", &|part| part.variance))
        .series(line("bias²", &|part| part.bias_squared))
        .horizontal_rule(NOISE * NOISE, "noise"))
}

/// Two lists of examples: to learn from, and to validate with.
type Pair = (Vec<usize>, Vec<usize>);

/// The root mean squared error that folds find for a way to fit.
fn validated(
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

/// Σ (λₖ / (λₖ + λ))² over the eigenvalues λₖ of XᵀX, the squares of the singular values of X: as
/// many weights without a price would cost as much variance.
fn paid_for(features: &Array2<f64>, lambda: f64) -> f64 {
    let numbers = features.iter().copied();
    let matrix = DMatrix::from_row_iterator(features.nrows(), features.ncols(), numbers);
    let squares = matrix.singular_values().map(|value| value * value);
    squares.iter().map(|square| (square / (square + lambda)).powi(2)).sum()
}

fn ridge_errors(
    (x, y): (&Array1<f64>, &Array1<f64>),
    pairs: &[Pair],
    values: &mut Values,
) -> Result<Chart> {
    let strengths = Array1::linspace(-8.0, 2.0, 41).mapv(|power| 10_f64.powf(power));
    let features = powers(x.view(), 15);
    let errors = strengths.iter().map(|&lambda| {
        let (training, new) = errors(x, y, &ridge(features.view(), y.view(), lambda));
        (lambda, training, new)
    });
    let errors: Vec<(f64, f64, f64)> = errors.collect();
    let best = errors.iter().min_by(|a, b| a.2.total_cmp(&b.2)).expect("strengths");
    let validated = |lambda: f64| {
        validated((x, y), pairs, |x, y| ridge(powers(x.view(), 15).view(), y.view(), lambda))
    };
    let by_folds = errors.iter().min_by(|a, b| validated(a.0).total_cmp(&validated(b.0)));
    let by_folds = by_folds.expect("strengths");
    let number = |error: f64| Measured::number(error, Format::Decimals(2)).within(0.001);
    let note = "degree 15, 20 points, noise of deviation 0.3, seed 6, 41 strengths";
    set(values, "ridge.best", number(best.2), note)?;
    set(values, "ridge.weakest", number(errors[0].2), note)?;
    set(values, "ridge.by_folds", number(by_folds.2), note)?;
    let largest = largest_weight(&ridge(features.view(), y.view(), best.0));
    let largest = Measured::number(largest, Format::Decimals(1)).within(0.1);
    set(values, "ridge.largest_weight", largest, note)?;
    let paid_for = Measured::number(paid_for(&features, best.0), Format::Decimals(1)).within(0.1);
    set(values, "ridge.paid_for", paid_for, note)?;
    let description = format!(
        "Polynomials of degree 15 with a penalty. Without much of it, the error on new points is \
         {:.2}; it is lowest, {:.2}, at a strength of {:.0e}; beyond that it grows again, as on the \
         points of the fit.",
        errors[0].2, best.2, best.0
    );
    let line = |name: &str, error: fn(&(f64, f64, f64)) -> f64| {
        Series::line(name, errors.iter().map(|entry| (entry.0, error(entry))).collect::<Vec<_>>())
    };
    Ok(Chart::new("Degree 15 with a penalty", description)
        .x_axis(Axis::new("strength λ of the penalty").log())
        .y_axis(Axis::new("root mean squared error").from_zero())
        .series(line("new points", |entry| entry.2))
        .series(line("points of the fit", |entry| entry.1))
        .horizontal_rule(NOISE, "noise"))
}

/// The degree that five-fold validation would choose, which has the twenty points only.
fn chosen_degree(
    (x, y): (&Array1<f64>, &Array1<f64>),
    pairs: &[Pair],
    values: &mut Values,
) -> Result<Chart> {
    let validated = |degree: usize| validated((x, y), pairs, |x, y| fit(x, y, degree));
    let degrees = 0..=9;
    let validated: Vec<(f64, f64)> =
        degrees.clone().map(|degree| (degree as f64, validated(degree))).collect();
    let new = degrees.map(|degree| (degree as f64, errors(x, y, &fit(x, y, degree)).1));
    let new: Vec<(f64, f64)> = new.collect();
    let lowest = |points: &[(f64, f64)]| {
        points.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).expect("degrees")
    };
    let (best, at_best) = lowest(&validated);
    set(values, "k_fold.degree", Measured::count(best as usize), "five folds of 20 points")?;
    let description = format!(
        "The error that five-fold validation finds from twenty points alone, and the error on new \
         points, by degree. Validation is lowest, {at_best:.2}, at degree {best}; the error on new \
         points is lowest, {:.2}, at degree {}.",
        lowest(&new).1,
        lowest(&new).0
    );
    Ok(Chart::new("Choosing the degree", description)
        .x_axis(Axis::new("degree").integers())
        .y_axis(Axis::new("root mean squared error").log())
        .series(Series::line("five folds", validated).markers())
        .series(Series::line("new points", new).markers()))
}

/// The way of gradient descent into a bowl, and the lowest points with weaker and weaker penalties.
fn stopping_path() -> ContourMap {
    let bowl = Bowl { curvature: array![[1.0, 0.6], [0.6, 0.6]], lowest: array![1.0, 1.5] };
    let mut descent = vec![(0.0, 0.0)];
    let mut point = vec![0.0, 0.0];
    for _ in 0..36 {
        let gradient = bowl.gradient(Array1::from(point.clone()).view()).to_vec();
        Sgd::default().step(0.5, vec![Parameter { values: &mut point, gradient: &gradient }]);
        descent.push((point[0], point[1]));
    }
    let penalized =
        Array1::linspace(1.5, -2.0, 30).mapv(|power| penalized(&bowl, 10_f64.powf(power)));
    let value = |x: f64, y: f64| bowl.value(array![x, y].view());
    let penalized: Vec<(f64, f64)> = penalized.to_vec();
    let distance = |a: &(f64, f64), b: &(f64, f64)| (a.0 - b.0).hypot(a.1 - b.1);
    let nearest = |a| penalized.iter().map(|b| distance(a, b)).fold(f64::INFINITY, f64::min);
    let farthest = descent.iter().map(nearest).fold(0.0, f64::max);
    let right = |path: &[(f64, f64)]| path.iter().map(|at| at.0).fold(f64::NEG_INFINITY, f64::max);
    let description = format!(
        "Contours of a bowl whose lowest point is (1, 1.5). Two paths lead there from the origin: \
         gradient descent, step by step, and the lowest points with a penalty that grows weaker. They \
         begin alike; then the first goes to the right as far as {:.2} before it turns back, the \
         second to {:.2}. No point of the first is farther than {farthest:.2} from the nearest of \
         the second.",
        right(&descent),
        right(&penalized)
    );
    ContourMap::new("Stopping early and decaying", description, [(-0.3, 1.7), (-0.3, 1.9)], value)
        .axes("θ₁", "θ₂")
        .path("descent", descent)
        .path("penalty", penalized)
        .mark("lowest", (1.0, 1.5))
}

/// Where a bowl with a penalty is lowest: (H + λI)⁻¹Hc, by Cramer's rule.
fn penalized(bowl: &Bowl<f64>, lambda: f64) -> (f64, f64) {
    let right = bowl.curvature.dot(&bowl.lowest);
    let (h, l) = (&bowl.curvature, lambda);
    let determinant = (h[[0, 0]] + l) * (h[[1, 1]] + l) - h[[0, 1]] * h[[1, 0]];
    let first = right[0] * (h[[1, 1]] + l) - right[1] * h[[0, 1]];
    let second = (h[[0, 0]] + l) * right[1] - h[[1, 0]] * right[0];
    (first / determinant, second / determinant)
}
