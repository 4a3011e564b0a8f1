//! The formulas of `ch05_mnist.md`.

use ch05_mnist::Recipe;
use formulas::*;

/// ```math documents-parameters
/// 784 \cdot 128 + 128 + 128 \cdot 10 + 10 = 101{,}770
/// ```
///
/// A layer of n inputs and m outputs has nm + m parameters: 101,770 in the documents' network.
/// Exact: counted one by one.
#[test]
fn documents_parameters() {
    let _formula = formula!();
    let network = Recipe::documents().network::<f32>(784, &mut generator());
    let counted = network.parameters().concat().len();
    assert_exact!(counted, (784 * 128 + 128) + (128 * 10 + 10));
    assert_exact!([counted, network.parameter_count()], [101_770, 101_770]);
    page("documents-parameters").assert_exact(&[]);
    assert_exact!(counted as f64, page("documents-parameters").value(0, &[]));
}
