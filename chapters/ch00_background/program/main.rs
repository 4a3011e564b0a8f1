//! Draws the figures of the preface and of the background: `cargo run -p ch00_background`.

mod data;
mod dots;
mod timeline;
mod preface;
mod background;
#[cfg(test)]
mod layers;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::{Output, Values};

fn main() -> ExitCode {
    book_programs::run_chapter(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of the preface and of the background",
        run,
    )
}

fn run(output: &Output, values: &mut Values) -> Result<()> {
    preface::draw(output)?;
    background::draw_timeline(output, values)?;
    background::draw_landmarks(output, values)?;
    Ok(())
}
