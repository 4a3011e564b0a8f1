//! Page *Fair shares*: exact shares of sixteen squares, beside what a path says; how fast samples come
//! near; and how long it takes.

use std::time::Instant;

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, HeatMap, Measured, Output, Series, Values};
use ch02_forward::Network;
use ch05_mnist::Dataset;
use ch07_inside::{
    coalition_values, gradient_times_input, integrated_gradients_exactly, sampled_shapley,
    shapley_values, squares,
};
use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::measured::{mean_of, set, set_mean};
use crate::networks::{NOTE, correlation, explained, first, logits_of, row};

/// An image is cut into so many squares, 7 pixels wide.
const SQUARES: usize = 16;
/// For how many images all coalitions are tried, with each network.
const IMAGES: usize = 20;

/// Draws the page's figures and sets its values.
pub fn draw(
    networks: &[Network<f64>],
    test: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    output.figure("shares", &shares(&networks[0], test)?.machine_dependent())?;
    compared(networks, test, values)?;
    output.figure("sampling", &sampling(&networks[0], test, values)?.machine_dependent())?;
    speed(&networks[0], test, values)
}

/// The values of all coalitions of squares of one image, the others black; and their Shapley values.
fn exact(
    network: &Network<f64>,
    input: &Array2<f64>,
    weights: &Array2<f64>,
) -> (Vec<f64>, Vec<f64>) {
    let black = Array1::zeros(input.ncols());
    let ends = (black.view(), input.row(0));
    let part = squares(28, 7);
    let values = coalition_values(network, ends, weights.row(0), (SQUARES, &part));
    let shares = shapley_values(SQUARES, &values);
    (values, shares)
}

/// A map of pixels, added up over the squares.
fn by_squares(map: &Array2<f64>) -> Vec<f64> {
    let mut sums = vec![0.0; SQUARES];
    for (&value, part) in map.iter().zip(squares(28, 7)) {
        sums[part] += value;
    }
    sums
}

/// The shares of the squares of one digit.
fn shares(network: &Network<f64>, test: &Dataset) -> Result<HeatMap> {
    let (inputs, labels) = first(test, 1);
    let weights = logits_of(&labels);
    let (values, shares) = exact(network, &inputs, &weights);
    let all = values[values.len() - 1];
    let largest = shares.iter().copied().fold(f64::MIN, f64::max);
    let description = format!(
        "Four rows of four squares of a {}. The shares of its logit add up to {:.2}, from {:.2} with \
         no square to {all:.2} with all; the largest share is {largest:.2}.",
        labels[0],
        all - values[0],
        values[0]
    );
    let rows: Vec<Vec<f64>> = shares.chunks(4).map(<[f64]>::to_vec).collect();
    Ok(HeatMap::new("Shares of sixteen squares", description, rows)
        .rows("row of squares", ["1", "2", "3", "4"])
        .columns("column of squares", ["1", "2", "3", "4"])
        .print(Format::Decimals(2))
        .signed())
}

/// How near integrated gradients and gradient × input, added up over squares, come to the shares.
fn compared(networks: &[Network<f64>], test: &Dataset, values: &mut Values) -> Result<()> {
    let (inputs, labels) = first(test, IMAGES);
    let black = Array2::zeros((1, inputs.ncols()));
    let (mut path, mut gradient, mut removal) = (Vec::new(), Vec::new(), Vec::new());
    let (mut distance, mut error) = (Vec::new(), 0.0_f64);
    for network in networks {
        let of_image = |index: usize| {
            let (input, weights) = (row(&inputs, index), logits_of(&labels[index..=index]));
            let (of_sets, shares) = exact(network, &input, &weights);
            let gain = explained(network, &input, &weights) - explained(network, &black, &weights);
            let missing = (shares.iter().sum::<f64>() - gain[0]).abs();
            let ends = (black.view(), input.view());
            let path = by_squares(&integrated_gradients_exactly(network, ends, weights.view()));
            let gradient = by_squares(&gradient_times_input(network, input.view(), weights.view()));
            let last = of_sets.len() - 1;
            let removal = (0..SQUARES).map(|square| of_sets[last] - of_sets[last ^ 1 << square]);
            let removal: Vec<f64> = removal.collect();
            let with = |map: &[f64]| {
                let pairs: Vec<_> = shares.iter().copied().zip(map.iter().copied()).collect();
                correlation(&pairs).expect("shares vary")
            };
            let size: f64 = shares.iter().map(|share| share.abs()).sum();
            let apart: f64 = shares.iter().zip(&path).map(|(one, other)| (one - other).abs()).sum();
            [with(&path), with(&gradient), with(&removal), apart / size, missing]
        };
        let all: Vec<[f64; 5]> = (0..IMAGES).into_par_iter().map(of_image).collect();
        let mean = |at: usize| all.iter().map(|numbers| numbers[at]).sum::<f64>() / IMAGES as f64;
        path.push(mean(0));
        gradient.push(mean(1));
        removal.push(mean(2));
        distance.push(mean(3));
        error = all.iter().fold(error, |most, numbers| most.max(numbers[4]));
    }
    let note = format!("{IMAGES} test images, {NOTE}");
    values.set("shapley.images", Measured::count(IMAGES))?;
    let decimals = Format::Decimals(3);
    set_mean(values, "shapley.with_path", mean_of(&path), decimals, &note)?;
    set_mean(values, "shapley.with_gradient", mean_of(&gradient), decimals, &note)?;
    set_mean(values, "shapley.with_removal", mean_of(&removal), decimals, &note)?;
    set_mean(values, "shapley.distance", mean_of(&distance), Format::Percent(0), &note)?;
    set(values, "shapley.efficiency", error, Format::Scientific(0), &note)
}

