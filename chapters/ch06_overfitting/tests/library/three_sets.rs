//! What `src/three_sets.rs` promises.

use ch06_overfitting::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{data, generator};

#[test]
fn parts_have_their_sizes_and_share_no_example() {
    let mut all = data(30);
    for (index, mut image) in all.images.pixels.rows_mut().into_iter().enumerate() {
        image.fill(index as u8);
    }
    let [first, second] = split(&all, [12, 5], &mut generator());
    assert_eq!((first.len(), second.len()), (12, 5));
    assert_eq!((first.images.height, first.images.width), (3, 4));
    let mut seen = [false; 30];
    for part in [first, second] {
        for (image, &label) in part.images.pixels.rows().into_iter().zip(&part.labels) {
            let index = usize::from(image[0]);
            assert!(!std::mem::replace(&mut seen[index], true), "{index} is in two parts");
            assert_eq!(label, all.labels[index], "a label has lost its image");
        }
    }
    let [other, _] = split(&all, [12, 5], &mut ChaCha8Rng::seed_from_u64(7));
    assert_ne!(other.labels, split(&all, [12, 5], &mut generator())[0].labels);
}

#[test]
#[should_panic(expected = "split: sizes [20, 11] ask for 31 of 30 examples")]
fn more_than_there_is_cannot_be_dealt_out() {
    let _ = split(&data(30), [20, 11], &mut generator());
}

#[test]
#[should_panic(expected = "folds: 1 of 5 examples")]
fn one_fold_would_leave_nothing_to_train_on() {
    let _ = folds(5, 1, &mut generator());
}

#[test]
#[should_panic(expected = "folds: 6 of 5 examples")]
fn no_fold_is_empty() {
    let _ = folds(5, 6, &mut generator());
}
