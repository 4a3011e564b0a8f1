//! Networks that have a thousand images to learn from: how they learn them by heart, what random
//! labels do, how their weights grow, what more images would buy, and dropout as an ensemble.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use ch02_forward::{Loss, Network, softmax};
use ch05_mnist::{CLASSES, Dataset, evaluate, likeliest};
use ch06_overfitting::{
    Course, Dropouts, EarlyStopping, Learner, MaskedNetwork, Restraints, cooling, least_squares,
    powers, split, subset,
};
use ndarray::{Array1, Array2, ArrayView1, Axis as Along};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::chapter::{loss, set, share};
use crate::study::{self, EPOCHS, EXAMPLES, NOISE, PATIENCE, Remedy};

/// The seed of everything that these figures show.
const SEED: u64 = 0;

/// A network after each of its epochs.
struct History {
    network: Network<f32>,
    epochs: Vec<Epoch>,
    examples: Dataset,
    validation: Dataset,
}

struct Epoch {
    train_loss: f64,
    train_error: f64,
    validation_loss: f64,
    validation_error: f64,
    /// The loss of each validation image, and whether it is misread.
    answers: Vec<(f64, bool)>,
}

pub fn draw(train: &Dataset, test: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    let plain = |noise: f64| History::of(train, Restraints::NONE, noise);
    let decayed = || History::of(train, Remedy::WeightDecay.restraints(), 0.0);
    let thinned = || History::of(train, Remedy::Dropout.restraints(), 0.0);
    let ((clean, noisy), (random, (decayed, thinned))) =
        rayon::join(|| (plain(0.0), plain(NOISE)), || (plain(1.0), (decayed(), thinned())));
    by_heart(&clean, output, values)?;
    mistakes(&clean, values)?;
    cooled(&clean, test, values)?;
    lit_pixels(&clean, train, values)?;
    let [losses, errors] = early_stopping(&noisy, values)?;
    output.figure("early-stopping-loss", &losses.tolerance(15.0))?;
    output.figure("early-stopping", &errors.tolerance(15.0))?;
    output.figure("random-labels", &random_labels([&clean, &noisy, &random], values)?)?;
    single_layer(&random.examples, values)?;
    output.figure("weights", &weights(&clean.network, &decayed.network, values)?)?;
    output.figure("ensemble", &ensemble(&thinned.network, test, values)?)?;
    output.figure("learning-curve", &learning_curve(train, test, values)?)?;
    let count = clean.network.parameter_count();
    set(values, "thousand.parameters", Measured::count(count), "784-128-10")
}

impl History {
    fn of(train: &Dataset, restraints: Restraints, noise: f64) -> Self {
        let (examples, validation, mut generator) = study::thousand(train, EXAMPLES, (SEED, noise));
        let mut epochs = Vec::new();
        let course = study::course(restraints);
        let learner = Learner::train(&course, &examples, &mut generator, |network, _| {
            let (on_train, answers) = (evaluate(network, &examples), answers(network, &validation));
            let mean = |number: fn(&(f64, bool)) -> f64| {
                answers.iter().map(number).sum::<f64>() / answers.len() as f64
            };
            epochs.push(Epoch {
                train_loss: on_train.loss,
                train_error: 1.0 - on_train.accuracy,
                validation_loss: mean(|answer| answer.0),
                validation_error: mean(|answer| f64::from(u8::from(answer.1))),
                answers,
            });
            true
        });
        Self { network: learner.network, epochs, examples, validation }
    }

    fn last(&self) -> &Epoch {
        self.epochs.last().expect("a course has an epoch")
    }

    fn line(&self, name: &str, number: fn(&Epoch) -> f64) -> Series {
        let points = self.epochs.iter().zip(1..).map(|(epoch, at)| (f64::from(at), number(epoch)));
        Series::line(name, points.collect::<Vec<_>>())
    }

    /// The epoch, counted from 1, after which a number is lowest.
    fn lowest(&self, number: fn(&Epoch) -> f64) -> usize {
        let epochs = self.epochs.iter().enumerate();
        let lowest = epochs.min_by(|a, b| number(a.1).total_cmp(&number(b.1)));
        lowest.expect("a course has an epoch").0 + 1
    }
}

impl Epoch {
    /// The mean loss of the validation images that are misread, or of those that are not.
    fn mean_loss(&self, misread: bool) -> f64 {
        let chosen = self.answers.iter().filter(|answer| answer.1 == misread);
        let losses: Vec<f64> = chosen.map(|answer| answer.0).collect();
        losses.iter().sum::<f64>() / losses.len() as f64
    }
}

