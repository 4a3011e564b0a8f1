//! The formulas of *A rate for each weight*.

use ch04_optimizers::{AdaGrad, Adam, AdamW, RmsProp, Sgd};
use formulas::*;

use super::gradient_descent::{assert_steps, step};

/// ```math adagrad
/// \begin{aligned}
/// s &\leftarrow s + g^2 \\
/// \theta &\leftarrow \theta - \eta \, \frac{g}{\sqrt{s} + \epsilon}
/// \end{aligned}
/// ```
///
/// AdaGrad: s ← s + g², θ ← θ − ηg / (√s + ε). The first step has the length η, whatever g.
#[test]
fn adagrad() {
    let _formula = formula!();
    let rule = AdaGrad { weight_decay: 0.3, epsilon: 1e-4, ..AdaGrad::default() };
    assert_steps(rule, 0.01, |_, theta, g, [s, ..]| {
        let g = g + 0.3 * theta;
        *s += g * g;
        theta - 0.01 * g / (s.sqrt() + 1e-4)
    });
    let [squares, weight] = [0, 1].map(|n| page("adagrad").statement(n));
    assert_steps(AdaGrad { epsilon: 1e-4, ..AdaGrad::default() }, 0.01, |_, theta, g, [s, ..]| {
        *s = squares.value(1, &[("s", *s), ("g", g)]);
        let named = [(r"\theta", theta), (r"\eta", 0.01), ("g", g), ("s", *s)];
        weight.value(1, &[&named[..], &[(r"\epsilon", 1e-4)]].concat())
    });
}

/// ```math adagrad-constant-gradient
/// |\theta_t - \theta_{t-1}| = \frac{\eta}{\sqrt t}
/// ```
///
/// Under a constant gradient of any size, AdaGrad's step number t has the length η/√t. 1e-12: the sum
/// of squares rounds a hundred times. With ε = 0.
#[test]
fn adagrad_constant_gradient() {
    let _formula = formula!();
    for g in [-1e6, -0.01, 1e-9, 3.0] {
        let mut rule = AdaGrad { epsilon: 0.0, ..AdaGrad::default() };
        for t in 1..=100 {
            let mut theta = [0.0]; // a step from 0 has all its digits
            step(&mut rule, 0.1, &mut theta, &[g]);
            assert_relative(theta[0].abs(), 0.1 / f64::from(t).sqrt(), 1e-12);
            let step = (r"|\theta_t - \theta_{t-1}|", theta[0].abs());
            let named = [step, (r"\eta", 0.1), ("t", f64::from(t))];
            page("adagrad-constant-gradient").assert_relative(&named, 1e-12);
        }
    }
}

/// ```math rmsprop
/// \begin{aligned}
/// s &\leftarrow \alpha \, s + (1 - \alpha) \, g^2 \\
/// \theta &\leftarrow \theta - \eta \, \frac{g}{\sqrt{s} + \epsilon}
/// \end{aligned}
/// ```
///
/// RMSProp: s ← αs + (1 − α)g², θ ← θ − ηg / (√s + ε).
#[test]
fn rmsprop() {
    let _formula = formula!();
    let rule = RmsProp { decay: 0.8, epsilon: 1e-4, ..RmsProp::default() };
    assert_steps(rule, 0.01, |_, theta, g, [s, ..]| {
        *s = 0.8 * *s + (1.0 - 0.8) * g * g;
        theta - 0.01 * g / (s.sqrt() + 1e-4)
    });
    let [squares, weight] = [0, 1].map(|n| page("rmsprop").statement(n));
    let rule = RmsProp { decay: 0.8, epsilon: 1e-4, ..RmsProp::default() };
    assert_steps(rule, 0.01, |_, theta, g, [s, ..]| {
        *s = squares.value(1, &[("s", *s), ("g", g), (r"\alpha", 0.8)]);
        let named = [(r"\theta", theta), (r"\eta", 0.01), ("g", g), ("s", *s)];
        weight.value(1, &[&named[..], &[(r"\epsilon", 1e-4)]].concat())
    });
}

