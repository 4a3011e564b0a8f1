//! Momentum: how a velocity grows, and what it does to a rate that was right without it.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::{Momentum, Sgd};

use crate::paths::{Point, descend, distance, slope, step_lengths};
use crate::ravine::{START, ravine};

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    velocity(output)?;
    kept_rate(values)
}

/// Under a constant gradient a velocity grows to 1 / (1 − μ) times the gradient.
fn velocity(output: &Output) -> Result<()> {
    let lengths = |mu: f64| step_lengths(Momentum::new(mu), [1.0; 60]);
    let [half, usual, long] = [lengths(0.5), lengths(0.9), lengths(0.95)];
    let description = format!(
        "With a constant gradient of 1 the steps grow to {:.1} for a momentum of 0.5, {:.1} for 0.9 \
         and {:.1} for 0.95 within sixty steps.",
        half[59].1, usual[59].1, long[59].1
    );
    let chart = Chart::new("A velocity reaches its limit", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("length of the step ÷ learning rate").from_zero())
        .series(Series::line("μ = 0.5", half))
        .series(Series::line("μ = 0.9", usual))
        .series(Series::line("μ = 0.95", long));
    output.figure("velocity", &chart)?;
    Ok(())
}

/// Plain descent in the ravine at its best rate; momentum 0.9 with the same rate, and with a tenth.
fn kept_rate(values: &mut Values) -> Result<()> {
    let bowl = ravine();
    let rate = bowl.best_rate();
    let left = |path: Vec<Point>| distance(path[100], [1.0, 0.5]);
    let plain = left(descend(&mut Sgd::default(), rate, START, 100, slope(&bowl)));
    let kept = left(descend(&mut Momentum::new(0.9), rate, START, 100, slope(&bowl)));
    let tenth = left(descend(&mut Momentum::new(0.9), 0.1 * rate, START, 100, slope(&bowl)));
    print(format_args!(
        "100 steps at rate {rate:.3}: plain {plain:.1e}, momentum 0.9 {kept:.1e}, with a tenth of the \
         rate {tenth:.1e}"
    ))?;
    for (name, left) in [("plain", plain), ("kept", kept), ("tenth", tenth)] {
        let measured = Measured::number(left, Format::Scientific(0)).within(0.05 * left);
        values.set(&format!("kept_rate.{name}"), measured.note("after 100 steps in the ravine"))?;
    }
    let times = Measured::number(kept / plain, Format::Integer).within(0.5);
    values.set("kept_rate.times", times)?;
    Ok(())
}
