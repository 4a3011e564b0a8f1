//! The formulas of *The product of two matrices*.

use ch02_forward as library;
use formulas::*;
use ndarray::{Array1, Array2};

/// Shapes of products: those of layers, and two whose sums or columns fill more than one word of 64
/// bits and more than one block of columns.
fn product_shapes() -> impl Iterator<Item = (usize, usize, usize)> {
    SHAPES.into_iter().chain([(3, 130, 200), (130, 3, 200)])
}

/// ```math matrix-product
/// (\mathbf X \mathbf W)_{rj} = \sum_i x_{ri} \, w_{ij}
/// ```
///
/// Entry (r, j) of XW is row r of X times column j of W, summed by three loops here. Both of the
/// library's products agree. 1e-13: 130 roundings at 1e-16.
#[test]
fn matrix_product() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, inputs, outputs) in product_shapes() {
        let w = matrix(inputs, outputs, &mut generator);
        for draw in [matrix, sparse_matrix] {
            let x = draw(batch, inputs, &mut generator);
            let mut sums = Array2::zeros((batch, outputs));
            for r in 0..batch {
                for j in 0..outputs {
                    for i in 0..inputs {
                        sums[[r, j]] += x[[r, i]] * w[[i, j]];
                    }
                }
            }
            assert_all_close(&library::product(x.view(), w.view()), &sums, 1e-13);
            if batch * inputs * outputs < 1000 {
                let page = page("matrix-product").over("i", inputs).table("x", &x).table("w", &w);
                let product = library::product(x.view(), w.view());
                let page = page.table(r"(\mathbf X \mathbf W)", &product);
                for (r, j) in ndarray::indices_of(&product) {
                    page.assert_close(&[("r", r as f64 + 1.0), ("j", j as f64 + 1.0)], 1e-13);
                }
            }
            assert_all_close(&library::product_by_definition(x.view(), w.view()), &sums, 1e-13);
        }
    }
}

/// ```math product-by-rows
/// (\mathbf X \mathbf W)_r = \sum_{i \,:\, x_{ri} \ne 0} x_{ri} \, \mathbf W_i
/// ```
///
/// Row r of XW is a weighted sum of the rows of W, with the entries of row r of X as the weights;
/// the rows with weight 0 may be left out. 1e-13 as above.
#[test]
fn product_by_rows() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, inputs, outputs) in product_shapes() {
        let x = sparse_matrix(batch, inputs, &mut generator);
        let w = matrix(inputs, outputs, &mut generator);
        let product = library::product(x.view(), w.view());
        let plain = library::product_by_rows(x.view(), w.view());
        for r in 0..batch {
            let mut row = Array1::zeros(outputs);
            for i in (0..inputs).filter(|&i| x[[r, i]] != 0.0) {
                row = row + x[[r, i]] * &w.row(i);
            }
            assert_all_close(&product.row(r), &row, 1e-13);
            if batch * inputs * outputs < 1000 {
                let page = page("product-by-rows").over("i", inputs).table("x", &x);
                let page =
                    page.entries(r"(\mathbf X \mathbf W)", |r| product[[r[0] as usize - 1, 0]]);
                let page = page.entries(r"\mathbf W", |i| w[[i[0] as usize - 1, 0]]); // column 0
                page.assert_close(&[("r", r as f64 + 1.0)], 1e-13);
            }
            assert_all_close(&plain.row(r), &row, 1e-13);
        }
    }
}

/// ```math transposed-product
/// (\mathbf X^\top \mathbf Z)_{ij} = \sum_r x_{ri} \, z_{rj}
/// ```
///
/// Entry (i, j) of XᵀZ is column i of X times column j of Z, summed by three loops here; and the
/// product by definition of X, turned over, and Z is the same. 1e-13 as above.
#[test]
fn transposed_product() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, inputs, outputs) in product_shapes() {
        let x = sparse_matrix(batch, inputs, &mut generator);
        let z = matrix(batch, outputs, &mut generator);
        let mut sums = Array2::zeros((inputs, outputs));
        for i in 0..inputs {
            for j in 0..outputs {
                for r in 0..batch {
                    sums[[i, j]] += x[[r, i]] * z[[r, j]];
                }
            }
        }
        assert_all_close(&library::transposed_product(x.view(), z.view()), &sums, 1e-13);
        if batch * inputs * outputs < 1000 {
            let page = page("transposed-product").over("r", batch).table("x", &x).table("z", &z);
            let product = library::transposed_product(x.view(), z.view());
            let page = page.table(r"(\mathbf X^\top \mathbf Z)", &product);
            for (i, j) in ndarray::indices_of(&product) {
                page.assert_close(&[("i", i as f64 + 1.0), ("j", j as f64 + 1.0)], 1e-13);
            }
        }
        assert_all_close(&library::product_by_definition(x.t(), z.view()), &sums, 1e-13);
    }
}
