//! Softmax, and the logits that are too large for its formula.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch02_forward::softmax;
use ndarray::{Array2, array};

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

/// Softmax exactly as its formula is printed.
fn printed_softmax(logits: &Array2<f32>) -> Array2<f32> {
    let exponentials = logits.mapv(f32::exp);
    let sum = exponentials.sum();
    exponentials / sum
}

/// Two logits that differ by 1, moved together through the range of `f32`.
pub fn draw_overflow(output: &Output, values: &mut Values) -> Result<()> {
    let grid = || (-480..=480).map(|k| k as f32 / 4.0);
    let logits = |z: f32| array![[z, z - 1.0]];
    let printed = |z: f32| printed_softmax(&logits(z))[[0, 0]];
    let stable = softmax(logits(0.0).view())[[0, 0]];
    // Walk outward from 0 as far as three digits are right.
    let right = |z: &f32| (printed(*z) - stable).abs() < 0.0005;
    let reach = |sign: f32| (0..=480).map(|k| sign * k as f32 / 4.0).take_while(right).last();
    let (low, high) = (reach(-1.0).unwrap_or(0.0).ceil(), reach(1.0).unwrap_or(0.0).floor());
    print(format_args!(
        "softmax by its formula, in f32, has three digits right for logits from {low} to {high}"
    ))?;
    for (name, end) in [("lowest", low), ("highest", high)] {
        let end = Measured::number(f64::from(end), Format::Integer).within(1.0);
        values.set(&format!("overflow.{name}"), end)?;
    }
    values
        .set("overflow.right", Measured::number(stable.into(), Format::Decimals(3)).within(1e-4))?;
    let description = format!(
        "Two logits, the second always 1 below the first; the right answer is {stable:.3} \
         everywhere. Its formula gives it from about {low:.0} to {high:.0}; beyond \
         that it goes astray and then is not a number. The stable softmax is right everywhere."
    );
    let points = |f: &dyn Fn(f32) -> f32| {
        let points = grid().map(|z| (f64::from(z), f64::from(f(z))));
        points.filter(|point| point.1.is_finite()).collect::<Vec<_>>()
    };
    let chart = Chart::new("Softmax by its formula fails; the stable one does not", description)
        .x_axis(Axis::new("larger logit (the other is 1 less)"))
        .y_axis(Axis::new("probability of the larger").range(0.0, 1.1))
        .series(Series::line("stable", points(&|z| softmax(logits(z).view())[[0, 0]])))
        .series(Series::line("formula", points(&printed)))
        .legend();
    output.figure("overflow", &chart)?;
    Ok(())
}
