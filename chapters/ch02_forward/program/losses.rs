//! Losses: what an answer costs, by its probability and by its logit.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::sigmoid;
use ch02_forward::{binary_cross_entropy, mean_squared_error, one_hot, softmax_cross_entropy};
use ndarray::array;

/// What an answer costs, by the probability of the right one.
pub fn draw_surprise(output: &Output) -> Result<()> {
    let shares = || (1..=200).map(|k| f64::from(k) / 200.0);
    let chart = Chart::new(
        "What an answer costs",
        format!(
            "By the probability of the right answer: the cross-entropy is 0 at 1, {:.2} at one \
             half, {:.2} at one hundredth, and grows without end. The squared error ends at 1.",
            -(0.5_f64).ln(),
            -(0.01_f64).ln()
        ),
    )
    .x_axis(Axis::new("probability p of the right answer").range(0.0, 1.0))
    .y_axis(Axis::new("loss").range(0.0, 5.0))
    .series(Series::line("−ln p", shares().map(|p| (p, -p.ln()))))
    .series(Series::line("(1 − p)²", shares().map(|p| (p, (1.0 - p).powi(2)))));
    output.figure("surprise", &chart)?;
    Ok(())
}

/// The losses of two examples: logits 2, 1 and 0, and the output of a second softmax.
pub fn measure_examples(values: &mut Values) -> Result<()> {
    let loss =
        softmax_cross_entropy(array![[2.0, 1.0, 0.0_f64]].view(), array![[0.0, 1.0, 0.0]].view());
    values.set("softmax.loss", Measured::number(loss, Format::Decimals(2)).within(1e-6))?;
    // Softmax twice: the logits are probabilities already, the best of them 1 and nine times 0.
    let best = one_hot::<f64>(&[3], 10);
    let twice = softmax_cross_entropy(best.view(), best.view());
    print(format_args!("a second softmax over ten classes keeps the loss above {twice:.2}"))?;
    values.set("loss.softmax_twice", Measured::number(twice, Format::Decimals(2)).within(1e-6))?;
    Ok(())
}

/// What an answer costs, by its logit.
pub fn draw_loss_by_logit(output: &Output, values: &mut Values) -> Result<()> {
    let one = array![[1.0]];
    let cross = |z: f64| binary_cross_entropy(array![[z]].view(), one.view());
    let squared = |z: f64| mean_squared_error(array![[sigmoid(z)]].view(), one.view());
    let losses: [(_, &dyn Fn(f64) -> f64); 2] = [("cross", &cross), ("squared", &squared)];
    for (name, loss) in losses {
        for (place, number) in
            [("at_minus_8", loss(-8.0)), ("step_from_minus_8", loss(-8.0) - loss(-7.0))]
        {
            let number = Measured::number(number, Format::Decimals(3)).within(1e-6);
            values.set(&format!("loss.{name}_{place}"), number)?;
        }
    }
    let grid = || (-80..=60).map(|k| f64::from(k) / 10.0);
    let chart = Chart::new(
        "Two losses of a sigmoid that should say 1",
        format!(
            "At a logit of −8 the cross-entropy is {:.2} and falls with a slope of nearly 1. The \
             squared error is {:.3} there and nearly flat.",
            cross(-8.0),
            squared(-8.0)
        ),
    )
    .x_axis(Axis::new("logit z (wanted: y = 1)"))
    .y_axis(Axis::new("loss").from_zero())
    .series(Series::line("cross-entropy", grid().map(|z| (z, cross(z)))))
    .series(Series::line("squared error", grid().map(|z| (z, squared(z)))))
    .legend();
    output.figure("loss_by_logit", &chart)?;
    print(format_args!(
        "a logit of -8 where 1 is wanted: cross-entropy {:.2}, squared error {:.3}",
        cross(-8.0),
        squared(-8.0)
    ))?;
    Ok(())
}