/// The logits for all images of a set, and their targets.
fn logits(network: &Network<f32>, data: &Dataset) -> (Array2<f64>, Array2<f64>) {
    let all: Vec<usize> = (0..data.len()).collect();
    let (inputs, targets) = data.batch::<f32>(&all);
    (network.forward(inputs.view()).mapv(f64::from), targets.mapv(f64::from))
}

/// The loss of each image, and whether it is misread.
fn answers(network: &Network<f32>, data: &Dataset) -> Vec<(f64, bool)> {
    let (logits, targets) = logits(network, data);
    let rows = logits.outer_iter().zip(targets.outer_iter()).zip(&data.labels);
    let answer = |((logits, targets), label): ((ArrayView1<f64>, ArrayView1<f64>), &u8)| {
        let row = (logits.insert_axis(Along(0)), targets.insert_axis(Along(0)));
        let loss = Loss::SoftmaxCrossEntropy.value(row.0, row.1);
        (loss, likeliest(logits) != usize::from(*label))
    };
    rows.map(answer).collect()
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

/// What one number, chosen on validation images, does to the loss on the test images.
fn cooled(history: &History, test: &Dataset, values: &mut Values) -> Result<()> {
    let (on_validation, targets) = logits(&history.network, &history.validation);
    let factor = cooling(on_validation.view(), targets.view());
    let (on_test, targets) = logits(&history.network, test);
    let value = |factor: f64| {
        Loss::SoftmaxCrossEntropy.value(on_test.mapv(|z| factor * z).view(), targets.view())
    };
    let wrong = answers(&history.network, test).iter().filter(|answer| answer.1).count();
    let runs = study::recorded()?.runs;
    let of = |number| study::numbers(&runs, Remedy::EarlyStopping, 0.0, number)[SEED as usize];
    let note =
        format!("seed {SEED}, chosen on {EXAMPLES} validation images, measured on the test set");
    let percent = |share: f64| Measured::number(share, Format::Percent(1)).machine();
    set(values, "cooling.error", percent(wrong as f64 / test.len() as f64), &note)?;
    set(values, "cooling.stopped_error", percent(of(|run| run.test_error)), &note)?;
    let loss = Measured::number(of(|run| run.test_loss), Format::Decimals(2)).machine();
    set(values, "cooling.stopped", loss, "early stopping, seed 0 of the study")?;
    let number = |number: f64| Measured::number(number, Format::Decimals(2)).machine();
    set(values, "cooling.factor", number(factor), &note)?;
    set(values, "cooling.before", number(value(1.0)), &note)?;
    set(values, "cooling.after", number(value(factor)), &note)
}

/// How many pixels are ever lit, in the thousand images and in all of them.
fn lit_pixels(history: &History, train: &Dataset, values: &mut Values) -> Result<()> {
    let lit = |data: &Dataset| {
        let columns = data.images.pixels.columns().into_iter();
        columns.filter(|column| column.iter().any(|&pixel| pixel > 0)).count()
    };
    let note = format!("the {EXAMPLES} training images of seed {SEED}");
    let (ours, all) = (lit(&history.examples), lit(train));
    set(values, "thousand.lit_pixels", Measured::count(ours), &note)?;
    let dark = 1.0 - ours as f64 / train.pixels() as f64;
    set(values, "thousand.dark_pixels", Measured::number(dark, Format::Percent(0)), &note)?;
    set(values, "thousand.lit_in_all", Measured::count(all), "all training images")
}

fn by_heart(history: &History, output: &Output, values: &mut Values) -> Result<()> {
    let (last, best) = (history.last(), history.lowest(|epoch| epoch.validation_loss));
    let at_best = &history.epochs[best - 1];
    let perfect = history.epochs.iter().position(|epoch| epoch.train_error == 0.0);
    let perfect = perfect.map_or(EPOCHS, |index| index + 1);
    let note = format!("seed {SEED}, {EXAMPLES} training and {EXAMPLES} validation images");
    set(values, "by_heart.perfect_epoch", Measured::count(perfect).machine(), &note)?;
    set(values, "by_heart.best_epoch", Measured::count(best).machine(), &note)?;
    set(values, "by_heart.best_validation_loss", loss(at_best.validation_loss), &note)?;
    set(values, "by_heart.validation_loss", loss(last.validation_loss), &note)?;
    set(values, "by_heart.validation_error", share(last.validation_error), &note)?;
    let number = |number: f64| Measured::number(number, Format::Decimals(3)).within(0.001);
    set(values, "by_heart.train_loss", number(last.train_loss), &note)?;
    set(values, "by_heart.train_probability", number((-last.train_loss).exp()), &note)?;
    let description = format!(
        "Loss by epoch on a logarithmic scale. On the thousand training images it falls to {:.4}; on \
         the validation images it is lowest, {:.2}, after epoch {best}, and {:.2} in the end.",
        last.train_loss, at_best.validation_loss, last.validation_loss
    );
    let chart = Chart::new("A thousand images learned by heart", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("cross-entropy [nats]").log())
        .series(history.line("validation", |epoch| epoch.validation_loss))
        .series(history.line("training", |epoch| epoch.train_loss))
        .vertical_rule(best as f64, "lowest");
    output.figure("by-heart", &chart.tolerance(15.0))?;
    let description = format!(
        "The share of misread images by epoch. Of the training images none is misread from epoch \
         {perfect} on; of the validation images {:.1}% in the end.",
        100.0 * last.validation_error
    );
    let chart = Chart::new("Misread images by epoch", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("images misread [%]").from_zero())
        .series(history.line("validation", |epoch| 100.0 * epoch.validation_error))
        .series(history.line("training", |epoch| 100.0 * epoch.train_error));
    output.figure("by-heart-errors", &chart.tolerance(15.0))?;
    Ok(())
}

/// Where early stopping would stop with a third of the labels random, and what it would keep: the loss
/// that it watches, and the errors.
fn early_stopping(history: &History, values: &mut Values) -> Result<[Chart; 2]> {
    let mut stopping = EarlyStopping::new(PATIENCE);
    let stop = history.epochs.iter().zip(1..);
    let stop =
        stop.take_while(|(epoch, at)| stopping.observe(epoch.validation_loss, || *at)).count() + 1;
    let stop = stop.min(EPOCHS); // patience may not have ended
    let kept: usize = stopping.best.expect("some loss is a number").1;
    let (at_kept, last) = (&history.epochs[kept - 1], history.last());
    let note = format!("seed {SEED}, {EXAMPLES} images, 30% of the labels random");
    set(values, "early_stopping.kept_epoch", Measured::count(kept).machine(), &note)?;
    set(values, "early_stopping.stop_epoch", Measured::count(stop).machine(), &note)?;
    let number = |share: f64| Measured::number(share, Format::Percent(0)).machine();
    set(values, "early_stopping.kept_error", number(at_kept.validation_error), &note)?;
    set(values, "early_stopping.last_error", number(last.validation_error), &note)?;
    let best = history.lowest(|epoch| epoch.validation_error);
    let least = history.epochs[best - 1].validation_error;
    set(values, "early_stopping.best_error_epoch", Measured::count(best).machine(), &note)?;
    set(values, "early_stopping.best_error", number(least), &note)?;
    let decimals = |loss: f64| Measured::number(loss, Format::Decimals(2)).machine();
    let at_best = &history.epochs[best - 1];
    set(values, "early_stopping.best_error_loss", decimals(at_best.validation_loss), &note)?;
    set(values, "early_stopping.kept_loss", decimals(at_kept.validation_loss), &note)?;
    for (name, epoch) in [("best_error", at_best), ("kept", at_kept)] {
        for (what, wrong) in [("misread", true), ("right", false)] {
            let name = format!("early_stopping.{name}_{what}_loss");
            set(values, &name, decimals(epoch.mean_loss(wrong)), &note)?;
        }
    }
    let rules = |chart: Chart| {
        let chart = chart.x_axis(Axis::new("epoch").integers());
        chart.vertical_rule(kept as f64, "kept").vertical_rule(stop as f64, "stopped")
    };
    let description = format!(
        "With 30% random labels. The validation loss is {:.2} after epoch {best}, lowest after epoch \
         {kept}, {:.2}, and {:.2} after epoch {EPOCHS}, while the training loss falls to {:.2}.",
        at_best.validation_loss, at_kept.validation_loss, last.validation_loss, last.train_loss
    );
    let losses = Chart::new("The loss that is watched", description)
        .y_axis(Axis::new("cross-entropy [nats]").from_zero())
        .series(history.line("validation", |epoch| epoch.validation_loss))
        .series(history.line("training", |epoch| epoch.train_loss))
        .height(300.0);
    let description = format!(
        "With 30% random labels. The validation error is lowest after epoch {best}, {:.0}%. It is \
         {:.0}% after epoch {kept}, where the validation loss is lowest, and {:.0}% after epoch \
         {EPOCHS}, while the training error falls to {:.0}%. Stopping would end training after epoch \
         {stop}.",
        100.0 * least,
        100.0 * at_kept.validation_error,
        100.0 * last.validation_error,
        100.0 * last.train_error
    );
    let errors = Chart::new("Where to stop", description)
        .y_axis(Axis::new("images misread [%]").from_zero())
        .series(history.line("validation", |epoch| 100.0 * epoch.validation_error))
        .series(history.line("training", |epoch| 100.0 * epoch.train_error));
    Ok([rules(losses), rules(errors)])
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
    let course = Course {
        hidden: vec![],
        epochs: most, // of one step each
        batch_size: examples.len(),
        learning_rate: 0.01,
        ..study::course(Restraints::NONE)
    };
    let (mut steps, mut misread) = (0, usize::MAX);
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    Learner::<f32>::train(&course, examples, &mut generator, |network, _| {
        steps += 1;
        misread = answers(network, examples).iter().filter(|answer| answer.1).count();
        misread > 0
    });
    let note =
        format!("a single layer, {EXAMPLES} images with random labels in each step, seed {SEED}");
    set(values, "single_layer.steps", Measured::count(steps).machine(), &note)?;
    set(values, "single_layer.misread", Measured::count(misread).machine(), &note)
}

/// How many weights of the first layer have which size, with decay and without.
fn weights(
    plain: &Network<f32>,
    decayed: &Network<f32>,
    values: &mut Values,
) -> Result<impl Figure> {
    let histogram = |network: &Network<f32>| -> Vec<(f64, f64)> {
        let weights = &network.layers[0].dense.weights;
        let mut bins = [0.0; 41];
        for &weight in weights {
            let bin = (f64::from(weight) / 0.02).round() as isize + 20;
            if let Some(count) = usize::try_from(bin).ok().and_then(|bin| bins.get_mut(bin)) {
                *count += 100.0 / weights.len() as f64;
            }
        }
        let centers = (-20..=20).map(|bin| 0.02 * f64::from(bin));
        let below_the_axis = |share: f64| if share > 0.0 { share } else { 1e-9 };
        centers.zip(bins.map(below_the_axis)).collect()
    };
    let size = |network: &Network<f32>| {
        let weights = &network.layers[0].dense.weights;
        (weights.iter().map(|&w| f64::from(w).powi(2)).sum::<f64>() / weights.len() as f64).sqrt()
    };
    let [before, after] = [plain, decayed].map(size);
    let note = format!("first layer, seed {SEED}, root mean square");
    let number = |number: f64| Measured::number(number, Format::Decimals(3)).within(0.001);
    set(values, "weights.plain", number(before), &note)?;
    set(values, "weights.decayed", number(after), &note)?;
    let near_zero = |network: &Network<f32>| {
        let weights = &network.layers[0].dense.weights;
        weights.iter().filter(|weight| weight.abs() < 0.01).count() as f64 / weights.len() as f64
    };
    let [far, near] = [plain, decayed].map(near_zero);
    let note = format!("first layer, seed {SEED}, share of the weights within 0.01 of 0");
    let number = |share: f64| Measured::number(share, Format::Percent(0)).within(0.01);
    set(values, "weights.plain_near_zero", number(far), &note)?;
    set(values, "weights.decayed_near_zero", number(near), &note)?;
    let description = format!(
        "The weights of the first layer by size, on a logarithmic scale. Without decay they have the \
         root mean square {before:.3}, and {:.0}% of them are within 0.01 of 0; with decay \
         {after:.3}, and {:.0}%.",
        100.0 * far,
        100.0 * near
    );
    Ok(Chart::new("Weights with and without decay", description)
        .x_axis(Axis::new("weight"))
        .y_axis(Axis::new("share of the weights [%]").log().range(7e-4, 60.0))
        .series(Series::line("plain", histogram(plain)))
        .series(Series::line("weight decay", histogram(decayed)))
        .legend()
        .tolerance(15.0))
}

/// The error of the mean answer of so many thinned networks, and of the whole network.
fn ensemble(network: &Network<f32>, test: &Dataset, values: &mut Values) -> Result<impl Figure> {
    const NETWORKS: usize = 64;
    let all: Vec<usize> = (0..test.len()).collect();
    let (inputs, _) = test.batch::<f32>(&all);
    let answers = |number: usize| {
        let mut generator = ChaCha8Rng::seed_from_u64(number as u64);
        let masks = network.masks(inputs.nrows(), Dropouts::PAPER, &mut generator);
        softmax(network.masked_trace(inputs.view(), masks).output.view()).mapv(f64::from)
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
    let errors: Vec<Sized> = runs
        .into_par_iter()
        .map(|(size, seed)| {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            let [examples] = split(train, [size], &mut generator);
            let course =
                Course { epochs: STEPS / size.div_ceil(50), ..study::course(Restraints::NONE) };
            let learner = Learner::<f32>::train(&course, &examples, &mut generator, |_, _| true);
            let first: Vec<usize> = (0..size.min(2_000)).collect();
            let train_error = 1.0 - evaluate(&learner.network, &subset(&examples, &first)).accuracy;
            let test_error = 1.0 - evaluate(&learner.network, test).accuracy;
            Sized { images: size, train_error, test_error }
        })
        .collect();
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
