//! The formulas of *Momentum*.

use ch04_optimizers::{Momentum, Nesterov};
use formulas::*;
use ndarray::Array1;

use super::gradient_descent::{assert_steps, descend, step};
use super::quadratics::{CURVATURES, left_after, quadratic};

/// ```math momentum
/// \begin{aligned}
/// v &\leftarrow \mu \, v + g \\
/// \theta &\leftarrow \theta - \eta \, v
/// \end{aligned}
/// ```
///
/// The heavy ball: v ← μv + g, θ ← θ − ηv, so that v is the sum of all gradients, each μ times
/// weaker with every step since.
#[test]
fn momentum() {
    let _formula = formula!();
    let ball = Momentum { weight_decay: 0.3, ..Momentum::new(0.9) };
    assert_steps(ball, 0.01, |_, theta, g, [v, ..]| {
        *v = 0.9 * *v + g + 0.3 * theta;
        theta - 0.01 * *v
    });
    let [velocity, weight] = [0, 1].map(|n| page("momentum").statement(n));
    assert_steps(Momentum::new(0.9), 0.01, |_, theta, g, [v, ..]| {
        *v = velocity.value(1, &[(r"\mu", 0.9), ("v", *v), ("g", g)]);
        weight.value(1, &[(r"\theta", theta), (r"\eta", 0.01), ("v", *v)])
    });
}

/// ```math velocity-sum
/// v_t = \sum_{k=1}^{t} \mu^{t-k} \, g_k
/// ```
///
/// The velocity, which is the last step over −η, is the sum of all gradients so far, each μ times
/// weaker with every step since. 1e-13: thirty roundings.
#[test]
fn velocity_sum() {
    let _formula = formula!();
    for mu in [0.0, 0.5, 0.9, 0.99_f64] {
        let gradients = vector(30, &mut generator());
        let mut ball = Momentum::new(mu);
        for t in 1..=30_usize {
            let mut theta = [0.0]; // a step from 0 has all its digits
            step(&mut ball, 0.1, &mut theta, &[gradients[t - 1]]);
            let fading = |k: usize| mu.powi((t - k) as i32) * gradients[k - 1];
            let named = [("v_t", -theta[0] / 0.1), (r"\mu", mu), ("t", t as f64)];
            page("velocity-sum").list("g", &gradients).assert_close(&named, 1e-13);
            assert_close(-theta[0] / 0.1, (1..=t).map(fading).sum(), 1e-13);
        }
    }
}

/// ```math terminal-velocity
/// v_t = \frac{1 - \mu^t}{1 - \mu} \, g \;\longrightarrow\; \frac{g}{1 - \mu}
/// ```
///
/// Under a constant gradient the velocity is (1 − μᵗ)/(1 − μ) of it, and in the end 1/(1 − μ): after
/// 40/(1 − μ) steps μᵗ is below e⁻⁴⁰. 1e-12: rounding, a hundred times stronger for μ = 0.99.
#[test]
fn terminal_velocity() {
    let _formula = formula!();
    for (mu, g) in
        [0.0, 0.5, 0.9, 0.99_f64].into_iter().flat_map(|mu| [-3.0, 1e-3].map(|g| (mu, g)))
    {
        let (mut ball, mut velocity) = (Momentum::new(mu), 0.0);
        for t in 1..=(40.0 / (1.0 - mu)) as i32 {
            let mut theta = [0.0];
            step(&mut ball, 0.1, &mut theta, &[g]);
            velocity = -theta[0] / 0.1;
            let named = [("v_t", velocity), (r"\mu", mu), ("t", f64::from(t)), ("g", g)];
            page("terminal-velocity").statement(0).assert_relative(&named, 1e-12);
            assert_relative(velocity, (1.0 - mu.powi(t)) / (1.0 - mu) * g, 1e-12);
        }
        assert_relative(velocity, g / (1.0 - mu), 1e-12);
        let named = [(r"\mu", mu), ("g", g)];
        let limit = page("terminal-velocity").statement(1).value(0, &named);
        assert_relative(velocity, limit, 1e-12);
    }
}

/// ```math heavy-ball-form
/// \theta_{t+1} = \theta_t - \eta \, g_{t+1} + \mu \, (\theta_t - \theta_{t-1})
/// ```
///
/// Without its velocity, the heavy ball takes a step of gradient descent, and μ of its last step
/// once more. Before the first step there was none.
#[test]
fn heavy_ball_form() {
    let _formula = formula!();
    assert_steps(Momentum::new(0.9), 0.01, |t, theta, g, [before, ..]| {
        let last = if t == 1 { 0.0 } else { theta - *before };
        *before = theta;
        theta - 0.01 * g + 0.9 * last
    });
    let page = page("heavy-ball-form");
    assert_steps(Momentum::new(0.9), 0.01, |t, theta, g, [before, ..]| {
        let last = if t == 1 { theta } else { *before };
        *before = theta;
        let weights = [(r"\theta_t", theta), (r"\theta_{t-1}", last), ("g_{t+1}", g)];
        let given = [&weights[..], &[(r"\eta", 0.01), (r"\mu", 0.9)]].concat();
        let next = page.value(1, &given);
        page.assert_exact(&[&given[..], &[(r"\theta_{t+1}", next)]].concat());
        next
    });
}

/// ```math momentum-roots
/// \zeta^2 - (1 + \mu - \eta\lambda_k) \, \zeta + \mu = 0
/// ```
///
/// Along each axis of a bowl the heavy ball's distances are a mixture of the powers of the two
/// solutions ζ, real or complex (then of √μᵗ cos tφ and √μᵗ sin tφ, with |ζ|² = μ), with the first
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
            let half = (1.0 + mu - eta * lambda) / 2.0; // ζ = half ± √(half² − μ)
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
/// \zeta &= 1 - \frac{1}{\sqrt\kappa}
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
