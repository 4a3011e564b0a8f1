//! The formulas of `ch06_overfitting/memorization.md`.

use ch02_forward::{Loss, one_hot, softmax};
use ch05_mnist::{CLASSES, Dataset, Images};
use ch06_overfitting::{least_squares, powers, randomize_labels, standard_error, temperature};
use formulas::*;
use ndarray::{Array1, Array2};

/// ```math random-labels
/// \rho_{\text{random}} \left( 1 - \tfrac{1}{10} \right)
/// ```
///
/// Of ten classes, a label at random is wrong with probability 1 − 1/10; so a share ρ of random
/// labels makes that share times 9/10 of wrong ones. 100,000 labels, within five standard errors.
#[test]
fn random_labels() {
    let _formula = formula!();
    let mut generator = generator();
    for share in [0.0, 0.3, 1.0] {
        let labels = labels(100_000, CLASSES as u8, &mut generator);
        let images = Images { pixels: Array2::zeros((100_000, 1)), height: 1, width: 1 };
        let mut data = Dataset::new(images, labels.clone()).expect("as many of both");
        randomize_labels(&mut data, share, &mut generator);
        let wrong = data.labels.iter().zip(&labels).filter(|(new, old)| new != old).count();
        let claimed: f64 = share * (1.0 - 1.0 / CLASSES as f64);
        let page = page("random-labels");
        assert_close(page.value(0, &[(r"\rho_{\text{random}}", share)]), claimed, 1e-15);
        let spread = standard_error(claimed, 100_000);
        assert_bound!((wrong as f64 / 1e5 - claimed).abs() <= 5.0 * spread, "{wrong} at {share}");
    }
}

