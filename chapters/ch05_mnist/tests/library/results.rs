//! What `src/results.rs` promises.

use approx::assert_relative_eq;
use ch05_mnist::*;
use ndarray::{Array1, Array2, array};
use rand::RngExt;

use super::common::*;
use super::{recipe, small};

/// More examples than `evaluate` takes at a time, and not a multiple of it.
#[test]
fn evaluation_agrees_with_counting_one_by_one() {
    for count in [1, 7, 500, 501, 1_234] {
        let mut data = small(count);
        let mut generator = generator(10);
        data.labels.iter_mut().for_each(|label| *label = generator.random_range(0..10));
        let network = recipe(&[9]).network::<f64>(20, &mut generator);
        let evaluation = evaluate(&network, &data);
        let (mut loss, mut right, mut confusion) = (0.0, 0, [[0; 10]; 10]);
        for (index, &label) in data.labels.iter().enumerate() {
            let (input, _) = data.batch::<f64>(&[index]);
            let logits = network.forward(input.view());
            let powers = logits.row(0).mapv(f64::exp);
            let probabilities = &powers / powers.sum();
            loss -= probabilities[usize::from(label)].ln();
            let largest = probabilities.iter().copied().fold(0.0, f64::max);
            let answer = probabilities.iter().position(|&p| p == largest).unwrap();
            right += usize::from(answer == usize::from(label));
            confusion[usize::from(label)][answer] += 1;
            for (found, expected) in evaluation.probabilities.row(index).iter().zip(&probabilities)
            {
                assert_relative_eq!(found, expected, max_relative = 1e-12);
            }
        }
        assert_eq!(evaluation.probabilities.dim(), (count, 10));
        assert_relative_eq!(evaluation.loss, loss / count as f64, max_relative = 1e-12);
        assert_eq!(evaluation.accuracy, right as f64 / count as f64);
        assert_eq!(evaluation.confusion, Array2::from(confusion.to_vec()));
    }
}

#[test]
fn the_first_of_the_likeliest_classes_is_taken() {
    assert_eq!(likeliest(array![0.1, 0.4, 0.4, 0.1].view()), 1);
    assert_eq!(likeliest(Array1::from_elem(10, 0.1).view()), 0);
    assert_eq!(likeliest(array![0.1, 0.2, 0.7].view()), 2);
    assert_eq!(likeliest(array![0.9, 0.1].view()), 0);
}
