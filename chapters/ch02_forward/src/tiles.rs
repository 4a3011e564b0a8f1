//! The product of two matrices where little is zero, and the function that chooses. Page: *Where
//! nothing is zero* (`ch02_forward/tiles.md`).
//!
//! - [`tiled_product`] keeps a tile of sums in the registers, four rows of many columns, so that each
//!   number that is loaded serves several sums. It wins where fewer than three numbers in four are zero.
//! - [`sparse_product`](crate::sparse_product) of the page before skips zeros, and wins elsewhere.
//!
//! [`product`] and [`transposed_product`] count zeros and choose. The terms of each sum are added in the
//! same order either way, so that both give the same bits; the judge of both is
//! [`product_by_definition`](crate::product_by_definition).

use std::ops::Range;

use ch01_neuron::Real;
use ndarray::{Array2, ArrayView2, CowArray, Ix2};

use crate::product::{
    FUSED, NonZeros, add_weighted_rows, assert_same_inner_size, for_each_piece, multiply_add,
    row_by_row, weighted_sums, worth_sharing,
};

/// XW, fast, with X as `left`, `[rows × inner]`, and W as `right`, `[inner × columns]`.
///
/// Where much of `left` is zero, what stands across from a zero is not looked at, not even if it is
/// infinite.
///
/// # Panics
/// If `left` is not as wide as `right` is high.
pub fn product<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the columns of left", left.dim(), left.ncols(), right);
    let left = row_by_row(left);
    let non_zeros = NonZeros::of_rows(left.view());
    if skipping_pays(&non_zeros, left.len()) {
        let factors = (left.as_slice().expect("row by row"), [left.ncols(), 1]);
        weighted_sums(&non_zeros, factors, right)
    } else {
        tiled_product(left.view(), right)
    }
}

/// Whether so few of `entries` are not zero that it is faster to look for them.
fn skipping_pays(non_zeros: &NonZeros, entries: usize) -> bool {
    4 * non_zeros.count() <= entries
}

/// XᵀZ, with X as `left`, `[inner × rows]`, and Z as `right`, `[inner × columns]`, in the same way.
///
/// # Panics
/// If `left` is not as high as `right`.
pub fn transposed_product<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    TransposedProduct::new(left, right).carry_out()
}

/// XᵀZ that has not been carried out, with X as `left`, `[inner × rows]`, and Z as `right`,
/// `[inner × columns]`.
#[derive(Debug, Clone)]
pub struct TransposedProduct<'a, T> {
    left: CowArray<'a, T, Ix2>,
    right: CowArray<'a, T, Ix2>,
    /// Where a column of the left side is not zero.
    non_zeros: NonZeros,
}

impl<'a, T: Real> TransposedProduct<'a, T> {
    /// Looks at where `left` is zero, and computes nothing yet.
    ///
    /// # Panics
    /// If `left` is not as high as `right`.
    pub fn new(left: ArrayView2<'a, T>, right: ArrayView2<'a, T>) -> Self {
        assert_same_inner_size("the rows of left", left.dim(), left.nrows(), right);
        let (left, right) = (row_by_row(left), row_by_row(right));
        let non_zeros = NonZeros::of_columns(left.view());
        Self { left, right, non_zeros }
    }

    /// All of it, `[rows × columns]`.
    pub fn carry_out(&self) -> Array2<T> {
        if skipping_pays(&self.non_zeros, self.left.len()) {
            let factors = self.left.as_slice().expect("row by row");
            weighted_sums(&self.non_zeros, (factors, [1, self.left.ncols()]), self.right.view())
        } else {
            tiled_product(self.left.t(), self.right.view())
        }
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.left.ncols()
    }

    /// How many columns it has.
    pub fn columns(&self) -> usize {
        self.right.ncols()
    }

    /// Whether [`TransposedProduct::part_of_row`] gives its numbers as fast as
    /// [`TransposedProduct::carry_out`]: if much of X is zero, and the rows consist of whole parts.
    pub fn may_wait(&self) -> bool {
        skipping_pays(&self.non_zeros, self.left.len()) && self.columns().is_multiple_of(PART)
    }

