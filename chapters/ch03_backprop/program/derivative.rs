//! What a derivative is: the change of a loss, divided by the small change of one weight.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch03_backprop::central_difference;

use crate::example;

/// Draws the figures of the first page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    print("One neuron: its loss when the first weight is nudged from 3 to 3 + h")?;
    for (name, h) in [("1", 1.0), ("0_1", 0.1), ("0_01", 0.01), ("0_001", 0.001)] {
        let loss = example::loss_by_weight(3.0 + h);
        let slope = (loss - example::loss_by_weight(3.0)) / h;
        print(format_args!("  h = {h:<6} loss {loss:.6}   change / h = {slope:.6}"))?;
        let six = |number| Measured::number(number, Format::Decimals(6)).within(1e-6);
        values.set(&format!("derivative.loss_{name}"), six(loss))?;
        values.set(&format!("derivative.slope_{name}"), six(slope))?;
    }
    output.figure("derivative", &derivative())?;
    Ok(())
}

/// The loss by the first weight, with the slope that a small nudge sees.
fn derivative() -> Chart {
    let weights = || (0..=90).map(|k| 0.1 * f64::from(k) - 1.0);
    let at = |weight: f64| (weight, example::loss_by_weight(weight));
    let slope = central_difference(example::loss_by_weight, 3.0, 1e-5);
    let tangent = [1.0, 5.0].map(|weight| (weight, 0.25 + slope * (weight - 3.0)));
    let (_, nudged) = at(4.0);
    let description = format!(
        "The loss falls from 0.96 at a weight of −1 to almost 0 at 8. At 3 it is 0.25 and its \
         slope is {slope:.2}. A nudge by 1 takes it to {nudged:.3}, where the straight line of \
         that slope would be at 0."
    );
    Chart::new("The loss of a neuron by one of its weights", description)
        .x_axis(Axis::new("first weight w₁"))
        .y_axis(Axis::new("loss").range(-0.1, 1.05))
        .series(Series::line("the loss", weights().map(at)))
        .series(Series::line("its slope at 3", tangent))
        .series(Series::scatter("before and after a nudge", [at(3.0), at(4.0)]))
}
