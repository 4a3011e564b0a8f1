//! Measures and draws what chapter 6 shows. `cargo run -p ch06_overfitting -- --help` tells the rest.

mod arguments;
mod augmentation;
mod disk;
mod dropout;
mod early_stopping;
mod measured;
mod memorization;
mod polynomial_fits;
mod polynomials;
mod regularization;
mod rows;
mod study;
mod table;
mod thousand;
mod three_sets;
mod weight_decay;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::{Measured, Output, Values};
use book_programs::print;
use ch05_mnist::Dataset;
use ch06_overfitting::{Regularization, folds};
use ndarray::Array1;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use arguments::{Arguments, Command};
use polynomial_fits::{POINTS, noisy};
use study::{NOISE, Regularizer};
use thousand::History;

fn main() -> ExitCode {
    ch05_mnist::keep_freed_memory();
    book_programs::run(|arguments: Arguments| match arguments.command {
        None => run(),
        Some(Command::Table(arguments)) => table::run(&arguments),
        Some(Command::Study(arguments)) => study::run(&arguments),
        Some(Command::Tune(arguments)) => study::tune(&arguments),
        Some(Command::Records) => records(),
    })
}

/// Reads each record, and so checks it.
fn records() -> Result<()> {
    study::recorded()?;
    table::recorded()?;
    print("all records are as they were recorded")
}

/// The chapter as one run: all figures, and all numbers of the pages that no long experiment made.
fn run() -> Result<()> {
    let output = Output::chapter("ch06_overfitting")?;
    let mut values = output.values()?;
    twenty_points(&output, &mut values)?;
    print("polynomials: done")?;
    let (train, test) = disk::load(None, 60_000)?;
    pictures(&train, &output, &mut values)?;
    print("masks and deformed digits: done")?;
    thousand_images(&train, &test, &output, &mut values)?;
    print("networks on a thousand images: done")?;
    regularization::draw(&output, &mut values)?;
    table::draw(&output, &mut values)?;
    values.save()?;
    print(format_args!("\nfigures and values: {}", output.path().canonicalize()?.display()))
}

fn twenty_points(output: &Output, values: &mut Values) -> Result<()> {
    let mut generator = ChaCha8Rng::seed_from_u64(6);
    let x = Array1::linspace(-1.0, 1.0, POINTS);
    let y = noisy(&x, &mut generator);
    polynomials::draw((&x, &y), output, values, &mut generator)?;
    let pairs = folds(POINTS, 5, &mut generator);
    three_sets::draw((&x, &y), &pairs, output, values)?;
    weight_decay::draw_ridge((&x, &y), &pairs, output, values)
}

fn pictures(train: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    let mut generator = ChaCha8Rng::seed_from_u64(6);
    let digit = thousand::image(train, 0);
    dropout::draw_masks(digit.view(), output, values, &mut generator)?;
    augmentation::draw(train, digit.view(), output, values, &mut generator)
}

fn thousand_images(
    train: &Dataset,
    test: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let plain = |noise: f64| History::of(train, Regularization::NONE, noise);
    let with = |regularizer: Regularizer| History::of(train, regularizer.regularization(), 0.0);
    let ((clean, noisy), (random, (decayed, thinned))) = rayon::join(
        || (plain(0.0), plain(NOISE)),
        || (plain(1.0), (with(Regularizer::WeightDecay), with(Regularizer::Dropout))),
    );
    let (clean, noisy, random) = (clean?, noisy?, random?);
    thousand::draw(&clean, train, output, values)?;
    memorization::draw([&clean, &noisy, &random], (train, test), output, values)?;
    early_stopping::draw(&noisy, output, values)?;
    weight_decay::draw_weights(&clean.network, &decayed?.network, output, values)?;
    dropout::draw_ensemble(&thinned?.network, test, output, values)?;
    let count = Measured::count(clean.network.parameter_count());
    measured::set(values, "thousand.parameters", count, "784-128-10")
}