/// ```math rmsprop-centered
/// \begin{aligned}
/// s &\leftarrow \alpha \, s + (1 - \alpha) \, g^2 \\
/// m &\leftarrow \alpha \, m + (1 - \alpha) \, g \\
/// v &\leftarrow \mu \, v + \frac{g}{\sqrt{s - m^2} + \epsilon} \\
/// \theta &\leftarrow \theta - \eta \, v
/// \end{aligned}
/// ```
///
/// RMSProp, centered and with momentum: the running mean m of g is kept too, s − m² is the variance
/// of g, and the steps g / (√(s − m²) + ε) gather in a velocity.
#[test]
fn rmsprop_centered() {
    let _formula = formula!();
    let (epsilon, decay) = (1e-4, 0.8);
    let usual = RmsProp::default();
    let rule =
        RmsProp { decay, epsilon, momentum: 0.7, centered: true, weight_decay: 0.3, ..usual };
    assert_steps(rule, 0.01, |_, theta, g, [s, m, v]| {
        let g = g + 0.3 * theta;
        *s = decay * *s + (1.0 - decay) * g * g;
        *m = decay * *m + (1.0 - decay) * g;
        *v = 0.7 * *v + g / ((*s - *m * *m).sqrt() + epsilon);
        theta - 0.01 * *v
    });
    let page = [0, 1, 2, 3].map(|n| page("rmsprop-centered").statement(n));
    let rule = RmsProp { decay, epsilon, momentum: 0.7, centered: true, ..RmsProp::default() };
    assert_steps(rule, 0.01, |_, theta, g, [s, m, v]| {
        let given = [("g", g), (r"\alpha", 0.8), (r"\mu", 0.7), (r"\epsilon", epsilon)];
        *s = page[0].value(1, &[&given[..], &[("s", *s)]].concat());
        *m = page[1].value(1, &[&given[..], &[("m", *m)]].concat());
        *v = page[2].value(1, &[&given[..], &[("s", *s), ("m", *m), ("v", *v)]].concat());
        page[3].value(1, &[(r"\theta", theta), (r"\eta", 0.01), ("v", *v)])
    });
}

