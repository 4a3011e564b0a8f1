//! Page *Weight decay*: ridge regression by its strength, and the weights of a network with decay.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use ch02_forward::Network;
use ch06_overfitting::{powers, ridge};
use nalgebra::DMatrix;
use ndarray::{Array1, Array2};

use crate::measured::set;
use crate::polynomial_fits::{NOISE, Pair, errors, largest_weight, validated};
use crate::thousand::SEED;

/// Draws ridge regression on the twenty points.
pub fn draw_ridge(
    points: (&Array1<f64>, &Array1<f64>),
    pairs: &[Pair],
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    output.figure("ridge", &ridge_errors(points, pairs, values)?)?;
    Ok(())
}

/// Draws the weights of two networks, without decay and with it.
pub fn draw_weights(
    plain: &Network<f32>,
    decayed: &Network<f32>,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    output.figure("weights", &weights(plain, decayed, values)?)?;
    Ok(())
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

/// How many weights of the first layer have which size, with decay and without.
fn weights(
    plain: &Network<f32>,
    decayed: &Network<f32>,
    values: &mut Values,
) -> Result<impl Figure> {
    let histogram = |network: &Network<f32>| -> Vec<(f64, f64)> {
        let weights = &network.layers[0].dense.weights;
        let mut bins = [0.0; 41];
        for &weight in weights {
            let bin = (f64::from(weight) / 0.02).round() as isize + 20;
            if let Some(count) = usize::try_from(bin).ok().and_then(|bin| bins.get_mut(bin)) {
                *count += 100.0 / weights.len() as f64;
            }
        }
        let centers = (-20..=20).map(|bin| 0.02 * f64::from(bin));
        let below_the_axis = |share: f64| if share > 0.0 { share } else { 1e-9 };
        centers.zip(bins.map(below_the_axis)).collect()
    };
    let size = |network: &Network<f32>| {
        let weights = &network.layers[0].dense.weights;
        (weights.iter().map(|&w| f64::from(w).powi(2)).sum::<f64>() / weights.len() as f64).sqrt()
    };
    let [before, after] = [plain, decayed].map(size);
    let note = format!("first layer, seed {SEED}, root mean square");
    let number = |number: f64| Measured::number(number, Format::Decimals(3)).within(0.001);
    set(values, "weights.plain", number(before), &note)?;
    set(values, "weights.decayed", number(after), &note)?;
    let near_zero = |network: &Network<f32>| {
        let weights = &network.layers[0].dense.weights;
        weights.iter().filter(|weight| weight.abs() < 0.01).count() as f64 / weights.len() as f64
    };
    let [far, near] = [plain, decayed].map(near_zero);
    let note = format!("first layer, seed {SEED}, share of the weights within 0.01 of 0");
    let number = |share: f64| Measured::number(share, Format::Percent(0)).within(0.01);
    set(values, "weights.plain_near_zero", number(far), &note)?;
    set(values, "weights.decayed_near_zero", number(near), &note)?;
    let description = format!(
        "The weights of the first layer by size, on a logarithmic scale. Without decay they have the \
         root mean square {before:.3}, and {:.0}% of them are within 0.01 of 0; with decay \
         {after:.3}, and {:.0}%.",
        100.0 * far,
        100.0 * near
    );
    Ok(Chart::new("Weights with and without decay", description)
        .x_axis(Axis::new("weight"))
        .y_axis(Axis::new("share of the weights [%]").log().range(7e-4, 60.0))
        .series(Series::line("plain", histogram(plain)))
        .series(Series::line("weight decay", histogram(decayed)))
        .legend()
        .tolerance(15.0))
}
