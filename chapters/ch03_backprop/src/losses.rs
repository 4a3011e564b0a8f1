//! Softmax and cross-entropy, long and short.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, HeatMap, Measured, Output, Series, Values};
use ch01_neuron::Activation;
use ch02_forward::softmax;
use ch03_backprop::{
    binary_cross_entropy_gradient, cross_entropy_gradient, mean_squared_error_gradient,
    softmax_backward, softmax_cross_entropy_gradient,
};
use ndarray::{Array2, array};

pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    println!("\nSoftmax and cross-entropy, long and short");
    collapse(output, values)?;
    output.figure("jacobian", &jacobian())?;
    let last = (0..=2000).map(|k| 0.05 * f64::from(k)).take_while(|&gap| long(gap).is_finite());
    let last = last.last().expect("the long way works for equal logits");
    println!("  in f32 the long way is not a number from a gap of {:.2} on", last + 0.05);
    values.set("losses.long_way_ends", Measured::number(last, Format::Decimals(1)).within(0.1))?;
    output.figure("long-way", &long_way(last))?;
    output.figure("stall", &stall())?;
    Ok(())
}

/// The example of the page: logits 2, 1, 0 and −1, the second class is right.
fn collapse(output: &Output, values: &mut Values) -> Result<()> {
    let (logits, targets) = (array![[2.0, 1.0, 0.0, -1.0]], array![[0.0, 1.0, 0.0, 0.0]]);
    let probabilities = softmax(logits.view());
    let by_p = cross_entropy_gradient(probabilities.view(), targets.view());
    let long = softmax_backward(probabilities.view(), by_p.view());
    let short = softmax_cross_entropy_gradient(logits.view(), targets.view());
    println!("  p      {probabilities:.3}\n  long   {long:.3}\n  short  {short:.3}");
    for (name, numbers) in [("p", &probabilities), ("by_p", &by_p), ("short", &short)] {
        for (class, &number) in numbers.iter().enumerate() {
            let measured = Measured::number(number, Format::Decimals(3)).within(1e-3);
            values.set(&format!("losses.{name}_{class}"), measured)?;
        }
    }
    let rows: Vec<Vec<f64>> =
        [&probabilities, &targets, &short].map(|row| row.iter().copied().collect()).to_vec();
    let description = format!(
        "The probabilities are {probabilities:.3}, the targets {targets:.0}, and their difference, the \
         gradient, is {short:.3}."
    );
    let map = HeatMap::new("The gradient by the logits is p − y", description, rows)
        .rows("", ["p", "y", "p − y"])
        .columns("class", ["0", "1", "2", "3"])
        .print(Format::Decimals(3))
        .signed()
        .color_range(-1.0, 1.0);
    output.figure("collapse", &map)?;
    Ok(())
}

/// ∂pₖ/∂zⱼ of the same logits: row k is what the backward pass makes of a loss that is pₖ.
fn jacobian() -> HeatMap {
    let probabilities = softmax(array![[2.0, 1.0, 0.0, -1.0]].view());
    let rows: Vec<Vec<f64>> = (0..4)
        .map(|k| {
            let of_k = Array2::from_shape_fn((1, 4), |(_, j)| f64::from(u8::from(j == k)));
            softmax_backward(probabilities.view(), of_k.view()).iter().copied().collect()
        })
        .collect();
    let description = format!(
        "On the diagonal {:.3}, {:.3}, {:.3} and {:.3}; all other entries are negative; each row \
         and each column adds up to 0.",
        rows[0][0], rows[1][1], rows[2][2], rows[3][3]
    );
    HeatMap::new("The Jacobian of softmax", description, rows)
        .rows("of", ["p₀", "p₁", "p₂", "p₃"])
        .columns("by", ["z₀", "z₁", "z₂", "z₃"])
        .print(Format::Decimals(3))
        .signed()
        .color_range(-0.25, 0.25)
}

/// ∂L/∂z of the right class, in f32, where the wrong class has a logit larger by `gap`.
fn long(gap: f64) -> f64 {
    let (logits, targets) = (array![[0.0_f32, gap as f32]], array![[1.0_f32, 0.0]]);
    let probabilities = softmax(logits.view());
    let by_p = cross_entropy_gradient(probabilities.view(), targets.view());
    softmax_backward(probabilities.view(), by_p.view())[[0, 0]].into()
}

fn short(gap: f64) -> f64 {
    let (logits, targets) = (array![[0.0_f32, gap as f32]], array![[1.0_f32, 0.0]]);
    softmax_cross_entropy_gradient(logits.view(), targets.view())[[0, 0]].into()
}

fn long_way(last: f64) -> impl Figure {
    let gaps = || (0..=120).map(f64::from);
    let description = format!(
        "Both ways agree up to a gap of about {last:.0} between the logits, where the gradient is \
         −1. From there on the long way gives not-a-number, and the short way stays at −1."
    );
    let finite = gaps().map(|gap| (gap, long(gap))).filter(|point| point.1.is_finite());
    let dots = finite.step_by(5);
    Chart::new("Two ways to one gradient, in f32", description)
        .x_axis(Axis::new("how far the wrong logit is above the right one"))
        .y_axis(Axis::new("gradient by the right logit").range(-1.1, 0.0))
        .series(Series::line("short way: p − y", gaps().map(|gap| (gap, short(gap)))))
        .series(Series::scatter("long way: −y/p, then the Jacobian", dots))
        .vertical_rule(last, "from here on: not a number")
        .tolerance(6.0)
}

/// How strongly two losses pull at a logit whose target is 1.
fn stall() -> Chart {
    let points = || (-80..=40).map(|k| 0.1 * f64::from(k));
    let y = array![[1.0]];
    let cross = |z: f64| binary_cross_entropy_gradient(array![[z]].view(), y.view())[[0, 0]];
    let squared = |z: f64| {
        let a = Activation::Sigmoid.value(z);
        let by_a = mean_squared_error_gradient(array![[a]].view(), y.view())[[0, 0]];
        by_a * Activation::Sigmoid.derivative(z)
    };
    let description = format!(
        "At z = −8, where the answer is very wrong, the cross-entropy pulls with {:.3}, the \
         squared error with {:.5}. The squared error pulls hardest, with {:.2}, near z = −0.7.",
        cross(-8.0),
        squared(-8.0),
        squared(-0.7)
    );
    Chart::new("How hard two losses pull at a wrong answer", description)
        .x_axis(Axis::new("logit z, whose target is 1"))
        .y_axis(Axis::new("∂L/∂z"))
        .series(Series::line("cross-entropy", points().map(|z| (z, cross(z)))))
        .series(Series::line("squared error", points().map(|z| (z, squared(z)))))
}
