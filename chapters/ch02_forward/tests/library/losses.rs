use super::{generator, random};
use ch02_forward::*;
use ndarray::{Array2, array};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

proptest! {
    #[test]
    fn losses_are_finite_and_not_negative(
        logits in prop::collection::vec(-1e6..1e6_f64, 12),
        seed in any::<u64>(),
    ) {
        let logits = Array2::from_shape_vec((3, 4), logits).unwrap();
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let targets = softmax((random((3, 4), 0.2, &mut generator) * 10.0).view());
        for loss in Loss::ALL {
            let value = loss.value(logits.view(), targets.view());
            prop_assert!(value.is_finite() && value >= -1e-9, "{loss:?}: {value}");
        }
    }
}

#[test]
fn not_a_number_among_the_logits_stays_one() {
    for row in [
        array![[f64::NAN, 1.0]],
        array![[1.0, f64::NAN]],
        array![[f64::NAN, f64::NAN]],
        array![[f64::INFINITY, f64::NAN]],
        array![[f64::NAN, f64::INFINITY]],
    ] {
        assert!(log_sum_exp(row.row(0)).is_nan(), "{row}");
        assert!(softmax(row.view()).iter().all(|p| p.is_nan()), "{row}");
        assert!(softmax_cross_entropy(row.view(), array![[0.0, 1.0]].view()).is_nan(), "{row}");
    }
}

#[test]
fn a_right_answer_far_from_the_border_still_costs_a_little() {
    // ln(1 + e⁻⁴⁰) = 4e-18: as a difference of two numbers near 40 it would be lost.
    let loss = binary_cross_entropy(array![[40.0]].view(), array![[1.0]].view());
    assert!((loss / (-40.0_f64).exp() - 1.0).abs() < 1e-12, "{loss:e}");
    let loss = binary_cross_entropy(array![[-40.0]].view(), array![[0.0]].view());
    assert!((loss / (-40.0_f64).exp() - 1.0).abs() < 1e-12, "{loss:e}");
}

#[test]
fn the_mean_loss_of_no_examples_is_not_a_number() {
    let nothing = Array2::<f64>::zeros((0, 3));
    for loss in Loss::ALL {
        assert!(loss.value(nothing.view(), nothing.view()).is_nan(), "{loss:?}");
    }
}

#[test]
fn losses_refuse_targets_of_another_shape_and_name_both() {
    for loss in Loss::ALL {
        for shape in [(1, 2), (3, 1), (2, 3)] {
            let refused = std::panic::catch_unwind(|| {
                loss.value(Array2::<f64>::zeros((3, 2)).view(), Array2::zeros(shape).view())
            });
            let message = *refused.unwrap_err().downcast::<String>().expect("a formatted message");
            let expected = format!("loss: outputs (3, 2) and targets {shape:?} differ");
            assert_eq!(message, expected, "{loss:?}");
        }
    }
}

#[test]
fn a_loss_is_what_its_own_function_says() {
    let mut generator = generator();
    let (z, y) =
        (random((3, 4), 0.0, &mut generator), softmax(random((3, 4), 0.0, &mut generator).view()));
    let (z, y) = (z.view(), y.view());
    assert_eq!(Loss::MeanSquaredError.value(z, y), mean_squared_error(z, y));
    assert_eq!(Loss::BinaryCrossEntropy.value(z, y), binary_cross_entropy(z, y));
    assert_eq!(Loss::SoftmaxCrossEntropy.value(z, y), softmax_cross_entropy(z, y));
}

#[test]
#[should_panic]
fn a_label_that_is_no_class_is_refused() {
    one_hot::<f64>(&[0, 5], 5);
}

#[test]
fn no_labels_give_no_rows() {
    assert_eq!(one_hot::<f64>(&[], 5).dim(), (0, 5));
}
