//! Trains the network of chapter 5 on MNIST. `cargo run -p ch05_mnist -- --help` tells the rest.

mod arguments;
mod certainty;
mod commands;
mod data;
mod disk;
mod long_runs;
mod mistakes;
mod outcome;
mod peers;
mod pictures;
mod recipes;
mod recorded;
mod results;
mod runs;
mod speed;
mod studies;
mod subnormal;
mod training;
mod your_digit;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::Output;
use book_programs::data::Source;
use book_programs::peers::Comparison;
use book_programs::print;
use book_programs::progress::with_threads;
use ch05_mnist::Dataset;

use arguments::{
    Arguments, Command, ExperimentArguments, PicturesArguments, RecipeName, ScalingArguments,
    StudyArguments,
};
use outcome::{SEED, train_and_watch};

fn main() -> ExitCode {
    ch05_mnist::keep_freed_memory();
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
        Some(Command::Peers(arguments)) => peers::run(&arguments),
        Some(Command::Pictures(arguments)) => pictures(&arguments),
        Some(Command::Records) => records(),
    })
}

/// Reads each record, and so checks it.
fn records() -> Result<()> {
    recorded::record::<Vec<studies::Study>>("study")?;
    recorded::record::<Vec<studies::Width>>("widths")?;
    recorded::record::<Vec<studies::Rule>>("rules")?;
    recorded::record::<Vec<studies::LongEpoch>>("long")?;
    recorded::record::<Vec<speed::Timing>>("scaling")?;
    recorded::record::<subnormal::Subnormal>("subnormal")?;
    recorded::record::<Comparison>("peers")?;
    recorded::record::<your_digit::Pictures>("pictures")?;
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
    speed::draw_steps(&train, &output, &mut values)?;
    results::draw_records(&output, &mut values)?;
    recipes::draw_records(&output, &mut values)?;
    speed::set_records(&mut values)?;
    peers::draw_records(&output, &mut values)?;
    subnormal::draw_records(&output, &mut values)?;
    your_digit::draw_records(&test, &output, &mut values)?;
    values.save()?;
    let folder = output.path().canonicalize()?;
    print(format_args!("\nfigures and values: {}", folder.display()))?;
    print(NEXT)
}

/// What a reader may want to do next.
const NEXT: &str = "
next: look at what was drawn, in the folder above; read the book: mdbook serve --open
save a network:   cargo run -p ch05_mnist -- train --recipe steady --weights digits.safetensors
read your digit:  cargo run -p ch05_mnist -- predict --weights digits.safetensors my_digit.png";

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
        recorded::write_record("study", &format!("--seeds {} ", arguments.seeds), &studies)?;
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
        recorded::write_record("widths", "", &widths)?;
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
        recorded::write_record("rules", "", &rules)?;
    }
    Ok(())
}

fn scaling(arguments: ScalingArguments) -> Result<()> {
    let (train, _) = disk::load(&Source::new(arguments.data.clone()))?;
    let timings = with_threads(None, || speed::scaling(&train, arguments.repeats))?;
    print("examples  hidden  seconds per epoch  microseconds per example and 1,000 weights")?;
    for timing in &timings {
        print(timing)?;
    }
    if arguments.record {
        recorded::write_record("scaling", &format!("--repeats {} ", arguments.repeats), &timings)?;
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
        recorded::write_record("long", "", &epochs)?;
    }
    Ok(())
}

fn subnormal(arguments: ExperimentArguments) -> Result<()> {
    let (train, _) = disk::load(&Source::new(arguments.data))?;
    let outcome = subnormal::measure(&train)?;
    print("epoch  seconds with flushing  without")?;
    for (index, (with, without)) in outcome.with.iter().zip(&outcome.without).enumerate() {
        print(format_args!("{:5}{with:23.2}{without:9.2}", index + 1))?;
    }
    print(format_args!("weights that differ: {}", outcome.different_weights))?;
    if arguments.record {
        recorded::write_record("subnormal", "", &outcome)?;
    }
    Ok(())
}

fn pictures(arguments: &PicturesArguments) -> Result<()> {
    const VALIDATION: usize = 10_000; // the last training images
    let (train, test) = disk::load(&Source::new(None))?;
    let (fit, validation) = certainty::held_out(&train, VALIDATION);
    let steady = |data: &Dataset| {
        let recipe = RecipeName::Steady.recipe();
        runs::run(&recipe, SEED, data, &runs::progress(&recipe, data)).map(|run| run.network)
    };
    let (network, held_out) = (steady(&train)?, steady(&fit)?);
    let calibrations = [
        certainty::calibration("validation", &held_out, &validation),
        certainty::calibration("test", &network, &test),
    ];
    print("images      certainty      answers   wrong")?;
    for calibration in &calibrations {
        print(calibration)?;
    }
    certainty::check_limits(&calibrations)?;
    let counts = your_digit::photographs(&network, &test, arguments.count);
    print(format_args!("of {} pictures each", arguments.count))?;
    print("condition    right     wrong   refused")?;
    for count in &counts {
        print(count)?;
    }
    if arguments.record {
        let outcome =
            your_digit::Pictures { calibrations: calibrations.into(), photographs: counts };
        recorded::write_record("pictures", &format!("--count {} ", arguments.count), &outcome)?;
    }
    Ok(())
}
