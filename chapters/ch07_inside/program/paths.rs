//! Page *A path from nothing*: baselines, steps, noise, and how fast it is.

use std::time::Instant;

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, ImageGrid, Output, Series, Values};
use book_programs::print;
use ch02_forward::{Network, softmax};
use ch05_mnist::Dataset;
use ch07_inside::{
    InputGradient, integrated_gradients, integrated_gradients_by_slopes,
    integrated_gradients_exactly, smooth_gradient, smooth_gradient_exactly,
};
use ndarray::{Array2, Axis as Along};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::arguments::SpeedArguments;
use crate::cover::{COVERED, SIDES, agreement};
use crate::disk;
use crate::measured::{mean_of, set, set_mean};
use crate::networks::{NOTE, answers, correlation, doubled, explained, first, logits_of, row};
use crate::{peers, shapley};

/// How many training images stand in for "any image" as baselines.
const BASELINES: usize = 100;

/// Draws the page's figures and sets its values.
pub fn draw(
    networks: &[Network<f64>],
    (train, test): (&Dataset, &Dataset),
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    output.figure("path", &along(&networks[0], test, values)?.machine_dependent())?;
    output.figure("steps", &steps(networks, test, values)?.machine_dependent())?;
    let grid = baselines(networks, (train, test), values)?;
    output.figure("baselines", &grid.machine_dependent())?;
    output.figure("smooth", &smooth(networks, test, values)?.machine_dependent())?;
    covered(networks, test, values)?;
    peers::set(values)
}

/// How much of the logit, and how much of the probability, is there after a share of the way from
/// black to a digit.
fn along(network: &Network<f64>, test: &Dataset, values: &mut Values) -> Result<Chart> {
    let (inputs, labels) = first(test, 1);
    let weights = logits_of(&labels);
    let logits = |u: f64| network.forward(inputs.mapv(|x| u * x).view());
    let logit = |u: f64| (logits(u) * &weights).sum();
    let probability = |u: f64| (softmax(logits(u).view()) * &weights).sum();
    let p = softmax(logits(1.0).view());
    let own = (&p * &weights).sum();
    let of_probability = (&weights - &p) * own; // ∂p/∂z, by class
    let slope = |output_weights: &Array2<f64>| {
        (network.input_gradient(inputs.view(), output_weights.view()) * &inputs).sum()
    };
    let note = "the first test image, steady recipe, seed 0";
    let rise = logit(1.0) - logit(0.0);
    set(values, "paths.logit_gain", rise, Format::Decimals(1), note)?;
    set(values, "paths.logit_promised", slope(&weights), Format::Decimals(1), note)?;
    let gain = probability(1.0) - probability(0.0);
    set(values, "paths.probability_gain", gain, Format::Decimals(2), note)?;
    let promised = slope(&of_probability);
    set(values, "paths.probability_promised", promised, Format::Scientific(0), note)?;
    let description = format!(
        "On the straight way from black to a {}, the logit rises evenly by {rise:.1}. The probability \
         rises from {:.2} to {:.4}, at once, and is level on the second half of the way.",
        labels[0],
        probability(0.0),
        probability(1.0)
    );
    let points = || (0..=100).map(|step| f64::from(step) / 100.0);
    let share = |u: f64| (logit(u) - logit(0.0)) / rise;
    Ok(Chart::new("From black to a digit", description)
        .x_axis(Axis::new("share of the way from black to the digit").range(0.0, 1.0))
        .y_axis(Axis::new("share of the rise").from_zero())
        .series(Series::line("logit", points().map(|u| (u, share(u))).collect::<Vec<_>>()))
        .series(Series::line(
            "probability",
            points().map(|u| (u, (probability(u) - probability(0.0)) / gain)).collect::<Vec<_>>(),
        )))
}

