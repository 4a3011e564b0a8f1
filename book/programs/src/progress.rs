//! Long work: how far it is, and how many threads do it.

use std::num::NonZero;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts what there is of some unit; only a terminal shows it.
pub fn bar(length: usize, unit: &str) -> ProgressBar {
    let template =
        format!("{{bar:40}} {{pos}}/{{len}} {unit}, {{elapsed}} (left: {{eta}}) {{msg}}");
    let style = ProgressStyle::with_template(&template).expect("the template is well-formed");
    ProgressBar::new(length as u64).with_style(style)
}

/// Runs `work` with this many threads, or with as many as there are cores; more would only be in each
/// other's way.
///
/// # Errors
/// If the threads cannot be started, or what `work` says.
pub fn with_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.map_or_else(cores, |threads| threads.min(cores()));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.with_context(|| format!("--threads {threads}: expected to start them"))?.install(work)
}
