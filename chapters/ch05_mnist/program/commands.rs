//! The commands that a reader runs: train, evaluate, predict.

use std::path::Path;

use anyhow::{Error, Result, anyhow, ensure};
use book_programs::arguments::{EvaluateArguments, parameter_count};
use book_programs::data::{Set, Source};
use book_programs::pictures::read_picture;
use book_programs::progress::with_threads;
use book_programs::{for_each, print};
use ch02_forward::Network;
use ch05_mnist::{CLASSES, Certainty, Reading, center_digit, evaluate, read_digit};
use serde_json::json;

use crate::arguments::{PredictArguments, TrainArguments};
use crate::long_runs::{Checkpoint, memory_available, memory_needed, memory_warning};
use crate::{disk, runs};

/// Trains one network.
pub fn train(arguments: TrainArguments) -> Result<()> {
    for path in [&arguments.weights, &arguments.resume].into_iter().flatten() {
        book_programs::files::check_writable(path)?;
    }
    let (train, test) = disk::load(&Source::new(arguments.data.clone()))?;
    let recipe = arguments.recipe();
    let sizes = [&[train.pixels()], &recipe.hidden[..], &[CLASSES]].concat();
    parameter_count(&sizes).map_err(Error::msg)?;
    let needed = memory_needed(&recipe, &train, arguments.resume.is_some());
    if let Some(warning) = memory_available().and_then(|free| memory_warning(needed, free)) {
        eprintln!("{warning}");
    }
    let checkpoint = arguments.resume.as_ref();
    let checkpoint = checkpoint.map(|path| Checkpoint::new(path, &recipe, arguments.seed, &train));
    let progress = runs::progress(&recipe, &train);
    let (before, run, evaluation) = with_threads(arguments.threads, || {
        let mut trainer = runs::trainer(&recipe, arguments.seed, &train);
        let before = checkpoint.as_ref().map_or(Ok(0), |file| file.resume(&mut trainer))?;
        progress.set_position(trainer.history.last().map_or(0, |epoch| epoch.steps as u64));
        let run = runs::go_on(trainer, &train, &progress, |trainer, epoch| {
            progress.set_message(format!("training loss {:.4}", epoch.train_loss));
            checkpoint.as_ref().map_or(Ok(()), |file| file.write(trainer))
        })?;
        let evaluation = evaluate(&run.network, &test);
        Ok((before, run, evaluation))
    })?;
    ensure!(
        evaluation.loss.is_finite(), // the last step may have been the one that went too far
        "training with learning rate {}: expected a finite test loss, found {}; a smaller rate may \
         help",
        recipe.learning_rate,
        evaluation.loss,
    );
    if let Some(path) = &arguments.weights {
        disk::write_weights(path, &run.network)?;
    }
    if arguments.json {
        print(run.json(arguments.recipe_name(), arguments.seed, &evaluation))?;
    } else {
        print(format_args!(
            "recipe         {} (seed {})",
            arguments.recipe_name(),
            arguments.seed
        ))?;
        if before > 0 {
            print(format_args!("resumed        after {before} epochs"))?;
        }
        let epochs = run.epochs - before;
        print(format_args!("trained        {epochs} epochs in {:.2} s", run.fit_seconds))?;
        print(format_args!("training loss  {:.4} (mean of the last epoch)", run.train_loss))?;
        print(format_args!("test loss      {:.4}", evaluation.loss))?;
        print(format_args!("test accuracy  {:.2} %", 100.0 * evaluation.accuracy))?;
    }
    Ok(())
}

/// Runs saved weights on the test set.
pub fn evaluate_weights(arguments: EvaluateArguments) -> Result<()> {
    let test = disk::load_set(&Source::new(arguments.data), Set::Test)?;
    let network = disk::read_weights(&arguments.weights, test.pixels())?;
    let evaluation = evaluate(&network, &test);
    ensure!(
        evaluation.loss.is_finite(),
        "{}: expected weights with a finite loss, found {}",
        arguments.weights.display(),
        evaluation.loss,
    );
    if arguments.json {
        let (loss, accuracy) = (evaluation.loss, evaluation.accuracy);
        let examples = test.len();
        print(json!({ "examples": examples, "test_loss": loss, "test_accuracy": accuracy }))?;
    } else {
        print(format_args!("test examples  {}", test.len()))?;
        print(format_args!("test loss      {:.4}", evaluation.loss))?;
        print(format_args!("test accuracy  {:.2} %", 100.0 * evaluation.accuracy))?;
        print("\nrows: the digit; columns: what it was taken for")?;
        for row in evaluation.confusion.rows() {
            print(row.iter().map(|count| format!("{count:6}")).collect::<String>())?;
        }
    }
    Ok(())
}

/// Tells which digit each picture shows, and names those that cannot be told.
pub fn predict(arguments: PredictArguments) -> Result<()> {
    let network = disk::read_weights(&arguments.weights, 28 * 28)?;
    for_each(&arguments.images, |path| {
        let reading = read_digit_of(path, &network, &arguments)?;
        if arguments.json {
            print(as_json(path, &reading))?;
        }
        ensure!(
            reading.certainty() != Certainty::NotSure,
            "{}: expected a digit that can be told, found what may be a {} or a {}",
            path.display(),
            reading.digit(),
            reading.runner_up(),
        );
        if arguments.json { Ok(()) } else { print(as_text(path, &reading)) }
    })
}

fn read_digit_of(
    path: &Path,
    network: &Network<f32>,
    arguments: &PredictArguments,
) -> Result<Reading> {
    let image = center_digit::<f32>(&read_picture(path)?);
    let image =
        image.map_err(|found| anyhow!("{}: expected a digit, found {found}", path.display()));
    let reading = read_digit(network, &image?);
    ensure!(
        reading.moved.iter().all(|probability| probability.is_finite()),
        "{}: expected weights that give finite probabilities, found {} for {}",
        arguments.weights.display(),
        reading.moved.sum(),
        path.display(),
    );
    Ok(reading)
}

fn as_text(path: &Path, reading: &Reading) -> String {
    let shares = reading.probabilities.iter().enumerate();
    let shares = shares.map(|(digit, share)| format!("{digit}: {:.2} %", 100.0 * share));
    let shares = shares.collect::<Vec<_>>().join("  ");
    format!("{}: {} ({})\n  {shares}", path.display(), reading.digit(), reading.certainty())
}

fn as_json(path: &Path, reading: &Reading) -> String {
    let told = Some(reading.digit()).filter(|_| reading.certainty() != Certainty::NotSure);
    let object = json!({
        "image": path.to_string_lossy(),
        "digit": told,
        "certainty": reading.certainty().to_string(),
        "probabilities": reading.probabilities.to_vec(),
    });
    object.to_string()
}
