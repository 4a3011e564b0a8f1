//! Trains the network of chapter 5 on MNIST. `cargo run -p ch05_mnist -- --help` tells the rest.

mod arguments;
mod chapter;
mod experiments;
mod files;
mod look;
mod peers;
mod runs;
mod stages;
mod time;
mod trouble;

use std::process::ExitCode;

use anyhow::{Context, Error, Result, ensure};
use book_programs::arguments::parameter_count;
use book_programs::data::{Set, Source};
pub use book_programs::print;
use ch05_mnist::{CLASSES, center_digit, evaluate, likeliest};
use ndarray::Axis;
use serde_json::json;

use arguments::{
    Arguments, Command, EvaluateArguments, ExperimentArguments, PeersArguments, PredictArguments,
    ScalingArguments, StudyArguments, TrainArguments,
};

fn main() -> ExitCode {
    book_programs::run(|arguments: Arguments| match arguments.command {
        None => chapter::run(),
        Some(Command::Train(arguments)) => train(arguments),
        Some(Command::Evaluate(arguments)) => evaluate_weights(arguments),
        Some(Command::Predict(arguments)) => predict(arguments),
        Some(Command::Study(arguments)) => study(arguments),
        Some(Command::Widths(arguments)) => widths(arguments),
        Some(Command::Rules(arguments)) => rules(arguments),
        Some(Command::Scaling(arguments)) => scaling(arguments),
        Some(Command::Long(arguments)) => long(arguments),
        Some(Command::Subnormal(arguments)) => subnormal(arguments),
        Some(Command::Peers(arguments)) => peers(&arguments),
    })
}

fn train(arguments: TrainArguments) -> Result<()> {
    if let Some(path) = &arguments.weights {
        book_programs::files::check_writable(path)?;
    }
    let (train, test) = files::load(&Source::new(arguments.data.clone()))?;
    let recipe = arguments.recipe();
    let sizes = [&[train.pixels()], &recipe.hidden[..], &[CLASSES]].concat();
    parameter_count(&sizes).map_err(Error::msg)?;
    let (run, evaluation) = runs::with_threads(arguments.threads, || {
        let run = runs::run(&recipe, arguments.seed, &train, &runs::progress(&recipe, &train))?;
        let evaluation = evaluate(&run.network, &test);
        Ok((run, evaluation))
    })?;
    ensure!(
        evaluation.loss.is_finite(), // the last step may have been the one that went too far
        "training with learning rate {}: expected a finite test loss, found {}; a smaller rate may \
         help",
        recipe.learning_rate,
        evaluation.loss,
    );
    if let Some(path) = &arguments.weights {
        files::write_weights(path, &run.network)?;
    }
    if arguments.json {
        print(run.json(arguments.recipe_name(), arguments.seed, &evaluation))?;
    } else {
        print(format_args!(
            "recipe         {} (seed {})",
            arguments.recipe_name(),
            arguments.seed
        ))?;
        print(format_args!("trained        {} epochs in {:.2} s", run.epochs, run.fit_seconds))?;
        print(format_args!("training loss  {:.4} (mean of the last epoch)", run.train_loss))?;
        print(format_args!("test loss      {:.4}", evaluation.loss))?;
        print(format_args!("test accuracy  {:.2} %", 100.0 * evaluation.accuracy))?;
    }
    Ok(())
}

fn evaluate_weights(arguments: EvaluateArguments) -> Result<()> {
    let test = files::load_set(&Source::new(arguments.data), Set::Test)?;
    let network = files::read_weights(&arguments.weights, test.pixels())?;
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

fn predict(arguments: PredictArguments) -> Result<()> {
    let network = files::read_weights(&arguments.weights, 28 * 28)?;
    let pictures = arguments.images.iter().map(|path| {
        let input = center_digit::<f32>(&files::read_picture(path)?);
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

fn study(arguments: StudyArguments) -> Result<()> {
    let (train, test) = files::load(&Source::new(arguments.data.clone()))?;
    let studies = runs::study(&train, &test, arguments.seeds, arguments.threads)?;
    if arguments.json {
        print(serde_json::to_string(&studies)?)?;
    } else {
        print("recipe      seeds   mean     spread   lowest   highest")?;
        for study in &studies {
            print(study)?;
        }
    }
    if arguments.record {
        chapter::record_study(&studies)?;
    }
    Ok(())
}

fn widths(arguments: ExperimentArguments) -> Result<()> {
    let (train, test) = files::load(&Source::new(arguments.data))?;
    let widths = runs::widths(&train, &test, 3)?;
    print("hidden  misread training images  misread test images")?;
    for width in &widths {
        print(width)?;
    }
    if arguments.record {
        chapter::record_widths(&widths)?;
    }
    Ok(())
}

fn rules(arguments: ExperimentArguments) -> Result<()> {
    let (train, test) = files::load(&Source::new(arguments.data))?;
    let rules = runs::rules(&train, &test, 5)?;
    print("rule       rate    mean     spread")?;
    for rule in &rules {
        print(rule)?;
    }
    if arguments.record {
        chapter::record_rules(&rules)?;
    }
    Ok(())
}

fn scaling(arguments: ScalingArguments) -> Result<()> {
    let (train, _) = files::load(&Source::new(arguments.data.clone()))?;
    let timings = runs::scaling(&train, arguments.repeats)?;
    print("examples  hidden  seconds per epoch  microseconds per example and 1,000 weights")?;
    for timing in &timings {
        print(timing)?;
    }
    if arguments.record {
        chapter::record_scaling(&timings)?;
    }
    Ok(())
}

fn long(arguments: ExperimentArguments) -> Result<()> {
    let (train, test) = files::load(&Source::new(arguments.data))?;
    let epochs = experiments::long(&train, &test)?;
    print("epoch  train loss  test loss  test accuracy")?;
    for (index, epoch) in epochs.iter().enumerate() {
        print(format_args!(
            "{:5}{:12.4}{:11.4}{:13.2} %",
            index + 1,
            epoch.train_loss,
            epoch.test_loss,
            100.0 * epoch.test_accuracy
        ))?;
    }
    if arguments.record {
        chapter::record_long(&epochs)?;
    }
    Ok(())
}

fn subnormal(arguments: ExperimentArguments) -> Result<()> {
    let (train, _) = files::load(&Source::new(arguments.data))?;
    let outcome = experiments::subnormal(&train)?;
    print("epoch  seconds with flushing  without")?;
    for (index, (with, without)) in outcome.with.iter().zip(&outcome.without).enumerate() {
        print(format_args!("{:5}{with:23.2}{without:9.2}", index + 1))?;
    }
    print(format_args!("weights that differ: {}", outcome.different_weights))?;
    if arguments.record {
        chapter::record_subnormal(&outcome)?;
    }
    Ok(())
}

fn peers(arguments: &PeersArguments) -> Result<()> {
    let comparison = peers::Comparison::read(&arguments.runs)?;
    print(&comparison)?;
    if arguments.record {
        comparison.record()?;
    }
    Ok(())
}