/// How far the sum over a number of steps is from the integral: the largest error of a pixel, as a
/// share of the largest attribution of its image. The median over the images and the worst image.
fn steps(networks: &[Network<f64>], test: &Dataset, values: &mut Values) -> Result<Chart> {
    let (inputs, labels) = first(test, COVERED);
    let (weights, black) = (logits_of(&labels), Array2::zeros(inputs.dim()));
    let path = (black.view(), inputs.view());
    let largest = |map: &Array2<f64>| {
        map.map_axis(Along(1), |row| row.fold(0.0_f64, |most, value| most.max(value.abs())))
    };
    let (mut middle, mut worst) = (Vec::new(), Vec::new());
    let mut completeness = 0.0_f64;
    for count in [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] {
        let (mut medians, mut most) = (Vec::new(), Vec::new());
        for network in networks {
            let exact = integrated_gradients_exactly(network, path, weights.view());
            let gain = explained(network, &inputs, &weights) - explained(network, &black, &weights);
            let missing = exact.sum_axis(Along(1)) - gain;
            completeness = missing.iter().fold(completeness, |most, e| most.max(e.abs()));
            let sum = integrated_gradients_by_slopes(network, path, weights.view(), count);
            let mut errors = (largest(&(&sum - &exact)) / largest(&exact)).to_vec();
            errors.sort_by(f64::total_cmp);
            medians.push(errors[errors.len() / 2]);
            most.push(errors[errors.len() - 1]);
        }
        let note = format!("{count} steps, {COVERED} test images, {NOTE}");
        let median = mean_of(&medians);
        let highest = most.iter().copied().fold(0.0, f64::max);
        if [1, 10, 50, 500].contains(&count) {
            set_mean(
                values,
                &format!("paths.steps_{count}.median"),
                median,
                Format::Percent(1),
                &note,
            )?;
            let name = format!("paths.steps_{count}.worst");
            set(values, &name, highest, Format::Percent(1), &note)?;
        }
        middle.push((f64::from(count as u32), median.value));
        worst.push((f64::from(count as u32), highest));
    }
    let note = format!("{COVERED} test images, {NOTE}");
    set(values, "paths.completeness", completeness, Format::Scientific(0), &note)?;
    let at = |points: &[(f64, f64)], index: usize| 100.0 * points[index].1;
    let description = format!(
        "Error of integrated gradients by the number of steps, both on logarithmic scales. The median \
         image: {:.0}% with one step, {:.1}% with 50, {:.2}% with 1,000. The worst image: {:.0}%, \
         {:.1}% and {:.2}%.",
        at(&middle, 0),
        at(&middle, 5),
        at(&middle, 9),
        at(&worst, 0),
        at(&worst, 5),
        at(&worst, 9)
    );
    let percent = |points: Vec<(f64, f64)>| points.into_iter().map(|(n, e)| (n, 100.0 * e));
    Ok(Chart::new("Steps and the exact integral", description)
        .x_axis(Axis::new("steps").log())
        .y_axis(Axis::new("error [% of the largest attribution]").log())
        .series(Series::line("worst image", percent(worst)).markers())
        .series(Series::line("median image", percent(middle)).markers()))
}