    /// A part of a row. Row i is the sum of the rows of Z, each times its number in column i of X.
    ///
    /// # Panics
    /// If there is no such part.
    #[inline]
    pub fn part_of_row(&self, row: usize, part: usize) -> [T; PART] {
        let [factors, numbers] =
            [&self.left, &self.right].map(|a| a.as_slice().expect("row by row"));
        let (step, stride) = (self.left.ncols(), self.columns() / PART);
        let (parts, _) = numbers.as_chunks();
        let mut sum = [T::zero(); PART];
        for (word, &ones) in self.non_zeros.mask(row).iter().enumerate() {
            let factors = (&factors[64 * word * step + row..], step);
            add_weighted_rows(
                &mut sum,
                ones,
                factors,
                (&parts[64 * word * stride + part..], stride),
            );
        }
        sum
    }
}

/// So many numbers of a row of a [`TransposedProduct`] are computed at a time.
pub const PART: usize = 64;

/// XW by tiles. Shapes and panics are those of [`product`].
pub fn tiled_product<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the columns of left", left.dim(), left.ncols(), right);
    let left = row_by_row(left);
    let (rows, columns) = (left.nrows(), right.ncols());
    let mut product = Array2::zeros((rows, columns));
    let shared = worth_sharing(left.len(), columns);
    for first in (0..columns).step_by(BLOCK) {
        let columns = first..columns.min(first + BLOCK);
        match columns.len() {
            17.. => fill_columns::<T, WIDTH>(&mut product, columns, left.view(), right, shared),
            _ => fill_columns::<T, 16>(&mut product, columns, left.view(), right, shared),
        }
    }
    product
}

/// So many columns are copied at a time.
const BLOCK: usize = 64;

/// So many columns a tile has, if there are as many: its four rows fill 16 of the 32 registers of
/// AVX-512, 8 of the 16 of AVX2, 16 of the 32 of ARM.
const WIDTH: usize = if cfg!(target_feature = "avx512f") { 64 } else { 16 };

/// Fills some columns of the product, by tiles of four rows and K columns.
fn fill_columns<T: Real, const K: usize>(
    product: &mut Array2<T>,
    columns: Range<usize>,
    left: ArrayView2<T>,
    right: ArrayView2<T>,
    shared: bool,
) {
    let (inner, width, last) = (right.nrows(), right.ncols(), left.nrows().saturating_sub(1));
    let panels = panels::<T, K>(right, columns.clone());
    let fill = |start: usize, piece: &mut [T]| {
        for (number, rows) in piece.chunks_mut(4 * width).enumerate() {
            let row = |r: usize| left.row((start + 4 * number + r).min(last));
            let factors = std::array::from_fn(|r| row(r).to_slice().expect("row by row"));
            for (panel, first) in panels.chunks(inner.max(1)).zip(columns.clone().step_by(K)) {
                let mut sums = [[T::zero(); K]; 4];
                tile(&mut sums, factors, panel);
                for (row, sums) in rows.chunks_mut(width).zip(&sums) {
                    let row = &mut row[first..columns.end.min(first + K)];
                    row.copy_from_slice(&sums[..row.len()]);
                }
            }
        }
    };
    for_each_piece(product, shared, &fill);
}

/// Some columns of a matrix in panels of K: what a tile reads next, lies next in memory. Columns that
/// are missing in the last panel are 0.
fn panels<T: Real, const K: usize>(matrix: ArrayView2<T>, columns: Range<usize>) -> Vec<[T; K]> {
    let inner = matrix.nrows();
    let mut panels = vec![[T::zero(); K]; columns.len().div_ceil(K) * inner];
    if matrix.is_standard_layout() {
        for (i, row) in matrix.rows().into_iter().enumerate() {
            let row = &row.to_slice().expect("standard layout")[columns.clone()];
            for (panel, part) in row.chunks(K).enumerate() {
                panels[panel * inner + i][..part.len()].copy_from_slice(part);
            }
        }
    } else {
        for (j, column) in columns.clone().map(|j| matrix.column(j)).enumerate() {
            let panel = &mut panels[j / K * inner..][..inner];
            panel.iter_mut().zip(column).for_each(|(numbers, &number)| numbers[j % K] = number);
        }
    }
    panels
}

/// Adds to four rows of K sums the products of four rows with a panel. Each row of the panel is loaded
/// once, and serves all four.
#[inline(never)] // by itself, the compiler keeps the sums in registers
fn tile<T: Real, const K: usize>(sums: &mut [[T; K]; 4], rows: [&[T]; 4], panel: &[[T; K]]) {
    let rows = rows.map(|row| &row[..panel.len()]);
    let mut total = *sums;
    for i in 0..panel.len() {
        let numbers = panel[i];
        for r in 0..4 {
            for j in 0..K {
                total[r][j] = multiply_add::<T, FUSED>(rows[r][i], numbers[j], total[r][j]);
            }
        }
    }
    *sums = total;
}
