//! What the layer has to do.

use super::*;
use ch03_backprop::GradientCheck;
use ndarray::array;

/// Three examples with five inputs each.
fn inputs() -> Array2<f64> {
    array![[1.0, 2.0, 3.0, 4.0, 5.0], [0.3, -0.7, 0.1, 0.0, 2.0], [-10.0, 30.0, 20.0, 0.5, 7.0]]
}

/// Any numbers as ∂L/∂Y. With L = Σ gᵣᵢ yᵣᵢ they are exactly that.
fn output_gradient() -> Array2<f64> {
    Array2::from_shape_fn((3, 5), |(r, i)| (1.0 + 5.0 * r as f64 + 2.3 * i as f64).sin())
}

fn loss(inputs: &Array2<f64>) -> f64 {
    (normalize(inputs.view()).outputs * output_gradient()).sum()
}

#[test]
fn the_row_1_to_5_has_deviation_root_2() {
    let found = normalize(inputs().view());
    let root = 2.0_f64.sqrt();
    let expected = array![-2.0, -1.0, 0.0, 1.0, 2.0] / root;
    let error = (&found.outputs.row(0) - &expected).mapv(f64::abs).sum();
    assert!(error < 1e-14, "expected {expected}, found {}", found.outputs.row(0));
    assert!((found.deviations[0] - root).abs() < 1e-14, "deviations {}", found.deviations);
}

#[test]
fn every_row_has_mean_0_and_variance_1() {
    let outputs = normalize(inputs().view()).outputs;
    for row in outputs.rows() {
        let (mean, variance) = (row.sum() / 5.0, row.dot(&row) / 5.0);
        assert!(mean.abs() < 1e-14, "mean of {row}: {mean}");
        assert!((variance - 1.0).abs() < 1e-14, "variance of {row}: {variance}");
    }
}

#[test]
fn the_gradient_of_each_input_is_confirmed_by_nudging() {
    let (inputs, gradient) = (inputs(), output_gradient());
    let found = normalize_backward(&normalize(inputs.view()), gradient.view());
    assert_eq!(
        found.dim(),
        inputs.dim(),
        "a gradient has the shape of what it is taken with respect to"
    );
    for ((r, i), &analytic) in found.indexed_iter() {
        let nudged = |x| {
            let mut nudged = inputs.clone();
            nudged[[r, i]] = x;
            loss(&nudged)
        };
        let name = || format!("input {i} of example {r}");
        let outcome = GradientCheck::default().entry(name, analytic, inputs[[r, i]], nudged);
        assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    }
}

/// The layer takes the mean away, so a nudge of a whole row by the same amount changes nothing.
#[test]
fn the_gradients_of_a_row_add_up_to_0() {
    let inputs = inputs();
    let found = normalize_backward(&normalize(inputs.view()), output_gradient().view());
    for row in found.rows() {
        assert!(row.sum().abs() < 1e-13, "sum of {row}: {}", row.sum());
    }
}

/// It divides by the deviation, so stretching a row changes nothing: the gradient has no part
/// along the row itself.
#[test]
fn the_gradient_of_a_row_stands_across_the_row() {
    let inputs = inputs();
    let found = normalize_backward(&normalize(inputs.view()), output_gradient().view());
    for (gradient, input) in found.rows().into_iter().zip(inputs.rows()) {
        let along = gradient.dot(&input);
        assert!(along.abs() < 1e-12, "{gradient} times {input}: {along}");
    }
}
