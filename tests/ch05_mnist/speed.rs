//! The formulas of `ch05_mnist/speed.md`.

use ch02_forward::NonZeros;
use formulas::*;

/// ```math skipped-products
/// \begin{aligned}
/// &\text{multiplications} \\
/// &\quad= \sum_{r,i} [x_{ri} \neq 0] \cdot \text{outputs}
/// \end{aligned}
/// ```
///
/// A product that skips zeros multiplies once for each entry that is not zero and each column of the
/// other matrix: counted in three loops. Exact.
#[test]
fn skipped_products() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, inputs, outputs) in SHAPES {
        let x = sparse_matrix(batch, inputs, &mut generator);
        let mut multiplications = 0;
        for r in 0..batch {
            for i in 0..inputs {
                for _ in 0..outputs {
                    multiplications += usize::from(x[[r, i]] != 0.0);
                }
            }
        }
        assert_exact!(NonZeros::of_rows(x.view()).count() * outputs, multiplications);
        let page = page("skipped-products").over("r", batch).over("i", inputs).table("x", &x);
        let counted = (r"\text{multiplications}", multiplications as f64);
        page.assert_exact(&[counted, (r"\text{outputs}", outputs as f64)]);
        assert_exact!(NonZeros::of_columns(x.view()).count() * outputs, multiplications);
    }
}
