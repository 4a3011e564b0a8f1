//! Softmax and the losses, and the numbers that are too large for them.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::sigmoid;
use ch02_forward::{
    binary_cross_entropy, mean_squared_error, one_hot, softmax, softmax_cross_entropy,
};
use ndarray::{Array2, array};

/// Softmax exactly as its formula is printed.
fn printed_softmax(logits: &Array2<f32>) -> Array2<f32> {
    let exponentials = logits.mapv(f32::exp);
    let sum = exponentials.sum();
    exponentials / sum
}

/// Three probabilities while one of the three logits moves.
pub fn draw_softmax(output: &Output, values: &mut Values) -> Result<()> {
    let example = softmax(array![[2.0, 1.0, 0.0_f64]].view());
    print(format_args!(
        "\nsoftmax of 2, 1, 0: {:.3}, {:.3}, {:.3}",
        example[[0, 0]],
        example[[0, 1]],
        example[[0, 2]]
    ))?;
    for (index, &p) in example.iter().enumerate() {
        let p = Measured::number(p, Format::Decimals(3)).within(1e-6);
        values.set(&format!("softmax.p{}", index + 1), p)?;
    }
    let loss =
        softmax_cross_entropy(array![[2.0, 1.0, 0.0_f64]].view(), array![[0.0, 1.0, 0.0]].view());
    values.set("softmax.loss", Measured::number(loss, Format::Decimals(2)).within(1e-6))?;
    let grid = || (-120..=160).map(|k| f64::from(k) / 20.0);
    let chart = Chart::new(
        "Softmax shares out",
        "While the first logit grows from −6 to 8, with the others at 1 and 0, its probability \
         grows from nearly 0 to nearly 1. The other two shrink, and their ratio stays the same.",
    )
    .x_axis(Axis::new("first logit (second: 1, third: 0)"))
    .y_axis(Axis::new("probability").range(0.0, 1.0));
    let chart = ["p₁", "p₂", "p₃"].into_iter().enumerate().fold(chart, |chart, (class, name)| {
        let points = grid().map(|z| (z, softmax(array![[z, 1.0, 0.0]].view())[[0, class]]));
        chart.series(Series::line(name, points))
    });
    output.figure("softmax", &chart)?;
    Ok(())
}

/// Two logits that differ by 1, moved together through the range of `f32`.
pub fn draw_overflow(output: &Output, values: &mut Values) -> Result<()> {
    let grid = || (-480..=480).map(|k| k as f32 / 4.0);
    let logits = |z: f32| array![[z, z - 1.0]];
    let printed = |z: f32| printed_softmax(&logits(z))[[0, 0]];
    let mended = softmax(logits(0.0).view())[[0, 0]];
    // Walk outward from 0 as far as three digits are right.
    let right = |z: &f32| (printed(*z) - mended).abs() < 0.0005;
    let reach = |sign: f32| (0..=480).map(|k| sign * k as f32 / 4.0).take_while(right).last();
    let (low, high) = (reach(-1.0).unwrap_or(0.0).ceil(), reach(1.0).unwrap_or(0.0).floor());
    print(format_args!(
        "softmax as printed, in f32, has three digits right for logits from {low} to {high}"
    ))?;
    for (name, end) in [("lowest", low), ("highest", high)] {
        let end = Measured::number(f64::from(end), Format::Integer).within(1.0);
        values.set(&format!("overflow.{name}"), end)?;
    }
    values
        .set("overflow.right", Measured::number(mended.into(), Format::Decimals(3)).within(1e-4))?;
    let description = format!(
        "Two logits, the second always 1 below the first; the right answer is {mended:.3} \
         everywhere. Softmax as printed gives it from about {low:.0} to {high:.0}; beyond \
         that it goes astray and then is not a number. The mended softmax is right everywhere."
    );
    let points = |f: &dyn Fn(f32) -> f32| {
        let points = grid().map(|z| (f64::from(z), f64::from(f(z))));
        points.filter(|point| point.1.is_finite()).collect::<Vec<_>>()
    };
    let chart = Chart::new("Softmax as printed fails, and mended does not", description)
        .x_axis(Axis::new("larger logit (the other is 1 less)"))
        .y_axis(Axis::new("probability of the larger").range(0.0, 1.1))
        .series(Series::line("mended", points(&|z| softmax(logits(z).view())[[0, 0]])))
        .series(Series::line("as printed", points(&printed)))
        .legend();
    output.figure("overflow", &chart)?;
    Ok(())
}

/// What an answer costs: by its probability, and by its logit.
pub fn draw_losses(output: &Output, values: &mut Values) -> Result<()> {
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
    // Softmax twice: the logits are probabilities already, the best of them 1 and nine times 0.
    let best = one_hot::<f64>(&[3], 10);
    let twice = softmax_cross_entropy(best.view(), best.view());
    print(format_args!("a second softmax over ten classes keeps the loss above {twice:.2}"))?;
    values.set("loss.softmax_twice", Measured::number(twice, Format::Decimals(2)).within(1e-6))?;
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
