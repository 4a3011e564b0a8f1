//! The helpers of the formula tests, each seen to fail: a comparison that lets too much pass, or a
//! guard that lets a test compare nothing, turns one of these red.

use std::panic::catch_unwind;

use formulas::evidence::{CEILING, Compared, Evidence, Guard, Measure, Record};
use formulas::*;
use ndarray::array;

/// What a piece of a test says when it fails; nothing if it passes.
fn failure(test: impl FnOnce() + std::panic::UnwindSafe) -> Option<String> {
    let error = catch_unwind(test).err()?;
    let short = || error.downcast_ref::<&str>().map(|text| (*text).to_owned());
    Some(error.downcast_ref::<String>().cloned().or_else(short).unwrap_or_default())
}

/// Asserts that a piece of a test fails, and says this.
#[track_caller]
fn fails(expected: &str, test: impl FnOnce() + std::panic::UnwindSafe) {
    let found = failure(test).unwrap_or_else(|| panic!("it passed; expected: {expected}"));
    assert!(found.contains(expected), "expected “{expected}”, found “{found}”");
}

#[test]
fn a_comparison_fails_just_beyond_its_tolerance() {
    for tolerance in [1e-15, 1e-12, 1e-9, 1e-3] {
        for size in [1.0, -1.0, 1e6, 1e-3] {
            let room: f64 = tolerance * f64::abs(size).max(1.0);
            assert_close(size, size + 0.9 * room, tolerance);
            fails("differ by", move || assert_close(size, size + 1.5 * room, tolerance));
            fails("differ by", move || assert_close(size + 1.5 * room, size, tolerance));
            let all = move |off: f64| {
                assert_all_close(&array![0.0, size], &array![0.0, size + off * room], tolerance);
            };
            all(0.9);
            fails("at 1: ", move || all(1.5));
        }
    }
}

#[test]
fn a_relative_comparison_fails_however_small_both_sides_are() {
    for size in [1e-300, 1e-9, 1.0, -7.0, 1e12] {
        for tolerance in [1e-12, 1e-3] {
            assert_relative(size, size * (1.0 + 0.9 * tolerance), tolerance);
            let beyond = size * (1.0 + 1.5 * tolerance);
            fails("differ by", move || assert_relative(size, beyond, tolerance));
        }
    }
    fails("differ by", || assert_relative(0.0, 1e-300, 0.5));
}

#[test]
fn numbers_that_are_none_and_arrays_of_other_shapes_are_never_close() {
    fails("differ by", || assert_close(f64::NAN, f64::NAN, 1e9));
    fails("differ by", || assert_close(f64::INFINITY, f64::MAX, 1e-3));
    fails("differ by", || assert_relative(f64::NAN, 1.0, 1e9));
    fails("at 0: ", || assert_all_close(&array![f64::NAN], &array![0.0], 1.0));
    fails("the shapes differ", || assert_all_close(&array![1.0], &array![1.0, 1.0], 1.0));
    fails("left == right", || assert_exact!(1.0, 1.0 + f64::EPSILON));
    fails("assertion failed", || assert_bound!(1.0 < 0.5));
}

#[test]
fn slopes_and_integrals_are_as_exact_as_they_say() {
    for x in [-2.0, 0.0, 0.7, 3.0_f64] {
        let off = (slope(f64::sin, x) - x.cos()).abs();
        assert!(off < 1e-10, "the slope of the sine at {x} is off by {off:e}");
        let area = integral(|t| t * t * t, x);
        assert!((area - x.powi(4) / 4.0).abs() < 1e-12, "∫ t³ to {x}: {area}");
    }
    let gradient = slopes(|p| p[0] * p[0] * p[1], &array![3.0, 5.0]);
    assert!((gradient[0] - 30.0).abs() < 1e-9 && (gradient[1] - 9.0).abs() < 1e-9, "{gradient}");
}

/// A guard of a formula that is recorded as so many comparisons, with this error and tolerance.
fn guard(points: u64, error: f64, allowed: f64) -> Guard {
    let (measure, error, allowed) = (Measure::Close, Some(error), Some(allowed));
    let compared = vec![Compared { measure, points, error, allowed }];
    let evidence = Evidence { compared, ..Evidence::default() };
    Guard::new("a::some_formula::here").against(Record::from([("some-formula".into(), evidence)]))
}

