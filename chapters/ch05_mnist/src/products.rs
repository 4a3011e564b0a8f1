//! The product of two matrices, fast. Page: *Fast products* (`ch05_mnist/products.md`).
//!
//! A [`Product`] is a product that has not been carried out: it can be asked for all of its rows, or
//! for a few. There are two ways to compute them, and the share of zeros on the left decides.
//!
//! - Where much is zero, bit masks ([`NonZeros`]) lead from one number that is not zero to the next,
//!   and rows of the right side are added up.
//! - Where little is zero, a tile of sums, eight rows of sixteen, stays in the registers, so that each
//!   number that is loaded serves several sums.
//!
//! The judge of both is [`ch02_forward::product_by_definition`].

use std::borrow::Cow;
use std::ops::Range;

use ch01_neuron::Real;
use ch04_optimizers::GradientRows;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, CowArray, Ix2};

use crate::zeros::{
    NonZeros, copy_in_tiles, for_each_band, multiply_add, row_by_row, weighted_sums,
};

/// The size of a tile: its sums fill half of the registers of AVX-512, or a quarter.
const TILE_ROWS: usize = 8;
const TILE_COLUMNS: usize = 16;

/// Copies the columns from `start` on into a panel, row by row: what a tile reads next, lies next in
/// memory. If there are fewer columns than the panel has, its others stay as they are.
fn copy_panel<T: Real>(matrix: ArrayView2<T>, start: usize, panel: &mut [T]) {
    let (_, columns) = matrix.split_at(Axis(1), start);
    let (columns, _) = columns.split_at(Axis(1), columns.ncols().min(TILE_COLUMNS));
    if columns.ncols() == 1 || columns.strides()[1] == 1 {
        for (to, row) in panel.chunks_mut(TILE_COLUMNS).zip(columns.rows()) {
            let row = row.to_slice().expect("side by side");
            to[..row.len()].copy_from_slice(row);
        }
    } else {
        let panel = ArrayViewMut2::from_shape((matrix.nrows(), TILE_COLUMNS), panel);
        let panel = panel.expect("its size").split_at(Axis(1), columns.ncols()).0;
        copy_in_tiles(columns, panel);
    }
}

/// Fills a band, a tile at a time.
fn fill_tiles<T: Real>(
    left: ArrayView2<T>,
    panel: &[[T; TILE_COLUMNS]],
    mut band: ArrayViewMut2<T>,
) {
    let last = left.nrows().saturating_sub(1);
    for (number, mut rows) in band.axis_chunks_iter_mut(Axis(0), TILE_ROWS).enumerate() {
        let row =
            |r: usize| left.row((TILE_ROWS * number + r).min(last)).to_slice().expect("row by row");
        let mut sums = [[T::zero(); TILE_COLUMNS]; TILE_ROWS];
        tile(&mut sums, std::array::from_fn(row), panel);
        for (mut row, sum) in rows.rows_mut().into_iter().zip(&sums) {
            let row = row.as_slice_mut().expect("standard layout");
            row.copy_from_slice(&sum[..row.len()]);
        }
    }
}

/// Some rows of the left side times a panel. Each row of the panel is loaded once, and serves them all.
#[inline(never)] // by itself, the compiler keeps the sums in registers
fn tile<T: Real>(
    sums: &mut [[T; TILE_COLUMNS]; TILE_ROWS],
    rows: [&[T]; TILE_ROWS],
    panel: &[[T; TILE_COLUMNS]],
) {
    let rows = rows.map(|row| &row[..panel.len()]);
    let mut total = *sums;
    for i in 0..panel.len() {
        let numbers = panel[i];
        for r in 0..TILE_ROWS {
            let factor = rows[r][i];
            for j in 0..TILE_COLUMNS {
                total[r][j] = multiply_add(factor, numbers[j], total[r][j]);
            }
        }
    }
    *sums = total;
}

/// XW, fast, with X as `left`, `[rows × inner]`, and W as `right`, `[inner × columns]`.
///
/// # Panics
/// If `left` is not as wide as `right` is high.
pub fn fast_product<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    Product::new(left, right).carry_out()
}

/// A product that has not been carried out: `[rows × inner]` times `[inner × columns]`.
///
/// A zero on the left may leave a row of the right side out, which then is not looked at, not even if
/// it is infinite.
#[derive(Debug, Clone)]
pub struct Product<'a, T> {
    /// `[rows × inner]`
    left: CowArray<'a, T, Ix2>,
    /// `[inner × columns]`
    right: CowArray<'a, T, Ix2>,
    /// Where the left side is not zero, if much of it is zero.
    non_zeros: Option<NonZeros>,
    /// The right side in panels, if they were made beforehand.
    panels: Vec<T>,
}

impl<'a, T: Real> Product<'a, T> {
    /// XW, with X as `left` and W as `right`.
    ///
    /// # Panics
    /// If `left` is not as wide as `right` is high.
    pub fn new(left: ArrayView2<'a, T>, right: ArrayView2<'a, T>) -> Self {
        assert_same_inner_size("the columns of left", left.dim(), left.ncols(), right);
        let left = row_by_row(left.into());
        let non_zeros = NonZeros::of_rows(left.view()).if_few(left.len());
        let right = if non_zeros.is_some() { row_by_row(right.into()) } else { right.into() };
        Self { left, right, non_zeros, panels: Vec::new() }
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.left.nrows()
    }

