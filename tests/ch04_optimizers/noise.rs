//! The formulas of *Noise and schedules*.

use ch04_optimizers::{Adam, Schedule, Sgd};
use formulas::*;
use ndarray::array;

use super::gradient_descent::{descend, parabola, step};

/// The variance of numbers that are all equally likely.
fn variance(numbers: &[f64]) -> f64 {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / numbers.len() as f64
}

/// The gradients at θ = 0.3 of six examples, each with the loss ½(θ − x_r)², and θ − c, c their mean.
fn example_gradients() -> (Vec<f64>, f64) {
    let examples = vector(6, &mut generator());
    let slope_of = |x: f64| parabola(1.0, x).gradient(array![0.3].view())[0];
    (examples.iter().map(|&x| slope_of(x)).collect(), 0.3 - examples.sum() / 6.0)
}

/// ```math batch-gradient-variance
/// \operatorname{Var} \bar g = \frac{\operatorname{Var} g}{n}
/// ```
///
/// Over all batches of n out of six examples, drawn with replacement, each as likely as the others,
/// the mean gradient is right on the average, and its variance is that of one example over n.
/// Exact but for 1e-13.
#[test]
fn batch_gradient_variance() {
    let _formula = formula!();
    let (gradients, all) = example_gradients();
    let mut sums = vec![0.0]; // of every batch of n
    for n in 1..=6 {
        sums = sums.iter().flat_map(|sum| gradients.iter().map(move |g| sum + g)).collect();
        let means: Vec<f64> = sums.iter().map(|sum| sum / f64::from(n)).collect();
        assert_close(means.iter().sum::<f64>() / means.len() as f64, all, 1e-13);
        assert_close(variance(&means), variance(&gradients) / f64::from(n), 1e-13);
        let of_mean = (r"\operatorname{Var} \bar g", variance(&means));
        let of_one = (r"\operatorname{Var} g", variance(&gradients));
        page("batch-gradient-variance")
            .assert_close(&[of_mean, of_one, ("n", f64::from(n))], 1e-13);
    }
}

/// ```math batch-without-replacement
/// \operatorname{Var} \bar g = \frac{\operatorname{Var} g}{n} \cdot \frac{D - n}{D - 1}
/// ```
///
/// Over all batches of n out of D = 6 different examples, the variance is (D − n)/(D − 1) of that:
/// the same for a batch of one, and none for a batch of all. Every subset is tried. 1e-13.
#[test]
fn batch_without_replacement() {
    let _formula = formula!();
    let (gradients, all) = example_gradients();
    for n in 1..=6_u32 {
        let batches = (0..64_u32).filter(|batch| batch.count_ones() == n);
        let mean = |batch: u32| {
            let chosen = (0..6).filter(|r| batch >> r & 1 == 1);
            chosen.map(|r| gradients[r]).sum::<f64>() / f64::from(n)
        };
        let means: Vec<f64> = batches.map(mean).collect();
        assert_close(means.iter().sum::<f64>() / means.len() as f64, all, 1e-13);
        let formula = variance(&gradients) / f64::from(n) * f64::from(6 - n) / 5.0;
        assert_close(variance(&means), formula, 1e-13);
        let of_mean = (r"\operatorname{Var} \bar g", variance(&means));
        let of_one = (r"\operatorname{Var} g", variance(&gradients));
        page("batch-without-replacement")
            .assert_close(&[of_mean, of_one, ("n", f64::from(n)), ("D", 6.0)], 1e-13);
    }
}

/// The schedules that the page compares, over 400 steps.
fn compared_schedules() -> [Schedule; 5] {
    let warm_up = Schedule::WarmUp { steps: 60, then: Box::new(Schedule::Cosine) };
    let stairs = Schedule::Step { every: 120, factor: 0.5 };
    [Schedule::Constant, stairs, Schedule::Linear, Schedule::Cosine, warm_up]
}

