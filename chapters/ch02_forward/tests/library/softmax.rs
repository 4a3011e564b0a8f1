use ch02_forward::*;
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;

proptest! {
    #[test]
    fn rows_of_softmax_are_probabilities(
        logits in prop::collection::vec(-1e6..1e6_f64, 1..40),
        scale in prop::sample::select(vec![1e-300, 1e-6, 1e-3, 1.0, 1e300]),
    ) {
        let row = Array2::from_shape_vec((1, logits.len()), logits).unwrap() * scale;
        let probabilities = softmax(row.view());
        prop_assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
        prop_assert!((probabilities.sum() - 1.0).abs() < 1e-14);
        for (z, p) in row.iter().zip(&probabilities) {
            for (other_z, other_p) in row.iter().zip(&probabilities) {
                prop_assert!(z < other_z || p >= other_p, "a larger logit, a smaller probability");
            }
        }
    }

    #[test]
    fn rows_of_softmax_in_f32_add_up_to_1(
        logits in prop::collection::vec(-1e9..1e9_f32, 1..40),
        scale in prop::sample::select(vec![1e-9_f32, 1e-6, 1.0, 1e28]),
    ) {
        let row = Array2::from_shape_vec((1, logits.len()), logits).unwrap() * scale;
        let probabilities = softmax(row.view());
        prop_assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
        prop_assert!((probabilities.sum() - 1.0).abs() < 4e-6);
    }
}

#[test]
fn log_sum_exp_of_nothing_is_the_logarithm_of_nothing() {
    assert_eq!(log_sum_exp(Array1::<f64>::zeros(0).view()), f64::NEG_INFINITY);
    let impossible = array![f64::NEG_INFINITY, f64::NEG_INFINITY];
    assert_eq!(log_sum_exp(impossible.view()), f64::NEG_INFINITY);
    assert_eq!(log_sum_exp(array![1.0, f64::INFINITY].view()), f64::INFINITY);
}

#[test]
fn softmax_of_an_empty_batch_is_empty() {
    assert_eq!(softmax(Array2::<f64>::zeros((0, 3)).view()).dim(), (0, 3));
    assert_eq!(log_softmax(Array2::<f64>::zeros((0, 3)).view()).dim(), (0, 3));
    assert_eq!(softmax(Array2::<f64>::zeros((2, 0)).view()).dim(), (2, 0));
}
