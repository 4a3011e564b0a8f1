//! Adam: what its corrections are for, and where weight decay belongs.

use anyhow::Result;
use book_figures::{Axis, Chart, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::{Adam, AdamW, Optimizer, Parameter};

use crate::numbers::number;
use crate::paths::step_lengths;

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    bias_correction(output, values)?;
    weight_decay(output, values)
}

/// Adam's steps under a constant gradient, as they are and as they would be without correction.
fn bias_correction(output: &Output, values: &mut Values) -> Result<()> {
    let corrected = step_lengths(Adam::default(), [0.3; 5000]);
    let uncorrected: Vec<(f64, f64)> = (1..=5000)
        .map(|t| {
            let [m, s] = [0.9_f64, 0.999].map(|beta| 1.0 - beta.powi(t));
            (f64::from(t), m / s.sqrt())
        })
        .collect();
    let largest = uncorrected.iter().fold((0.0, 0.0), |a, &b| if b.1 > a.1 { b } else { a });
    let description = format!(
        "With the correction every step has the length of the learning rate. Without it the first \
         is {:.2} times as long, step {} is {:.1} times as long, and step 5,000 still {:.3} times.",
        uncorrected[0].1, largest.0, largest.1, uncorrected[4999].1
    );
    let chart = Chart::new("Adam's first steps", description)
        .x_axis(Axis::new("step").log())
        .y_axis(Axis::new("length of the step ÷ learning rate").from_zero())
        .series(Series::line("without correction", uncorrected.clone()))
        .series(Series::line("with correction", corrected));
    output.figure("bias_correction", &chart)?;
    values.set("bias_correction.first", number(uncorrected[0].1, 2))?;
    values.set("bias_correction.largest", number(largest.1, 1))?;
    values.set("bias_correction.largest_step", number(largest.0, 0))?;
    print(format_args!(
        "without bias correction Adam's step {} is {:.1} η long",
        largest.0, largest.1
    ))?;
    Ok(())
}

/// Three weights under decay, whose gradients tell nothing and differ only in size.
fn weight_decay(output: &Output, values: &mut Values) -> Result<()> {
    const SIZES: [f64; 3] = [0.03, 0.3, 3.0];
    let weights = |mut optimizer: Box<dyn Optimizer<f64>>| {
        let (mut weights, mut history) = ([1.0; 3], vec![[1.0; 3]]);
        for step in 0..400 {
            let sign = if step % 2 == 0 { 1.0 } else { -1.0 };
            let gradient = SIZES.map(|size| sign * size);
            optimizer.step(0.01, vec![Parameter::new(&mut weights, &gradient)]);
            history.push(weights);
        }
        history
    };
    let penalty = weights(Box::new(Adam { weight_decay: 0.1, ..Adam::default() }));
    let decoupled = weights(Box::new(AdamW { decoupled_decay: 0.1, ..AdamW::default() }));
    let [penalty_end, decoupled_end] = [penalty[400], decoupled[400]];
    let description = format!(
        "After 400 steps the penalty in Adam has brought weights that started at 1 to {:.2}, {:.2} \
         and {:.2} for gradients of the sizes 0.03, 0.3 and 3. AdamW has brought them to {:.2}, \
         {:.2} and {:.2}.",
        penalty_end[0],
        penalty_end[1],
        penalty_end[2],
        decoupled_end[0],
        decoupled_end[1],
        decoupled_end[2]
    );
    let line = |history: &[[f64; 3]], weight: usize| -> Vec<(f64, f64)> {
        history.iter().enumerate().map(|(step, weights)| (step as f64, weights[weight])).collect()
    };
    let mut chart = Chart::new("Decay inside and outside of Adam", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("weight").from_zero());
    for (weight, size) in SIZES.iter().enumerate() {
        chart = chart.series(Series::line(format!("penalty, g = ±{size}"), line(&penalty, weight)));
    }
    chart = chart.series(Series::line("AdamW, g = ±0.03", line(&decoupled, 0)));
    chart = chart.series(Series::line("AdamW, g = ±3", line(&decoupled, 2)));
    output.figure("weight_decay", &chart.legend())?;
    for (name, end) in [("penalty", penalty_end), ("decoupled", decoupled_end)] {
        for (size, end) in ["small", "middle", "large"].into_iter().zip(end) {
            let decimals = if end < 0.01 { 4 } else { 2 };
            values.set(&format!("weight_decay.{name}.{size}"), number(end, decimals))?;
        }
    }
    Ok(())
}
