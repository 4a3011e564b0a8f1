//! What the memories of the adaptive rules do: forgetting, correction, decay.

use anyhow::Result;
use book_figures::{Axis, Chart, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::{AdaGrad, Adam, AdamW, Momentum, Optimizer, Parameter, RmsProp, Sgd};

use crate::bowls::number;

/// All of it.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    velocity(output)?;
    forgetting(output, values)?;
    correction(output, values)?;
    decay(output, values)
}

/// The lengths of the steps that a rule takes with rate 1 when it is given these gradients.
fn step_lengths(
    mut optimizer: impl Optimizer<f64>,
    gradients: impl IntoIterator<Item = f64>,
) -> Vec<(f64, f64)> {
    let mut weight = [0.0];
    let step = |(index, gradient): (usize, f64)| {
        let before = weight[0];
        let parameter = Parameter { values: &mut weight, gradient: &[gradient] };
        optimizer.step(1.0, vec![parameter]);
        (index as f64 + 1.0, (weight[0] - before).abs())
    };
    gradients.into_iter().enumerate().map(step).collect()
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

/// Adam's steps under a constant gradient, as they are and as they would be without correction.
fn correction(output: &Output, values: &mut Values) -> Result<()> {
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
    output.figure("correction", &chart)?;
    values.set("correction.first", number(uncorrected[0].1, 2))?;
    values.set("correction.largest", number(largest.1, 1))?;
    values.set("correction.largest_step", number(largest.0, 0))?;
    print(format_args!(
        "without bias correction Adam's step {} is {:.1} η long",
        largest.0, largest.1
    ))?;
    Ok(())
}

/// Three weights under decay, whose gradients tell nothing and differ only in size.
fn decay(output: &Output, values: &mut Values) -> Result<()> {
    const SIZES: [f64; 3] = [0.03, 0.3, 3.0];
    let weights = |mut optimizer: Box<dyn Optimizer<f64>>| {
        let (mut weights, mut history) = ([1.0; 3], vec![[1.0; 3]]);
        for step in 0..400 {
            let sign = if step % 2 == 0 { 1.0 } else { -1.0 };
            let gradient = SIZES.map(|size| sign * size);
            optimizer.step(0.01, vec![Parameter { values: &mut weights, gradient: &gradient }]);
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
    output.figure("decay", &chart.legend())?;
    for (name, end) in [("penalty", penalty_end), ("decoupled", decoupled_end)] {
        for (size, end) in ["small", "middle", "large"].into_iter().zip(end) {
            let decimals = if end < 0.01 { 4 } else { 2 };
            values.set(&format!("decay.{name}.{size}"), number(end, decimals))?;
        }
    }
    Ok(())
}
