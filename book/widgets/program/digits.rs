//! Makes the data of *Your own digit* out of trained weights and the test images:
//!
//!     cargo run -p ch05_mnist -- train --recipe steady --weights target/steady.safetensors
//!     cargo run -p book-widgets --bin digits -- target/steady.safetensors
//!
//! Writes `book/widgets/data/digits.bin`, and prints how many test images the network reads with
//! weights of 32 bits and with weights of 8 bits.

use std::env;
use std::fs;

use anyhow::{Context, Result};
use book_programs::data::Set;
use book_programs::print;
use book_widgets::ch05_mnist::weights::{Digits, NAME};
use book_widgets::data;
use ch05_mnist::{evaluate, load_weights};

mod mnist;

/// Where the data are, from the root of the book.
const FILE: &str = "book/widgets/data/digits.bin";

fn main() -> Result<()> {
    let file = env::args().nth(1).context("expected a file of weights of the steady recipe")?;
    let network = load_weights::<f32>(&fs::read(&file).context(file)?, 784)?;
    let test = mnist::load(Set::Test)?;
    let bytes = Digits::write(&network, &test);
    let small = Digits::read(&bytes).context("what was written can be read")?;
    let full = evaluate(&network, &test).accuracy;
    let small = evaluate(&small.network, &test).accuracy;
    print(format_args!("right with 32 bits: {:.2} %", 100.0 * full))?;
    print(format_args!(
        "right with 8 bits:  {:.2} %, {} bytes in {FILE}",
        100.0 * small,
        bytes.len()
    ))?;
    book_programs::files::write(FILE.as_ref(), &data::named(NAME, &bytes))
}
