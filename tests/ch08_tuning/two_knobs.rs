//! The formulas of `ch08_tuning/two_knobs.md`.

use formulas::*;

/// The gradients of all batches of `count` examples, drawn with replacement from four whose noise adds up
/// to nothing; and the standard deviation of the noise of one.
fn batches(gradient: f64, scale: f64, count: u32) -> (Vec<f64>, f64) {
    let noise = [-2.0, -1.0, 0.5, 2.5].map(|noise| scale * noise);
    let mut sums = vec![0.0];
    for _ in 0..count {
        sums = sums.iter().flat_map(|sum| noise.map(|noise| sum + noise)).collect();
    }
    let gradients = sums.iter().map(|sum| gradient + sum / f64::from(count)).collect();
    (gradients, (noise.iter().map(|noise| noise * noise).sum::<f64>() / 4.0).sqrt())
}

/// The mean of the loss after a step, over all batches: a parabola whose lowest point is 0.
fn after_step(curvature: f64, theta: f64, rate: f64, gradients: &[f64]) -> f64 {
    let loss = |g: &f64| 0.5 * curvature * (theta - rate * g).powi(2);
    gradients.iter().map(loss).sum::<f64>() / gradients.len() as f64
}

const CURVATURES: [f64; 3] = [0.3, 1.0, 7.0];

/// ```math noisy-step
/// \operatorname{E} \, \mathcal L(\theta - \eta \, \bar g) = \mathcal L(\theta) - \eta \, g^2 + \frac{\eta^2 \lambda_1}{2} \Bigl( g^2 + \frac{\sigma_{\text{noise}}^2}{n} \Bigr)
/// ```
///
/// The mean loss after a step over all batches of up to five examples, against the right side. No noise,
/// much noise, a rate of 0, rates beyond the stable one.
#[test]
fn noisy_step() {
    let _formula = formula!();
    for (curvature, theta) in CURVATURES.into_iter().flat_map(|c| [1.0, -0.2].map(|t| (c, t))) {
        for (count, scale) in (1..=5).flat_map(|n| [0.0, 0.3, 4.0].map(|scale| (n, scale))) {
            let g = curvature * theta;
            let (gradients, deviation) = batches(g, scale, count);
            for rate in [0.0, 0.1, 1.0, 3.0] {
                let before = 0.5 * curvature * theta * theta;
                let noise = deviation * deviation / f64::from(count);
                let claimed =
                    before - rate * g * g + 0.5 * rate * rate * curvature * (g * g + noise);
                assert_close(after_step(curvature, theta, rate, &gradients), claimed, 1e-12);
            }
        }
    }
}

/// ```math batch-rate
/// \eta^* = \frac{1 / \lambda_1}{1 + \mathcal Y / n}, \qquad \mathcal Y = \frac{\sigma_{\text{noise}}^2}{g^2}
/// ```
///
/// The rate with the lowest mean loss over all batches, found by halving an interval in which the slope of
/// that loss changes its sign, against the page. 1e-9: the slope is one of differences.
#[test]
fn batch_rate() {
    let _formula = formula!();
    for (curvature, theta) in CURVATURES.into_iter().flat_map(|c| [1.0, -0.2].map(|t| (c, t))) {
        for (count, scale) in (1..=5).flat_map(|n| [0.0, 0.3, 1.0].map(|scale| (n, scale))) {
            let g = curvature * theta;
            let (gradients, deviation) = batches(g, scale, count);
            let rises = |rate: f64| {
                slope(|rate| after_step(curvature, theta, rate, &gradients), rate) > 0.0
            };
            let (mut low, mut high) = (0.0, 2.0 / curvature);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if rises(middle) { high = middle } else { low = middle }
            }
            let named = [
                (r"\lambda_1", curvature),
                (r"\mathcal Y", deviation * deviation / (g * g)),
                ("n", f64::from(count)),
            ];
            assert_close(page("batch-rate").statement(0).value(1, &named), low, 1e-8);
        }
    }
}
