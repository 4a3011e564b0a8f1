//! Page *Twenty points*: three fits, their errors by degree, bias and variance.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use ch06_overfitting::{BiasVariance, powers};
use ndarray::{Array1, Array2};
use rand::Rng;

use crate::measured::set;
use crate::polynomial_fits::{
    NOISE, POINTS, curve, errors, fit, grid, largest_weight, noisy, truth,
};

/// How many training sets bias and variance are measured with.
const SETS: usize = 500;

/// Draws everything about the twenty points `x` and `y`.
pub fn draw(
    (x, y): (&Array1<f64>, &Array1<f64>),
    output: &Output,
    values: &mut Values,
    generator: &mut impl Rng,
) -> Result<()> {
    output.figure("polynomials", &three_fits(x, y))?;
    output.figure("polynomial-errors", &errors_by_degree(x, y, values)?)?;
    output.figure("bias-variance", &parts_by_degree(x, values, generator)?)?;
    Ok(())
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

fn parts_by_degree(
    x: &Array1<f64>,
    values: &mut Values,
    generator: &mut impl Rng,
) -> Result<Chart> {
    let targets: Vec<Array1<f64>> = (0..SETS).map(|_| noisy(x, generator)).collect();
    let degrees: Vec<usize> = (0..=14).collect();
    let parts: Vec<BiasVariance<f64>> = degrees
        .iter()
        .map(|&degree| {
            let mut predictions = Array2::zeros((SETS, grid().len()));
            for (mut row, y) in predictions.rows_mut().into_iter().zip(&targets) {
                row.assign(&powers(grid().view(), degree).dot(&fit(x, y, degree)));
            }
            BiasVariance::of(predictions.view(), grid().mapv(truth).view())
        })
        .collect();
    let note =
        format!("{SETS} training sets of {POINTS} points, noise of deviation {NOISE}, seed 6");
    for degree in [3, 14] {
        let mut fits = Array2::zeros((SETS, POINTS));
        for (mut row, y) in fits.rows_mut().into_iter().zip(&targets) {
            row.assign(&powers(x.view(), degree).dot(&fit(x, y, degree)));
        }
        let at_points = BiasVariance::of(fits.view(), x.mapv(truth).view()).variance;
        let at_points = Measured::number(at_points, Format::Decimals(3)).within(1e-3);
        set(values, &format!("bias_variance.degree_{degree}.at_points"), at_points, &note)?;
    }
    for degree in [1, 3, 9, 14] {
        let number = |part: f64| Measured::number(part, Format::Decimals(3)).within(1e-3);
        let name = |what: &str| format!("bias_variance.degree_{degree}.{what}");
        set(values, &name("bias_squared"), number(parts[degree].bias_squared), &note)?;
        set(values, &name("variance"), number(parts[degree].variance), &note)?;
    }
    let line = |name: &str, part: &dyn Fn(&BiasVariance<f64>) -> f64| {
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
