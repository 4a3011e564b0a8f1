//! Products of the size that chapter 5 needs, and how long they take.

use std::time::Instant;

use anyhow::Result;
use ndarray::{Array2, ArrayView2};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::seed::SEED;

/// A batch of 256 images, and the weights of 128 neurons.
pub const SHAPE: (usize, usize, usize) = (256, 784, 128);

/// The shortest of a few runs: whatever disturbs a run makes it longer.
pub fn milliseconds<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let run = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        1000.0 * start.elapsed().as_secs_f64()
    };
    (0..runs).map(run).fold(f64::INFINITY, f64::min)
}

/// Times products of a random batch and random weights on one thread, with no zeros in the batch to nine
/// in ten: the percentage of zeros, and what `times` says.
pub fn by_share_of_zeros<const N: usize>(
    times: impl Fn(ArrayView2<f32>, ArrayView2<f32>) -> [f64; N] + Sync,
) -> Result<Vec<(f64, [f64; N])>> {
    let (batch, inputs, outputs) = SHAPE;
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let weights = Array2::from_shape_simple_fn((inputs, outputs), || generator.random::<f32>());
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let measured = (0..=9).map(|tenths| {
        let zeros = f64::from(tenths) / 10.0;
        let mut draw = || if generator.random_bool(zeros) { 0.0 } else { generator.random() };
        let images = Array2::<f32>::from_shape_simple_fn((batch, inputs), &mut draw);
        (100.0 * zeros, one_thread.install(|| times(images.view(), weights.view())))
    });
    Ok(measured.collect())
}
