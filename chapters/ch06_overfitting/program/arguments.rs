//! The command line.

use std::path::PathBuf;

use book_programs::arguments::{layer_size, positive, seed};
use clap::{Args, Parser, Subcommand};

use crate::rows::Row;

/// Overfitting: how to see it, and what helps.
///
/// Without a command it runs the whole chapter: it measures the numbers of the page and draws its
/// figures, in less than a minute. The long experiments are commands.
#[derive(Debug, Parser)]
#[command(name = "ch06_overfitting", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reproduce three rows of table 2 of Srivastava et al. 2014
    ///
    /// On two quiet cores a row takes some minutes (standard, one-hidden) or half an hour (dropout,
    /// max-norm, control). After each epoch it writes a checkpoint; interrupted, it goes on from
    /// there when it is called again, and reaches the same weights to the last bit. Error is that of
    /// the last epoch; no choice was made by looking at the test set.
    Table(TableArguments),
    /// Train a network on 1,000 images, plainly and with each regularizer, with many seeds
    ///
    /// 160 networks, which take about 6 minutes on two cores. Interrupted, it goes on where it was
    /// when it is called again.
    Study(StudyArguments),
    /// Try strengths of each regularizer on validation images: how those of the study were chosen
    ///
    /// About 5 minutes on two cores.
    Tune(TuneArguments),
    /// Check the records of the long experiments: unchanged, and their commands still there
    Records,
}

#[derive(Debug, Args)]
pub struct TableArguments {
    /// Only this row, if not the three of the paper
    #[arg(long, value_enum)]
    pub row: Option<Row>,
    /// Passes through the training set, if not 30 (standard, one-hidden) or 80 (the others)
    #[arg(long, value_parser = positive, allow_hyphen_values = true)]
    pub epochs: Option<usize>,
    /// Neurons of the hidden layers, if not those of the row, such as 64,64: to try it quickly
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = layer_size, allow_hyphen_values = true, conflicts_with = "record")]
    pub hidden: Option<Vec<usize>>,
    /// What all chance comes from: the same seed gives the same weights to the last bit
    #[arg(long, default_value_t = 0, value_parser = seed, allow_hyphen_values = true)]
    pub seed: u64,
    /// Pause after so many epochs of this call; called again, it goes on
    #[arg(long, value_name = "EPOCHS", value_parser = positive, allow_hyphen_values = true)]
    pub pause_after: Option<usize>,
    /// A folder for the checkpoints, if not target/ch06_overfitting
    #[arg(long, value_name = "DIR")]
    pub checkpoint: Option<PathBuf>,
    /// A folder with the four files of MNIST, or of a set in the same format; packed (.gz) or not
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Write the outcome where the chapter finds it, for the book to quote
    #[arg(long, conflicts_with_all = ["pause_after", "data"])]
    pub record: bool,
}

#[derive(Debug, Args)]
pub struct StudyArguments {
    /// How many seeds, from 0 upward
    #[arg(long, default_value_t = 10, value_parser = positive, allow_hyphen_values = true)]
    pub seeds: usize,
    /// A folder for the checkpoint, if not target/ch06_overfitting
    #[arg(long, value_name = "DIR")]
    pub checkpoint: Option<PathBuf>,
    /// A folder with the four files of MNIST, or of a set in the same format; packed (.gz) or not
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Write the outcome where the chapter finds it, for the book to quote
    #[arg(long, conflicts_with = "data")]
    pub record: bool,
}

#[derive(Debug, Args)]
pub struct TuneArguments {
    /// How many seeds, from 1000 upward
    #[arg(long, default_value_t = 5, value_parser = positive, allow_hyphen_values = true)]
    pub seeds: usize,
    /// Passes through the thousand images, if not 100: to try it quickly
    #[arg(long, default_value_t = 100, value_parser = positive, allow_hyphen_values = true)]
    pub epochs: usize,
    /// A folder with the four files of MNIST, or of a set in the same format; packed (.gz) or not
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}
