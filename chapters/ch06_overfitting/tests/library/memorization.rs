//! What `src/memorization.rs` promises.

use ch05_mnist::CLASSES;
use ch06_overfitting::*;
use ndarray::{Array2, array};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{data, generator};

#[test]
fn labels_stay_as_they_are_if_none_is_to_be_random() {
    let mut noisy = data(50);
    randomize_labels(&mut noisy, 0.0, &mut generator());
    assert_eq!(noisy, data(50));
    randomize_labels(&mut noisy, 1.0, &mut ChaCha8Rng::seed_from_u64(7));
    assert_ne!(noisy.labels, data(50).labels);
    assert_eq!(noisy.images, data(50).images);
    assert!(noisy.labels.iter().all(|&label| usize::from(label) < CLASSES));
}

#[test]
#[should_panic(expected = "randomize labels: share 1.5 must be from 0 to 1")]
fn a_share_of_labels_is_a_share() {
    randomize_labels(&mut data(1), 1.5, &mut generator());
}

#[test]
fn where_no_temperature_is_better_than_another_the_temperature_is_1() {
    let (logits, targets) =
        (Array2::<f64>::zeros((2, 3)), array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
    assert_eq!(temperature(logits.view(), targets.view()), 1.0);
}