/// Maps of why a four is no nine, from four kinds of baseline; and which share of a map lies on dark
/// pixels.
fn baselines(
    networks: &[Network<f64>],
    (train, test): (&Dataset, &Dataset),
    values: &mut Values,
) -> Result<ImageGrid> {
    let fours: Vec<usize> =
        (0..test.len()).filter(|&i| test.labels[i] == 4).take(COVERED).collect();
    let inputs = test.batch::<f64>(&fours).0;
    let mut weights = logits_of(&vec![4; fours.len()]);
    weights.column_mut(9).fill(-1.0);
    let training = train.batch::<f64>(&(0..BASELINES).collect::<Vec<_>>()).0;
    let everything = train.batch::<f64>(&(0..10_000).collect::<Vec<_>>()).0;
    let mean = everything.mean_axis(Along(0)).expect("not empty");
    let map = |network: &Network<f64>, kind: usize, inputs: &Array2<f64>| {
        let weights = weights.slice_axis(Along(0), (..inputs.nrows()).into());
        let from = |baseline: Array2<f64>| {
            integrated_gradients_exactly(network, (baseline.view(), inputs.view()), weights)
        };
        let spread = |row: ndarray::ArrayView1<f64>| {
            row.broadcast(inputs.dim()).expect("a row for each image").to_owned()
        };
        match kind {
            0 => from(Array2::zeros(inputs.dim())),
            1 => from(Array2::ones(inputs.dim())),
            2 => from(spread(mean.view())),
            _ => {
                let maps = training.rows().into_iter().map(|row| from(spread(row)));
                maps.fold(Array2::zeros(inputs.dim()), |sum, map| sum + map) / BASELINES as f64
            }
        }
    };
    let names = ["black", "white", "mean image", "100 images"];
    let keys = ["black", "white", "mean", "images"];
    let mut shares = [0.0; 4];
    for kind in 0..4 {
        let numbers: Vec<f64> = networks
            .iter()
            .map(|network| {
                let shown = inputs.slice_axis(Along(0), (..50).into()).to_owned();
                let map = map(network, kind, &shown).mapv(f64::abs);
                let dark = &map * &shown.mapv(|x| f64::from(u8::from(x == 0.0)));
                dark.sum() / map.sum()
            })
            .collect();
        let mean = mean_of(&numbers);
        shares[kind] = mean.value;
        let note = format!("50 fours of the test set, {NOTE}");
        set_mean(values, &format!("paths.dark_{}", keys[kind]), mean, Format::Percent(0), &note)?;
    }
    let description = format!(
        "A four, and four maps of why it is a four and no nine. On pixels that are dark in the image \
         lies, on average, {:.0}% of the map with a black baseline, {:.0}% with a white one, {:.0}% \
         with the mean image, {:.0}% with a hundred training images.",
        100.0 * shares[0],
        100.0 * shares[1],
        100.0 * shares[2],
        100.0 * shares[3]
    );
    let mut grid = ImageGrid::new("Why a four is no nine", description, 5);
    for which in [0, 1] {
        let shown = row(&inputs, which);
        grid = grid.shares("a four", 28, &shown.row(0).to_vec());
        for (kind, name) in names.into_iter().enumerate() {
            let weights_row = map(&networks[0], kind, &shown).row(0).to_vec();
            let largest = weights_row.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
            let scaled: Vec<f64> = weights_row.iter().map(|value| value / largest).collect();
            grid = grid.signed(name, 28, &scaled);
        }
    }
    Ok(grid.range(1.0))
}

/// Gradients of one digit, blurred by more and more noise; and how near samples come.
fn smooth(networks: &[Network<f64>], test: &Dataset, values: &mut Values) -> Result<ImageGrid> {
    let (inputs, labels) = first(test, 1);
    let weights = logits_of(&labels);
    let network = &networks[0];
    let description = format!(
        "The gradient of the logit of a {}, exactly averaged over normal noise of deviation 0, 0.1, \
         0.3, 1 and 3. Up to 1 the five pictures can hardly be told apart: the grains stay.",
        labels[0]
    );
    let mut grid = ImageGrid::new("The gradient of a blurred network", description, 5);
    for deviation in [0.0, 0.1, 0.3, 1.0, 3.0] {
        let map = match deviation {
            0.0 => network.input_gradient(inputs.view(), weights.view()),
            _ => smooth_gradient_exactly(network, inputs.view(), weights.view(), deviation),
        };
        let largest = map.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let scaled: Vec<f64> = map.iter().map(|value| value / largest).collect();
        grid = grid.signed(format!("σ = {deviation}"), 28, &scaled);
    }
    let (inputs, _) = first(test, 50);
    let mut generator = ChaCha8Rng::seed_from_u64(7);
    let (mut errors, mut kept) = (Vec::new(), [Vec::new(), Vec::new()]);
    for network in networks {
        let weights = logits_of(&answers(network, &inputs));
        let noise = (0.3, 50);
        let drawn = smooth_gradient(network, inputs.view(), weights.view(), noise, &mut generator);
        let exact = smooth_gradient_exactly(network, inputs.view(), weights.view(), 0.3);
        let square = |map: &Array2<f64>| map.mapv(|value| value * value).sum();
        errors.push((square(&(drawn - &exact)) / square(&exact)).sqrt());
        let plain = network.input_gradient(inputs.view(), weights.view());
        for (kept, deviation) in kept.iter_mut().zip([0.3, 1.0]) {
            let smooth = smooth_gradient_exactly(network, inputs.view(), weights.view(), deviation);
            kept.push(mean_correlation(&plain, &smooth));
        }
    }
    let note = format!("50 test images, noise 0.3, 50 samples, {NOTE}");
    set_mean(values, "paths.smooth_error", mean_of(&errors), Format::Percent(0), &note)?;
    for (kept, name) in kept.iter().zip(["0_3", "1"]) {
        let note = format!("50 test images, {NOTE}");
        let name = format!("paths.smooth_kept_{name}");
        set_mean(values, &name, mean_of(kept), Format::Decimals(2), &note)?;
    }
    Ok(grid.range(1.0))
}

