use super::random;
use ch02_forward::tiles::PART;
use ch02_forward::*;
use ndarray::Array2;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

proptest! {
    /// So the share of zeros may decide.
    #[test]
    fn tiles_give_the_same_bits_as_skipping(
        (rows, inner, columns) in (0..40_usize, 0..150_usize, 0..200_usize),
        zeros in 0.0..=1.0_f64,
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = random((rows, inner), zeros, &mut generator);
        let right = random((inner, columns), 0.1, &mut generator);
        let skipping = sparse_product(left.view(), right.view());
        prop_assert_eq!(&tiled_product(left.view(), right.view()), &skipping);
        prop_assert_eq!(&product(left.view(), right.view()), &skipping);
        let (left, right) = (left.t().as_standard_layout().into_owned(), right.t().to_owned());
        prop_assert_eq!(&tiled_product(left.t(), right.t()), &skipping);
        prop_assert_eq!(&transposed_product(left.view(), right.t()), &skipping);
    }

    #[test]
    fn a_product_that_waits_gives_the_same_bits_part_by_part(
        (inner, rows, parts) in (0..150_usize, 1..20_usize, 1..4_usize),
        zeros in 0.0..=1.0_f64,
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = random((inner, rows), zeros, &mut generator);
        let right = random((inner, parts * PART), 0.0, &mut generator);
        let waiting = TransposedProduct::new(left.view(), right.view());
        prop_assert_eq!(waiting.columns(), parts * PART);
        let mut numbers = Array2::zeros((rows, parts * PART));
        for (place, part) in numbers.as_slice_mut().unwrap().chunks_mut(PART).enumerate() {
            part.copy_from_slice(&waiting.part_of_row(place / parts, place % parts));
        }
        prop_assert_eq!(numbers, waiting.carry_out());
    }
}

#[test]
fn a_product_waits_if_three_numbers_in_four_are_zero_and_the_parts_are_whole() {
    let left = |ones: usize| Array2::from_shape_fn((1, 100), |(_, i)| f64::from(i < ones));
    let may_wait = |ones, columns| {
        TransposedProduct::new(left(ones).view(), Array2::ones((1, columns)).view()).may_wait()
    };
    assert!(may_wait(25, 64) && may_wait(0, 128));
    assert!(!may_wait(26, 64) && !may_wait(25, 63) && !may_wait(25, 80));
}
