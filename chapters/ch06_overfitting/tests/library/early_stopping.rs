//! What `src/early_stopping.rs` promises.

use std::ops::ControlFlow;

use ch06_overfitting::*;

const GO: ControlFlow<()> = ControlFlow::Continue(());
const STOP: ControlFlow<()> = ControlFlow::Break(());

/// What [`EarlyStopping`] says to each number, and the number it keeps in the end.
fn observe(patience: usize, numbers: &[f64]) -> (Vec<ControlFlow<()>>, Option<(f64, usize)>) {
    let mut stopping = EarlyStopping::new(patience);
    let answers = numbers.iter().enumerate();
    let answers = answers.map(|(index, &number)| stopping.observe(number, || index)).collect();
    (answers, stopping.best)
}

#[test]
fn it_stops_when_its_patience_is_at_an_end_and_keeps_the_best() {
    let (answers, best) = observe(2, &[3.0, 2.0, 2.5, 1.0, 1.0, 4.0]);
    assert_eq!(answers, [GO, GO, GO, GO, GO, STOP]); // as good as before is no better
    assert_eq!(best, Some((1.0, 3)));
}

#[test]
fn patience_of_one_stops_at_the_first_failure() {
    assert_eq!(observe(1, &[1.0, 2.0]).0, [GO, STOP]);
}

#[test]
fn not_a_number_is_never_the_best_while_there_is_a_number() {
    let (answers, best) = observe(2, &[f64::NAN, 2.0, f64::NAN, 1.0]);
    assert_eq!(answers, [GO; 4]);
    assert_eq!(best, Some((1.0, 3)));
}

#[test]
fn what_was_never_a_number_ends_when_patience_does_and_leaves_nothing() {
    let (answers, best) = observe(2, &[f64::NAN; 3]);
    assert_eq!(answers, [GO, STOP, STOP]);
    assert_eq!(best, None);
}

#[test]
#[should_panic(expected = "early stopping: patience 0 must be at least 1")]
fn without_patience_nothing_could_be_observed() {
    let _ = EarlyStopping::<()>::new(0);
}

#[test]
fn only_the_best_model_is_asked_for_its_weights() {
    let mut stopping = EarlyStopping::new(5);
    let mut asked = 0;
    for number in [3.0, 4.0, 2.0, 5.0] {
        let _ = stopping.observe(number, || asked += 1);
    }
    assert_eq!(asked, 2);
}
