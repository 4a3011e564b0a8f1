//! Random labels, which a network learns too, and the temperature that makes its probabilities less
//! sure. Page: *Learned by heart* (`ch06_overfitting/memorization.md`).

use ch01_neuron::Real;
use ch02_forward::Loss;
use ch05_mnist::{CLASSES, Dataset};
use ndarray::ArrayView2;
use rand::{Rng, RngExt};

/// Gives about this share of the examples a label at random, right or wrong, each digit as likely
/// as any other (Zhang et al. 2017).
///
/// # Panics
/// If `share` is not from 0 to 1.
pub fn randomize_labels(data: &mut Dataset, share: f64, generator: &mut impl Rng) {
    assert!((0.0..=1.0).contains(&share), "randomize labels: share {share} must be from 0 to 1");
    for label in &mut data.labels {
        if generator.random_bool(share) {
            *label = generator.random_range(0..CLASSES as u8);
        }
    }
}

/// Temperature scaling: the temperature T for which the logits Z/T have the lowest cross-entropy (Guo,
/// Pleiss, Sun and Weinberger 2017). T > 1 makes every probability less sure, T < 1 surer; which class
/// is the likeliest stays as it is.
///
/// The loss is convex in 1/T, so it is found by thirds between 0 and [`MAX_INVERSE_TEMPERATURE`]: the
/// minimum is not in the outer third whose border is higher. If no temperature is better than 1, it is
/// 1. `logits: [examples × classes]`, `targets: [examples × classes]`.
pub fn temperature<T: Real>(logits: ArrayView2<T>, targets: ArrayView2<T>) -> T {
    let loss = |inverse: T| {
        let scaled = logits.mapv(|z| inverse * z);
        Loss::SoftmaxCrossEntropy.value(scaled.view(), targets)
    };
    let (mut low, mut high) = (T::zero(), T::of(MAX_INVERSE_TEMPERATURE));
    for _ in 0..150 {
        let third = (high - low) / T::of(3.0);
        if loss(low + third) < loss(high - third) {
            high -= third;
        } else {
            low += third;
        }
    }
    let inverse = T::of(0.5) * (low + high);
    if loss(inverse) < loss(T::one()) { inverse.recip() } else { T::one() }
}

/// No temperature below a hundredth is looked at: where all answers are right, the lowest loss would be
/// that of T = 0.
pub const MAX_INVERSE_TEMPERATURE: f64 = 100.0;
