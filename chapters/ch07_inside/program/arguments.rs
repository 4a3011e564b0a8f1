//! The command line.

use std::path::PathBuf;

use book_programs::arguments::{PeersArguments, positive};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Looking inside a trained network.
///
/// Without a command it runs the whole chapter: it measures the numbers of the pages and draws their
/// figures, in less than a minute. The long experiment is a command.
#[derive(Debug, Parser)]
#[command(name = "ch07_inside", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Explain what a network with saved weights answers for a picture
    Explain(ExplainArguments),
    /// Train networks with and without adversaries, attack all of them, and bound what attacks can do
    ///
    /// Twenty networks, some 20 minutes on two quiet cores. Interrupted, it goes on after the last
    /// network that was done when it is called again.
    Adversaries(AdversariesArguments),
    /// Time integrated gradients of 1,000 test images and Shapley values of one, for peers/compare.sh
    Speed(SpeedArguments),
    /// Compare the times of Captum, as peers/compare.sh has measured them
    Peers(PeersArguments),
    /// Check the records: unchanged, and their commands still there
    Records,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A picture of a digit
    #[arg(value_name = "IMAGE.png")]
    pub image: PathBuf,
    /// A file of weights, as `ch05_mnist train --weights` writes it
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// How to explain
    #[arg(long, value_enum, default_value_t = Method::IntegratedGradients)]
    pub method: Method,
    /// Whose logit to explain, if not that of the network's answer
    #[arg(long, value_name = "DIGIT", value_parser = clap::value_parser!(u8).range(0..10), allow_hyphen_values = true)]
    pub class: Option<u8>,
    /// What stands for nothing: `black`, `white`, or a PNG of 28 × 28 pixels
    #[arg(long, default_value = "black")]
    pub baseline: String,
    /// Where to write the map, if not beside the picture
    #[arg(long, value_name = "FILE.svg")]
    pub output: Option<PathBuf>,
}

/// The methods of the chapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// The gradient of the logit by each pixel
    Gradient,
    /// The same, times the pixel
    GradientTimesInput,
    /// Layer-wise relevance, with ε = 0.01
    Relevance,
    /// The mean gradient on the way from the baseline, times the distance
    IntegratedGradients,
    /// The mean gradient of 50 noisy copies
    SmoothGradient,
    /// Shapley values of 16 squares
    Shapley,
}

#[derive(Debug, Args)]
pub struct SpeedArguments {
    /// A file of weights, as `ch05_mnist train --weights` writes it
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
}

#[derive(Debug, Args)]
pub struct AdversariesArguments {
    /// How many seeds, from 0 upward
    #[arg(long, default_value_t = 5, value_parser = positive, allow_hyphen_values = true)]
    pub seeds: usize,
    /// Only so many test images, to try it quickly
    #[arg(long, value_parser = positive, allow_hyphen_values = true)]
    pub images: Option<usize>,
    /// Where to write what was found after each network, if not target/ch07_inside/adversaries.json
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// Write the outcome where the chapter finds it, for the book to quote
    #[arg(long, conflicts_with_all = ["images", "checkpoint"])]
    pub record: bool,
}
