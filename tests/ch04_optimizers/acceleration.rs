//! The formulas of *How fast momentum is*.

use ch04_optimizers::{Momentum, Nesterov, Optimizer, Quadratic, Sgd};
use formulas::*;
use ndarray::{Array1, Array2};

use super::gradient_descent::{assert_steps, descend};
use super::quadratics::{CURVATURES, left_after, quadratic};

/// ```math momentum-roots
/// \rho^2 - (1 + \mu - \eta\lambda_k) \, \rho + \mu = 0
/// ```
///
/// Along each axis of a bowl the heavy ball's distances are a mixture of the powers of the two
/// solutions ρ, real or complex (then of √μᵗ cos tφ and √μᵗ sin tφ, with |ρ|² = μ), with the first
/// two distances given. 1e-10: thirty steps, and a division by half the solutions' difference.
#[test]
fn momentum_roots() {
    let _formula = formula!();
    let (quadratic, axes) = quadratic(&[0.5, 1.0, 8.0]);
    for (mu, eta) in [(0.5, 0.1), (0.9, 0.1), (0.2, 0.05), (0.9, 0.5_f64)] {
        let mut path = vec![&quadratic.minimum + 1.0];
        let mut ball = Momentum::new(mu);
        for t in 0..30 {
            let mut theta = path[t].clone();
            descend(&quadratic, &mut ball, eta, &mut theta);
            path.push(theta);
        }
        for (axis, lambda) in axes.columns().into_iter().zip([0.5, 1.0, 8.0]) {
            let xi = |t: usize| axis.dot(&(&path[t] - &quadratic.minimum));
            let half = (1.0 + mu - eta * lambda) / 2.0; // ρ = half ± √(half² − μ)
            let root = (half * half - mu).abs().sqrt();
            let (a, b) = (xi(0), (xi(1) - half * xi(0)) / root);
            for t in 0..=30 {
                let by_roots = if half * half > mu {
                    let powers = [half + root, half - root].map(|zeta| zeta.powi(t as i32));
                    ((a + b) * powers[0] + (a - b) * powers[1]) / 2.0
                } else {
                    let angle = root.atan2(half) * t as f64;
                    mu.sqrt().powi(t as i32) * (a * angle.cos() + b * angle.sin())
                };
                assert_close(xi(t), by_roots, 1e-10);
            }
        }
    }
}

/// ```math heavy-ball-rate
/// \begin{aligned}
/// \sqrt\mu &= \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1} \\
/// \eta &= \left(\frac{2}{\sqrt{\lambda_{\min}} + \sqrt{\lambda_{\max}}}\right)^2
/// \end{aligned}
/// ```
///
/// A heavy ball with the best η and μ leaves about √μ = (√κ − 1) / (√κ + 1) of the distance a step:
/// measured from step 100 to 200, since the first steps are slower. 1 %: the distance shrinks like
/// t √μᵗ, and the 100th root of 200/100 is 1.007. Other η and μ close by leave more.
#[test]
fn heavy_ball_rate() {
    let _formula = formula!()
        .allowing(0.01, "the distance shrinks like t √μᵗ, and 2 to the power 1/100 is 1.007");
    for curvatures in [[1.0, 4.0], [0.5, 8.0], [0.1, 10.0]] {
        let (mut quadratic, _) = quadratic(&curvatures);
        quadratic.minimum.fill(0.0); // so that distances below 1e-16 have digits
        let root = (curvatures[1] / curvatures[0]).sqrt();
        let ((rate, mu), by_hand) = (quadratic.best_momentum(), (root - 1.0) / (root + 1.0));
        assert_close(mu.sqrt(), by_hand, 1e-12);
        let kappa = (r"\kappa", curvatures[1] / curvatures[0]);
        page("heavy-ball-rate").statement(0).assert_close(&[(r"\mu", mu), kappa], 1e-12);
        let ends = [(r"\lambda_{\min}", curvatures[0]), (r"\lambda_{\max}", curvatures[1])];
        let named = [&[(r"\eta", rate)], &ends[..]].concat();
        page("heavy-ball-rate").statement(1).assert_close(&named, 1e-12);
        let share = |rate: f64, mu: f64| {
            let left = |steps| left_after(steps, &quadratic, Momentum::new(mu), rate);
            (left(200) / left(100)).powf(1.0 / 100.0)
        };
        assert_relative(share(rate, mu), by_hand, 0.01);
        for (other_rate, other_mu) in [(0.9, 1.0), (1.1, 1.0), (1.0, 0.9), (1.0, 1.1)] {
            assert_bound!(share(other_rate * rate, other_mu * mu) > share(rate, mu));
        }
    }
}

