//! Trains the convolutional networks of chapter 9 and draws what its pages show.
//! `cargo run -p ch09_vision -- --help` tells the rest.

mod any_set;
mod arguments;
mod backward;
mod commands;
mod convolution;
mod deeper;
mod disk;
mod fast;
mod journal;
mod lecun1989;
mod measured;
mod ninety_nine;
mod normalization;
mod peers;
mod pixels;
mod pooling;
mod runs;
mod sees;
mod study;
mod transfer;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::Output;
use book_programs::data::Source;
use book_programs::print;
use book_programs::progress::with_threads;

use arguments::{Arguments, Command, StudyName};
use study::Kind;

fn main() -> ExitCode {
    ch05_mnist::keep_freed_memory();
    book_programs::run(|arguments: Arguments| match arguments.command {
        None => with_threads(None, run),
        Some(Command::Train(arguments)) => commands::train(&arguments),
        Some(Command::Evaluate(arguments)) => commands::evaluate_weights(&arguments),
        Some(Command::Predict(arguments)) => commands::predict(&arguments),
        Some(Command::Study(arguments)) => with_threads(None, || match arguments.study {
            StudyName::Lecun1989 => lecun1989::run(&arguments),
            StudyName::Sees => sees::run(&arguments),
            StudyName::Deeper => deeper::study(&arguments),
            StudyName::Transfer => transfer::study(&arguments),
            _ => study::run(&arguments),
        }),
        Some(Command::Peers(arguments)) => peers::run(&arguments),
        Some(Command::Records) => {
            peers::recorded()?;
            study::recorded(StudyName::Pixels)?;
            study::recorded(StudyName::Longer)?;
            lecun1989::recorded()?;
            sees::recorded()?;
            deeper::recorded()?;
            transfer::recorded()?;
            print("all records are as they were recorded")
        }
    })
}

/// The chapter as one run: all figures, and all numbers of the pages.
fn run() -> Result<()> {
    let output = Output::chapter("ch09_vision")?;
    let mut values = output.values()?;
    values.retain(|_| false);
    let (train, test) = disk::load(&Source::new(None))?;
    pixels::draw(&test, &output, &mut values)?;
    print("pixels: done")?;
    convolution::draw(&test, &output, &mut values)?;
    backward::draw(&output)?;
    pooling::draw(&test, &output)?;
    fast::draw(&output, &mut values)?;
    normalization::draw(&test, &output)?;
    print("convolution, backward, pooling, fast, normalization: done")?;
    lecun1989::draw(&test, &output, &mut values)?;
    let convolutional = study::convolutional(Kind::Convolutional, 0, &train)?;
    print("a network: trained")?;
    ninety_nine::draw(&convolutional.model, &test, &output, &mut values)?;
    sees::draw(&convolutional.model, &test, &output, &mut values)?;
    deeper::draw(&train, &output, &mut values)?;
    transfer::draw(&output, &mut values)?;
    values.save()?;
    print(format_args!("\nfigures and values: {}", output.path().canonicalize()?.display()))
}