    /// All of it, `[rows × columns]`.
    ///
    /// Where it is worth it, two or more threads share the work. Which numbers are added up, and in
    /// which order, does not depend on that.
    pub fn carry_out(&self) -> Array2<T> {
        let (rows, inner) = self.left.dim();
        let columns = self.right.ncols();
        let mut result = Array2::zeros((rows, columns));
        match &self.non_zeros {
            Some(non_zeros) if worth_sharing(non_zeros.count() * columns) => {
                let [lower, upper] = non_zeros.halves();
                let mut more = Array2::zeros((rows, columns));
                rayon::join(
                    || self.weighted_sums((non_zeros, &[lower]), 0, result.view_mut(), true),
                    || self.weighted_sums((non_zeros, &[upper]), 0, more.view_mut(), true),
                );
                result += &more;
            }
            Some(non_zeros) => {
                let parts = non_zeros.halves();
                self.weighted_sums((non_zeros, &parts), 0, result.view_mut(), false);
            }
            None => {
                let shared = worth_sharing(rows * inner * columns);
                self.fill_with_tiles(0, result.view_mut(), shared);
            }
        }
        result
    }
}

/// Whether so many multiplications are worth a second thread. With fewer, waking it takes longer
/// than it saves.
pub(crate) fn worth_sharing(multiplications: usize) -> bool {
    multiplications >= 1 << 18
}

fn assert_same_inner_size<T>(
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

impl<T: Real> Product<'_, T> {
    /// Sums of rows of the right side; see [`crate::zeros`].
    fn weighted_sums(
        &self,
        masks: (&NonZeros, &[Range<usize>]),
        first: usize,
        sums: ArrayViewMut2<T>,
        shared: bool,
    ) {
        weighted_sums(masks, (self.left.view(), first), self.right.view(), sums, shared);
    }

    /// The rows of the product from `first` on, as many as `result` has, by tiles.
    fn fill_with_tiles(&self, first: usize, result: ArrayViewMut2<T>, shared: bool) {
        let (inner, count) = (self.right.nrows(), result.nrows());
        let left = self.left.view().split_at(Axis(0), first).1.split_at(Axis(0), count).0;
        let fill = |columns: Range<usize>, band: ArrayViewMut2<T>| {
            let panel = match self.panels.get(columns.start * inner..) {
                Some(panels) if !panels.is_empty() => {
                    Cow::Borrowed(&panels[..inner * TILE_COLUMNS])
                }
                _ => {
                    let mut panel = vec![T::zero(); inner * TILE_COLUMNS];
                    copy_panel(self.right.view(), columns.start, &mut panel);
                    Cow::Owned(panel)
                }
            };
            fill_tiles(left, panel.as_chunks().0, band);
        };
        for_each_band((result, 0), &|_| TILE_COLUMNS, shared, &fill);
    }
}

impl<T: Real> Product<'static, T> {
    /// XᵀZ, with X as `left`, `[inner × rows]`, and Z as `right`, `[inner × columns]`. It keeps what it
    /// needs of them, and is made to be asked for a few rows at a time.
    ///
    /// # Panics
    /// If `left` is not as high as `right`.
    pub fn transposed(left: ArrayView2<T>, right: ArrayView2<T>) -> Self {
        assert_same_inner_size("the rows of left", left.dim(), left.nrows(), right);
        let non_zeros = NonZeros::of_columns(left).if_few(left.len());
        let mut panels = Vec::new();
        let left = match &non_zeros {
            Some(_) => left.to_owned().reversed_axes(),
            None => {
                let size = right.nrows() * TILE_COLUMNS;
                panels = vec![T::zero(); size * right.ncols().div_ceil(TILE_COLUMNS)];
                for (number, panel) in panels.chunks_mut(size.max(1)).enumerate() {
                    copy_panel(right, number * TILE_COLUMNS, panel);
                }
                row_by_row(left.reversed_axes().into()).into_owned()
            }
        };
        let right = row_by_row(right.into()).into_owned();
        Self { left: left.into(), right: right.into(), non_zeros, panels }
    }
}

/// XᵀZ, fast: [`Product::transposed`], carried out.
pub fn fast_transposed_product<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    Product::transposed(left, right).carry_out()
}

/// The gradient of a layer's weights is such a product, of which an optimizer asks for a few rows at a
/// time.
impl<T: Real> GradientRows<T> for Product<'_, T> {
    fn row_length(&self) -> usize {
        self.right.ncols()
    }

    fn write_rows(&self, first: usize, rows: &mut [T]) {
        let columns = self.row_length();
        let count = rows.len() / columns.max(1);
        let rows = ArrayViewMut2::from_shape((count, columns), rows).expect("whole rows");
        match &self.non_zeros {
            Some(non_zeros) => {
                self.weighted_sums((non_zeros, &non_zeros.halves()), first, rows, false);
            }
            None => self.fill_with_tiles(first, rows, false),
        }
    }
}