/// ```math steps-with-momentum
/// \frac{-1}{\ln \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}} \approx \frac{\sqrt\kappa}{2}
/// ```
///
/// The heavy ball at its best comes nearer by a factor of e in −1 / ln((√κ − 1) / (√κ + 1)) steps,
/// which is √κ/2 but for about 1/(3κ) of it. 1 %: measured over a thousand steps or fewer, on bowls,
/// and the distance shrinks like t √μᵗ.
#[test]
fn steps_with_momentum() {
    let _formula = formula!()
        .allowing(0.4 / 9.0, "the formula leaves out 1/(3κ) of the steps, and κ is 9 at least");
    for (kappa, long) in [(9.0, 200), (16.0, 300), (100.0, 800), (200.0, 1000_usize)] {
        let root = f64::sqrt(kappa);
        let steps = -1.0 / ((root - 1.0) / (root + 1.0)).ln();
        page("steps-with-momentum").assert_relative(&[(r"\kappa", kappa)], 0.4 / kappa);
        assert_relative(page("steps-with-momentum").value(0, &[(r"\kappa", kappa)]), steps, 1e-12);
        assert_relative(steps, root / 2.0, 0.4 / kappa);
        let (mut quadratic, _) = quadratic(&[0.2, 0.2 * kappa]);
        quadratic.minimum.fill(0.0); // so that distances below 1e-16 have digits
        let (rate, mu) = quadratic.best_momentum();
        let left = |steps| left_after(steps, &quadratic, Momentum::new(mu), rate);
        let share = (left(2 * long) / left(long) / 2.0).powf(1.0 / long as f64);
        assert_relative(-1.0 / share.ln(), steps, 0.01);
    }
}

/// ```math momentum-stable-rate
/// \eta < \frac{2 \, (1 + \mu)}{\lambda_{\max}}
/// ```
///
/// The heavy ball comes to rest for every rate below 2(1 + μ)/λ_max and runs away above it: 1 % on
/// either side; 5,000 steps to come to rest, 1,500 to run away, not so far that `f64` ends.
#[test]
fn momentum_stable_rate() {
    let _formula = formula!();
    for (curvatures, mu) in CURVATURES.iter().flat_map(|c| [0.0, 0.5, 0.9, 0.95].map(|mu| (c, mu)))
    {
        let (quadratic, _) = quadratic(curvatures);
        let limit = 2.0 * (1.0 + mu) / curvatures[curvatures.len() - 1];
        let named = [(r"\mu", mu), (r"\lambda_{\max}", curvatures[curvatures.len() - 1])];
        assert_relative(page("momentum-stable-rate").value(1, &named), limit, 1e-14);
        assert_bound!(left_after(5000, &quadratic, Momentum::new(mu), 0.99 * limit) < 1e-10);
        assert_bound!(left_after(1500, &quadratic, Momentum::new(mu), 1.01 * limit) > 1e10);
    }
}

