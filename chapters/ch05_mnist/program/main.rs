//! Trains the network of chapter 5 on MNIST. `cargo run -p ch05_mnist -- --help` tells the rest.

mod arguments;
mod commands;
mod data;
mod disk;
mod mistakes;
mod outcome;
mod peers;
mod results;
mod runs;
mod speed;
mod studies;
mod training;
mod your_digit;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::Output;
use book_programs::data::Source;
use book_programs::print;

use arguments::{
    Arguments, Command, ExperimentArguments, PeersArguments, RecipeName, ScalingArguments,
    StudyArguments,
};
use outcome::{SEED, train_and_watch};
use runs::with_threads;

fn main() -> ExitCode {
    book_programs::run(|arguments: Arguments| match arguments.command {
        None => run(),
        Some(Command::Train(arguments)) => commands::train(arguments),
        Some(Command::Evaluate(arguments)) => commands::evaluate_weights(arguments),
        Some(Command::Predict(arguments)) => commands::predict(arguments),
        Some(Command::Study(arguments)) => study(arguments),
        Some(Command::Widths(arguments)) => widths(arguments),
        Some(Command::Rules(arguments)) => rules(arguments),
        Some(Command::Scaling(arguments)) => scaling(arguments),
        Some(Command::Long(arguments)) => long(arguments),
        Some(Command::Subnormal(arguments)) => subnormal(arguments),
        Some(Command::Peers(arguments)) => peers(&arguments),
        Some(Command::Records) => records(),
    })
}

/// Reads each record, and so checks it.
fn records() -> Result<()> {
    disk::record::<Vec<studies::Study>>("study")?;
    disk::record::<Vec<studies::Width>>("widths")?;
    disk::record::<Vec<studies::Rule>>("rules")?;
    disk::record::<Vec<studies::LongEpoch>>("long")?;
    disk::record::<Vec<speed::Timing>>("scaling")?;
    disk::record::<speed::Subnormal>("subnormal")?;
    disk::record::<peers::Comparison>("peers")?;
    print("all records are as they were recorded")
}

/// Trains, prints, draws, measures.
fn run() -> Result<()> {
    let (train, test) = disk::load(&Source::new(None))?;
    let output = Output::chapter("ch05_mnist")?;
    print(format_args!("{} training and {} test images, seed {SEED}\n", train.len(), test.len()))?;
    print("recipe      epochs   training   train loss   test loss   test accuracy")?;
    let mut results = Vec::new();
    for name in RecipeName::ALL {
        let result = with_threads(None, || train_and_watch(name, &train, &test))?;
        let (epochs, last) = (result.history.len(), result.last());
        print(format_args!(
            "{:10}{epochs:8}{:9.2} s{:13.4}{:12.4}{:14.2} %",
            name.name(),
            result.fit_seconds,
            last.train_loss,
            last.test_loss,
            100.0 * last.test_accuracy,
        ))?;
        results.push(result);
    }
    let mut values = output.values()?;
    let [documents, steady] = &results[..] else { unreachable!("two recipes") };
    data::draw(&train, &output, &mut values)?;
    with_threads(None, || {
        training::draw((&train, &test), documents, steady, &output, &mut values)?;
        your_digit::draw(&steady.network, &test, &output, &mut values)
    })?;
    results::draw(&results, (&train, &test), &output, &mut values)?;
    mistakes::draw(steady, (&train, &test), &output)?;
    speed::draw(&train, &output, &mut values)?;
    results::draw_records(&output, &mut values)?;
    speed::draw_records(&output, &mut values)?;
    values.save()?;
    let folder = output.path().canonicalize()?;
    print(format_args!("\nfigures and values: {}", folder.display()))?;
    Ok(())
}

fn study(arguments: StudyArguments) -> Result<()> {
    let (train, test) = disk::load(&Source::new(arguments.data.clone()))?;
    let studies = studies::study(&train, &test, arguments.seeds, arguments.threads)?;
    if arguments.json {
        print(serde_json::to_string(&studies)?)?;
    } else {
        print("recipe      seeds   mean     spread   lowest   highest")?;
        for study in &studies {
            print(study)?;
        }
    }
    if arguments.record {
        disk::write_record("study", &format!("--seeds {} ", arguments.seeds), &studies)?;
    }
    Ok(())
}

fn widths(arguments: ExperimentArguments) -> Result<()> {
    let (train, test) = disk::load(&Source::new(arguments.data))?;
    let widths = studies::widths(&train, &test, 3)?;
    print("hidden  misread training images  misread test images")?;
    for width in &widths {
        print(width)?;
    }
    if arguments.record {
        disk::write_record("widths", "", &widths)?;
    }
    Ok(())
}

fn rules(arguments: ExperimentArguments) -> Result<()> {
    let (train, test) = disk::load(&Source::new(arguments.data))?;
    let rules = studies::rules(&train, &test, 5)?;
    print("rule       rate    mean     spread")?;
    for rule in &rules {
        print(rule)?;
    }
    if arguments.record {
        disk::write_record("rules", "", &rules)?;
    }
    Ok(())
}

fn scaling(arguments: ScalingArguments) -> Result<()> {
    let (train, _) = disk::load(&Source::new(arguments.data.clone()))?;
    let timings = speed::scaling(&train, arguments.repeats)?;
    print("examples  hidden  seconds per epoch  microseconds per example and 1,000 weights")?;
    for timing in &timings {
        print(timing)?;
    }
    if arguments.record {
        disk::write_record("scaling", &format!("--repeats {} ", arguments.repeats), &timings)?;
    }
    Ok(())
}

fn long(arguments: ExperimentArguments) -> Result<()> {
    let (train, test) = disk::load(&Source::new(arguments.data))?;
    let epochs = studies::long(&train, &test)?;
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
        disk::write_record("long", "", &epochs)?;
    }
    Ok(())
}

fn subnormal(arguments: ExperimentArguments) -> Result<()> {
    let (train, _) = disk::load(&Source::new(arguments.data))?;
    let outcome = speed::subnormal(&train)?;
    print("epoch  seconds with flushing  without")?;
    for (index, (with, without)) in outcome.with.iter().zip(&outcome.without).enumerate() {
        print(format_args!("{:5}{with:23.2}{without:9.2}", index + 1))?;
    }
    print(format_args!("weights that differ: {}", outcome.different_weights))?;
    if arguments.record {
        disk::write_record("subnormal", "", &outcome)?;
    }
    Ok(())
}

fn peers(arguments: &PeersArguments) -> Result<()> {
    let comparison = peers::Comparison::read(&arguments.runs)?;
    print(&comparison)?;
    if arguments.record {
        disk::write_peers(&comparison)?;
    }
    Ok(())
}
