//! Sums that skip zeros. Page: *Skipping zeros* (`ch05_mnist/zeros.md`).
//!
//! [`NonZeros`] notes in bits where a matrix is not zero. [`weighted_sums`] goes from bit to bit and
//! adds up rows of another matrix, many sums at a time in the processor's registers. It wins where
//! three numbers in five or more are zero; the next page has what wins elsewhere.

use std::borrow::Cow;
use std::ops::{BitOr, Range};

use ch01_neuron::Real;
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, CowArray, Ix2};

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
        for row in row_by_row(matrix.into()).rows() {
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
        for (number, part) in row_by_row(matrix.into()).axis_chunks_iter(Axis(0), 64).enumerate() {
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
    pub fn mask(&self, index: usize) -> &[u64] {
        &self.words[index * self.words_per_mask..][..self.words_per_mask]
    }

    /// How many masks there are.
    pub fn masks(&self) -> usize {
        self.masks
    }

    /// The masks, if so few of `entries` are not zero that it is faster to look for them.
    pub(crate) fn if_few(self, entries: usize) -> Option<Self> {
        let few = 5 * self.count() <= 2 * entries;
        few.then_some(self)
    }

    /// The words of a mask in two parts, the second of which may be empty: a sum is made of the sums
    /// over both, so that two threads can have one each.
    pub(crate) fn halves(&self) -> [Range<usize>; 2] {
        let middle = self.words_per_mask.div_ceil(2);
        [0..middle, middle..self.words_per_mask]
    }

    /// How many entries are not zero.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// 1 if the entry is not zero, and otherwise 0.
fn non_zero<T: Real>(entry: T) -> u64 {
    u64::from(entry != T::zero())
}

/// Row r of `sums`, `[rows × columns]`, becomes the sum of `factors[[first + r, i]]` times row i of
/// `right`, over the i of mask `first` + r; only these `parts` of its words count, and each is added
/// up by itself.
///
/// It is filled in bands of so many columns that their sums fit in the registers of a processor. If
/// they are `shared`, threads take one each.
pub fn weighted_sums<T: Real>(
    (non_zeros, parts): (&NonZeros, &[Range<usize>]),
    (factors, first): (ArrayView2<T>, usize),
    right: ArrayView2<T>,
    sums: ArrayViewMut2<T>,
    shared: bool,
) {
    let row = |r: usize| (non_zeros.mask(first + r), factors.row(first + r));
    let fill = |columns: Range<usize>, band: ArrayViewMut2<T>| match columns.len() {
        MANY.. => fill_band::<T, MANY>(parts, row, right, columns, band),
        17.. => fill_band::<T, 32>(parts, row, right, columns, band),
        _ => fill_band::<T, 16>(parts, row, right, columns, band),
    };
    for_each_band((sums, 0), &|left| if left >= MANY { MANY } else { 32 }, shared, &fill);
}

/// So many sums of `f32` fit in some of the registers, with room for a row: in 8 of the 32 of
/// AVX-512, in 8 of the 16 of AVX2, in 16 of the 32 of ARM.
const MANY: usize = if cfg!(target_feature = "avx512f") { 128 } else { 64 };

/// The same for a band of at most K `columns`.
fn fill_band<'a, T: Real, const K: usize>(
    parts: &[Range<usize>],
    row: impl Fn(usize) -> (&'a [u64], ArrayView1<'a, T>),
    right: ArrayView2<T>,
    columns: Range<usize>,
    mut band: ArrayViewMut2<T>,
) {
    let (numbers, stride) = block(right, columns, K);
    for (r, sums) in band.rows_mut().into_iter().enumerate() {
        let (mask, factors) = row(r);
        let add = |sums: &mut [T; K]| {
            for (number, words) in parts.iter().enumerate() {
                if number > 0 && words.is_empty() {
                    continue; // nothing to add
                }
                let mask = (mask, words.clone());
                weighted_rows(sums, number > 0, mask, factors, &numbers, stride);
            }
        };
        let sums = sums.into_slice().expect("standard layout");
        if let Some(sums) = sums.first_chunk_mut::<K>() {
            add(sums);
        } else {
            let mut spare = [T::zero(); K];
            add(&mut spare);
            sums.copy_from_slice(&spare[..sums.len()]);
        }
    }
}

/// The sum of `factors[i]` times row i, over the i of some `words` of a mask, in the place of `sum` or
/// added to it. Row i is K of the `numbers`, from place i · `stride` on.
fn weighted_rows<T: Real, const K: usize>(
    sum: &mut [T; K],
    more: bool,
    (mask, words): (&[u64], Range<usize>),
    factors: ArrayView1<T>,
    numbers: &[T],
    stride: usize,
) {
    let mut total = [T::zero(); K]; // stays in the registers
    for number in words {
        let mut ones = mask[number];
        while ones != 0 {
            let i = 64 * number + ones.trailing_zeros() as usize; // the place of the lowest 1
            ones &= ones - 1; // and away with it
            let row: &[T; K] = numbers[i * stride..].first_chunk().expect("K numbers");
            for j in 0..K {
                total[j] = multiply_add(factors[i], row[j], total[j]);
            }
        }
    }
    for j in 0..K {
        sum[j] = if more { sum[j] + total[j] } else { total[j] };
    }
}

/// a · b + c: in one instruction where the processor has one, because elsewhere `mul_add` is slow.
pub(crate) fn multiply_add<T: Real>(a: T, b: T, c: T) -> T {
    if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
        a.mul_add(b, c)
    } else {
        a * b + c
    }
}