/// ```math nesterov-lookahead
/// \begin{aligned}
/// v_{t+1} &= \mu \, v_t + g\bigl(\tilde\theta_t - \eta\mu \, v_t\bigr) \\
/// \tilde\theta_{t+1} &= \tilde\theta_t - \eta \, v_{t+1}
/// \end{aligned}
/// ```
///
/// The form that takes its gradient where the velocity alone would lead, and the form that the
/// library steps by, go the same way: θ_t = θ̃_t − ημv_t. 1e-12: rounding in fifty steps.
#[test]
fn nesterov_lookahead() {
    let _formula = formula!();
    for (curvatures, mu) in CURVATURES.iter().flat_map(|c| [0.0, 0.5, 0.9].map(|mu| (c, mu))) {
        let (quadratic, _) = quadratic(curvatures);
        let eta = 0.7 / curvatures[curvatures.len() - 1];
        let mut theta = vector(curvatures.len(), &mut generator()) * 2.0;
        let (mut place, mut v) = (theta.clone(), Array1::zeros(curvatures.len()));
        let mut library = Nesterov::new(mu);
        for _ in 0..50 {
            descend(&quadratic, &mut library, eta, &mut theta);
            v = mu * &v + quadratic.gradient((&place - eta * mu * &v).view());
            place = &place - eta * &v;
            assert_all_close(&theta, &(&place - eta * mu * &v), 1e-12);
        }
    }
}

/// ```math nesterov
/// \begin{aligned}
/// v &\leftarrow \mu \, v + g \\
/// \theta &\leftarrow \theta - \eta \, (g + \mu \, v)
/// \end{aligned}
/// ```
///
/// Nesterov's momentum: v ← μv + g, and then a step along g + μv, where the ball will be.
#[test]
fn nesterov() {
    let _formula = formula!();
    let ball = Nesterov { weight_decay: 0.3, ..Nesterov::new(0.9) };
    assert_steps(ball, 0.01, |_, theta, g, [v, ..]| {
        let g = g + 0.3 * theta;
        *v = 0.9 * *v + g;
        theta - 0.01 * (g + 0.9 * *v)
    });
    let [velocity, weight] = [0, 1].map(|n| page("nesterov").statement(n));
    assert_steps(Nesterov::new(0.9), 0.01, |_, theta, g, [v, ..]| {
        *v = velocity.value(1, &[(r"\mu", 0.9), ("v", *v), ("g", g)]);
        let named = [(r"\theta", theta), (r"\eta", 0.01), ("g", g), (r"\mu", 0.9), ("v", *v)];
        weight.value(1, &named)
    });
}

/// ```math nesterov-rate
/// \begin{aligned}
/// \eta &= \frac{1}{\lambda_{\max}}, \quad \mu = \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1} \\
/// \rho &= 1 - \frac{1}{\sqrt\kappa}
/// \end{aligned}
/// ```
///
/// Nesterov's momentum with η = 1/λ_max and μ = (√κ − 1) / (√κ + 1) leaves about 1 − 1/√κ of the
/// distance a step, measured from step 100 to 200. 1 %: as for the heavy ball, the distance shrinks
/// like t times a power. With the same rate, other μ leave more.
#[test]
fn nesterov_rate() {
    let _formula = formula!()
        .allowing(0.01, "the distance shrinks like t times a power, as for the heavy ball");
    for curvatures in [[1.0, 4.0], [0.5, 8.0], [0.1, 10.0]] {
        let (mut quadratic, _) = quadratic(&curvatures);
        quadratic.minimum.fill(0.0); // so that distances below 1e-16 have digits
        let root = (curvatures[1] / curvatures[0]).sqrt();
        let (rate, mu) = quadratic.best_nesterov();
        assert_close(rate, 1.0 / curvatures[1], 1e-12);
        assert_close(mu, (root - 1.0) / (root + 1.0), 1e-12);
        let kappa = (r"\kappa", curvatures[1] / curvatures[0]);
        let named = [(r"\eta", rate), (r"\mu", mu), kappa, (r"\lambda_{\max}", curvatures[1])];
        for statement in [0, 1] {
            page("nesterov-rate").statement(statement).assert_close(&named, 1e-12);
        }
        let zeta = page("nesterov-rate").statement(2).value(1, &[kappa]);
        assert_close(zeta, 1.0 - 1.0 / root, 1e-12);
        let share = |mu: f64| {
            let left = |steps| left_after(steps, &quadratic, Nesterov::new(mu), rate);
            (left(200) / left(100)).powf(1.0 / 100.0)
        };
        assert_relative(share(mu), 1.0 - 1.0 / root, 0.01);
        assert_bound!(share(0.9 * mu) > share(mu) && share(1.1 * mu) > share(mu));
    }
}

