//! Page *Three sets*: the degree that five folds would choose.

use anyhow::Result;
use book_figures::{Axis, Chart, Measured, Output, Series, Values};
use ndarray::Array1;

use crate::measured::set;
use crate::polynomial_fits::{Pair, errors, fit, validated};

/// Draws the choice of a degree for the twenty points.
pub fn draw(
    points: (&Array1<f64>, &Array1<f64>),
    pairs: &[Pair],
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    output.figure("k-fold", &chosen_degree(points, pairs, values)?)?;
    Ok(())
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
