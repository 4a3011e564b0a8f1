//! What a solution of the exercise `budget` has to do.

use super::*;

#[test]
fn one_draw_finds_each_place_alike() {
    let found = chances_of_being_lowest(4, 1);
    assert_eq!(found.len(), 4, "one chance for each place");
    assert!(found.iter().all(|chance| (chance - 0.25).abs() < 1e-12), "{found:?}");
}

#[test]
fn two_draws_from_two_find_the_better_one_in_three_of_four_cases() {
    let found = chances_of_being_lowest(2, 2);
    assert!((found[0] - 0.75).abs() < 1e-12, "both draws miss it in one of four cases: {found:?}");
}

#[test]
fn the_chances_add_up_to_one() {
    for (count, trials) in [(1, 5), (7, 3), (100, 27)] {
        let sum: f64 = chances_of_being_lowest(count, trials).iter().sum();
        assert!((sum - 1.0).abs() < 1e-12, "{count} losses, {trials} trials: {sum}");
    }
}

#[test]
fn the_mean_is_that_of_all_possible_draws() {
    let losses = [0.9_f64, 0.2, 0.5];
    let mut sum = 0.0;
    for a in losses {
        for b in losses {
            sum += a.min(b) / 9.0;
        }
    }
    let found = expected_lowest(&losses, 2);
    assert!((found - sum).abs() < 1e-12, "all nine pairs have the mean {sum}, found {found}");
}

#[test]
fn more_trials_never_find_less() {
    let losses = [3.0, 1.0, 4.0, 1.5, 9.0];
    let found: Vec<f64> = (1..50).map(|trials| expected_lowest(&losses, trials)).collect();
    assert!(found.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12), "{found:?}");
    assert!((found[48] - 1.0).abs() < 1e-3, "in the end the best is found, not {}", found[48]);
}
