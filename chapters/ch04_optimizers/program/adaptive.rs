//! What the states of AdaGrad and RMSProp do.

use anyhow::Result;
use book_figures::{Axis, Chart, Output, Series, Values};
use ch04_optimizers::{AdaGrad, RmsProp, Sgd};

use crate::numbers::number;
use crate::paths::step_lengths;

/// Draws the figure of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    forgetting(output, values)
}

/// A gradient of 1 for a hundred steps, and then of 0.01: who gets used to it?
fn forgetting(output: &Output, values: &mut Values) -> Result<()> {
    let gradients = || (1..=1500).map(|step| if step <= 100 { 1.0 } else { 0.01 });
    let adagrad = step_lengths(AdaGrad::default(), gradients());
    let rmsprop = step_lengths(RmsProp::default(), gradients());
    let sgd = step_lengths(Sgd::default(), gradients());
    let last = |lengths: &[(f64, f64)]| lengths[1499].1;
    let description = format!(
        "The gradient falls from 1 to 0.01 after 100 steps. At step 1,500 the step of SGD is {:.4}, \
         of AdaGrad {:.5}, of RMSProp {:.2}, all in units of the learning rate.",
        last(&sgd),
        last(&adagrad),
        last(&rmsprop)
    );
    let chart = Chart::new("Forgetting", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("length of the step ÷ learning rate").log().range(1e-4, 20.0))
        .series(Series::line("SGD", sgd))
        .series(Series::line("AdaGrad", adagrad.clone()))
        .series(Series::line("RMSProp", rmsprop.clone()))
        .vertical_rule(100.0, "gradient 100 times smaller");
    output.figure("forgetting", &chart)?;
    values.set("forgetting.adagrad", number(last(&adagrad), 4))?;
    values.set("forgetting.rmsprop", number(last(&rmsprop), 2))?;
    Ok(())
}