/// ```math any-labels
/// \begin{aligned}
/// &\mathbf X \mathbf w = \mathbf y \quad \text{for any } \mathbf y, \\
/// &\quad \text{if the examples are} \\
/// &\quad \text{linearly independent}
/// \end{aligned}
/// ```
///
/// A single layer learns any labels by heart, if there are at most as many examples as inputs, and
/// no example is a mixture of others: the weights of least squares give the targets back. With one
/// example more than there are weights, they do not. Nor do they if one of few examples is a mixture
/// of two others, unless its target is the same mixture.
#[test]
fn any_labels() {
    let _formula = formula!();
    let mut generator = generator();
    let farthest = |x: &Array2<f64>, y: &Array2<f64>| {
        let distances = y.columns().into_iter().map(|targets| {
            let weights = least_squares(x.view(), targets);
            (x.dot(&weights) - targets).mapv(f64::abs).iter().copied().fold(0.0, f64::max)
        });
        distances.fold(0.0, f64::max)
    };
    for (examples, fits) in [(10, true), (20, true), (21, false), (30, false)] {
        let x = matrix(examples, 20, &mut generator);
        let y = one_hot::<f64>(&labels(examples, 10, &mut generator), 10);
        let farthest = farthest(&x, &y);
        assert_bound!(
            if fits { farthest < 1e-9 } else { farthest > 0.01 },
            "{examples}: {farthest}"
        );
    }
    let mut x = matrix(10, 20, &mut generator);
    let mixture = 0.4 * &x.row(1) + 0.6 * &x.row(2);
    x.row_mut(0).assign(&mixture);
    let mut y = one_hot::<f64>(&[7, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10);
    assert_bound!(farthest(&x, &y) > 0.1, "the target of the mixture is decided already");
    let mixture = 0.4 * &y.row(1) + 0.6 * &y.row(2);
    y.row_mut(0).assign(&mixture);
    assert_bound!(farthest(&x, &y) < 1e-9);
}

/// ```math confident-mistakes
/// \begin{aligned}
/// &\frac1\tau \, (\max_j z_j - z_y) \;\le\; \mathcal L_r \\
/// &\quad\le\; \frac1\tau \, (\max_j z_j - z_y) + \ln 10
/// \end{aligned}
/// ```
///
/// As the temperature τ falls, the loss of an example that is misread grows like 1/τ: it is at least
/// 1/τ times the distance from the true logit to the largest, and at most ln 10 more. The loss of an
/// example that is read right goes to 0.
#[test]
fn confident_mistakes() {
    let _formula = formula!()
        .allowing(1e-3, "the loss grows like 1/τ only but for what the other classes cost");
    let mut generator = generator();
    for _ in 0..50 {
        let z = matrix(1, 10, &mut generator);
        let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for label in 0..10 {
            let y = one_hot::<f64>(&[label], 10);
            for tau in [10.0, 1.0, 0.1, 1e-4] {
                let loss = Loss::SoftmaxCrossEntropy.value((&z / tau).view(), y.view());
                let gap = (largest - z[[0, usize::from(label)]]) / tau;
                assert_bound!(loss >= gap * (1.0 - 1e-12) && loss <= gap + 10_f64.ln() + 1e-9);
            }
            let loss = |scale: f64| Loss::SoftmaxCrossEntropy.value((scale * &z).view(), y.view());
            let gap = largest - z[[0, usize::from(label)]];
            if gap == 0.0 {
                let second = z.iter().copied().filter(|&z| z < largest).fold(f64::MIN, f64::max);
                let scale = 100.0 / (largest - second); // the others have e^(−100) or less of it
                assert_bound!(loss(scale) < 1e-6 && loss(scale) <= loss(1.0), "read right");
            } else {
                let scale = 1e4 / gap; // ln 10 is nothing beside 10,000
                assert_relative(loss(10.0 * scale) / loss(scale), 10.0, 1e-3);
            }
        }
    }
}

/// ```math temperature-scaling
/// \frac1D \sum_r \sum_j p_{rj} \, \frac{z_{rj}}\tau = \frac1D \sum_r \frac{z_{ry}}\tau
/// ```
///
/// At the temperature τ that the library finds, the mean over the examples of the scaled logit that the
/// network expects, Σ p z/τ, is the mean of the scaled logit of the true class. That is where the loss,
/// as a function of 1/τ, has the slope 0: by finite differences, and by trying other temperatures. It
/// finds τ > 1 for logits that are too large, and τ < 1 for the same ones a tenth as large: by a tenth
/// of the τ before. 1e-5: the minimum is flat, so rounding hides where it is.
#[test]
fn temperature_scaling() {
    let _formula =
        formula!().allowing(1e-5, "the minimum is flat, so that rounding hides where it is");
    let mut generator = generator();
    let (z, labels) = (matrix(200, 10, &mut generator), labels(200, 10, &mut generator));
    let y = one_hot::<f64>(&labels, 10);
    let logits = 4.0 * &z + 2.5 * &y; // often right, and far too sure
    let loss = |inverse: f64| Loss::SoftmaxCrossEntropy.value((inverse * &logits).view(), y.view());
    let found = temperature(logits.view(), y.view());
    assert_bound!(found > 1.05 && found < 20.0, "{found}");
    assert_close(slope(loss, 1.0 / found), 0.0, 1e-5);
    for other in [0.5 * found, 0.99 * found, 1.01 * found, 2.0 * found, 1.0, 1e9] {
        assert_bound!(loss(1.0 / other) > loss(1.0 / found));
    }
    let scaled = &logits / found;
    let expected = (softmax(scaled.view()) * &scaled).sum() / 200.0;
    assert_close(expected, (&y * &scaled).sum() / 200.0, 1e-5);
    let timid = 0.1 * &logits;
    assert_close(temperature(timid.view(), y.view()), 0.1 * found, 1e-5);
}

/// ```math power-law
/// \begin{aligned}
/// &\epsilon_D = \epsilon_1 D^{-\alpha_D} \\
/// &\quad\Leftrightarrow\;
/// \ln \epsilon_D = \ln \epsilon_1 - \alpha_D \ln D
/// \end{aligned}
/// ```
///
/// A power law is a straight line for logarithms: least squares on (ln n, ln error) gives its factor
/// and its exponent back.
#[test]
fn power_law() {
    let _formula = formula!();
    let sizes = Array1::from(vec![100.0, 300.0, 1e3, 3e3, 1e4]);
    for (factor, exponent) in [(2.0_f64, 0.5), (0.8, 0.1), (30.0, 1.0)] {
        let errors = sizes.mapv(|n: f64| factor * n.powf(-exponent));
        let logarithms = powers(sizes.mapv(f64::ln).view(), 1);
        let line = least_squares(logarithms.view(), errors.mapv(f64::ln).view());
        assert_close(line[0].exp(), factor, 1e-10);
        assert_close(-line[1], exponent, 1e-10);
    }
}
