//! What a solution of the exercise `median` has to do.

use super::*;

fn finished() -> Vec<Vec<f64>> {
    vec![vec![2.0, 1.0, 0.6], vec![1.0, 0.8, 0.6], vec![2.3, 2.3, 2.3]]
}

#[test]
fn the_mean_so_far_takes_the_first_epochs_only() {
    assert_eq!(mean_so_far(&[4.0, 2.0, 0.0], 2), 3.0);
    assert_eq!(mean_so_far(&[4.0, 2.0, 0.0], 1), 4.0);
}

#[test]
fn a_training_above_the_median_is_stopped() {
    // Means after one epoch: 2.0, 1.0, 2.3, so the median is 2.0.
    assert!(stops(&finished(), &[2.1]));
    assert!(!stops(&finished(), &[1.9]));
}

#[test]
fn the_lowest_loss_counts_and_not_the_last() {
    // Means after two epochs: 1.5, 0.9, 2.3.
    assert!(!stops(&finished(), &[1.4, 9.0]), "it was at 1.4 once");
    assert!(stops(&finished(), &[1.6, 1.55]));
}

#[test]
fn a_training_at_the_median_goes_on() {
    assert!(!stops(&finished(), &[2.0]), "it is not above the median");
}

#[test]
fn of_four_trainings_the_median_is_between_the_middle_two() {
    let four = vec![vec![1.0], vec![2.0], vec![4.0], vec![5.0]];
    assert!(stops(&four, &[3.1]), "the median is 3");
    assert!(!stops(&four, &[2.9]));
}

#[test]
fn two_trainings_are_too_few_to_stop_a_third() {
    assert!(!stops(&finished()[..2], &[100.0]));
    assert!(stops(&finished(), &[100.0]));
}
