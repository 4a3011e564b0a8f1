//! The formulas of *Schedules*.

use ch04_optimizers::{Schedule, Sgd};
use formulas::*;
use ndarray::array;

use super::gradient_descent::{descend, parabola};

/// ```math one-over-t
/// \theta_t = \theta_{t-1} - \frac{1}{t} \, (\theta_{t-1} - x_t) = \frac{1}{t} \sum_{k=1}^{t} x_k
/// ```
///
/// On ½(θ − x)², with one example a step and the rate 1/t, the weight is the mean of the examples so
/// far, wherever it started. 1e-12: two hundred steps of rounding.
#[test]
fn one_over_t() {
    let _formula = formula!();
    let examples = vector(200, &mut generator());
    for start in [0.0, -1.0, 1e3] {
        let mut theta = array![start];
        for t in 1..=200 {
            let (rate, before) = (1.0 / t as f64, theta[0]);
            descend(&parabola(1.0, examples[t - 1]), &mut Sgd::default(), rate, &mut theta);
            assert_close(theta[0], examples.iter().take(t).sum::<f64>() / t as f64, 1e-12);
            let page = page("one-over-t").list("x", &examples);
            let named = [(r"\theta_t", theta[0]), (r"\theta_{t-1}", before), ("t", t as f64)];
            page.assert_close(&[&named[..], &[("x_t", examples[t - 1])]].concat(), 1e-12);
        }
    }
}

/// ```math constant-schedule
/// \eta_t = \eta
/// ```
///
/// A constant schedule leaves the learning rate as it is. Exact.
#[test]
fn constant_schedule() {
    let _formula = formula!();
    for step in 0..100 {
        let rate = 0.1 * Schedule::Constant.factor(step, 100);
        page("constant-schedule").assert_exact(&[(r"\eta_t", rate), (r"\eta", 0.1)]);
        assert_exact!(Schedule::Constant.factor(step, 100), 1.0);
    }
}

/// ```math step-schedule
/// \eta_t = \eta \, \phi^{\lfloor t / k \rfloor}
/// ```
///
/// A step schedule multiplies the rate by φ after every k steps: φ to the power ⌊t / k⌋. Here by
/// repeated multiplication. 1e-14: rounding.
#[test]
fn step_schedule() {
    let _formula = formula!();
    for (every, gamma) in [(1, 0.9), (10, 0.5), (7, 0.1), (1000, 0.5)] {
        let (schedule, mut factor) = (Schedule::Step { every, factor: gamma }, 1.0);
        for t in 0..100 {
            factor *= if t > 0 && t % every == 0 { gamma } else { 1.0 };
            assert_relative(schedule.factor(t, 100), factor, 1e-14);
            let named = [(r"\eta_t", schedule.factor(t, 100)), (r"\eta", 1.0), (r"\phi", gamma)];
            let steps = [("t", t as f64), ("k", every as f64)];
            page("step-schedule").assert_relative(&[&named[..], &steps].concat(), 1e-14);
        }
    }
}

/// ```math linear-schedule
/// \eta_t = \eta \left(1 - \frac{t}{T}\right)
/// ```
///
/// A linear schedule loses 1/T in each of its T steps; a step after the last one, it is 0, and it
/// stays there. 1e-14: T subtractions, each rounded.
#[test]
fn linear_schedule() {
    let _formula = formula!();
    for total in [1, 2, 7, 100] {
        let mut factor = 1.0;
        for t in 0..total {
            assert_close(Schedule::Linear.factor(t, total), factor, 1e-14);
            let named = [(r"\eta_t", Schedule::Linear.factor(t, total)), (r"\eta", 1.0)];
            let steps = [("t", t as f64), ("T", total as f64)];
            page("linear-schedule").assert_close(&[named, steps].concat(), 1e-14);
            factor -= 1.0 / total as f64;
        }
        assert_exact!([total, 2 * total].map(|t| Schedule::Linear.factor(t, total)), [0.0, 0.0]);
    }
}

/// ```math cosine-schedule
/// \eta_t = \frac{\eta}{2} \left(1 + \cos \frac{\pi t}{T}\right)
/// ```
///
/// A cosine schedule is (1 + cos πt/T) / 2, which is also cos² of half the angle: 1 at first, 1/2
/// halfway, 0 at the end. 1e-15: rounding.
#[test]
fn cosine_schedule() {
    let _formula = formula!();
    for total in [1, 2, 10, 100] {
        for t in 0..=total {
            let half_angle = std::f64::consts::FRAC_PI_2 * t as f64 / total as f64;
            let named = [(r"\eta_t", Schedule::Cosine.factor(t, total)), (r"\eta", 1.0)];
            let steps = [("t", t as f64), ("T", total as f64)];
            page("cosine-schedule").assert_close(&[named, steps].concat(), 1e-15);
            assert_close(Schedule::Cosine.factor(t, total), half_angle.cos().powi(2), 1e-15);
        }
        assert_close(Schedule::Cosine.factor(total, 2 * total), 0.5, 1e-15);
        assert_exact!([total, 2 * total].map(|t| Schedule::Cosine.factor(t, total)), [0.0, 0.0]);
    }
}

/// ```math warm-up
/// \eta_t = \eta \cdot \begin{cases}
/// \frac{t + 1}{t_0} & \text{if } t < t_0 \\
/// \text{the other schedule} & \text{otherwise}
/// \end{cases}
/// ```
///
/// Warm-up climbs in t₀ equal steps from 1/t₀ to 1; what follows has its own beginning there, and
/// the T − t₀ steps that are left. Exact but for 1e-15.
#[test]
fn warm_up() {
    let _formula = formula!();
    let then = || [Schedule::Constant, Schedule::Linear, Schedule::Cosine];
    for (w, total) in [(0, 10), (1, 10), (5, 30), (30, 30)] {
        for schedule in then() {
            let warm = Schedule::WarmUp { steps: w, then: Box::new(schedule.clone()) };
            for t in 0..total {
                let other = if t < w { f64::NAN } else { schedule.factor(t - w, total - w) };
                let named = [(r"\eta_t", warm.factor(t, total)), (r"\eta", 1.0), ("t", t as f64)];
                let further = [("t_0", w as f64), (r"\text{the other schedule}", other)];
                page("warm-up").assert_close(&[&named[..], &further].concat(), 1e-15);
            }
            for t in 0..w {
                assert_close(warm.factor(t, total), (t + 1) as f64 / w as f64, 1e-15);
            }
            for t in w..total {
                assert_close(warm.factor(t, total), schedule.factor(t - w, total - w), 1e-15);
            }
        }
    }
}
