//! The formulas of *Noise and schedules*.

use ch04_optimizers::{Adam, Momentum, Schedule, Sgd};
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
/// &\quad = (1 - \eta\lambda_1)^2 \, \operatorname{mean}\,(\theta_t - c)^2 + \eta^2 \sigma_{\text{noise}}^2
/// \end{aligned}
/// ```
///
/// A step leaves (1 − ηλ₁)² of the mean square distance and adds η²σ_noise². On paper, with the examples 0
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
/// = \frac{\eta \, \sigma_{\text{noise}}^2}{\lambda_1 \, (2 - \eta\lambda_1)}
/// ```
///
/// With noise of variance σ_noise² in the gradient, the mean square distance settles where the recursion
/// q ← (1 − ηλ₁)²q + η²σ_noise² stands still; and so it does in 400,000 steps of gradient descent.
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

/// ```math momentum-noise-floor
/// \operatorname{mean}\,(\theta - c)^2
/// = \frac{\eta \, \sigma_{\text{noise}}^2 \, (1 + \mu)}{\lambda_1 \, (1 - \mu) \, (2 (1 + \mu) - \eta\lambda_1)}
/// ```
///
/// With momentum the mean square distance settles there: the means of d², dv and v² over all that the
/// noise may do, followed step by step until they stand still, and the library's rule over 400,000 steps.
/// For μ = 0 it is the floor of SGD. 1e-9: what is left of the start; 5 %: chance.
#[test]
fn momentum_noise_floor() {
    let _formula = formula!().allowing(0.05, "chance in 400,000 steps");
    let mut generator = generator();
    for (eta, lambda, deviation, mu) in [
        (0.1, 2.0, 1.0, 0.0),
        (0.1, 2.0, 1.0, 0.5),
        (0.01, 1.0, 3.0, 0.9),
        (0.3, 5.0, 0.1, 0.9_f64),
    ] {
        let given = [(r"\eta", eta), (r"\mu", mu), (r"\lambda_1", lambda)];
        let noise = [(r"\sigma_{\text{noise}}", deviation)];
        let formula = page("momentum-noise-floor").value(1, &[&given[..], &noise].concat());
        let [mut dd, mut dv, mut vv] = [1.0, 0.0, 0.0];
        for _ in 0..20_000 {
            let v_squared = mu * mu * vv
                + 2.0 * mu * lambda * dv
                + lambda * lambda * dd
                + deviation * deviation;
            let d_times_v = mu * dv + lambda * dd;
            dd += -2.0 * eta * d_times_v + eta * eta * v_squared;
            (dv, vv) = (d_times_v - eta * v_squared, v_squared);
        }
        assert_relative(dd, formula, 1e-9);
        let (c, mut theta, mut squares, mut ball) = (0.7, [0.7], 0.0, Momentum::new(mu));
        for _ in 0..400_000 {
            let gradient = lambda * (theta[0] - c) + deviation * number(&mut generator);
            step(&mut ball, eta, &mut theta, &[gradient]);
            squares += (theta[0] - c).powi(2);
        }
        assert_relative(squares / 400_000.0, formula, 0.05);
    }
}

/// ```math interpolation-rate
/// \operatorname{mean}\,(\theta_{t+1} - c)^2
/// = \operatorname{mean}\,(1 - \eta a_r)^2 \cdot \operatorname{mean}\,(\theta_t - c)^2
/// ```
///
/// Where all examples have one minimum, over every way to draw them in eight steps. On paper, with the
/// curvatures 1 and 3 and the rate ¼, the factor is 0.3125. 1e-13: rounding.
#[test]
fn interpolation_rate() {
    let _formula = formula!();
    for (eta, curvatures) in [(0.25, [1.0, 3.0]), (0.1, [0.0, 8.0]), (0.9, [2.0, 2.5_f64])] {
        let c = -0.4_f64;
        let factor = curvatures.map(|a| (1.0 - eta * a).powi(2)).iter().sum::<f64>() / 2.0;
        let mut places = vec![1.6];
        for t in 0..=8 {
            let squares = places.iter().map(|theta| (theta - c).powi(2)).sum::<f64>();
            assert_close(squares / places.len() as f64, factor.powi(t) * 4.0, 1e-13);
            let drawn = places.iter().flat_map(|&theta| curvatures.map(|a| (theta, a)));
            let after = drawn.map(|(theta, a)| {
                let mut theta = array![theta];
                descend(&parabola(a, c), &mut Sgd::default(), eta, &mut theta);
                theta[0]
            });
            places = after.collect();
        }
    }
    assert_close((0.75_f64.powi(2) + 0.25_f64.powi(2)) / 2.0, 0.3125, 1e-15);
}

/// ```math adam-noise-floor
/// \operatorname{mean}\,(\theta - c)^2
/// \approx \frac{\eta}{\sigma_{\text{noise}}} \cdot \frac{\sigma_{\text{noise}}^2}{2 \lambda_1}
/// = \frac{\eta \, \sigma_{\text{noise}}}{2 \lambda_1}
/// ```
///
/// Adam in the same noise: its floor is about ησ_noise/(2λ₁), whatever the size of the noise. 15 %: chance,
/// about 3 % in 400,000 steps, and what √ŝ is off σ_noise by, since it also sees θ − c and fluctuates.
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
