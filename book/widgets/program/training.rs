//! Makes the data of *A range test*: `cargo run -p book-widgets --bin training`
//!
//! Writes `book/widgets/data/training.bin`: the thousand images that chapter 8 learns from, and the first
//! three hundred of those that it chooses with.

use anyhow::{Context, Result};
use book_programs::data::Set;
use book_programs::print;
use book_widgets::ch08_tuning::images::{NAME, Training};
use book_widgets::data;
use ch06_overfitting::split;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

mod mnist;

/// Where the data are, from the root of the book.
const FILE: &str = "book/widgets/data/training.bin";

fn main() -> Result<()> {
    let all = mnist::load(Set::Train)?;
    // As chapter 8 deals them out.
    let mut generator = ChaCha8Rng::seed_from_u64(8);
    let [_, train, validation] = split(&all, [10_000, 1000, 300], &mut generator);
    let bytes = Training { train, validation }.write();
    Training::read(&bytes).context("what was written can be read")?;
    print(format_args!("{} bytes in {FILE}", bytes.len()))?;
    book_programs::files::write(FILE.as_ref(), &data::named(NAME, &bytes))
}
