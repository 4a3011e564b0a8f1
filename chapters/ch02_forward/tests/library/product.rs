use super::{assert_close, generator, random};
use ch02_forward::product::{multiply_add, worth_sharing};
use ch02_forward::*;
use ndarray::{Array2, Axis, array};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn in_pool_of<R: Send>(threads: usize, job: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(job)
}

proptest! {
    #[test]
    fn the_fast_product_is_the_product(
        (rows, inner, columns) in (0..12_usize, 0..150_usize, 0..300_usize),
        zeros in 0.0..=1.0_f64,
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = random((rows, inner), zeros, &mut generator);
        let right = random((inner, columns), zeros / 2.0, &mut generator);
        let by_definition = product_by_definition(left.view(), right.view());
        assert_close(product_by_rows(left.view(), right.view()).view(), by_definition.view());
        assert_close(product(left.view(), right.view()).view(), by_definition.view());
        assert_close(sparse_product(left.view(), right.view()).view(), by_definition.view());
        let turned = left.t().as_standard_layout().into_owned();
        assert_close(transposed_product(turned.view(), right.view()).view(), by_definition.view());
    }

    #[test]
    fn the_product_does_not_mind_how_its_operands_lie_in_memory(
        (rows, inner, columns) in (1..8_usize, 1..40_usize, 1..40_usize),
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = random((rows, inner), 0.5, &mut generator);
        let right = random((inner, columns), 0.0, &mut generator);
        let plain = product(left.view(), right.view());

        // The same numbers, column by column.
        let (left_by_columns, right_by_columns) =
            (left.t().as_standard_layout().into_owned(), right.t().as_standard_layout().into_owned());
        prop_assert_eq!(&product(left_by_columns.t(), right_by_columns.t()), &plain);
        prop_assert_eq!(&transposed_product(left_by_columns.view(), right_by_columns.t()), &plain);
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
        prop_assert_eq!(product(thin(&left).view(), thin(&right).view()), plain);
    }
}

#[test]
fn threads_do_not_change_a_bit_of_a_product() {
    let mut generator = generator();
    let left = random((400, 600), 0.1, &mut generator);
    let right = random((600, 257), 0.0, &mut generator);
    let tall = random((400, 600), 0.1, &mut generator);
    let delta = random((400, 257), 0.0, &mut generator);
    assert!(worth_sharing(NonZeros::of_rows(left.view()).count(), 257));
    let both = || {
        let forward = product(left.view(), right.view());
        (forward, transposed_product(tall.view(), delta.view()))
    };
    let alone = in_pool_of(1, both);
    assert_close(alone.0.view(), product_by_definition(left.view(), right.view()).view());
    for threads in [2, 3, 7, 200] {
        assert_eq!(in_pool_of(threads, both), alone, "{threads} threads");
    }
}

#[test]
fn eight_million_multiplications_are_worth_a_second_thread() {
    assert!(worth_sharing(1 << 16, 128) && !worth_sharing((1 << 16) - 1, 128));
}

#[test]
fn a_product_and_a_sum_are_the_same_in_one_instruction_and_in_two() {
    for (a, b, c) in [(2.0, 3.0, 4.0), (-1.5, 8.0, 0.25), (0.0, 7.0, -3.0)] {
        assert_eq!(multiply_add::<f64, true>(a, b, c), a * b + c);
        assert_eq!(multiply_add::<f64, false>(a, b, c), a * b + c);
    }
}

#[test]
fn masks_of_nonzeros_hold_what_is_not_zero_and_nothing_else() {
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

#[test]
fn matrices_without_rows_or_columns_have_products_too() {
    for (rows, inner, columns) in [(0, 3, 2), (3, 0, 2), (3, 2, 0), (0, 0, 0)] {
        let (left, right) = (Array2::<f64>::ones((rows, inner)), Array2::ones((inner, columns)));
        let plain = Array2::<f64>::zeros((rows, columns));
        assert_eq!(product(left.view(), right.view()), plain);
        assert_eq!(product_by_rows(left.view(), right.view()), plain);
        assert_eq!(transposed_product(left.t(), right.view()), plain);
    }
}

#[test]
fn not_a_number_on_the_left_reaches_its_row_of_the_product_and_no_other() {
    let left = array![[1.0, f64::NAN], [1.0, 1.0]];
    let product = product(left.view(), array![[1.0, 2.0], [3.0, 4.0]].view());
    assert!(product.row(0).iter().all(|number| number.is_nan()));
    assert_eq!(product.row(1), array![4.0, 6.0]);
}

#[test]
fn what_a_zero_skips_is_not_looked_at() {
    let right = array![[f64::INFINITY, f64::NAN], [3.0, 4.0]];
    assert_eq!(sparse_product(array![[0.0, 1.0]].view(), right.view()), array![[3.0, 4.0]]);
    assert!(sparse_product(array![[1.0, 1.0]].view(), right.view())[[0, 1]].is_nan());
}

#[test]
#[should_panic(
    expected = "the columns of left, (2, 3), must be as many as the rows of right, (4, 5)"
)]
fn a_product_of_matrices_that_do_not_fit_names_both_shapes() {
    product(Array2::<f64>::zeros((2, 3)).view(), Array2::zeros((4, 5)).view());
}

#[test]
#[should_panic(
    expected = "the columns of left, (2, 3), must be as many as the rows of right, (4, 5)"
)]
fn a_product_by_definition_of_matrices_that_do_not_fit_names_both_shapes() {
    product_by_definition(Array2::<f64>::zeros((2, 3)).view(), Array2::zeros((4, 5)).view());
}

#[test]
#[should_panic(expected = "the rows of left, (2, 3), must be as many as the rows of right, (4, 5)")]
fn a_transposed_product_of_matrices_that_do_not_fit_names_both_shapes() {
    transposed_product(Array2::<f64>::zeros((2, 3)).view(), Array2::zeros((4, 5)).view());
}
