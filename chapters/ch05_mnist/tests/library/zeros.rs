//! What `src/zeros.rs` promises.

use ch05_mnist::*;
use ndarray::{Array2, array};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::{assert_product, random};

proptest! {
    #[test]
    fn sums_that_follow_the_masks_are_the_product(
        (rows, inner, columns) in (0..12_usize, 0..150_usize, 0..300_usize),
        zeros in 0.0..=1.0_f64,
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = random((rows, inner), zeros, &mut generator);
        let right = random((inner, columns), 0.1, &mut generator);
        let by_rows = NonZeros::of_rows(left.view());
        let words = inner.div_ceil(64);
        for middle in [0, words / 2, words] {
            let mut sums = Array2::zeros((rows, columns));
            let masks = (&by_rows, &[0..middle, middle..words][..]);
            weighted_sums(masks, (left.view(), 0), right.view(), sums.view_mut(), false);
            assert_product(sums.view(), left.view(), right.view());
        }
        let turned = left.t().as_standard_layout().into_owned();
        prop_assert_eq!(by_rows, NonZeros::of_columns(turned.view()));
    }
}

#[test]
fn masks_hold_what_is_not_zero_and_nothing_else() {
    let matrix = array![[0.0, 5.0, -0.0], [0.0, 0.0, 0.0], [f64::NAN, 7.0, 0.0]];
    let (rows, columns) = (NonZeros::of_rows(matrix.view()), NonZeros::of_columns(matrix.view()));
    assert_eq!((rows.count(), columns.count()), (3, 3));
    assert_eq!((rows.masks(), columns.masks()), (3, 3));
    assert_eq!([0, 1, 2].map(|row| rows.mask(row)), [[0b010], [0b000], [0b011]]);
    assert_eq!([0, 1, 2].map(|column| columns.mask(column)), [[0b100], [0b101], [0b000]]);
}

#[test]
fn a_mask_of_more_than_64_entries_goes_on_in_the_next_word() {
    let mut long = Array2::<f32>::zeros((2, 131));
    for column in [0, 63, 64, 130] {
        long[[1, column]] = 1.0;
    }
    let words = [1 | 1 << 63, 1, 1 << 2];
    let (rows, columns) = (NonZeros::of_rows(long.view()), NonZeros::of_columns(long.t()));
    for masks in [rows, columns] {
        assert_eq!((masks.masks(), masks.count()), (2, 4));
        assert_eq!((masks.mask(0), masks.mask(1)), (&[0, 0, 0][..], &words[..]));
    }
}
