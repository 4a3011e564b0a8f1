//! The formulas of *Momentum*.

use ch04_optimizers::Momentum;
use formulas::*;

use super::gradient_descent::{assert_steps, step};

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
