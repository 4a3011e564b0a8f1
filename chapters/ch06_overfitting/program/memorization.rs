//! Page *Learned by heart*: random labels, what the confidence of a network is worth, what more images buy.

use std::ops::ControlFlow;

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use ch02_forward::Loss;
use ch05_mnist::{Dataset, Recipe, evaluate};
use ch06_overfitting::{Regularization, least_squares, powers, split, subset, temperature};
use ndarray::{Array1, ArrayView1};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::measured::{set, share};
use crate::study::{self, EPOCHS, EXAMPLES, Regularizer};
use crate::thousand::{History, SEED, answers, logits};

/// Draws three networks, which learn from true labels, from some and from random ones only; and what
/// becomes of the first with more images.
pub fn draw(
    histories: [&History; 3],
    (train, test): (&Dataset, &Dataset),
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let [clean, _, random] = histories;
    mistakes(clean, values)?;
    scaled(clean, test, values)?;
    output.figure("random-labels", &random_labels(histories, values)?)?;
    single_layer(&random.examples, values)?;
    output.figure("learning-curve", &learning_curve(train, test, values)?)?;
    Ok(())
}

/// Are the mistakes of the last epoch those of the epoch in which the validation loss was lowest?
fn mistakes(history: &History, values: &mut Values) -> Result<()> {
    let best = history.lowest(|epoch| epoch.validation_loss);
    let (at_best, last) = (&history.epochs[best - 1], history.last());
    let note = format!("seed {SEED}, {EXAMPLES} validation images");
    let both = at_best.answers.iter().zip(&last.answers);
    let both = both.filter(|(before, after)| before.1 && after.1).count();
    let misread = last.answers.iter().filter(|answer| answer.1).count();
    let number = |number: f64, format| Measured::number(number, format).machine();
    set(values, "mistakes.misread", Measured::count(misread).machine(), &note)?;
    set(values, "mistakes.same", Measured::count(both).machine(), &note)?;
    for (name, epoch) in [("best", at_best), ("last", last)] {
        for (what, wrong) in [("misread", true), ("right", false)] {
            let name = format!("mistakes.{what}_loss_{name}");
            set(values, &name, number(epoch.mean_loss(wrong), Format::Decimals(2)), &note)?;
        }
    }
    Ok(())
}

/// What a temperature, chosen on validation images, does to the loss on the test images.
fn scaled(history: &History, test: &Dataset, values: &mut Values) -> Result<()> {
    let (on_validation, targets) = logits(&history.network, &history.validation);
    let temperature = temperature(on_validation.view(), targets.view());
    let (on_test, targets) = logits(&history.network, test);
    let value = |temperature: f64| {
        Loss::SoftmaxCrossEntropy.value(on_test.mapv(|z| z / temperature).view(), targets.view())
    };
    let wrong = answers(&history.network, test).iter().filter(|answer| answer.1).count();
    let runs = study::recorded()?.outcome;
    let of = |number| study::numbers(&runs, Regularizer::EarlyStopping, 0.0, number)[SEED as usize];
    let note =
        format!("seed {SEED}, chosen on {EXAMPLES} validation images, measured on the test set");
    let percent = |share: f64| Measured::number(share, Format::Percent(1)).machine();
    set(values, "temperature.error", percent(wrong as f64 / test.len() as f64), &note)?;
    set(values, "temperature.stopped_error", percent(of(|run| run.test_error)), &note)?;
    let loss = Measured::number(of(|run| run.test_loss), Format::Decimals(2)).machine();
    set(values, "temperature.stopped", loss, "early stopping, seed 0 of the study")?;
    let number = |number: f64| Measured::number(number, Format::Decimals(2)).machine();
    set(values, "temperature.temperature", number(temperature), &note)?;
    set(values, "temperature.before", number(value(1.0)), &note)?;
    set(values, "temperature.after", number(value(temperature)), &note)
}

fn random_labels(histories: [&History; 3], values: &mut Values) -> Result<impl Figure> {
    let names = ["true labels", "30% random", "all random"];
    let note = format!("seed {SEED}, {EXAMPLES} images, {EPOCHS} epochs");
    for (name, history) in ["true", "some", "all"].into_iter().zip(histories) {
        let last = history.last();
        let train_error = Measured::number(last.train_error, Format::Percent(1)).machine();
        set(values, &format!("random_labels.{name}.train_error"), train_error, &note)?;
        let on_validation =
            Measured::number(last.validation_error, Format::Percent(0)).within(0.01);
        let name = format!("random_labels.{name}.validation_error");
        set(values, &name, on_validation.machine(), &note)?;
    }
    let perfect = histories.map(|history| {
        let index = history.epochs.iter().position(|epoch| epoch.train_error == 0.0);
        index.map_or(format!("more than {EPOCHS}"), |index| (index + 1).to_string())
    });
    let ends = histories.map(|history| 100.0 * history.last().train_error);
    let description = format!(
        "Misread training images by epoch. The network learns a thousand images with true labels, \
         with 30% random labels and with labels that are all random, only slower: in the end it \
         misreads {:.1}%, {:.1}% and {:.1}% of them. The first time that it misreads none is \
         after epoch {}, {} and {}.",
        ends[0], ends[1], ends[2], perfect[0], perfect[1], perfect[2]
    );
    let mut chart = Chart::new("Any labels are learned", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("training images misread [%]").from_zero());
    for (name, history) in names.into_iter().zip(histories).rev() {
        chart = chart.series(history.line(name, |epoch| 100.0 * epoch.train_error));
    }
    Ok(chart.tolerance(15.0))
}

