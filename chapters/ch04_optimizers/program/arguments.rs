//! What is typed on the command line.

use clap::{Parser, Subcommand};

/// Optimizers: draws the figures of chapter 4 and measures its numbers.
///
/// Without a command it runs the whole chapter, in less than twenty seconds. The long experiment is
/// a command.
#[derive(Debug, Parser)]
#[command(name = "ch04_optimizers", version)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tune five rules on the two spirals, and compare them with twenty seeds, and range tests with ten
    ///
    /// About 10,000 short runs, which take some 10 minutes on two cores. Replaces the record
    /// `chapters/ch04_optimizers/results/study.json`, which the plain run draws.
    Study {
        /// Go the same way with a few steps and seeds, and write nothing: to see that it works
        #[arg(long)]
        short: bool,
    },
    /// Check the record of the long experiment: unchanged, and its command still there
    Records,
}