/// ```math first-order-lower-bound
/// |\boldsymbol\theta_t - \mathbf c|
/// \ge \left(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\right)^t |\boldsymbol\theta_0 - \mathbf c|
/// ```
///
/// On the chain of the page, of 400 links, with its eigenvalues between λ_min and λ_max: gradient descent,
/// the heavy ball and Nesterov's rule with their best settings and with others, and a rule that adds up
/// all gradients so far with random weights. After t steps the links beyond number t have not moved, and
/// the distance is at least that. 1e-9: what the links beyond 400 would add.
#[test]
fn first_order_lower_bound() {
    let _formula = formula!();
    const SIZE: usize = 400;
    let mut generator = generator();
    for kappa in [4.0, 30.0, 100.0_f64] {
        let (smallest, largest) = (0.5, 0.5 * kappa);
        let q = (kappa.sqrt() - 1.0) / (kappa.sqrt() + 1.0);
        let spring = (largest - smallest) / 4.0;
        let curvature = Array2::from_shape_fn((SIZE, SIZE), |(i, j)| match i.abs_diff(j) {
            0 => smallest + 2.0 * spring,
            1 => -spring,
            _ => 0.0,
        });
        let minimum: Array1<f64> = (1..=SIZE).map(|i| q.powi(i as i32)).collect();
        let pull = curvature.dot(&minimum);
        assert_close(pull[0], spring, 1e-12); // only the first link is pulled at
        let others = pull.iter().take(SIZE - 1).skip(1).fold(0.0, |a: f64, b| a.max(b.abs()));
        assert_close(others, 0.0, 1e-12);
        let chain = Quadratic { curvature, minimum };
        let eigenvalues = chain.eigenvalues();
        assert_bound!(smallest <= eigenvalues[0] && eigenvalues[SIZE - 1] <= largest);
        let far = |theta: &Array1<f64>| (theta - &chain.minimum).mapv(|x| x * x).sum().sqrt();
        let start = far(&Array1::zeros(SIZE));
        let check = |theta: &Array1<f64>, t: usize| {
            let moved = theta.iter().skip(t).map(|x| x.abs()).fold(0.0, f64::max);
            assert_bound!(moved < 1e-9, "link {t} or a later one has moved by {moved}");
            assert_bound!(far(theta) >= q.powi(t as i32) * start - 1e-9);
        };
        let rates = [0.3 / largest, 1.0 / largest, 2.0 / (smallest + largest)];
        let ball_rate = (2.0 / (smallest.sqrt() + largest.sqrt())).powi(2);
        let rules: Vec<(Box<dyn Optimizer<f64>>, f64)> = vec![
            (Box::new(Sgd::default()), rates[0]),
            (Box::new(Sgd::default()), rates[2]),
            (Box::new(Momentum::new(q * q)), ball_rate),
            (Box::new(Momentum::new(0.9)), rates[1]),
            (Box::new(Nesterov::new(q)), rates[1]),
            (Box::new(Nesterov::new(0.5)), rates[0]),
        ];
        for (mut rule, rate) in rules {
            let mut theta: Array1<f64> = Array1::zeros(SIZE);
            for t in 1..=30 {
                let gradient = chain.gradient(theta.view()).to_vec();
                let values = theta.as_slice_mut().expect("standard layout");
                rule.step(rate, vec![ch04_optimizers::Parameter::new(values, &gradient)]);
                check(&theta, t);
            }
        }
        let (mut theta, mut gradients) = (Array1::zeros(SIZE), Vec::new());
        for t in 1..=30 {
            gradients.push(chain.gradient(theta.view()));
            for gradient in &gradients {
                theta = &theta - &(0.1 / largest * number(&mut generator) * gradient);
            }
            check(&theta, t);
        }
    }
}
