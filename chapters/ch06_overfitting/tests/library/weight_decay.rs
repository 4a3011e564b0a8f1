//! What `src/weight_decay.rs` promises.

use ch06_overfitting::*;
use ndarray::{Array1, Array2};

use super::{generator, network, noise};

#[test]
fn a_penalty_of_nothing_is_least_squares() {
    let mut generator = generator();
    let (x, y) = (noise(9, 4, &mut generator), Array1::linspace(0.0, 1.0, 9));
    let difference = ridge(x.view(), y.view(), 0.0) - least_squares(x.view(), y.view());
    assert!(difference.iter().all(|d| d.abs() < 1e-12));
}

#[test]
#[should_panic(expected = "ridge: inputs (3, 2) and targets [4] differ")]
fn ridge_names_what_does_not_fit() {
    let _ = ridge(Array2::<f64>::zeros((3, 2)).view(), Array1::zeros(4).view(), 1.0);
}

#[test]
fn a_max_norm_leaves_short_and_empty_columns_alone_to_the_last_bit() {
    let mut network = network();
    let first = &mut network.layers[0].dense.weights;
    first.column_mut(0).fill(0.0);
    first.column_mut(1).fill(0.01);
    first.column_mut(2).fill(1e150);
    let before = network.clone();
    network.constrain_norms(|_| 2.0);
    let (old, new) = (&before.layers[0].dense.weights, &network.layers[0].dense.weights);
    assert_eq!((old.column(0), old.column(1)), (new.column(0), new.column(1)));
    assert!((new.column(2).mapv(|w| w * w).sum() - 4.0).abs() < 1e-12);
    assert_eq!(before.layers[1], network.layers[1], "no column of it is longer than 2");
}

#[test]
fn a_max_norm_below_1_shortens_columns_below_1() {
    let mut network = network();
    network.layers[0].dense.weights.fill(0.0);
    network.layers[0].dense.weights.row_mut(0).fill(0.8);
    network.layers[1].dense.weights.fill(0.0);
    network.constrain_norms(|_| 0.5);
    let lengths = network.layers[0].dense.weights.row(0).to_owned();
    assert!(lengths.iter().all(|length| (length - 0.5).abs() < 1e-15), "{lengths}");
}
