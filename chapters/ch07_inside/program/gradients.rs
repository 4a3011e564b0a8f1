//! Page *Gradients with respect to the input*: maps of a few digits, what they add up to, and whether covering
//! confirms them.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, ImageGrid, Output, Series, Values};
use book_programs::statistics::Estimate;
use ch02_forward::{Network, softmax};
use ch05_mnist::Dataset;
use ch07_inside::{FullGradient, InputGradient, gradient_times_input, relevance};
use ndarray::{Array2, Axis as Along};

use crate::cover::{COVERED, SIDES, agreement};
use crate::measured::{mean_of, set, set_mean};
use crate::networks::{NOTE, answers, explained, first, logits_of};

/// Draws the page's figures and sets its values.
pub fn draw(
    networks: &[Network<f64>],
    test: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    output.figure("saliency", &maps(&networks[0], test).machine_dependent())?;
    sums(networks, test, values)?;
    saturation(&networks[0], test, values)?;
    output.figure("covered", &covered(networks, test, values)?.machine_dependent())?;
    Ok(())
}

/// The first image of some digits, the gradient of its logit, and gradient × input.
fn maps(network: &Network<f64>, test: &Dataset) -> ImageGrid {
    let shown = [0_u8, 2, 3, 4, 7];
    let find = |digit: &u8| test.labels.iter().position(|label| label == digit);
    let indices: Vec<usize> = shown.iter().filter_map(find).collect();
    let inputs = test.batch::<f64>(&indices).0;
    let weights = logits_of(&shown);
    let gradient = network.input_gradient(inputs.view(), weights.view());
    let times_input = gradient_times_input(network, inputs.view(), weights.view());
    let description = "Three rows: five digits, a 0, 2, 3, 4 and 7; the gradient of each one's \
        logit, a grainy picture with values all over the field; and gradient times input, the same \
        grains, cut out along the ink.";
    let mut grid = ImageGrid::new("Five digits and two maps of each", description, 5);
    for (row, digit) in inputs.rows().into_iter().zip(shown) {
        grid = grid.shares(format!("a {digit}"), 28, &row.to_vec());
    }
    for (name, map) in [("gradient", &gradient), ("times input", &times_input)] {
        for row in map.rows() {
            let largest = row.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
            let scaled: Vec<f64> = row.iter().map(|value| value / largest).collect();
            grid = grid.signed(name, 28, &scaled);
        }
    }
    grid.range(1.0)
}

/// How much of the logit gradient × input explains, and what is missing: all of it is the biases'.
fn sums(networks: &[Network<f64>], test: &Dataset, values: &mut Values) -> Result<()> {
    let (inputs, labels) = first(test, 1000);
    let weights = logits_of(&labels);
    let (mut shares, mut error, mut distance) = (Vec::new(), 0.0_f64, 0.0_f64);
    for network in networks {
        let logits = explained(network, &inputs, &weights);
        let full = FullGradient::of(network, inputs.view(), weights.view());
        error = (full.sums() - &logits).iter().fold(error, |most, e| most.max(e.abs()));
        let missing = &logits - &full.inputs.sum_axis(Along(1));
        shares.push(missing.mapv(f64::abs).sum() / logits.mapv(f64::abs).sum());
        let relevance = relevance(network, inputs.view(), weights.view(), 0.0);
        distance = (relevance - full.inputs).iter().fold(distance, |most, e| most.max(e.abs()));
    }
    let note = format!("1,000 test images, {NOTE}");
    set_mean(values, "gradients.missing", mean_of(&shares), Format::Percent(0), &note)?;
    set(values, "gradients.full_error", error, Format::Scientific(0), &note)?;
    set(values, "gradients.relevance_distance", distance, Format::Scientific(0), &note)
}

/// The gradient of a probability beside that of its logit, in the median over images.
fn saturation(network: &Network<f64>, test: &Dataset, values: &mut Values) -> Result<()> {
    let (inputs, _) = first(test, 1000);
    let answers = answers(network, &inputs);
    let chosen = logits_of(&answers);
    let p = softmax(network.forward(inputs.view()).view());
    // ∂p/∂z of the chosen class, by class: p (1 − p) for itself, −p p for the others.
    let own = (&p * &chosen).sum_axis(Along(1)).insert_axis(Along(1));
    let of_probability = (&chosen - &p) * &own;
    let length = |map: Array2<f64>| {
        let mut lengths: Vec<f64> =
            map.rows().into_iter().map(|row| row.dot(&row).sqrt()).collect();
        lengths.sort_by(f64::total_cmp);
        lengths[lengths.len() / 2]
    };
    let note = "median over 1,000 test images, steady recipe, seed 0";
    let logit = length(network.input_gradient(inputs.view(), chosen.view()));
    let probability = length(network.input_gradient(inputs.view(), of_probability.view()));
    set(values, "gradients.logit_length", logit, Format::Decimals(1), note)?;
    set(values, "gradients.probability_length", probability, Format::Scientific(0), note)
}

/// The correlation between map and covering by the side of the patch, with the absolute gradient and a
/// random map beside it.
fn covered(networks: &[Network<f64>], test: &Dataset, values: &mut Values) -> Result<Chart> {
    let (inputs, labels) = first(test, COVERED);
    let weights = logits_of(&labels);
    let by_seed: Vec<_> = networks
        .iter()
        .map(|network| {
            let gradient = network.input_gradient(inputs.view(), weights.view());
            let times_input = &gradient * &inputs;
            let maps = [times_input, gradient.mapv(f64::abs), inputs.clone()];
            agreement(network, &inputs, &weights, &maps)
        })
        .collect();
    let names = [
        ("gradient × input", "times_input"),
        ("|gradient|", "absolute"),
        ("brightness", "brightness"),
    ];
    let mut series = Vec::new();
    for (map, (name, key)) in names.into_iter().enumerate() {
        let mut points = Vec::new();
        for (at, side) in SIDES.into_iter().enumerate() {
            let numbers: Vec<f64> = by_seed.iter().map(|seed| seed[map][at]).collect();
            let mean = mean_of(&numbers);
            let note = format!("{COVERED} test images, {NOTE}");
            let value = format!("gradients.covered.{key}.{side}");
            set_mean(values, &value, mean, Format::Decimals(2), &note)?;
            points.push((side as f64, mean));
        }
        series.push((name, points));
    }
    let first_and_last = |index: usize| {
        let points: &Vec<(f64, Estimate)> = &series[index].1;
        (points[0].1.value, points[SIDES.len() - 1].1.value)
    };
    let (one, seven) = first_and_last(0);
    let description = format!(
        "Correlation of a map with what covering does, by the side of the covered patch, 1 to 7 \
         pixels. Gradient times input falls from {one:.2} to {seven:.2}; the absolute gradient is at \
         {:.2} and {:.2}, the brightness alone at {:.2} and {:.2}.",
        first_and_last(1).0,
        first_and_last(1).1,
        first_and_last(2).0,
        first_and_last(2).1
    );
    let mut chart = Chart::new("Maps and covered patches", description)
        .x_axis(Axis::new("side of the patch [pixels]").integers().range(1.0, 7.0))
        .y_axis(Axis::new("correlation").from_zero());
    for (name, points) in series {
        let band = points.iter().map(|(_, m)| (m.value - m.margin, m.value + m.margin));
        let line = Series::line(name, points.iter().map(|(side, m)| (*side, m.value)));
        chart = chart.series(line.markers().band(band.collect::<Vec<_>>()));
    }
    Ok(chart)
}
