//! How the chapter's program states a number.

use anyhow::Result;
use book_figures::{Format, Measured, Values};

/// Sets one value of trained networks, which differ a little from one processor to the next.
pub fn set(values: &mut Values, name: &str, value: f64, format: Format, note: &str) -> Result<()> {
    Ok(values.set(name, Measured::number(value, format).machine().note(note))?)
}

/// A mean over seeds, and half the width of its 95% interval, by Student's t.
#[derive(Debug, Clone, Copy)]
pub struct Mean {
    pub mean: f64,
    pub margin: f64,
}

impl Mean {
    /// Of one number a seed; five seeds are meant.
    pub fn of(numbers: &[f64]) -> Self {
        let t = match numbers.len() {
            5 => 2.776,
            10 => 2.262,
            count => panic!("expected five seeds or ten, found {count}"),
        };
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        Self { mean, margin: t * (squares / (n - 1.0) / n).sqrt() }
    }

    /// Sets `name.mean` and `name.margin`.
    pub fn set(self, values: &mut Values, name: &str, format: Format, note: &str) -> Result<()> {
        set(values, &format!("{name}.mean"), self.mean, format, note)?;
        let note = format!("{note}; half the width of the 95% interval of the mean");
        set(values, &format!("{name}.margin"), self.margin, format, &note)
    }
}
