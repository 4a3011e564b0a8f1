//! What `src/polynomials.rs` promises.

use ch06_overfitting::*;
use ndarray::{Array1, Array2, array};

#[test]
fn of_all_weights_that_fit_alike_the_shortest_are_taken() {
    let x = array![[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]]; // the first two weights can be traded
    let weights = least_squares(x.view(), array![3.0, 5.0].view());
    for (weight, expected) in weights.iter().zip([2.0_f64, 2.0, 0.0]) {
        assert!((weight - expected).abs() < 1e-12, "{weights}");
    }
}

#[test]
fn what_counts_as_nothing_is_measured_against_the_largest_singular_value() {
    let column = array![0.1, 0.7, 0.3, 1.1, 1.9];
    for scale in [1e-9_f64, 1.0, 1e9] {
        // The second column is three times the first, but for the rounding of its numbers.
        let x = Array2::from_shape_fn((5, 2), |(r, j)| scale * column[r] * [1.0, 3.0][j]);
        let weights = least_squares(x.view(), column.view());
        for (weight, expected) in weights.iter().zip([0.1_f64, 0.3]) {
            assert!((weight * scale - expected).abs() < 1e-9, "scale {scale}: {weights}");
        }
    }
}

#[test]
fn fits_work_in_f32_too() {
    let x = Array1::linspace(-1.0_f32, 1.0, 8);
    let y = x.mapv(|x| 2.0 - 3.0 * x + x * x);
    let weights = least_squares(powers(x.view(), 2).view(), y.view());
    assert!((polynomial(weights.view(), 0.5) - 0.75).abs() < 1e-5);
}

#[test]
#[should_panic(expected = "least squares: inputs (3, 2) and targets [4] differ")]
fn least_squares_names_what_does_not_fit() {
    let _ = least_squares(Array2::<f64>::zeros((3, 2)).view(), Array1::zeros(4).view());
}

#[test]
#[should_panic(expected = "bias and variance: predictions (5, 2) and truth [3] differ")]
fn bias_variance_names_what_does_not_fit() {
    BiasVariance::of(Array2::<f64>::zeros((5, 2)).view(), Array1::zeros(3).view());
}

#[test]
fn one_model_has_no_variance_and_a_right_mean_has_no_bias() {
    let truth = array![1.0, 2.0];
    let one = BiasVariance::of(array![[2.0, 5.0]].view(), truth.view());
    assert_eq!((one.bias_squared, one.variance), (5.0, 0.0));
    let fair = BiasVariance::of(array![[0.0, 4.0], [2.0, 0.0]].view(), truth.view());
    assert_eq!((fair.bias_squared, fair.variance), (0.0, 2.5));
}