/// The mean over the rows of the correlation of two maps.
fn mean_correlation(one: &Array2<f64>, other: &Array2<f64>) -> f64 {
    let rows = one.rows().into_iter().zip(other.rows());
    let of_row = |(one, other): (ndarray::ArrayView1<f64>, ndarray::ArrayView1<f64>)| {
        let pairs: Vec<_> = one.iter().copied().zip(other.iter().copied()).collect();
        correlation(&pairs).expect("maps vary")
    };
    rows.map(of_row).sum::<f64>() / one.nrows() as f64
}

/// The covering test of the page before, for integrated gradients from black.
fn covered(networks: &[Network<f64>], test: &Dataset, values: &mut Values) -> Result<()> {
    let (inputs, labels) = first(test, COVERED);
    let (weights, black) = (logits_of(&labels), Array2::zeros(inputs.dim()));
    let note = format!("{COVERED} test images, {NOTE}");
    let by_seed: Vec<_> = networks
        .iter()
        .map(|network| {
            let path = (black.view(), inputs.view());
            let exact = integrated_gradients_exactly(network, path, weights.view());
            let times_input = network.input_gradient(inputs.view(), weights.view()) * &inputs;
            agreement(network, &inputs, &weights, &[exact, times_input])
        })
        .collect();
    for (at, side) in SIDES.into_iter().enumerate() {
        let of = |map: usize| by_seed.iter().map(|seed| seed[map][at]).collect::<Vec<f64>>();
        let paired: Vec<f64> = of(0).iter().zip(of(1)).map(|(path, plain)| path - plain).collect();
        let name = format!("paths.covered.{side}");
        set_mean(values, &name, mean_of(&of(0)), Format::Decimals(2), &note)?;
        let name = format!("paths.covered_gain.{side}");
        set_mean(values, &name, mean_of(&paired), Format::Decimals(3), &format!("{note}; paired"))?;
    }
    Ok(())
}

/// The command `speed`: a line of JSON. A thousand images with fifty steps: seconds the plain way, by
/// slopes and exactly, in single precision, the fastest of three times; the sizes of all attributions,
/// added up, by which others can tell that it is the same map; and seconds for the Shapley values of one.
pub fn print_speed(arguments: &SpeedArguments) -> Result<()> {
    let network = disk::read_weights::<f32>(&arguments.weights)?;
    let (_, test) = disk::load()?;
    let indices: Vec<usize> = (0..1000).collect();
    let (inputs, weights) = test.batch::<f32>(&indices);
    let black = Array2::zeros(inputs.dim());
    let path = (black.view(), inputs.view());
    let fastest = |work: &dyn Fn() -> Array2<f32>| {
        let timed = || {
            let start = Instant::now();
            let map = work();
            (start.elapsed().as_secs_f64(), map)
        };
        (0..3).map(|_| timed()).min_by(|a, b| a.0.total_cmp(&b.0)).expect("three")
    };
    let (plain, _) = fastest(&|| integrated_gradients(&network, path, weights.view(), 50));
    let (by_slopes, map) =
        fastest(&|| integrated_gradients_by_slopes(&network, path, weights.view(), 50));
    let (exact, _) = fastest(&|| integrated_gradients_exactly(&network, path, weights.view()));
    let sizes: f64 = map.iter().map(|&value| f64::from(value.abs())).sum();
    let shapley = shapley::seconds(&doubled(&network), &test);
    print(serde_json::json!({
        "plain": plain, "by_slopes": by_slopes, "exact": exact, "sizes": sizes, "shapley": shapley
    }))
}
