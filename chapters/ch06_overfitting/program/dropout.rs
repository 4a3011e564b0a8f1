//! Page *Dropout*: masks, how much a dropped sum spreads, an ensemble in one network.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, ImageGrid, Measured, Output, Series, Values};
use ch02_forward::{Dense, Network, softmax};
use ch05_mnist::{CLASSES, Dataset, likeliest};
use ch06_overfitting::{Dropout, MaskedNetwork, NetworkDropout};
use ndarray::{Array1, Array2, ArrayView2, Axis as Along};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::measured::set;
use crate::networks::EXAMPLES;
use crate::thousand::{SEED, pixels};

/// Draws masks on a digit, and what they do to a weighted sum.
pub fn draw_masks(
    digit: ArrayView2<f64>,
    output: &Output,
    values: &mut Values,
    generator: &mut ChaCha8Rng,
) -> Result<()> {
    output.figure("masks", &masked_digit(digit, generator))?;
    output.figure("dropped-sum", &dropped_sum(values, generator)?)?;
    Ok(())
}

/// Draws the thinned networks of one that was trained with dropout.
pub fn draw_ensemble(
    network: &Network<f32>,
    test: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    output.figure("ensemble", &ensemble(network, test, values)?)?;
    Ok(())
}

fn masked_digit(digit: ArrayView2<f64>, generator: &mut ChaCha8Rng) -> ImageGrid {
    let description = "Three rows. Each has one handwritten five, and the same five through three masks \
                       of dropout, which keep 0.8 of the pixels, 0.5, and 0.2. With 0.5 a reader still \
                       recognizes it; with 0.2 hardly.";
    let width = digit.ncols();
    let mut grid = ImageGrid::new("A digit through dropout's masks", description, 4);
    for keep in [0.8, 0.5, 0.2] {
        grid = grid.shares("every pixel", width, &pixels(&digit.to_owned()));
        for _ in 0..3 {
            let (_, mask) = Dropout { keep }.forward(digit, generator);
            let kept = &digit * &mask.mapv(|m| if m == 0.0 { 0.0 } else { 1.0 });
            grid = grid.shares(format!("{keep} kept"), width, &pixels(&kept));
        }
    }
    grid
}

/// The weighted sum of fifty inputs through 4,000 masks, for each share that is kept.
fn dropped_sum(values: &mut Values, generator: &mut ChaCha8Rng) -> Result<Chart> {
    let inputs = Array1::from_shape_simple_fn(50, || generator.random::<f64>());
    let weights = Array1::from_shape_simple_fn(50, || 2.0 * generator.random::<f64>() - 1.0);
    let squares = (&inputs * &weights).mapv(|x| x * x).sum();
    let dense = Dense { weights: weights.insert_axis(Along(1)), bias: Array1::zeros(1) };
    let activation = ch01_neuron::Activation::Identity;
    let network = Network { layers: vec![ch02_forward::Layer { dense, activation }] };
    let batch = inputs.broadcast((4_000, 50)).expect("one row for each mask");
    let mut measured = Vec::new();
    for keep in [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0] {
        let mask = Dropout { keep }.mask((4_000, 50), generator);
        let sums = network.masked_trace(batch, vec![mask]).trace.output().to_owned();
        measured.push((keep, sums.std(0.0), sums.mean().expect("4,000 sums")));
    }
    let whole = network.forward(batch)[[0, 0]];
    let farthest = measured.iter().map(|m| (m.2 - whole).abs()).fold(0.0, f64::max);
    let note = "50 inputs, 4,000 masks for each share, seed 6";
    let number = |number: f64| Measured::number(number, Format::Decimals(2)).within(0.01);
    set(values, "dropped_sum.whole", number(whole), note)?;
    set(values, "dropped_sum.farthest_mean", number(farthest), note)?;
    set(values, "dropped_sum.half", number(measured[4].1), note)?;
    let line = (10..=100).map(|percent| {
        let keep = f64::from(percent) / 100.0;
        (keep, ((1.0 - keep) / keep * squares).sqrt())
    });
    let description = format!(
        "The standard deviation of a weighted sum of fifty inputs under dropout, by the share of \
         inputs that is kept: {:.2} at 0.1, {:.2} at 0.5, 0 at 1. The measured points lie on the line \
         of the formula.",
        measured[0].1, measured[4].1
    );
    Ok(Chart::new("The spread of a dropped sum", description)
        .x_axis(Axis::new("share ν of inputs kept").range(0.0, 1.0))
        .y_axis(Axis::new("standard deviation of the sum").from_zero())
        .series(Series::line("formula", line))
        .series(Series::scatter("measured", measured.iter().map(|m| (m.0, m.1))))
        .legend())
}

/// The error of the mean answer of so many thinned networks, and of the whole network.
fn ensemble(network: &Network<f32>, test: &Dataset, values: &mut Values) -> Result<impl Figure> {
    const NETWORKS: usize = 64;
    let all: Vec<usize> = (0..test.len()).collect();
    let (inputs, _) = test.batch::<f32>(&all);
    let answers = |number: usize| {
        let mut generator = ChaCha8Rng::seed_from_u64(number as u64);
        let masks = network.masks(inputs.nrows(), NetworkDropout::PAPER, &mut generator);
        softmax(network.masked_trace(inputs.view(), masks).trace.output()).mapv(f64::from)
    };
    let error = |answers: &Array2<f64>| {
        let rows = answers.rows().into_iter().zip(&test.labels);
        let wrong = rows.filter(|(row, label)| likeliest(row.view()) != usize::from(**label));
        wrong.count() as f64 / test.len() as f64
    };
    let answers: Vec<Array2<f64>> = (0..NETWORKS).into_par_iter().map(answers).collect();
    let single = answers.iter().map(&error).sum::<f64>() / NETWORKS as f64;
    let mut sum = Array2::zeros((test.len(), CLASSES));
    let mut logarithms = Array2::zeros((test.len(), CLASSES));
    let mut errors = vec![(1.0, 100.0 * single)];
    for (count, answer) in (1..=NETWORKS).zip(&answers) {
        sum += answer;
        logarithms += &answer.mapv(|p| p.max(f64::MIN_POSITIVE).ln());
        if count > 1 {
            errors.push((count as f64, 100.0 * error(&sum)));
        }
    }
    let whole = error(&softmax(network.forward(inputs.view()).view()).mapv(f64::from));
    let many = errors[NETWORKS - 1].1 / 100.0;
    let note = format!("a network of {EXAMPLES} images with dropout, seed {SEED}, all test images");
    for (name, share) in
        [("single", single), ("many", many), ("geometric", error(&logarithms)), ("whole", whole)]
    {
        let share = Measured::number(share, Format::Percent(1)).machine();
        set(values, &format!("ensemble.{name}"), share, &note)?;
    }
    let description = format!(
        "The test error of thinned networks, by how many give their mean answer: {:.1}% for one, \
         {:.1}% for 64. The whole network, once, reaches {:.1}%.",
        100.0 * single,
        100.0 * many,
        100.0 * whole
    );
    Ok(Chart::new("An ensemble in one network", description)
        .x_axis(Axis::new("thinned networks that are averaged").log())
        .y_axis(Axis::new("test images misread [%]").range(9.0, 14.2))
        .series(Series::line("thinned", errors))
        .series(Series::line("whole", [1.0, NETWORKS as f64].map(|count| (count, 100.0 * whole))))
        .tolerance(20.0))
}