/// How far shares estimated from a number of orders are from the exact ones: the root mean square over
/// the squares and over twenty repetitions.
fn sampling(network: &Network<f64>, test: &Dataset, values: &mut Values) -> Result<Chart> {
    let (inputs, labels) = first(test, 1);
    let weights = logits_of(&labels);
    let (of_sets, shares) = exact(network, &inputs, &weights);
    let value = |present: &[bool]| {
        let bits = present.iter().enumerate().map(|(i, &there)| usize::from(there) << i);
        of_sets[bits.sum::<usize>()]
    };
    let mut generator = ChaCha8Rng::seed_from_u64(7);
    let mut points = Vec::new();
    for orders in [1, 3, 10, 30, 100, 300, 1000] {
        let mut squares = 0.0;
        for _ in 0..20 {
            let drawn = sampled_shapley(SQUARES, orders, value, &mut generator);
            let distance = drawn.iter().zip(&shares).map(|(drawn, share)| (drawn - share).powi(2));
            squares += distance.sum::<f64>();
        }
        points.push((orders as f64, (squares / (20 * SQUARES) as f64).sqrt()));
    }
    let largest = shares.iter().fold(0.0_f64, |most, share| most.max(share.abs()));
    let note = "the first test image, steady recipe, seed 0; twenty repetitions";
    set(values, "shapley.error_10", points[2].1, Format::Decimals(3), note)?;
    set(values, "shapley.error_1000", points[6].1, Format::Decimals(4), note)?;
    set(values, "shapley.largest", largest, Format::Decimals(2), note)?;
    let law = points.iter().map(|&(orders, _)| (orders, points[0].1 / f64::sqrt(orders)));
    let law: Vec<_> = law.collect();
    let description = format!(
        "Error of sampled shares by the number of orders, both on logarithmic scales: from {:.3} with \
         one order to {:.4} with a thousand, along a line that falls with the square root.",
        points[0].1, points[6].1
    );
    Ok(Chart::new("Shares from drawn orders", description)
        .x_axis(Axis::new("orders").log())
        .y_axis(Axis::new("error of a share [logit]").log())
        .series(Series::line("measured", points).markers())
        .series(Series::line("1/√orders", law)))
}

/// Seconds for all 65,536 coalitions of one image, the fastest of three times.
pub fn seconds(network: &Network<f64>, test: &Dataset) -> f64 {
    let (inputs, labels) = first(test, 1);
    let weights = logits_of(&labels);
    let timed = || {
        let start = Instant::now();
        assert_eq!(exact(network, &inputs, &weights).1.len(), SQUARES);
        start.elapsed().as_secs_f64()
    };
    (0..3).map(|_| timed()).fold(f64::MAX, f64::min)
}

fn speed(network: &Network<f64>, test: &Dataset, values: &mut Values) -> Result<()> {
    let note =
        "one image, 65,536 coalitions, double precision, one thread; the fastest of three runs";
    set(values, "shapley.seconds", seconds(network, test), Format::Seconds(2), note)
}
