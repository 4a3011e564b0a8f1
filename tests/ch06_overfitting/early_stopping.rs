//! The formulas of `ch06_overfitting/early_stopping.md`.

use super::common::*;
use formulas::*;

/// ```math stopped-descent
/// \theta_k = \bigl[ 1 - (1 - \eta\lambda_k)^t \bigr] \, c_k
/// ```
///
/// Gradient descent from the origin has after t steps gone the share 1 − (1 − ηλₖ)ᵗ of the way along
/// axis k: steep axes first.
#[test]
fn stopped_descent() {
    let _formula = formula!();
    let curvatures = [3.0, 0.5, 0.02];
    let (bowl, axes) = bowl(&curvatures);
    for steps in [0, 1, 10, 200] {
        let point = descend(&bowl, 0.3, 0.0, steps);
        for (k, curvature) in curvatures.iter().enumerate() {
            let share = 1.0 - (1.0 - 0.3 * curvature).powi(steps as i32);
            let (reached, lowest) = (axes.column(k).dot(&point), axes.column(k).dot(&bowl.minimum));
            assert_close(reached, share * lowest, 1e-13);
            let named = [(r"\theta_k", reached), ("c_k", lowest), (r"\lambda_k", *curvature)];
            let walk = [(r"\eta", 0.3), ("t", steps as f64)];
            page("stopped-descent").assert_close(&[&named[..], &walk].concat(), 1e-13);
        }
    }
}

/// ```math stopping-is-decay
/// \lambda = \lambda_k \, \frac{(1 - \eta\lambda_k)^t}{1 - (1 - \eta\lambda_k)^t}
/// ```
///
/// Along one axis, stopping after t steps ends where a penalty ends that is λ = λₖrᵗ / (1 − rᵗ) strong,
/// r being 1 − ηλₖ. Left: a walk that stops. Right: a walk with the penalty, to its end.
#[test]
fn stopping_is_decay() {
    let _formula = formula!();
    for (curvature, steps) in [(0.02, 5), (0.5, 3), (1.0, 10)] {
        let (bowl, _) = bowl(&[curvature]);
        let left = (1.0_f64 - 0.3 * curvature).powi(steps);
        let lambda = curvature * left / (1.0 - left);
        let named = [(r"\lambda", lambda), (r"\lambda_k", curvature), (r"\eta", 0.3)];
        page("stopping-is-decay")
            .assert_close(&[&named[..], &[("t", f64::from(steps))]].concat(), 1e-14);
        let stopped = descend(&bowl, 0.3, 0.0, steps as usize);
        let penalized = descend(&bowl, 0.3, lambda, 5_000);
        assert_all_close(&stopped, &penalized, 1e-12);
    }
}

/// ```math stopping-strength
/// 1 - \eta\lambda_k t \;\le\; \lambda \, \eta \, t \;<\; 1
/// ```
///
/// Along flat axes the strength of that penalty is about 1 / (ηt), whatever the curvature: for ηλₖ
/// below 1, ληt is less than 1, and more than 1 − ηλₖt; after one step it is 1 − ηλₖ exactly (1e-12:
/// where r is almost 1, 1 − r loses digits). Beyond ηλₖ = 1 it fails.
#[test]
fn stopping_strength() {
    let _formula = formula!();
    let strength = |reach: f64, steps: i32| {
        let left = (1.0 - reach).powi(steps);
        reach * left / (1.0 - left) * f64::from(steps) // ληt, for ηλₖ = reach
    };
    for reach in [3e-4, 0.01, 0.3, 0.9] {
        assert_close(strength(reach, 1), 1.0 - reach, 1e-12);
        for steps in [2, 10, 100] {
            let product = strength(reach, steps);
            let steps_taken = ("t", f64::from(steps));
            let named =
                [(r"\eta", 1.0), (r"\lambda_k", reach), (r"\lambda", product / steps_taken.1)];
            page("stopping-strength").assert_close(&[&named[..], &[steps_taken]].concat(), 0.0);
            assert_bound!(product < 1.0, "{product} at {reach}, {steps} steps");
            assert_bound!(
                product > 1.0 - reach * f64::from(steps),
                "{product} at {reach}, {steps}"
            );
        }
    }
    assert_bound!(strength(1.9, 2) > 1.0 && strength(1.5, 3) < 0.0);
    for (curvature, steps) in [(0.01, 10), (0.1, 2), (1.0, 5)] {
        let (bowl, _) = bowl(&[curvature]);
        let lambda = strength(0.3 * curvature, steps) / (0.3 * f64::from(steps));
        let stopped = descend(&bowl, 0.3, 0.0, steps as usize);
        assert_all_close(&stopped, &descend(&bowl, 0.3, lambda, 5_000), 1e-12);
    }
}
