//! The product of two matrices. Page: *The product of two matrices* (`ch02_forward/product.md`).
//!
//! [`product_by_definition`] is the reference, an entry at a time. [`product()`] adds up rows of the
//! right side and leaves out those whose factor is 0; [`transposed_product`] does it for the
//! transpose of the left side. Chapter 5 makes the same sums faster.

use ch01_neuron::Real;
use ndarray::{Array2, ArrayView2};

/// The product XW as it is defined: (XW)ᵣⱼ = Σᵢ xᵣᵢ wᵢⱼ, with X as `left` and W as `right`.
///
/// `left: [rows × inner]`, `right: [inner × columns]`, result `[rows × columns]`. It is the
/// reference for [`product()`].
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
pub fn product<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the columns of left", left.dim(), left.ncols(), right);
    let right = right.as_standard_layout(); // a copy, unless its rows lie one after the other
    let mut product = Array2::zeros((left.nrows(), right.ncols()));
    for (row, mut sum) in left.rows().into_iter().zip(product.rows_mut()) {
        for (&factor, row) in row.iter().zip(right.rows()) {
            if factor != T::zero() {
                sum.scaled_add(factor, &row);
            }
        }
    }
    product
}

/// XᵀZ, with X as `left` and Z as `right`, in the same way: row i of it is a weighted sum of the
/// rows of `right` too, with the factors of column i of `left`.
///
/// `left: [inner × rows]`, `right: [inner × columns]`, result `[rows × columns]`.
///
/// # Panics
/// If `left` is not as high as `right`.
pub fn transposed_product<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the rows of left", left.dim(), left.nrows(), right);
    product(left.t(), right)
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
