//! The product of two matrices, plain and skipping zeros. Page: *The product of two matrices*
//! (`ch02_forward/product.md`).
//!
//! [`product_by_definition`] is the reference. [`product_by_rows`] adds up rows of the right side
//! and leaves out those whose factor is 0, which pays where nearly all numbers are 0.
//! [`sparse_product`] makes the same sums with a bit mask of what is not zero ([`NonZeros`]), and with
//! many sums at a time in the registers. It wins where three numbers in four are zero; the next page
//! has what wins elsewhere, and the function that chooses.

use std::borrow::Cow;
use std::ops::{BitOr, Range};

use ch01_neuron::Real;
use ndarray::{Array2, ArrayView2, Axis, CowArray, Ix2};
use rayon::prelude::*;

/// The product XW as it is defined: (XW)ᵣⱼ = Σᵢ xᵣᵢ wᵢⱼ, with X as `left` and W as `right`.
///
/// `left: [rows × inner]`, `right: [inner × columns]`, result `[rows × columns]`. It is the
/// reference for [`product`](crate::product()).
///
/// # Panics
/// If `left` is not as wide as `right` is high.
pub fn product_by_definition<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the columns of left", left.dim(), left.ncols(), right);
    Array2::from_shape_fn((left.nrows(), right.ncols()), |(r, j)| {
        (0..left.ncols()).map(|i| left[[r, i]] * right[[i, j]]).sum()
    })
}

/// The same product by rows: row r is Σᵢ xᵣᵢ · (row i of `right`), and where xᵣᵢ is 0 a whole row is
/// left out.
///
/// What is left out is not looked at, not even if it is infinite. Shapes and panics are those of
/// [`product_by_definition`].
pub fn product_by_rows<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the columns of left", left.dim(), left.ncols(), right);
    let mut product = Array2::zeros((left.nrows(), right.ncols()));
    for r in 0..left.nrows() {
        for i in 0..left.ncols() {
            if left[[r, i]] != T::zero() {
                product.row_mut(r).scaled_add(left[[r, i]], &right.row(i));
            }
        }
    }
    product
}

/// The same again, fast: what is not zero is noted in bits, and sums stay in the registers.
///
/// Shapes, panics and what is left out are those of [`product_by_rows`].
pub fn sparse_product<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the columns of left", left.dim(), left.ncols(), right);
    let left = row_by_row(left);
    let factors = (left.as_slice().expect("row by row"), [left.ncols(), 1]);
    weighted_sums(&NonZeros::of_rows(left.view()), factors, right)
}

pub(crate) fn assert_same_inner_size<T>(
    side: &str,
    left_shape: (usize, usize),
    left_size: usize,
    right: ArrayView2<T>,
) {
    let right_shape = right.dim();
    assert!(
        left_size == right.nrows(),
        "product: {side}, {left_shape:?}, must be as many as the rows of right, {right_shape:?}",
    );
}

/// Where a matrix is not zero: a bit mask for each row, or one for each column.
///
/// A mask has a bit for each entry of the row or column: 1 where it is not zero. It is kept in words
/// of 64 bits, the first entry in the lowest bit of the first word.
#[derive(Debug, Clone, PartialEq)]
pub struct NonZeros {
    /// The words of the first mask, then those of the second, and so on.
    words: Vec<u64>,
    /// How many words a mask has.
    words_per_mask: usize,
    /// How many masks there are.
    masks: usize,
}

impl NonZeros {
    /// A mask for each row of a matrix.
    pub fn of_rows<T: Real>(matrix: ArrayView2<T>) -> Self {
        let mut words = Vec::new();
        for row in row_by_row(matrix).rows() {
            for part in row.as_slice().expect("standard layout").chunks(64) {
                let bits = part.iter().enumerate().map(|(bit, &entry)| non_zero(entry) << bit);
                words.push(bits.fold(0, BitOr::bitor));
            }
        }
        Self { words, words_per_mask: matrix.ncols().div_ceil(64), masks: matrix.nrows() }
    }

