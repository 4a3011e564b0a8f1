//! Replays recorded interactions natively: `cargo run -p book-widgets --bin replay -- FILE…`
//!
//! A recording names a widget in its first line and has an event in each other line. Prints the view
//! after each event as a line of JSON, for the check that compares them with the compiled widgets.

use std::env;
use std::fs;

use anyhow::{Context, Result};
use book_programs::print;
use book_widgets::Live;

fn main() -> Result<()> {
    for file in env::args().skip(1) {
        let recording = fs::read_to_string(&file).with_context(|| file.clone())?;
        let mut lines = recording.lines().filter(|line| !line.is_empty());
        let mut live = Live::open(lines.next().context("a recording names a widget")?)?;
        let needs = live.view().needs;
        if !needs.is_empty() {
            let data = format!("book/widgets/data/{needs}.bin");
            book_widgets::data::keep(fs::read(&data).context(data)?);
        }
        for line in lines {
            match line.split_once(' ').unwrap_or((line, "")) {
                ("go", state) => live.restore(state),
                _ => live.on(&line.parse()?),
            }
            print(live.view().to_json())?;
        }
    }
    Ok(())
}
