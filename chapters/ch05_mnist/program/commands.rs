//! The commands that a reader runs: train, evaluate, predict.

use anyhow::{Context, Error, Result, ensure};
use book_programs::arguments::parameter_count;
use book_programs::data::{Set, Source};
use book_programs::print;
use ch05_mnist::{CLASSES, Fast, center_digit, evaluate, likeliest};
use ndarray::Axis;
use serde_json::json;

use crate::arguments::{EvaluateArguments, PredictArguments, TrainArguments};
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
    let (before, run, evaluation) = runs::with_threads(arguments.threads, || {
        let mut trainer = runs::trainer(&recipe, arguments.seed, &train);
        let before = checkpoint.as_ref().map_or(Ok(0), |file| file.resume(&mut trainer))?;
        progress.set_position(trainer.history.last().map_or(0, |epoch| epoch.steps as u64));
        let run = runs::go_on(trainer, &train, &progress, |trainer, epoch| {
            progress.set_message(format!("training loss {:.4}", epoch.train_loss));
            checkpoint.as_ref().map_or(Ok(()), |file| file.write(trainer))
        })?;
        let evaluation = evaluate(&run.model, &test);
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
        disk::write_weights(path, &run.model.network)?;
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
    let evaluation = evaluate(&Fast { network }, &test);
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

/// Tells which digit each picture shows.
pub fn predict(arguments: PredictArguments) -> Result<()> {
    let network = disk::read_weights(&arguments.weights, 28 * 28)?;
    let pictures = arguments.images.iter().map(|path| {
        let input = center_digit::<f32>(&disk::read_picture(path)?);
        let name = || format!("{}: expected a digit, found one shade all over", path.display());
        Ok((path, input.with_context(name)?))
    });
    let pictures: Vec<_> = pictures.collect::<Result<_>>()?; // all are read before any is printed
    for (path, input) in pictures {
        let probabilities = ch02_forward::softmax(network.forward(input.view()).view());
        let probabilities = probabilities.index_axis(Axis(0), 0).mapv(f64::from);
        print(format_args!("{}: {}", path.display(), likeliest(probabilities.view())))?;
        let shares = probabilities.iter().enumerate();
        let shares = shares.map(|(digit, share)| format!("{digit}: {:.2} %", 100.0 * share));
        print(format_args!("  {}", shares.collect::<Vec<_>>().join("  ")))?;
    }
    Ok(())
}
