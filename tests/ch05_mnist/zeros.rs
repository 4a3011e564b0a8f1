//! The formulas of `ch05_mnist/zeros.md`.

use ch05_mnist::NonZeros;
use formulas::*;

/// A product that skips zeros multiplies once for each entry that is not zero and each column of the
/// other matrix: counted in three loops. Exact.
#[test]
fn skipped_products() {
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
        assert_eq!(NonZeros::of_rows(x.view()).count() * outputs, multiplications);
        assert_eq!(NonZeros::of_columns(x.view()).count() * outputs, multiplications);
    }
}
