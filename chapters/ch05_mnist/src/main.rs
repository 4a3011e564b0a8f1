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

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use ch05_mnist::{center_digit, evaluate, likeliest};
use clap::Parser;
use ndarray::Axis;
use serde_json::json;

use arguments::{
    Arguments, Command, EvaluateArguments, ExperimentArguments, PeersArguments, PredictArguments,
    ScalingArguments, StudyArguments, TrainArguments,
};
use files::Source;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => error.exit(), // --help and --version
        Err(error) => return fail(&arguments::one_line(&error), 2),
    };
    let outcome = match arguments.command {
        None => chapter::run(),
        Some(Command::Train(arguments)) => train(arguments),
        Some(Command::Evaluate(arguments)) => evaluate_weights(arguments),
        Some(Command::Predict(arguments)) => predict(arguments),
        Some(Command::Study(arguments)) => study(arguments),
        Some(Command::Scaling(arguments)) => scaling(arguments),
        Some(Command::Long(arguments)) => long(arguments),
        Some(Command::Subnormal(arguments)) => subnormal(arguments),
        Some(Command::Peers(arguments)) => peers(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&one_line(&error), 1),
    }
}

/// The error and its causes, none of them twice: some say their cause themselves.
fn one_line(error: &anyhow::Error) -> String {
    let causes = error.chain().map(ToString::to_string);
    let line = causes.reduce(|line, cause| match line.ends_with(&cause) {
        true => line,
        false => format!("{line}: {cause}"),
    });
    line.unwrap_or_default().replace('\n', " ")
}

/// Prints a line. `println!` would panic where standard output is full; that is an error like any
/// other. A reader that has seen enough, such as `head`, is none.
pub fn print(line: impl Display) -> Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output: expected to write to it"),
    }
}

fn fail(message: &str, code: u8) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(code)
}

fn train(arguments: TrainArguments) -> Result<()> {
    if let Some(path) = &arguments.weights {
        files::check_writable(path)?;
    }
    let (train, test) = Source::new(arguments.data.clone()).load()?;
    let recipe = arguments.recipe();
    let run = runs::with_threads(arguments.threads, || {
        runs::run(&recipe, arguments.seed, &train, &runs::progress(&recipe, &train))
    })?;
    let evaluation = evaluate(&run.network, &test);
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
    let test = Source::new(arguments.data).load_test()?;
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
    let (train, test) = Source::new(arguments.data.clone()).load()?;
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

fn scaling(arguments: ScalingArguments) -> Result<()> {
    let (train, _) = Source::new(arguments.data.clone()).load()?;
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
    let (train, test) = Source::new(arguments.data).load()?;
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
    let (train, _) = Source::new(arguments.data).load()?;
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
