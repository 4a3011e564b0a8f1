//! The formulas of *A rate for each weight*.

use ch04_optimizers::{AdaGrad, RmsProp};
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
