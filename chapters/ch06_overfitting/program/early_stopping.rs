//! Page *Early stopping*: where it stops, and how its path is like that of a penalty.

use anyhow::Result;
use book_figures::{Axis, Chart, ContourMap, Figure, Format, Measured, Output, Values};
use ch04_optimizers::{Optimizer, Parameter, Quadratic, Sgd};
use ch06_overfitting::EarlyStopping;
use ndarray::{Array1, array};

use crate::measured::set;
use crate::study::{EPOCHS, EXAMPLES, PATIENCE};
use crate::thousand::{History, SEED};

/// Draws both curves of a network that learns from noisy labels, and the path in a bowl.
pub fn draw(noisy: &History, output: &Output, values: &mut Values) -> Result<()> {
    let [losses, errors] = early_stopping(noisy, values)?;
    output.figure("early-stopping-loss", &losses.tolerance(15.0))?;
    output.figure("early-stopping", &errors.tolerance(15.0))?;
    output.figure("stopping-path", &stopping_path())?;
    Ok(())
}

/// Where early stopping would stop with a third of the labels random, and what it would keep: the loss
/// that it watches, and the errors.
fn early_stopping(history: &History, values: &mut Values) -> Result<[Chart; 2]> {
    let mut stopping = EarlyStopping::new(PATIENCE);
    let stop = history.epochs.iter().zip(1..);
    let stop = stop
        .take_while(|(epoch, at)| stopping.observe(epoch.validation_loss, || *at).is_continue())
        .count()
        + 1;
    let stop = stop.min(EPOCHS); // patience may not have ended
    let kept: usize = stopping.best.expect("some loss is a number").1;
    let (at_kept, last) = (&history.epochs[kept - 1], history.last());
    let note = format!("seed {SEED}, {EXAMPLES} images, 30% of the labels random");
    set(values, "early_stopping.kept_epoch", Measured::count(kept).machine(), &note)?;
    set(values, "early_stopping.stop_epoch", Measured::count(stop).machine(), &note)?;
    let number = |share: f64| Measured::number(share, Format::Percent(0)).machine();
    set(values, "early_stopping.kept_error", number(at_kept.validation_error), &note)?;
    set(values, "early_stopping.last_error", number(last.validation_error), &note)?;
    let best = history.lowest(|epoch| epoch.validation_error);
    let least = history.epochs[best - 1].validation_error;
    set(values, "early_stopping.best_error_epoch", Measured::count(best).machine(), &note)?;
    set(values, "early_stopping.best_error", number(least), &note)?;
    let decimals = |loss: f64| Measured::number(loss, Format::Decimals(2)).machine();
    let at_best = &history.epochs[best - 1];
    set(values, "early_stopping.best_error_loss", decimals(at_best.validation_loss), &note)?;
    set(values, "early_stopping.kept_loss", decimals(at_kept.validation_loss), &note)?;
    for (name, epoch) in [("best_error", at_best), ("kept", at_kept)] {
        for (what, wrong) in [("misread", true), ("right", false)] {
            let name = format!("early_stopping.{name}_{what}_loss");
            set(values, &name, decimals(epoch.mean_loss(wrong)), &note)?;
        }
    }
    let rules = |chart: Chart| {
        let chart = chart.x_axis(Axis::new("epoch").integers());
        chart.vertical_rule(kept as f64, "kept").vertical_rule(stop as f64, "stopped")
    };
    let description = format!(
        "With 30% random labels. The validation loss is {:.2} after epoch {best}, lowest after epoch \
         {kept}, {:.2}, and {:.2} after epoch {EPOCHS}, while the training loss falls to {:.2}.",
        at_best.validation_loss, at_kept.validation_loss, last.validation_loss, last.train_loss
    );
    let losses = Chart::new("The loss that is watched", description)
        .y_axis(Axis::new("cross-entropy [nats]").from_zero())
        .series(history.line("validation", |epoch| epoch.validation_loss))
        .series(history.line("training", |epoch| epoch.train_loss))
        .height(300.0);
    let description = format!(
        "With 30% random labels. The validation error is lowest after epoch {best}, {:.0}%. It is \
         {:.0}% after epoch {kept}, where the validation loss is lowest, and {:.0}% after epoch \
         {EPOCHS}, while the training error falls to {:.0}%. Stopping would end training after epoch \
         {stop}.",
        100.0 * least,
        100.0 * at_kept.validation_error,
        100.0 * last.validation_error,
        100.0 * last.train_error
    );
    let errors = Chart::new("Where to stop", description)
        .y_axis(Axis::new("images misread [%]").from_zero())
        .series(history.line("validation", |epoch| 100.0 * epoch.validation_error))
        .series(history.line("training", |epoch| 100.0 * epoch.train_error));
    Ok([rules(losses), rules(errors)])
}

/// The way of gradient descent into a bowl, and the lowest points with weaker and weaker penalties.
fn stopping_path() -> ContourMap {
    let bowl = Quadratic { curvature: array![[1.0, 0.6], [0.6, 0.6]], minimum: array![1.0, 1.5] };
    let mut descent = vec![(0.0, 0.0)];
    let mut point = vec![0.0, 0.0];
    for _ in 0..36 {
        let gradient = bowl.gradient(Array1::from(point.clone()).view()).to_vec();
        Sgd::default().step(0.5, vec![Parameter::new(&mut point, &gradient)]);
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
fn penalized(bowl: &Quadratic<f64>, lambda: f64) -> (f64, f64) {
    let right = bowl.curvature.dot(&bowl.minimum);
    let (h, l) = (&bowl.curvature, lambda);
    let determinant = (h[[0, 0]] + l) * (h[[1, 1]] + l) - h[[0, 1]] * h[[1, 0]];
    let first = right[0] * (h[[1, 1]] + l) - right[1] * h[[0, 1]];
    let second = (h[[0, 0]] + l) * right[1] - h[[1, 0]] * right[0];
    (first / determinant, second / determinant)
}
