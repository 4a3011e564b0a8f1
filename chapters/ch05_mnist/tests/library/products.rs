//! What `src/products.rs` promises.

use ch04_optimizers::GradientRows;
use ch05_mnist::*;
use ndarray::{Array2, Axis, array};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::common::*;
use crate::{assert_product, in_pool_of, random};

proptest! {
    #[test]
    fn the_fast_products_are_the_product_with_zeros_and_without(
        (rows, inner, columns) in (0..20_usize, 0..150_usize, 0..300_usize),
        zeros in 0.0..=1.0_f64,
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = random((rows, inner), zeros, &mut generator);
        let right = random((inner, columns), zeros / 2.0, &mut generator);
        assert_product(fast_product(left.view(), right.view()).view(), left.view(), right.view());
        let turned = left.t().as_standard_layout().into_owned();
        let product = fast_transposed_product(turned.view(), right.view());
        assert_product(product.view(), left.view(), right.view());
    }

    #[test]
    fn the_product_does_not_mind_how_its_operands_lie_in_memory(
        (rows, inner, columns) in (1..8_usize, 1..40_usize, 1..40_usize),
        zeros in prop::sample::select(vec![0.2, 0.8]),
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = random((rows, inner), zeros, &mut generator);
        let right = random((inner, columns), 0.0, &mut generator);
        let plain = fast_product(left.view(), right.view());

        // The same numbers, column by column.
        let (left_by_columns, right_by_columns) =
            (left.t().as_standard_layout().into_owned(), right.t().as_standard_layout().into_owned());
        prop_assert_eq!(&fast_product(left_by_columns.t(), right_by_columns.t()), &plain);
        let transposed = fast_transposed_product(left_by_columns.view(), right_by_columns.t());
        prop_assert_eq!(&transposed, &plain);
        // Every second row and column of a larger matrix.
        let spread = |matrix: &Array2<f64>| {
            let mut large = Array2::from_elem((2 * matrix.nrows(), 2 * matrix.ncols()), f64::NAN);
            let mut every_second = large.exact_chunks_mut((2, 2)).into_iter();
            matrix.iter().for_each(|&number| every_second.next().unwrap()[[0, 0]] = number);
            large
        };
        let (left, right) = (spread(&left), spread(&right));
        let thin = |large: &Array2<f64>| {
            let mut thin = large.clone();
            thin.slice_axis_inplace(Axis(0), ndarray::Slice::new(0, None, 2));
            thin.slice_axis_inplace(Axis(1), ndarray::Slice::new(0, None, 2));
            thin
        };
        prop_assert_eq!(fast_product(thin(&left).view(), thin(&right).view()), plain);
    }

    /// To the bit, whichever rows are asked for together: an optimizer shares them out among threads.
    #[test]
    fn rows_that_are_asked_for_are_those_of_the_whole_product(
        (inner, rows, columns) in (0..140_usize, 1..30_usize, 1..150_usize),
        zeros in prop::sample::select(vec![0.2, 0.8]),
        (first, count) in (0..30_usize, 0..30_usize),
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = random((inner, rows), zeros, &mut generator);
        let right = random((inner, columns), 0.0, &mut generator);
        let product = Product::transposed(left.view(), right.view());
        let whole = product.carry_out();
        prop_assert_eq!((product.rows(), product.row_length()), whole.dim());
        let first = first.min(rows);
        let count = count.min(rows - first);
        let mut some = vec![f64::NAN; count * columns];
        product.write_rows(first, &mut some);
        let expected = whole.axis_iter(Axis(0)).skip(first).take(count).flatten().copied();
        prop_assert_eq!(some, expected.collect::<Vec<_>>());
    }
}

#[test]
fn threads_do_not_change_a_bit_of_a_product() {
    let mut generator = generator(0);
    for zeros in [0.2, 0.8] {
        let left = random((200, 600), zeros, &mut generator);
        let right = random((600, 257), 0.0, &mut generator);
        let tall = random((200, 600), zeros, &mut generator);
        let delta = random((200, 257), 0.0, &mut generator);
        let both = || {
            let forward = fast_product(left.view(), right.view());
            (forward, fast_transposed_product(tall.view(), delta.view()))
        };
        let alone = in_pool_of(1, both);
        assert_product(alone.0.view(), left.view(), right.view());
        for threads in [2, 3, 8, 50] {
            assert_eq!(in_pool_of(threads, both), alone, "{threads} threads");
        }
    }
}

#[test]
fn matrices_without_rows_or_columns_have_products_too() {
    for (rows, inner, columns) in [(0, 3, 2), (3, 0, 2), (3, 2, 0), (0, 0, 0)] {
        let (left, right) = (Array2::<f64>::ones((rows, inner)), Array2::ones((inner, columns)));
        let plain = Array2::<f64>::zeros((rows, columns));
        assert_eq!(fast_product(left.view(), right.view()), plain);
        assert_eq!(fast_transposed_product(left.t(), right.view()), plain);
    }
}

#[test]
fn not_a_number_on_the_left_reaches_its_row_of_the_product_and_no_other() {
    for (zeros, others) in [(0, [4.0, 6.0]), (8, [4.0, 6.0])] {
        let mut left = Array2::<f64>::zeros((2, 2 + zeros));
        left.row_mut(0)[1] = f64::NAN;
        (left[[1, 0]], left[[1, 1]]) = (1.0, 1.0);
        let mut right = Array2::<f64>::ones((2 + zeros, 2));
        right.row_mut(0).assign(&array![1.0, 2.0]);
        right.row_mut(1).assign(&array![3.0, 4.0]);
        let product = fast_product(left.view(), right.view());
        assert!(product.row(0).iter().all(|number| number.is_nan()));
        assert_eq!(product.row(1).to_vec(), others);
    }
}

#[test]
#[should_panic(
    expected = "the columns of left, (2, 3), must be as many as the rows of right, (4, 5)"
)]
fn a_product_of_matrices_that_do_not_fit_names_both_shapes() {
    fast_product(Array2::<f64>::zeros((2, 3)).view(), Array2::zeros((4, 5)).view());
}

#[test]
#[should_panic(expected = "the rows of left, (2, 3), must be as many as the rows of right, (4, 5)")]
fn a_transposed_product_of_matrices_that_do_not_fit_names_both_shapes() {
    fast_transposed_product(Array2::<f64>::zeros((2, 3)).view(), Array2::zeros((4, 5)).view());
}
