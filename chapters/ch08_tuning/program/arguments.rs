//! The command line.

use std::path::PathBuf;

use book_programs::arguments::{positive, seed, threads};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::plan::Strategy;

/// Tuning without fooling yourself.
///
/// Without a command it runs the whole chapter: it measures the numbers of the pages and draws their
/// figures, in less than a minute. The long experiments are commands.
#[derive(Debug, Parser)]
#[command(name = "ch08_tuning", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Search a space of settings; killed or interrupted, it goes on where it was when called again
    ///
    /// Each finished trial is appended to the file of results at once. The same space, strategy and seed
    /// give the same trials on any machine and any number of threads.
    Search(SearchArguments),
    /// Run one trial of a space and print its line: for other engines, such as GNU parallel or Slurm
    Trial(TrialArguments),
    /// Join the lines of trials that were run anywhere, and print them
    Gather(GatherArguments),
    /// Train one setting with 200 seeds, and 400 random settings with a seed each
    ///
    /// About three minutes on two quiet cores.
    Pool(Experiment),
    /// Train with 33 learning rates, ten seeds each
    ///
    /// About two minutes on two quiet cores.
    Rates(Experiment),
    /// Search one space by each strategy at one budget, 20 times each
    ///
    /// About ten minutes on two quiet cores.
    Strategies(Experiment),
    /// Train with seven batch sizes and 17 learning rates, at equal examples and at equal steps
    ///
    /// About four minutes on two quiet cores.
    Batches(Experiment),
    /// Tune the recipe of chapter 5 on validation images, and examine it once beside the steady one
    ///
    /// About five minutes on two quiet cores.
    Recipe(Experiment),
    /// Train four widths with 11 learning rates and five seeds, under two parametrizations
    ///
    /// About ten minutes on two quiet cores.
    Transfer(Experiment),
    /// Tune the seven rules of chapter 4 for the task of chapter 5, and examine each with ten seeds
    ///
    /// About ten minutes on two quiet cores.
    Rules(Experiment),
    /// Tune the regularizers of chapter 6 with their rates, and examine each with ten seeds
    ///
    /// About seven minutes on two quiet cores.
    Remedies(Experiment),
    /// Race Optuna's default sampler against the strategies; needs Python with Optuna
    Optuna(OptunaArguments),
    /// Check the records of the long experiments: unchanged, and their commands still there
    Records,
}

#[derive(Debug, Args)]
pub struct Experiment {
    /// Only a small part of it, to try it quickly
    #[arg(long, conflicts_with = "record")]
    pub short: bool,
    /// Write the outcome where the chapter finds it, for the book to quote
    #[arg(long)]
    pub record: bool,
}

#[derive(Debug, Args)]
pub struct SearchArguments {
    /// A file that says what is fixed and what may be turned
    #[arg(long, value_name = "FILE.toml")]
    pub space: PathBuf,
    /// How many trials; with halving and hyperband, how many begin (hyperband ends with a whole bracket)
    #[arg(long, default_value_t = 27, value_parser = positive, allow_hyphen_values = true)]
    pub trials: usize,
    /// How they are chosen
    #[arg(long, value_enum, default_value_t = Strategy::Random)]
    pub strategy: Strategy,
    /// What all chance comes from
    #[arg(long, default_value_t = 0, value_parser = seed, allow_hyphen_values = true)]
    pub seed: u64,
    /// Where each finished trial is kept
    #[arg(long, value_name = "FILE")]
    pub results: PathBuf,
    /// Draw the losses by the place of each knob
    #[arg(long, value_name = "FILE.svg")]
    pub figure: Option<PathBuf>,
    /// How many trials run at once, if not as many as there are cores
    #[arg(long, value_parser = threads, allow_hyphen_values = true)]
    pub threads: Option<usize>,
}

#[derive(Debug, Args)]
pub struct TrialArguments {
    /// A file that says what is fixed and what may be turned
    #[arg(long, value_name = "FILE.toml")]
    pub space: PathBuf,
    /// Which trial, from 0 upward
    #[arg(long)]
    pub index: usize,
    /// How many trials the search has
    #[arg(long, default_value_t = 1_000_000, value_parser = positive, allow_hyphen_values = true)]
    pub trials: usize,
    /// How they are chosen: random or sobol
    #[arg(long, value_enum, default_value_t = Strategy::Random)]
    pub strategy: Strategy,
    /// What all chance comes from
    #[arg(long, default_value_t = 0, value_parser = seed, allow_hyphen_values = true)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct GatherArguments {
    /// Files of results, or of lines that `trial` has printed
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The file of their space
    #[arg(long, value_name = "FILE.toml")]
    pub space: PathBuf,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Lines)]
    pub format: Format,
}

/// How trials are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line of JSON each, as in a file of results
    Lines,
    /// A table with commas
    Csv,
    /// One list in JSON
    Json,
}

#[derive(Debug, Args)]
pub struct OptunaArguments {
    /// The Python that has Optuna
    #[arg(long, default_value = "python3")]
    pub python: String,
    /// Write the outcome where the chapter finds it, for the book to quote
    #[arg(long)]
    pub record: bool,
}
