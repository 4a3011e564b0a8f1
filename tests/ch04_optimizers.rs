//! The formulas of chapter 4, each checked with numbers.

use ch04_optimizers::{
    AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, Parameter, Quadratic, RmsProp, Schedule,
    Sgd, rosenbrock as rosenbrock_height, rosenbrock_gradient,
};
use formulas::*;
use ndarray::{Array1, Array2, array};

/// One step of `optimizer` on one list of weights.
fn step(optimizer: &mut impl Optimizer<f64>, rate: f64, values: &mut [f64], gradient: &[f64]) {
    optimizer.step(rate, vec![Parameter { values, gradient }]);
}

/// Takes five steps with random gradients (some of them 0, tiny or huge) twice: with `optimizer`,
/// and weight by weight with a rule written by hand, `rule(t, θ, g, memory)` for step t = 1, 2, ….
/// All weights must agree to 1e-12 after each step: some twenty roundings.
#[track_caller]
fn assert_steps(
    mut optimizer: impl Optimizer<f64>,
    rate: f64,
    rule: impl Fn(i32, f64, f64, &mut [f64; 3]) -> f64,
) {
    let mut generator = generator();
    let mut weights = vector(8, &mut generator).to_vec();
    let (mut by_hand, mut memories) = (weights.clone(), [[0.0; 3]; 8]);
    for t in 1..=5 {
        let scales = array![0.0, 1e-12, 1e-3, 1.0, 1.0, 1.0, 1.0, 1e6];
        let gradient = (vector(8, &mut generator) * scales).to_vec();
        step(&mut optimizer, rate, &mut weights, &gradient);
        for i in 0..8 {
            by_hand[i] = rule(t, by_hand[i], gradient[i], &mut memories[i]);
            assert_close(weights[i], by_hand[i], 1e-12);
        }
    }
}

/// Gradient descent: θ ← θ − ηg.
#[test]
fn gradient_descent() {
    assert_steps(Sgd::default(), 0.1, |_, theta, g, _| theta - 0.1 * g);
}

/// Weight decay as a penalty λθ²/2 in the loss: its slope λθ joins the gradient. For plain gradient
/// descent that is the same as to shrink the weight by 1 − ηλ and then to step.
#[test]
fn weight_decay() {
    let decay = || Sgd { weight_decay: 0.3, ..Sgd::default() };
    for theta in points().into_iter().filter(|theta| theta.abs() < 20.0) {
        assert_close(slope(|theta| 0.3 * theta * theta / 2.0, theta), 0.3 * theta, 1e-9);
    }
    assert_steps(decay(), 0.01, |_, theta, g, _| theta - 0.01 * (g + 0.3 * theta));
    assert_steps(decay(), 0.01, |_, theta, g, _| (1.0 - 0.01 * 0.3) * theta - 0.01 * g);
}

/// The heavy ball: v ← μv + g, θ ← θ − ηv, so that v is the sum of all gradients, each μ times
/// weaker with every step since.
#[test]
fn momentum() {
    let ball = Momentum { weight_decay: 0.3, ..Momentum::new(0.9) };
    assert_steps(ball, 0.01, |_, theta, g, [v, ..]| {
        *v = 0.9 * *v + g + 0.3 * theta;
        theta - 0.01 * *v
    });
}

/// Nesterov's momentum: v ← μv + g, and then a step along g + μv, where the ball will be.
#[test]
fn nesterov() {
    let ball = Nesterov { weight_decay: 0.3, ..Nesterov::new(0.9) };
    assert_steps(ball, 0.01, |_, theta, g, [v, ..]| {
        let g = g + 0.3 * theta;
        *v = 0.9 * *v + g;
        theta - 0.01 * (g + 0.9 * *v)
    });
}

/// AdaGrad: s ← s + g², θ ← θ − ηg / (√s + ε). The first step has the length η, whatever g.
#[test]
fn adagrad() {
    let rule = AdaGrad { weight_decay: 0.3, epsilon: 1e-4, ..AdaGrad::default() };
    assert_steps(rule, 0.01, |_, theta, g, [s, ..]| {
        let g = g + 0.3 * theta;
        *s += g * g;
        theta - 0.01 * g / (s.sqrt() + 1e-4)
    });
}

/// RMSProp: s ← αs + (1 − α)g², θ ← θ − ηg / (√s + ε).
#[test]
fn rmsprop() {
    let rule = RmsProp { decay: 0.8, epsilon: 1e-4, ..RmsProp::default() };
    assert_steps(rule, 0.01, |_, theta, g, [s, ..]| {
        *s = 0.8 * *s + (1.0 - 0.8) * g * g;
        theta - 0.01 * g / (s.sqrt() + 1e-4)
    });
}

/// RMSProp, centered and with momentum: the running mean m of g is kept too, s − m² is the variance
/// of g, and the steps g / (√(s − m²) + ε) gather in a velocity.
#[test]
fn rmsprop_centered() {
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
}

/// Adam: running means m of g and s of g², both divided by what their weights add up to so far,
/// 1 − βᵗ, and a step ηm̂ / (√ŝ + ε).
#[test]
fn adam() {
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
}

/// The correction is right: the weights (1 − β)βᵗ⁻ᵏ of the first t gradients add up to 1 − βᵗ. So
/// with a constant g, m̂ = g and ŝ = g² from the first step on, and each step is η g / (|g| + ε).
/// 1e-12: rounding over 50 steps. Without the correction the first step would be 3 times as long.
#[test]
fn bias_correction() {
    for beta in [0.0, 0.9, 0.999_f64] {
        let weights = |t: i32| (1..=t).map(|k| (1.0 - beta) * beta.powi(t - k)).sum::<f64>();
        (1..=50).for_each(|t| assert_close(weights(t), 1.0 - beta.powi(t), 1e-14));
    }
    for g in [-1000.0, -1e-3, 1e-6, 0.5, 7.0_f64] {
        let (mut adam, mut theta) = (Adam::default(), [2.0]);
        for t in 1..=50 {
            step(&mut adam, 0.01, &mut theta, &[g]);
            assert_close(theta[0], 2.0 - f64::from(t) * 0.01 * g / (g.abs() + 1e-8), 1e-12);
        }
    }
}