/// These columns of a matrix: where their numbers lie, and how far it is from a row to the next.
///
/// Fewer than `size` columns are copied, with zeros for those that are missing.
fn block<'a, T: Real>(
    matrix: ArrayView2<'a, T>,
    columns: Range<usize>,
    size: usize,
) -> (Cow<'a, [T]>, usize) {
    if columns.len() == size {
        let numbers = matrix.to_slice().expect("standard layout");
        let numbers = numbers.get(columns.start..).unwrap_or_default(); // none if there are no rows
        return (Cow::Borrowed(numbers), matrix.ncols());
    }
    let mut copy = vec![T::zero(); matrix.nrows() * size];
    for (block, row) in copy.chunks_mut(size).zip(matrix.rows()) {
        block.iter_mut().zip(row.iter().skip(columns.start)).for_each(|(to, &from)| *to = from);
    }
    (Cow::Owned(copy), size)
}

/// Hands bands of a matrix, and which of its columns they are, to `work`; `width` says how wide a band
/// is where so many columns are left. If they are `shared`, threads work on several at a time.
pub(crate) fn for_each_band<'a, T: Real>(
    (matrix, first): (ArrayViewMut2<'a, T>, usize),
    width: &(impl Fn(usize) -> usize + Sync),
    shared: bool,
    work: &(impl Fn(Range<usize>, ArrayViewMut2<'a, T>) + Sync),
) {
    let columns = matrix.ncols();
    let width_here = width(columns);
    if columns <= width_here {
        return work(first..first + columns, matrix);
    }
    let middle = (columns / width_here / 2).max(1) * width_here; // half of the bands
    let (left, right) = matrix.split_at(Axis(1), middle);
    let left = || for_each_band((left, first), width, shared, work);
    let right = || for_each_band((right, first + middle), width, shared, work);
    if shared {
        rayon::join(left, right);
    } else {
        left();
        right();
    }
}

/// The same matrix with its rows one after the other in memory.
pub(crate) fn row_by_row<T: Real>(matrix: CowArray<'_, T, Ix2>) -> CowArray<'_, T, Ix2> {
    if matrix.is_standard_layout() {
        return matrix;
    }
    let mut copy = Array2::zeros(matrix.dim());
    copy_in_tiles(matrix.view(), copy.view_mut());
    copy.into()
}

/// Copies a matrix in tiles of 16 × 16. Row by row, each number of a transposed matrix would come
/// from another line of the cache, and a line would be gone before its next number is wanted.
pub(crate) fn copy_in_tiles<T: Real>(from: ArrayView2<T>, mut to: ArrayViewMut2<T>) {
    let bands = from.axis_chunks_iter(Axis(0), 16);
    for (mut to, band) in to.axis_chunks_iter_mut(Axis(0), 16).zip(bands) {
        let tiles = band.axis_chunks_iter(Axis(1), 16);
        to.axis_chunks_iter_mut(Axis(1), 16).zip(tiles).for_each(|(mut to, tile)| to.assign(&tile));
    }
}
