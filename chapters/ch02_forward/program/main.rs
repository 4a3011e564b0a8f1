//! Draws the figures of chapter 2 and measures its numbers: `cargo run -p ch02_forward`.

mod seed;
mod timing;
mod dense;
mod product;
mod tiles;
mod network;
mod bumps;
mod softmax;
mod losses;
mod initialization;

use std::process::ExitCode;

use anyhow::Result;
use book_figures::{Output, Values};

fn main() -> ExitCode {
    book_programs::run_chapter(
        env!("CARGO_PKG_NAME"),
        "Draws the figures of chapter 2 and measures its numbers",
        run,
    )
}

fn run(output: &Output, values: &mut Values) -> Result<()> {
    dense::draw_layer(output)?;
    dense::measure_batch(values)?;
    product::measure_definition(values)?;
    product::measure(output, values)?;
    tiles::measure(output, values)?;
    network::draw_xor(output, values)?;
    network::draw_mnist(output, values)?;
    network::draw_depth(output, values)?;
    bumps::draw(output, values)?;
    softmax::draw_softmax(output, values)?;
    softmax::draw_overflow(output, values)?;
    losses::draw_surprise(output)?;
    losses::measure_examples(values)?;
    losses::draw_loss_by_logit(output, values)?;
    initialization::draw_scales(output, values)?;
    initialization::draw_pass(output, values)?;
    Ok(())
}