/// ```math adam
/// \begin{aligned}
/// m &\leftarrow \beta_1 m + (1 - \beta_1) \, g, & \hat m &= \frac{m}{1 - \beta_1^t} \\
/// s &\leftarrow \beta_2 s + (1 - \beta_2) \, g^2, & \hat s &= \frac{s}{1 - \beta_2^t} \\
/// \theta &\leftarrow \theta - \eta \, \frac{\hat m}{\sqrt{\hat s} + \epsilon}
/// \end{aligned}
/// ```
///
/// Adam: running means m of g and s of g², both divided by what their weights add up to so far,
/// 1 − βᵗ, and a step ηm̂ / (√ŝ + ε).
#[test]
fn adam() {
    let _formula = formula!();
    let (beta1, beta2, epsilon) = (0.8, 0.95, 1e-4);
    let rule = Adam { beta1, beta2, epsilon, weight_decay: 0.3, ..Adam::default() };
    assert_steps(rule, 0.01, |t, theta, g, [m, s, _]| {
        let g = g + 0.3 * theta;
        *m = beta1 * *m + (1.0 - beta1) * g;
        *s = beta2 * *s + (1.0 - beta2) * g * g;
        let m_hat = *m / (1.0 - beta1.powi(t));
        let s_hat = *s / (1.0 - beta2.powi(t));
        theta - 0.01 * m_hat / (s_hat.sqrt() + epsilon)
    });
    let page = [0, 1, 2, 3, 4].map(|n| page("adam").statement(n));
    let rule = Adam { beta1, beta2, epsilon, ..Adam::default() };
    assert_steps(rule, 0.01, |t, theta, g, [m, s, _]| {
        let given = [("g", g), (r"\beta_1", beta1), (r"\beta_2", beta2), ("t", f64::from(t))];
        let with = |more: &[(&'static str, f64)]| [&given[..], more].concat();
        *m = page[0].value(1, &with(&[("m", *m)]));
        *s = page[2].value(1, &with(&[("s", *s)]));
        let m_hat = page[1].value(1, &with(&[("m", *m)]));
        let s_hat = page[3].value(1, &with(&[("s", *s)]));
        let step =
            [(r"\hat m", m_hat), (r"\hat s", s_hat), (r"\eta", 0.01), (r"\epsilon", epsilon)];
        page[4].value(1, &[&step[..], &[(r"\theta", theta)]].concat())
    });
}

/// Adam's m after each of these gradients, read off its steps: with an ε of 10²⁰ and a learning rate
/// as large, √ŝ does not count, and a step from 0 is −m / (1 − β₁ᵗ).
fn adam_means(beta1: f64, gradients: &[f64]) -> Vec<f64> {
    let mut adam = Adam { beta1, epsilon: 1e20, ..Adam::default() };
    let mean = |(t, &g): (usize, &f64)| {
        let mut theta = [0.0];
        step(&mut adam, 1e20, &mut theta, &[g]);
        -theta[0] * (1.0 - beta1.powi(t as i32 + 1))
    };
    gradients.iter().enumerate().map(mean).collect()
}

/// ```math moving-average
/// m_t = (1 - \beta_1) \sum_{k=1}^{t} \beta_1^{t-k} \, g_k
/// ```
///
/// Adam's m is the sum of all gradients so far, each with the weight (1 − β₁)β₁ᵗ⁻ᵏ. 1e-13: rounding.
#[test]
fn moving_average() {
    let _formula = formula!();
    let gradients = vector(40, &mut generator()).to_vec();
    for beta in [0.0, 0.5, 0.9, 0.99_f64] {
        for (m, t) in adam_means(beta, &gradients).into_iter().zip(1..) {
            let weighted = |k: i32| beta.powi(t - k) * gradients[k as usize - 1];
            let page = page("moving-average").list("g", &ndarray::aview1(&gradients));
            let named = [("m_t", m), (r"\beta_1", beta), ("t", f64::from(t))];
            page.assert_close(&named, 1e-13);
            assert_close(m, (1.0 - beta) * (1..=t).map(weighted).sum::<f64>(), 1e-13);
        }
    }
}

/// ```math bias-correction
/// (1 - \beta_1) \sum_{k=1}^{t} \beta_1^{t-k} = 1 - \beta_1^t
/// ```
///
/// The correction is right: the weights (1 − β)βᵗ⁻ᵏ of the first t gradients add up to 1 − βᵗ. So
/// with a constant g, m̂ = g and ŝ = g² from the first step on, and each step is η g / (|g| + ε).
/// 1e-12: rounding over 50 steps. Without the correction the first step would be 3 times as long.
#[test]
fn bias_correction() {
    let _formula = formula!();
    for beta in [0.0, 0.9, 0.999_f64] {
        let weights = |t: i32| (1..=t).map(|k| (1.0 - beta) * beta.powi(t - k)).sum::<f64>();
        (1..=50).for_each(|t| assert_close(weights(t), 1.0 - beta.powi(t), 1e-14));
        for t in 1..=50 {
            page("bias-correction").assert_close(&[(r"\beta_1", beta), ("t", f64::from(t))], 1e-14);
        }
    }
    for g in [-1000.0, -1e-3, 1e-6, 0.5, 7.0_f64] {
        let (mut adam, mut theta) = (Adam::default(), [2.0]);
        for t in 1..=50 {
            step(&mut adam, 0.01, &mut theta, &[g]);
            assert_close(theta[0], 2.0 - f64::from(t) * 0.01 * g / (g.abs() + 1e-8), 1e-12);
        }
    }
}

/// ```math uncorrected-first-step
/// \begin{aligned}
/// \frac{(1 - \beta_1) \, |g|}{\sqrt{(1 - \beta_2) \, g^2}}
/// &= \frac{1 - \beta_1}{\sqrt{1 - \beta_2}} \\
/// &= \frac{0.1}{\sqrt{0.001}} \approx 3.16
/// \end{aligned}
/// ```
///
/// Without the correction Adam's first step would be (1 − β₁)/√(1 − β₂) times η, whatever g, with the
/// usual constants 3.16 times; the library's, with it, is η. 1e-12: rounding. With ε = 0.
#[test]
fn uncorrected_first_step() {
    let _formula = formula!().allowing(0.005, "the page prints three digits");
    let (beta1, beta2) = (0.9, 0.999_f64);
    assert_close((1.0 - beta1) / (1.0 - beta2).sqrt(), 3.16, 0.005);
    for g in [-1e5, -1.0, 1e-9, 0.3, 70.0_f64] {
        let (m, s) = (beta1 * 0.0 + (1.0 - beta1) * g, beta2 * 0.0 + (1.0 - beta2) * g * g);
        let betas = [(r"\beta_1", beta1), (r"\beta_2", beta2)];
        let [whole, short, numbers, printed] =
            page("uncorrected-first-step").at(&[&betas[..], &[("g", g)]].concat())[..]
        else {
            panic!("expected four members");
        };
        assert_close(whole, m.abs() / s.sqrt(), 1e-12);
        assert_close(short, whole, 1e-12);
        assert_close(numbers, short, 1e-12);
        assert_close(printed, numbers, 0.005);
        assert_close(m.abs() / s.sqrt(), 0.1 / 0.001_f64.sqrt(), 1e-12);
        let mut theta = [0.0];
        step(&mut Adam { epsilon: 0.0, ..Adam::default() }, 0.01, &mut theta, &[g]);
        assert_close(theta[0].abs(), 0.01, 1e-12);
        let uncorrected = theta[0] * (1.0 - beta1) / (1.0 - beta2).sqrt();
        assert_close(uncorrected, -0.01 * m / s.sqrt(), 1e-12);
    }
}

/// ```math adam-scale-invariance
/// \Delta\theta(\omega g_1, \dots, \omega g_t) = \Delta\theta(g_1, \dots, g_t)
/// ```
///
/// Gradients ω times as large leave Adam's steps as they are (with ε = 0), and make those of gradient
/// descent ω times as long. 1e-12: rounding.
#[test]
fn adam_scale_invariance() {
    let _formula = formula!();
    let gradients = vector(30, &mut generator()).to_vec();
    for omega in [1e-6, 0.7, 8.0, 1000.0] {
        let mut adam = [(); 2].map(|()| Adam { epsilon: 0.0, ..Adam::default() });
        for g in &gradients {
            let (mut theta, mut scaled) = ([0.0], [0.0]);
            step(&mut adam[0], 0.01, &mut theta, &[*g]);
            step(&mut adam[1], 0.01, &mut scaled, &[omega * g]);
            assert_relative(scaled[0], theta[0], 1e-12);
            let (mut theta, mut scaled) = ([0.0], [0.0]);
            step(&mut Sgd::default(), 0.01, &mut theta, &[*g]);
            step(&mut Sgd::default(), 0.01, &mut scaled, &[omega * g]);
            assert_relative(scaled[0], omega * theta[0], 1e-12);
        }
    }
}

/// ```math adam-step-bound
/// |\Delta\theta| \le \eta \, \frac{1 - \beta_1}{\sqrt{(1 - \beta_2)(1 - \beta_1^2 / \beta_2)}} \approx 7.27 \, \eta
/// ```
///
/// No step of Adam is longer than η(1 − β₁)/√((1 − β₂)(1 − β₁²/β₂)), whatever the gradients: not
/// under random ones of wildly different sizes, not under those that grow like (β₁/β₂)⁻ᵏ after a
/// long silence, which come within 1 % of it. A lone gradient after a silence makes a step of
/// (1 − β₁)/√(1 − β₂), and a constant one after it goes up to twice that. With ε = 1e-300.
#[test]
fn adam_step_bound() {
    let _formula = formula!().allowing(0.01, "the page prints three digits");
    let longest = |beta1: f64, beta2: f64, gradients: &[f64]| {
        let mut adam = Adam { beta1, beta2, epsilon: 1e-300, ..Adam::default() };
        let lengths = gradients.iter().map(|&g| {
            let mut theta = [0.0];
            step(&mut adam, 0.01, &mut theta, &[g]);
            theta[0].abs() / 0.01
        });
        lengths.fold(0.0, f64::max)
    };
    let silence = |then: Vec<f64>| [vec![0.0; 20_000], then].concat();
    let mut generator = generator();
    for (beta1, beta2) in [(0.9, 0.999), (0.8, 0.95), (0.5, 0.99), (0.0, 0.9_f64)] {
        let bound = (1.0 - beta1) / ((1.0 - beta2) * (1.0 - beta1 * beta1 / beta2)).sqrt();
        for _ in 0..20 {
            let sizes = vector(500, &mut generator).mapv(|x| 10_f64.powf(3.0 * x));
            let gradients = vector(500, &mut generator) * sizes;
            assert_bound!(longest(beta1, beta2, &gradients.to_vec()) < bound);
        }
        let growing = silence((0..=60).map(|k| (beta1 / beta2).powi(60 - k)).collect());
        let page = page("adam-step-bound");
        let betas = [(r"\beta_1", beta1), (r"\beta_2", beta2), (r"\eta", 1.0)];
        assert_close(page.value(1, &betas), bound, 1e-14);
        if (beta1, beta2) == (0.9, 0.999) {
            assert_close(page.value(2, &betas), bound, 1e-3);
        }
        let worst = longest(beta1, beta2, &growing);
        assert_bound!(worst < 1.000_001 * bound && worst > 0.99 * bound, "{worst}, bound {bound}");
        let alone = longest(beta1, beta2, &silence(vec![-3.0]));
        assert_relative(alone, (1.0 - beta1) / (1.0 - beta2).sqrt(), 1e-6);
    }
    assert_close(longest(0.9, 0.999, &silence(vec![1.0; 100])), 6.57, 0.01);
}

/// ```math sign-descent
/// \theta \leftarrow \theta - \eta \, \frac{g}{\sqrt{g^2}} = \theta - \eta \operatorname{sign} g
/// ```
///
/// Adam without its memories, β₁ = β₂ = 0, moves each weight by η against the sign of its gradient.
/// An ε of 10⁻³⁰⁰ counts only where g = 0: there it stays.
#[test]
fn sign_descent() {
    let _formula = formula!();
    let usual = Adam::default();
    let adam = || Adam { beta1: 0.0, beta2: 0.0, epsilon: 1e-300, ..usual.clone() };
    assert_steps(adam(), 0.01, |_, theta, g, _| match g {
        0.0 => theta,
        g if g > 0.0 => theta - 0.01,
        _ => theta + 0.01,
    });
    let page = page("sign-descent").function(r"\operatorname{sign}", f64::signum);
    for member in [1, 2] {
        assert_steps(adam(), 0.01, |_, theta, g, _| {
            let named = [(r"\theta", theta), (r"\eta", 0.01), ("g", g)];
            if g == 0.0 { theta } else { page.value(member, &named) } // 0/0 on the page
        });
    }
}

/// ```math moving-average-decays
/// m_t = \beta_1^t \, m_0
/// ```
///
/// Without gradients Adam's m fades: t steps after the last one it is β₁ᵗ of what it was. 1e-12:
/// rounding in 200 steps.
#[test]
fn moving_average_decays() {
    let _formula = formula!();
    for (beta, g) in
        [0.5, 0.9, 0.99_f64].into_iter().flat_map(|beta| [-2.0, 1e3].map(|g| (beta, g)))
    {
        let mut gradients = vec![0.0; 201];
        gradients[0] = g;
        let means = adam_means(beta, &gradients);
        for (m, t) in means.iter().zip(0..) {
            assert_relative(*m, beta.powi(t) * means[0], 1e-12);
            let named = [("m_t", *m), ("m_0", means[0]), (r"\beta_1", beta), ("t", f64::from(t))];
            page("moving-average-decays").assert_relative(&named, 1e-12);
        }
    }
}

/// ```math weight-decay
/// \theta - \eta \, (g + \lambda\theta) = (1 - \eta\lambda) \, \theta - \eta \, g
/// ```
///
/// Weight decay as a penalty λθ²/2 in the loss: its slope λθ joins the gradient. For plain gradient
/// descent that is the same as to shrink the weight by 1 − ηλ and then to step.
#[test]
fn weight_decay() {
    let _formula = formula!();
    let decay = || Sgd { weight_decay: 0.3, ..Sgd::default() };
    let named = |theta, g| [(r"\theta", theta), ("g", g), (r"\eta", 0.01), (r"\lambda", 0.3)];
    for member in [0, 1] {
        let page = page("weight-decay");
        assert_steps(decay(), 0.01, |_, theta, g, _| page.value(member, &named(theta, g)));
    }
    for theta in points().into_iter().filter(|theta| theta.abs() < 20.0) {
        assert_close(slope(|theta| 0.3 * theta * theta / 2.0, theta), 0.3 * theta, 1e-9);
    }
    assert_steps(decay(), 0.01, |_, theta, g, _| theta - 0.01 * (g + 0.3 * theta));
    assert_steps(decay(), 0.01, |_, theta, g, _| (1.0 - 0.01 * 0.3) * theta - 0.01 * g);
}

/// ```math adam-decay-is-not-penalty
/// \begin{aligned}
/// \hat m &= \lambda\theta, \quad \hat s = (\lambda\theta)^2 \\
/// \eta \, \frac{\hat m}{\sqrt{\hat s}} &= \eta \, \frac{\lambda\theta}{|\lambda\theta|} = \pm\eta
/// \end{aligned}
/// ```
///
/// In Adam a penalty in the loss is not weight decay: divided by √ŝ, it takes η off a weight of any
/// size, when nothing else pulls at it. AdamW takes ηλθ off: large weights shrink more. 1e-7: ε.
#[test]
fn adam_decay_is_not_penalty() {
    let _formula = formula!().allowing(1e-7, "the formula leaves out ε of the library");
    let mut penalty = Adam { weight_decay: 0.3, ..Adam::default() };
    let mut decay = AdamW { decoupled_decay: 0.3, ..AdamW::default() };
    let (mut penalized, mut decayed) = ([10.0, 1.0, 0.1], [10.0, 1.0, 0.1]);
    step(&mut penalty, 0.01, &mut penalized, &[0.0; 3]);
    step(&mut decay, 0.01, &mut decayed, &[0.0; 3]);
    for (i, theta) in [10.0, 1.0, 0.1].into_iter().enumerate() {
        assert_close(theta - penalized[i], 0.01, 1e-7);
        assert_close(theta - decayed[i], 0.01 * 0.3 * theta, 1e-14);
    }
}

/// ```math adamw
/// \theta \leftarrow (1 - \eta\lambda) \, \theta - \eta \, \frac{\hat m}{\sqrt{\hat s} + \epsilon}
/// ```
///
/// AdamW: first θ ← (1 − ηλ)θ, and then Adam's step, whose m and s know nothing of the decay.
#[test]
fn adamw() {
    let _formula = formula!();
    let rule = AdamW { decoupled_decay: 0.3, ..AdamW::default() };
    assert_steps(rule, 0.01, |t, theta, g, [m, s, _]| {
        *m = 0.9 * *m + (1.0 - 0.9) * g;
        *s = 0.999 * *s + (1.0 - 0.999) * g * g;
        let m_hat = *m / (1.0 - 0.9_f64.powi(t));
        let s_hat = *s / (1.0 - 0.999_f64.powi(t));
        (1.0 - 0.01 * 0.3) * theta - 0.01 * m_hat / (s_hat.sqrt() + 1e-8)
    });
    let (adam, page) = ([0, 1, 2, 3].map(|n| page("adam").statement(n)), page("adamw"));
    let rule = AdamW { decoupled_decay: 0.3, ..AdamW::default() };
    assert_steps(rule, 0.01, |t, theta, g, [m, s, _]| {
        let given = [("g", g), (r"\beta_1", 0.9), (r"\beta_2", 0.999), ("t", f64::from(t))];
        *m = adam[0].value(1, &[&given[..], &[("m", *m)]].concat());
        *s = adam[2].value(1, &[&given[..], &[("s", *s)]].concat());
        let m_hat = (r"\hat m", adam[1].value(1, &[&given[..], &[("m", *m)]].concat()));
        let s_hat = (r"\hat s", adam[3].value(1, &[&given[..], &[("s", *s)]].concat()));
        let rates = [(r"\eta", 0.01), (r"\lambda", 0.3), (r"\epsilon", 1e-8)];
        page.value(1, &[&rates[..], &[m_hat, s_hat, (r"\theta", theta)]].concat())
    });
}
