//! The formulas of `ch05_mnist/weights.md`.

use ch02_forward::softmax;
use ch05_mnist::{Recipe, likeliest, save_weights};
use formulas::*;

/// ```math torch-layout
/// w^{\text{file}}_{ji} = w_{ij}
/// ```
///
/// In the file, row j and column i of the first weights are what W has in row i and column j: read
/// here from the bytes, after the header whose length the first eight of them tell. Exact.
#[test]
fn torch_layout() {
    let _formula = formula!();
    let recipe = |outputs| Recipe { hidden: vec![outputs], ..Recipe::documents() };
    for outputs in [3, 4] {
        // With four outputs the layer is square: only its numbers tell one way round from the other.
        let network = recipe(outputs).network::<f32>(4, &mut generator());
        let file = save_weights(&network);
        let header = u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
        let names: serde_json::Value = serde_json::from_slice(&file[8..8 + header]).expect("JSON");
        let tensor = &names["0.weight"];
        assert_exact!(tensor["shape"], serde_json::json!([outputs, 4]));
        let start = 8 + header + tensor["data_offsets"][0].as_u64().expect("a number") as usize;
        for (j, i) in ndarray::indices((outputs, 4)) {
            let at = start + 4 * (4 * j + i);
            let number = f32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes"));
            assert_exact!(number, network.layers[0].dense.weights[[i, j]]);
        }
    }
}

/// ```math ranking-of-logits
/// \arg\max_j p_j = \arg\max_j z_j
/// ```
///
/// The largest probability has the largest logit; of equal ones the first is taken. Exact: the
/// exponential grows, and equal logits give equal probabilities.
#[test]
fn ranking_of_logits() {
    let _formula = formula!();
    let mut generator = generator();
    for row in 0..500 {
        let mut z = matrix(1, 10, &mut generator);
        z[[0, row % 10]] = z[[0, 3]]; // a tie
        let mut largest = 0;
        for j in 1..10 {
            if z[[0, j]] > z[[0, largest]] {
                largest = j;
            }
        }
        assert_exact!(likeliest(softmax(z.view()).row(0)), largest);
    }
}