/// AdamW: first θ ← (1 − ηλ)θ, and then Adam's step, whose m and s know nothing of the decay.
#[test]
fn adamw() {
    let rule = AdamW { decoupled_decay: 0.3, ..AdamW::default() };
    assert_steps(rule, 0.01, |t, theta, g, [m, s, _]| {
        *m = 0.9 * *m + (1.0 - 0.9) * g;
        *s = 0.999 * *s + (1.0 - 0.999) * g * g;
        let m_hat = *m / (1.0 - 0.9_f64.powi(t));
        let s_hat = *s / (1.0 - 0.999_f64.powi(t));
        (1.0 - 0.01 * 0.3) * theta - 0.01 * m_hat / (s_hat.sqrt() + 1e-8)
    });
}

/// In Adam a penalty in the loss is not weight decay: divided by √ŝ, it takes η off a weight of any
/// size, when nothing else pulls at it. AdamW takes ηλθ off: large weights shrink more. 1e-7: ε.
#[test]
fn adam_decay_is_not_penalty() {
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

/// A constant schedule leaves the learning rate as it is. Exact.
#[test]
fn constant_schedule() {
    assert!((0..100).all(|step| Schedule::Constant.factor(step, 100) == 1.0));
}

/// A step schedule multiplies the rate by γ after every k steps: γ to the power ⌊t / k⌋. Here by
/// repeated multiplication. 1e-14: rounding.
#[test]
fn step_schedule() {
    for (every, gamma) in [(1, 0.9), (10, 0.5), (7, 0.1), (1000, 0.5)] {
        let (schedule, mut factor) = (Schedule::Step { every, factor: gamma }, 1.0);
        for t in 0..100 {
            factor *= if t > 0 && t % every == 0 { gamma } else { 1.0 };
            assert_relative(schedule.factor(t, 100), factor, 1e-14);
        }
    }
}

/// A linear schedule loses 1/T in each of its T steps; a step after the last one, it is 0, and it
/// stays there. 1e-14: T subtractions, each rounded.
#[test]
fn linear_schedule() {
    for total in [1, 2, 7, 100] {
        let mut factor = 1.0;
        for t in 0..total {
            assert_close(Schedule::Linear.factor(t, total), factor, 1e-14);
            factor -= 1.0 / total as f64;
        }
        assert_eq!([total, 2 * total].map(|t| Schedule::Linear.factor(t, total)), [0.0, 0.0]);
    }
}

/// A cosine schedule is (1 + cos πt/T) / 2, which is also cos² of half the angle: 1 at first, 1/2
/// halfway, 0 at the end. 1e-15: rounding.
#[test]
fn cosine_schedule() {
    for total in [1, 2, 10, 100] {
        for t in 0..=total {
            let half_angle = std::f64::consts::FRAC_PI_2 * t as f64 / total as f64;
            assert_close(Schedule::Cosine.factor(t, total), half_angle.cos().powi(2), 1e-15);
        }
        assert_close(Schedule::Cosine.factor(total, 2 * total), 0.5, 1e-15);
        assert_eq!([total, 2 * total].map(|t| Schedule::Cosine.factor(t, total)), [0.0, 0.0]);
    }
}

/// Warm-up climbs in w equal steps from 1/w to 1; what follows has its own beginning there, and the
/// T − w steps that are left. Exact but for 1e-15.
#[test]
fn warm_up() {
    let then = || [Schedule::Constant, Schedule::Linear, Schedule::Cosine];
    for (w, total) in [(0, 10), (1, 10), (5, 30), (30, 30)] {
        for schedule in then() {
            let warm = Schedule::WarmUp { steps: w, then: Box::new(schedule.clone()) };
            for t in 0..w {
                assert_close(warm.factor(t, total), (t + 1) as f64 / w as f64, 1e-15);
            }
            for t in w..total {
                assert_close(warm.factor(t, total), schedule.factor(t - w, total - w), 1e-15);
            }
        }
    }
}

/// A bowl with these curvatures along the axes, and the axes, turned in space, as columns. They are
/// turned by a mirror, M = 1 − 2uuᵀ/|u|², which is its own inverse: H = M Λ M.
fn bowl(curvatures: &[f64]) -> (Quadratic<f64>, Array2<f64>) {
    let mut generator = generator();
    let size = curvatures.len();
    let u = matrix(size, 1, &mut generator);
    let mirror = Array2::eye(size) - 2.0 * u.dot(&u.t()) / u.mapv(|u| u * u).sum();
    let curvatures = Array2::from_diag(&Array1::from(curvatures.to_vec()));
    let curvature = mirror.dot(&curvatures).dot(&mirror);
    (Quadratic { curvature, minimum: vector(size, &mut generator) }, mirror)
}

/// Curvatures for bowls: round, long, very long, and one-dimensional.
const CURVATURES: [&[f64]; 4] = [&[2.0, 2.0], &[0.5, 1.0, 8.0], &[0.01, 0.3, 1.0, 4.0], &[3.0]];

/// H of the figures' example bowl, in the two decimals of the page: the curvatures 1 and 20, turned by
/// 30 degrees.
fn example() -> Array2<f64> {
    array![[5.75, -8.23], [-8.23, 15.25]]
}

/// The distance of `point` to the lowest point of the bowl.
fn distance(bowl: &Quadratic<f64>, point: &Array1<f64>) -> f64 {
    (point - &bowl.minimum).mapv(|x| x * x).sum().sqrt()
}

/// ½ (θ − c)ᵀ H (θ − c) is half the sum over i and j of h_ij (θ_i − c_i)(θ_j − c_j): a double loop
/// here. At the lowest point it is 0. 1e-13: rounding.
#[test]
fn bowl_value() {
    for (bowl, _) in CURVATURES.map(bowl) {
        let theta = vector(bowl.minimum.len(), &mut generator()) * 2.0;
        let offset = &theta - &bowl.minimum;
        let mut sum = 0.0;
        for ((i, j), &h) in bowl.curvature.indexed_iter() {
            sum += h * offset[i] * offset[j] / 2.0;
        }
        assert_close(bowl.value(theta.view()), sum, 1e-13);
        assert_eq!(bowl.value(bowl.minimum.view()), 0.0);
    }
}

/// The slope of the bowl is H (θ − c). 1e-9: five points.
#[test]
fn bowl_gradient() {
    for (bowl, _) in CURVATURES.map(bowl) {
        let theta = vector(bowl.minimum.len(), &mut generator()) * 2.0;
        let slopes = slopes(|theta| bowl.value(theta.view()), &theta);
        assert_all_close(&bowl.gradient(theta.view()), &slopes, 1e-9);
    }
}

/// Near any point the loss is its value there, plus the gradient times the move, plus a bowl. On
/// ln cosh θ at 0, where the gradient is 0 and the curvature 1, the rest is θ⁴/12: half as far, a
/// sixteenth of it. In Rosenbrock's valley, from its lowest point and from random ones, the rest has
/// the powers 3 and 4 of the move, and no lower one. 1e-10: rounding of heights up to 10⁴.
#[test]
fn second_order() {
    let bowl = parabola(1.0, 0.0);
    let wrong_by = |theta: f64| bowl.value(array![theta].view()) - theta.cosh().ln();
    assert_close(wrong_by(0.2), 0.000_132, 5e-7);
    assert_close(wrong_by(0.1), 0.000_008, 5e-7);
    assert_relative(wrong_by(0.2) / wrong_by(0.1), 16.0, 0.01);
    let valley = |p: &Array1<f64>| rosenbrock_height([p[0], p[1]]);
    let mut generator = generator();
    let random = (0..100).map(|_| vector(2, &mut generator)).collect::<Vec<_>>();
    for c in [vec![array![1.0, 1.0]], random].concat() {
        let (x, y) = (c[0], c[1]);
        let g = Array1::from(rosenbrock_gradient([x, y]).to_vec());
        let h = array![[2.0 - 400.0 * (y - 3.0 * x * x), -400.0 * x], [-400.0 * x, 200.0]];
        let bowl = Quadratic { curvature: h, minimum: c.clone() };
        let wrong_by = |size: f64| {
            let theta = &c + size * &array![0.8, -0.6];
            let estimate = valley(&c) + g.dot(&(&theta - &c)) + bowl.value(theta.view());
            estimate - valley(&theta)
        };
        // The powers 3 and 4 of the move in 100 (y − x²)², with the sign changed.
        let rest = |s: f64| {
            let (dx, dy) = (0.8 * s, -0.6 * s);
            200.0 * dx * dx * dy - 400.0 * x * dx.powi(3) - 100.0 * dx.powi(4)
        };
        for size in [0.1, 0.05] {
            assert_close(wrong_by(size), rest(size), 1e-10);
        }
    }
}

/// The eigenvalues that the library finds are the curvatures that the bowl was made with, in order;
/// along an axis u of the bowl, Hu = λu. κ is the largest over the smallest. 1e-12: rounding.
#[test]
fn condition_number() {
    for curvatures in CURVATURES {
        let (bowl, axes) = bowl(curvatures);
        let eigenvalues = bowl.eigenvalues();
        for (k, &curvature) in curvatures.iter().enumerate() {
            assert_close(eigenvalues[k], curvature, 1e-12);
            assert_all_close(
                &bowl.curvature.dot(&axes.column(k)),
                &(curvature * &axes.column(k)),
                1e-12,
            );
        }
        let (smallest, largest) = (curvatures[0], curvatures[curvatures.len() - 1]);
        assert_relative(bowl.condition_number(), largest / smallest, 1e-12);
    }
}

/// Along axis k of a bowl, a step of gradient descent leaves the share |1 − ηλ_k| of the distance,
/// and the slowest axis leaves the largest share. Measured by one step of the optimizer. 1e-12.
#[test]
fn contraction() {
    for (curvatures, rate) in CURVATURES.iter().flat_map(|c| [0.01, 0.2, 0.4, 1.0].map(|r| (c, r)))
    {
        let (bowl, axes) = bowl(curvatures);
        let mut slowest = 0.0_f64;
        for (k, curvature) in curvatures.iter().enumerate() {
            let mut theta = &bowl.minimum + &axes.column(k);
            let gradient = bowl.gradient(theta.view()).to_vec();
            step(&mut Sgd::default(), rate, theta.as_slice_mut().unwrap(), &gradient);
            assert_close(distance(&bowl, &theta), (1.0 - rate * curvature).abs(), 1e-12);
            slowest = slowest.max(distance(&bowl, &theta));
        }
        assert_close(bowl.contraction(rate), slowest, 1e-12);
    }
}

/// The share of the first distance that is left after so many steps, from a start off all axes.
fn left_after(
    steps: usize,
    bowl: &Quadratic<f64>,
    mut rule: impl Optimizer<f64>,
    rate: f64,
) -> f64 {
    let mut theta = &bowl.minimum + 1.0;
    let start = distance(bowl, &theta);
    for _ in 0..steps {
        let gradient = bowl.gradient(theta.view()).to_vec();
        step(&mut rule, rate, theta.as_slice_mut().expect("standard layout"), &gradient);
    }
    distance(bowl, &theta) / start
}

/// Gradient descent comes to rest for every rate below 2 / λ_max and runs away above it: 1 % on
/// either side, 5,000 steps make the difference between 0 and infinity along the steepest axis.
#[test]
fn largest_stable_rate() {
    for (bowl, _) in CURVATURES.map(bowl) {
        let rate = bowl.largest_stable_rate();
        assert_relative(rate, 2.0 / bowl.eigenvalues().into_iter().fold(0.0, f64::max), 1e-12);
        assert!(left_after(5000, &bowl, Sgd::default(), 0.99 * rate) < 1e-10);
        assert!(left_after(5000, &bowl, Sgd::default(), 1.01 * rate) > 1e10);
    }
}

/// The best rate, 2 / (λ_min + λ_max), leaves (κ − 1) / (κ + 1) of the distance a step, and every
/// other rate leaves more. 1e-12: rounding.
#[test]
fn best_rate() {
    for (bowl, _) in CURVATURES.map(bowl) {
        let (rate, kappa) = (bowl.best_rate(), bowl.condition_number());
        assert_close(bowl.contraction(rate), (kappa - 1.0) / (kappa + 1.0), 1e-12);
        for other in (1..400).map(|percent| rate * f64::from(percent) / 100.0) {
            assert!(bowl.contraction(other) >= bowl.contraction(rate) - 1e-12);
        }
    }
}

/// A heavy ball with the best η and μ leaves about √μ = (√κ − 1) / (√κ + 1) of the distance a step:
/// measured from step 100 to 200, since the first steps are slower. 1 %: the distance shrinks like
/// t √μᵗ, and the 100th root of 200/100 is 1.007. Other η and μ close by leave more.
#[test]
fn heavy_ball_rate() {
    for curvatures in [[1.0, 4.0], [0.5, 8.0], [0.1, 10.0]] {
        let (mut bowl, _) = bowl(&curvatures);
        bowl.minimum.fill(0.0); // so that distances below 1e-16 have digits
        let root = (curvatures[1] / curvatures[0]).sqrt();
        let ((rate, mu), by_hand) = (bowl.best_momentum(), (root - 1.0) / (root + 1.0));
        assert_close(mu.sqrt(), by_hand, 1e-12);
        let share = |rate: f64, mu: f64| {
            let left = |steps| left_after(steps, &bowl, Momentum::new(mu), rate);
            (left(200) / left(100)).powf(1.0 / 100.0)
        };
        assert_relative(share(rate, mu), by_hand, 0.01);
        for (other_rate, other_mu) in [(0.9, 1.0), (1.1, 1.0), (1.0, 0.9), (1.0, 1.1)] {
            assert!(share(other_rate * rate, other_mu * mu) > share(rate, mu));
        }
    }
}

/// Nesterov's momentum with η = 1/λ_max and μ = (√κ − 1) / (√κ + 1) leaves about 1 − 1/√κ of the
/// distance a step, measured from step 100 to 200. 1 %: as for the heavy ball, the distance shrinks
/// like t times a power. With the same rate, other μ leave more.
#[test]
fn nesterov_rate() {
    for curvatures in [[1.0, 4.0], [0.5, 8.0], [0.1, 10.0]] {
        let (mut bowl, _) = bowl(&curvatures);
        bowl.minimum.fill(0.0); // so that distances below 1e-16 have digits
        let root = (curvatures[1] / curvatures[0]).sqrt();
        let (rate, mu) = bowl.best_nesterov();
        assert_close(rate, 1.0 / curvatures[1], 1e-12);
        assert_close(mu, (root - 1.0) / (root + 1.0), 1e-12);
        let share = |mu: f64| {
            let left = |steps| left_after(steps, &bowl, Nesterov::new(mu), rate);
            (left(200) / left(100)).powf(1.0 / 100.0)
        };
        assert_relative(share(mu), 1.0 - 1.0 / root, 0.01);
        assert!(share(0.9 * mu) > share(mu) && share(1.1 * mu) > share(mu));
    }
}

/// One step of `rule` on `bowl`, from `theta`.
fn descend(
    bowl: &Quadratic<f64>,
    rule: &mut impl Optimizer<f64>,
    rate: f64,
    theta: &mut Array1<f64>,
) {
    let gradient = bowl.gradient(theta.view()).to_vec();
    step(rule, rate, theta.as_slice_mut().expect("standard layout"), &gradient);
}

/// A bowl of one weight: a parabola with this curvature, and its lowest point.
fn parabola(curvature: f64, lowest: f64) -> Quadratic<f64> {
    Quadratic { curvature: array![[curvature]], minimum: array![lowest] }
}

/// Rates times curvatures: small, at rest in a single step, to and fro, at the limit, and beyond.
const PRODUCTS: [f64; 7] = [0.0, 1e-3, 0.2, 1.0, 1.8, 2.0, 2.2];

/// On a parabola a step of gradient descent leaves the share 1 − ηλ₁ of the distance, sign and all;
/// on the way there it is θ − ηλ₁(θ − c) − c. 1e-13: the step itself rounds a few times.
#[test]
fn one_step_on_a_parabola() {
    let mut generator = generator();
    for (product, curvature) in
        PRODUCTS.into_iter().flat_map(|p| [0.01, 2.0, 100.0].map(|c| (p, c)))
    {
        let (theta, c, rate) =
            (3.0 * number(&mut generator), number(&mut generator), product / curvature);
        let mut next = array![theta];
        descend(&parabola(curvature, c), &mut Sgd::default(), rate, &mut next);
        assert_close(next[0] - c, theta - rate * curvature * (theta - c) - c, 1e-13);
        assert_close(next[0] - c, (1.0 - rate * curvature) * (theta - c), 1e-13);
    }
}

/// After t steps on a parabola, the distance is (1 − ηλ₁)ᵗ of the first one. Beyond ηλ₁ = 2 it
/// grows and alternates. 1e-12: rounding in twenty steps.
#[test]
fn parabola_path() {
    for (product, curvature) in
        PRODUCTS.into_iter().flat_map(|p| [0.01, 2.0, 100.0].map(|c| (p, c)))
    {
        let (mut theta, c, rate) = (array![-2.5], 0.7, product / curvature);
        for t in 0..=20 {
            assert_close(theta[0] - c, (1.0 - rate * curvature).powi(t) * (-2.5 - c), 1e-12);
            descend(&parabola(curvature, c), &mut Sgd::default(), rate, &mut theta);
        }
    }
}

/// H takes an axis to λ_k times that axis, λ_k the eigenvalue that the library finds; so at a
/// distance s along the axis the gradient is sλ_k along it. 1e-12: rounding.
#[test]
fn bowl_axis() {
    for (bowl, axes) in CURVATURES.map(bowl) {
        for (axis, lambda) in axes.columns().into_iter().zip(bowl.eigenvalues()) {
            assert_all_close(&bowl.curvature.dot(&axis), &(lambda * &axis), 1e-12);
            for s in [-5.0, 0.1, 2.0] {
                let gradient = bowl.gradient((&bowl.minimum + s * &axis).view());
                assert_all_close(&gradient, &(s * lambda * &axis), 1e-12);
            }
        }
    }
    let (sin, cos) = 30_f64.to_radians().sin_cos();
    let [flat, steep] = [array![cos, sin], array![-sin, cos]];
    assert_all_close(&example().dot(&flat), &flat, 0.005);
    assert_all_close(&example().dot(&steep), &(20.0 * &steep), 0.005);
}

/// Newton's step lands on c from any point of a bowl: the inverse undoes each axis, M Λ⁻¹ M. It lands
/// there on a saddle too, from a point of the falling axis that is lower than c. And with the
/// example's H, inverted as on the page, it goes one to the left from (2, 0.5). 1e-11: rounding,
/// a hundred times stronger where a curvature is 0.01.
#[test]
fn newton_step() {
    let bowls = CURVATURES.into_iter().chain([&[-1.0, 2.0][..]]);
    for (curvatures, (bowl, axes)) in bowls.map(|curvatures| (curvatures, bowl(curvatures))) {
        let undone = curvatures.iter().map(|curvature| 1.0 / curvature).collect::<Vec<_>>();
        let inverse = axes.dot(&Array2::from_diag(&Array1::from(undone))).dot(&axes);
        let along_first = &bowl.minimum + &axes.column(0) * 3.0;
        for theta in [along_first.clone(), vector(curvatures.len(), &mut generator()) * 2.0] {
            let step = inverse.dot(&bowl.gradient(theta.view()));
            assert_all_close(&(&theta - &step), &bowl.minimum, 1e-11);
        }
        let climbs = bowl.value(along_first.view()) < bowl.value(bowl.minimum.view());
        assert_eq!(climbs, curvatures[0] < 0.0);
    }
    let bowl = Quadratic { curvature: example(), minimum: array![1.0, 0.5] };
    let gradient = bowl.gradient(array![2.0, 0.5].view());
    assert_all_close(&gradient, &array![5.75, -8.23], 0.005);
    let inverse = array![[15.25, 8.23], [8.23, 5.75]] / (5.75 * 15.25 - 8.23 * 8.23);
    assert_all_close(&inverse.dot(&gradient), &array![1.0, 0.0], 1e-12);
    assert_close(5.75 * 15.25 - 8.23 * 8.23, 20.0, 0.005);
}

/// After t steps, the part of the distance along axis k, at first a_k, has been multiplied by
/// (1 − ηλ_k)ᵗ, whatever the other parts are; also beyond the stable rate. 1e-11: twenty steps.
#[test]
fn path_along_axes() {
    for (curvatures, rate) in CURVATURES.iter().flat_map(|c| [0.01, 0.2, 0.4].map(|r| (c, r))) {
        let (bowl, axes) = bowl(curvatures);
        let mut theta = vector(curvatures.len(), &mut generator()) * 2.0 - 1.0;
        let start = &theta - &bowl.minimum;
        for t in 0..=20 {
            let mut sum = Array1::zeros(curvatures.len());
            for (axis, lambda) in axes.columns().into_iter().zip(*curvatures) {
                sum += &((1.0 - rate * lambda).powi(t) * axis.dot(&start) * &axis);
            }
            assert_all_close(&(&theta - &bowl.minimum), &sum, 1e-11);
            descend(&bowl, &mut Sgd::default(), rate, &mut theta);
        }
    }
}

/// A step against the gradient lowers the loss by at least η(1 − ½ηλ_max)|g|², from any point and
/// at any rate; along the steepest axis by just that. 1e-12: rounding.
#[test]
fn descent_lemma() {
    let mut generator = generator();
    for (bowl, axes) in CURVATURES.map(bowl) {
        let size = bowl.minimum.len();
        let steepest = bowl.eigenvalues()[size - 1];
        let sides = |theta: Array1<f64>, eta: f64| {
            let g = bowl.gradient(theta.view());
            let promise = eta * (1.0 - 0.5 * eta * steepest) * g.dot(&g);
            (bowl.value((&theta - eta * &g).view()), bowl.value(theta.view()) - promise)
        };
        for eta in [0.01, 0.3, 1.0, 1.9, 2.5].map(|product| product / steepest) {
            for _ in 0..100 {
                let (after, bound) = sides(vector(size, &mut generator) * 3.0, eta);
                assert!(after <= bound + 1e-12 * after.abs().max(1.0), "{after} > {bound}");
            }
            let (after, bound) = sides(&bowl.minimum + 2.0 * &axes.column(size - 1), eta);
            assert_close(after, bound, 1e-12);
        }
    }
}

/// The steps to come nearer by a factor of e at the best rate: −1 / ln of the share that a step
/// leaves is κ/2, less about 1/(3κ²) of it. Counted on bowls, it is that number rounded up.
#[test]
fn steps_at_best_rate() {
    for kappa in [3.0, 10.0, 31.7, 100.0, 1000.0, 1e4_f64] {
        let steps = -1.0 / ((kappa - 1.0) / (kappa + 1.0)).ln();
        assert_relative(steps, kappa / 2.0, 0.4 / (kappa * kappa));
        let (bowl, axes) = bowl(&[0.2, 0.2 * kappa]);
        let mut theta = &bowl.minimum + &axes.sum_axis(ndarray::Axis(1)); // off both axes
        let (nearer, mut counted) = (distance(&bowl, &theta) / 1.0_f64.exp(), 0);
        while distance(&bowl, &theta) > nearer {
            descend(&bowl, &mut Sgd::default(), bowl.best_rate(), &mut theta);
            counted += 1;
        }
        assert_eq!(f64::from(counted), steps.ceil());
    }
}

/// The velocity, which is the last step over −η, is the sum of all gradients so far, each μ times
/// weaker with every step since. 1e-13: thirty roundings.
#[test]
fn velocity_sum() {
    for mu in [0.0, 0.5, 0.9, 0.99_f64] {
        let gradients = vector(30, &mut generator());
        let mut ball = Momentum::new(mu);
        for t in 1..=30_usize {
            let mut theta = [0.0]; // a step from 0 has all its digits
            step(&mut ball, 0.1, &mut theta, &[gradients[t - 1]]);
            let fading = |k: usize| mu.powi((t - k) as i32) * gradients[k - 1];
            assert_close(-theta[0] / 0.1, (1..=t).map(fading).sum(), 1e-13);
        }
    }
}

/// Under a constant gradient the velocity is (1 − μᵗ)/(1 − μ) of it, and in the end 1/(1 − μ): after
/// 40/(1 − μ) steps μᵗ is below e⁻⁴⁰. 1e-12: rounding, a hundred times stronger for μ = 0.99.
#[test]
fn terminal_velocity() {
    for (mu, g) in
        [0.0, 0.5, 0.9, 0.99_f64].into_iter().flat_map(|mu| [-3.0, 1e-3].map(|g| (mu, g)))
    {
        let (mut ball, mut velocity) = (Momentum::new(mu), 0.0);
        for t in 1..=(40.0 / (1.0 - mu)) as i32 {
            let mut theta = [0.0];
            step(&mut ball, 0.1, &mut theta, &[g]);
            velocity = -theta[0] / 0.1;
            assert_relative(velocity, (1.0 - mu.powi(t)) / (1.0 - mu) * g, 1e-12);
        }
        assert_relative(velocity, g / (1.0 - mu), 1e-12);
    }
}

/// Without its velocity, the heavy ball takes a step of gradient descent, and μ of its last step
/// once more. Before the first step there was none.
#[test]
fn heavy_ball_form() {
    assert_steps(Momentum::new(0.9), 0.01, |t, theta, g, [before, ..]| {
        let last = if t == 1 { 0.0 } else { theta - *before };
        *before = theta;
        theta - 0.01 * g + 0.9 * last
    });
}

/// Along each axis of a bowl the heavy ball's distances are a mixture of the powers of the two
/// solutions ζ, real or complex (then of √μᵗ cos tφ and √μᵗ sin tφ, with |ζ|² = μ), with the first
/// two distances given. 1e-10: thirty steps, and a division by half the solutions' difference.
#[test]
fn momentum_roots() {
    let (bowl, axes) = bowl(&[0.5, 1.0, 8.0]);
    for (mu, eta) in [(0.5, 0.1), (0.9, 0.1), (0.2, 0.05), (0.9, 0.5_f64)] {
        let mut path = vec![&bowl.minimum + 1.0];
        let mut ball = Momentum::new(mu);
        for t in 0..30 {
            let mut theta = path[t].clone();
            descend(&bowl, &mut ball, eta, &mut theta);
            path.push(theta);
        }
        for (axis, lambda) in axes.columns().into_iter().zip([0.5, 1.0, 8.0]) {
            let xi = |t: usize| axis.dot(&(&path[t] - &bowl.minimum));
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

/// The heavy ball at its best comes nearer by a factor of e in −1 / ln((√κ − 1) / (√κ + 1)) steps,
/// which is √κ/2 but for about 1/(3κ) of it. 1 %: measured over a thousand steps or fewer, on bowls,
/// and the distance shrinks like t √μᵗ.
#[test]
fn steps_with_momentum() {
    for (kappa, long) in [(9.0, 200), (16.0, 300), (100.0, 800), (200.0, 1000_usize)] {
        let root = f64::sqrt(kappa);
        let steps = -1.0 / ((root - 1.0) / (root + 1.0)).ln();
        assert_relative(steps, root / 2.0, 0.4 / kappa);
        let (mut bowl, _) = bowl(&[0.2, 0.2 * kappa]);
        bowl.minimum.fill(0.0); // so that distances below 1e-16 have digits
        let (rate, mu) = bowl.best_momentum();
        let left = |steps| left_after(steps, &bowl, Momentum::new(mu), rate);
        let share = (left(2 * long) / left(long) / 2.0).powf(1.0 / long as f64);
        assert_relative(-1.0 / share.ln(), steps, 0.01);
    }
}

/// The heavy ball comes to rest for every rate below 2(1 + μ)/λ_max and runs away above it: 1 % on
/// either side; 5,000 steps to come to rest, 1,500 to run away, not so far that `f64` ends.
#[test]
fn momentum_stable_rate() {
    for (curvatures, mu) in CURVATURES.iter().flat_map(|c| [0.0, 0.5, 0.9, 0.95].map(|mu| (c, mu)))
    {
        let (bowl, _) = bowl(curvatures);
        let limit = 2.0 * (1.0 + mu) / curvatures[curvatures.len() - 1];
        assert!(left_after(5000, &bowl, Momentum::new(mu), 0.99 * limit) < 1e-10);
        assert!(left_after(1500, &bowl, Momentum::new(mu), 1.01 * limit) > 1e10);
    }
}

/// The form that takes its gradient where the velocity alone would lead, and the form that the
/// library steps by, go the same way: θ_t = θ̃_t − ημv_t. 1e-12: rounding in fifty steps.
#[test]
fn nesterov_lookahead() {
    for (curvatures, mu) in CURVATURES.iter().flat_map(|c| [0.0, 0.5, 0.9].map(|mu| (c, mu))) {
        let (bowl, _) = bowl(curvatures);
        let eta = 0.7 / curvatures[curvatures.len() - 1];
        let mut theta = vector(curvatures.len(), &mut generator()) * 2.0;
        let (mut place, mut v) = (theta.clone(), Array1::zeros(curvatures.len()));
        let mut library = Nesterov::new(mu);
        for _ in 0..50 {
            descend(&bowl, &mut library, eta, &mut theta);
            v = mu * &v + bowl.gradient((&place - eta * mu * &v).view());
            place = &place - eta * &v;
            assert_all_close(&theta, &(&place - eta * mu * &v), 1e-12);
        }
    }
}

/// Under a constant gradient of any size, AdaGrad's step number t has the length η/√t. 1e-12: the sum
/// of squares rounds a hundred times. With ε = 0.
#[test]
fn adagrad_constant_gradient() {
    for g in [-1e6, -0.01, 1e-9, 3.0] {
        let mut rule = AdaGrad { epsilon: 0.0, ..AdaGrad::default() };
        for t in 1..=100 {
            let mut theta = [0.0]; // a step from 0 has all its digits
            step(&mut rule, 0.1, &mut theta, &[g]);
            assert_relative(theta[0].abs(), 0.1 / f64::from(t).sqrt(), 1e-12);
        }
    }
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

/// Adam's m is the sum of all gradients so far, each with the weight (1 − β₁)β₁ᵗ⁻ᵏ. 1e-13: rounding.
#[test]
fn running_mean() {
    let gradients = vector(40, &mut generator()).to_vec();
    for beta in [0.0, 0.5, 0.9, 0.99_f64] {
        for (m, t) in adam_means(beta, &gradients).into_iter().zip(1..) {
            let weighted = |k: i32| beta.powi(t - k) * gradients[k as usize - 1];
            assert_close(m, (1.0 - beta) * (1..=t).map(weighted).sum::<f64>(), 1e-13);
        }
    }
}

/// Without the correction Adam's first step would be (1 − β₁)/√(1 − β₂) times η, whatever g, with the
/// usual constants 3.16 times; the library's, with it, is η. 1e-12: rounding. With ε = 0.
#[test]
fn uncorrected_first_step() {
    let (beta1, beta2) = (0.9, 0.999_f64);
    assert_close((1.0 - beta1) / (1.0 - beta2).sqrt(), 3.16, 0.005);
    for g in [-1e5, -1.0, 1e-9, 0.3, 70.0_f64] {
        let (m, s) = (beta1 * 0.0 + (1.0 - beta1) * g, beta2 * 0.0 + (1.0 - beta2) * g * g);
        assert_close(m.abs() / s.sqrt(), 0.1 / 0.001_f64.sqrt(), 1e-12);
        let mut theta = [0.0];
        step(&mut Adam { epsilon: 0.0, ..Adam::default() }, 0.01, &mut theta, &[g]);
        assert_close(theta[0].abs(), 0.01, 1e-12);
        let uncorrected = theta[0] * (1.0 - beta1) / (1.0 - beta2).sqrt();
        assert_close(uncorrected, -0.01 * m / s.sqrt(), 1e-12);
    }
}

/// No step of Adam is longer than η(1 − β₁)/√((1 − β₂)(1 − β₁²/β₂)), whatever the gradients: not
/// under random ones of wildly different sizes, not under those that grow like (β₁/β₂)⁻ᵏ after a
/// long silence, which come within 1 % of it. A lone gradient after a silence makes a step of
/// (1 − β₁)/√(1 − β₂), and a constant one after it goes up to twice that. With ε = 1e-300.
#[test]
fn adam_step_bound() {
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
            assert!(longest(beta1, beta2, &gradients.to_vec()) < bound);
        }
        let growing = silence((0..=60).map(|k| (beta1 / beta2).powi(60 - k)).collect());
        let worst = longest(beta1, beta2, &growing);
        assert!(worst < 1.000_001 * bound && worst > 0.99 * bound, "{worst}, bound {bound}");
        let alone = longest(beta1, beta2, &silence(vec![-3.0]));
        assert_relative(alone, (1.0 - beta1) / (1.0 - beta2).sqrt(), 1e-6);
    }
    assert_close(longest(0.9, 0.999, &silence(vec![1.0; 100])), 6.57, 0.01);
}

/// Gradients ω times as large leave Adam's steps as they are (with ε = 0), and make those of gradient
/// descent ω times as long. 1e-12: rounding.
#[test]
fn adam_scale_invariance() {
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

/// Adam without its memories, β₁ = β₂ = 0, moves each weight by η against the sign of its gradient.
/// An ε of 10⁻³⁰⁰ counts only where g = 0: there it stays.
#[test]
fn sign_descent() {
    let usual = Adam::default();
    let adam = Adam { beta1: 0.0, beta2: 0.0, epsilon: 1e-300, ..usual };
    assert_steps(adam, 0.01, |_, theta, g, _| match g {
        0.0 => theta,
        g if g > 0.0 => theta - 0.01,
        _ => theta + 0.01,
    });
}

/// Without gradients Adam's m fades: t steps after the last one it is β₁ᵗ of what it was. 1e-12:
/// rounding in 200 steps.
#[test]
fn memory_fades() {
    for (beta, g) in
        [0.5, 0.9, 0.99_f64].into_iter().flat_map(|beta| [-2.0, 1e3].map(|g| (beta, g)))
    {
        let mut gradients = vec![0.0; 201];
        gradients[0] = g;
        let means = adam_means(beta, &gradients);
        for (m, t) in means.iter().zip(0..) {
            assert_relative(*m, beta.powi(t) * means[0], 1e-12);
        }
    }
}

/// Downhill along an axis of negative curvature, where the slope is −|λ₁|θ, gradient descent leaves
/// the ridge by the same factor 1 + η|λ₁| in each step; and from the ridge itself it never leaves.
/// 1e-12: rounding in a hundred steps.
#[test]
fn saddle_escape() {
    for (eta, curvature) in
        [0.01, 0.1, 1.0].into_iter().flat_map(|r| [-0.5, -3.0_f64].map(|c| (r, c)))
    {
        for start in [0.0, 1e-3, -2.0] {
            let mut theta = array![start];
            for t in 0..=100 {
                assert_relative(theta[0], (1.0 + eta * curvature.abs()).powi(t) * start, 1e-12);
                let saddle = parabola(curvature, 0.0);
                descend(&saddle, &mut Sgd::default(), eta, &mut theta);
            }
        }
    }
}

/// Rosenbrock's valley is the polynomial 1 − 2x + x² + 100y² − 200x²y + 100x⁴, and the gradient by
/// which the figure's paths walk is its slope; it is 0 at (1, 1) and positive elsewhere, and there
/// its slope is 0 and its condition number about 2,500, with the second derivatives 802, −400 and
/// 200, which are slopes of the gradient. 1e-11: rounding; 1e-8: five points.
#[test]
fn rosenbrock() {
    let valley = |p: &Array1<f64>| rosenbrock_height([p[0], p[1]]);
    let gradient = |p: &Array1<f64>| Array1::from(rosenbrock_gradient([p[0], p[1]]).to_vec());
    let mut generator = generator();
    let hard = [[0.0, 0.0], [-1.2, 1.0], [1.0, -30.0], [1e-9, 1e9]].map(|p| array![p[0], p[1]]);
    let random = (0..100).map(|_| vector(2, &mut generator));
    for p in hard.into_iter().chain(random) {
        let (x, y) = (p[0], p[1]);
        let squares = 1.0 - 2.0 * x + x * x + 100.0 * y * y;
        let polynomial = squares - 200.0 * x * x * y + 100.0 * x.powi(4);
        assert_close(valley(&p), polynomial, 1e-11);
        assert!(valley(&p) > 0.0);
        if y < 1e6 {
            assert_all_close(&gradient(&p), &slopes(valley, &p), 1e-8);
        }
    }
    let lowest = array![1.0, 1.0];
    assert_eq!(valley(&lowest), 0.0);
    assert_eq!(gradient(&lowest), array![0.0, 0.0]);
    let across = slopes(|p| gradient(p)[0], &lowest);
    let along = slopes(|p| gradient(p)[1], &lowest);
    let curvature = array![[across[0], across[1]], [along[0], along[1]]];
    assert_all_close(&curvature, &array![[802.0, -400.0], [-400.0, 200.0]], 1e-8);
    assert_close(Quadratic { curvature, minimum: lowest }.condition_number(), 2508.0, 1e-3);
}

/// The gradients 3, −1, −1, in turn, add up to 1 a round, so the best place between −1 and 1 is −1.
/// Gradient descent and the usual Adam end there; Adam with β₁ = 0 and β₂ = 0.1 at 1, with a constant
/// rate and with one that falls like 1/√t. Between the ends it goes 0.68 η to the right in each
/// round: the memory of squares comes back to s = 8.199/0.999 after each 3, then to 0.1 s + 0.9, and
/// to 0.1 of that + 0.9. 1e-6: what ε and the correction still change after 30 steps.
#[test]
fn amsgrad_example() {
    let gradient = |t: i32| if t % 3 == 1 { 3.0 } else { -1.0 };
    assert_eq!((1..=300).map(gradient).sum::<f64>(), 100.0);
    let after_3 = 8.199_f64 / 0.999;
    let then = 0.1 * after_3 + 0.9;
    let by_hand = -3.0 / after_3.sqrt() + 1.0 / then.sqrt() + 1.0 / (0.1 * then + 0.9).sqrt();
    assert_close(by_hand, 0.68, 0.005);
    let (mut free, mut theta) = (Adam { beta1: 0.0, beta2: 0.1, ..Adam::default() }, [0.0]);
    (1..=30).for_each(|t| step(&mut free, 0.1, &mut theta, &[gradient(t)]));
    let before = theta[0];
    (31..=33).for_each(|t| step(&mut free, 0.1, &mut theta, &[gradient(t)]));
    assert_close(theta[0] - before, 0.1 * by_hand, 1e-6);
    fn end(mut rule: impl Optimizer<f64>, gradient: fn(i32) -> f64, power: f64) -> f64 {
        let mut theta = [0.0];
        for t in 1..=10_000 {
            let rate = 0.1 * f64::from(t).powf(-power);
            step(&mut rule, rate, &mut theta, &[gradient(t)]);
            theta[0] = f64::clamp(theta[0], -1.0, 1.0);
        }
        theta[0]
    }
    for power in [0.0, 0.5] {
        assert!(end(Sgd::default(), gradient, power) < -0.75);
        assert!(end(Adam::default(), gradient, power) < -0.75);
        let forgetful = Adam { beta1: 0.0, beta2: 0.1, ..Adam::default() };
        assert!(end(forgetful, gradient, power) > 0.75);
    }
}

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

/// Over all batches of n out of six examples, drawn with replacement, each as likely as the others,
/// the mean gradient is right on the average, and its variance is that of one example over n.
/// Exact but for 1e-13.
#[test]
fn batch_gradient_variance() {
    let (gradients, all) = example_gradients();
    let mut sums = vec![0.0]; // of every batch of n
    for n in 1..=6 {
        sums = sums.iter().flat_map(|sum| gradients.iter().map(move |g| sum + g)).collect();
        let means: Vec<f64> = sums.iter().map(|sum| sum / f64::from(n)).collect();
        assert_close(means.iter().sum::<f64>() / means.len() as f64, all, 1e-13);
        assert_close(variance(&means), variance(&gradients) / f64::from(n), 1e-13);
    }
}

/// Over all batches of n out of D = 6 different examples, the variance is (D − n)/(D − 1) of that:
/// the same for a batch of one, and none for a batch of all. Every subset is tried. 1e-13.
#[test]
fn batch_without_replacement() {
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
    }
}

/// On ½(θ − x)², with one example a step and the rate 1/t, the weight is the mean of the examples so
/// far, wherever it started. 1e-12: two hundred steps of rounding.
#[test]
fn one_over_t() {
    let examples = vector(200, &mut generator());
    for start in [0.0, -1.0, 1e3] {
        let mut theta = array![start];
        for t in 1..=200 {
            let rate = 1.0 / t as f64;
            descend(&parabola(1.0, examples[t - 1]), &mut Sgd::default(), rate, &mut theta);
            assert_close(theta[0], examples.iter().take(t).sum::<f64>() / t as f64, 1e-12);
        }
    }
}

/// The schedules that the page compares, over 400 steps.
fn compared_schedules() -> [Schedule; 5] {
    let warm_up = Schedule::WarmUp { steps: 60, then: Box::new(Schedule::Cosine) };
    let stairs = Schedule::Step { every: 120, factor: 0.5 };
    [Schedule::Constant, stairs, Schedule::Linear, Schedule::Cosine, warm_up]
}

/// A step leaves (1 − ηλ₁)² of the mean square distance and adds η²ς². On paper, with the examples 0
/// and 2 and every way to draw them, it is ¼, 0.3125, 0.328, 0.332, toward ⅓; also for other rates
/// and curvatures. 1e-13: rounding. With random batches of four normal numbers, whose mean has the
/// deviation ½, 2,000 runs end within 12 % of it under each schedule: chance is 3 %.
#[test]
fn noise_recursion() {
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

/// With noise of variance ς² in the gradient, the mean square distance settles where the recursion
/// q ← (1 − ηλ₁)²q + η²ς² stands still; and so it does in 400,000 steps of gradient descent.
/// 1e-12: rounding; 5 %: chance, about 1 % since neighboring steps are alike.
#[test]
fn noise_floor() {
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

/// Adam in the same noise: its floor is about ης/(2λ₁), whatever the size of the noise. 15 %: chance,
/// about 3 % in 400,000 steps, and what √ŝ is off ς by, since it also sees θ − c and fluctuates.
#[test]
fn adam_noise_floor() {
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
