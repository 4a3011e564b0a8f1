//! Gradient descent on a parabola: one weight, and rates that are too small, good and too large.

use anyhow::Result;
use book_figures::{Axis, Chart, Output, Series};
use ch04_optimizers::{Optimizer, Parameter, Quadratic, Sgd};
use ndarray::array;

use crate::paths::{Point, descend};

/// Draws the figures of the first page.
pub fn run(output: &Output) -> Result<()> {
    parabola_steps(output)?;
    parabola(output)
}

/// The parabola that the page works on paper, and a few steps across it with three rates.
fn parabola_steps(output: &Output) -> Result<()> {
    let bowl = Quadratic { curvature: array![[2.0]], minimum: array![3.0] };
    let height = |theta: f64| (theta, bowl.value(array![theta].view()));
    let path = |rate, steps| {
        let slope = |[theta, _]: Point| [bowl.gradient(array![theta].view())[0], 0.0];
        descend(&mut Sgd::default(), rate, [0.0, 0.0], steps, slope)
    };
    let paths = [(0.1, 8), (0.9, 8), (1.1, 3)].map(|(rate, steps)| (rate, path(rate, steps)));
    let told = paths.iter().map(|(rate, path)| {
        let ends = path.iter().map(|[theta, _]| format!("{theta:.2}")).collect::<Vec<_>>();
        format!("with rate {rate} {}", ends.join(", "))
    });
    let told = told.collect::<Vec<_>>().join("; ");
    let description = format!("A parabola with its minimum at 3. The weight goes, {told}.");
    let mut chart = Chart::new("Steps on a parabola", description)
        .x_axis(Axis::new("weight").range(-2.5, 8.5))
        .y_axis(Axis::new("loss").range(0.0, 28.0))
        .series(Series::line("the loss", (0..=220).map(|k| height(-2.5 + 0.05 * f64::from(k)))));
    for (rate, path) in paths {
        let points: Vec<(f64, f64)> = path.iter().map(|&[theta, _]| height(theta)).collect();
        chart = chart.series(Series::line(format!("rate {rate}"), points).markers());
    }
    output.figure("parabola_steps", &chart.legend())?;
    Ok(())
}

/// One parameter, four rates: too small, good, nearly too large, too large.
fn parabola(output: &Output) -> Result<()> {
    let bowl = Quadratic { curvature: array![[1.0]], minimum: array![0.0] };
    let series = [0.1, 0.5, 1.8, 2.05].map(|rate| {
        let (mut sgd, mut point, mut losses) = (Sgd::default(), [1.0], Vec::new());
        for step in 0..=40 {
            let here = array![point[0]];
            losses.push((f64::from(step), bowl.value(here.view())));
            let slope = bowl.gradient(here.view()).to_vec();
            let values = &mut point;
            let parameter = Parameter::new(values, &slope);
            sgd.step(rate, vec![parameter]);
        }
        (rate, losses)
    });
    let ends = series.iter().map(|(rate, losses)| format!("{:.0e} with {rate}", losses[40].1));
    let ends = ends.collect::<Vec<_>>().join(", ");
    let description = format!("From a loss of 0.5, forty steps lead to {ends}.");
    let mut chart = Chart::new("The loss on a parabola by step", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("loss").log().range(1e-9, 10.0));
    for (rate, losses) in series {
        chart = chart.series(Series::line(format!("rate {rate}"), losses));
    }
    output.figure("parabola", &chart)?;
    Ok(())
}
