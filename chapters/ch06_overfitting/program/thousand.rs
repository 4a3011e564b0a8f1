//! A network that has a thousand images to learn from, looked at after each epoch; the figures of the
//! chapter's first page.

use std::ops::ControlFlow;

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use ch02_forward::{Loss, Network};
use ch05_mnist::{Dataset, evaluate, likeliest};
use ch06_overfitting::Regularization;
use ndarray::{Array2, ArrayView1, Axis as Along};

use crate::measured::{loss, set, share};
use crate::networks::{self, EPOCHS, EXAMPLES};

/// The seed of everything that these figures show.
pub const SEED: u64 = 0;

/// A network after each of its epochs.
pub struct History {
    pub network: Network<f32>,
    pub epochs: Vec<Epoch>,
    pub examples: Dataset,
    pub validation: Dataset,
}

pub struct Epoch {
    pub train_loss: f64,
    pub train_error: f64,
    pub validation_loss: f64,
    pub validation_error: f64,
    /// The loss of each validation image, and whether it is misread.
    pub answers: Vec<(f64, bool)>,
}

impl History {
    /// Of a network with this regularization, a share `noise` of whose labels is random.
    pub fn of(train: &Dataset, regularization: Regularization, noise: f64) -> Result<Self> {
        let (examples, validation, generator) = networks::thousand(train, EXAMPLES, (SEED, noise));
        let mut epochs = Vec::new();
        let recipe = networks::recipe();
        let network =
            networks::train(&recipe, regularization, &examples, generator, |network, _| {
                let (on_train, answers) =
                    (evaluate(network, &examples), answers(network, &validation));
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
                ControlFlow::Continue(())
            })?;
        Ok(Self { network, epochs, examples, validation })
    }

    /// What was seen after the last epoch.
    pub fn last(&self) -> &Epoch {
        self.epochs.last().expect("a recipe has an epoch")
    }

    /// A number, epoch by epoch.
    pub fn line(&self, name: &str, number: fn(&Epoch) -> f64) -> Series {
        let points = self.epochs.iter().zip(1..).map(|(epoch, at)| (f64::from(at), number(epoch)));
        Series::line(name, points.collect::<Vec<_>>())
    }

    /// The epoch, counted from 1, after which a number is lowest.
    pub fn lowest(&self, number: fn(&Epoch) -> f64) -> usize {
        let epochs = self.epochs.iter().enumerate();
        let lowest = epochs.min_by(|a, b| number(a.1).total_cmp(&number(b.1)));
        lowest.expect("a recipe has an epoch").0 + 1
    }
}

impl Epoch {
    /// The mean loss of the validation images that are misread, or of those that are not.
    pub fn mean_loss(&self, misread: bool) -> f64 {
        let chosen = self.answers.iter().filter(|answer| answer.1 == misread);
        let losses: Vec<f64> = chosen.map(|answer| answer.0).collect();
        losses.iter().sum::<f64>() / losses.len() as f64
    }
}

/// The logits for all images of a set, and their targets.
pub fn logits(network: &Network<f32>, data: &Dataset) -> (Array2<f64>, Array2<f64>) {
    let all: Vec<usize> = (0..data.len()).collect();
    let (inputs, targets) = data.batch::<f32>(&all);
    (network.forward(inputs.view()).mapv(f64::from), targets.mapv(f64::from))
}

/// The loss of each image, and whether it is misread.
pub fn answers(network: &Network<f32>, data: &Dataset) -> Vec<(f64, bool)> {
    let (logits, targets) = logits(network, data);
    let rows = logits.outer_iter().zip(targets.outer_iter()).zip(&data.labels);
    let answer = |((logits, targets), label): ((ArrayView1<f64>, ArrayView1<f64>), &u8)| {
        let row = (logits.insert_axis(Along(0)), targets.insert_axis(Along(0)));
        let loss = Loss::SoftmaxCrossEntropy.value(row.0, row.1);
        (loss, likeliest(logits) != usize::from(*label))
    };
    rows.map(answer).collect()
}

/// Draws loss and error of a network that memorizes its examples.
pub fn draw(
    history: &History,
    train: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    lit_pixels(history, train, values)?;
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

/// One image, from 0 to 1, `[height × width]`.
pub fn image(data: &Dataset, index: usize) -> Array2<f64> {
    let (input, _) = data.batch::<f64>(&[index]);
    let shape = (data.images.height, data.images.width);
    input.into_shape_with_order(shape).expect("as many pixels as the shape says")
}

pub fn pixels(image: &Array2<f64>) -> Vec<f64> {
    image.iter().copied().collect()
}
