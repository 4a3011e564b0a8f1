use ch08_tuning::{Rung, cost, hyperband, rungs, survivors};

#[test]
fn survivors_are_the_lowest_and_a_diverged_trial_is_the_worst() {
    let losses = [3.0, f64::NAN, 1.0, f64::INFINITY, 2.0];
    assert_eq!(survivors(&losses, 2), [2, 4]);
    assert_eq!(survivors(&losses, 3), [0, 2, 4]);
    assert_eq!(survivors(&losses, 9), [0, 1, 2, 3, 4]);
    assert_eq!(survivors(&[1.0, 1.0, 1.0], 1), [0]);
}

#[test]
fn a_bracket_ends_with_the_longest_training_or_with_the_last_trial() {
    let expected = [(107, 1), (35, 3), (11, 9)];
    let found = rungs(107, (1, 9), 3);
    assert_eq!(found.iter().map(|rung| (rung.trials, rung.epochs)).collect::<Vec<_>>(), expected);
    assert_eq!(rungs(2, (1, 100), 3), [Rung { trials: 2, epochs: 1 }]);
    assert_eq!(cost(&found), 107 + 35 * 2 + 11 * 6);
    assert_eq!(cost(&[]), 0);
}

#[test]
fn hyperbands_brackets_cost_about_the_same() {
    let costs: Vec<usize> = hyperband(81, 3).iter().map(|bracket| cost(bracket)).collect();
    assert_eq!(costs.len(), 5);
    let (least, most) = (costs.iter().min().unwrap(), costs.iter().max().unwrap());
    assert!(*most < 2 * least, "{costs:?}");
}
