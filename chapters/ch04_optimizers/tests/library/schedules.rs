//! The factors of the schedules.

use proptest::prelude::*;

use ch04_optimizers::Schedule;

#[test]
fn a_step_schedule_of_every_0_steps_does_not_divide_by_zero() {
    assert_eq!(Schedule::Step { every: 0, factor: 0.5 }.factor(3, 10), 0.125);
}

proptest! {
    #[test]
    fn factors_are_between_0_and_1(step in 0..2000_usize, total in 0..1000_usize, warm in 0..50_usize) {
        let stairs = Schedule::Step { every: 10, factor: 0.5 };
        for schedule in [Schedule::Constant, stairs, Schedule::Linear, Schedule::Cosine] {
            prop_assert!((0.0..=1.0).contains(&schedule.factor(step, total)), "{schedule:?}");
            let warm_up = Schedule::WarmUp { steps: warm, then: Box::new(schedule) };
            prop_assert!((0.0..=1.0).contains(&warm_up.factor(step, total)), "{warm_up:?}");
        }
    }

    #[test]
    fn after_the_warm_up_factors_never_rise(step in 0..200_usize, total in 1..200_usize) {
        let stairs = Schedule::Step { every: 10, factor: 0.5 };
        for schedule in [Schedule::Constant, stairs, Schedule::Linear, Schedule::Cosine] {
            prop_assert!(schedule.factor(step + 1, total) <= schedule.factor(step, total));
        }
    }
}