#[test]
fn a_test_that_compares_nothing_fails() {
    fails("expected at least one comparison", || drop(guard(1, 0.0, 1e-12)));
}

#[test]
fn a_test_that_sees_what_is_recorded_passes() {
    let _guard = guard(2, 3e-13, 1e-12);
    assert_close(1.0, 1.0 + 2.9e-13, 1e-12);
    assert_close(5.0, 5.0, 1e-12);
}

#[test]
fn a_test_that_returns_early_or_compares_more_fails() {
    for points in [1, 3] {
        fails("recorded is 2 Close", move || {
            let _guard = guard(2, 3e-13, 1e-12);
            (0..points).for_each(|_| assert_close(1.0, 1.0 + 3e-13, 1e-12));
        });
    }
}

#[test]
fn a_test_with_another_tolerance_than_recorded_fails() {
    for tolerance in [1e-9, 2e-12, 1e-13] {
        fails("within", move || {
            let _guard = guard(1, 0.0, 1e-12);
            assert_close(1.0, 1.0, tolerance);
        });
    }
}

#[test]
fn an_error_far_above_or_far_below_the_recorded_one_fails() {
    let sees = |error: f64| {
        move || {
            let _guard = guard(1, 3e-12, 1e-9);
            assert_close(1.0, 1.0 + error, 1e-9);
        }
    };
    assert_eq!(failure(sees(2e-11)), None);
    assert_eq!(failure(sees(1e-13)), None);
    fails("an error of", sees(9e-11));
    fails("are both sides still computed in two ways?", sees(0.0));
}

#[test]
fn a_loose_tolerance_needs_a_reason_that_is_used() {
    let loose = 10.0 * CEILING;
    fails("expected a reason", move || {
        let _guard = guard(1, 0.0, loose);
        assert_close(1.0, 1.0, loose);
    });
    fails("expected a reason, found", move || {
        let _guard = guard(1, 0.0, loose).allowing(loose, "because");
        assert_close(1.0, 1.0, loose);
    });
    fails("the largest tolerance is", move || {
        let _guard = guard(1, 0.0, 1e-12).allowing(loose, "a reason that is not used");
        assert_close(1.0, 1.0, 1e-12);
    });
}

#[test]
fn a_formula_without_a_record_fails() {
    fails("no evidence is recorded", || {
        let _guard = Guard::new("a::other::here").against(Record::new());
        assert_close(1.0, 1.0, 1e-12);
    });
}

#[test]
fn a_dropped_guard_counts_nothing_and_a_failed_test_ends_its_guard() {
    fails("expected at least one comparison", || {
        let _ = guard(1, 0.0, 1e-12);
        assert_close(1.0, 1.0, 1e-12);
    });
    fails("differ by", || {
        let _guard = guard(1, 0.0, 1e-12);
        assert_close(1.0, 2.0, 1e-12);
    });
    let _guard = guard(1, 0.0, 1e-12);
    assert_close(1.0, 1.0, 1e-12);
}

#[test]
fn evidence_of_another_thread_is_not_counted() {
    let _guard = guard(1, 0.0, 1e-12);
    assert_close(1.0, 1.0, 1e-12);
    std::thread::spawn(|| assert_close(1.0, 1.0, 1e-12)).join().expect("it passes");
}

#[test]
fn the_name_of_a_formula_is_the_name_of_its_test() {
    fails("the-name-of-a-formula-is-the-name-of-its-test: ", || {
        let _formula = formula!().against(Record::new());
    });
}

#[test]
fn a_formula_of_a_page_is_computed_at_points_or_refused() {
    let sigmoid = page("sigmoid").function(r"\sigma", |z| 1.0 / (1.0 + (-z).exp()));
    sigmoid.assert_close(&[("z", 0.3)], 1e-15);
    fails("differ by", || {
        page("sigmoid").function(r"\sigma", |z| z).assert_close(&[("z", 0.3)], 1e-9);
    });
    fails("is not understood", || {
        page("sigmoid").at(&[("z", 0.3)]);
    });
    fails("no page has a formula `sigmoidd`", || drop(page("sigmoidd")));
    fails("2 statements, expected .statement(n)", || {
        page("momentum").at(&[]);
    });
}
