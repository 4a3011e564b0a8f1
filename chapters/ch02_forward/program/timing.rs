//! Products of the size that chapter 5 needs, and how long they take.

use std::time::Instant;

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