    /// A mask for each column. 64 rows at a time, each row adds its bit to the words of all columns.
    pub fn of_columns<T: Real>(matrix: ArrayView2<T>) -> Self {
        let words_per_mask = matrix.nrows().div_ceil(64);
        let mut words = vec![0; matrix.ncols() * words_per_mask];
        for (number, part) in row_by_row(matrix).axis_chunks_iter(Axis(0), 64).enumerate() {
            let mut bits = vec![0; matrix.ncols()];
            for (bit, row) in part.rows().into_iter().enumerate() {
                let row = row.to_slice().expect("standard layout");
                bits.iter_mut().zip(row).for_each(|(bits, &entry)| *bits |= non_zero(entry) << bit);
            }
            for (column, bits) in bits.into_iter().enumerate() {
                words[column * words_per_mask + number] = bits;
            }
        }
        Self { words, words_per_mask, masks: matrix.ncols() }
    }

    /// The words of the mask of one row (or column).
    ///
    /// # Panics
    /// If there is no such mask.
    #[inline]
    pub fn mask(&self, index: usize) -> &[u64] {
        &self.words[index * self.words_per_mask..][..self.words_per_mask]
    }

    /// How many masks there are.
    pub fn masks(&self) -> usize {
        self.masks
    }

    /// How many entries are not zero.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// 1 if the entry is not zero, and otherwise 0.
#[inline]
fn non_zero<T: Real>(entry: T) -> u64 {
    u64::from(entry != T::zero())
}

/// Adds factor i times row i to `sum`, for each i that has a 1 in a `word` of a mask. Factor i stands in
/// place i · `step` of the `factors`, and row i in place i · `stride` of the `rows`.
#[inline]
pub(crate) fn add_weighted_rows<T: Real, const K: usize>(
    sum: &mut [T; K],
    word: u64,
    (factors, step): (&[T], usize),
    (rows, stride): (&[[T; K]], usize),
) {
    let mut total = *sum; // stays in the registers
    let mut ones = word;
    while ones != 0 {
        let i = ones.trailing_zeros() as usize; // the place of the lowest 1
        ones &= ones - 1; // and away with it
        let (factor, row) = (factors[i * step], &rows[i * stride]);
        for j in 0..K {
            total[j] = multiply_add::<T, FUSED>(factor, row[j], total[j]);
        }
    }
    *sum = total;
}

/// a · b + c, in one instruction if it is to be `FUSED`, and in two otherwise.
#[inline]
pub fn multiply_add<T: Real, const FUSED: bool>(a: T, b: T, c: T) -> T {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// Whether the processor has such an instruction. Without one, `mul_add` would be slow.
pub const FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

/// Row r of the result is the sum of factor (r, i) times row i of `rows`, over the i of mask r. The
/// factors are those of a matrix: some numbers, and how far it is there from a row to the next, and from a
/// column to the next.
///
/// It is filled in blocks of so many columns that their sums fit in the registers of a processor.
pub(crate) fn weighted_sums<T: Real>(
    non_zeros: &NonZeros,
    factors: (&[T], [usize; 2]),
    rows: ArrayView2<T>,
) -> Array2<T> {
    let mut sums = Array2::zeros((non_zeros.masks(), rows.ncols()));
    let rows = row_by_row(rows); // a copy, unless the rows lie one after the other already
    let mut columns = 0..rows.ncols();
    while !columns.is_empty() {
        let (first, rows) = (columns.start, rows.view());
        columns.start += match columns.len() {
            MANY.. => fill_columns::<T, MANY>(&mut sums, first, non_zeros, factors, rows),
            32.. => fill_columns::<T, 32>(&mut sums, first, non_zeros, factors, rows),
            _ => fill_columns::<T, 16>(&mut sums, first, non_zeros, factors, rows),
        };
    }
    sums
}

/// So many sums of `f32` fit in some of the registers, with room for a row: in 8 of the 32 of
/// AVX-512, in 8 of the 16 of AVX2, in 16 of the 32 of ARM.
const MANY: usize = if cfg!(target_feature = "avx512f") { 128 } else { 64 };

/// Fills K columns from `first` on, or as many as there are, and gives K.
///
/// 64 rows of the block, those of a word of a mask, meet all sums before the next 64 do: so they stay
/// in the processor's fastest memory.
fn fill_columns<T: Real, const K: usize>(
    sums: &mut Array2<T>,
    first: usize,
    non_zeros: &NonZeros,
    factors: (&[T], [usize; 2]),
    rows: ArrayView2<T>,
) -> usize {
    let columns = first..rows.ncols().min(first + K);
    let (width, (factors, [row_step, step])) = (rows.ncols(), factors);
    let (rows, stride) = block::<T, K>(rows, columns.clone());
    let fill = |start: usize, sums: &mut [T]| {
        for word in 0..non_zeros.words_per_mask {
            let rows = (&rows[64 * word * stride..], stride);
            for (r, sum) in (start..).zip(sums.chunks_mut(width)) {
                let factors = (&factors[r * row_step + 64 * word * step..], step);
                let sum = &mut sum[columns.clone()];
                let add = |sum: &mut [T; K]| {
                    add_weighted_rows(sum, non_zeros.mask(r)[word], factors, rows);
                };
                if let Some(sum) = sum.first_chunk_mut::<K>() {
                    add(sum);
                } else {
                    let mut spare = [T::zero(); K];
                    spare[..sum.len()].copy_from_slice(sum);
                    add(&mut spare);
                    sum.copy_from_slice(&spare[..sum.len()]);
                }
            }
        }
    };
    for_each_piece(sums, worth_sharing(non_zeros.count(), width), &fill);
    K
}

/// Hands a matrix to `work` in pieces of 32 rows, each with the index of its first row.
///
/// If they are `shared`, they are dealt out among the threads of rayon's current pool. Each row is
/// worked on by one thread alone, so the number of threads does not change a bit of it. In the
/// browser there is only one.
pub(crate) fn for_each_piece<T: Real>(
    matrix: &mut Array2<T>,
    shared: bool,
    work: &(dyn Fn(usize, &mut [T]) + Sync),
) {
    const ROWS: usize = 32;
    let size = ROWS * matrix.ncols();
    let numbers = matrix.as_slice_mut().expect("standard layout");
    if shared && cfg!(not(target_arch = "wasm32")) {
        numbers.par_chunks_mut(size).enumerate().for_each(|(i, piece)| work(ROWS * i, piece));
    } else {
        numbers.chunks_mut(size).enumerate().for_each(|(i, piece)| work(ROWS * i, piece));
    }
}

/// Whether sums of so many terms, in so many columns, are worth a second thread. With fewer, waking
/// it takes longer than it saves.
pub fn worth_sharing(terms: usize, columns: usize) -> bool {
    terms * columns >= 1 << 23
}

/// These columns of a matrix in lists of K numbers, and how far it is from the list of a row to that of
/// the next.
///
/// They are copied, with zeros for those that are missing, unless the rows consist of whole lists.
fn block<'a, T: Real, const K: usize>(
    matrix: ArrayView2<'a, T>,
    columns: Range<usize>,
) -> (Cow<'a, [[T; K]]>, usize) {
    let width = matrix.ncols();
    if width.is_multiple_of(K) {
        let (lists, _) = matrix.to_slice().expect("standard layout").as_chunks();
        let lists = lists.get(columns.start / K..).unwrap_or_default(); // none if there are no rows
        return (Cow::Borrowed(lists), width / K);
    }
    let mut copy = vec![[T::zero(); K]; matrix.nrows()];
    for (list, row) in copy.iter_mut().zip(matrix.rows()) {
        list.iter_mut().zip(row.iter().skip(columns.start)).for_each(|(to, &from)| *to = from);
    }
    (Cow::Owned(copy), 1)
}

/// The same matrix with its rows one after the other in memory.
///
/// A transposed matrix is copied in tiles of 16 × 16. Row by row, each number would come from
/// another line of the cache, and a line would be gone before its next number is wanted.
pub(crate) fn row_by_row<T: Real>(matrix: ArrayView2<T>) -> CowArray<T, Ix2> {
    if matrix.is_standard_layout() {
        return matrix.into();
    }
    let mut copy = Array2::zeros(matrix.dim());
    let bands = matrix.axis_chunks_iter(Axis(0), 16);
    for (mut copy, band) in copy.axis_chunks_iter_mut(Axis(0), 16).zip(bands) {
        let tiles = band.axis_chunks_iter(Axis(1), 16);
        let copies = copy.axis_chunks_iter_mut(Axis(1), 16);
        copies.zip(tiles).for_each(|(mut copy, tile)| copy.assign(&tile));
    }
    copy.into()
}
