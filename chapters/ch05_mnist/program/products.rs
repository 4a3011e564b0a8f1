//! Page *Fast products*: how fast products without zeros are.

use anyhow::Result;
use book_figures::{Format, Measured, Values};
use ch05_mnist::fast_product;
use ndarray::Array2;

use crate::zeros::{median, skipping_zeros};

/// Times [128 × 512] times [512 × 512] in three ways, on one thread.
pub fn measure(values: &mut Values) -> Result<()> {
    let number = |(i, j): (usize, usize)| ((i + 2 * j) % 7) as f32 - 3.5;
    let (left, right) =
        (Array2::from_shape_fn((128, 512), number), Array2::from_shape_fn((512, 512), number));
    let (x, w) = (left.view(), right.view());
    for (name, seconds) in [
        ("dense", median(41, || x.dot(&w))),
        ("tiles", median(41, || fast_product(x, w))),
        ("masks", median(41, || skipping_zeros(x, w))),
    ] {
        let rate = Measured::number((128 * 512 * 512) as f64 / seconds / 1e9, Format::Integer);
        let note = "billions of multiplications a second, nothing is zero, one thread";
        values.set(&format!("time.rate_{name}"), rate.machine().note(note))?;
    }
    Ok(())
}
