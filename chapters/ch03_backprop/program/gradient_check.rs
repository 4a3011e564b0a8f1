//! The gradient check: its errors, its best step, and what a kink does to it.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::{Activation, Real, relu};
use ch02_forward::Loss;
use ch03_backprop::{ActivationBackward, GradientCheck, all_entries, central_difference};
use ndarray::array;

use crate::example;

pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    print("\nThe gradient check on the network of the picture")?;
    let network = example::network();
    let mut passes = example::passes(&network);
    let loss = |network: &ch02_forward::Network<f64>| {
        let outputs = network.forward(passes.inputs.view());
        Loss::SoftmaxCrossEntropy.value(outputs.view(), passes.targets.view())
    };
    let check = GradientCheck::default();
    let entries = all_entries(&network);
    let largest = check.network(&network, &passes.gradients, entries.clone(), loss)?;
    print(format_args!(
        "  {} parameters agree; largest relative error {largest:.0e}",
        entries.len()
    ))?;
    values.set("gradient_check.parameters", Measured::count(entries.len()))?;
    passes.gradients.layers[0].weights[[1, 0]] = 0.35; // a slip of the pen: 3.52 / 10
    let mismatch = check.network(&network, &passes.gradients, entries, loss).unwrap_err();
    print(format_args!("  with a slip of the pen: {mismatch}"))?;
    let message = mismatch.to_string();
    let (parameter, rest) = message.split_once(": ").expect("a colon");
    let parts = std::iter::once(parameter).chain(rest.split(", "));
    for (part, text) in ["parameter", "analytic", "numeric", "error"].into_iter().zip(parts) {
        // The last digit depends on rounding, and rounding on the machine.
        values.set(&format!("gradient_check.message.{part}"), Measured::text(text).machine())?;
    }
    output.figure("steps", &steps(values)?)?;
    output.figure("kink", &kink())?;
    Ok(())
}

/// The loss of the example neuron by its first weight, in either precision.
fn loss<T: Real>(weight: T) -> T {
    let z = weight - T::of(3.0);
    (Activation::Sigmoid.value(z) - T::one()).powi(2)
}

/// Its derivative, by the rules of the chapter.
fn slope(weight: f64) -> f64 {
    let z = weight - 3.0;
    let output_gradient = 2.0 * (Activation::Sigmoid.value(z) - 1.0);
    Activation::Sigmoid.backward(array![[z]].view(), array![[output_gradient]])[[0, 0]]
}

/// The root of the mean square over many weights between 0 and 6.
fn typical(number: impl Fn(f64) -> f64) -> f64 {
    let weights = (0..1000).map(|k| 0.006 * (f64::from(k) + 0.5));
    (weights.map(|weight| number(weight).powi(2)).sum::<f64>() / 1000.0).sqrt()
}

/// The error of a slope by two points, by the step.
fn steps(values: &mut Values) -> Result<impl Figure> {
    let steps = |from: i32| (4 * from..=0).map(|k| 10f64.powf(f64::from(k) / 4.0));
    let one_sided = |h: f64| typical(|w| (loss(w + h) - loss(w)) / h - slope(w));
    let central = |h: f64| typical(|w| central_difference(loss::<f64>, w, h) - slope(w));
    let single = |h: f64| {
        typical(|w| {
            let w = w as f32;
            f64::from(central_difference(loss::<f32>, w, h as f32)) - slope(w.into())
        })
    };
    let third = typical(|w| (slope(w + 1e-3) - 2.0 * slope(w) + slope(w - 1e-3)) / 1e-6);
    let size = typical(loss::<f64>);
    let best = (3.0 * f64::EPSILON * size / third).cbrt();
    print(format_args!("  typical |f| {size:.2}, typical |f‴| {third:.2}: best step {best:.1e}"))?;
    let seen = steps(-13).min_by(|&g, &h| central(g).total_cmp(&central(h))).expect("steps");
    print(format_args!("  best of the steps tried: {seen:.1e}, error {:.1e}", central(seen)))?;
    let one = |number| Measured::number(number, Format::Scientific(0));
    values.set("gradient_check.size", Measured::number(size, Format::Decimals(1)).within(0.1))?;
    values.set("gradient_check.third", Measured::number(third, Format::Decimals(1)).within(0.1))?;
    values
        .set("gradient_check.best", Measured::number(best, Format::Scientific(1)).within(1e-6))?;
    let error = central(seen);
    let lowest = |from: i32, error: &dyn Fn(f64) -> f64| {
        steps(from).map(error).fold(f64::INFINITY, f64::min)
    };
    for (name, error) in [
        ("best_error", error),
        ("error_long", central(1e-2)),
        ("error_short", central(1e-10)),
        ("one_sided", lowest(-13, &one_sided)),
        ("single", lowest(-6, &single)),
    ] {
        let digit = Format::Scientific(0).last_digit(error);
        values.set(&format!("gradient_check.{name}"), one(error).within(digit))?;
    }
    let (low, high) = (1e-12, 1.0);
    let description = format!(
        "The error of the central difference falls with the square of the step from {:.0e} at \
         0.01 to {error:.0e} near {best:.0e}, and climbs again to {:.0e} at 1e−10. The one-sided \
         difference is never better than {:.0e}. In f32 the best central difference is off by {:.0e}.",
        central(1e-2),
        central(1e-10),
        lowest(-13, &one_sided),
        lowest(-6, &single),
    );
    let curve = |from: i32, error: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> {
        steps(from).map(|h| (h, error(h))).collect()
    };
    let chart = Chart::new("The error of a slope by the step", description)
        .x_axis(Axis::new("step h").log())
        .y_axis(Axis::new("typical error").log().range(low, high))
        .series(Series::line("central, f64", curve(-13, &central)).markers())
        .series(Series::line(
            "h²/6 · |f‴| + ε|f|/h",
            curve(-13, &|h| h * h / 6.0 * third + f64::EPSILON * size / h),
        ))
        .series(Series::line("one-sided, f64", curve(-13, &one_sided)).markers())
        .series(Series::line("central, f32", curve(-6, &single)).markers())
        .vertical_rule(best, "best h")
        .legend();
    Ok(chart.tolerance(8.0))
}

/// What two points see of a ReLU by where they stand.
fn kink() -> Chart {
    let places = || (-40..=40).map(|k| 0.05 * f64::from(k));
    let seen = |x: f64| (x, central_difference(relu, x, 1.0));
    let truth = [-2.0, -f64::MIN_POSITIVE, f64::MIN_POSITIVE, 2.0];
    let truth = truth.map(|x| (x, Activation::Relu.derivative(x)));
    let description = "The slope of ReLU is 0 left of 0 and 1 right of it. Two points at x − h and \
                       x + h see 0 up to −h, then a ramp, ½ at 0, and 1 from h on.";
    Chart::new("Two points across a kink", description)
        .x_axis(Axis::new("x, in steps h"))
        .y_axis(Axis::new("slope of ReLU").range(-0.1, 1.1))
        .series(Series::line("two points", places().map(seen)))
        .series(Series::line("true slope", truth))
}