/// ```math noise-recursion
/// \begin{aligned}
/// &\operatorname{mean}\,(\theta_{t+1} - c)^2 \\
/// &\quad = (1 - \eta\lambda_1)^2 \, \operatorname{mean}\,(\theta_t - c)^2 + \eta^2 \varsigma^2
/// \end{aligned}
/// ```
///
/// A step leaves (1 − ηλ₁)² of the mean square distance and adds η²ς². On paper, with the examples 0
/// and 2 and every way to draw them, it is ¼, 0.3125, 0.328, 0.332, toward ⅓; also for other rates
/// and curvatures. 1e-13: rounding. With random batches of four normal numbers, whose mean has the
/// deviation ½, 2,000 runs end within 12 % of it under each schedule: chance is 3 %.
#[test]
fn noise_recursion() {
    let _formula = formula!().allowing(0.12, "chance in 2,000 runs, about 3 %");
    for (eta, lambda) in [(0.5, 1.0), (0.1, 3.0), (1.2, 1.0), (0.0, 1.0_f64)] {
        let noise = lambda * lambda; // of λ (θ − 0) and λ (θ − 2) around λ (θ − 1)
        let next = |q: f64| (1.0 - eta * lambda).powi(2) * q + eta * eta * noise;
        let (mut places, mut expected) = (vec![1.0], 0.0);
        for _ in 0..8 {
            let mut after = Vec::new();
            for (&place, x) in places.iter().flat_map(|place| [0.0, 2.0].map(|x| (place, x))) {
                let mut theta = array![place];
                descend(&parabola(lambda, x), &mut Sgd::default(), eta, &mut theta);
                after.push(theta[0]);
            }
            (places, expected) = (after, next(expected));
            let squares = places.iter().map(|theta| (theta - 1.0).powi(2)).sum::<f64>();
            assert_close(squares / places.len() as f64, expected, 1e-13);
        }
    }
    let halved = |q: f64| 0.25 * q + 0.25;
    let mut on_paper = 0.0;
    for told in [0.25, 0.3125, 0.3281, 0.3320] {
        on_paper = halved(on_paper);
        assert_close(on_paper, told, 5e-5);
    }
    let mut generator = generator();
    for schedule in compared_schedules() {
        let rate = |t: usize| 0.1 * schedule.factor(t, 400);
        let recursion = |q: f64, t: usize| (1.0 - rate(t)).powi(2) * q + rate(t).powi(2) / 4.0;
        let mut squares = 0.0;
        for _ in 0..2000 {
            let (mut sgd, mut theta) = (Sgd::default(), [3.0]);
            for t in 0..400 {
                let gradient = theta[0] - 0.5 * number(&mut generator);
                step(&mut sgd, rate(t), &mut theta, &[gradient]);
            }
            squares += theta[0] * theta[0];
        }
        assert_relative(squares / 2000.0, (0..400).fold(9.0, recursion), 0.12);
    }
}

/// ```math noise-floor
/// \operatorname{mean}\,(\theta - c)^2
/// = \frac{\eta \, \varsigma^2}{\lambda_1 \, (2 - \eta\lambda_1)}
/// ```
///
/// With noise of variance ς² in the gradient, the mean square distance settles where the recursion
/// q ← (1 − ηλ₁)²q + η²ς² stands still; and so it does in 400,000 steps of gradient descent.
/// 1e-12: rounding; 5 %: chance, about 1 % since neighboring steps are alike.
#[test]
fn noise_floor() {
    let _formula =
        formula!().allowing(0.05, "chance in 400,000 steps that are not independent, about 1 %");
    let mut generator = generator();
    for (eta, lambda, deviation) in [(0.1_f64, 2.0, 1.0), (0.5, 1.0, 3.0), (0.3, 5.0, 0.1_f64)] {
        let formula = eta * deviation * deviation / (lambda * (2.0 - eta * lambda));
        let next = |q: f64| (1.0 - eta * lambda).powi(2) * q + (eta * deviation).powi(2);
        assert_close((0..1000).fold(1.0, |q, _| next(q)), formula, 1e-12);
        let (c, mut theta, mut squares) = (0.7, [0.7], 0.0);
        for _ in 0..400_000 {
            let gradient = lambda * (theta[0] - c) + deviation * number(&mut generator);
            step(&mut Sgd::default(), eta, &mut theta, &[gradient]);
            squares += (theta[0] - c).powi(2);
        }
        assert_relative(squares / 400_000.0, formula, 0.05);
    }
}

/// ```math adam-noise-floor
/// \operatorname{mean}\,(\theta - c)^2
/// \approx \frac{\eta}{\varsigma} \cdot \frac{\varsigma^2}{2 \lambda_1}
/// = \frac{\eta \, \varsigma}{2 \lambda_1}
/// ```
///
/// Adam in the same noise: its floor is about ης/(2λ₁), whatever the size of the noise. 15 %: chance,
/// about 3 % in 400,000 steps, and what √ŝ is off ς by, since it also sees θ − c and fluctuates.
#[test]
fn adam_noise_floor() {
    let _formula =
        formula!().allowing(0.15, "chance of about 3 %, and √ŝ is only nearly the noise");
    let mut generator = generator();
    for (eta, lambda, deviation) in [(0.01, 1.0, 1.0), (0.003, 2.0, 0.1), (0.01, 1.0, 0.3_f64)] {
        let (mut adam, c, mut theta, mut squares) = (Adam::default(), 0.7, [0.7], 0.0);
        for _ in 0..400_000 {
            let gradient = lambda * (theta[0] - c) + deviation * number(&mut generator);
            step(&mut adam, eta, &mut theta, &[gradient]);
            squares += (theta[0] - c).powi(2);
        }
        assert_relative(squares / 400_000.0, eta * deviation / (2.0 * lambda), 0.15);
    }
}

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
