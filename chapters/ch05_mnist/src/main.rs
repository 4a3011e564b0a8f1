//! Trains the network of chapter 5 on MNIST. `cargo run -p ch05_mnist -- --help` tells the rest.

mod arguments;
mod chapter;
mod files;
mod runs;

use std::process::ExitCode;

use anyhow::{Context, Result};
use ch05_mnist::{center_digit, evaluate, likeliest};
use clap::Parser;
use ndarray::Axis;
use serde_json::json;

use arguments::{
    Arguments, Command, EvaluateArguments, PredictArguments, ScalingArguments, StudyArguments,
    TrainArguments,
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
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error:#}").replace('\n', " "), 1),
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
    if let Some(path) = &arguments.weights {
        files::write_weights(path, &run.network)?;
    }
    if arguments.json {
        println!("{}", run.json(arguments.recipe_name(), arguments.seed, &evaluation));
    } else {
        println!("recipe         {} (seed {})", arguments.recipe_name(), arguments.seed);
        println!("trained        {} epochs in {:.2} s", run.epochs, run.fit_seconds);
        println!("training loss  {:.4} (mean of the last epoch)", run.train_loss);
        println!("test loss      {:.4}", evaluation.loss);
        println!("test accuracy  {:.2} %", 100.0 * evaluation.accuracy);
    }
    Ok(())
}

fn evaluate_weights(arguments: EvaluateArguments) -> Result<()> {
    let test = Source::new(arguments.data).load_test()?;
    let network = files::read_weights(&arguments.weights, test.pixels())?;
    let evaluation = evaluate(&network, &test);
    if arguments.json {
        let (loss, accuracy) = (evaluation.loss, evaluation.accuracy);
        let examples = test.len();
        println!(
            "{}",
            json!({ "examples": examples, "test_loss": loss, "test_accuracy": accuracy })
        );
    } else {
        println!("test examples  {}", test.len());
        println!("test loss      {:.4}", evaluation.loss);
        println!("test accuracy  {:.2} %", 100.0 * evaluation.accuracy);
        println!("\nrows: the digit; columns: what it was taken for");
        for row in evaluation.confusion.rows() {
            println!("{}", row.iter().map(|count| format!("{count:6}")).collect::<String>());
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
        println!("{}: {}", path.display(), likeliest(probabilities.view()));
        let shares = probabilities.iter().enumerate();
        let shares = shares.map(|(digit, share)| format!("{digit}: {:.2} %", 100.0 * share));
        println!("  {}", shares.collect::<Vec<_>>().join("  "));
    }
    Ok(())
}

fn study(arguments: StudyArguments) -> Result<()> {
    let (train, test) = Source::new(arguments.data.clone()).load()?;
    let studies = runs::study(&train, &test, arguments.seeds, arguments.threads)?;
    if arguments.json {
        println!("{}", serde_json::to_string(&studies)?);
    } else {
        println!("recipe      seeds   mean     spread   lowest   highest");
        for study in &studies {
            println!("{study}");
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
    println!("examples  hidden  seconds per epoch  microseconds per example and 1,000 weights");
    for timing in &timings {
        println!("{timing}");
    }
    if arguments.record {
        chapter::record_scaling(&timings)?;
    }
    Ok(())
}
