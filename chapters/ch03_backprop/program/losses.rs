//! Softmax and cross-entropy, long and short.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, HeatMap, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::softmax;
use ch03_backprop::{
    ActivationBackward, binary_cross_entropy_gradient, cross_entropy_gradient,
    mean_squared_error_gradient, softmax_backward, softmax_cross_entropy_gradient,
};
use ndarray::{Array2, array};

pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    print("\nSoftmax and cross-entropy, long and short")?;
    logit_gradient(output, values)?;
    output.figure("jacobian", &jacobian())?;
    let last = (0..=2000).map(|k| 0.05 * f64::from(k)).take_while(|&gap| unfused(gap).is_finite());
    let last = last.last().expect("the long way works for equal logits");
    print(format_args!(
        "  in f32 the long way is not a number from a gap of {:.2} on",
        last + 0.05
    ))?;
    values.set("losses.unfused_limit", Measured::number(last, Format::Decimals(1)).within(0.1))?;
    output.figure("fused-and-unfused", &fused_and_unfused(last))?;
    output.figure("saturation", &saturation(values)?)?;
    Ok(())
}

/// The example of the page: logits 2, 1, 0 and −1, the second class is right.
fn logit_gradient(output: &Output, values: &mut Values) -> Result<()> {
    let (logits, targets) = (array![[2.0, 1.0, 0.0, -1.0]], array![[0.0, 1.0, 0.0, 0.0]]);
    let probabilities = softmax(logits.view());
    let probability_gradient = cross_entropy_gradient(probabilities.view(), targets.view());
    let long = softmax_backward(probabilities.view(), probability_gradient.view());
    let short = softmax_cross_entropy_gradient(logits.view(), targets.view());
    print(format_args!("  p      {probabilities:.3}\n  long   {long:.3}\n  short  {short:.3}"))?;
    for (name, numbers) in [
        ("probability", &probabilities),
        ("probability_gradient", &probability_gradient),
        ("logit_gradient", &short),
    ] {
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
    let map = HeatMap::new("The gradient of the logits is p − y", description, rows)
        .rows("", ["p", "y", "p − y"])
        .columns("class", ["0", "1", "2", "3"])
        .print(Format::Decimals(3))
        .signed()
        .color_range(-1.0, 1.0);
    output.figure("logit-gradient", &map)?;
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
fn unfused(gap: f64) -> f64 {
    let (logits, targets) = (array![[0.0_f32, gap as f32]], array![[1.0_f32, 0.0]]);
    let probabilities = softmax(logits.view());
    let probability_gradient = cross_entropy_gradient(probabilities.view(), targets.view());
    softmax_backward(probabilities.view(), probability_gradient.view())[[0, 0]].into()
}

fn fused(gap: f64) -> f64 {
    let (logits, targets) = (array![[0.0_f32, gap as f32]], array![[1.0_f32, 0.0]]);
    softmax_cross_entropy_gradient(logits.view(), targets.view())[[0, 0]].into()
}

fn fused_and_unfused(last: f64) -> impl Figure {
    let gaps = || (0..=120).map(f64::from);
    let description = format!(
        "Both ways agree up to a gap of about {last:.0} between the logits, where the gradient is \
         −1. From there on the long way gives not-a-number, and the short way stays at −1."
    );
    let finite = gaps().map(|gap| (gap, unfused(gap))).filter(|point| point.1.is_finite());
    let dots = finite.step_by(5);
    Chart::new("Two ways to one gradient, in f32", description)
        .x_axis(Axis::new("how far the wrong logit is above the right one"))
        .y_axis(Axis::new("gradient of the right logit").range(-1.1, 0.0))
        .series(Series::line("short way: p − y", gaps().map(|gap| (gap, fused(gap)))))
        .series(Series::scatter("long way: −y/p, then the Jacobian", dots))
        .vertical_rule(last, "from here on: not a number")
        .tolerance(6.0)
}

/// A sigmoid neuron without inputs that should say 0: how many steps it takes from a bias until it
/// says less than 0.1. A step is 1 times `slope`, the derivative of a loss with respect to the bias.
fn steps_from(mut bias: f64, slope: fn(f64) -> f64) -> usize {
    let mut steps = 0;
    while Activation::Sigmoid.value(bias) >= 0.1 {
        bias -= slope(bias);
        steps += 1;
    }
    steps
}

/// The slope of a² / 2 by the bias, with a = σ(b).
fn slope_of_square(bias: f64) -> f64 {
    let (a, y) = (array![[Activation::Sigmoid.value(bias)]], array![[0.0]]);
    let output_gradient = mean_squared_error_gradient(a.view(), y.view()) / 2.0;
    Activation::Sigmoid.backward(array![[bias]].view(), output_gradient)[[0, 0]]
}

/// The derivative of the cross-entropy with respect to the bias.
fn slope_of_cross_entropy(bias: f64) -> f64 {
    binary_cross_entropy_gradient(array![[bias]].view(), array![[0.0]].view())[[0, 0]]
}

/// The steps of the stuck neuron of chapter 1 by its start, with two losses.
fn saturation(values: &mut Values) -> Result<Chart> {
    print("The stuck neuron, squared error and cross-entropy: steps until it says less than 0.1")?;
    let losses = [
        ("squared", "squared error", slope_of_square as fn(f64) -> f64),
        ("cross", "cross-entropy", slope_of_cross_entropy),
    ];
    let mut ends = Vec::new();
    let (mut series, starts) = (Vec::new(), 0..=10);
    for (key, name, slope) in losses {
        let steps = |bias: i32| steps_from(f64::from(bias), slope);
        for bias in [2, 5, 8, 10] {
            values.set(
                &format!("losses.saturation.{key}_{bias}"),
                Measured::count(steps(bias)).within(1.0),
            )?;
        }
        print(format_args!("  {name:14} {:?} from 2, 5, 8 and 10", [2, 5, 8, 10].map(steps)))?;
        let points = starts.clone().map(|bias| (f64::from(bias), steps(bias) as f64));
        series.push(Series::line(name, points).markers());
        ends.push(format!("{name}: {} from 2 and {} from 10", steps(2), steps(10)));
    }
    let description = format!("Steps until the neuron says less than 0.1. {}.", ends.join("; "));
    let chart = Chart::new("The stuck neuron with two losses", description)
        .x_axis(Axis::new("bias at the start"))
        .y_axis(Axis::new("steps").log().range(1.0, 1e5));
    Ok(series.into_iter().fold(chart, Chart::series))
}