/// A single layer learns the random labels too: how many steps it takes, with all images in each.
fn single_layer(examples: &Dataset, values: &mut Values) -> Result<()> {
    let most = 3_000;
    let recipe = Recipe {
        hidden: vec![],
        epochs: most, // of one step each
        batch_size: examples.len(),
        learning_rate: 0.01,
        ..study::recipe()
    };
    let (mut steps, mut misread) = (0, usize::MAX);
    let generator = ChaCha8Rng::seed_from_u64(SEED);
    study::train(&recipe, Regularization::NONE, examples, generator, |network, _| {
        steps += 1;
        misread = answers(network, examples).iter().filter(|answer| answer.1).count();
        if misread > 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    let note =
        format!("a single layer, {EXAMPLES} images with random labels in each step, seed {SEED}");
    set(values, "single_layer.steps", Measured::count(steps).machine(), &note)?;
    set(values, "single_layer.misread", Measured::count(misread).machine(), &note)
}

/// A network of the learning curve.
struct Sized {
    images: usize,
    train_error: f64,
    test_error: f64,
}

/// Test error by the number of training images, each size with three seeds and the same number of
/// steps: it is a multiple of all sizes' batches.
fn learning_curve(train: &Dataset, test: &Dataset, values: &mut Values) -> Result<impl Figure> {
    const STEPS: usize = 1_800;
    let sizes = [100, 300, 1_000, 3_000, 10_000, 30_000];
    let runs: Vec<(usize, u64)> =
        sizes.iter().rev().flat_map(|&size| (0..3).map(move |seed| (size, seed))).collect();
    let measure = |(size, seed): (usize, u64)| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let [examples] = split(train, [size], &mut generator);
        let recipe = Recipe { epochs: STEPS / size.div_ceil(50), ..study::recipe() };
        let go_on = |_: &_, _| ControlFlow::Continue(());
        let network = study::train(&recipe, Regularization::NONE, &examples, generator, go_on)?;
        let first: Vec<usize> = (0..size.min(2_000)).collect();
        let train_error = 1.0 - evaluate(&network, &subset(&examples, &first)).accuracy;
        let test_error = 1.0 - evaluate(&network, test).accuracy;
        Ok(Sized { images: size, train_error, test_error })
    };
    let errors: Vec<Sized> = runs.into_par_iter().map(measure).collect::<Result<_>>()?;
    let mean = |images: usize, error: fn(&Sized) -> f64| {
        let chosen = errors.iter().filter(|sized| sized.images == images).map(error);
        chosen.sum::<f64>() / 3.0
    };
    let on_train: fn(&Sized) -> f64 = |sized| sized.train_error;
    let on_test: fn(&Sized) -> f64 = |sized| sized.test_error;
    let note = format!("mean of seeds 0 to 2, {STEPS} steps of 50 images");
    for size in sizes {
        let name = |what: &str| format!("learning_curve.{size}_images.{what}");
        set(values, &name("test_error"), share(mean(size, on_test)), &note)?;
        set(values, &name("train_error"), share(mean(size, on_train)), &note)?;
    }
    let logarithms =
        |number: &dyn Fn(usize) -> f64| sizes.iter().map(|&size| number(size).ln()).collect();
    let x: Array1<f64> = logarithms(&|size| size as f64);
    let y: Array1<f64> = logarithms(&|size| mean(size, on_test));
    let line = power_law(x.view(), y.view());
    let number = |number: f64, decimals, off| {
        Measured::number(number, Format::Decimals(decimals)).within(off)
    };
    set(values, "learning_curve.exponent", number(-line[1], 2, 0.01), &note)?;
    set(values, "learning_curve.tenfold", number(10_f64.powf(-line[1]), 1, 0.1), &note)?;
    for from in [100, 1_000, 3_000] {
        let factor = mean(from, on_test) / mean(10 * from, on_test);
        let name = format!("learning_curve.exponent_from_{from}");
        set(values, &name, number(factor.log10(), 2, 0.01), &note)?;
        let name = format!("learning_curve.tenfold_from_{from}");
        set(values, &name, number(factor, 1, 0.1), &note)?;
    }
    let description = format!(
        "Misread images by the number of training images, both on logarithmic scales. Of the test \
         images {:.1}% with 100 training images, {:.1}% with 1,000, {:.1}% with 30,000. The \
         straight line through the points falls like the number to the power −{:.2}; they bend \
         upward from it at both ends, and by {:.0}% at the right one. Of the training images \
         0%, {:.1}% and {:.1}%.",
        100.0 * mean(100, on_test),
        100.0 * mean(1_000, on_test),
        100.0 * mean(30_000, on_test),
        -line[1],
        100.0 * (mean(30_000, on_test).ln() - line[0] - line[1] * 30_000_f64.ln()).exp() - 100.0,
        100.0 * mean(1_000, on_train),
        100.0 * mean(30_000, on_train),
    );
    let dots = errors.iter().map(|sized| (sized.images as f64, 100.0 * sized.test_error));
    let law = sizes.map(|size| {
        let size = size as f64;
        (size, 100.0 * (line[0] + line[1] * size.ln()).exp())
    });
    Ok(Chart::new("What more images buy", description)
        .x_axis(Axis::new("training images").log())
        .y_axis(Axis::new("test images misread [%]").log())
        .series(Series::scatter("measured, three seeds", dots))
        .series(Series::line("power law", law))
        .legend()
        .tolerance(15.0))
}

fn power_law(x: ArrayView1<f64>, y: ArrayView1<f64>) -> Array1<f64> {
    least_squares(powers(x, 1).view(), y)
}
